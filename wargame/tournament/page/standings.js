const COLUMNS = [
  { id: "rank", words: "rank", value: (row) => row.rank ?? 1000 + sideRank(row), up: true },
  { id: "name", words: "entrant", value: (row) => row.name, up: true },
  { id: "points", words: "points", value: (row) => row.points,
    tip: "one a match won" },
  { id: "losses", words: "lost", value: (row) => row.losses },
  { id: "overall", words: "rating", value: (row) => rated(row.rating) },
  ...SIDES.map((side) => ({ id: side, words: `as ${side}`, side,
    value: (row) => rated(row.sides[side].rating) })),
  { id: "forfeits", words: "offences", value: (row) => total(row.forfeits),
    tip: "matches forfeited by an offence of its own" },
];

const rated = (rating) => (rating ? rating.value : -Infinity);
const total = (forfeits) => Object.values(forfeits).reduce((sum, each) => sum + each, 0);
const sideRank = (row) => Math.min(...SIDES.map((side) => row.sides[side].rank ?? 999));

/** The range of all ratings, so that every bar has the same scale. */
function ratingScale() {
  const all = DATA.standings.rows.flatMap((row) => [row.rating,
    ...SIDES.map((side) => row.sides[side].rating)]).filter(Boolean);
  const values = all.map((each) => each.value);
  const low = Math.min(1400, ...values) - 150, high = Math.max(1600, ...values) + 150;
  // One wide interval must not flatten all others: it is cut at the edge, and told in numbers.
  const held = (value) => Math.max(low, Math.min(high, value));
  return { at: (value) => `${((held(value) - low) / (high - low)) * 100}%` };
}

function ratingBar(rating, scale, tone) {
  if (!rating) return el("span", { class: "soft" }, "–");
  const band = el("i", {}), dot = el("b", {}), middle = el("u", {});
  if (rating.low !== null) {
    band.style.left = scale.at(rating.low);
    band.style.right = `calc(100% - ${scale.at(rating.high)})`;
  } else band.hidden = true;
  dot.style.left = scale.at(rating.value);
  middle.style.left = scale.at(1500);
  return el("span", { class: `rating ${tone}` },
    el("span", { class: "num value" }, whole(rating.value)),
    el("span", { class: "track", "aria-hidden": "true" }, middle, band, dot),
    rating.low === null ? null : el("span", { class: "num soft range" },
      `${whole(rating.low)} to ${whole(rating.high)}`));
}

function standingsRow(row, scale) {
  const cell = (id, ...children) => el("td", { "data-column": id,
    "data-label": COLUMNS.find((column) => column.id === id).words }, ...children);
  const ranks = SIDES.filter((side) => row.sides[side].rank)
    .map((side) => sided(side, String(row.sides[side].rank)));
  return el("tr", { "data-entrant": row.name },
    cell("rank", row.rank ? el("b", { class: "place" }, String(row.rank))
      : ranks.length ? el("span", { title: "its place on the side it plays" }, ranks) : "–"),
    el("th", { scope: "row", "data-column": "name" }, link(`entrant-${row.name}`, named(row.name)),
      DATA.titles[row.name] ? el("bdi", { class: "soft small title" }, DATA.titles[row.name]) : null),
    cell("points", String(row.points)), cell("losses", String(row.losses)),
    cell("overall", ratingBar(row.rating, scale, "overall")),
    ...SIDES.map((side) => cell(side, ratingBar(row.sides[side].rating, scale, side))),
    cell("forfeits", offenceTags(row.forfeits)));
}

function standingsView() {
  const rows = DATA.standings.rows, scale = ratingScale();
  const body = el("tbody");
  const heads = COLUMNS.map((column) => el("th", { scope: "col", "data-column": column.id },
    el("button", { class: "sort", title: column.tip, onclick: () => sort(column) },
      column.side ? SHAPE[column.side] + " " : "", column.words)));
  let chosen = null, down = false;
  function sort(column) {
    down = chosen === column ? !down : !column.up;
    chosen = column;
    const way = down ? -1 : 1;
    const sorted = rows.map((row, place) => [column.value(row), place, row]).sort((one, other) =>
      (one[0] < other[0] ? -way : one[0] > other[0] ? way : one[1] - other[1]));
    body.replaceChildren(...sorted.map(([, , row]) => standingsRow(row, scale)));
    heads.forEach((head, place) => {
      if (COLUMNS[place] === column) {
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
      } else head.removeAttribute("aria-sort");
    });
  }
  sort(COLUMNS[0]);
  const table = el("table", { class: "standings", "data-rows": rows.length },
    el("caption", { class: "visually-hidden" }, "Standings"),
    el("thead", {}, el("tr", {}, heads)), body);
  return [el("h2", {}, "Standings"), el("p", { class: "lead" }, standingsWords()), table,
    ...groupNotes()];
}

function standingsWords() {
  const drawn = DATA.standings.resampling;
  const sure = drawn ? " Bands are 95 % intervals: where two overlap widely, nobody knows who is "
    + "the better." : "";
  return `Ranked by rating, which weighs whom one beat; the line marks the average, 1500.${sure}`;
}

function groupNotes() {
  const groups = DATA.standings.groups.filter((group) => group.length > 1);
  if (groups.length < 2) return [];
  return [el("p", { class: "notice" }, "Not all are connected by matches. Ratings can be compared "
    + "only within: ", groups.map((group) => group.join(", ")).join("; "), ".")];
}
