"""`wargame matrix`: the measured Figure 6."""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from wargame.cli import options

if TYPE_CHECKING:
    from wargame.cli.output import Progress
    from wargame.lab.journal import Journal
    from wargame.lab.matrix import Matrix
    from wargame.lab.sweep import Batch, Terms
    from wargame.pool import Pool
    from wargame.stages import Strength

DESCRIPTION = """\
The relation of attacks and defences, measured: for every attack and every defence of the deck,
what the attack gains with and without the defence, with intervals, beside what the sources claim.
Prints a heat map and the lists of agreements and contradictions, and writes a folder with
matrix.json, a page (index.html, one file, no network) and the journal it goes on from.

The cards are in force from round 1 and the last round is measured: four rounds, since poisoning
needs some to show. Budgets are left aside; what a card needs to act is granted, and said.
"""
EPILOG = """\
examples:
  wargame matrix mapengine
  wargame matrix mapengine --attacks pgd,square --defences adversarial_training,feature_squeezing
  wargame matrix mapengine --seeds 0:10 --out figure6 --json

Stopped at any moment, the same command goes on. More seeds or more cards given later are added to
what the folder holds.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    options.scenario(parser)
    for side in ("attacks", "defences"):
        parser.add_argument(
            f"--{side}", metavar="A,B", help=f"these {side} alone; the deck's where not given"
        )
    parser.add_argument(
        "--strength",
        default="heavy",
        metavar="S[:S]",
        help="of the attacks and of the defences: light, medium or heavy (heavy:heavy)",
    )
    parser.add_argument("--rounds", type=int, metavar="N", help="rounds played (4)")
    parser.add_argument(
        "--seeds",
        type=options.span,
        default=range(5),
        metavar="A:B",
        help="seeds A to B-1 (0:5); fewer than three give no verdict",
    )
    parser.add_argument(
        "--fidelity", default="drill", metavar="F", help="drill (the default), standard or full"
    )
    options.data(parser)
    options.all_workers(parser)
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="in place of one in the data home"
    )
    options.json(parser, "the content of matrix.json on the standard output")


def run(args: argparse.Namespace) -> int:
    """Measures what is missing, then shows everything."""
    from wargame.cli.output import print_json
    from wargame.lab.journal import Journal
    from wargame.lab.sweep import build
    from wargame.lab.told import to_json

    terms = _terms(args)
    folder = args.out if args.out is not None else _usual(terms)
    with Journal(folder, terms.header()) as journal:
        try:
            with options.pool(args.workers) as pool:
                _measure(terms, journal, pool, args.workers)
        except BaseException as error:
            with suppress(OSError):  # a full disk, say, which the error already tells of
                _write(terms, journal)
            error.add_note(f"what is measured is in {folder}; the same command goes on from there")
            raise
        found = build(terms, journal.table)
        _write(terms, journal, found)
    if args.json:
        print_json(to_json(terms, found))
    else:
        _show(found, folder)
    return 0


def _terms(args: argparse.Namespace) -> Terms:
    from wargame.data.sources import load, summary
    from wargame.errors import WargameError
    from wargame.game import scenario
    from wargame.lab.sweep import Terms, chosen
    from wargame.pipeline.source import check_size, offer

    rules = scenario.load(args.scenario)
    rules.sizes(args.fidelity)
    rounds = args.rounds if args.rounds is not None else min(4, rules.rounds)
    if not 1 <= rounds <= rules.rounds:
        raise WargameError(f"--rounds lies in 1 to {rules.rounds} in {rules.name}")
    attacks, defences = chosen(rules, args.attacks, args.defences)
    strengths = _strengths(args.strength)
    tiles = load(rules.data, location=args.data)
    offer(tiles)
    check_size(rules.world(0, args.fidelity, tiles.digest))
    return Terms(
        rules=rules,
        fidelity=args.fidelity,
        data=tiles.digest,
        origin=summary(tiles),
        rounds=rounds,
        strengths=strengths,
        attacks=attacks,
        defences=defences,
        seeds=tuple(args.seeds),
    )


def _strengths(word: str) -> tuple[Strength, Strength]:
    from wargame.catalog import unknown
    from wargame.stages import Strength

    attack, _, defence = word.partition(":")
    known = tuple(each.value for each in Strength)
    for each in (attack, defence or attack):
        if each not in known:
            raise unknown("strength", each, known)
    return Strength(attack), Strength(defence or attack)


def _usual(terms: Terms) -> Path:
    from wargame.home import data_home
    from wargame.store import digest

    name = f"{terms.rules.name}-{terms.fidelity}-{digest(terms.header())[:8]}"
    return data_home() / "matrices" / name


def _measure(terms: Terms, journal: Journal, pool: Pool, workers: int) -> None:
    from wargame.cli.guard import say
    from wargame.cli.output import ROUND_SECONDS, Progress
    from wargame.game.gather import Gatherer
    from wargame.game.setup import default_store
    from wargame.lab import sweep

    say(*terms.granted())
    todo = sum(len(batch.arms) for batch in sweep.batches(terms, journal.table))
    if todo == 0:
        return
    seconds = ROUND_SECONDS.get(terms.fidelity)
    rough = ""
    if seconds is not None:
        lasting = _lasting(seconds * todo * terms.rounds / workers)
        rough = f", at most about {lasting} from an empty store"
    say(
        f"{len(terms.attacks)} attacks against {len(terms.defences)} defences on "
        f"{len(terms.seeds)} seed{'s' * (len(terms.seeds) > 1)}: {todo} arms of "
        f"{terms.rounds} rounds to measure{rough}"
    )
    with Progress() as progress:
        watch = _Watch(terms, journal, progress)
        gatherer = Gatherer(default_store(), pool, progress)
        sweep.run(terms, journal, gatherer, watch.before)


class _Watch:
    """Says how far it is; the page is written anew after every seed."""

    def __init__(self, terms: Terms, journal: Journal, progress: Progress) -> None:
        self._terms, self._journal, self._progress = terms, journal, progress
        self._start = time.monotonic()
        self._seed: int | None = None

    def before(self, batch: Batch, done: int, total: int) -> None:
        """A batch begins."""
        left = ""
        if done:
            each = (time.monotonic() - self._start) / done
            left = f", {_lasting(each * (total - done))} left"
        row = batch.arms[0].attack or "no attack"
        self._progress.head = f"seed {batch.seed}, {row}: {done} of {total} arms{left}: "
        if not sys.stderr.isatty():
            from wargame.cli.guard import say

            say(self._progress.head.removesuffix(": "))
        if self._seed not in (None, batch.seed):
            _write(self._terms, self._journal)
        self._seed = batch.seed


def _lasting(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _write(terms: Terms, journal: Journal, found: Matrix | None = None) -> None:
    import json

    from wargame.home import replacing
    from wargame.lab.page import page
    from wargame.lab.sweep import build
    from wargame.lab.told import to_json

    matrix = found if found is not None else build(terms, journal.table)
    data = json.dumps(to_json(terms, matrix), indent=1, allow_nan=False) + "\n"
    texts = {"matrix.json": data, "index.html": page(terms, matrix)}
    for name, text in texts.items():
        with replacing(journal.folder / name) as scratch:
            scratch.write_text(text, encoding="utf-8")


def _show(found: Matrix, folder: Path) -> None:
    from wargame.cli.heatmap import show

    show(found)
    print(f"\nThe page: {folder / 'index.html'}")
