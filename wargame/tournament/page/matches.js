const FILTERS = ["entrant", "attacker", "defender", "side", "winner", "status", "scenario"];

function matchesView(query) {
  const asked = new URLSearchParams(query);
  const wanted = Object.fromEntries(FILTERS.map((name) => [name, asked.get(name) || ""]));
  const names = [...new Set(MATCHES.flatMap((match) => [match.attacker, match.defender]))].sort();
  const statuses = DATA.statuses.filter((status) => status !== "OK");
  const filters = el("form", { class: "filters", onsubmit: (event) => event.preventDefault() },
    choice("entrant", "entrant", names, wanted),
    choice("side", "playing", SIDES, wanted, "either side"),
    choice("attacker", "attacker", names, wanted), choice("defender", "defender", names, wanted),
    choice("winner", "won by", [["attacker", "the attacker"], ["defender", "the defender"],
      ["nobody", "nobody"], ["entrant", "the entrant"]], wanted, "anyone"),
    choice("status", "ended by", [["OK", "play"], ["forfeit", "any offence"], ...statuses], wanted),
    SCENARIOS.length > 1 ? choice("scenario", "scenario", SCENARIOS, wanted) : null,
    el("button", { type: "button", id: "clear", onclick: () => go("matches") }, "Show all"));
  const count = el("p", { class: "soft", role: "status", id: "count" });
  const body = el("tbody");
  const show = () => {
    const found = MATCHES.filter((match) => fits(match, wanted));
    count.textContent = `${found.length} of ${plural(MATCHES.length, "match", "matches")}`;
    body.replaceChildren(...found.map(matchRow));
  };
  filters.addEventListener("change", (event) => {
    wanted[event.target.name] = event.target.value;
    const words = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value));
    history.replaceState(null, "", `#matches${words.size ? `?${words}` : ""}`);
    show();
  });
  show();
  const heads = ["match", "▲ attacker", "■ defender", "winner", "mission", "ended by", "decided by"];
  return [el("h2", {}, "Matches"), MATCHES.length ? filters : nothingYet(), count,
    el("table", { class: "matches" }, el("thead", {}, el("tr", {}, heads.map((word) =>
      el("th", { scope: "col" }, word)))), body)];
}

function choice(name, words, values, wanted, all = "any") {
  const options = values.map((each) => (Array.isArray(each) ? each : [each, each]));
  return el("label", {}, el("span", {}, words), el("select", { name },
    el("option", { value: "" }, all),
    options.map(([value, told]) => el("option", { value, selected: wanted[name] === value }, told))));
}

function fits(match, wanted) {
  const { entrant, side, winner, status } = wanted;
  const own = SIDES.filter((each) => (!side || each === side) && match[each] === entrant);
  if (entrant && !own.length) return false;
  if (wanted.attacker && match.attacker !== wanted.attacker) return false;
  if (wanted.defender && match.defender !== wanted.defender) return false;
  if (wanted.scenario && match.scenario !== wanted.scenario) return false;
  if (winner === "entrant" && entrant && !own.includes(match.winner)) return false;
  if (winner && winner !== "entrant" && (match.winner ?? "nobody") !== winner) return false;
  // Of a chosen entrant or side only its own offences count.
  const counted = entrant ? own : side ? [side] : SIDES;
  const ends = counted.map((each) => match.status[SIDES.indexOf(each)]);
  if (status === "OK") return match.status.every((each) => each === "OK");
  if (status === "forfeit") return ends.some((each) => each !== "OK");
  return !status || ends.includes(status);
}

function matchRow(match) {
  const lost = SIDES.filter((side, at) => match.status[at] !== "OK");
  const where = SCENARIOS.length > 1 ? `${match.scenario}, ` : "";
  return el("tr", { "data-match": match.key },
    el("td", { class: "num" }, link(`match-${match.key}`, `round ${match.round}`),
      el("span", { class: "soft small" }, ` ${where}seed ${match.seed}`)),
    ...SIDES.map((side) => el("th", { scope: "row", class: match.winner === side ? "won" : "" },
      el("span", { class: side, "aria-hidden": "true" }, `${SHAPE[side]} `), named(match[side]))),
    el("td", { class: `winner ${match.winner || "soft"}` }, winnerWords(match)),
    el("td", { class: "num" }, missionBar(match.mission, match.par), ` ${three(match.mission)}`),
    el("td", {}, lost.length ? lost.map((side) => el("span", { class: "tag offence" },
      `${SHAPE[side]} ${match.status[SIDES.indexOf(side)]}`)) : el("span", { class: "soft" }, "play")),
    el("td", { class: "soft small" }, match.decided ? measureWords(match.decided) : "–"));
}
