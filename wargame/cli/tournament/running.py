"""A tournament as `wargame tournament run` plays it: taken in, driven, watched, written up."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from wargame.cli.output import Progress
from wargame.cli.tournament import place
from wargame.data.sources import load as load_data
from wargame.errors import Cancelled, WargameError
from wargame.game.setup import store_place
from wargame.sandbox.method import Method, choose
from wargame.store import open_store
from wargame.tournament.crew import crew
from wargame.tournament.events import Tell
from wargame.tournament.play import Ground, ground_content
from wargame.tournament.report import write
from wargame.tournament.results import Results
from wargame.tournament.roster import take
from wargame.tournament.run import Tournament
from wargame.tournament.terms import Terms


def play(terms: Terms, out: Path, args: argparse.Namespace) -> int:
    """Plays to the end, or until it is stopped; returns the exit code.

    Raises:
        WargameError: a file is wrong, another process plays it, or code cannot be isolated.
    """
    evening = Evening(terms, out, args)
    if args.headless or args.json or not sys.stdout.isatty():
        return evening.headless()
    from wargame.tui.tournament.app import show

    return show(terms.seed, evening.play, evening.stop, page=str(out / "index.html"))


class Evening:
    """One run of a tournament, from taking entrants in to writing the page."""

    def __init__(self, terms: Terms, out: Path, args: argparse.Namespace) -> None:
        self._terms, self._out, self._args = terms, out, args
        self._running: Tournament | None = None
        self._stopped = threading.Event()

    def headless(self) -> int:
        """Plays without a screen; returns the exit code."""
        from wargame.cli.tournament.telling import InJson, InWords

        with Progress(quiet=self._args.json) as progress:
            tell = InJson() if self._args.json else InWords(self._terms.seed, progress)
            try:
                self.play(tell)
            except KeyboardInterrupt as stop:
                stop.add_note("everything that was played is kept; the same command goes on")
                raise
        if not self._args.json:
            print(f"the page: {self._out / 'index.html'}")
        return 0

    def play(self, tell: Tell) -> None:
        """Plays what is left; from one thread, as databases want it.

        Raises:
            Cancelled: by `stop`.
            WargameError: it could not be played.
        """
        terms, args = self._terms, self._args
        # Workers may have another working folder.
        store = open_store(args.store or terms.store or store_place()).address
        with place.results(terms, self._out, new=True) as results:
            results.claim()
            results.begin(terms)
            words = enter(terms, results)
            strange = any(each.entrant.strange for each in results.entrants())
            method = choose(args.no_isolation) if strange else None
            grounds = _grounds(terms, args, store, method)
            _check_data(results, grounds)
            with closing(crew(args.workers, args.cluster)) as workers:
                form = terms.make_format()
                self._running = Tournament(
                    terms, results, form, workers, grounds, tell=tell, words=words
                )
                if self._stopped.is_set():
                    raise Cancelled("the tournament was stopped")
                found = self._running.run()
            write(self._out, terms, results, found, store)

    def stop(self) -> None:
        """Lets `play` end soon."""
        self._stopped.set()
        if self._running is not None:
            self._running.stop()


def enter(terms: Terms, results: Results) -> list[str]:
    """Takes in whom the file names and the results do not have yet; tells who was refused."""
    refused = []
    known = {entry.entrant.name for entry in results.entrants()}
    number = max(results.rounds(), default=0) + 1
    form = terms.make_format()
    for each in terms.entrants:
        if each.name in known:
            continue
        taken = take(each, terms.base)
        if taken.refused is not None:
            refused.append(f"{each.name} was not let in and loses every match: {taken.refused}")
        form.admit(taken.entrant, number)
        results.add(taken.entrant, first_round=number)
    return refused


def _grounds(
    terms: Terms, args: argparse.Namespace, store: str, method: Method | None
) -> Mapping[str, Ground]:
    found = {}
    for name, rules in terms.games.items():
        tiles = load_data(rules.data, location=args.data)
        found[name] = Ground(
            content=ground_content(rules),
            fidelity=terms.fidelity,
            data=None if args.data is None else str(args.data.absolute()),
            digest=tiles.digest,
            store=store,
            limits=terms.limits,
            method=method,
        )
    return found


def _check_data(results: Results, grounds: Mapping[str, Ground]) -> None:
    """Refuses to go on with other data than the results so far were measured on."""
    first = {result.fixture.scenario: result.fixture.key for result in results.results()}
    for name, key in first.items():
        record = results.kept(key).record
        try:
            was = json.loads(record.split(b"\n", 1)[0])["data"]["digest"]
        except (ValueError, KeyError, TypeError) as error:
            raise WargameError(f"the record of the match {key} is damaged") from error
        now = grounds[name].digest
        if was != now:
            raise WargameError(
                f"the matches so far were played on other data (digest {was[:12]}; what is here "
                f"has {now[:12]}); name it with --data, or begin anew with another --out"
            )
