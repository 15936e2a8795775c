"""Matches really played in a small world, dealt out under other names, to make pages of."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.worlds import SMALL
from wargame.data import sources
from wargame.game import scenario
from wargame.game.match import Match
from wargame.game.record import header, line
from wargame.game.table import seat
from wargame.jsonlines import encoded
from wargame.pipeline.source import offer
from wargame.sandbox.limits import Status
from wargame.stages import SIDES, Side
from wargame.store import Artifact, Store
from wargame.tournament.outcome import Fixture, Kept, MatchResult
from wargame.tournament.page import write_page
from wargame.tournament.standings import Standings, standings
from wargame.tournament.terms import Terms, load

SEEDS = (11, 12, 13)
RULES = SMALL.replace("[label_flip, pgd, checkpoint_theft]", "[backdoor, pgd]")
HALL = tuple(f"e{number}" for number in range(20))
KEY = re.compile(rb'"key":"([0-9a-f]{40})"')


@dataclass(frozen=True)
class World:
    """Finished matches, their records, and the store that has their tiles."""

    scenario: Path
    store: Store
    results: tuple[MatchResult, ...]
    records: tuple[bytes, ...]


@dataclass
class Evening:
    """A tournament that was played."""

    terms: Terms
    results: list[MatchResult]
    kept: dict[str, Kept]

    @property
    def table(self) -> Standings:
        names = [each.name for each in self.terms.entrants]
        return standings(names, self.results, seed=3, replicates=50)

    def write(self, path: Path, store: Any, title: str = "An evening") -> Path:
        write_page(
            path,
            title=title,
            terms=self.terms,
            standings=self.table,
            results=self.results,
            record=self.kept.__getitem__,
            store=store,
        )
        return path


_WORLDS: dict[Path, World] = {}


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, leaves: Path) -> World:
    """Played once, whichever modules ask for it."""
    session = tmp_path_factory.getbasetemp()
    if session not in _WORLDS:
        _WORLDS[session] = play(tmp_path_factory.mktemp("world"), leaves)
    return _WORLDS[session]


@pytest.fixture(scope="session")
def hall(tmp_path_factory: pytest.TempPathFactory, world: World) -> Path:
    """The page of 400 matches that share no tile."""
    path = tmp_path_factory.getbasetemp() / "hall.html"
    if not path.exists():
        folder = tmp_path_factory.mktemp("hall")
        evening(folder, world, HALL, apart=True).write(path, Noise())
    return path


def play(folder: Path, leaves: Path) -> World:
    """Plays a match a seed."""
    path = folder / "small.yaml"
    path.write_text(RULES)
    rules, store = scenario.load(path), Store(folder / "store")
    tiles = sources.load("leaves", location=leaves)
    offer(tiles)
    played = []
    for seed in SEEDS:
        names = dict.fromkeys(SIDES, "random")
        match = seat(rules, names, tiles, seed=seed, fidelity="drill", store=store)
        match.open()
        while not match.over:
            match.step()
        played.append(match)
    return World(path, store, tuple(map(_result, played)), tuple(map(_record, played)))


def _record(match: Match) -> bytes:
    return encoded(header(match)) + b"".join(
        line(match, 1 + n) for n in range(2 + len(match.lines))
    )


def _result(match: Match) -> MatchResult:
    told = match.result()
    return MatchResult(
        fixture=Fixture(1, "small", "one", "two", match.seed),
        winner=told.winner,
        mission=told.mission,
        par=told.par,
        missions=tuple(line.score.mission for line in match.lines),
        plays=tuple(
            (each.plays[Side.ATTACKER].action, each.plays[Side.DEFENDER].action)
            for each in match.lines
        ),
        status=dict.fromkeys(SIDES, Status.OK),
        decided_by=told.decided_by,
        words=told.words,
    )


def terms(folder: Path, world: World, names: Sequence[str], title: str = "Nobody") -> Terms:
    """Of a round robin of these entrants."""
    entrants = [{"name": name, "agent": "random", "title": title} for name in names]
    path = folder / "evening.yaml"
    facts = {"scenarios": [str(world.scenario)], "fidelity": "drill", "entrants": entrants}
    path.write_text(json.dumps(facts))
    return load(path)


def evening(folder: Path, world: World, names: Sequence[str], *, apart: bool = False) -> Evening:
    """Everybody meets everybody and itself, with the world's matches in turn.

    Args:
        folder: where the terms are written.
        world: what was played.
        names: of the entrants.
        apart: whether every match has artifacts of its own, so that nothing is shared.
    """
    made = Evening(terms(folder, world, names), [], {})
    for number, (attacker, defender) in enumerate(product(names, names)):
        which = number % len(world.results)
        fixture = Fixture(1 + number // len(names), "small", attacker, defender, 5)
        record = world.records[which]
        made.results.append(replace(world.results[which], fixture=fixture))
        made.kept[fixture.key] = Kept(own(record, fixture) if apart else record, {}, 1.0)
    return made


def own(record: bytes, fixture: Fixture) -> bytes:
    """The record with other store keys."""

    def other(found: re.Match[bytes]) -> bytes:
        name = hashlib.sha1(fixture.key.encode() + found[1]).hexdigest()
        return f'"key":"{name}"'.encode()

    return KEY.sub(other, record)


def forfeit(
    evening: Evening,
    place: int,
    side: Side,
    status: Status,
    *,
    rounds: int,
    fault: str,
    output: str,
) -> MatchResult:
    """Makes a match of the evening end by an offence after some rounds."""
    was = evening.results[place]
    lines = evening.kept[was.fixture.key].record.splitlines(keepends=True)
    made = replace(
        was,
        winner=side.other,
        mission=1.0 if side is Side.DEFENDER else 0.0,
        missions=was.missions[:rounds],
        plays=was.plays[:rounds],
        status={side: status, side.other: Status.OK},
        faults={side: fault},
        decided_by=None,
        words=f"The {side.value} ({status}) forfeits.",
    )
    evening.results[place] = made
    evening.kept[was.fixture.key] = Kept(b"".join(lines[: 2 + rounds]), {side: output}, 1.0)
    return made


class Noise:
    """A store that has tiles of noise under every key: nothing is shared.

    A tile takes 2.3 kB, somewhat more than one of land cover.
    """

    def get(self, key: str) -> Artifact:
        rng = np.random.default_rng(int(key[:12], 16))
        clean, shown = rng.integers(0, 48, (2, 6, 32, 32, 3), dtype=np.uint8)
        labels = {name: rng.integers(0, 3, 6) for name in ("true", "clean_label", "shown_label")}
        return Artifact(key, key, {"clean": clean, "shown": shown, **labels}, {})
