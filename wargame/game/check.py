"""Checks the data of a scenario file, and says what is wrong at its own line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from wargame import catalog
from wargame.errors import WargameError
from wargame.game.located import Located, Where
from wargame.game.problems import Problem, modelled, report, shown
from wargame.game.terms import Entry, Scenario
from wargame.stages import STRENGTHS, Side


def validated(data: Any, file: str, located: Located | None = None) -> Scenario:
    """The scenario in plain data.

    Raises:
        WargameError: one line `file:line:column: field: what` for each problem, in file order.
    """
    located = located or Located(file, data)
    scenario = modelled(Scenario, data, located, "scenario")
    problems = [*_numbers(scenario), *_names(scenario), *_deck(scenario)]
    if problems:
        raise report(located, problems, "scenario")
    return scenario


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
    return Problem((*path, name), f"found {shown(entry.knobs[name])}; {item['msg']}")
