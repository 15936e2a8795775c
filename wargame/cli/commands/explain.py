"""`wargame explain`: where each number of a round comes from."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wargame.cli import options

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wargame.game.lines import MeasureLine, Opening, Round
    from wargame.game.record import Record
    from wargame.game.terms import Scenario
    from wargame.store import Store

DESCRIPTION = """\
Says of every number of a round where it comes from: the recipe of the round (cards in force with
their knobs, sizes, seed, data, and what the earlier rounds left), the key under which the store
keeps the number's artifact, the file, the 95 % interval and the sample size, the seconds it took,
and whether it was in the store or had to be made this time.
"""
EPILOG = """\
examples:
  wargame explain m.jsonl --round 3
  wargame explain m.jsonl --round 0        (the honest start)
  wargame explain m.jsonl --round 3 --json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the record")
    parser.add_argument(
        "--round", type=int, required=True, metavar="R", help="0 is the honest start"
    )
    options.data(parser)
    options.workers(parser)
    options.json(parser, "one object")


def run(args: argparse.Namespace) -> int:
    """Explains."""
    from wargame.cli.output import print_json
    from wargame.game import scenario
    from wargame.game.record import read
    from wargame.game.setup import default_store

    record = read(args.file)
    chosen = _chosen(record, args.round)
    store, start = default_store(), time.time()
    before = _before(record, args.round)
    wanted = [chosen.key, *([before] if before else ()), *(m.key for m in chosen.measures.values())]
    if any(store.meta(key) is None for key in wanted):
        _remake(args, record, store)
    rules = scenario.from_content(record.header.content)
    told = {
        "round": args.round,
        "recipe": _recipe(record, chosen, rules, store, before),
        "measures": {
            name: _origin(measure, store, start) for name, measure in chosen.measures.items()
        },
    }
    if args.json:
        print_json(told)
    else:
        _print(told)
    return 0


def _chosen(record: Record, number: int) -> Opening | Round:
    from wargame.errors import WargameError

    if record.opening is None:
        raise WargameError(f"{record.path}: the match has not been opened; nothing is measured yet")
    if not 0 <= number <= len(record.rounds):
        raise WargameError(
            f"{record.path} has rounds 0 to {len(record.rounds)}; there is no round {number}"
        )
    return record.rounds[number - 1] if number else record.opening


def _before(record: Record, number: int) -> str | None:
    """Key of the round before, whose artifact tells what this one started from."""
    if number == 0 or record.opening is None:
        return None
    return record.rounds[number - 2].key if number > 1 else record.opening.key


def _remake(args: argparse.Namespace, record: Record, store: Store) -> None:
    from wargame.cli.output import Progress
    from wargame.cli.recorded import players
    from wargame.cli.setting import again

    with options.pool(args.workers) as pool, Progress() as progress:
        match = again(
            record.header,
            data=args.data,
            store=store,
            pool=pool,
            progress=progress,
            agents=players(record),
        )
        match.open()
        for number in range(args.round):
            progress.head = f"round {number + 1}: "
            match.step()


def _recipe(
    record: Record, chosen: Opening | Round, rules: Scenario, store: Store, before: str | None
) -> dict[str, Any]:
    from wargame.game.match import world_seed

    head = record.header
    world = rules.world(world_seed(head.seed), head.fidelity, head.data.digest)
    left = store.get(before) if before else None
    return {
        "scenario": head.scenario,
        "scenario_digest": head.scenario_digest,
        "fidelity": head.fidelity,
        "seed": head.seed,
        "data": head.data.model_dump(),
        "settings": dict(world.settings),
        "cards": _cards(chosen, dict(world.knobs)),
        "starts_from": {k: v for k, v in left.facts["carry"].items() if k != "past"}
        if left
        else None,
        "round_key": chosen.key,
    }


def _cards(chosen: Opening | Round, knobs: dict[str, Any]) -> list[dict[str, Any]]:
    from wargame import catalog
    from wargame.game.lines import Round
    from wargame.stages import SIDES

    if not isinstance(chosen, Round):
        return []
    told = []
    for side in SIDES:
        for force in chosen.in_force.get(side, ()):
            card = catalog.card(force.card)
            told.append(
                {
                    "card": force.card,
                    "side": side.value,
                    "stage": card.stage.value,
                    "strength": force.strength.value,
                    "since": force.since,
                    "knobs": card.at(force.strength, knobs.get(force.card)).knobs(),
                    "code": catalog.card_digest(force.card),
                }
            )
    return told


def _origin(measure: MeasureLine, store: Store, start: float) -> dict[str, Any]:
    meta = store.meta(measure.key)
    folder = store.root / "objects" / measure.key[:2] / measure.key
    return {
        **measure.model_dump(),
        "kind": meta.kind if meta else None,
        "file": _file(folder.glob("artifact.*")) if meta else None,
        "seconds": meta.seconds if meta else None,
        "origin": "absent" if meta is None else "made now" if meta.made >= start else "store",
    }


def _file(found: Iterable[Path]) -> str | None:
    return next((str(path) for path in found), None)


def _print(told: dict[str, Any]) -> None:
    from wargame.cli.output import interval, wrapped

    recipe = told["recipe"]
    print(
        f"round {told['round']} of {recipe['scenario']}, {recipe['fidelity']}, "
        f"seed {recipe['seed']}; key {recipe['round_key']}"
    )
    print(wrapped(f"data: {recipe['data']['origin']}, digest {recipe['data']['digest'][:12]}"))
    sizes = ", ".join(f"{k} {v}" for k, v in recipe["settings"].items() if k != "access")
    print(wrapped(f"settings: {sizes}"))
    for card in recipe["cards"]:
        knobs = ", ".join(f"{name} {value}" for name, value in card["knobs"].items())
        print(
            wrapped(
                f"{card['side']}: {card['card']}:{card['strength']} at {card['stage']} since round "
                f"{card['since']} ({knobs or 'no knobs'}; code {card['code']})"
            )
        )
    left = recipe["starts_from"]
    if left:
        loot = ", ".join(f"{k} {v[:12]}" for k, v in left["loot"].items()) or "nothing"
        print(
            f"starts from the model {left['model'][:12]}, {len(left['shelf'])} stored batches; "
            f"the attacker holds {loot}"
        )
    words = {"store": "from the store", "made now": "made this time"}
    for name, each in told["measures"].items():
        number = interval(each["value"], each["low"], each["high"], each["unit"])
        print(f"\n{name}: {number} {each['unit']}, n = {each['n']}")
        print(f"  key {each['key']}")
        if each["origin"] == "absent":
            print(
                "  not in the store (removed, or made by another version); "
                "`wargame verify` makes it again"
            )
        else:
            print(f"  {each['kind']}, {each['seconds']:.3f} s, {words[each['origin']]}")
            print(f"  {each['file']}")
