"""Names for `gymnasium.make`: one for each side of every scenario."""

from __future__ import annotations

import gymnasium

from wargame.catalog import scenario_files
from wargame.stages import SIDES


def register() -> None:
    """Registers "wargame/SCENARIO-SIDE-v0" for every scenario and side; twice does no harm."""
    for name in scenario_files():
        for side in SIDES:
            key = f"wargame/{name}-{side.value}-v0"
            if key not in gymnasium.registry:
                gymnasium.register(
                    key,
                    entry_point="wargame.arena.env:WargameEnv",
                    kwargs={"game": name, "side": side.value},
                )
