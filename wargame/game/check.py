"""Checks the data of a scenario file, and says what is wrong at its own line."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from wargame import catalog
from wargame.errors import WargameError
from wargame.game.located import Located, Where
from wargame.game.terms import Entry, Scenario
from wargame.stages import STRENGTHS, Side
from wargame.store import canonical

MOST = 8
"""Problems shown at once."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong, and where."""

    path: Where
    message: str
    on_key: bool = False


def validated(data: Any, file: str, located: Located | None = None) -> Scenario:
    """The scenario in plain data.

    Raises:
        WargameError: one line `file:line:column: field: what` for each problem, in file order.
    """
    located = located or Located(file, data)
    try:
        # JSON mode is strict about types yet takes text for an enum and a list for a tuple.
        scenario = Scenario.model_validate_json(canonical(data))
    except ValidationError as error:
        raise _report(located, [_structural(item, data) for item in error.errors()]) from None
    except (ValueError, TypeError) as error:
        raise located.error((), f"not plain data: {error}") from None
    problems = [*_numbers(scenario), *_names(scenario), *_deck(scenario)]
    if problems:
        raise _report(located, problems)
    return scenario


def _report(located: Located, problems: list[Problem]) -> WargameError:
    lines = {}
    for problem in problems:
        line, column = located.place(problem.path, key=problem.on_key)
        field = ".".join(str(part)[:60] for part in problem.path) or "scenario"
        lines[f"{located.file}:{line}:{column}: {field}: {problem.message}"] = (line, column)
    shown = sorted(lines, key=lambda text: lines[text])
    more = len(shown) - MOST
    return WargameError("\n".join(shown[:MOST] + ([f"and {more} more"] if more > 0 else [])))


def _structural(item: Mapping[str, Any], data: Any) -> Problem:
    kind = item["type"]
    path: Where = item["loc"]
    # Pydantic marks a wrong key by one more part; a file may have a field of that very name.
    marked = kind != "extra_forbidden" and len(path) > 1 and path[-1] == "[key]"
    path = path[:-1] if marked else path
    on_key = kind == "extra_forbidden" or marked
    if on_key:
        known = _fields(path[:-1])
        return Problem(path, f"unknown field; {catalog.suggest(str(path[-1])[:60], known)}", True)
    if kind == "missing":
        return Problem(path, "this field is missing")
    message = item["msg"].removeprefix("Value error, ").removeprefix("Input ")
    found = _shown(_at(data, path))
    allowed = item.get("ctx", {}).get("expected")
    if kind in ("enum", "literal_error") and allowed:
        choices = tuple(part.strip(" '") for part in allowed.replace(" or ", ",").split(","))
        message = catalog.suggest(found.strip("'"), choices)
    return Problem(path, f"found {found}; {message}")


def _at(data: Any, path: Where) -> Any:
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return data
    return data


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _fields(path: Where) -> tuple[str, ...]:
    """Names allowed as keys at a path."""
    current: Any = Scenario
    for part in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            info = current.model_fields.get(str(part))
            current = info.annotation if info else None
        else:
            current = next(reversed(get_args(current)), None)
        if get_origin(current) in (Union, types.UnionType):
            current = get_args(current)[0]
    if isinstance(current, type) and issubclass(current, BaseModel):
        return tuple(current.model_fields)
    first = next(iter(get_args(current)), None)
    return tuple(get_args(first)) if get_origin(first) is Literal else ()


def _numbers(scenario: Scenario) -> Iterator[Problem]:
    budget, weights = scenario.budget, scenario.mission.weights
    if budget.cap < budget.start:
        message = f"found {budget.cap}; the cap is at least the start, {budget.start}"
        yield Problem(("budget", "cap"), message)
    total = weights.integrity + weights.confidentiality + weights.availability
    if abs(total - 1) > 1e-9:
        yield Problem(("mission", "weights"), f"the weights sum to {total:g}; they must sum to 1")
    pipeline = scenario.pipeline
    if pipeline.captured_drones > pipeline.drones:
        message = f"found {pipeline.captured_drones}; there are only {pipeline.drones} drones"
        yield Problem(("pipeline", "captured_drones"), message)
    for index, access in enumerate(scenario.access):
        if access in scenario.access[:index]:
            yield Problem(("access", index), f"{access.value} stands here twice")


def _names(scenario: Scenario) -> Iterator[Problem]:
    models = tuple(catalog.model_files())
    if scenario.pipeline.model not in models:
        error = catalog.unknown("model", scenario.pipeline.model, models)
        yield Problem(("pipeline", "model"), str(error))


def _deck(scenario: Scenario) -> Iterator[Problem]:
    for side in Side:
        entries = scenario.deck.of(side)
        for index, entry in enumerate(entries):
            path: Where = ("deck", side.value, index)
            if any(entry.name == other.name for other in entries[:index]):
                yield Problem(path, f"{entry.name} stands in this deck twice")
                continue
            yield from _card(entry, side, path)


def _card(entry: Entry, side: Side, path: Where) -> Iterator[Problem]:
    try:
        card = catalog.card(entry.name)
    except WargameError as error:
        yield Problem(path, str(error))
        return
    if card.side is not side:
        yield Problem(path, f"{entry.name} is a card of the {card.side.value}")
        return
    for strength in STRENGTHS:
        try:
            card.at(strength, entry.knobs)
        except ValidationError as error:
            knobs = tuple(card.model_fields)
            for item in error.errors():
                yield _knob(item, entry, (*path, entry.name), knobs)
            return


def _knob(item: Any, entry: Entry, path: Where, knobs: tuple[str, ...]) -> Problem:
    name = str(next(iter(item["loc"]), ""))
    if item["type"] == "extra_forbidden":
        known = catalog.suggest(name[:60], knobs) if knobs else "it has none"
        return Problem((*path, name), f"{entry.name} has no such knob; {known}", True)
    if name not in entry.knobs:
        return Problem(path, item["msg"])
    return Problem((*path, name), f"found {_shown(entry.knobs[name])}; {item['msg']}")
