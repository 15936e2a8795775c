"""Nothing heavy in the process of the screen."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import asyncio, sys, os
from wargame.tui.app import WargameApp, play, replay, watch
from wargame.tui.backstage import Backstage
from wargame.tui.options import Options
from wargame.tui.screens.briefing import BriefingScreen

async def main():
    backstage = Backstage(Options(fidelity="drill"))
    app = WargameApp(backstage.options, lambda: BriefingScreen(backstage))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        for _ in range(1000):
            if app.screen._data is not None:
                break
            await pilot.pause(0.05)
        await pilot.press("ctrl+s")
        for _ in range(1000):
            if type(app.screen).__name__ == "PlayScreen":
                break
            await pilot.pause(0.05)
        print("torch" in sys.modules, "sklearn" in sys.modules)
        app.screen._table.cancel()

import wargame.game.remote, wargame.game.table
class Never:
    def opening(self, world, *, store, pool, progress):
        import time
        while True:
            progress("training", 1, 2)
            time.sleep(0.01)
_init = Backstage.__init__
def init(self, options, **more):
    _init(self, options, resolver=Never(), **more)
Backstage.__init__ = init
asyncio.run(main())
"""


def test_the_screen_never_imports_torch() -> None:
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["False", "False"]


def test_the_entry_loads_neither_the_game_nor_numpy() -> None:
    light = "import sys, wargame.tui.options; print([m for m in ('textual', 'numpy', 'torch') "
    light += "if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", light], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
