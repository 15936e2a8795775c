const opened = new Map();
let playing = null;

/** Unpacks what the file holds of a match. */
async function unpack(place) {
  if (!opened.has(place)) {
    const text = document.getElementById(`match-${place}`).textContent;
    const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    opened.set(place, JSON.parse(await new Response(stream).text()));
  }
  return opened.get(place);
}

function stop() {
  if (playing !== null) clearInterval(playing);
  playing = null;
}

async function matchView(key, asked) {
  const match = MATCHES.find((each) => each.key === key);
  if (!match) return [el("h2", {}, "Match"), el("p", { class: "notice" }, "There is no such match here.")];
  const story = await unpack(match.place);
  const last = story.rounds.length - 1;
  const body = el("div", { class: "stage", id: "round" });
  const controls = last < 0 ? null : transport(story, last, show);
  function show(at) {
    body.replaceChildren(...roundParts(match, story, at));
    const number = story.rounds[at].round;
    history.replaceState(null, "", `#match-${key}@${number}`);
  }
  const parts = [matchHead(match, story), ...offences(match, story), controls, body,
    decided(match, story), ...outputs(match, story)].filter(Boolean);
  if (last >= 0) {
    const start = story.rounds.findIndex((round) => String(round.round) === asked);
    controls.set(start >= 0 ? start : Math.min(1, last));
  } else {
    body.append(el("p", { class: "notice" }, story.damaged
      ? "The record of this match is damaged; only its result is known."
      : "It ended before its first round."));
  }
  return parts;
}

function matchHead(match, story) {
  const copy = el("button", { id: "copy", onclick: async () => {
    const link_ = location.href.split("#")[0] + location.hash;
    try {
      await navigator.clipboard.writeText(link_);
      copy.textContent = "Copied";
    } catch { copy.replaceWith(el("input", { class: "link", readonly: true, value: link_,
      "aria-label": "Link to this match", onfocus: (event) => event.target.select() })); }
  } }, "Copy link");
  const neighbour = (by, words) => {
    const other = MATCHES[match.place + by];
    return other ? link(`match-${other.key}`, words) : null;
  };
  const scenario = story.rules ? story.rules.title : match.scenario;
  const winner = match.winner ? match[match.winner] : null;
  return el("div", { class: "matchhead" },
    el("div", { class: "who" },
      el("h2", {}, sided("attacker", named(match.attacker)), el("span", { class: "soft" }, " attacks "),
        sided("defender", named(match.defender))),
      el("p", { class: "soft small" }, `round ${match.round} of the tournament, ${scenario}, `
        + `seed ${match.seed}`)),
    el("p", { class: `outcome ${match.winner || ""}`, id: "outcome" },
      el("b", {}, winner ? [`${SHAPE[match.winner]} `, named(winner), match.winner === "attacker"
        ? " won" : " held"] : "Both lost"),
      el("span", { class: "num" }, `mission ${three(match.mission)}, par ${three(match.par)}`)),
    el("div", { class: "links" }, neighbour(-1, "← match before"), neighbour(1, "next match →"), copy));
}

function offences(match, story) {
  return SIDES.map((side, at) => (match.status[at] === "OK" ? null
    : el("div", { class: "panel offence", "data-offence": side },
      el("p", {}, el("span", { class: "tag offence" }, match.status[at]), " ",
        sided(side, named(match[side])), " forfeited: ",
        el("span", { class: "fault" }, story.faults[side] || "")))));
}

function outputs(match, story) {
  return SIDES.filter((side) => story.output[side]).map((side) =>
    el("details", { class: "output", "data-output": side, open: match.status[SIDES.indexOf(side)] !== "OK" },
      el("summary", {}, "What ", sided(side, named(match[side])), " wrote to its standard error"),
      el("pre", { tabindex: "0" }, story.output[side])));
}

/** Slider, buttons and autoplay; `set` moves to a place, `step` by some. */
function transport(story, last, show) {
  const name = (at) => (story.rounds[at].round === 0 ? "Before round 1" : `Round ${story.rounds[at].round}`);
  const full = story.rules && story.rules.rounds ? story.rules.rounds : last;
  const label = el("output", { class: "now num", id: "now" });
  const slider = el("input", { type: "range", min: 0, max: last, step: 1, "aria-label": "Round",
    oninput: () => { stop(); set(Number(slider.value)); } });
  const button = (words, sign, to) => el("button", { "aria-label": words, title: words,
    onclick: () => { stop(); refresh(); to(); } }, sign);
  const play = el("button", { id: "play", onclick: () => toggle() }, "▶ Play");
  const bar = el("div", { class: "transport", role: "group", "aria-label": "Rounds" },
    button("First", "|◀", () => set(0)), button("Back", "◂", () => step(-1)), play,
    button("On", "▸", () => step(1)), button("Last", "▶|", () => set(last)), slider, label);
  let at = 0;
  function refresh() {
    play.textContent = playing === null ? "▶ Play" : "❚❚ Pause";
    play.setAttribute("aria-pressed", String(playing !== null));
  }
  function set(to) {
    at = Math.max(0, Math.min(last, to));
    slider.value = String(at);
    const words = at === 0 && story.rounds[0].round === 0 ? name(0) : `${name(at)} of ${full}`;
    slider.setAttribute("aria-valuetext", words);
    label.textContent = words;
    show(at);
    refresh();
  }
  const step = (by) => set(at + by);
  function toggle() {
    if (playing !== null) stop();
    else {
      if (at === last) set(0);
      playing = setInterval(() => { if (at < last) step(1); if (at >= last) { stop(); refresh(); } }, 1600);
    }
    refresh();
  }
  return Object.assign(bar, { set, step, toggle, last, halt: () => { stop(); refresh(); } });
}

