function mixView() {
  const { mix, missions } = DATA.standings;
  const title = el("h2", {}, "The best mix");
  if (!mix) {
    const cells = missions.attackers.length * missions.defenders.length;
    return [title, el("p", { class: "notice" }, cells === 0
      ? "There is nothing to mix yet: no match has been played."
      : `Not known yet: ${missions.missing} of ${cells} pairs of an attacker and a defender have `
        + "not met. The equilibrium needs every pair.")];
  }
  return [title, el("p", { class: "lead" }, "Each side draws by lot whom it sends, as often as the "
    + "bars say. Then no change of lots helps either side: the attackers can count on the value, "
    + "whoever defends, and the defenders never lose more than it, whoever attacks. Whoever has "
    + "no bar is not needed against the best opposition, however well it is rated."),
  valuePanel(mix), el("div", { class: "halves" }, SIDES.map((side) => mixPanel(side, mix[side])))];
}

function valuePanel(mix) {
  const side = DATA.par === null ? null : lean(mix.value, DATA.par).side;
  const verdict = side === null ? "" : side === "attacker"
    ? ": above par, so at their best the attackers win on average"
    : ": not above par, so at their best the defenders hold on average";
  const narrow = mix.low !== null && mix.worlds < 10
    ? ` From ${plural(mix.worlds, "world")} only: the interval is too narrow.` : "";
  return el("div", { class: "panel value" }, el("p", {}, el("b", { class: "big num", id: "value" },
    span(mix, three)), " is the value of the game", DATA.par === null ? "" : ` (par ${two(DATA.par)})`,
  `${verdict}.`, el("span", { class: "soft" }, narrow)),
  DATA.par === null ? null : missionBar(mix.value, DATA.par));
}

function mixPanel(side, shares) {
  const used = shares.filter((share) => share.weight > 0)
    .sort((one, other) => other.weight - one.weight);
  const rest = shares.filter((share) => !(share.weight > 0)).map((share) => share.name);
  const bars = used.map((share) => {
    const track = el("span", { class: `track wide ${side}`, "aria-hidden": "true" }, el("i", {}));
    track.firstChild.style.width = `${share.weight * 100}%`;
    if (share.low !== null) {
      const whisker = track.appendChild(el("u", {}));
      whisker.style.left = `${share.low * 100}%`;
      whisker.style.right = `${100 - share.high * 100}%`;
    }
    return el("li", { "data-share": share.name }, link(`entrant-${share.name}`, named(share.name)),
      el("span", { class: "num" }, percent(share.weight),
        share.low === null ? "" : el("span", { class: "soft small" },
          ` [${percent(share.low)}, ${percent(share.high)}]`)), track);
  });
  return el("section", { class: "panel" }, el("h3", {}, sided(side, `${side}s`)),
    el("ol", { class: "mix" }, bars),
    rest.length ? el("p", { class: "soft small" }, `Not in the mix: ${rest.join(", ")}.`) : null);
}
