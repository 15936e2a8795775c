"""A human's unfinished match, back on the screen."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from textual.screen import Screen

from wargame.cli.setting import again
from wargame.data.sources import find
from wargame.game import record
from wargame.game.lines import Header
from wargame.game.remote import Remote
from wargame.game.table import Table
from wargame.pool import Workers
from wargame.stages import SIDES
from wargame.tui.app import WargameApp
from wargame.tui.backstage import Backstage
from wargame.tui.options import Options, Seat
from wargame.tui.screens.opening import CurtainScreen
from wargame.tui.screens.play import PlayScreen


def show(path: Path, data: Path | None) -> int:
    """Plays on; returns the exit code.

    Raises:
        WargameError: the record cannot be read, or another process goes on with it.
    """
    chosen = options(record.read(path).header, data)
    # Before the screen takes over the standard error, which multiprocessing hands to its helper.
    workers = Workers(os.cpu_count() or 1, niceness=5)
    backstage = Backstage(chosen, workers=workers)
    try:
        app = stage(path, backstage, workers)
        app.run()
    finally:
        backstage.close()
    return app.return_code or 0


def options(header: Header, data: Path | None) -> Options:
    """What was chosen when the match was begun."""
    names = [header.agents.get(side) for side in SIDES]
    humans = [side for side, name in zip(SIDES, names, strict=True) if name is None]
    seat: Seat = "both"
    if len(humans) == 1:
        seat = "attacker" if humans[0] is SIDES[0] else "defender"
    return Options(
        scenario=header.scenario,
        side=seat,
        attacker=names[0],
        defender=names[1],
        seed=header.seed,
        fidelity=header.fidelity,
        data=data,
    )


def stage(path: Path, backstage: Backstage, workers: Workers | None) -> WargameApp:
    """The application that goes on with a record.

    Args:
        path: the record.
        backstage: with the options of its header.
        workers: where rounds are made; this process where there are none.
    """
    curtain = CurtainScreen(lambda: _prepared(path, backstage, workers), "Going on with the match.")
    return WargameApp(backstage.options, lambda: curtain)


def _prepared(
    path: Path, backstage: Backstage, workers: Workers | None
) -> Callable[[], Screen[None]]:
    header = record.read(path).header
    remote = Remote(workers, backstage.store()) if workers is not None else None
    match = again(header, data=backstage.options.data, store=backstage.store(), resolver=remote)
    table = Table(match, remote, record.resume(path, match))
    tiles = find(header.data.digest)
    classes = tiles.class_names if tiles is not None else ()
    return lambda: PlayScreen(backstage, table, classes)
