"""The bench: the same numbers as rounds resolved by hand, in arms that are really paired."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scipy import stats

from wargame.data.sources import load
from wargame.errors import WargameError
from wargame.game import scenario
from wargame.game.match import world_seed
from wargame.lab import bench
from wargame.pipeline.outcome import InForce, Measure, Outcome
from wargame.pipeline.resolve import opening, resolve
from wargame.pipeline.source import offer
from wargame.stages import Access, Strength
from wargame.store import Store

from .conftest import Run


def test_each_arm_holds_what_the_pipeline_measures(
    wargame: Run, small: Path, leaves: Path, tmp_path: Path
) -> None:
    flip, robust = "label_flip:heavy", "adversarial_training:light"
    words = ["--rounds", "2", "--fidelity", "drill", "--data", str(leaves), "--json"]
    done = wargame("measure", small, "--attack", flip, "--defence", robust, *words)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    rules, tiles = scenario.load(small), load("leaves", location=leaves)
    offer(tiles)
    world, store = rules.world(world_seed(0), "drill", tiles.digest), Store(tmp_path / "store")
    plays = {
        "attacks": (InForce("label_flip", Strength.HEAVY, 1),),
        "defences": (InForce("adversarial_training", Strength.LIGHT, 1),),
    }
    kinds = {
        "both": ("attacks", "defences"), "attack alone": ("attacks",),
        "defence alone": ("defences",), "neither": (),
    }  # fmt: skip
    for arm, has in kinds.items():
        forces = [plays[side] if side in has else () for side in plays]
        outcome = opening(world, store=store)
        for number in (1, 2):
            outcome = resolve(world, outcome.carry, number, *forces, store=store)
        (run,) = [each for each in told["runs"] if (each["arm"], each["round"]) == (arm, 2)]
        for name, measure in outcome.measures.items():
            assert run["measures"][name]["value"] == measure.value
            assert run["measures"][name]["key"] == measure.key


def test_white_box_access_is_granted_by_a_real_theft(
    wargame: Run, small: Path, leaves: Path
) -> None:
    done = wargame(
        "measure", small, "--attack", "pgd", "--fidelity", "drill", "--data", leaves, "--json"
    )
    assert "checkpoint_theft:heavy is added" in done.stderr
    told = json.loads(done.stdout)
    assert [each["card"] for each in told["arms"]["attack alone"]["attacks"]] == [
        "pgd",
        "checkpoint_theft",
    ]
    measured = {row["measure"] for row in told["table"]}
    assert {"pgd.accuracy_under_attack", "checkpoint_theft.weights_read"} <= measured


def test_differences_over_seeds_are_paired_t_intervals() -> None:
    with_attack, without = [0.5, 0.42, 0.61, 0.47], [0.6, 0.55, 0.66, 0.6]

    def outcomes(values: list[float]) -> list[Outcome]:
        return [Outcome(1, {"m": Measure(v, v, v, 10, "k")}, {}, (), (), (), {}) for v in values]

    (row,) = bench.rows({"attack alone": outcomes(with_attack), "neither": outcomes(without)})
    found = row.differences["attack, undefended"]
    gaps = [a - b for a, b in zip(with_attack, without, strict=True)]
    low, high = stats.t.interval(0.95, 3, loc=stats.tmean(gaps), scale=stats.sem(gaps))
    assert found.value == pytest.approx(stats.tmean(gaps))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.n == 4


def test_words_become_plays_or_sentences(small: Path) -> None:
    rules = scenario.load(small)
    assert bench.plays(["pgd"], attacking=True) == (InForce("pgd", Strength.MEDIUM, 1),)
    for words, attacking, said in (
        (["pgd:huge"], True, "strength"),
        (["pgd"], False, "pgd is an attack"),
        (["pdg"], True, "pgd"),
    ):
        with pytest.raises(WargameError, match=said):
            bench.plays(words, attacking=attacking)
    theft = bench.plays(["checkpoint_theft:light", "pgd:heavy"], attacking=True)
    granted, _ = bench.with_access(theft, rules)
    assert [each.card for each in granted].count("checkpoint_theft") == 1
    assert Access.WHITE_BOX not in rules.access
