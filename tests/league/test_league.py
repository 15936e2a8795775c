"""Leagues really run: what they leave behind, and that nothing that stops them changes it."""

from __future__ import annotations

import os
import shutil
import signal
import time
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from wargame.arena.fleet import Fixture, Fleet
from wargame.arena.graduation import FIRST_WORLD
from wargame.arena.pool_folder import mixture
from wargame.arena.run_folder import RunFolder, TrainSettings
from wargame.arena.train import Training
from wargame.arena.update import Update
from wargame.errors import WargameError
from wargame.game.terms import Scenario
from wargame.league.league import League, Standing
from wargame.league.league_folder import LeagueFolder
from wargame.league.terms import LeagueSettings, payoff_seeds
from wargame.stages import SIDES, Side
from wargame.store import Store
from wargame.theory.equilibrium import zero_sum

from .conftest import SEEDS, Begin

COMMAND = "wargame league-train"
LEFT = ("iterations.jsonl", "pool/pool.json", "exploitability.svg")


def left(folder: LeagueFolder) -> dict[str, bytes]:
    """What a league is for, byte by byte; policies name their opponents' places, so no more."""
    found = {name: (folder.root / name).read_bytes() for name in LEFT}
    for weights in sorted(folder.pool.glob("*/weights.safetensors")):
        found[weights.parent.name] = weights.read_bytes()
    return found


def test_pools_grow_by_what_beats_them_or_say_why_not(whole: LeagueFolder) -> None:
    turns = whole.turns()
    assert [turn.iteration.number for turn in turns] == [1, 2]
    assert turns[0].iteration.attackers == turns[0].iteration.defenders == ("random",)
    assert (turns[1].iteration.attackers, turns[1].iteration.defenders) == turns[0].iteration.grown
    joined = 0
    for turn in turns:
        found = turn.iteration
        told = (found.attacker_response, found.defender_response)
        gains = (found.attacker_gain, found.defender_gain)
        for side, name, gain in zip(SIDES, told, gains, strict=True):
            trial = turn.trials[side]
            assert trial.low <= trial.gain <= trial.high
            if name is None:
                assert trial.gain <= 1e-9
                assert gain == 0
                continue
            joined += 1
            assert name == f"{side.value}-{found.number}"
            assert gain == pytest.approx(trial.gain, abs=1e-9)
            assert gain > 0
            assert (whole.policy(name) / "policy.json").is_file()
        assert found.exploitability == sum(gains)
    assert joined, "nothing beat a player at random"


def test_payoffs_and_gains_are_those_of_matches_played_again(
    whole: LeagueFolder, tiny: Scenario, store: Store
) -> None:
    first = whole.turns()[0]
    name = first.iteration.attacker_response
    assert name is not None
    words = ("random", str(whole.policy(name)))
    fleet = Fleet(tiny, "drill", store=store)
    played = fleet.play([Fixture(word, "random", seed) for word in words for seed in SEEDS])
    missions = np.array([match.mission for match in played]).reshape(2, len(SEEDS))
    assert first.iteration.payoffs[0][0] == pytest.approx(missions[0].mean())
    gains = missions[1] - missions[0]
    trial = first.trials[Side.ATTACKER]
    assert trial.gain == pytest.approx(gains.mean())
    half = 4.302652729911275 * gains.std(ddof=1) / np.sqrt(3)  # Student's t, two degrees
    assert (trial.low, trial.high) == pytest.approx((gains.mean() - half, gains.mean() + half))


def test_the_pool_is_the_equilibrium_with_the_last_responses_in_it(
    whole: LeagueFolder, tiny: Scenario, store: Store
) -> None:
    seen: list[Standing] = []
    before = left(whole)
    league = League(whole, tiny, command=COMMAND, store=store)
    assert league.run(2, listener=seen.append)
    assert left(whole) == before
    (now,) = seen
    assert now.pools == whole.turns()[-1].iteration.grown
    found = zero_sum(league.oracle.payoffs(*now.pools))
    for side, names, weights in zip(
        SIDES, now.pools, (found.attacker, found.defender), strict=True
    ):
        expected = {
            league.oracle.word(side, n): w for n, w in zip(names, weights, strict=True) if w
        }
        assert dict(mixture(whole.pool, side)) == pytest.approx(expected)
    # No response was trained on the worlds that it was measured in.
    for side in SIDES:
        training = Training(whole.run(1, side), tiny, command=COMMAND, store=store)
        assert not set(training.tree.worlds.seeds) & set(SEEDS)


