"""The page in a real browser: opened from its file, clicked through, and looked at."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.tournament.pages import HALL, Evening, World, evening, forfeit, hall, world
from tests.worlds import leaves
from wargame.sandbox.limits import Status
from wargame.stages import Side
from wargame.tournament.outcome import Fixture

__all__ = ["hall", "leaves", "world"]
NAMES = ["ann", "ben", "cyd"]
FIRES = "document.body.dataset.fired=1"
WICKED = (
    f"<script>{FIRES}</script></script><script>{FIRES}</script>"
    f"<img src=x onerror={FIRES}>\"'>]]>--><svg onload={FIRES}>&lt;\u2028\u202e\u200f{{{{7*7}}}}"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("there is no chromium")
        pytest.skip("there is no chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """A tab that fails on anything in the console, and on anything fetched but the file itself."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page, wrong = context.new_page(), list[str]()
    page.on("console", lambda said: wrong.append(f"console: {said.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on(
        "request",
        lambda asked: (
            None
            if asked.url.startswith(("file://", "data:image/png;base64,", "data:,"))
            else wrong.append(f"request: {asked.url}")
        ),
    )
    yield page
    assert wrong == []
    context.close()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, world: World) -> Evening:
    made = evening(tmp_path_factory.mktemp("terms"), world, NAMES)
    forfeit(
        made, 1, Side.DEFENDER, Status.TIMEOUT, rounds=1, fault=WICKED, output=f"Traceback {WICKED}"
    )
    forfeit(made, 5, Side.ATTACKER, Status.MEMORY, rounds=0, fault="too much", output="")
    titles = tuple(
        entrant.model_copy(update={"title": WICKED[:60]}) for entrant in made.terms.entrants
    )
    return replace(made, terms=made.terms.model_copy(update={"entrants": titles}))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, world: World, shown: Evening) -> str:
    path = tmp_path_factory.mktemp("page") / "p.html"
    return shown.write(path, world.store, title=f"Evening {WICKED}").as_uri()


def numbers(found: Locator) -> list[str]:
    return re.findall(r"[\d.,]+", found.inner_text())


def test_standings_show_the_numbers_of_the_ratings(tab: Page, address: str, shown: Evening) -> None:
    tab.goto(address)
    table = shown.table
    rows = tab.locator(".standings tbody tr")
    expect(rows).to_have_count(len(NAMES))
    for place, row in enumerate(table.rows):
        line = rows.nth(place)
        expect(line).to_have_attribute("data-entrant", row.name)
        expect(line.locator("[data-column=rank]")).to_have_text(str(row.rank))
        expect(line.locator("[data-column=points]")).to_have_text(str(row.points))
        expect(line.locator("[data-column=losses]")).to_have_text(str(row.losses))
        columns = {"overall": row.rating, **{s.value: row.ratings[s] for s in Side}}
        for column, rating in columns.items():
            assert rating is not None
            told = numbers(line.locator(f"td[data-column={column}]"))
            ends = [] if rating.low is None else [rating.low, rating.high]
            assert [int(each.replace(",", "")) for each in told] == pytest.approx(
                [rating.value, *ends], abs=0.5001
            )
        for status in row.forfeits:
            expect(line.locator("[data-column=forfeits]")).to_contain_text(status.value)


def test_standings_are_sorted_by_any_column(tab: Page, address: str, shown: Evening) -> None:
    tab.goto(address)
    names = "tr => tr.map((each) => each.dataset.entrant)"
    rows = tab.locator(".standings tbody tr")
    tab.get_by_role("button", name="entrant").click()
    assert rows.evaluate_all(names) == NAMES
    tab.get_by_role("button", name="entrant").click()
    assert rows.evaluate_all(names) == NAMES[::-1]
    head = tab.locator("th[data-column=name]").first
    expect(head).to_have_attribute("aria-sort", "descending")
    tab.get_by_role("button", name="as attacker").click()
    best = [row.name for row in shown.table.side(Side.ATTACKER)]
    assert rows.evaluate_all(names) == best


def test_from_the_matrix_to_a_match_and_through_all_its_rounds(
    tab: Page, address: str, shown: Evening
) -> None:
    tab.goto(address)
    tab.get_by_role("link", name="Matrix").click()
    missions = shown.table.missions
    for attacker, line in zip(missions.attackers, missions.cells, strict=True):
        for defender, value in zip(missions.defenders, line, strict=True):
            assert value is not None
            cell = tab.locator(f"[data-pair='{attacker} {defender}']")
            expect(cell).to_have_text(f"{value:.2f}".removeprefix("0"))
            lies = "attacker" if value > shown.results[0].par else "defender"
            expect(cell).to_have_class(re.compile(rf"\b{lies}\b"))
    tab.locator("[data-pair='ann cyd']").focus()
    expect(tab.locator(".told")).to_contain_text("ann attacks cyd")
    tab.keyboard.press("Enter")
    expect(tab.locator(".matches tbody tr")).to_have_count(1)
    tab.locator(".matches tbody a").first.click()
    result = next(r for r in shown.results if r.fixture[2:4] == ("ann", "cyd"))
    expect(tab.locator("#outcome")).to_contain_text(f"mission {result.mission:.3f}")
    tab.keyboard.press("Home")
    expect(tab.locator("#now")).to_have_text("Before round 1")
    for number, mission in enumerate(result.missions, start=1):
        tab.keyboard.press("ArrowRight")
        expect(tab.locator("#now")).to_have_text(f"Round {number} of {len(result.missions)}")
        expect(tab.locator("#mission")).to_have_text(f"{mission:.3f}")
        assert re.search(rf"#match-{result.fixture.key}@{number}$", tab.url)
        tiles = tab.locator(".tile img")
        assert tiles.count() > 0
        assert tiles.evaluate_all("all => all.every((i) => i.complete && i.naturalWidth === 16)")
    expect(tab.locator("#decided")).to_contain_text(f"{result.mission:.3f} against par")


