"""Compares the lines of a record with the same lines made anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

MEASURES = ("value", "low", "high", "n", "key", "unit")
ABSOLUTE, RELATIVE = 0.05, 0.05
"""Tolerances on another kind of processor: of shares and AUCs, and of all other numbers."""
TOLERANCES = (
    f"shares, AUCs and mission values within {ABSOLUTE:g} or half the recorded 95 % interval, "
    f"other measures within {RELATIVE:.0%} or half the interval; keys, readings and events are "
    "not compared"
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as recorded."""

    line: int
    """Number of the line in the file, from 1."""
    round: int | None
    """None for the header and the result."""
    what: str
    """A measure's name, or the path of another field."""
    recorded: Any
    recomputed: Any

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return asdict(self)

    def __str__(self) -> str:
        where = f"round {self.round}" if self.round is not None else f"line {self.line}"
        return f"{where}: {self.what}: recorded {_shown(self.recorded)}, recomputed " + _shown(
            self.recomputed
        )


def exactly(line: int, recorded: Any, now: Any) -> list[Difference]:
    """Every difference between two lines, as parsed JSON."""
    round_ = _round(recorded)
    return [Difference(line, round_, what, a, b) for what, a, b in _differing(recorded, now)]


def roughly(line: int, recorded: Any, now: Any) -> list[Difference]:
    """The measures and mission values that differ by more than `TOLERANCES`."""
    round_ = _round(recorded)
    found = []
    was, are = recorded.get("measures", {}), now.get("measures", {})
    for name in sorted({*was, *are}):
        a, b = was.get(name), are.get(name)
        if a is None or b is None or not _near(a, b):
            found.append(Difference(line, round_, name, _span(a), _span(b)))
    a, b = _mission(recorded), _mission(now)
    if a is not None and b is not None and abs(a - b) > ABSOLUTE:
        found.append(Difference(line, round_, "mission", a, b))
    return found


def _round(line: Mapping[str, Any]) -> int | None:
    return 0 if line.get("kind") == "opening" else line.get("round")


def _differing(a: Any, b: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(a, dict) and isinstance(b, dict) and not _is_measure(path):
        for name in sorted({*a, *b}):
            yield from _differing(a.get(name), b.get(name), (*path, name))
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for place, (one, other) in enumerate(zip(a, b, strict=True)):
            yield from _differing(one, other, (*path, str(place)))
    elif _differ(a, b):
        yield path[1] if _is_measure(path) else ".".join(path), a, b


def _differ(a: Any, b: Any) -> bool:
    # 1, 1.0 and true are equal to Python, and are not the same bytes.
    return type(a) is not type(b) or a != b or repr(a) != repr(b)


def _is_measure(path: tuple[str, ...]) -> bool:
    return len(path) == 2 and path[0] == "measures"


def _near(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    floor = ABSOLUTE if a["unit"] in ("share", "auc") else RELATIVE * abs(a["value"])
    allowed = max(floor, (a["high"] - a["low"]) / 2)
    return bool(a["unit"] == b["unit"] and abs(a["value"] - b["value"]) <= allowed)


def _mission(line: Mapping[str, Any]) -> float | None:
    found = line.get("score", line).get("mission")
    return float(found) if found is not None else None


def _span(measure: Mapping[str, Any] | None) -> Any:
    return None if measure is None else dict(measure)


def _shown(item: Any) -> str:
    if isinstance(item, dict) and set(item) == set(MEASURES):
        text = f"{item['value']:.6g} [{item['low']:.6g}, {item['high']:.6g}] n={item['n']}"
        return f"{text} key {item['key'][:12]}"
    text = "nothing" if item is None else str(item)
    return text if len(text) <= 120 else text[:117] + "..."