function roundParts(match, story, at) {
  const round = story.rounds[at];
  const played = story.rounds.filter((each) => each.mission);
  const all = Math.max((story.rules && story.rules.rounds) || 0, 1, ...played.map((each) => each.round));
  return [pipeline(round),
    el("div", { class: "moves" }, move("attacker", match, round, story.rules), worth(round, match),
      move("defender", match, round, story.rules)),
    played.length ? el("div", { class: "charts" },
      chartPanel("Mission value by round", missionLegend(story),
        missionChart(played, all, round.round, match.par, story.verdict && story.verdict.turning)),
      chartPanel("What it is made of", goalLegend(),
        harmChart(played, all, round.round, story.rules && story.rules.weights))) : null,
    tilesPart(story, round), measures(story, round, all),
    el("div", { class: "halves" }, events(round), readings("attacker", round),
      readings("defender", round))].filter(Boolean);
}

function worth(round, match) {
  if (!round.mission) return el("p", { class: "worth soft" }, "the honest start");
  const [value, low, high] = round.mission;
  const side = value > match.par ? "attacker" : "defender";
  return el("p", { class: "worth" }, el("span", { class: "soft small" }, "mission value of the round"),
    el("b", { class: `big num ${side}`, id: "mission" }, three(value)),
    el("span", { class: "soft small num" }, `95 % interval ${three(low)} to ${three(high)}`));
}

function chartPanel(title, note, svg) {
  return el("section", { class: "panel" }, el("h3", {}, title), note, svg);
}

function missionLegend(story) {
  const turning = story.verdict ? `; ▼ from round ${story.verdict.turning} the winner led` : "";
  return el("p", { class: "soft small" }, sided("attacker", "above par"), ", ",
    sided("defender", "not above"), `, the line is the mean so far${turning}`);
}

function goalLegend() {
  return el("p", { class: "soft small goals" }, GOALS.map((goal) =>
    el("span", {}, el("i", { class: `swatch ${goal}` }), `harm to ${goal}`)));
}

function tilesPart(story, round) {
  if (!round.tiles || !round.tiles.length) return null;
  const first = round.tiles.map((tiles) => [cardSide(tiles.card), tiles])
    .sort(([one], [other]) => one - other).map(([, tiles]) => tiles);
  const title = el("h3", {}, "Tiles of this round");
  if (first.every((tiles) => tiles.state === "left out")) {
    const kept = story.rounds.filter((each) => each.tiles.some((tiles) => !tiles.state))
      .map((each) => each.round);
    const where = kept.length ? ` There are some of ${kept.length > 1 ? "rounds" : "round"} `
      + `${kept.join(", ")}.` : "";
    return el("section", { class: "panel" }, title,
      el("p", { class: "soft" }, `Left out, so that the page stays small.${where}`));
  }
  return el("section", { class: "panel" }, title,
    el("div", { class: "strips" }, first.map((tiles) => strip(tiles, story.classes))));
}

function cardSide(name) {
  const side = (DATA.cards[name] || {}).side;
  return side === "attacker" ? 0 : side === "defender" ? 1 : 2;
}

/** Clean accuracy, and every measure that harmed anything in the match. */
function measures(story, round, all) {
  const names = new Set(["clean_accuracy"]);
  for (const each of story.rounds) {
    for (const harm of Object.values(each.harms || {})) {
      for (const name of harm.by) if (name.includes(".")) names.add(name);
    }
  }
  const known = [...names].filter((name) => story.rounds.some((each) => each.measures[name]));
  if (!known.length) return null;
  return el("section", { class: "panel" }, el("h3", {}, "Accuracy, and what the attacks achieved"),
    el("div", { class: "small-charts" }, known.map((name) => el("figure", { "data-measure": name },
      el("figcaption", { class: "small" }, el("span", {}, measureWords(name)),
        el("b", { class: "num" }, measureNow(round.measures[name]))),
      measureChart(name, story.rounds, all, round.round)))),
    otherMeasures(round, known));
}

function measureNow(measure) {
  if (!measure) return "–";
  return `${two(measure[0])} [${two(measure[1])}, ${two(measure[2])}]`;
}

function otherMeasures(round, told) {
  const rest = Object.entries(round.measures).filter(([name]) => !told.includes(name));
  return el("details", {}, el("summary", { class: "small" }, "Every other number of this round"),
    el("table", { class: "rows small" }, el("tbody", {}, rest.map(([name, [value, low, high, n, unit]]) =>
      el("tr", {}, el("th", { scope: "row" }, measureWords(name)), el("td", { class: "num" },
        unit === "share" || unit === "auc" ? `${two(value)} [${two(low)}, ${two(high)}], n = ${n}`
          : `${Number(value.toFixed(2)).toLocaleString("en")} ${unit}`))))));
}

function events(round) {
  return el("section", {}, el("h3", {}, "What happened"), el("ul", { class: "readings" },
    round.events.map((event) => el("li", {}, spaced(event)))));
}

function decided(match, story) {
  const told = story.verdict;
  const words = match.decided ? story.words.replaceAll(match.decided, measureWords(match.decided))
    : story.words;
  const sure = told ? `The mean lies between ${three(told.low)} and ${three(told.high)}, ${told.certain
      ? "all on the winner’s side of par." : "on both sides of par: another sample could turn it."}` : "";
  return el("section", { class: "panel decided", id: "decided" }, el("h3", {}, "What decided it"),
    el("p", {}, words), sure ? el("p", { class: "soft" }, sure) : null);
}
