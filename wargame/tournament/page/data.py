"""What the page's script knows from the start: terms, standings and one row a match."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from wargame.sandbox.limits import Status
from wargame.stages import SIDES, STAGES
from wargame.tournament.outcome import MatchResult
from wargame.tournament.page.story import sure
from wargame.tournament.page.tiles import PACK
from wargame.tournament.page.words import card_facts, harmless, measured

if TYPE_CHECKING:
    from wargame.tournament.standings import Standings
    from wargame.tournament.terms import Terms


def index(
    title: str,
    terms: Terms,
    table: Standings,
    results: Sequence[MatchResult],
    titles: Mapping[str, str],
) -> dict[str, Any]:
    """Plain JSON data, the same for the same tournament."""
    return {
        "title": harmless(title),
        "titles": {n: harmless(each) for n, each in sorted(titles.items()) if each != n},
        "pack": PACK,
        "facts": facts(terms, table, results),
        "standings": table.to_json(),
        "par": _par(terms),
        "statuses": [status.value for status in Status],
        "stages": [stage.value for stage in STAGES],
        "matches": [_match(result) for result in results],
    }


def names(cards: Iterable[str], measures: Iterable[str]) -> dict[str, Any]:
    """What the cards and measures of all matches are called."""
    return {
        "cards": {name: card_facts(name) for name in sorted(cards)},
        "measures": {name: measured(name) for name in sorted(measures)},
    }


def facts(terms: Terms, table: Standings, results: Sequence[MatchResult]) -> list[list[str]]:
    """What stands under the title: pairs of a heading and its words."""
    scenarios = [
        f"{harmless(game.title)} (par {game.mission.par:g})" for game in terms.games.values()
    ]
    forfeits = sum(each.forfeit for each in results)
    played = f"{len(results):,}" + (f", {forfeits} of them forfeited" if forfeits else "")
    first = ", ".join(f"{place} {name}" for place, name in enumerate(table.placing[:3], start=1))
    return [
        *([["placing", first]] if first else []),
        ["format", terms.format.replace("-", " ")],
        ["entrants", str(len(table.rows))],
        ["matches played", played],
        ["scenario" if len(scenarios) == 1 else "scenarios", ", ".join(scenarios)],
        ["seeds a pair", str(terms.seeds)],
        ["fidelity", terms.fidelity],
    ]


def _par(terms: Terms) -> float | None:
    """Par where all scenarios have the same."""
    found = {game.mission.par for game in terms.games.values()}
    return found.pop() if len(found) == 1 else None


def _match(result: MatchResult) -> list[Any]:
    fixture = result.fixture
    return [
        fixture.key,
        fixture.round,
        fixture.scenario,
        fixture.attacker,
        fixture.defender,
        fixture.seed,
        result.winner,
        sure(result.mission),
        result.par,
        [result.status[side].value for side in SIDES],
        result.decided_by,
    ]
