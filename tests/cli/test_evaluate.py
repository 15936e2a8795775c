"""`wargame evaluate`: what it plays, what it says of that, and that nothing learns."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wargame.cli.parser import run
from wargame.errors import WargameError
from wargame.game import scenario
from wargame.lab.contest import Contest
from wargame.lab.evaluation import Contestant
from wargame.stages import Side

from .conftest import Run, environment
from .test_policies import MADE, refused, said, trained

Words = list[str | Path]


@pytest.fixture(scope="module")
def policies(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pupil that attacks and a guard, untrained networks."""
    folder = tmp_path_factory.mktemp("policies")
    rules = scenario.load(small)
    trained(folder / "pupil", rules)
    trained(folder / "guard", rules, seed=3, side=Side.DEFENDER, name="guard")
    return folder


@pytest.fixture(scope="module")
def words(small: Path, leaves: Path, policies: Path) -> Words:
    return [
        *("evaluate", small, "--data", leaves, "--fidelity", "drill"),
        *("--seeds", "100:103", "--attacker", f"{policies / 'pupil'},random*2"),
        *("--defender", f"{policies / 'guard'},random,frugal"),
    ]


@pytest.fixture
def at_home(shared_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARGAME_HOME", str(shared_home))
    monkeypatch.delenv("WARGAME_STORE", raising=False)
    monkeypatch.chdir(tmp_path)


def test_matches_are_those_that_watch_records(
    words: Words,
    policies: Path,
    small: Path,
    leaves: Path,
    at_home: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = json.loads(said(capsys, *words, "--json", "--workers", "1"))
    assert told["warnings"] == []
    matches = told["matches"]
    assert len(matches) == 2 * 3 * 3
    assert len({(m["seed"], m["attacker"], m["defender"]) for m in matches}) == len(matches)
    place = {"pupil": policies / "pupil", "guard": policies / "guard"}
    for number, match in enumerate(matches[::4]):
        one, two = (place.get(match[side], match[side]) for side in ("attacker", "defender"))
        play: Words = ["watch", small, "--attacker", one, "--defender", two, "--json"]
        play += ["--seed", str(match["seed"]), "--fidelity", "drill", "--data", leaves]
        play += ["--record", f"{number}.jsonl"]
        lines = [json.loads(line) for line in said(capsys, *play).splitlines()]
        rounds = [line for line in lines if line["kind"] == "round" and line["round"] > 0]
        assert match["missions"] == [line["score"]["mission"] for line in rounds]
        assert match["plays"] == [
            [line["plays"][side]["action"] for side in ("attacker", "defender")] for line in rounds
        ]
        assert match["mission"] == lines[-1]["mission"]


def test_means_follow_from_the_matches(
    words: Words, at_home: None, capsys: pytest.CaptureFixture[str]
) -> None:
    told = json.loads(said(capsys, *words, "--json", "--baseline", "frugal"))
    mission = {(m["seed"], m["attacker"], m["defender"]): m["mission"] for m in told["matches"]}
    for defender in told["defenders"]:
        name = defender["name"].partition("@")[0]
        assert defender["label"] == name
        by_seed = [
            (mission[seed, "pupil", name] + 2 * mission[seed, "random", name]) / 3
            for seed in told["seeds"]
        ]
        assert defender["mission"]["values"] == pytest.approx(by_seed)
        assert defender["mission"]["mean"] == pytest.approx(np.mean(by_seed))
    assert [each["weight"] for each in told["attackers"]] == [1.0, 2.0]
    compared = told["comparisons"]
    assert {each["baseline"] for each in compared["defender"]} == {"frugal"}
    assert {each["baseline"] for each in compared["attacker"]} == {"pupil"}
    for pair in told["pairs"]:
        values = [mission[seed, pair["attacker"], pair["defender"]] for seed in told["seeds"]]
        assert pair["mission"]["values"] == values
        assert pair["attacker_wins"] == np.mean([value > told["par"] for value in values])


def test_one_and_two_workers_from_empty_stores_tell_the_same(
    wargame: Run, words: Words, policies: Path, tmp_path: Path
) -> None:
    few = [*words[:-4], "--attacker", f"{policies / 'pupil'},random", "--defender", "random"]
    told = []
    for workers in ("1", "2"):
        store = str(tmp_path / f"store{workers}")
        done = wargame(*few, "--workers", workers, "--json", WARGAME_STORE=store)
        assert done.returncode == 0, done.stderr
        told.append(done.stdout)
    assert told[0] == told[1]


LEARNERS = """\
import sys
from wargame.cli import main
code = main(sys.argv[1:])
learners = {"stable_baselines3", "sb3_contrib", "wargame.arena.train"} & set(sys.modules)
sys.exit(f"loaded {learners}" if learners else code)
"""


def test_nothing_learns(words: Words, policies: Path, shared_home: Path) -> None:
    def content() -> dict[str, tuple[bytes, int]]:
        files = [file for file in sorted(policies.rglob("*")) if file.is_file()]
        return {str(file): (file.read_bytes(), file.stat().st_mtime_ns) for file in files}

    before, told = content(), []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", LEARNERS, *map(str, words), "--json", "--workers", "1"],
            capture_output=True,
            text=True,
            env=environment(shared_home),
        )
        assert done.returncode == 0, done.stderr
        told.append(done.stdout)
    assert told[0] == told[1]
    assert content() == before


def test_words_fit_eighty_columns(wargame: Run, words: Words) -> None:
    done = wargame(*words, "--workers", "1", COLUMNS="80")
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    text = " ".join(done.stdout.split())
    assert "18 matches, seeds 100 to 102" in text
    assert "Attackers over the mixture of 3 defenders, 3 seeds (higher is better)" in text
    assert "Defenders over the weighted mixture of 2 attackers, 3 seeds (lower is better)" in text
    assert "than guard [" in text or "guard loses" in text or "guard measured the same" in text


def test_a_single_pair_needs_no_comparison(
    words: Words, at_home: None, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = [*words[:-4], "--attacker", "random", "--defender", "random"]
    text = said(capsys, *alone, "--workers", "1")
    assert "3 matches" in text
    assert "baseline" not in text
    told = json.loads(said(capsys, *alone, "--workers", "1", "--json"))
    assert told["comparisons"] == {"attacker": [], "defender": []}


def test_policies_of_one_name_keep_their_marks(
    words: Words,
    policies: Path,
    small: Path,
    tmp_path: Path,
    at_home: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = trained(tmp_path / "pupil", scenario.load(small), seed=1)
    both = [*words[:-4], "--attacker", f"{policies / 'pupil'},{other}", "--defender", "random"]
    told = json.loads(said(capsys, *both, "--workers", "1", "--json"))
    labels = [each["label"] for each in told["attackers"]]
    assert len(set(labels)) == 2
    assert labels == [each["name"] for each in told["attackers"]]


@pytest.mark.parametrize(
    ("worlds", "warned"),
    [
        ((0, 101), "which include 2 of the 3 seeds here: for it this is no held-out test"),
        (None, "does not say which worlds it was trained on"),
        ((2**32, 2**62), ""),
    ],
)
def test_a_policy_that_met_these_seeds_in_training(
    words: Words,
    small: Path,
    tmp_path: Path,
    at_home: None,
    capsys: pytest.CaptureFixture[str],
    worlds: tuple[int, int] | None,
    warned: str,
) -> None:
    made = MADE.model_copy(update={"worlds": worlds})
    folder = trained(tmp_path / "pupil", scenario.load(small), made=made)
    some = [*words[:-4], "--attacker", folder, "--defender", "random", "--workers", "1", "--json"]
    assert run([str(word) for word in some]) == 0
    printed = capsys.readouterr()
    assert warned in printed.err
    assert printed.err.count("warning") == bool(warned)
    assert len(json.loads(printed.out)["warnings"]) == bool(warned)


@pytest.mark.parametrize(
    ("attacker", "defender", "more", "told"),
    [
        ("nobody", "random", [], "nobody"),
        ("vigilant", "random", [], "vigilant cannot play the attacker"),
        ("random", "human", [], "a human cannot play"),
        ("random", "random,frugal,random", [], "random stands twice among the defenders"),
        (",", "random", [], "name at least one attacker"),
        ("random*0", "random", [], "a number above 0"),
        ("random*nan", "random", [], "a number above 0"),
        ("*2", "random", [], "a number above 0"),
        ("pool:nowhere", "random", [], "there is no pool in nowhere"),
        ("random", "random", ["--baseline", "frugal"], "--baseline frugal takes no part"),
        ("random", "random", ["--fidelity", "best"], "best"),
    ],
)
def test_who_cannot_take_part(
    small: Path, at_home: None, attacker: str, defender: str, more: list[str], told: str
) -> None:
    words: Words = ["evaluate", small, "--attacker", attacker, "--defender", defender]
    assert told in refused(*words, "--fidelity", "drill", *more)


def test_another_deck_is_refused_before_anything_is_made(
    words: Words, tmp_path: Path, wargame: Run
) -> None:
    mapper = trained(tmp_path / "mapper", scenario.load("mapengine"), name="mapper")
    store, few = tmp_path / "store", [*words[:-4], "--attacker", mapper, "--defender", "random"]
    done = wargame(*few, WARGAME_STORE=str(store))
    assert done.returncode == 2
    assert "the attacker's deck of small is another" in done.stderr
    assert done.stderr.count("\n") == 1
    assert _kept(store) == 0


@pytest.mark.parametrize("seeds", ["5", "5:5", "7:5", "a:b", "0:2000", "-3:4", "", "4:5"])
def test_seeds_that_are_none(
    small: Path, at_home: None, capsys: pytest.CaptureFixture[str], seeds: str
) -> None:
    words = ["evaluate", str(small), "--attacker", "random", "--defender", "random"]
    with pytest.raises(SystemExit) as stopped:
        run([*words, f"--seeds={seeds}"])
    assert stopped.value.code == 2
    told = capsys.readouterr().err
    assert ("an interval needs two or more" if seeds == "4:5" else "expected A:B") in told


def test_ctrl_c_keeps_what_was_made(wargame: Run, words: Words, tmp_path: Path) -> None:
    store = tmp_path / "store"
    some = [*words[:-4], "--attacker", "random", "--defender", "random", "--workers", "1"]
    many = [str(word).replace("100:103", "100:400") for word in some]
    process = subprocess.Popen(
        [sys.executable, "-m", "wargame", *many],
        env=environment(tmp_path / "home", WARGAME_STORE=str(store)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 60
    while time.monotonic() < until and _kept(store) < 20:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert out == ""
    assert "of 300 seeds are complete; all finished rounds are in the store" in err
    assert _kept(store) >= 20
    checked = wargame("store", "verify", WARGAME_STORE=str(store))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def _kept(store: Path) -> int:
    return sum(1 for file in store.rglob("*") if file.is_file())


def test_progress_never_goes_back_and_arrives(small: Path, leaves: Path, tmp_path: Path) -> None:
    from wargame.store import Store

    seen: list[tuple[int, int, str]] = []

    def watch(what: str, done: int, total: int) -> None:
        seen.append((done, total, what))

    agents: dict[str, Any] = {"name": "random", "word": "random", "digest": ""}
    rules = scenario.load(small)
    sides = [[Contestant("random", **agents)]] * 2
    contest = Contest(
        rules, "drill", *sides, data=leaves, store=Store(tmp_path / "s"), progress=watch
    )
    try:
        contest.play(range(100, 118))
    except WargameError as error:
        pytest.fail(str(error))
    done = [each[0] for each in seen]
    assert done == sorted(done)
    assert {each[1] for each in seen} == {18 * (rules.rounds + 1)}
    assert done[-1] == 18 * (rules.rounds + 1)
    assert len(set(done)) > 40
    assert seen[-1][2] == "seeds 16/18, rounds"
    assert contest.finished == 18


def test_the_time_left_follows_the_pace_since_the_first_round() -> None:
    from wargame.lab.contest import _Steady

    now, said = [0.0], [""]

    def keep(what: str, done: int, total: int) -> None:
        said[0] = f"{what} {done}/{total}"

    steady = _Steady(keep, lambda: now[0])
    steady.head = "seeds 0/9"
    steady.begin(100)
    for second, done, told in (
        (60, 0, "seeds 0/9, rounds 0/100"),
        (61, 10, "seeds 0/9, rounds 10/100"),
        (71, 20, "seeds 0/9, about 80 s left, rounds 20/100"),
        (72, 0, "seeds 0/9, about 79 s left, rounds 21/100"),
        (81, 9, "seeds 0/9, about 70 s left, rounds 30/100"),
    ):
        now[0] = float(second)
        steady("making rounds", done, 30)
        steady("training", 3, 7)
        assert said[0] == told
    steady.add(100)
    assert said[0] == "seeds 0/9, rounds 100/100"
