"""Trained policies as agents: the same moves for ever, on their own deck alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wargame import catalog
from wargame.errors import WargameError
from wargame.game import agent, policy, policy_terms, view
from wargame.game.agent_file import named
from wargame.game.deck import Deck
from wargame.game.match import DataFacts, Match
from wargame.game.scenario import Scenario
from wargame.game.view import encode
from wargame.stages import Side
from wargame.store import Store

from .fakes import Resolver
from .policies import described, written

FACTS = DataFacts("digits", "d" * 40, "the tests")


def played(rules: Scenario, attacker: type[agent.Agent], place: Path, seed: int = 1) -> list[int]:
    match = Match(
        rules,
        attacker(),
        agent.make("random"),
        seed=seed,
        fidelity="drill",
        data=FACTS,
        store=Store(place),
        resolver=Resolver(),
    )
    lines = list(match)
    return [line.plays[Side.ATTACKER].action for line in lines]


@pytest.mark.parametrize("play", ["greedy", "sample"])
def test_a_policy_plays_legally_and_always_the_same(
    tiny: Scenario, tmp_path: Path, play: str
) -> None:
    kind = named(str(written(tmp_path / "learner", tiny, play=play)))
    one = played(tiny, kind, tmp_path / "a")
    assert one == played(tiny, kind, tmp_path / "b")
    assert len(one) == tiny.rounds
    assert kind.sides == (Side.ATTACKER,)


def test_drawn_moves_follow_the_seed(tiny: Scenario, tmp_path: Path) -> None:
    kind = named(str(written(tmp_path / "learner", tiny, play="sample")))
    assert len({tuple(played(tiny, kind, tmp_path / "a", seed)) for seed in range(8)}) > 1


def test_it_plays_what_its_network_prefers(tiny: Scenario, tmp_path: Path) -> None:
    known = described(tiny, hidden=())
    arrays = {name: np.zeros(shape, np.float32) for name, shape in known.shapes.items()}
    wanted = 1 + 3 * Deck.of(tiny, Side.ATTACKER).numbers["request_flood"]
    arrays["action.bias"][4] = 1.0
    arrays["action.bias"][wanted] = 2.0  # needs access that the attacker does not hold
    policy.save(tmp_path / "fixed", known, arrays)
    moves = played(tiny, named(str(tmp_path / "fixed")), tmp_path / "s")
    assert moves[0] == 4
    assert set(moves) <= {4, 0}


def test_the_observation_is_the_view_as_numbers(tiny: Scenario, tmp_path: Path) -> None:
    kind = policy.load(written(tmp_path / "learner", tiny))
    player = kind()
    player.begin(Side.ATTACKER, tiny, np.random.default_rng(0))
    match = Match(
        tiny,
        None,
        agent.make("random"),
        seed=4,
        fidelity="drill",
        data=FACTS,
        store=Store(tmp_path / "s"),
        resolver=Resolver(),
    )
    for _ in range(tiny.rounds):
        match.open()
        seen = match.view(Side.ATTACKER)
        logits = kind.network.logits(encode(seen))
        best = max(agent.legal(seen), key=lambda action: (logits[action], -action))
        assert player.act(seen) == best
        match.step(attacker_action=best)


def test_a_mark_stands_for_all_that_decides_a_move(tiny: Scenario, tmp_path: Path) -> None:
    first = named(str(written(tmp_path / "a", tiny))).name
    assert first.startswith("learner@")
    assert named(str(written(tmp_path / "moved", tiny))).name == first
    told_otherwise = written(tmp_path / "b", tiny, title="The pupil", character="Other words")
    assert named(str(told_otherwise)).name == first
    others: list[dict[str, Any]] = [
        {"seed": 1},
        {"activation": "relu"},
        {"play": "sample"},
        {"side": Side.DEFENDER},
    ]
    names = {
        named(str(written(tmp_path / f"c{i}", tiny, **more))).name for i, more in enumerate(others)
    }
    assert len(names | {first}) == 5


def test_a_record_starts_no_policy_of_somebody(tmp_path: Path) -> None:
    with pytest.raises(WargameError, match="policy; a record starts none by itself: give the fol"):
        agent.make("learner@12345678")


def changed(rules: Scenario, **deck: Any) -> Scenario:
    return rules.model_copy(update={"deck": rules.deck.model_copy(update=deck)})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda cards: cards[:-1], "request_flood missing"),
        (lambda cards: (*cards[1:], cards[0]), "another order, card 1 is backdoor and was label_f"),
        (
            lambda cards: (*cards[:-1], cards[-1].model_copy(update={"name": "sniff"})),
            "request_flood missing and sniff added",
        ),
    ],
)
def test_another_deck_is_refused_in_words(
    tiny: Scenario, tmp_path: Path, change: Any, said: str
) -> None:
    kind = policy.load(written(tmp_path / "learner", tiny))
    other = changed(tiny, attacker=change(tiny.deck.attacker)).model_copy(update={"name": "other"})
    with pytest.raises(WargameError, match=said) as caught:
        kind().begin(Side.ATTACKER, other, np.random.default_rng(0))
    assert "trained on tiny" in str(caught.value)
    assert "the attacker's deck of other" in str(caught.value)


def test_prices_rounds_and_the_other_deck_change_no_meaning(tiny: Scenario, tmp_path: Path) -> None:
    kind = policy.load(written(tmp_path / "learner", tiny))
    other = changed(tiny, defender=tiny.deck.defender[::-1]).model_copy(update={"rounds": 3})
    assert len(played(other, kind, tmp_path / "s")) == 3


def test_other_instruments_are_refused(
    tiny: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = policy.load(written(tmp_path / "learner", tiny))
    layout = view.deck_layout
    monkeypatch.setattr(policy_terms, "deck_layout", lambda deck: (*layout(deck), "sonar:seen"))
    with pytest.raises(WargameError, match="is shown other things: sonar:seen added"):
        kind().begin(Side.ATTACKER, tiny, np.random.default_rng(0))


def test_the_other_side_is_refused(tiny: Scenario, tmp_path: Path) -> None:
    kind = policy.load(written(tmp_path / "learner", tiny))
    with pytest.raises(WargameError, match="cannot play the defender"):
        Match(tiny, None, kind(), seed=0, fidelity="drill", data=FACTS, store=Store(tmp_path / "s"))


@pytest.fixture
def shelf(tiny: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one ready policy."""
    files = catalog.agent_files()
    monkeypatch.setattr(catalog, "agent_files", lambda: files)
    monkeypatch.setattr(catalog, "SHELVES", tmp_path)
    written(tmp_path / "agents" / "policies" / "learner", tiny)
    return tmp_path / "agents" / "policies"


