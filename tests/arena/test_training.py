"""Training: exact resumption, a warm start that imitates, damage that is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wargame.arena import checkpoint
from wargame.arena.graduation import FIRST_WORLD
from wargame.arena.imitation import School, teachers
from wargame.arena.planning import Planned, Search
from wargame.arena.pool_folder import mixture, write
from wargame.arena.run_folder import RunFolder, TrainSettings
from wargame.arena.train import Training, world_seeds
from wargame.arena.tree import Tree
from wargame.arena.update import Update
from wargame.arena.vector import Opponent
from wargame.arena.worlds import Worlds
from wargame.errors import Cancelled, WargameError
from wargame.game import policy
from wargame.game.agent import make
from wargame.game.setup import prepare
from wargame.game.terms import Scenario
from wargame.pool import Workers
from wargame.stages import Side
from wargame.store import Store

OPPONENTS = (("poisoner", 1.0), ("thief", 1.0))
STEPS = 3 * 4 * 4
"""Three updates of four games of four rounds."""


def settings(tiny: Scenario, **changes: Any) -> TrainSettings:
    plain: dict[str, Any] = {
        "scenario": tiny.name,
        "digest": tiny.digest,
        "side": Side.DEFENDER,
        "opponents": OPPONENTS,
        "teachers": ("frugal", "hardener"),
        "worlds": 2,
        "games": 4,
        "hidden": (16,),
        "check_every": 2,
        "check_worlds": 1,
        "generations": 1,
        "children": 2,
    }
    return TrainSettings(**{**plain, **changes})


def begun(place: Path, tiny: Scenario, **changes: Any) -> RunFolder:
    folder = RunFolder(place)
    folder.begin(settings(tiny, **changes))
    return folder


def train(folder: RunFolder, tiny: Scenario, store: Store, steps: int, **more: Any) -> list[Update]:
    told: list[Update] = []
    made = Training(folder, tiny, command="wargame train", store=store, pool=more.pop("pool", None))
    made.run(steps, listener=told.append, **more)
    return told


def learned(folder: RunFolder) -> list[dict[str, Any]]:
    """The curve without what depends on the clock and on the store."""
    hidden = ("seconds", "hits")
    return [{k: v for k, v in line.items() if k not in hidden} for line in folder.curve()]


@pytest.fixture(scope="module")
def whole(tiny: Scenario, store: Store, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """An undisturbed training."""
    folder = begun(tmp_path_factory.mktemp("whole") / "run", tiny)
    train(folder, tiny, store, STEPS)
    return folder


def test_an_undisturbed_training(whole: RunFolder, tiny: Scenario, store: Store) -> None:
    curve = whole.curve()
    assert [line["update"] for line in curve] == [0, 1, 2, 3]
    assert [line["steps"] for line in curve] == [0, 16, 32, 48]
    assert curve[1]["by_opponent"].keys() == {"poisoner", "thief"}
    assert all(0 <= line["mission"] <= 1 for line in curve[1:])
    checked = [line["checked"] for line in curve if line["checked"] is not None]
    assert len(checked) == 3
    best = [line for line in curve if line["best"]][-1]
    assert best["checked"] == min(checked)
    assert policy.load(whole.best).settings.made.steps > best["steps"]
    assert any(whole.logs.iterdir())
    match = prepare(tiny, "poisoner", str(whole.best), seed=1, fidelity="drill", store=store)
    assert len(list(match)) == tiny.rounds


@pytest.mark.parametrize("stop", [16, 32])
def test_a_resumed_training_is_the_undisturbed_one(
    whole: RunFolder, tiny: Scenario, store: Store, tmp_path: Path, stop: int
) -> None:
    folder = begun(tmp_path / "run", tiny)
    kept = Kill(stop)
    with pytest.raises(Cancelled):
        Training(folder, tiny, command="wargame train", store=store).run(STEPS, listener=kept)
    train(folder, tiny, store, STEPS)
    assert learned(folder) == learned(whole)
    assert folder.checkpoint.read_bytes() == whole.checkpoint.read_bytes()
    assert weights(folder.best) == weights(whole.best)


class Kill:
    """Ends a training as soon as it has come so far, before the line is told."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def __call__(self, update: Update) -> None:
        if update.steps >= self.steps:
            raise Cancelled("killed")


def weights(folder: Path) -> bytes:
    return (folder / "weights.safetensors").read_bytes()


def test_killed_between_the_curve_and_the_checkpoint(
    whole: RunFolder, tiny: Scenario, store: Store, tmp_path: Path
) -> None:
    folder = begun(tmp_path / "run", tiny)
    train(folder, tiny, store, 16)
    folder.tell({**folder.curve()[-1], "update": 2, "steps": 32})
    with folder.curve_file.open("ab") as handle:
        handle.write(b'{"update": 3, "ste')
    train(folder, tiny, store, STEPS)
    assert [line["update"] for line in folder.curve()] == [0, 1, 2, 3]
    assert learned(folder)[2:] == learned(whole)[2:]


