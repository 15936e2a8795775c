"""What stands in the rows of results, and how it is read again; damage is told, never believed."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import Any

from wargame.errors import WargameError
from wargame.stages import SIDES, Side
from wargame.store import canonical
from wargame.tournament.entrant import Entrant, Entry
from wargame.tournament.outcome import Fixture, Kept, MatchResult

_LEVEL = 6


def loaded(text: str) -> Any:
    """Plain data of a column that holds JSON.

    Raises:
        WargameError: it does not.
    """
    try:
        return json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise damaged("a row is no JSON") from error


def of_fixture(tournament: int, fixture: Fixture) -> dict[str, Any]:
    """The row of a fixture."""
    return {"tournament": tournament, "match": fixture.key, **fixture._asdict()}


def fixture(row: Any) -> Fixture:
    """The fixture in a row.

    Raises:
        WargameError: the row was damaged or edited.
    """
    found = Fixture(*(getattr(row, name) for name in Fixture._fields))
    if type(found.round) is not int or type(found.seed) is not int or found.key != row.match:
        raise damaged("a fixture is not what was written")
    return found


def entry(row: Any, entrant: Entrant) -> Entry:
    """The stay in a row of an entrant that was read from it.

    Raises:
        WargameError: the row was damaged or edited.
    """
    left_well = row.left is None or type(row.left) is int
    if type(row.joined) is not int or not left_well or row.name != entrant.name:
        raise damaged("the row of an entrant is not what was written")
    return Entry(entrant, row.joined, row.left)


def of_match(result: MatchResult, kept: Kept) -> dict[str, Any]:
    """The row of a match that was played, without the tournament."""
    text = canonical(result.to_json())
    output = canonical({side.value: kept.output.get(side, "") for side in SIDES})
    return {
        "match": result.fixture.key,
        "attacker": result.fixture.attacker,
        "defender": result.fixture.defender,
        "winner": None if result.winner is None else result.winner.value,
        "mission": result.mission,
        "par": result.par,
        "attacker_status": result.status[Side.ATTACKER].value,
        "defender_status": result.status[Side.DEFENDER].value,
        "seconds": kept.seconds,
        "result": text.decode(),
        "digest": hashlib.sha256(text).hexdigest(),
        "record": zlib.compress(kept.record, _LEVEL),
        "output": zlib.compress(output, _LEVEL),
    }


def result(row: Any) -> MatchResult:
    """The result in a row.

    Raises:
        WargameError: the row was damaged or edited.
    """
    text = row.result
    if not isinstance(text, str) or hashlib.sha256(text.encode()).hexdigest() != row.digest:
        raise damaged("the result of a match is not what was written")
    return MatchResult.from_json(json.loads(text))


def kept(row: Any) -> Kept:
    """What is kept of the match in a row.

    Raises:
        WargameError: the row was damaged or edited.
    """
    try:
        output = json.loads(zlib.decompress(row.output))
        record = zlib.decompress(row.record)
        return Kept(record, {side: str(output[side.value]) for side in SIDES}, float(row.seconds))
    except (zlib.error, ValueError, TypeError, KeyError) as error:
        raise damaged(f"what is kept of the match {row.match} cannot be read") from error


def difference(was: Any, now: Any, where: str = "") -> str | None:
    """In what two plain data differ first, in words; None where they do not."""
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for name in sorted({*was, *now}):
            found = difference(was.get(name), now.get(name), f"{where}.{name}" if where else name)
            if found is not None:
                return found
        return None
    return None if was == now else f"{where} was {_shown(was)} and is {_shown(now)}"


def _shown(value: Any) -> str:
    text = "not given" if value is None else value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def damaged(what: str) -> WargameError:
    """The error that tells of damage."""
    return WargameError(f"the results are damaged: {what}")
