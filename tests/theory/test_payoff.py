"""The file of a payoff table: the same bytes whatever happened, and damage by line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from wargame.errors import WargameError
from wargame.game.deck import Deck
from wargame.kernels.intervals import mean
from wargame.stages import SIDES, Side
from wargame.store import canonical
from wargame.theory.answer import answer, cells, response_gain
from wargame.theory.filling import fill
from wargame.theory.payoff import Payoffs, read
from wargame.theory.payoff_file import Header, load, written
from wargame.theory.payoff_journal import Journal
from wargame.theory.stopping import looks

from .tables import ATTACKERS, DEFENDERS, Dealer, header

PAIRS = len(ATTACKERS) * len(DEFENDERS)


def filled(path: Path, seeds: int, dealer: Dealer | None = None, *, early: bool = False) -> bytes:
    with Journal(path, header()) as journal:
        fill(journal, dealer or Dealer(), seeds, early_stop=early)
    return path.read_bytes()


def test_the_table_holds_what_was_played(tmp_path: Path) -> None:
    dealer = Dealer()
    filled(tmp_path / "t.jsonl", 6, dealer)
    table = read(tmp_path / "t.jsonl")
    assert (table.attackers, table.defenders) == (ATTACKERS, DEFENDERS)
    assert table.seeds == tuple(range(5, 11))
    assert table.par == table.rules.mission.par
    matches = dealer.play(list(dealer.played))
    assert len(matches) == 6 * PAIRS
    costs = [Deck.of(table.rules, side).costs for side in SIDES]
    points = table.rules.budget.start + table.rules.budget.refill * (table.rules.rounds - 1)
    for match in matches:
        place = (
            ATTACKERS.index(match.fixture.attacker),
            DEFENDERS.index(match.fixture.defender),
            match.fixture.seed - 5,
        )
        assert table.missions[place] == match.mission
        for side in range(2):
            paid = sum(costs[side][play[side]] for play in match.plays) / points
            assert table.spent[(side, *place)] == pytest.approx(paid)
    ours, theirs = table.priced(0.3)
    assert ours + theirs == pytest.approx(-0.3 * table.spent.mean(axis=3).sum(axis=0))


def test_whatever_the_steps_the_bytes_are_the_same(tmp_path: Path) -> None:
    whole = filled(tmp_path / "whole.jsonl", 9)
    grown = tmp_path / "grown.jsonl"
    for seeds in (2, 3, 9, 4):
        filled(grown, seeds)
    assert grown.read_bytes() == whole


def test_cut_anywhere_it_goes_on_to_the_same_bytes_and_plays_nothing_twice(
    tmp_path: Path,
) -> None:
    whole = filled(tmp_path / "whole.jsonl", 3)
    path = tmp_path / "cut.jsonl"
    for size in [0, 1, 200, *range(400, len(whole), 397), len(whole) - 1, len(whole)]:
        path.write_bytes(whole[:size])
        dealer = Dealer()
        assert filled(path, 3, dealer) == whole
        complete = max(0, whole[:size].count(b"\n") - 1)
        assert len(dealer.played) == 3 * PAIRS - complete


def test_an_interrupted_batch_leaves_a_whole_file(tmp_path: Path) -> None:
    dealer = Dealer()

    def stop() -> None:
        if len(dealer.played) > 4 * PAIRS:
            raise KeyboardInterrupt

    dealer.stop = stop
    with pytest.raises(KeyboardInterrupt):
        filled(tmp_path / "t.jsonl", 40, dealer)
    assert len(load(tmp_path / "t.jsonl")[1]) == len(dealer.played) == 8 * PAIRS
    assert filled(tmp_path / "t.jsonl", 12) == filled(tmp_path / "whole.jsonl", 12)


def test_it_stops_where_a_run_that_goes_on_stops(tmp_path: Path) -> None:
    sure = Dealer(np.array([[0.2, 0.3, 0.4], [0.6, 0.7, 0.8]]), noise=0.05)
    whole = filled(tmp_path / "whole.jsonl", 60, sure, early=True)
    end = len(sure.played) // PAIRS
    assert end in looks(60)
    assert end < 20
    path = tmp_path / "grown.jsonl"
    for seeds in (3, 7, 60, 60):
        filled(path, seeds, Dealer(sure.truth, 0.05), early=True)
    assert path.read_bytes() == whole
    # All seeds on demand, and the answer of the first ones stays.
    longer = filled(path, 30, Dealer(sure.truth, 0.05))
    assert longer.startswith(whole)
    assert read(path).seeds[-1] == 34


def test_every_edit_is_found_by_line(tmp_path: Path) -> None:
    whole = filled(tmp_path / "whole.jsonl", 2)
    lines = whole.splitlines(keepends=True)
    path = tmp_path / "edited.jsonl"
    for number, line in enumerate(lines, start=1):
        digits = [at for at, sign in enumerate(line) if sign in b"123456789"]
        for at in digits[:: max(1, len(digits) // 5)]:
            other = line[:at] + (b"1" if line[at : at + 1] != b"1" else b"2") + line[at + 1 :]
            path.write_bytes(b"".join([*lines[: number - 1], other, *lines[number:]]))
            with pytest.raises(WargameError, match=rf"edited\.jsonl:{number}: "):
                load(path)
    for place in range(1, len(lines) - 1):
        path.write_bytes(b"".join(lines[:place] + lines[place + 1 :]))
        with pytest.raises(WargameError, match=rf"edited\.jsonl:{place + 1}: damaged"):
            load(path)
    path.write_bytes(whole.replace(b'"kind"', b' "kind"'))
    with pytest.raises(WargameError, match=r"edited\.jsonl:1: damaged"):
        load(path)


def test_a_line_that_is_forged_with_its_check_is_still_no_match(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    whole = filled(path, 1).splitlines(keepends=True)
    chain = json.loads(whole[0])["check"]
    cell = json.loads(whole[1])
    del cell["check"]
    for change in ({"missions": [1.5]}, {"seed": 6}, {"attacker": "evader"}, {"more": 1}):
        path.write_bytes(whole[0] + written({**cell, **change}, chain)[0])
        with pytest.raises(WargameError, match=r":2: damaged: "):
            load(path)
    path.write_bytes(whole[0] + b"".join(_with_action(whole[1:], chain, 900)))
    with pytest.raises(WargameError, match="action that the attacker has not"):
        read(path)


def _with_action(lines: list[bytes], chain: str, action: int) -> list[bytes]:
    forged = []
    for line in lines:
        cell = json.loads(line)
        del cell["check"]
        text, chain = written({**cell, "plays": [[action, 0]] * 8}, chain)
        forged.append(text)
    return forged


def test_another_table_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    whole = filled(path, 1)
    now = header()
    rows = [*reversed(now.attackers)]
    changed = [now.attackers[0].model_copy(update={"digest": "0" * 16}), now.attackers[1]]
    for update, said in (
        ({"attackers": rows}, "holds the attackers poisoner, evader"),
        ({"attackers": changed}, "poisoner has changed"),
        ({"fidelity": "full"}, "begun with fidelity drill, and this is full"),
        ({"first_seed": 0}, "begun with first seed 5"),
        ({"program": "2"}, "begun with wargame 1"),
        ({"data": now.data.model_copy(update={"digest": "0"})}, "on other data (the tests)"),
        ({"code": "0" * 16}, "a card or the model has changed"),
        ({"content": {}, "scenario_digest": "0"}, "the scenario has changed"),
    ):
        with pytest.raises(WargameError) as told:
            Journal(path, now.model_copy(update=update))
        assert str(told.value).startswith(f"{path}:1: ")
        assert said in str(told.value)
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"my shopping list", ":1: this is no wargame-payoff"),
        (b"my shopping list\n", ":1: this is no wargame-payoff"),
        (b'{"format":"wargame-payoff","version":9}\n', "update wargame"),
    ],
)
def test_somebody_elses_file_stays_as_it_is(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(content)
    with pytest.raises(WargameError, match=said):
        Journal(path, header())
    assert path.read_bytes() == content


def test_one_process_at_a_time(tmp_path: Path) -> None:
    first = Journal(tmp_path / "t.jsonl", header())
    with pytest.raises(WargameError, match="another process"):
        Journal(tmp_path / "t.jsonl", header())
    first.close()
    Journal(tmp_path / "t.jsonl", header()).close()


def test_without_a_complete_seed_there_is_no_answer(tmp_path: Path) -> None:
    whole = filled(tmp_path / "t.jsonl", 1)
    (tmp_path / "t.jsonl").write_bytes(whole[:-1])
    with pytest.raises(WargameError, match="no seed of the table is complete"):
        read(tmp_path / "t.jsonl")


def test_the_answer_is_plain_data_with_intervals(tmp_path: Path) -> None:
    filled(tmp_path / "t.jsonl", 12)
    table = read(tmp_path / "t.jsonl")
    data = answer(table, resamples=200, seed=3).to_json()
    assert canonical(data) == canonical(answer(table, resamples=200, seed=3).to_json())
    low, high = data["interval"]
    assert low <= data["value"] <= high
    assert sum(each["weight"] for each in data["attackers"]) == pytest.approx(1)
    for each in (*data["attackers"], *data["defenders"]):
        assert each["exploitability"] >= 0
        assert len(each["weight_interval"]) == 2
    assert cells(table)[1][2] == mean(table.missions[1, 2])
    alone = Payoffs.of(Header(**header().model_dump()), load(tmp_path / "t.jsonl")[1][:PAIRS])
    told = answer(alone)
    assert told.intervals is None
    assert not told.certain
    assert "interval" not in told.to_json()


def test_what_a_response_gains_is_measured_against_the_mixture() -> None:
    missions = np.array([[0.6, 0.8, 0.7], [0.2, 0.4, 0.3]])
    weights = np.array([0.25, 0.75])
    gain = response_gain(Side.ATTACKER, missions, weights, 0.3)
    # By seed 0.0, 0.2, 0.1: Student's t of two degrees is 4.303 at 97.5 %.
    assert gain.value == pytest.approx(0.1)
    assert gain.high - gain.value == pytest.approx(4.303 * 0.1 / 3**0.5, abs=1e-4)
    lost = response_gain(Side.DEFENDER, missions, weights, np.array([0.3, 0.5, 0.4]))
    assert lost.value == pytest.approx(0.0)
    assert lost.low == pytest.approx(lost.high)