def test_workers_change_nothing(
    whole: RunFolder, tiny: Scenario, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = begun(tmp_path_factory.mktemp("side") / "run", tiny)
    workers = Workers(2)
    try:
        train(folder, tiny, Store(tmp_path_factory.mktemp("store")), STEPS, pool=workers)
    finally:
        workers.close()
    assert learned(folder) == learned(whole)
    assert weights(folder.best) == weights(whole.best)


def test_a_seed_decides(whole: RunFolder, tiny: Scenario, store: Store, tmp_path: Path) -> None:
    folder = begun(tmp_path / "run", tiny, seed=1)
    train(folder, tiny, store, 16)
    assert learned(folder)[:2] != learned(whole)[:2]


def test_time_ends_a_training(tiny: Scenario, store: Store, tmp_path: Path) -> None:
    folder = begun(tmp_path / "run", tiny)
    told = train(folder, tiny, store, 10**6, seconds=1e-3)
    assert [line.update for line in told] == [0]
    assert policy.load(folder.best).settings.made.steps >= 2 * 2 * 2 * tiny.rounds


@pytest.mark.parametrize("cut", [0, 7, 200, -1])
def test_a_checkpoint_cut_short_is_told_and_kept(
    whole: RunFolder, tiny: Scenario, store: Store, tmp_path: Path, cut: int
) -> None:
    folder = begun(tmp_path / "run", tiny)
    blob = whole.checkpoint.read_bytes()[:cut]
    folder.checkpoint.write_bytes(blob)
    with pytest.raises(WargameError, match=r"checkpoint\.safetensors is no whole checkpoint"):
        train(folder, tiny, store, STEPS)
    assert folder.checkpoint.read_bytes() == blob


def test_a_checkpoint_of_another_shape_is_refused(
    whole: RunFolder, tiny: Scenario, store: Store, tmp_path: Path
) -> None:
    folder = begun(tmp_path / "run", tiny, hidden=(8, 8))
    folder.checkpoint.write_bytes(whole.checkpoint.read_bytes())
    with pytest.raises(WargameError, match="checkpoint"):
        train(folder, tiny, store, STEPS)


def test_two_trainings_do_not_share_a_folder(tiny: Scenario, store: Store, tmp_path: Path) -> None:
    folder = begun(tmp_path / "run", tiny)
    with folder.held(), pytest.raises(WargameError, match="another process is training"):
        train(folder, tiny, store, STEPS)
    assert not folder.checkpoint.exists()


def test_settings_edited_by_hand(tiny: Scenario, tmp_path: Path) -> None:
    folder = begun(tmp_path / "run", tiny)
    told = json.loads(folder.settings_file.read_text())
    folder.settings_file.write_text(json.dumps({**told, "games": "many"}))
    with pytest.raises(WargameError, match=r"run\.json:1: games"):
        folder.settings()
    with pytest.raises(WargameError, match="holds a training already"):
        folder.begin(settings(tiny))
    with pytest.raises(WargameError, match="no training to resume"):
        RunFolder(tmp_path / "elsewhere").settings()


def test_a_curve_edited_by_hand(tiny: Scenario, tmp_path: Path) -> None:
    folder = begun(tmp_path / "run", tiny)
    folder.tell({"update": 0})
    folder.curve_file.write_bytes(folder.curve_file.read_bytes() + b"nonsense\n")
    with pytest.raises(WargameError, match=r"curve\.jsonl:2"):
        folder.curve()


def test_training_worlds_are_nobodys_seeds() -> None:
    train, check = world_seeds(0, 0, 100), world_seeds(0, 1, 100)
    assert min(train + check) >= FIRST_WORLD
    assert not set(train) & set(check)
    assert world_seeds(0, 0, 3) == train[:3]
    assert set(world_seeds(1, 0, 100)).isdisjoint(train)


def test_a_warm_start_does_as_its_teacher(tiny: Scenario, store: Store, tmp_path: Path) -> None:
    """With one teacher and no curiosity the clone's greedy matches are the teacher's."""
    folder = begun(
        tmp_path / "run",
        tiny,
        teachers=("hardener",),
        generations=0,
        curiosity=0.0,
        hidden=(64, 64),
    )
    train(folder, tiny, store, 10**6, seconds=1e-3)
    seeds = world_seeds(0, 0, 2)
    for seed in seeds:
        for opponent, _ in OPPONENTS:
            games = [
                [
                    line.plays[Side.DEFENDER].action
                    for line in prepare(
                        tiny, opponent, name, seed=seed, fidelity="drill", store=store
                    )
                ]
                for name in ("hardener", str(folder.best))
            ]
            assert games[0] == games[1]


def test_lessons_take_the_best_teacher(tiny: Scenario, store: Store) -> None:
    worlds = Worlds(tiny, fidelity="drill", seeds=(3, 4), store=store)
    words = teachers(Side.DEFENDER)
    assert set(words) == {"frugal", "hardener", "vigilant"}
    opponents = [Opponent("thief"), Opponent("evader")]
    found = School(Tree(worlds), Side.DEFENDER, words, opponents).lessons()
    for opponent in ("thief", "evader"):
        means = {
            word: np.mean([_mission(tiny, store, opponent, word, seed) for seed in (3, 4)])
            for word in words
        }
        assert means[found.chosen[opponent]] == min(means.values())
    assert found.actions.shape == (2 * 2 * tiny.rounds,)
    taught = np.take_along_axis(found.masks, found.actions[:, None], 1)
    assert taught.all()


def _mission(tiny: Scenario, store: Store, attacker: str, defender: str, seed: int) -> float:
    match = prepare(tiny, attacker, defender, seed=seed, fidelity="drill", store=store)
    return float(np.mean([line.score.mission for line in match]))


def test_a_pool_folder(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            Side.ATTACKER: [("poisoner", 0.25), ("thief", 0.75), ("evader", 0.0)],
            Side.DEFENDER: [("frugal", 1.0)],
        },
    )
    assert mixture(tmp_path, Side.ATTACKER) == [("poisoner", 0.25), ("thief", 0.75)]
    assert mixture(tmp_path, Side.DEFENDER) == [("frugal", 1.0)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "pool.json is missing"),
        ("{", r"pool\.json:1"),
        ("[]", "wargame-pool-1"),
        ('{"format": "wargame-pool-1"}', "attacker: expected a list"),
        ('{"format": "wargame-pool-1", "attacker": [3]}', "attacker 1: expected"),
        ('{"format": "wargame-pool-1", "attacker": []}', "no attacker has a weight"),
        (
            '{"format": "wargame-pool-1", "attacker": [{"agent": "thieff", "weight": 1}]}',
            "did you mean thief",
        ),
        (
            '{"format": "wargame-pool-1", "attacker": [{"agent": "frugal", "weight": 1}]}',
            "cannot play the attacker",
        ),
        (
            '{"format": "wargame-pool-1", "attacker": [{"agent": "thief", "weight": -1}]}',
            "weight of thief lies in 0 to 1",
        ),
    ],
)
def test_a_pool_folder_edited_by_hand(tmp_path: Path, text: str | None, why: str) -> None:
    if text is not None:
        (tmp_path / "pool.json").write_text(text)
    with pytest.raises(WargameError, match=why):
        mixture(tmp_path, Side.ATTACKER)


