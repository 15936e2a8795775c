"""An engine of the tests' own for the screens, and what every test does with the keys."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from textual.pilot import Pilot
from textual.screen import Screen

from tests.game import fakes
from wargame.data.dataset import Dataset
from wargame.game.terms import Scenario
from wargame.pipeline.outcome import InForce, Outcome, Picture, World
from wargame.store import Store
from wargame.tui.app import WargameApp
from wargame.tui.backstage import Backstage
from wargame.tui.options import Options
from wargame.tui.screens.briefing import BriefingScreen
from wargame.tui.screens.play import PlayScreen


class Painter(fakes.Resolver):
    """The fakes' resolver, with a picture of every attack that acted."""

    def resolve(
        self,
        world: World,
        carry: Mapping[str, Any],
        round_: int,
        attacks: tuple[InForce, ...],
        defences: tuple[InForce, ...],
        *,
        store: Any,
        pool: Any,
        progress: Any,
    ) -> Outcome:
        made = super().resolve(
            world, carry, round_, attacks, defences, store=store, pool=pool, progress=progress
        )
        strips = tuple(Picture(a.card, f"tiles-{round_}", "what was uploaded") for a in attacks)
        return replace(made, pictures=strips)


class Slow(Painter):
    """Makes nothing until it is let go, and hears when it is called off."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def resolve(self, *args: Any, **kwargs: Any) -> Outcome:
        done = 0
        while not self.go.wait(0.01):
            done += 1
            kwargs["progress"]("training", done, 1000)
        return super().resolve(*args, **kwargs)


class House(Backstage):
    """The small scenario, played on a few painted tiles."""

    def __init__(
        self, options: Options, rules: Scenario, tiles: Dataset, folder: Path, resolver: Any = None
    ) -> None:
        made = resolver if resolver is not None else Painter()
        super().__init__(options, resolver=made, store=Store(folder / "store"))
        self.resolver = made
        self._rules, self._tiles = rules, tiles

    def rules(self) -> Scenario:
        return self._rules

    def tiles(self, name: str) -> Dataset:
        return self._tiles

    def describe(self, tiles: Dataset) -> str:
        return "synthetic terrain: 60 training and 30 test images"

    def opponents(self) -> dict[str, list[tuple[str, str]]]:
        return {side: [("random", "The random")] for side in ("attacker", "defender")}

    def classes(self, digest: str) -> tuple[str, ...]:
        return tuple(self._tiles.class_names)

    def arrays(self, key: str) -> Mapping[str, Any]:
        clean = np.asarray(self._tiles.x_train[:3])
        labels = np.asarray(self._tiles.y_train[:3])
        return {
            "clean": clean,
            "shown": 255 - clean,
            "true": labels,
            "clean_label": labels,
            "shown_label": (labels + 1) % 10,
        }


def briefing(house: House) -> WargameApp:
    return _still(WargameApp(house.options, lambda: BriefingScreen(house)))


def _still(app: WargameApp) -> WargameApp:
    app.animation_level = "none"
    return app


def showing(options: Options, screen: Callable[[], Screen[None]]) -> WargameApp:
    return _still(WargameApp(options, screen))


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    for _ in range(600):
        if true():
            break
        await pilot.pause(0.02)
    else:
        raise TimeoutError
    await pilot.pause(0.05)


async def seated(pilot: Pilot[None]) -> PlayScreen:
    """From the briefing to the first hand."""
    app = pilot.app
    await until(pilot, lambda: getattr(app.screen, "_data", None) is not None)
    await pilot.press("ctrl+s")
    await until(pilot, lambda: type(app.screen).__name__ in ("PlayScreen", "HandOverScreen"))
    found = next(each for each in app.screen_stack if isinstance(each, PlayScreen))
    await until(pilot, lambda: not found._busy or app.screen is not found)
    return found


def words(app: WargameApp) -> str:
    """Everything that the screen in front shows, as text."""
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in lines)
