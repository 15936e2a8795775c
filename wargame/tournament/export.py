"""A tournament's results as files for other programs: CSV for spreadsheets, JSON for the rest.

Both are the same bytes for the same results, in whatever order these are given.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from wargame.jsonlines import place, writing
from wargame.sandbox.limits import Status
from wargame.stages import SIDES, Side
from wargame.tournament.outcome import MatchResult
from wargame.tournament.ratings import Rating
from wargame.tournament.standings import Row, Standings
from wargame.tournament.tally import Pairing

FORMAT, VERSION = "wargame-tournament", 1
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What a cell must not begin with, or a spreadsheet takes it for a formula (OWASP, "CSV
Injection")."""
_OFFENCES = tuple(status for status in Status if status is not Status.OK)
_MATCH = (
    *("round", "scenario", "attacker", "defender", "seed", "winner", "mission", "par", "rounds"),
    *("attacker_status", "defender_status", "attacker_fault", "defender_fault"),
    *("decided_by", "words"),
)
_PAIRING = ("attacker", "defender", "matches", "attacker_wins", "defender_wins", "mission")


def document(
    terms: Mapping[str, Any],
    standings: Standings,
    results: Sequence[MatchResult],
    *,
    titles: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Everything as plain JSON data.

    Args:
        terms: of the tournament, as JSON data.
        standings: of the results.
        results: in any order.
        titles: what entrants are called beside their names.
    """
    return {
        "format": FORMAT,
        "version": VERSION,
        "terms": dict(terms),
        "titles": dict(titles or {}),
        "standings": standings.to_json(),
        "matches": [each.to_json() for each in _sorted(results)],
    }


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Writes a document: UTF-8, keys sorted, two spaces deep.

    Raises:
        WargameError: it cannot be written.
    """
    text = json.dumps(content, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    with writing(path):
        place(path, _encoded(f"{text}\n"))


def write_csv(
    folder: Path,
    standings: Standings,
    results: Sequence[MatchResult],
    *,
    titles: Mapping[str, str] | None = None,
) -> tuple[Path, ...]:
    """Writes standings.csv, matches.csv and head_to_head.csv as RFC 4180 has it, in UTF-8.

    Texts that a spreadsheet would take for a formula get an apostrophe before them.

    Args:
        folder: made where it is not there.
        standings: of the results.
        results: in any order.
        titles: what entrants are called beside their names.

    Raises:
        WargameError: a file cannot be written.
    """
    called = titles or {}
    tables = {
        "standings": (_HEAD, [_standing(row, called.get(row.name, "")) for row in standings.rows]),
        "matches": (_MATCH, [_match(each) for each in _sorted(results)]),
        "head_to_head": (_PAIRING, [_pairing(each) for each in standings.pairings]),
    }
    paths = []
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, (head, rows) in tables.items():
            paths.append(folder / f"{name}.csv")
            place(paths[-1], _table(head, rows))
    return tuple(paths)


def safe(text: str) -> str:
    """A text as a spreadsheet's cell that is nothing but text."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    page = io.StringIO()
    lines = csv.writer(page, lineterminator="\r\n")
    lines.writerow(head)
    for row in rows:
        lines.writerow([_cell(value) for value in row])
    return _encoded(page.getvalue())


def _cell(value: Any) -> Any:
    # NUL ends a cell in some readers, and a file in others.
    return safe(value.replace("\0", "\ufffd")) if isinstance(value, str) else value


def _encoded(text: str) -> bytes:
    # What a guest said may hold halves of surrogate pairs, which UTF-8 has no bytes for.
    return text.encode("utf-8", "replace")


def _sorted(results: Sequence[MatchResult]) -> list[MatchResult]:
    return sorted(results, key=lambda each: each.fixture)


_RATING = ("rating", "rating_low", "rating_high")
_HEAD = (
    *("rank", "name", "title", *_RATING, "matches", "wins", "losses", "points", "balance"),
    *(f"forfeits_{status.value.lower()}" for status in _OFFENCES),
    *(
        f"{side.value}_{column}"
        for side in SIDES
        for column in ("rank", *_RATING, "matches", "wins", "losses", "mission")
    ),
)


def _standing(row: Row, title: str) -> list[Any]:
    forfeits = row.forfeits
    return [
        *(row.rank, row.name, title, *_three(row.rating)),
        *(row.matches, row.wins, row.losses, row.points, row.balance),
        *(forfeits.get(status, 0) for status in _OFFENCES),
        *(value for side in SIDES for value in _side(row, side)),
    ]


def _side(row: Row, side: Side) -> list[Any]:
    own = row.tallies[side]
    told = (row.ranks[side], *_three(row.ratings[side]))
    return [*told, own.matches, own.wins, own.losses, own.mission]


def _three(rating: Rating | None) -> tuple[float | None, ...]:
    return (None, None, None) if rating is None else (rating.value, rating.low, rating.high)


def _match(result: MatchResult) -> list[Any]:
    winner = None if result.winner is None else result.winner.value
    return [
        *(*result.fixture, winner, result.mission, result.par, len(result.plays)),
        *(result.status[side].value for side in SIDES),
        *(result.faults.get(side, "") for side in SIDES),
        *(result.decided_by, result.words),
    ]


def _pairing(pair: Pairing) -> list[Any]:
    return [getattr(pair, column) for column in _PAIRING]
