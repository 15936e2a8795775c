"use strict";
const pairs = JSON.parse(document.getElementById("data").textContent);
const detail = document.getElementById("detail");
const SVG = "http" + "://www.w3.org/2000/svg";
const ROWS = [["undefended", "undefended"], ["defended", "defended"],
  ["effect", "taken"], ["relief", "spared"]];

function share(value) {
  const text = value.toFixed(2);
  return (text === "-0.00" ? "0.00" : text).replace("-", "\u2212");
}

function spread(series) {
  if (series.low === null) return share(series.mean);
  return `${share(series.mean)} [${share(series.low)}, ${share(series.high)}]`;
}

function element(name, text, attributes = {}, parent = null) {
  const made = document.createElement(name);
  if (text !== null) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (parent) parent.append(made);
  return made;
}

function mark(parent, name, attributes, text = null) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== null) made.textContent = text;
  parent.append(made);
}

function chart(yard) {
  const wide = 440, left = 90, right = 16, step = 30, top = 6;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${wide} ${top + ROWS.length * step + 22}`);
  svg.setAttribute("width", wide);
  svg.setAttribute("role", "img");
  let low = 0, high = 0.1;
  for (const [key] of ROWS) {
    low = Math.min(low, ...yard[key].values);
    high = Math.max(high, ...yard[key].values);
  }
  for (const [key] of ROWS) {
    // A wide interval is cut at the edge, so that the values stay apart.
    if (yard[key].low !== null) {
      low = Math.min(low, Math.max(yard[key].low, low - 0.3));
      high = Math.max(high, Math.min(yard[key].high, high + 0.3));
    }
  }
  const room = (high - low) * 0.04;
  low -= room; high += room;
  const x = (v) => left + (Math.min(high, Math.max(low, v)) - low) / (high - low)
    * (wide - left - right);
  const floor = top + ROWS.length * step;
  mark(svg, "line", { x1: left, x2: wide - right, y1: floor, y2: floor, class: "axis" });
  mark(svg, "line", { x1: x(0), x2: x(0), y1: top, y2: floor, class: "zero" });
  for (const tick of [0, 0.25, 0.5, 0.75, 1]) {
    if (tick >= low && tick <= high) {
      mark(svg, "text", { x: x(tick), y: floor + 16, "text-anchor": "middle", class: "soft" },
        String(tick));
    }
  }
  ROWS.forEach(([key, label], place) => {
    const y = top + place * step + step / 2, series = yard[key];
    mark(svg, "text", { x: left - 10, y: y + 4, "text-anchor": "end" }, label);
    for (const value of series.values) {
      mark(svg, "circle", { cx: x(value), cy: y + 7, r: 3, class: "seed" });
    }
    if (series.low !== null) {
      mark(svg, "line", { x1: x(series.low), x2: x(series.high), y1: y - 3, y2: y - 3,
        class: "bar" });
    }
    mark(svg, "circle", { cx: x(series.mean), cy: y - 3, r: 4.5, class: "dot" });
  });
  return svg;
}

function half(title, yard, seeds, parent) {
  const box = element("div", null, {}, parent);
  element("p", title, { class: "verdict" }, box);
  box.append(chart(yard));
  const table = element("table", null, { class: "numbers" }, box);
  const head = element("tr", null, {}, element("thead", null, {}, table));
  for (const word of ["", ...ROWS.map(([, label]) => label)]) element("th", word, {}, head);
  const body = element("tbody", null, {}, table);
  const line = (label, cells) => {
    const row = element("tr", null, {}, body);
    element("th", label, { scope: "row" }, row);
    for (const text of cells) element("td", text, {}, row);
  };
  line("mean", ROWS.map(([key]) => share(yard[key].mean)));
  line("95 %", ROWS.map(([key]) => (yard[key].low === null ? "\u2013"
    : `${share(yard[key].low)} to ${share(yard[key].high)}`)));
  seeds.forEach((seed, at) => {
    line(`seed ${seed}`, ROWS.map(([key]) => share(yard[key].values[at])));
  });
}

function show(place) {
  const pair = pairs[place];
  for (const cell of document.querySelectorAll(".cell.on")) cell.classList.remove("on");
  document.querySelector(`.cell[data-i="${place}"]`).classList.add("on");
  detail.replaceChildren();
  element("h2", `${pair.defence} against ${pair.attack}`.replaceAll("_", " "), {}, detail);
  const claim = pair.claimed ? "Claimed by a source" : "Not claimed";
  const beside = pair.agrees ? `: ${pair.agrees}` : "";
  const taken = pair.verdict === "works" && pair.removed !== null
    ? `, takes ${Math.round(pair.removed * 100)} % of the gain` : "";
  element("p", `${claim}; measured: ${pair.verdict}${taken}${beside}. q ${pair.q.startsWith("<") ? pair.q : `= ${pair.q}`}.`, {}, detail);
  if (!pair.aim) return;
  element("p", "Gain of the attack undefended and defended; what the defence takes of it; and the "
    + "harm it spares a system under attack, its own price counted.", {}, detail);
  const halves = element("div", null, { class: "halves" }, detail);
  half(`By what the attack is after: ${pair.success}`, pair.aim, pair.seeds, halves);
  half("By the mission value of the round", pair.mission, pair.seeds, halves);
}

document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-i]");
  if (!chosen) return;
  show(Number(chosen.dataset.i));
  if (!chosen.classList.contains("cell")) return;
  history.replaceState(null, "", `#${chosen.dataset.pair}`);
  detail.scrollIntoView({ block: "nearest", behavior: "smooth" });
});

const asked = decodeURIComponent(location.hash.slice(1));
const cell = asked && [...document.querySelectorAll(".cell")].find((c) => c.dataset.pair === asked);
if (cell) show(Number(cell.dataset.i));
