"""`wargame review`: what the other cards would have measured in every round of a match."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from wargame.cli import options

if TYPE_CHECKING:
    from wargame.game.record import Record
    from wargame.pool import Pool, Progress
    from wargame.store import Store
    from wargame.theory.counterfactual import Game
    from wargame.theory.reviewer import Reviewer, Terms

DESCRIPTION = """\
After a match: for each round and side, what every other legal card would have measured. Each of
them is really tried: the round is made again with that card in place of the one played, all else
as recorded. The regret of a move is what the best other card would have gained, 0 where none
would. The best replies are also followed to the end of the match, all later moves of both sides
as recorded; a move that is then no longer allowed is passed, and that is said.

What is made stays in the store, so a second review is quick, and one that was stopped goes on.
Ctrl-C shows the rounds that are done. Who played does not matter: humans, own files, policies.
"""
EPILOG = """\
examples:
  wargame review m.jsonl
  wargame review m.jsonl --side defender --rounds 3:5
  wargame review m.jsonl --all-strengths --follow all --json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the record")
    parser.add_argument(
        "--side",
        choices=("both", "attacker", "defender"),
        default="both",
        help="whose moves (both)",
    )
    parser.add_argument(
        "--rounds",
        type=_span,
        metavar="A:B",
        help="rounds A to B, both of them, or one round (all)",
    )
    parser.add_argument(
        "--follow",
        type=_follow,
        default=1,
        metavar="K",
        help="how many of the best replies of a round and side are followed to the end of the "
        "match (1); a number, or all",
    )
    parser.add_argument(
        "--all-strengths",
        action="store_true",
        help="every affordable strength of a card, not its strongest affordable one alone",
    )
    options.data(parser)
    options.all_workers(parser)
    options.json(parser, "the whole review as one JSON object, every alternative in it")


def _span(text: str) -> range:
    low, colon, high = text.partition(":")
    high = high if colon else low
    if not (low.isdecimal() and high.isdecimal() and 1 <= int(low) <= int(high)):
        raise argparse.ArgumentTypeError(f"expected A:B with 1 <= A <= B, or A, not {text!r}")
    return range(int(low), int(high) + 1)


def _follow(text: str) -> int | None:
    if text == "all":
        return None
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number or all, not {text!r}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Reviews."""
    from wargame.cli.guard import say
    from wargame.cli.output import Progress
    from wargame.cli.reviewing import estimate, show
    from wargame.game.record import read
    from wargame.game.setup import default_store

    record = read(args.file)
    game, store = _game(args, record), default_store()
    with options.pool(args.workers) as pool, Progress() as progress:
        reviewer = _reviewer(game, _terms(args), store, pool, progress)
        try:
            _begin(reviewer, record)
            progress.clear()
            say(estimate(reviewer, store, args.workers))
            reviewer.run()
        except BaseException as error:
            progress.clear()
            if reviewer.review.rounds:
                show(reviewer.review, record, as_json=args.json)
            if isinstance(error, KeyboardInterrupt):
                error.add_note("what was made is in the store; the same command goes on from there")
            raise
    show(reviewer.review, record, as_json=args.json)
    return 0


def _game(args: argparse.Namespace, record: Record) -> Game:
    from wargame.cli.setting import again
    from wargame.errors import WargameError
    from wargame.theory.counterfactual import recorded

    count = len(record.rounds)
    if count == 0:
        raise WargameError(f"{args.file}: no round is played yet; there is nothing to review")
    if args.rounds is not None and args.rounds[-1] > count:
        raise WargameError(f"--rounds lies in 1 to {count} in this record")
    match = again(record.header, data=args.data, agents=(None, None))
    return recorded(record, match.scenario)


def _terms(args: argparse.Namespace) -> Terms:
    from wargame.stages import SIDES, Side
    from wargame.theory.reviewer import Terms

    sides = SIDES if args.side == "both" else (Side(args.side),)
    return Terms(sides, args.rounds, args.follow, args.all_strengths)


def _reviewer(game: Game, terms: Terms, store: Store, pool: Pool, progress: Progress) -> Reviewer:
    from wargame.game.gather import Gatherer
    from wargame.theory.reviewer import Reviewer

    return Reviewer(
        game,
        lambda tell: Gatherer(store, pool, tell),
        terms,
        progress=progress,
        together=max(2, getattr(pool, "count", 1)),
    )


def _begin(reviewer: Reviewer, record: Record) -> None:
    """Makes the match again, and says where it does not come out as recorded."""
    from wargame.cli.guard import say
    from wargame.errors import WargameError
    from wargame.theory.counterfactual import NotAllowedError

    try:
        reviewer.begin()
    except NotAllowedError as error:
        raise WargameError(f"{record.path}:{error.round + 2}: damaged: {error}") from error
    for each, mission in zip(record.rounds, reviewer.review.missions, strict=True):
        if each.score.mission != mission:
            say(
                f"round {each.round} comes out at {mission:.6f} here and at "
                f"{each.score.mission:.6f} in the record; compared is what comes out here "
                "(`wargame verify` says more)"
            )
            return