def test_cards_stand_at_their_stage(tab: Page, address: str, shown: Evening, world: World) -> None:
    stages = {"backdoor": "collect", "pgd": "serve", "adversarial_training": "train"}
    played = set()
    for place in (0, 4, 8):
        tab.goto(f"{address}#match-{shown.results[place].fixture.key}@3")
        expect(tab.locator("#now")).to_have_text("Round 3 of 3")
        for token in tab.locator(".token").all():
            card = token.get_attribute("data-card")
            assert card is not None
            played.add(card)
            stage = token.locator("xpath=ancestor::li[@data-stage]")
            expect(stage).to_have_attribute("data-stage", stages[card])
    assert len(played) > 1


def test_the_slider_the_buttons_and_playing(tab: Page, address: str, shown: Evening) -> None:
    tab.goto(f"{address}#match-{shown.results[0].fixture.key}")
    now, slider = tab.locator("#now"), tab.get_by_role("slider")
    expect(now).to_have_text("Round 1 of 3")
    slider.fill("3")
    expect(now).to_have_text("Round 3 of 3")
    expect(slider).to_have_attribute("aria-valuetext", "Round 3 of 3")
    tab.get_by_role("button", name="Back").click()
    expect(now).to_have_text("Round 2 of 3")
    tab.get_by_role("button", name="First").click()
    tab.locator("#play").click()
    expect(tab.locator("#play")).to_have_attribute("aria-pressed", "true")
    expect(now).to_have_text("Round 1 of 3", timeout=4000)
    tab.keyboard.press("ArrowRight")
    expect(tab.locator("#play")).to_have_attribute("aria-pressed", "false")
    expect(now).to_have_text("Round 2 of 3")


def test_a_link_to_a_round_opens_it_again(tab: Page, address: str, shown: Evening) -> None:
    tab.goto(f"{address}#match-{shown.results[2].fixture.key}@2")
    expect(tab.locator("#now")).to_have_text("Round 2 of 3")
    tab.reload()
    expect(tab.locator("#now")).to_have_text("Round 2 of 3")
    tab.get_by_role("link", name="next match").click()
    expect(tab.locator("#now")).to_have_text("Round 1 of 3")
    tab.go_back()
    expect(tab.locator("#now")).to_have_text("Round 2 of 3")
    tab.goto(f"{address}#match-nobody")
    expect(tab.locator("main")).to_contain_text("no such match")


def test_matches_are_filtered(tab: Page, address: str, shown: Evening) -> None:
    tab.goto(f"{address}#matches")
    rows = tab.locator(".matches tbody tr")
    keys = "all => all.map((each) => each.dataset.match)"
    expect(rows).to_have_count(9)
    tab.locator("select[name=entrant]").select_option("ben")
    tab.locator("select[name=side]").select_option("defender")
    tab.locator("select[name=winner]").select_option("entrant")
    wanted = {
        each.fixture.key
        for each in shown.results
        if each.fixture.defender == "ben" and each.winner is Side.DEFENDER
    }
    assert set(rows.evaluate_all(keys)) == wanted
    expect(tab.locator("#count")).to_have_text(f"{len(wanted)} of 9 matches")
    tab.get_by_role("button", name="Show all").click()
    expect(rows).to_have_count(9)
    tab.locator("select[name=status]").select_option("TIMEOUT")
    assert rows.evaluate_all(keys) == [shown.results[1].fixture.key]


def test_the_mix_and_the_head_to_head_are_those_of_the_standings(
    tab: Page, address: str, shown: Evening
) -> None:
    mix = shown.table.mix
    assert mix is not None
    tab.goto(f"{address}#mix")
    assert numbers(tab.locator("#value"))[0] == f"{mix.value:.3f}"
    for side, panel in zip(Side, tab.locator("section.panel").all(), strict=True):
        weights = {share.name: share.weight for share in mix.shares[side] if share.weight > 0}
        bars = panel.locator("li[data-share]")
        expect(bars).to_have_count(len(weights))
        for bar in bars.all():
            name = bar.get_attribute("data-share")
            assert name is not None
            assert numbers(bar.locator(".num"))[0] == f"{weights[name] * 100:.0f}"
    tab.goto(f"{address}#entrant")
    tab.locator("#entrant").select_option("cyd")
    expect(tab.locator("tr[data-opponent]")).to_have_count(4)
    for pair in shown.table.pairings:
        if pair.attacker == "cyd":
            line = tab.locator("section").first.locator(f"tr[data-opponent={pair.defender}]")
            expect(line).to_contain_text(f"{pair.attacker_wins} of {pair.matches}")
            expect(line).to_contain_text(f"{pair.mission:.3f}")


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


def test_the_keyboard_reaches_the_content_and_the_views(tab: Page, address: str) -> None:
    tab.goto(f"{address}#mix")
    tab.keyboard.press("Tab")
    expect(tab.locator(".skip")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.locator("#view")).to_be_focused()
    assert tab.url.endswith("#mix")
    tab.locator("#nav a").first.focus()
    for _ in range(4):
        tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    expect(tab.locator("#nav a[aria-current]")).to_have_text("Matches")
    expect(tab.locator(".matches")).to_be_visible()


def test_light_and_dark_by_hand(tab: Page, address: str) -> None:
    tab.emulate_media(color_scheme="dark")
    tab.goto(address)
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = tab.evaluate(paper)
    tab.locator(".theme").click()
    light = tab.evaluate(paper)
    assert sum(map(int, re.findall(r"\d+", light))) > 3 * 200
    assert sum(map(int, re.findall(r"\d+", dark))) < 3 * 60


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
