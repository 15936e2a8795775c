"""The page in a real browser: opened from its file, clicked through, and looked at."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.tournament.browsing import NAMES, address, browser, numbers, shown, tab
from tests.tournament.pages import Evening, World, world
from tests.worlds import leaves
from wargame.stages import Side

__all__ = ["address", "browser", "leaves", "shown", "tab", "world"]


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
