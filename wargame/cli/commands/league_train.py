"""`wargame league-train`: self-play by policy-space response oracles."""

from __future__ import annotations

import argparse
from pathlib import Path

from wargame.cli import options

DESCRIPTION = """\
Self-play: each side keeps a growing pool of agents. In every iteration all pairs are really
played, the payoff matrix is solved, and each side trains a response to the other's equilibrium
mixture by reinforcement learning, starting from what its own pool does best. A response joins its
pool where it beats every agent in it on the matrix's seeds, which it was not trained on
(policy-space response oracles, Lanctot and others 2017).

What the responses gain over the value of the game is shown as exploitability. It is a lower bound:
the best response gains at least as much, and where training found nothing better there may still
be something.

The folder under --out holds pool/ (the newest mixture, for train and evaluate as pool:DIR),
iterations.jsonl, exploitability.svg and the run of every response. Ctrl-C, a kill or --minutes
lose nothing that was finished; --resume goes on exactly.
"""
EPILOG = """\
examples:
  wargame league-train mapengine --iterations 4 --steps 4000 --out runs/league
  wargame league-train mapengine --out runs/league --resume --iterations 6
  wargame evaluate mapengine --attacker pool:runs/league/pool \\
      --defender vigilant,hardener,frugal --fidelity drill --seeds 100:110
  wargame train mapengine --side defender --opponent pool:runs/league/pool
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    options.scenario(parser)
    parser.add_argument(
        "--iterations", type=options.rounds, default=4, metavar="N", help="iterations in all (4)"
    )
    parser.add_argument(
        "--steps",
        type=options.rounds,
        metavar="N",
        help="rounds that each response learns from (2000)",
    )
    parser.add_argument(
        "--minutes",
        type=options.minutes,
        metavar="M",
        help="stop after M minutes, even within a training; --resume goes on from there",
    )
    for side in ("attacker", "defender"):
        parser.add_argument(
            f"--{side}s",
            metavar="AGENT[,AGENT]",
            help=f"the {side}s' first pool (all ready scripted ones)",
        )
    parser.add_argument(
        "--seeds",
        type=options.span,
        metavar="A:B",
        help="seeds of the payoff matrix (6 of its own, far above any that people type)",
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help="everything random follows from it (0)"
    )
    parser.add_argument(
        "--fidelity", metavar="F", help="sketch (the default), drill, standard or full"
    )
    parser.add_argument("--worlds", type=int, metavar="N", help="training worlds of a response (4)")
    parser.add_argument(
        "--generations", type=int, metavar="N", help="of each search for a plan to imitate (16)"
    )
    parser.add_argument("--games", type=int, metavar="N", help="games side by side (32)")
    options.data(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of this league")
    parser.add_argument("--resume", action="store_true", help="go on with the league in --out")
    options.all_workers(parser)
    options.json(parser, "one line of JSON an iteration")


def run(args: argparse.Namespace) -> int:
    """Plays and trains."""
    from wargame.cli.league import league_train

    return league_train(args)
