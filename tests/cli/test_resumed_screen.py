"""A human's match that was cut off goes on at its round, on the screen."""

from __future__ import annotations

from pathlib import Path

from wargame.cli import resumed
from wargame.game import record, setup
from wargame.stages import Side
from wargame.store import Store
from wargame.tui.backstage import Backstage
from wargame.tui.screens.play import PlayScreen


async def test_the_match_goes_on_at_its_round(small: Path, leaves: Path, tmp_path: Path) -> None:
    path, store = tmp_path / "m.jsonl", Store(tmp_path / "store")
    match = setup.prepare(small, "random", None, seed=5, fidelity="drill", data=leaves, store=store)
    with record.Journal(path, match) as journal:
        match.step(defender_action=2)
        journal.keep()
    before = path.read_bytes()
    chosen = resumed.options(record.read(path).header, leaves)
    assert (chosen.side, chosen.attacker, chosen.defender) == ("defender", "random", None)
    app = resumed.stage(path, Backstage(chosen, store=store), None)
    async with app.run_test(size=(100, 30)) as pilot:
        for _ in range(100):
            await pilot.pause(0.1)
            if isinstance(app.screen, PlayScreen) and len(record.read(path).rounds) == 1:
                break
        assert isinstance(app.screen, PlayScreen)
        for _ in range(600):
            await pilot.press("p")
            await pilot.pause(0.1)
            if record.read(path).result is not None:
                break
    played = record.read(path)
    assert played.result is not None
    assert played.whole.startswith(before)
    assert [each.plays[Side.DEFENDER].action for each in played.rounds] == [2, 0, 0]
