"""A table at which humans and agents play: work elsewhere, called off at any time, pondered ahead.

Moves are simultaneous, so an agent's move is asked for before the human has chosen, and kept
hidden; what the human's moves would need is then made in the background. Nothing of it reaches a
view: a view is built from the position and the finished rounds only, and pondering changes
neither.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wargame.data import sources
from wargame.data.dataset import Dataset
from wargame.errors import Cancelled
from wargame.game import ponder, scenario
from wargame.game.agent_file import named
from wargame.game.deck import PASS
from wargame.game.match import DataFacts, Match, RoundLine
from wargame.game.record import Journal
from wargame.game.remote import Order, Remote
from wargame.game.setup import default_store
from wargame.game.terms import Scenario
from wargame.game.view import View
from wargame.pool import Progress, silent
from wargame.stages import SIDES, Side
from wargame.store import Store


class Seats(Match):
    """A match that can be looked ahead in."""

    def asked(self) -> dict[Side, int]:
        """The moves of this round that the agents have chosen, hidden from every view."""
        return {
            side: self._action(side, None)
            for side, player in self.agents.items()
            if player is not None
        }

    def ahead(self, actions: Mapping[Side, int]) -> Order:
        """The round that these moves would make."""
        played = self.board.play(self.position, *(actions[side] for side in SIDES))
        forces = [self.board.forces(played, side) for side in SIDES]
        return Order(self.world, self._carry, played.round, *forces)


def seat(
    rules: Scenario,
    names: Mapping[Side, str | None],
    tiles: Dataset,
    *,
    seed: int,
    fidelity: str,
    store: Store | None = None,
    **more: Any,
) -> Seats:
    """A match of these players; a name of None is a human."""
    players = [named(name)() if (name := names[side]) else None for side in SIDES]
    facts = DataFacts(tiles.name, tiles.digest, sources.summary(tiles))
    kept = store if store is not None else default_store()
    return Seats(rules, *players, seed=seed, fidelity=fidelity, data=facts, store=kept, **more)


class Table:
    """One match being played.

    Args:
        match: the match; its progress becomes the table's.
        remote: the resolver, where rounds are made by other processes and can be pondered.
        journal: where the match is recorded.
    """

    def __init__(
        self, match: Seats, remote: Remote | None = None, journal: Journal | None = None
    ) -> None:
        self.match, self._remote, self._journal = match, remote, journal
        self._called_off = threading.Event()
        self._closed = False
        self._turn = threading.Lock()
        self._tell: Progress = silent
        match.progress = self._progress

    @property
    def humans(self) -> tuple[Side, ...]:
        """The sides that a human plays."""
        return tuple(side for side, player in self.match.agents.items() if player is None)

    def open(self, tell: Progress = silent) -> None:
        """Makes the honest start.

        Raises:
            Cancelled: by `cancel` from another thread.
        """
        with self._turn:
            self._begin(tell)
            self.match.open()
            self._keep()

    def view(self, side: Side) -> View:
        """What a side sees now."""
        return self.match.view(side)

    def play(self, actions: Mapping[Side, int], tell: Progress = silent) -> RoundLine:
        """Plays a round: the humans' actions, and the agents' own.

        Raises:
            Cancelled: by `cancel` from another thread; the match stands as before.
        """
        with self._turn:
            self._begin(tell)
            line = self.match.step(*(actions.get(side) for side in SIDES))
            self._keep()
            return line

    def cancel(self) -> None:
        """Calls off the round that is being made; can be called from any thread."""
        self._called_off.set()

    def ponder(
        self, side: Side, chosen: Mapping[Side, int] | None = None, looked_at: int | None = None
    ) -> None:
        """Prepares what the moves of a side need, while a human thinks about them.

        Args:
            side: who is to move.
            chosen: moves of this round already made by other humans.
            looked_at: the move that the human considers just now, which is prepared first.
        """
        with self._turn:
            if self._remote is None or self.match.over:
                return
            known = dict.fromkeys(SIDES, PASS) | self.match.asked() | dict(chosen or {})
            self._remote.ponder(list(self._orders(side, known, looked_at)))

    def _orders(
        self, side: Side, known: Mapping[Side, int], looked_at: int | None
    ) -> Iterator[Order]:
        for action in ponder.moves(self.match.view(side), looked_at):
            yield self.match.ahead({**known, side: action})

    def close(self) -> None:
        """Ends the work in progress and closes the record."""
        self._closed = True
        self.cancel()
        if self._remote is not None:
            self._remote.rest()
        if self._journal is not None:
            self._journal.close()

    def _begin(self, tell: Progress) -> None:
        self._called_off.clear()
        self._tell = tell

    def _progress(self, what: str, done: int, total: int) -> None:
        if self._called_off.is_set() or self._closed:
            raise Cancelled(what)
        self._tell(what, done, total)

    def _keep(self) -> None:
        if self._journal is not None:
            self._journal.keep()


def journal(match: Match, place: Path | None, folder: Path) -> Journal:
    """A new record at `place`, or in `folder` under the first free number of the match's name."""
    if place is not None:
        return Journal(place, match)
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{match.scenario.name}-{match.seed}"
    number = 1
    while (path := folder / f"{stem}-{number:03}.jsonl").exists():
        number += 1
    return Journal(path, match)


def rules(name: str | Path) -> Scenario:
    """A scenario by name or file."""
    return scenario.load(name)
