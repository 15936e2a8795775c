const shown = new Map();

/** The PNG of a tile, out of the pack that holds it. */
function tileSource(number) {
  const size = DATA.pack, pack = Math.floor(number / size);
  if (!shown.has(pack)) {
    shown.set(pack, JSON.parse(document.getElementById(`tiles-${pack}`).textContent));
  }
  return `data:image/png;base64,${shown.get(pack)[number % size]}`;
}

/** The seven stages with the cards in force at each. */
function pipeline(round) {
  const force = round.force || { attacker: [], defender: [] };
  const played = round.plays || {};
  return el("ol", { class: "pipeline", "aria-label": "The pipeline with the cards in force" },
    DATA.stages.map((stage, at) => el("li", { "data-stage": stage },
      el("h3", {}, at ? el("span", { class: "arrow", "aria-hidden": "true" }, "▸ ") : null, stage),
      el("ul", {}, SIDES.flatMap((side) => force[side]
        .filter(([card]) => (DATA.cards[card] || {}).stage === stage)
        .map((held) => token(side, held, round.round, played[side])))))));
}

function token(side, [card, strength, since, left], now, play) {
  const fresh = since === now && play && play[0] === card;
  const rest = left === null ? "" : left <= 1 ? "last round" : `${left} rounds left`;
  return el("li", { class: `token ${side}${fresh ? " fresh" : ""}`, "data-card": card,
    title: (DATA.cards[card] || {}).summary || null },
  el("b", {}, `${SHAPE[side]} ${cardTitle(card)}`),
  el("span", { class: "soft" }, `${LEVEL[strength]} ${strength}${rest ? `, ${rest}` : ""}`));
}

function move(side, match, round, rules) {
  const play = (round.plays || {})[side];
  const budget = rules && rules.budget;
  const points = round.budgets ? round.budgets[side] : budget ? budget.start : null;
  const pips = points === null ? null : el("span", { class: "pips", "aria-hidden": "true" },
    Array.from({ length: Math.min(24, Math.max(points, budget ? budget.cap : points)) },
      (_, at) => el("i", { class: at < points ? "on" : null })));
  return el("div", { class: `move ${side}` },
    el("p", { class: "soft small" }, sided(side, named(match[side])),
      round.plays ? " plays" : " before the match"),
    round.plays ? el("p", { class: "card" }, play ? [cardTitle(play[0]),
      el("span", { class: "soft small" }, ` ${LEVEL[play[1]]} ${play[1]}`)] : "nothing") : null,
    points === null ? null : el("p", { class: "small soft points" }, pips,
      `${plural(points, "point")} ${round.plays ? "left for the next round" : "to start with"}`),
    side === "attacker" && round.access ? el("p", { class: "small soft" },
      `holds access: ${round.access.join(", ")}`) : null);
}

function readings(side, round) {
  const lines = round.readings[side] || [];
  return el("section", {}, el("h3", {}, sided(side, `what the ${side}’s instruments say`)),
    lines.length ? el("ul", { class: "readings" }, lines.map(([, text, alarm]) =>
      el("li", { class: alarm ? "alarm" : null }, alarm ? el("b", {}, "⚠ alarm: ") : null, text)))
      : el("p", { class: "soft" }, "Nothing."));
}

function strip(tiles, classes) {
  const about = el("figcaption", {}, el("b", {}, cardTitle(tiles.card)), `: ${tiles.caption}`);
  if (tiles.state) {
    const why = tiles.state === "gone" ? "The store no longer holds these tiles."
      : "Left out, so that the page stays small.";
    return el("figure", { class: "strip" }, about, el("p", { class: "soft small" }, why));
  }
  const name = (which, at) => {
    const label = (tiles[which] || [])[at];
    if (label === undefined) return "?";
    return label < 0 ? "refused" : classes[label] || `class ${label}`;
  };
  return el("figure", { class: "strip" }, about, el("div", { class: "tiles" },
    tiles.clean.map((clean, at) => tile(tiles, clean, at, name))));
}

function tile(tiles, clean, at, name) {
  const before = name("clean_label", at), after = name("shown_label", at), is = name("true", at);
  let said = before === after ? `read ${after}` : `${before} → ${after}`;
  let first = `is ${is}`;
  if (tiles.caption.startsWith("what was uploaded")) said = `sent as ${after}`;
  if (tiles.caption.startsWith("what it doubted")) {
    first = `sent as ${is}`;
    said = `thought ${after}`;
  }
  const wrong = after !== is;
  const images = [image(clean, tiles.shown ? "before" : first)];
  if (tiles.shown) images.push(image(tiles.shown[at], "after"));
  return el("div", { class: "tile" }, el("div", { class: "pair" }, images),
    el("p", {}, breakable(first)), el("p", { class: wrong ? "wrong" : null },
      wrong ? "✗ " : "", breakable(said)));
}

/** Names of classes are long: they may break before a capital. */
function breakable(text) {
  return text.split(/(?<=[a-z])(?=[A-Z])/).flatMap((part, at) => (at ? [el("wbr"), part] : [part]));
}

function image(number, words) {
  return el("img", { src: tileSource(number), alt: words, width: 72, height: 72 });
}
