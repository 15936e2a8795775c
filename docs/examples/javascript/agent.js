// An agent for both sides that needs nothing but Node.
// It plays the dearest card that it can pay for, leaves out those that are in force already, and
// keeps enough points for their upkeep. docs/protocol.md tells what goes over the wire.
// Standard output is for answers alone; console.error is for everything else.
// Try it: wargame tournament check docs/examples/javascript
"use strict";
const readline = require("node:readline");

function choose(view, upkeep) {
  const held = new Set(view.in_force.map((own) => own.card));
  let spare = view.budget;
  for (const card of held) spare -= upkeep.get(card);
  let best = view.moves[0]; // passing: it costs nothing
  for (const move of view.moves) {
    const fresh = !held.has(move.card) && move.cost <= spare;
    if (move.legal && fresh && move.cost > best.cost) best = move;
  }
  return best.action;
}

let upkeep = new Map();
const lines = readline.createInterface({ input: process.stdin, terminal: false });

function say(answer) {
  process.stdout.write(JSON.stringify(answer) + "\n");
}

lines.on("line", (line) => {
  const message = JSON.parse(line);
  if (message.kind === "hello") {
    upkeep = new Map(message.deck.cards.map((card) => [card.card, card.upkeep]));
    say({ kind: "ready", version: 1 });
  } else if (message.kind === "turn") {
    say({ kind: "move", round: message.round, action: choose(message.view, upkeep) });
  } else {
    lines.close();
  }
});
