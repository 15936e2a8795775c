"""`wargame measure`: the bench."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from wargame.cli import options

if TYPE_CHECKING:
    from wargame.lab.bench import Row
    from wargame.pipeline.outcome import Outcome

DESCRIPTION = """\
The bench: puts cards in force from round 1, plays the rounds, and measures four times over the
same world: with attacks and defences, without the defences, without the attacks, with neither.
So the table says what an attack gains, what a defence takes away from it, and what the defence
costs when nobody attacks. Budgets are left aside; what a card needs to act is granted, and said.

With one seed each number has its own 95 % interval; with several, its mean over the seeds with
Student's interval, and so have the differences, which are taken seed by seed.
"""
EPILOG = """\
examples:
  wargame measure mapengine --attack pgd:heavy --defence adversarial_training:medium
  wargame measure mapengine --attack label_flip:heavy --rounds 3 --seeds 0:5 --fidelity drill
  wargame measure mapengine --defence dp_training --attack membership_inference --json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    options.scenario(parser)
    for side in ("attack", "defence"):
        parser.add_argument(
            f"--{side}",
            nargs="+",
            action="extend",
            default=[],
            metavar="CARD[:STRENGTH]",
            help="light, medium (where none is said) or heavy",
        )
    parser.add_argument("--rounds", type=int, default=1, metavar="N", help="rounds played (1)")
    seeds = parser.add_mutually_exclusive_group()
    seeds.add_argument("--seed", type=int, default=0, metavar="N", help="one seed (0)")
    seeds.add_argument("--seeds", type=options.span, metavar="A:B", help="seeds A to B-1")
    options.fidelity(parser)
    options.data(parser)
    options.workers(parser)
    options.json(parser, "one object: every measure of every arm, round and seed")


def run(args: argparse.Namespace) -> int:
    """Measures."""
    from wargame.cli.guard import say
    from wargame.errors import WargameError
    from wargame.game import scenario
    from wargame.lab import bench

    rules = scenario.load(args.scenario)
    if not 1 <= args.rounds <= rules.rounds:
        raise WargameError(f"--rounds lies in 1 to {rules.rounds} in {rules.name}")
    attacks = bench.plays(args.attack, attacking=True)
    attacks, granted = bench.with_access(attacks, rules)
    defences = bench.plays(args.defence, attacking=False)
    arms = bench.arms(attacks, defences)
    say(*granted)
    seeds = list(args.seeds) if args.seeds else [args.seed]
    runs = _runs(args, rules, arms, seeds)
    rows = bench.rows({arm: [each[-1] for each in runs[arm]] for arm in arms})
    if args.json:
        _print_json(args, arms, seeds, runs, rows, granted)
    else:
        _print(rows, list(arms), rounds=args.rounds, seeds=seeds)
    return 0


def _runs(
    args: argparse.Namespace, rules: Any, arms: dict[str, Any], seeds: list[int]
) -> dict[str, list[list[Outcome]]]:
    from wargame.cli.output import Progress
    from wargame.data.sources import load
    from wargame.game.match import world_seed
    from wargame.game.setup import default_store
    from wargame.lab import bench
    from wargame.pipeline.source import offer

    rules.sizes(args.fidelity)
    tiles = load(rules.data, location=args.data)
    offer(tiles)
    store = default_store()
    runs: dict[str, list[list[Outcome]]] = {arm: [] for arm in arms}
    with options.pool(args.workers) as pool, Progress() as progress:
        for seed in seeds:
            world = rules.world(world_seed(seed), args.fidelity, tiles.digest)
            for arm, forces in arms.items():
                progress.head = f"seed {seed}, {arm}: "
                done = bench.walk(
                    world, forces, args.rounds, store=store, pool=pool, progress=progress
                )
                runs[arm].append(done)
    return runs


def _print(rows: list[Row], arms: list[str], *, rounds: int, seeds: list[int]) -> None:
    from wargame.cli.output import interval, table
    from wargame.lab.bench import Cell

    def shown(cell: Cell | None) -> str:
        return interval(cell.value, cell.low, cell.high, cell.unit) if cell else "-"

    told = [(row.measure, *(shown(row.cells.get(arm)) for arm in arms)) for row in rows]
    many = f"mean of seeds {seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else f"seed {seeds[0]}"
    print(f"round {rounds}, {many}\n")
    print(table(("measure", *arms), told))
    pairs = [
        (row.measure, pair, shown(cell))
        for row in rows
        for pair, cell in row.differences.items()
        if cell.value != 0 or cell.low != cell.high
    ]
    if pairs:
        print("\ndifferences on the same seeds\n")
        print(table(("measure", "effect of", "difference"), pairs))


def _print_json(
    args: argparse.Namespace,
    arms: dict[str, Any],
    seeds: list[int],
    runs: dict[str, list[list[Outcome]]],
    rows: list[Row],
    granted: tuple[str, ...],
) -> None:
    from dataclasses import asdict

    from wargame.cli.output import print_json

    print_json(
        {
            "scenario": args.scenario,
            "fidelity": args.fidelity,
            "rounds": args.rounds,
            "seeds": seeds,
            "granted": list(granted),
            "arms": {
                arm: {
                    side: [asdict(play) for play in plays]
                    for side, plays in zip(("attacks", "defences"), forces, strict=True)
                }
                for arm, forces in arms.items()
            },
            "table": [
                {
                    "measure": row.measure,
                    "arms": {arm: cell._asdict() for arm, cell in row.cells.items()},
                    "differences": {p: cell._asdict() for p, cell in row.differences.items()},
                }
                for row in rows
            ],
            "runs": [
                {
                    "seed": seed,
                    "arm": arm,
                    "round": outcome.round,
                    "measures": {name: asdict(m) for name, m in outcome.measures.items()},
                }
                for arm, per_seed in runs.items()
                for seed, outcomes in zip(seeds, per_seed, strict=True)
                for outcome in outcomes
            ],
        }
    )
