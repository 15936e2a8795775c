/** Names of a side, the best of the side first. */
function bySideRank(names, side) {
  const ranks = new Map(DATA.standings.rows.map((row) => [row.name, row.sides[side].rank ?? 999]));
  return [...names].sort((one, other) => (ranks.get(one) ?? 999) - (ranks.get(other) ?? 999));
}

function pairsOfMatches() {
  const found = new Map();
  for (const match of MATCHES) {
    const key = `${match.attacker} ${match.defender}`;
    if (!found.has(key)) found.set(key, []);
    found.get(key).push(match);
  }
  return found;
}

function cellWords(attacker, defender, mission, met) {
  const pars = [...new Set(met.map((match) => match.par))];
  const wins = met.filter((match) => match.winner === "attacker").length;
  const against = pars.length === 1 ? `, par ${two(pars[0])}` : "";
  return `${attacker} attacks ${defender}: mean mission ${three(mission)}${against}; the attacker `
    + `won ${wins} of ${plural(met.length, "match", "matches")}`;
}

function matrixCell(attacker, defender, mission, met, tell) {
  if (mission === null || !met) {
    return el("td", { class: "void" }, el("span", { title: "not played" }, "·"));
  }
  const par = met.reduce((sum, match) => sum + match.par, 0) / met.length;
  const { side, share } = lean(mission, par);
  const words = cellWords(attacker, defender, mission, met);
  const button = el("a", {
    class: `heat ${side}${attacker === defender ? " mirror" : ""}`, "aria-label": words, title: words,
    href: `#matches?attacker=${attacker}&defender=${defender}`,
    "data-pair": `${attacker} ${defender}`,
    onfocus: () => tell(words), onmouseenter: () => tell(words),
  }, mission.toFixed(2).replace(/^0/, ""));
  button.style.setProperty("--share", `${Math.round(8 + 62 * share)}%`);
  return el("td", {}, button);
}

function matrixView() {
  const { attackers, defenders, cells, missing } = DATA.standings.missions;
  const rows = bySideRank(attackers, "attacker"), columns = bySideRank(defenders, "defender");
  const met = pairsOfMatches();
  const told = el("p", { class: "told", "aria-live": "polite" },
    "Point at a cell, or move to it with Tab, to read it; press it to see its matches.");
  const tell = (words) => { told.textContent = words; };
  const valueOf = (attacker, defender) =>
    cells[attackers.indexOf(attacker)][defenders.indexOf(defender)];
  const head = el("tr", {}, el("td", { class: "corner" }, sided("attacker", "attacks ↓")),
    columns.map((name) => el("th", { scope: "col", title: name }, el("span", {}, link(`entrant-${name}`, name)))));
  const body = rows.map((attacker) => el("tr", {},
    el("th", { scope: "row" }, link(`entrant-${attacker}`, attacker)),
    columns.map((defender) => matrixCell(attacker, defender, valueOf(attacker, defender),
      met.get(`${attacker} ${defender}`), tell))));
  return [el("h2", {}, "Who attacks whom, and how well"),
    el("p", { class: "lead" }, "Mean mission value of each attacker (rows) against each defender "
      + "(columns): what the attacker gained, 0 to 1. Best of each side first."),
    told,
    el("div", { class: "scroll" }, el("table", { class: "matrix" }, el("thead", {}, head),
      el("tbody", {}, body))),
    legend(missing)];
}

function legend(missing) {
  const par = DATA.par === null ? "par" : `par ${two(DATA.par)}`;
  return el("div", { class: "legend" },
    sided("defender", "below: the defender holds"), el("span", { class: "ramp" }),
    sided("attacker", "above: the attacker wins"), el("span", { class: "soft" },
      `The middle is ${par}. A dashed edge: an entrant against itself.`
      + (missing ? ` ${plural(missing, "cell")} not played.` : "")));
}