def test_a_ready_policy_goes_by_its_name(shelf: Path, tiny: Scenario, tmp_path: Path) -> None:
    kind = named("learner")
    assert kind.name == "learner"
    assert agent.agent_class("learner").name == "learner"
    assert "learner" in agent.agent_names()
    assert named(str(shelf / "learner")).name == "learner"
    assert named(str(shelf / "learner" / "policy.json")).name == "learner"
    assert len(played(tiny, kind, tmp_path / "s")) == tiny.rounds
    with pytest.raises(WargameError, match="did you mean learner"):
        named("lerner")


def test_a_ready_name_wins_over_a_folder_here(
    shelf: Path, tiny: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    written(here / "learner", tiny, seed=8)
    written(here / "pupil", tiny, seed=8)
    monkeypatch.chdir(here)
    assert named("learner").name == "learner"
    assert named("./learner").name == named("pupil").name != "learner"


def test_a_ready_policy_is_called_as_its_folder(shelf: Path) -> None:
    (shelf / "learner").rename(shelf / "teacher")
    with pytest.raises(WargameError, match="calls itself learner"):
        named("teacher")


def test_a_policy_needs_no_torch(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "import numpy as np\n"
        "from wargame.game import policy, scenario\n"
        "from wargame.game.agent_file import named\n"
        "from wargame.stages import Side\n"
        "rules = scenario.load('mapengine')\n"
        "made = policy.Made(command='c', steps=1, seed=0, fidelity='drill', opponents=())\n"
        "known = policy.describe(rules, Side.DEFENDER, name='n', title='t', character='c',\n"
        "    hidden=(4,), activation='relu', play='greedy', made=made)\n"
        "arrays = {k: np.zeros(s, np.float32) for k, s in known.shapes.items()}\n"
        "policy.save(Path('n'), known, arrays)\n"
        "kind = named('n/policy.json')\n"
        "kind().begin(Side.DEFENDER, rules, np.random.default_rng(0))\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "safetensors" in loaded
    assert not loaded & {"torch", "stable_baselines3", "sb3_contrib", "sklearn", "textual"}
