const VIEWS = [["standings", "Standings"], ["matrix", "Matrix"], ["mix", "Best mix"],
  ["entrant", "Head to head"], ["matches", "Matches"]];
const main = document.getElementById("main");
const here = el("div", { id: "view", tabindex: "-1" });
let turn = 0;

function go(hash) {
  location.hash = hash;
}

async function partsOf(hash) {
  const match = /^match-([^@]*)(?:@(\d+))?$/.exec(hash);
  if (match) return ["matches", await matchView(match[1], match[2])];
  if (hash === "matrix") return ["matrix", matrixOrNothing()];
  if (hash === "mix") return ["mix", mixView()];
  if (hash === "entrant" || hash.startsWith("entrant-")) return ["entrant", entrantView(hash.slice(8))];
  if (hash === "matches" || hash.startsWith("matches?")) return ["matches", matchesView(hash.slice(8))];
  return ["standings", [MATCHES.length ? null : nothingYet(), ...standingsView()].filter(Boolean)];
}

function matrixOrNothing() {
  return MATCHES.length ? matrixView() : [el("h2", {}, "Who attacks whom"), nothingYet()];
}

/** Shows what the address asks for. */
async function route(focus) {
  stop();
  const mine = (turn += 1);
  let hash = location.hash.slice(1);
  try { hash = decodeURIComponent(hash); } catch { hash = ""; }
  const [view, parts] = await partsOf(hash);
  if (mine !== turn) return;
  here.replaceChildren(...parts);
  document.body.dataset.view = hash.startsWith("match-") ? "match" : view;
  for (const each of document.querySelectorAll("#nav a")) {
    if (each.dataset.view === view) each.setAttribute("aria-current", "page");
    else each.removeAttribute("aria-current");
  }
  const bar = document.getElementById("nav"), tab = bar.querySelector("[aria-current]");
  bar.scrollLeft = tab.offsetLeft - bar.offsetLeft - 40;
  if (focus) {
    scrollTo(0, 0);
    here.focus({ preventScroll: true });
  }
}

/** Arrow keys move through a match wherever the focus is, but not out of a field of its own. */
function keys(event) {
  const bar = here.querySelector(".transport");
  if (!bar || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.closest("input, select, textarea, pre")) return;
  const moves = { ArrowLeft: () => bar.step(-1), ArrowRight: () => bar.step(1),
    Home: () => bar.set(0), End: () => bar.set(bar.last) };
  if (event.key === " " && !event.target.closest("button, a, summary")) bar.toggle();
  else if (moves[event.key]) {
    bar.halt();
    moves[event.key]();
  } else return;
  event.preventDefault();
}

function themeButton() {
  const dark = () => (document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches);
  const button = el("button", { class: "theme", onclick: () => {
    document.documentElement.dataset.theme = dark() ? "light" : "dark";
    name();
  } });
  const name = () => { button.textContent = dark() ? "☀ Light" : "☾ Dark"; };
  name();
  return button;
}

document.getElementById("facts").append(...DATA.facts.map(([words, value]) =>
  el("div", {}, el("dt", {}, words), el("dd", {}, value))));
document.getElementById("nav").append(...VIEWS.map(([view, words]) =>
  el("a", { href: `#${view}`, "data-view": view }, words)), themeButton());
main.replaceChildren(here);
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  here.focus();
});
addEventListener("hashchange", () => route(true));
addEventListener("keydown", keys);
// A match stands further down in the file than this script.
if (location.hash.startsWith("#match-")) addEventListener("DOMContentLoaded", () => route(false));
else route(false);
