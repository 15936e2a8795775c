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

Own = tuple[str | None, str | None]
"""The user's own agent of each side, which a record only names."""


def show(path: Path, data: Path | None, own: Own = (None, None)) -> int:
    """Plays on; returns the exit code.

    Args:
        path: the record.
        data: where the data lies; else it is looked for.
        own: who plays where the record names somebody's own agent.

    Raises:
        WargameError: the record cannot be read, or another process goes on with it.
    """
    chosen = options(record.read(path).header, data, own)
    # Before the screen takes over the standard error, which multiprocessing hands to its helper.
    workers = Workers(os.cpu_count() or 1, niceness=5)
    backstage = Backstage(chosen, workers=workers)
    try:
        app = stage(path, backstage, workers, own)
        app.run()
    finally:
        backstage.close()
    return app.return_code or 0


def options(header: Header, data: Path | None, own: Own = (None, None)) -> Options:
    """What was chosen when the match was begun."""
    names = [header.agents.get(side) for side in SIDES]
    players = [word or name for word, name in zip(own, names, strict=True)]
    humans = [side for side, name in zip(SIDES, names, strict=True) if name is None]
    seat: Seat = "both"
    if len(humans) == 1:
        seat = "attacker" if humans[0] is SIDES[0] else "defender"
    return Options(
        scenario=header.scenario,
        side=seat,
        attacker=players[0],
        defender=players[1],
        seed=header.seed,
        fidelity=header.fidelity,
        data=data,
    )


def stage(
    path: Path, backstage: Backstage, workers: Workers | None, own: Own = (None, None)
) -> WargameApp:
    """The application that goes on with a record.

    Args:
        path: the record.
        backstage: with the options of its header.
        workers: where rounds are made; this process where there are none.
        own: who plays where the record names somebody's own agent.
    """
    curtain = CurtainScreen(
        lambda: _prepared(path, backstage, workers, own), "Going on with the match."
    )
    return WargameApp(backstage.options, lambda: curtain)


def _prepared(
    path: Path, backstage: Backstage, workers: Workers | None, own: Own
) -> Callable[[], Screen[None]]:
    header = record.read(path).header
    remote = Remote(workers, backstage.store()) if workers is not None else None
    store, data = backstage.store(), backstage.options.data
    match = again(header, data=data, store=store, resolver=remote, own=own)
    table = Table(match, remote, record.resume(path, match))
    tiles = find(header.data.digest)
    classes = tiles.class_names if tiles is not None else ()
    return lambda: PlayScreen(backstage, table, classes)
