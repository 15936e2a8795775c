"""The folder of a training: its settings, its learning curve, and where the rest lies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from wargame.arena.vector import Opponent
from wargame.errors import WargameError
from wargame.game.terms import FidelityName
from wargame.jsonlines import (
    append,
    begin_settings,
    claimed,
    encoded,
    place,
    read_settings,
    split,
    writing,
)
from wargame.stages import Side

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]


class TrainSettings(BaseModel):
    """What a training follows from, except for how long it goes on."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    format: Literal["wargame-training-1"] = "wargame-training-1"
    scenario: str
    digest: str
    """Of the scenario's content."""
    data: str = ""
    """Digest of the data set."""
    side: Side
    opponents: tuple[tuple[str, float], ...] = Field(min_length=1)
    """Agents of the other side, and how often each comes up."""
    teachers: tuple[str, ...] = ()
    """Whom the warm start imitates; none for no warm start."""
    seed: int = Field(default=0, ge=0, lt=2**32)
    fidelity: FidelityName = "drill"
    worlds: Count = 4
    """How many training worlds there are."""
    games: Count = 32
    """Games played side by side; an update learns from one match of each."""
    hidden: tuple[Count, ...] = (64, 64)
    generations: int = Field(default=16, ge=0, le=10_000)
    """Of the search for a plan to imitate; 0 for none, where the teachers are imitated."""
    children: Count = 8
    """Changed plans a generation."""
    curiosity: Share = 0.2
    """Likelihood that the warm start spreads over all legal moves."""
    learning_rate: float = Field(default=5e-4, gt=0, le=1)
    entropy: Share = 0.008
    """Weight of the entropy in the loss."""
    epochs: Count = 8
    minibatch: Count = 64
    discount: Share = 0.98
    trace: Share = 0.95
    """Lambda of the advantage estimates."""
    check_every: Count = 6
    """Updates between two checks of the greedy policy in worlds apart."""
    check_worlds: Count = 3

    @property
    def faced(self) -> tuple[Opponent, ...]:
        """The opponents."""
        return tuple(Opponent(*each) for each in self.opponents)


class RunFolder:
    """Paths and files of one training."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings_file = root / "run.json"
        self.curve_file = root / "curve.jsonl"
        self.checkpoint = root / "checkpoint.safetensors"
        self.logs = root / "tensorboard"
        self.latest = root / "latest"
        """The greedy policy at the last check."""
        self.best = root / "policy"
        """The best of them so far: what the training is for."""

    def begin(self, settings: TrainSettings) -> None:
        """Makes the folder of a new training.

        Raises:
            WargameError: there is a training already, or the disk refuses.
        """
        taken = f"{self.root} holds a training already: go on with --resume, or give another --out"
        begin_settings(self.settings_file, settings, taken)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keeps every other training out of the folder.

        Raises:
            WargameError: one is at work there.
        """
        taken = f"another process is training in {self.root}"
        with writing(self.root):
            handle = claimed(self.root / "lock", taken)
        try:
            yield
        finally:
            handle.close()

    def settings(self) -> TrainSettings:
        """Of the training that lies here.

        Raises:
            WargameError: there is none, or the file was damaged.
        """
        missing = f"there is no training to resume in {self.root}"
        return read_settings(self.settings_file, TrainSettings, missing)

    def curve(self) -> list[dict[str, Any]]:
        """The learning curve so far, one entry an update; a line cut short is left out.

        Raises:
            WargameError: a line was edited into nonsense.
        """
        if not self.curve_file.exists():
            return []
        found: list[dict[str, Any]] = []
        for number, line in enumerate(split(self.curve_file.read_bytes()), start=1):
            try:
                told = json.loads(line)
                int(told["update"])
            except (ValueError, KeyError, TypeError) as error:
                raise WargameError(f"{self.curve_file}:{number}: no line of a curve") from error
            found.append(told)
        return found

    def keep_curve(self, update: int) -> list[dict[str, Any]]:
        """Drops what came after an update; returns the rest."""
        kept = [line for line in self.curve() if line["update"] <= update]
        place(self.curve_file, b"".join(encoded(line) for line in kept))
        return kept

    def tell(self, line: Mapping[str, Any]) -> None:
        """Adds an entry to the curve."""
        with self.curve_file.open("ab", buffering=0) as handle:
            append(handle, encoded(dict(line)))
