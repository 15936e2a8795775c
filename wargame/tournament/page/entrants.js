function entrantView(name) {
  const rows = DATA.standings.rows;
  if (!MATCHES.length) return [el("h2", {}, "Head to head"), nothingYet()];
  const row = name ? rows.find((each) => each.name === name) : rows[0];
  if (!row) return [el("h2", {}, "Head to head"), el("p", { class: "notice" }, named(name),
    " is not among the entrants: it has left, and its matches count for nothing.")];
  const select = el("select", { id: "entrant", onchange: () => go(`entrant-${select.value}`) },
    [...rows].sort((one, other) => (one.name < other.name ? -1 : 1)).map((each) =>
      el("option", { value: each.name, selected: each === row }, each.name)));
  return [el("div", { class: "chooser" }, el("h2", {}, "Head to head"),
    el("label", { for: "entrant", class: "soft" }, "of"), select), entrantCard(row),
  el("div", { class: "halves" }, SIDES.map((side) => opponents(row, side)))];
}

function entrantCard(row) {
  const parts = [
    row.rank ? `rank ${row.rank} of ${DATA.standings.rows.length}` : null,
    row.rating ? `rating ${span(row.rating)}` : null,
    `${row.wins} won and ${row.losses} lost of ${plural(row.matches, "match", "matches")}`,
  ].filter(Boolean);
  return el("p", { class: "lead" }, named(row.name),
    DATA.titles[row.name] ? [" (", el("bdi", {}, DATA.titles[row.name]), ")"] : null,
    `: ${parts.join("; ")}. `, offenceTags(row.forfeits));
}

function opponents(row, side) {
  const other = side === "attacker" ? "defender" : "attacker";
  const met = DATA.standings.head_to_head.filter((pair) => pair[side] === row.name);
  const own = row.sides[side];
  const words = own.matches ? `${plural(own.wins, "win")} in ${plural(own.matches, "match", "matches")}`
    + `, mean mission ${three(own.mission)}${own.rating ? `, rating ${span(own.rating)}` : ""}`
    : "no match on this side";
  const lines = met.map((pair) => {
    const some = MATCHES.find((match) => match.attacker === pair.attacker
      && match.defender === pair.defender);
    const par = some ? some.par : 0.5;
    return el("tr", { "data-opponent": pair[other] },
      el("th", { scope: "row" }, link(`entrant-${pair[other]}`, named(pair[other]))),
      el("td", { class: "num" }, link(`matches?attacker=${pair.attacker}&defender=${pair.defender}`,
        `${pair[`${side}_wins`]} of ${pair.matches}`)),
      el("td", {}, missionBar(pair.mission, par)),
      el("td", { class: "num" }, three(pair.mission)));
  });
  return el("section", { class: "panel" },
    el("h3", {}, sided(side, `as ${side}`)), el("p", { class: "soft small" }, `${words}.`),
    met.length ? el("table", { class: "rows" }, el("thead", {}, el("tr", {},
      ["against", "won", "mission", ""].map((word) => el("th", { scope: "col" }, word)))),
    el("tbody", {}, lines)) : null);
}

function nothingYet() {
  return el("p", { class: "notice" }, "No match has been played yet. The entrants are listed under "
    + "Standings; open this page again when the first results are in.");
}
