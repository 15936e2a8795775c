"""Trained policies as agents: the same moves for ever, and every damage told in words."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wargame import catalog
from wargame.errors import WargameError
from wargame.game import agent, network, policy, policy_file, policy_terms, view
from wargame.game.agent_file import named
from wargame.game.deck import Deck
from wargame.game.match import DataFacts, Match
from wargame.game.scenario import Scenario
from wargame.game.view import encode
from wargame.stages import Side
from wargame.store import Store

from .fakes import Resolver

FACTS = DataFacts("digits", "d" * 40, "the tests")
MADE = policy.Made(
    command="wargame train tiny --side attacker",
    steps=1000,
    seed=3,
    fidelity="drill",
    opponents=("vigilant", "random"),
    worlds=(2**32, 2**32 + 63),
)
Arrays = dict[str, NDArray[np.float32]]


def described(rules: Scenario, side: Side = Side.ATTACKER, **more: Any) -> policy.Settings:
    facts: dict[str, Any] = {
        "name": "learner",
        "title": "The learner",
        "character": "Learned by playing",
        "hidden": (7, 5),
        "activation": "tanh",
        "play": "greedy",
        "made": MADE,
    }
    return policy.describe(rules, side, **{**facts, **more})


def drawn(known: policy.Settings, seed: int = 0, scale: float = 1.0) -> Arrays:
    rng = np.random.default_rng(seed)
    return {
        name: (scale * rng.standard_normal(shape)).astype(np.float32)
        for name, shape in known.shapes.items()
    }


def written(folder: Path, rules: Scenario, seed: int = 0, **more: Any) -> Path:
    known = described(rules, **more)
    policy.save(folder, known, drawn(known, seed))
    return folder


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


# The network


def by_hand(arrays: Arrays, activation: str, seen: list[float]) -> list[float]:
    """The forward pass in plain Python, one sum at a time."""
    at = seen
    for name in ("hidden.0", "hidden.1", "action"):
        weight, bias = arrays[f"{name}.weight"], arrays[f"{name}.bias"]
        at = [
            math.fsum(float(w) * x for w, x in zip(row, at, strict=True)) + float(b)
            for row, b in zip(weight, bias, strict=True)
        ]
        if name != "action":
            at = [math.tanh(x) if activation == "tanh" else max(x, 0.0) for x in at]
    return at


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_the_network_is_the_sum_it_says(activation: network.Activation) -> None:
    rng = np.random.default_rng(5)
    wanted = network.shapes(11, (7, 5), 4)
    arrays = {name: rng.standard_normal(s).astype(np.float32) for name, s in wanted.items()}
    seen = rng.standard_normal((3, 11)).astype(np.float32)
    found = network.Network(arrays, activation).logits(seen)
    expected = [by_hand(arrays, activation, [float(x) for x in row]) for row in seen]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@given(st.lists(st.tuples(st.floats(-50, 50), st.booleans()), min_size=1, max_size=60), st.data())
def test_only_legal_actions_are_ever_chosen(
    pairs: list[tuple[float, bool]], data: st.DataObject
) -> None:
    logits = np.array([0.0, *(each for each, _ in pairs)])
    legal = np.array([True, *(fine for _, fine in pairs)])
    best = network.greedy(logits, legal)
    assert legal[best]
    assert logits[best] == max(logits[legal])
    assert not any(legal[i] and logits[i] == logits[best] for i in range(best))
    share = network.probabilities(logits, legal)
    assert math.isclose(share.sum(), 1.0, rel_tol=1e-9)
    assert not share[~legal].any()
    seed = data.draw(st.integers(0, 2**32))
    assert legal[network.sample(logits, legal, np.random.default_rng(seed))]


def test_drawing_follows_the_softmax() -> None:
    logits, legal = np.log([1.0, 2.0, 50.0, 5.0]), np.array([True, True, False, True])
    rng = np.random.default_rng(2)
    counts = np.bincount([network.sample(logits, legal, rng) for _ in range(8000)], minlength=4)
    np.testing.assert_allclose(counts / 8000, [1 / 8, 2 / 8, 0, 5 / 8], atol=0.02)


# The folder


def test_a_policy_comes_back_as_it_was_written(tiny: Scenario, tmp_path: Path) -> None:
    known = described(tiny)
    arrays = drawn(known)
    stored = policy.save(tmp_path / "learner", known, arrays)
    found = policy_file.read(tmp_path / "learner")
    assert found.settings == stored
    assert found.settings.made == MADE
    assert {name: array.tobytes() for name, array in found.weights.items()} == {
        name: array.tobytes() for name, array in arrays.items()
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["learner"]
    assert sorted(p.name for p in (tmp_path / "learner").iterdir()) == [
        "policy.json",
        "weights.safetensors",
    ]
    assert stored.parameters == sum(array.size for array in arrays.values())


def test_the_same_policy_is_the_same_bytes(tiny: Scenario, tmp_path: Path) -> None:
    one, two = written(tmp_path / "one", tiny), written(tmp_path / "two", tiny)
    for name in ("policy.json", "weights.safetensors"):
        assert (one / name).read_bytes() == (two / name).read_bytes()


def test_nothing_is_written_over_unasked(tiny: Scenario, tmp_path: Path) -> None:
    folder = written(tmp_path / "learner", tiny)
    before = (folder / "weights.safetensors").read_bytes()
    known = described(tiny)
    with pytest.raises(WargameError, match="exists already"):
        policy.save(folder, known, drawn(known, 9))
    assert (folder / "weights.safetensors").read_bytes() == before
    policy.save(folder, known, drawn(known, 9), over=True)
    assert (folder / "weights.safetensors").read_bytes() != before
    other = tmp_path / "thesis"
    other.mkdir()
    with pytest.raises(WargameError, match="exists already"):
        policy.save(other, known, drawn(known), over=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["learner", "thesis"]


def test_a_full_disk_leaves_nothing_half_written(
    tiny: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, folder = described(tiny), tmp_path / "learner"
    calls: list[int] = []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WargameError, match="No space left"):
        policy.save(folder, known, drawn(known))
    assert list(tmp_path.iterdir()) == []


def damaged(name: str, change: Any) -> Any:
    def edit(folder: Path) -> None:
        file = folder / name
        file.write_bytes(change(file.read_bytes()))

    return edit


def edited(**fields: Any) -> Any:
    def edit(folder: Path) -> None:
        file = folder / "policy.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), **fields}, indent=2))

    return edit


def other_weights(**changes: Any) -> Any:
    """Weights of another making, with the digest in policy.json made to fit."""

    def edit(folder: Path) -> None:
        import hashlib

        from safetensors.numpy import load, save

        file = folder / "weights.safetensors"
        arrays = {**load(file.read_bytes()), **changes}
        file.write_bytes(save({name: each for name, each in arrays.items() if each is not None}))
        edited(weights=hashlib.sha256(file.read_bytes()).hexdigest())(folder)

    return edit


def link(name: str) -> Any:
    def edit(folder: Path) -> None:
        (folder / name).rename(folder.parent / name)
        (folder / name).symlink_to(folder.parent / name)

    return edit


def pipe(folder: Path) -> None:
    (folder / "policy.json").unlink()
    os.mkfifo(folder / "policy.json")


def huge(folder: Path) -> None:
    with (folder / "weights.safetensors").open("r+b") as handle:
        handle.truncate(policy_file.MOST_WEIGHTS + 1)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda f: (f / "policy.json").unlink(), "there is no policy.json in it"),
        (lambda f: (f / "weights.safetensors").unlink(), "there is no weights.safetensors in it"),
        (damaged("weights.safetensors", lambda b: b[:-40]), "cut short or edited"),
        (damaged("weights.safetensors", lambda b: b[:-1] + b"\x07"), "cut short or edited"),
        (damaged("policy.json", lambda b: b[:-40]), r"policy\.json:\d+:\d+: not JSON"),
        (damaged("policy.json", lambda b: b"\xff" + b), r"policy\.json:1:1: this is not UTF-8"),
        (damaged("policy.json", lambda b: b"[" * 100_000), r"policy\.json:1:1: not JSON"),
        (damaged("policy.json", lambda b: b"9" * 5000), r"policy\.json:1:1: not JSON"),
        (damaged("policy.json", lambda b: b"{}"), "this is no wargame-policy"),
        (damaged("policy.json", lambda b: b"[1]"), "this is no wargame-policy"),
        (edited(version=2), "has version 2, and this program reads up to 1; update wargame"),
        (edited(version="one"), "there is no version 'one'"),
        (edited(version=True), "there is no version 'True'"),
        (edited(version=1.0), "there is no version '1.0'"),
        (edited(activation="gelu"), r"policy\.json:\d+:\d+: activation: "),
        (edited(hidden=[7, 6]), r"hidden\.1\.weight has the shape"),
        (edited(hidden=[7, 0]), r"policy\.json:\d+:\d+: hidden\.1: "),
        (edited(surprise=1), r"policy\.json:\d+:\d+: surprise: "),
        (edited(title="\x1b[31m"), r"policy\.json:\d+:\d+: title: an unprintable character"),
        (edited(deck=["label_flip"]), "deck_digest is not that of the deck"),
        (edited(layout=["round"]), "layout_digest is not that of the layout"),
        (edited(weights="no digest"), r"policy\.json:\d+:\d+: weights: "),
        (other_weights(**{"action.bias": None}), "lacks action.bias"),
        (other_weights(extra=np.zeros(2, np.float32)), "has 'extra' besides"),
        (other_weights(**{"action.bias": np.zeros(3, np.float32)}), r"has the shape \(3,\)"),
        (other_weights(**{"action.bias": np.zeros(16)}), "holds float64 numbers"),
        (other_weights(**{"action.bias": np.full(16, np.nan, np.float32)}), "is not finite"),
        (other_weights(**{"action.bias": np.full(16, 2e6, np.float32)}), "beyond 1,000,000"),
        (link("policy.json"), "is a link"),
        (link("weights.safetensors"), "is a link"),
        (pipe, "is no plain file"),
        (huge, "is larger than 64,000,000 bytes"),
    ],
)
def test_every_damage_is_told(tiny: Scenario, tmp_path: Path, harm: Any, said: str) -> None:
    folder = written(tmp_path / "learner", tiny)
    harm(folder)
    with pytest.raises(WargameError, match=said) as caught:
        policy.load(folder)
    assert str(folder) in str(caught.value)


def test_what_is_no_folder_is_told(tmp_path: Path) -> None:
    file = tmp_path / "notes"
    file.write_text("no policy")
    with pytest.raises(WargameError, match="is no folder"):
        named(str(file))
    with pytest.raises(WargameError, match="does not exist"):
        named(str(tmp_path / "absent"))
    with pytest.raises(WargameError, match="does not exist"):
        named(str(tmp_path / "absent" / "policy.json"))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A policy's folder as it should be; made once, while the fake cards are the catalogue."""
    return Path(tmp_path_factory.mktemp("sound"))


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_mutated_files_are_refused_or_whole(
    tiny: Scenario, sound: Path, data: st.DataObject
) -> None:
    import hashlib

    folder = sound / "learner"
    if not folder.exists():
        written(folder, tiny)
        for file in list(folder.iterdir()):
            (sound / file.name).write_bytes(file.read_bytes())
    name = data.draw(st.sampled_from(["policy.json", "weights.safetensors"]))
    other = "policy.json" if name != "policy.json" else "weights.safetensors"
    blob = bytearray((sound / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        # The first bytes are the header of the weights, where most can go wrong.
        at = data.draw(st.integers(0, min(len(blob) - 1, 600)) | st.integers(0, len(blob) - 1))
        piece = data.draw(st.binary(max_size=6) | st.sampled_from([b"null", b"1e999", b"-1", b"{"]))
        blob[at : at + data.draw(st.integers(0, 6))] = piece
        blob = blob or bytearray(b" ")
    (folder / name).write_bytes(blob)
    (folder / other).write_bytes((sound / other).read_bytes())
    if name == "weights.safetensors":
        edited(weights=hashlib.sha256(blob).hexdigest())(folder)
    try:
        found = policy_file.read(folder)
    except WargameError:
        return
    network.check(found.weights, found.settings.shapes)


# The agent


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


# Ready policies


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
