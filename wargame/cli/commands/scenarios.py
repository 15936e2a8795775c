"""`wargame scenarios`: the games, and the check of a scenario file."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from wargame.cli import options

if TYPE_CHECKING:
    from wargame.game.terms import Scenario

DESCRIPTION = """\
Lists the scenarios. With a name: describes it. With a file: checks it; every mistake is named
with file, line, field, what was found and what is allowed. A scenario is one YAML file; --schema
prints its JSON Schema, for editors that complete and check while you type.
"""
EPILOG = """\
examples:
  wargame scenarios
  wargame scenarios mapengine
  wargame scenarios ./mine.yaml
  wargame scenarios --schema > scenario.schema.json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.add_argument("name", nargs="?", metavar="NAME|FILE", help="one scenario")
    parser.add_argument("--schema", action="store_true", help="the JSON Schema of a scenario")
    options.json(parser, "a list, or with NAME the scenario with its digest")


def run(args: argparse.Namespace) -> int:
    """Lists, describes or checks."""
    from wargame import catalog
    from wargame.cli.output import print_json
    from wargame.game import scenario

    if args.schema:
        print_json(scenario.schema())
        return 0
    if args.name is None:
        return _list(args)
    found = scenario.load(args.name)
    if args.json:
        print_json({**found.content(), "digest": found.digest})
        return 0
    if args.name not in catalog.scenario_files():
        print(f"{args.name}: a valid scenario\n")
    print(described(found))
    return 0


def _list(args: argparse.Namespace) -> int:
    from wargame import catalog
    from wargame.cli.output import print_json, table
    from wargame.game import scenario

    found = [scenario.load(name) for name in catalog.scenario_files()]
    if args.json:
        print_json([_facts(each) for each in found])
        return 0
    rows = [
        (each.name, each.title, str(each.rounds), _deck_size(each), each.source) for each in found
    ]
    print(table(("scenario", "title", "rounds", "cards", "source"), rows))
    return 0


def _facts(found: Scenario) -> dict[str, Any]:
    return {
        "name": found.name,
        "title": found.title,
        "rounds": found.rounds,
        "data": found.data,
        "fidelities": list(found.fidelity),
        "source": found.source,
        "digest": found.digest,
    }


def _deck_size(found: Scenario) -> str:
    return f"{len(found.deck.attacker)} + {len(found.deck.defender)}"


def described(found: Scenario) -> str:
    """A scenario for a reader."""
    from wargame.cli.output import wrapped
    from wargame.stages import SIDES

    weights = found.mission.weights.model_dump()
    lines = [
        f"{found.title} ({found.name}), from {found.source}",
        "",
        wrapped(found.briefing),
        "",
        f"rounds: {found.rounds}; points: {found.budget.start} at the start, "
        f"{found.budget.refill} a round, {found.budget.cap} at most",
        f"mission: {', '.join(f'{k} {v:g}' for k, v in weights.items())}; "
        f"the attacker wins above par {found.mission.par:g}",
        f"data: {found.data}; model: {found.pipeline.model}; "
        f"fidelities: {', '.join(found.fidelity)}",
        f"the attacker holds from the start: {', '.join(found.access) or 'nothing'}",
        "",
    ]
    for side in SIDES:
        names = ", ".join(entry.name for entry in found.deck.of(side))
        lines.append(wrapped(f"{side.value}: {names}"))
    lines.append(f"\ndigest: {found.digest}")
    return "\n".join(lines)
