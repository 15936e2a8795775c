"""The page in a real browser where it gets odd: strangers, nothing played, no winner, very much."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.tournament.browsing import FIRES, NAMES, WICKED, address, browser, shown, tab
from tests.tournament.pages import HALL, Evening, World, hall, world
from tests.worlds import leaves
from wargame.sandbox.limits import Status
from wargame.stages import Side
from wargame.tournament.outcome import Fixture

__all__ = ["address", "browser", "hall", "leaves", "shown", "tab", "world"]


def test_what_strangers_wrote_is_shown_and_never_run(
    tab: Page, address: str, shown: Evening
) -> None:
    tab.goto(f"{address}#match-{shown.results[1].fixture.key}")
    spelt = WICKED.replace("\u2028", "\\u2028").replace("\u202e", "\\u202e")
    spelt = spelt.replace("\u200f", "\\u200f")
    expect(tab.locator("[data-offence=defender] .fault")).to_have_text(spelt)
    expect(tab.locator("[data-offence=defender]")).to_contain_text("TIMEOUT")
    assert tab.locator("[data-output=defender] pre").text_content() == f"Traceback {spelt}"
    assert tab.locator("h1").text_content() == f"Evening {spelt}"
    for view in (
        "standings",
        "matrix",
        "mix",
        "entrant-ann",
        "matches",
        f"matches?entrant={WICKED}",
    ):
        tab.goto(f"{address}#{view}")
        expect(tab.locator("h2").first).to_be_visible()
        assert tab.evaluate("document.body.dataset.fired") is None


def test_whatever_slips_in_is_stopped_by_the_policy(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    refused = page.evaluate(
        """async (fires) => {
          const refused = [];
          addEventListener("securitypolicyviolation", (e) => refused.push(e.effectiveDirective));
          const script = document.createElement("script");
          script.textContent = fires;
          const image = document.createElement("div");
          image.innerHTML = `<img src="data:," onerror="${fires}"><p style="color: red">`;
          document.body.append(script, image);
          await fetch("data:,x").catch(() => 0);
          await new Promise((next) => setTimeout(next, 100));
          return refused;
        }""",
        FIRES,
    )
    assert page.evaluate("document.body.dataset.fired") is None
    assert set(refused) == {"script-src-elem", "script-src-attr", "style-src-attr", "connect-src"}
    page.close()


def test_two_scenarios_with_a_par_each(
    tab: Page, tmp_path: Path, world: World, shown: Evening
) -> None:
    other = tmp_path / "other.yaml"
    text = world.scenario.read_text().replace("name: small", "name: other")
    other.write_text(text.replace("title: Small", "title: Other").replace("par: 0.25", "par: 0.5"))
    terms = shown.terms.model_copy(update={"scenarios": (str(world.scenario), str(other))})
    terms.__dict__.pop("games", None)
    made = Evening(terms, list(shown.results), dict(shown.kept))
    for was in shown.results:
        fixture = was.fixture._replace(scenario="other")
        made.results.append(replace(was, fixture=fixture, par=0.5))
        made.kept[fixture.key] = shown.kept[was.fixture.key]
    tab.goto(made.write(tmp_path / "p.html", world.store).as_uri())
    expect(tab.locator("#facts")).to_contain_text("Small (par 0.25), Other (par 0.5)")
    for view in ("matrix", "mix", "entrant"):
        tab.evaluate("(view) => { location.hash = view; }", view)
        expect(tab.locator("body")).to_have_attribute("data-view", view)
    tab.evaluate("location.hash = 'matches'")
    tab.locator("select[name=scenario]").select_option("other")
    expect(tab.locator(".matches tbody tr")).to_have_count(9)
    tab.locator(".matches tbody a").first.click()
    expect(tab.locator("#outcome")).to_contain_text("par 0.500")


def test_a_match_that_ended_at_once_is_told(tab: Page, address: str, shown: Evening) -> None:
    tab.goto(f"{address}#match-{shown.results[5].fixture.key}")
    expect(tab.locator("[data-offence=attacker]")).to_contain_text("MEMORY")
    expect(tab.locator("#now")).to_have_text("Before round 1")


def test_tiles_that_are_left_out_are_told(tab: Page, hall: Path) -> None:
    tab.goto(f"{hall.as_uri()}#match-001.small.e0.e7.5@3")
    expect(tab.locator(".tile img").first).to_be_visible()
    tab.keyboard.press("ArrowLeft")
    expect(tab.locator("#now")).to_have_text("Round 2 of 3")
    expect(tab.locator("#round")).to_contain_text(
        re.compile(r"Left out, so that the page stays small\. There are some of round 3\.")
    )


def test_entrants_of_one_side_and_a_match_that_both_lost(
    tab: Page, tmp_path: Path, world: World, shown: Evening
) -> None:
    met = [each for each in shown.results if each.fixture[2:4] in (("ann", "ben"), ("ann", "cyd"))]
    lost = replace(
        met[1],
        winner=None,
        mission=met[1].par,
        status={Side.ATTACKER: Status.ILLEGAL, Side.DEFENDER: Status.ERROR},
        faults={Side.ATTACKER: "no such move", Side.DEFENDER: "it ended"},
    )
    made = Evening(shown.terms, [met[0], lost], shown.kept)
    tab.goto(made.write(tmp_path / "p.html", world.store).as_uri())
    ranks = {
        row.name: f"{'▲' if row.name == 'ann' else '■'} {row.ranks[side]}"
        for row in made.table.rows
        for side in Side
        if row.ranks[side] is not None
    }
    assert set(ranks) == {"ann", "ben"}
    for name in NAMES:
        rank = ranks.get(name, "–")
        line = tab.locator(f"tr[data-entrant={name}]")
        expect(line.locator("[data-column=rank]")).to_have_text(rank)
        expect(line.locator("[data-column=overall]")).to_have_text("–")
    tab.locator("#nav a[data-view=matches]").click()
    tab.locator("select[name=winner]").select_option("nobody")
    expect(tab.locator(".matches tbody tr")).to_have_count(1)
    tab.locator(".matches tbody a").first.click()
    expect(tab.locator("#outcome")).to_contain_text("Both lost")
    for side, status in lost.status.items():
        expect(tab.locator(f"[data-offence={side}]")).to_contain_text(status.value)


def test_an_evening_before_its_first_match(
    tab: Page, tmp_path: Path, world: World, shown: Evening
) -> None:
    path = Evening(shown.terms, [], {}).write(tmp_path / "p.html", world.store)
    for view in ("standings", "matrix", "mix", "entrant", "matches"):
        tab.goto(f"{path.as_uri()}#{view}")
        tab.reload()
        expect(tab.locator(".notice").first).to_contain_text(
            re.compile("No match has been played yet|nothing to mix")
        )


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_screen(
    tab: Page, address: str, shown: Evening, width: int, scheme: str
) -> None:
    tab.set_viewport_size({"width": width, "height": 720})
    tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    views = ["standings", "matrix", "mix", "entrant-ann", "matches"]
    for view in [*views, *(f"match-{each.fixture.key}@1" for each in shown.results[:2])]:
        tab.goto(f"{address}#{view}")
        expect(tab.locator("h2").first).to_be_visible()
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, view


def test_four_hundred_matches_open_fast(tab: Page, hall: Path) -> None:
    assert 14_000_000 < hall.stat().st_size < 15_000_000
    tab.add_init_script(
        "new MutationObserver((_, me) => { if (document.querySelectorAll('.standings tbody tr')"
        ".length === 20) { window.ready = performance.now(); me.disconnect(); } })"
        ".observe(document, { childList: true, subtree: true });"
    )
    tab.goto(hall.as_uri())
    assert tab.evaluate("window.ready") < 2000
    assert tab.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") < 2000
    for attacker, defender in ("e19", "e19"), ("e0", "e7"), ("e10", "e0"):
        took = tab.evaluate(
            """async (key) => {
              const begun = performance.now();
              location.hash = `match-${key}`;
              const there = () => document.querySelector("#now")
                && decodeURIComponent(location.hash).startsWith(`#match-${key}@`);
              while (!there()) await new Promise((next) => setTimeout(next, 5));
              const images = [...document.querySelectorAll(".tile img")];
              await Promise.all(images.map((image) => image.decode()));
              return [performance.now() - begun, document.querySelectorAll(".panel").length];
            }""",
            Fixture(1 + HALL.index(attacker), "small", attacker, defender, 5).key,
        )
        assert took[0] < 500
        assert took[1] >= 4
