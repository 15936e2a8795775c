from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.tui.house import House, Painter, briefing, seated, until, words
from wargame.data.dataset import Dataset
from wargame.game.agent import Agent
from wargame.game.match import Match
from wargame.game.terms import Scenario
from wargame.game.view import View
from wargame.pipeline.outcome import Outcome, Picture
from wargame.stages import SIDES, Side
from wargame.tui.options import Options
from wargame.tui.scene import fogged


class Blind(Painter):
    """A world in which no instrument shows anything of the other side."""

    def resolve(self, *args: Any, **kwargs: Any) -> Outcome:
        world, carry, round_, attacks, defences = args
        made = super().resolve(world, carry, round_, attacks, defences, **kwargs)
        plain = super().resolve(world, carry, round_, (), (), **kwargs)
        readings: Mapping[Side, Any] = plain.readings
        return Outcome(
            round_,
            made.measures,
            readings,
            (),
            made.pictures,
            made.events,
            plain.carry,
            made.key,
        )


def fixed(action: int) -> type[Agent]:
    class Fixed(Agent):
        name = "fixed"
        title = "Fixed"
        character = "always the same card"

        def act(self, view: View) -> int:
            return action if view.moves[action].legal else 0

    return Fixed


@pytest.mark.parametrize("side", SIDES)
async def test_what_the_other_side_hides_changes_nothing_on_the_screen(
    tiny: Scenario,
    terrain: Dataset,
    tmp_path: Path,
    side: Side,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[list[str]] = []
    for number, action in enumerate((1, 4, 0)):
        monkeypatch.setattr("wargame.game.table.named", lambda _name, a=action: fixed(a))
        options = Options(side=side.value, fidelity="drill", seed=3)
        house = House(options, tiny, terrain, tmp_path / str(number), Blind())
        app = briefing(house)
        seen: list[str] = []
        async with app.run_test(size=(160, 48)) as pilot:
            screen = await seated(pilot)
            for turn in range(2):
                seen.append(words(app))
                await pilot.press("home", "down", "enter")
                await until(
                    pilot,
                    lambda n=turn, screen=screen: (  # type: ignore[misc]
                        len(screen._table.match.lines) == n + 1 and not screen._busy
                    ),
                )
            seen.append(words(app))
            hidden = screen._table.match.lines[0].plays[side.other].action
            assert hidden == action
        shown.append(seen)
    assert shown[0] == shown[1] == shown[2]


def test_pictures_of_the_other_sides_cards_are_left_out(tiny: Scenario) -> None:
    class One(Painter):
        pass

    match = _match(tiny, One())
    flip = match.board.decks[0].names.index("label_flip")
    line = match.step(1 + 3 * flip, 1)
    assert line.pictures
    pictures = [(line.round, each) for each in line.pictures]
    assert fogged(match.view(Side.DEFENDER), pictures).shots == ()
    assert len(fogged(match.view(Side.ATTACKER), pictures).shots) == len(pictures)


def test_the_referees_pictures_show_under_fog_only_before_any_card_is_played(
    tiny: Scenario,
) -> None:
    match = _match(tiny, Painter())
    match.step(1, 1)
    honest = Picture("service", "k0", "honest tiles"), Picture("service", "k1", "honest tiles")
    for side in SIDES:
        shots = fogged(match.view(side), list(enumerate(honest))).shots
        assert [shot.picture.key for shot in shots] == ["k0"]


def test_a_defender_sees_only_its_own_cards_on_the_board(tiny: Scenario) -> None:
    match = _match(tiny, Painter())
    match.step(1, 1)
    for side in SIDES:
        scene = fogged(match.view(side), [])
        tokens = [token for each in scene.tokens.values() for token in each]
        assert tokens
        assert {token.side for token in tokens} == {side}
        assert set(scene.budgets) == {side}


def _match(tiny: Scenario, resolver: Painter) -> Match:
    from wargame.game.match import DataFacts

    data = DataFacts("d", "0" * 64, "test")
    nowhere: Any = None
    return Match(
        tiny, None, None, seed=1, fidelity="drill", data=data, store=nowhere, resolver=resolver
    )
