const GOALS = ["integrity", "confidentiality", "availability"];
const PHONE = matchMedia("(max-width: 700px)");
let drawings = 0;

/** An empty chart of rounds 1..n (or 0..n) with a scale of 0..1. */
function frame({ wide = PHONE.matches ? 330 : 460, tall = 190, first = 1, rounds, words, step = 0.25, left = 40 }) {
  const right = 10, top = 10, floor = tall - 24;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${wide} ${tall}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", words);
  const slot = (wide - left - right) / (rounds - first + 1);
  const x = (round) => left + (round - first + 0.5) * slot;
  const y = (value) => floor - Math.min(1, Math.max(0, value)) * (floor - top);
  for (let tick = 0; tick <= 1; tick += step) {
    draw(svg, "line", { x1: left, x2: wide - right, y1: y(tick), y2: y(tick), class: "grid" });
    draw(svg, "text", { x: left - 7, y: y(tick) + 4, "text-anchor": "end" }, String(tick));
  }
  for (let round = first; round <= rounds; round += 1) {
    draw(svg, "text", { x: x(round), y: tall - 7, "text-anchor": "middle" }, String(round));
  }
  return { svg, x, y, slot, top, floor, left, right: wide - right };
}

function cursor(chart, round) {
  draw(chart.svg, "rect", { x: chart.x(round) - chart.slot / 2, y: chart.top - 6, width: chart.slot,
    height: chart.floor - chart.top + 8, rx: 4, class: "cursor" });
}

/** The round's missions with intervals, par, the running mean, and where the lead turned. */
function missionChart(rounds, all, now, par, turning) {
  const told = rounds.map((round) => `round ${round.round} ${three(round.mission[0])}`).join(", ");
  const chart = frame({ rounds: all, words: `Mission value by round: ${told}; par ${two(par)}` });
  const { svg, x, y } = chart;
  if (now >= 1) cursor(chart, now);
  draw(svg, "line", { x1: chart.left, x2: chart.right, y1: y(par), y2: y(par), class: "par" });
  draw(svg, "text", { x: chart.right, y: y(par) - 5, "text-anchor": "end", class: "strong" },
    `par ${two(par)}`);
  let sum = 0;
  const means = rounds.map((round, at) => {
    sum += round.mission[0];
    return `${x(round.round)},${y(sum / (at + 1))}`;
  });
  draw(svg, "polyline", { points: means.join(" "), class: "mean" });
  for (const round of rounds) {
    const [value, low, high] = round.mission, side = value > par ? "attacker" : "defender";
    draw(svg, "line", { x1: x(round.round), x2: x(round.round), y1: y(low), y2: y(high),
      class: `whisker ${side}` });
    const at = { class: `point ${side}` };
    if (side === "attacker") {
      const [cx, cy] = [x(round.round), y(value)];
      draw(svg, "path", { d: `M${cx} ${cy - 7}L${cx + 7} ${cy + 5}H${cx - 7}Z`, ...at });
    } else {
      draw(svg, "rect", { x: x(round.round) - 5.5, y: y(value) - 5.5, width: 11, height: 11, ...at });
    }
  }
  if (turning && rounds.some((round) => round.round === turning)) {
    draw(svg, "text", { x: x(turning), y: chart.top + 3, "text-anchor": "middle", class: "turning" },
      "▼");
  }
  return svg;
}

/** What each goal adds to the round's mission, stacked, so that a column is as tall as the mission. */
function harmChart(rounds, all, now, weights) {
  const told = rounds.map((round) => `round ${round.round}: ${GOALS.map((goal) =>
    `${goal} ${two(round.harms[goal].value)}`).join(", ")}`).join("; ");
  const chart = frame({ rounds: all, words: `Harm by round. ${told}` });
  const { svg, x, y, slot } = chart;
  const pattern = `hatch${drawings += 1}`;
  const hatch = draw(draw(svg, "defs", {}), "pattern", { id: pattern, width: 6, height: 6,
    patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
  draw(hatch, "rect", { width: 6, height: 6, class: "fill confidentiality" });
  draw(hatch, "line", { x1: 0, x2: 0, y1: 0, y2: 6, class: "hatching" });
  if (now >= 1) cursor(chart, now);
  for (const round of rounds) {
    let base = 0;
    for (const goal of GOALS) {
      const part = (weights ? weights[goal] : 1 / 3) * round.harms[goal].value;
      if (part <= 0) continue;
      const bar = draw(svg, "rect", { x: x(round.round) - slot * 0.32, width: slot * 0.64,
        y: y(base + part), height: Math.max(0.5, y(base) - y(base + part)), class: `fill ${goal}` });
      if (goal === "confidentiality") bar.style.fill = `url(#${pattern})`;
      draw(bar, "title", {}, `round ${round.round}: harm to ${goal} ${two(round.harms[goal].value)}`);
      base += part;
    }
  }
  return svg;
}

/** One measure by round with its intervals; gaps where it was not measured. */
function measureChart(name, rounds, all, now) {
  const known = rounds.filter((round) => round.measures[name]);
  const first = known.length && known[0].round === 0 ? 0 : 1;
  const told = known.map((round) => `round ${round.round} ${two(round.measures[name][0])}`).join(", ");
  const chart = frame({ wide: 280, tall: 130, first, rounds: all, step: 0.5, left: 30,
    words: `${measureWords(name)}: ${told}` });
  const { svg, x, y } = chart;
  if (now >= first) cursor(chart, now);
  const tone = name.includes(".") ? "attacker" : "plain";
  const points = known.map((round) => `${x(round.round)},${y(round.measures[name][0])}`).join(" ");
  draw(svg, "polyline", { points, class: `line ${tone}` });
  for (const round of known) {
    const [value, low, high] = round.measures[name];
    draw(svg, "line", { x1: x(round.round), x2: x(round.round), y1: y(low), y2: y(high),
      class: `whisker ${tone}` });
    draw(svg, "circle", { cx: x(round.round), cy: y(value), r: 4, class: `point ${tone}` });
  }
  return svg;
}
