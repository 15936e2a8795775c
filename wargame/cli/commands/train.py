"""`wargame train`: a policy for one side, learned on measured effects."""

from __future__ import annotations

import argparse
from pathlib import Path

from wargame.cli import options

DESCRIPTION = """\
Trains a policy for one side of a scenario against agents of the other side, by reinforcement
learning (MaskablePPO) on rounds that are really resolved. It starts from the moves of the ready
agents: a search changes them into a plan that does better on the whole, the policy learns to play
that plan, and goes on from there. Many games are played side by side, and what they all need is
made once, on all workers, and kept in the store.

The policy that did best in worlds apart lies in the folder `policy` under --out, and plays like
any agent: give that folder's path to play, watch, evaluate or another training. Worlds of seeds
that people type are never trained on, so `wargame evaluate` on any of them is a fair test.

Ctrl-C (or a kill) loses nothing but the update in progress; --resume goes on exactly.
"""
EPILOG = """\
examples:
  wargame train mapengine --side defender --opponent poisoner,evader,thief,saboteur \\
      --minutes 30 --out runs/defender
  wargame train mapengine --side defender --out runs/defender --resume --steps 20000
  wargame evaluate mapengine --attacker poisoner,evader,thief,saboteur \\
      --defender runs/defender/policy,vigilant,hardener,frugal --seeds 100:110
  tensorboard --logdir runs/defender/tensorboard
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    options.scenario(parser)
    parser.add_argument(
        "--side", choices=("attacker", "defender"), required=True, help="who learns"
    )
    parser.add_argument(
        "--opponent",
        action="append",
        metavar="AGENT[,AGENT]",
        help="names, own .py files or policy folders, each as often; or pool:DIR, a pool that "
        "league-train made, with its mixture (all ready scripted agents)",
    )
    parser.add_argument(
        "--steps",
        type=options.rounds,
        default=None,
        metavar="N",
        help="rounds to learn from (20000)",
    )
    parser.add_argument(
        "--minutes",
        type=options.minutes,
        metavar="M",
        help="stop after M minutes, if that comes first",
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help="everything random follows from it (0)"
    )
    parser.add_argument(
        "--fidelity", metavar="F", help="sketch (the default), drill, standard or full"
    )
    options.data(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of this training")
    parser.add_argument("--resume", action="store_true", help="go on with the training in --out")
    parser.add_argument(
        "--teachers",
        metavar="AGENT[,AGENT]",
        help="whom the start imitates (all ready scripted agents of the side); none: from nothing",
    )
    parser.add_argument(
        "--generations", type=int, metavar="N", help="of the search for a plan to imitate (16)"
    )
    parser.add_argument("--worlds", type=int, metavar="N", help="training worlds (4)")
    parser.add_argument("--games", type=int, metavar="N", help="games side by side (32)")
    options.all_workers(parser)
    options.json(parser, "one line of JSON an update")


def run(args: argparse.Namespace) -> int:
    """Trains."""
    from wargame.cli.training import train

    return train(args)
