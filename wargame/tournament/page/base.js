"use strict";
const DATA = JSON.parse(document.getElementById("data").textContent);
const SVG = "http" + "://www.w3.org/2000/svg";
const SIDES = ["attacker", "defender"];
const SHAPE = { attacker: "▲", defender: "■" };
const LEVEL = { light: "▁", medium: "▄", heavy: "█" };
const FIELDS = ["key", "round", "scenario", "attacker", "defender", "seed", "winner", "mission",
  "par", "status", "decided"];
const MATCHES = DATA.matches.map((row, place) => Object.assign({ place },
  Object.fromEntries(FIELDS.map((name, at) => [name, row[at]]))));
const SCENARIOS = [...new Set(MATCHES.map((match) => match.scenario))];

/** An element; texts only ever become text, never markup. */
function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat(9).filter((each) => each !== null && each !== undefined));
  return made;
}

function draw(parent, name, attributes, text = null) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== null) made.textContent = text;
  parent.append(made);
  return made;
}

const minus = (text) => text.replace("-", "−");
const three = (value) => minus(value.toFixed(3));
const two = (value) => minus(value.toFixed(2));
const whole = (value) => minus(Math.round(value).toLocaleString("en"));
const percent = (value) => `${Math.round(value * 100)} %`;
const spaced = (name) => name.replaceAll("_", " ");
const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
const plural = (count, noun, more = `${noun}s`) => `${count} ${count === 1 ? noun : more}`;
const cardTitle = (name) => (DATA.cards[name] ? DATA.cards[name].title : spaced(name));
const measureWords = (name) => DATA.measures[name] || spaced(name);

/** A name that cannot disturb the order of the words around it. */
function named(name, attributes = {}) {
  return el("bdi", { class: "name", ...attributes }, name);
}

function sided(side, ...children) {
  return el("span", { class: side }, `${SHAPE[side]} `, ...children);
}

function span(estimate, write = whole) {
  if (estimate.low === null || estimate.low === undefined) return write(estimate.value);
  return `${write(estimate.value)} [${write(estimate.low)}, ${write(estimate.high)}]`;
}

function offenceTags(forfeits) {
  return Object.entries(forfeits).map(([status, count]) =>
    el("span", { class: "tag offence", title: `${plural(count, "match", "matches")} forfeited: ${status}` },
      count > 1 ? `${status} ×${count}` : status));
}

function winnerWords(match) {
  if (match.winner === null) return "both lost";
  return match.winner === "attacker" ? "attacker won" : "defender held";
}

/** Chooses a colour by how far a mission lies from par; 0 at par, 1 at either end. */
function lean(mission, par) {
  const over = mission > par;
  const room = over ? 1 - par : par;
  const share = room > 0 ? Math.min(1, Math.abs(mission - par) / room) : 1;
  return { side: over ? "attacker" : "defender", share };
}

/** A track of 0..1 with the mission and the place of par. */
function missionBar(mission, par) {
  const bar = el("span", { class: `bar ${lean(mission, par).side}`, "aria-hidden": "true" },
    el("i", {}), el("b", {}));
  bar.firstChild.style.width = `${mission * 100}%`;
  bar.lastChild.style.left = `${par * 100}%`;
  return bar;
}

function link(hash, ...children) {
  return el("a", { href: `#${hash}` }, ...children);
}
