"""Rounds made by real workers: the same bytes, called off in the middle, prepared ahead."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wargame.data import synthetic
from wargame.data.dataset import Dataset
from wargame.errors import Cancelled
from wargame.game import scenario
from wargame.game.match import Match
from wargame.game.record import Journal
from wargame.game.remote import Remote, prime
from wargame.game.table import Seats, Table, seat
from wargame.pipeline.source import offer
from wargame.pool import Workers
from wargame.stages import Side
from wargame.store import Store

D = Side.DEFENDER
NAMES: dict[Side, str | None] = {Side.ATTACKER: "poisoner", D: None}


@pytest.fixture(scope="module")
def tiles() -> Dataset:
    return synthetic.load()


@pytest.fixture(scope="module")
def workers(tiles: Dataset) -> Iterator[Workers]:
    pool = Workers(2, niceness=1)
    pool.warm(prime, tiles.digest)
    yield pool
    pool.close()


def _match(tiles: Dataset, store: Store, **more: Any) -> Seats:
    rules = scenario.load("mapengine")
    return seat(rules, NAMES, tiles, seed=11, fidelity="drill", store=store, **more)


def _moves(match: Match) -> list[int]:
    names = match.board.deck(D).names
    return [0, 1 + 3 * names.index("feature_squeezing")]


def test_workers_make_the_same_bytes_as_this_process_does(
    workers: Workers, tiles: Dataset, tmp_path: Path
) -> None:
    offer(tiles)
    alone = _match(tiles, Store(tmp_path / "one"))
    with Journal(tmp_path / "one.jsonl", alone) as kept:
        for action in _moves(alone):
            alone.step(None, action)
            kept.keep()
    store = Store(tmp_path / "two")
    remote = Remote(workers, store)
    match = _match(tiles, store, resolver=remote)
    table = Table(match, remote, Journal(tmp_path / "two.jsonl", match))
    told: list[str] = []
    table.open(lambda what, _done, _total: told.append(what))
    for action in _moves(match):
        table.ponder(D)
        table.play({D: action})
    table.close()
    assert "training" in told
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()


def test_a_round_called_off_leaves_the_match_as_it_was(
    workers: Workers, tiles: Dataset, tmp_path: Path
) -> None:
    store = Store(tmp_path / "store")
    remote = Remote(workers, store)
    match = _match(tiles, store, resolver=remote)
    table = Table(match, remote)
    table.open()
    before, key = match.position, match.ahead({**match.asked(), D: 0}).key
    seen = threading.Event()

    def tell(what: str, done: int, _total: int) -> None:
        if what == "training" and done > 0:
            seen.set()
            table.cancel()

    with pytest.raises(Cancelled):
        table.play({D: 0}, tell)
    assert seen.is_set()
    assert match.position == before
    assert store.get(key) is None
    line = table.play({D: 0})
    assert line.round == 1
    table.close()


def test_a_round_that_was_pondered_is_there_at_once(
    workers: Workers, tiles: Dataset, tmp_path: Path
) -> None:
    store = Store(tmp_path / "store")
    remote = Remote(workers, store)
    match = _match(tiles, store, resolver=remote)
    table = Table(match, remote)
    table.open()
    order = match.ahead({**match.asked(), D: 0})
    assert order.ready(store) is None
    table.ponder(D)
    deadline = time.monotonic() + 60
    while order.ready(Store(store.root)) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    told: list[str] = []
    table.play({D: 0}, lambda what, _done, _total: told.append(what))
    assert told == []  # nothing had to be waited for
    table.close()