def test_a_training_takes_the_pool_as_its_opponents(
    whole: LeagueFolder, tiny: Scenario, store: Store, tmp_path: Path
) -> None:
    opponents = tuple(mixture(whole.pool, Side.ATTACKER))
    run = RunFolder(tmp_path / "run")
    settings = whole.settings().training(Side.DEFENDER, opponents, ("random",))
    run.begin(settings)
    Training(run, tiny, command=COMMAND, store=store).run(8)
    assert set(run.curve()[-1]["by_opponent"]) <= {word for word, _ in opponents}
    assert run.best.is_dir()


class Stop(Exception):  # noqa: N818
    """Somebody pulls the plug."""


@pytest.mark.parametrize(("iteration", "side"), [(1, Side.DEFENDER), (2, Side.ATTACKER)])
def test_cut_within_a_training_it_goes_on_as_if_undisturbed(
    begin: Begin,
    whole: LeagueFolder,
    tiny: Scenario,
    store: Store,
    tmp_path: Path,
    iteration: int,
    side: Side,
) -> None:
    folder = begin(tmp_path / "cut")

    def trained(number: int, whose: Side, update: Update) -> None:
        if (number, whose, update.update) == (iteration, side, 1):
            raise Stop

    with pytest.raises(Stop):
        League(folder, tiny, command=COMMAND, store=store, trained=trained).run(2)
    assert len(folder.turns()) == iteration - 1
    made: list[tuple[int, Side, int]] = []

    def seen(number: int, whose: Side, update: Update) -> None:
        made.append((number, whose, update.update))

    assert League(folder, tiny, command=COMMAND, store=store, trained=seen).run(2)
    assert min(made) == (iteration, side, 2)
    assert left(folder) == left(whole)


def _run(root: Path, tiny: Scenario, store: Path) -> None:
    League(LeagueFolder(root), tiny, command=COMMAND, store=Store(store)).run(2)


def test_killed_at_any_time_it_goes_on_to_the_same_bytes(
    begin: Begin, whole: LeagueFolder, tiny: Scenario, store: Store, tmp_path: Path
) -> None:
    folder = begin(tmp_path / "killed")
    awaited = [
        folder.run(1, Side.ATTACKER).checkpoint,
        folder.run(1, Side.DEFENDER).latest,
        folder.turns_file.with_name("pool") / "pool.json",
        folder.run(2, Side.DEFENDER).curve_file,
    ]
    killed = 0
    for path in awaited:
        process = get_context("fork").Process(target=_run, args=(folder.root, tiny, store.root))
        process.start()
        while process.is_alive() and not path.exists():
            time.sleep(0.002)
        assert process.pid is not None
        if process.is_alive():
            os.kill(process.pid, signal.SIGKILL)
        process.join()
        killed += process.exitcode == -signal.SIGKILL
    assert killed >= 2
    assert League(folder, tiny, command=COMMAND, store=store).run(2)
    assert left(folder) == left(whole)


def test_when_the_time_is_over_it_stops_and_goes_on(
    begin: Begin, whole: LeagueFolder, tiny: Scenario, store: Store, tmp_path: Path
) -> None:
    folder = begin(tmp_path / "late")
    assert not League(folder, tiny, command=COMMAND, store=store).run(2, seconds=0)
    assert folder.turns() == []
    assert League(folder, tiny, command=COMMAND, store=store).run(2)
    assert left(folder) == left(whole)


def test_payoff_seeds_are_none_that_people_type_nor_training_worlds(
    settings: LeagueSettings, tiny: Scenario
) -> None:
    for seed in range(5):
        found = payoff_seeds(seed)
        assert len(set(found)) == 6
        assert min(found) >= FIRST_WORLD == 2**32
    training: TrainSettings = settings.training(Side.ATTACKER, [("a", 0.9995), ("b", 0.0005)], ())
    assert training.opponents == (("a", 0.9995),)


def test_one_process_at_a_time(whole: LeagueFolder, tiny: Scenario, store: Store) -> None:
    league = League(whole, tiny, command=COMMAND, store=store)
    with whole.claimed(), pytest.raises(WargameError, match="another process"):
        league.run(3)


def test_a_policy_put_in_anothers_place_is_told(
    whole: LeagueFolder, tiny: Scenario, store: Store, tmp_path: Path
) -> None:
    root = tmp_path / "copy"
    shutil.copytree(whole.root, root)
    folder = LeagueFolder(root)
    name = whole.turns()[0].iteration.attacker_response
    assert name is not None
    place = folder.policy(name)
    league = League(folder, tiny, command=COMMAND, store=store)
    shutil.rmtree(place)
    with pytest.raises(WargameError, match="does not exist"):
        league.run(2)
    shutil.copytree(whole.run(1, Side.DEFENDER).best, place)
    with pytest.raises(WargameError, match="is not the policy that iteration 1 found"):
        league.run(2)