def test_a_checkpoint_survives_a_second_reading(
    whole: RunFolder, tiny: Scenario, store: Store, tmp_path: Path
) -> None:
    """What is saved after loading is what was loaded."""
    folder = begun(tmp_path / "run", tiny)
    folder.checkpoint.write_bytes(whole.checkpoint.read_bytes())
    training = Training(folder, tiny, command="wargame train", store=store)
    model, _ = training._model()
    facts = checkpoint.load(folder.checkpoint, model)
    checkpoint.save(folder.checkpoint, model, facts)
    assert folder.checkpoint.read_bytes() == whole.checkpoint.read_bytes()


def test_a_search_never_ends_below_where_it_starts(tiny: Scenario, store: Store) -> None:
    """And its plan, really played as moves of a match, has the mission value it claims."""
    tree = Tree(Worlds(tiny, fidelity="drill", seeds=(3, 4), store=store))
    opponents = [Opponent("thief"), Opponent("saboteur", 2.0)]
    for side, others in ((Side.DEFENDER, opponents), (Side.ATTACKER, [Opponent("frugal")])):
        nothing = (0,) * tiny.rounds
        sign = 1 if side is Side.DEFENDER else -1
        losses = []
        for generations in (0, 2):
            search = Search(tree, side, others, np.random.default_rng(1))
            found = search.climb([nothing], generations, 4)
            losses.append(sign * found.mission)
        assert losses[1] <= losses[0]
        missions = [each.mission for each in found.played]
        weights = [other.weight for other in others for _ in (3, 4)]
        assert found.mission == pytest.approx(np.average(missions, weights=weights))
        for each in found.played:
            seats: list[Any] = [
                Planned(found.plan),
                make(each.fixture.attacker if side is Side.DEFENDER else each.fixture.defender),
            ]
            one, two = seats if side is Side.ATTACKER else seats[::-1]
            match = prepare(tiny, None, None, seed=each.fixture.seed, fidelity="drill", store=store)
            for agent, at in ((one, Side.ATTACKER), (two, Side.DEFENDER)):
                agent.begin(at, tiny, np.random.default_rng(0))
            while not match.over:
                match.step(one.act(match.view(Side.ATTACKER)), two.act(match.view(Side.DEFENDER)))
            assert match.result().mission == pytest.approx(each.mission)
