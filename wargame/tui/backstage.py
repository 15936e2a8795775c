"""What the screens need of the engine: rules, data, agents, tables, pictures; loaded when asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wargame.tui.options import Options

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wargame.data.dataset import Dataset
    from wargame.game.match import Resolver
    from wargame.game.record import Record
    from wargame.game.remote import Remote
    from wargame.game.table import Table
    from wargame.game.terms import Scenario
    from wargame.pool import Progress, Workers
    from wargame.stages import Side
    from wargame.store import Store
    from wargame.theory.counterfactual import Game, Source
    from wargame.theory.reviewer import Reviewer


@dataclass(frozen=True, slots=True)
class Download:
    """A data set that can be fetched."""

    name: str
    bytes: int
    licence: str


class Backstage:
    """The engine, as the screens see it.

    Args:
        options: what was chosen before the screen started.
        workers: where rounds are made; without them `resolver` makes them in this process.
        resolver: makes rounds instead of the pipeline.
        store: where artifacts are kept; the user's own where it is not given.
    """

    def __init__(
        self,
        options: Options,
        *,
        workers: Workers | None = None,
        resolver: Resolver | None = None,
        store: Store | None = None,
    ) -> None:
        self.options = options
        self._workers, self._resolver, self._store = workers, resolver, store
        self._remote: Remote | None = None

    def store(self) -> Store:
        """Where artifacts are kept."""
        if self._store is None:
            from wargame.game.setup import default_store

            self._store = default_store()
        return self._store

    def rules(self) -> Scenario:
        """The scenario."""
        from wargame.game import scenario

        return scenario.load(self.options.scenario)

    def opponents(self) -> dict[str, list[tuple[str, str]]]:
        """Side to (name, what it is) of the agents that can play it."""
        from wargame import catalog
        from wargame.game.agent import agent_class, agent_names
        from wargame.stages import SIDES

        found: dict[str, list[tuple[str, str]]] = {side.value: [] for side in SIDES}
        for name in catalog.agent_files():
            if name in ("human", "external"):
                continue
            kind = agent_class(name)
            for side in kind.sides:
                found[side.value].append((name, kind.title))
        self._list_policies(found)
        for each in found.values():
            each.sort(key=lambda item: item[0] == "random")
        for own in (self.options.attacker, self.options.defender):
            if own is not None and own not in agent_names():
                self._list_own(own, found)
        return found

    def _list_policies(self, found: dict[str, list[tuple[str, str]]]) -> None:
        from wargame import catalog
        from wargame.errors import WargameError
        from wargame.game.policy import check_deck, ready_settings

        rules = self.rules()
        for name in catalog.policy_folders():
            try:
                settings = ready_settings(name)
                check_deck(settings, rules)
            except WargameError:
                continue  # of another deck, or damaged, which `wargame agents` tells
            found[settings.side.value].append((name, f"{settings.title} (trained)"))

    def _list_own(self, name: str, found: dict[str, list[tuple[str, str]]]) -> None:
        from wargame.game.agent_file import named

        kind = named(name)
        for side in kind.sides:
            if all(known != name for known, _ in found[side.value]):
                found[side.value].append((name, f"{kind.title} ({kind.name})"))

    def tiles(self, name: str) -> Dataset:
        """The data set of a name, as `--data` and the environment have it."""
        from wargame.data.sources import load

        return load(name, location=self.options.data)

    def describe(self, tiles: Dataset) -> str:
        """One line: real or synthetic, how much, from where."""
        from wargame.data.sources import describe

        return describe(tiles)

    def download(self, name: str) -> Download | None:
        """What can be fetched under this name."""
        from wargame.data.fetch import SOURCES

        known = SOURCES.get(name)
        return Download(name, known.bytes, known.licence) if known else None

    def fetch(self, name: str, progress: Callable[[int, int], None]) -> Path:
        """Downloads a data set, hash checked."""
        from wargame.data.fetch import fetch

        return fetch(name, progress=progress)

    def change(self, options: Options) -> None:
        """Takes what the briefing chose."""
        self.options = replace(options)

    def remote(self) -> Remote | None:
        """What has rounds made by the workers; one for all matches, so that they share its work."""
        if self._remote is None and self._workers is not None:
            from wargame.game.remote import Remote

            self._remote = Remote(self._workers, self.store())
        return self._remote

    def warm(self, rules: Scenario, tiles: Dataset) -> None:
        """Lets every worker load what it needs, and makes the start that is likeliest wanted."""
        remote = self.remote()
        if remote is None or self._workers is None:
            return
        from wargame.game.match import world_seed
        from wargame.game.remote import opening_order, prime

        self._workers.warm(prime, tiles.digest)
        seed, fidelity = world_seed(self.options.seed), self.options.fidelity
        remote.ponder([opening_order(rules.world(seed, fidelity, tiles.digest))])

    def table(self, rules: Scenario, tiles: Dataset, *, watching: bool = False) -> Table:
        """A table with the players of the options, and a record of a human's match."""
        from wargame.game.table import Table, journal, seat
        from wargame.home import data_home

        store, remote = self.store(), self.remote()
        match = seat(
            rules,
            self.players(watching=watching),
            tiles,
            seed=self.options.seed,
            fidelity=self.options.fidelity,
            store=store,
            resolver=remote if remote is not None else self._resolver,
        )
        place = self.options.record
        kept = None
        if place is not None or not watching:
            kept = journal(match, place, data_home() / "matches")
        return Table(match, remote, kept)

    def players(self, *, watching: bool) -> dict[Side, str | None]:
        """The agent of each side; None for a human."""
        from wargame.stages import SIDES

        options = self.options
        names = {"attacker": options.attacker, "defender": options.defender}
        humans = () if watching else (options.side, *(names if options.side == "both" else ()))
        return {
            side: None if side.value in humans else names[side.value] or self._ready(side.value)
            for side in SIDES
        }

    def _ready(self, side: str) -> str:
        return self.opponents()[side][0][0]

    def reviewer(self, game: Game, progress: Progress, *, all_strengths: bool) -> Reviewer:
        """What tries the other cards of a match that is over; to be asked for where it is used."""
        from wargame.game.gather import Gatherer
        from wargame.store import open_store
        from wargame.theory.counterfactual import Resolved
        from wargame.theory.reviewer import Reviewer, Terms

        store = open_store(self.store().address)  # a store belongs to one thread

        def source(tell: Progress) -> Source:
            if self._resolver is not None:
                return Resolved(self._resolver, store, tell)
            return Gatherer(store, self._workers, tell)

        together = max(2, self._workers.count if self._workers is not None else 1)
        terms = Terms(all_strengths=all_strengths)
        return Reviewer(game, source, terms, progress=progress, together=together)

    def record(self, path: Path) -> Record:
        """A match on the disk."""
        from wargame.game.record import read

        return read(path)

    def classes(self, digest: str) -> tuple[str, ...]:
        """Names of the classes of a data set, where it is on this machine."""
        from wargame.data.sources import find

        found = find(digest)
        return found.class_names if found is not None else ()

    def arrays(self, key: str) -> Mapping[str, NDArray[Any]] | None:
        """The arrays kept under a key."""
        from wargame.store import open_store

        found = open_store(self.store().address).get(key)  # a store belongs to one thread
        return found.arrays if found is not None and found.arrays else None

    def close(self) -> None:
        """Stops the workers; what they were making is not kept."""
        if self._remote is not None:
            self._remote.rest()
        if self._workers is not None:
            self._workers.close()
