"""A table of real matches: one process or two, undisturbed or cut, the bytes are the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds import TINY
from wargame.arena.fleet import Fleet
from wargame.data.sources import load
from wargame.errors import WargameError
from wargame.game import scenario
from wargame.game.setup import prepare
from wargame.game.terms import Scenario
from wargame.pool import Pool, Serial, Workers
from wargame.stages import SIDES, Side
from wargame.store import Store
from wargame.theory.entrants import Entrant, entrants, header, scripted
from wargame.theory.filling import fill
from wargame.theory.payoff import read
from wargame.theory.payoff_journal import Journal

Sides = tuple[list[Entrant], list[Entrant]]


@pytest.fixture(scope="module")
def tiny() -> Scenario:
    content = scenario.load("mapengine").content()
    return scenario.from_content({**content, "rounds": 1, "fidelity": {"drill": TINY}})


@pytest.fixture(scope="module")
def sides() -> Sides:
    return (
        entrants(Side.ATTACKER, ["random", "evader"]),
        entrants(Side.DEFENDER, ["random", "hardener"]),
    )


def measured(
    path: Path, rules: Scenario, sides: Sides, store: Path, pool: Pool, seeds: int = 2
) -> bytes:
    head = header(rules, "drill", load(rules.data), *sides, 0)
    with Journal(path, head) as journal:
        fill(journal, Fleet(rules, "drill", store=Store(store), pool=pool), seeds)
    return path.read_bytes()


def test_one_worker_and_two_and_cut_in_between(
    tiny: Scenario, sides: Sides, tmp_path: Path
) -> None:
    one = measured(tmp_path / "one.jsonl", tiny, sides, tmp_path / "one", Serial())
    workers = Workers(2)
    try:
        two = measured(tmp_path / "two.jsonl", tiny, sides, tmp_path / "two", workers)
    finally:
        workers.close()
    assert one == two
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(one[: len(one) // 2])
    assert measured(cut, tiny, sides, tmp_path / "one", Serial()) == one
    table = read(cut)
    match = prepare(
        tiny, "evader", "hardener", seed=1, fidelity="drill", store=Store(tmp_path / "one")
    )
    for _ in match:
        pass
    assert table.missions[1, 1, 1] == pytest.approx(match.result().mission, abs=1e-12)
    everything = (path.read_bytes() for path in (cut, tmp_path / "two.jsonl"))
    assert all(str(tmp_path).encode() not in each for each in everything)


def test_who_can_enter(tmp_path: Path) -> None:
    for side in SIDES:
        names = scripted(side)
        assert {"random"} < set(names)
        assert "human" not in names
        assert [each.name for each in entrants(side, names)] == names
    assert not {"poisoner", "evader"} & set(scripted(Side.DEFENDER))
    for words, said in (
        ([], "at least one defender"),
        (["evader"], "evader cannot play the defender; it plays the attacker"),
        (["human"], "a human cannot play"),
        (["hardner"], "did you mean hardener"),
        (["random", "random"], "random stands twice"),
        ([str(tmp_path / "no.py")], "there is no agent file"),
    ):
        with pytest.raises(WargameError, match=said):
            entrants(Side.DEFENDER, words)


OWN = """\
from wargame.game.agent import Agent


class Mine(Agent):
    title = "Mine"
    character = "Never plays a card"

    def act(self, view):
        return 0
"""


def test_an_own_file_enters_by_name_and_content(tmp_path: Path) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text(OWN)
    (first,) = entrants(Side.DEFENDER, [str(mine)])
    assert (first.word, first.name) == (str(mine), "mine.py")
    mine.write_text(OWN.replace("Never", "Hardly ever"))
    (second,) = entrants(Side.DEFENDER, [str(mine)])
    assert second.digest != first.digest
