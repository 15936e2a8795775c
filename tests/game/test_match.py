from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wargame.errors import Cancelled, WargameError
from wargame.game.agent import Agent, Fault
from wargame.game.match import DataFacts, Match, world_seed
from wargame.game.scenario import Scenario
from wargame.pipeline.outcome import Outcome
from wargame.stages import SIDES, Side, Strength
from wargame.store import Store

from . import fakes
from .players import Dice, Script, Stubborn

A, D = Side.ATTACKER, Side.DEFENDER
FACTS = DataFacts("digits", "d" * 40, "the tests")


def play(
    scenario: Scenario, store: Store, attacker: Agent | None, defender: Agent | None, seed: int = 7,
    **options: Any,
) -> Match:  # fmt: skip
    options.setdefault("resolver", fakes.Resolver())
    return Match(
        scenario,
        attacker,
        defender,
        seed=seed,
        fidelity="drill",
        data=FACTS,
        store=store,
        **options,
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def test_a_match_plays_every_round_once(tiny: Scenario, store: Store) -> None:
    resolver = fakes.Resolver()
    one, two = Dice(), Dice()
    match = play(tiny, store, one, two, resolver=resolver)
    lines = list(match)
    assert [line.round for line in lines] == [1, 2, 3, 4, 5, 6]
    assert resolver.calls == 6
    assert (one.ended, two.ended) == (1, 1)
    assert match.over
    assert match.result().mission == pytest.approx(sum(x.score.mission for x in lines) / 6)
    with pytest.raises(WargameError, match="over"):
        match.step()


def test_the_same_seed_is_the_same_match(tiny: Scenario, store: Store) -> None:
    first, again = (list(play(tiny, store, Dice(), Dice())) for _ in range(2))
    assert first == again
    other = list(play(tiny, store, Dice(), Dice(), seed=8))
    assert other != first


def test_each_agent_has_its_own_stream(tiny: Scenario, store: Store) -> None:
    """Another opponent changes nothing that the attacker draws."""
    one, two = Dice(), Dice()
    list(play(tiny, store, one, Dice()))
    list(play(tiny, store, two, Script()))
    draws = [each.rng.bit_generator.seed_seq.spawn_key for each in (one, two)]  # type: ignore[attr-defined]
    assert draws == [(0,), (0,)]
    assert world_seed(7) == play(tiny, store, None, None).world.seed != world_seed(8)


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_seeds_out_of_range_are_refused(tiny: Scenario, store: Store, seed: int) -> None:
    with pytest.raises(WargameError, match="a seed is a whole number"):
        play(tiny, store, None, None, seed)


def test_what_is_played_reaches_the_resolver_and_the_line(tiny: Scenario, store: Store) -> None:
    match = play(tiny, store, Script(1, 5), Script(4))
    first, second = match.step(), match.step()
    assert [x.card for x in first.in_force[A]] == ["label_flip"]
    assert first.plays[D][1:] == ("gold_set", Strength.LIGHT)
    assert [x.card for x in second.in_force[A]] == ["label_flip", "backdoor"]
    assert second.plays[D] == (0, None, None)
    assert "backdoor.trigger_success" in second.measures
    assert second.position.round == 3


def test_each_round_starts_from_what_the_last_one_left(tiny: Scenario, store: Store) -> None:
    carried = []

    class Keeper(fakes.Resolver):
        def resolve(self, *args: Any, **options: Any) -> Outcome:
            outcome = super().resolve(*args, **options)
            carried.append((args[1], outcome.carry))
            return outcome

    list(play(tiny, store, Dice(), Dice(), resolver=Keeper()))
    assert carried[0][0] == {"h": 0.0}
    assert [start for start, _ in carried[1:]] == [end for _, end in carried[:-1]]
    assert len({end["h"] for _, end in carried}) == 6


def test_stolen_weights_open_pgd_in_the_next_round(tiny: Scenario, store: Store) -> None:
    theft, pgd = 1 + 3 * 2, 1 + 3 * 3
    match = play(tiny, store, Script(theft, pgd), Script())
    match.step()
    assert "pgd.accuracy_under_attack" in match.step().measures
    shut = play(tiny, store, Script(theft, pgd), Script(1 + 3 * 3))
    shut.step()
    with pytest.raises(Fault, match=r"script: pgd \(light\) cannot be played: needs white-box"):
        shut.step()


def test_views_hold_only_own_facts_until_an_instrument_shows_more(
    tiny: Scenario, store: Store
) -> None:
    """A card changed on the other side, under equal outcomes, changes no byte of a view."""

    class Blind(fakes.Resolver):
        def resolve(self, *args: Any, **options: Any) -> Outcome:
            world, carry, round_ = args[:3]
            full = super().resolve(world, carry, round_, (), (), **options)
            return replace(full, grants=())

    watcher_a, watcher_b = Script(), Script()
    list(play(tiny, store, watcher_a, Script(1, 4, 0, 7), resolver=Blind()))
    list(play(tiny, store, watcher_b, Script(), resolver=Blind()))
    assert watcher_a.seen
    for one, two in zip(watcher_a.seen, watcher_b.seen, strict=True):
        assert repr(one.to_json()) == repr(two.to_json())
        assert one.panel.tobytes() == two.panel.tobytes()


def test_humans_give_their_actions(tiny: Scenario, store: Store) -> None:
    match = play(tiny, store, None, Script())
    with pytest.raises(WargameError, match="nobody plays the attacker"):
        match.step()
    with pytest.raises(WargameError, match="script plays the defender"):
        match.step(attacker_action=0, defender_action=0)
    with pytest.raises(WargameError, match="needs white-box"):
        match.step(attacker_action=10)
    assert match.step(attacker_action=1).plays[A].card == "label_flip"


@pytest.mark.parametrize("answer", [99, -1, "x", None, 0.5])
def test_an_agent_that_breaks_a_rule_is_named(tiny: Scenario, store: Store, answer: Any) -> None:
    match = play(tiny, store, Dice(), Stubborn(answer))
    with pytest.raises(Fault, match="stubborn: ") as caught:
        match.step()
    assert caught.value.side is D
    assert match.lines == []


def test_an_agent_plays_only_its_sides(tiny: Scenario, store: Store) -> None:
    class Bad(Dice):
        name = "bad"
        sides = (A,)

    with pytest.raises(WargameError, match="bad cannot play the defender"):
        play(tiny, store, Dice(), Bad())


def test_a_round_called_off_leaves_the_match_as_it_was(tiny: Scenario, store: Store) -> None:
    calls = 0

    def fickle(what: str, done: int, total: int) -> None:
        nonlocal calls
        calls += 1
        if calls in (1, 3, 4, 7):
            raise Cancelled(what)

    one, two = Dice(), Dice()
    match = play(tiny, store, one, two, progress=fickle)
    lines = []
    while not match.over:
        before = match.position
        try:
            lines.append(match.step())
        except Cancelled:
            assert match.position is before
    undisturbed = list(play(tiny, store, Dice(), Dice()))
    assert lines == undisturbed
    assert len(one.seen) == len(two.seen) == 6


def test_unknown_fidelity_is_refused(tiny: Scenario, store: Store) -> None:
    with pytest.raises(WargameError, match="no fidelity called 'full'"):
        Match(tiny, None, None, seed=1, fidelity="full", data=FACTS, store=store)


def test_no_result_before_the_end(tiny: Scenario, store: Store) -> None:
    with pytest.raises(WargameError, match="not over"):
        play(tiny, store, Dice(), Dice()).result()


def test_every_reading_reaches_only_its_owner(tiny: Scenario, store: Store) -> None:
    match = play(tiny, store, Dice(), Script(4))
    lines = list(match)
    for side in SIDES:
        told = match.view(side).readings[1:]
        assert told == tuple(line.readings[side] for line in lines)


def test_the_game_loads_no_torch() -> None:
    code = (
        "import sys; import wargame.game.record, wargame.game.agent, wargame.game.match; "
        "sys.exit(any(name in sys.modules for name in ('torch', 'sklearn', 'textual')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
