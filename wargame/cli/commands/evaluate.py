"""`wargame evaluate`: agents compared on seeds that nobody trained on."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from wargame.cli import options

if TYPE_CHECKING:
    from wargame.game.terms import Scenario
    from wargame.lab.evaluation import Contestant, Evaluation

DESCRIPTION = """\
Plays every attacker against every defender on the same seeds, and compares them; nothing learns.
A match counts by its mean mission value: the attacker gains it, the defender loses it.

A seed is one world, which all pairs share. So each agent's missions against the other side's
mixture are averaged within a seed first; means and differences are then taken over the seeds,
with Student's 95 % intervals, and the differences are paired seed by seed. Where several agents
are compared, Holm's correction says what holds for all of them together.
"""
EPILOG = """\
examples:
  wargame evaluate mapengine --attacker poisoner,evader,thief,saboteur \\
      --defender runs/defender/policy,vigilant,hardener,frugal --seeds 100:110
  wargame evaluate mapengine --attacker 'evader*3,thief' --defender frugal,hardener --json
  wargame evaluate mapengine --attacker pool:runs/league/pool --defender runs/defender/policy

Training draws its worlds from seeds above 4294967295, so smaller ones are always held out.
Stopped at any moment, the same command goes on: every finished round is in the store.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    options.scenario(parser)
    for side in ("attacker", "defender"):
        parser.add_argument(
            f"--{side}",
            required=True,
            metavar="A[,B]",
            help="names, own .py files or policy folders, the mixture that the other side meets; "
            "A*2 counts A twice, pool:DIR takes a pool with its weights",
        )
    parser.add_argument(
        "--seeds",
        type=seeds,
        default=range(100, 110),
        metavar="A:B",
        help="seeds A to B-1, at least two (100:110)",
    )
    parser.add_argument(
        "--baseline",
        metavar="AGENT",
        help="whom the others of its side are compared with (the first one named)",
    )
    options.fidelity(parser)
    options.data(parser)
    options.all_workers(parser)
    options.json(parser, "one object: every match, mean, interval and comparison")


def seeds(text: str) -> range:
    """A type for arguments: A:B with two seeds or more."""
    try:
        found = options.span(text)
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(
            f"expected A:B with A < B, at most 1000 seeds, not {text!r}"
        ) from None
    if len(found) < 2:
        raise argparse.ArgumentTypeError(
            f"{text} is one seed alone, and an interval needs two or more"
        )
    return found


def run(args: argparse.Namespace) -> int:
    """Plays, compares and tells."""
    from wargame.cli.contestants import contestants, warnings
    from wargame.cli.guard import say
    from wargame.game import scenario
    from wargame.stages import Side

    rules = scenario.load(args.scenario)
    rules.sizes(args.fidelity)
    sides = contestants(Side.ATTACKER, args.attacker), contestants(Side.DEFENDER, args.defender)
    baseline = _baseline(args.baseline, (*sides[0], *sides[1]))
    warned = warnings((*sides[0], *sides[1]), args.seeds)
    say(*(f"warning: {each}" for each in warned))
    found = _play(args, rules, sides)
    if args.json:
        _print_json(args, rules, found, baseline, warned)
    else:
        from wargame.cli import evaluated

        evaluated.show(found, f"{rules.title} at {args.fidelity}", baseline)
    return 0


def _baseline(word: str | None, agents: tuple[Contestant, ...]) -> str | None:
    """The label of the agent of that word, name or label."""
    from wargame.errors import WargameError

    if word is None:
        return None
    for each in agents:
        if word in (each.label, each.name, each.word):
            return each.label
    known = ", ".join(each.label for each in agents)
    raise WargameError(f"--baseline {word} takes no part; there are {known}")


def _play(
    args: argparse.Namespace,
    rules: Scenario,
    sides: tuple[tuple[Contestant, ...], tuple[Contestant, ...]],
) -> Evaluation:
    from wargame.cli.output import Progress
    from wargame.lab.contest import Contest

    workers = args.workers
    with options.pool(workers) as pool, Progress() as progress:
        contest = Contest(
            rules,
            args.fidelity,
            *sides,
            data=args.data,
            pool=pool,
            workers=workers,
            progress=progress,
        )
        try:
            return contest.play(args.seeds)
        except BaseException as error:
            if contest.finished or isinstance(error, KeyboardInterrupt):
                error.add_note(
                    f"{contest.finished} of {len(args.seeds)} seeds are complete; all finished "
                    "rounds are in the store, and the same command goes on from there"
                )
            raise


def _print_json(
    args: argparse.Namespace,
    rules: Scenario,
    found: Evaluation,
    baseline: str | None,
    warned: list[str],
) -> None:
    from wargame.cli.output import print_json
    from wargame.data.sources import load

    tiles = load(rules.data, location=args.data)
    print_json(
        {
            "scenario": rules.name,
            "scenario_digest": rules.digest,
            "fidelity": args.fidelity,
            "data": {"name": tiles.name, "digest": tiles.digest},
            "warnings": warned,
            **found.to_json(baseline),
        }
    )
