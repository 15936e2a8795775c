"""Trains a response to a mixture, in a folder of its own, from wherever it was left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from wargame.arena.run_folder import RunFolder, TrainSettings
from wargame.arena.train import Training
from wargame.arena.update import Listener
from wargame.errors import WargameError
from wargame.game.terms import Scenario
from wargame.pool import Pool, Progress, silent
from wargame.store import Store

Trainer = Callable[[RunFolder, TrainSettings, int, Listener], Path]
"""`train` but for the game and the means, which are the same for all responses."""


def trainer(
    rules: Scenario,
    *,
    command: str,
    data: Path | None = None,
    store: Store | None = None,
    pool: Pool | None = None,
    progress: Progress = silent,
) -> Trainer:
    """A function that trains responses in this game.

    Args:
        rules: the scenario.
        command: what a reader would type to make the policies again.
        data: where the data lies; else it is looked for.
        store: where artifacts are kept.
        pool: where rounds are made.
        progress: told what is being made; raises Cancelled to stop.
    """

    def train(run: RunFolder, settings: TrainSettings, steps: int, listener: Listener) -> Path:
        """The folder of the best policy found in at least that many rounds.

        Raises:
            WargameError: the folder holds another training, or a damaged one.
            Cancelled: by the progress or the listener; what was learned stays.
        """
        if not run.settings_file.exists():
            run.begin(settings)
        elif run.settings() != settings:
            raise WargameError(
                f"{run.settings_file}: this is not the training that belongs here; was the folder "
                f"moved, or edited? Delete {run.root}, and it is trained anew"
            )
        if not _done(run, steps):
            training = Training(
                run, rules, command=command, data=data, store=store, pool=pool, progress=progress
            )
            training.run(steps, listener=listener)
        return run.best

    return train


def _done(run: RunFolder, steps: int) -> bool:
    # The last update's check, and with it the best policy, is written before its line.
    curve = run.curve()
    return bool(curve) and curve[-1]["steps"] >= steps and run.best.is_dir()
