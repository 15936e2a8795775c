"""Model extraction: a copy of the model, bought with queries (knock-off nets, Orekondy 2019)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wargame.card import Dimensions
from wargame.pipeline.access import Possessions, ScoreOracle
from wargame.pipeline.attack_roles import Findings, QueryAttack
from wargame.stages import Access, Stage, Strength

if TYPE_CHECKING:
    import torch
    from torch import nn

SQUARE = tuple((quarters, mirrored) for mirrored in (False, True) for quarters in range(4))
"""Ways to turn and mirror a square tile, all of them natural from above."""
OBLONG = tuple((quarters, mirrored) for quarters, mirrored in SQUARE if quarters % 2 == 0)
"""Those that keep the shape of a tile that is no square."""

BATCH = 64

ENOUGH = 10
"""Answers that would be seen oftener than this are shown mirrored too."""

WEIGHTS = "copy."
"""Prefix of the copy's weights in the loot."""


class ModelExtraction(QueryAttack):
    """Asks the service to label own tiles and trains a copy on all the answers so far."""

    name: ClassVar[str] = "model_extraction"
    title: ClassVar[str] = "Model extraction"
    stage: ClassVar[Stage] = Stage.SERVE
    costs: ClassVar[tuple[int, int, int]] = (2, 3, 4)
    upkeep: ClassVar[int] = 1
    lasts: ClassVar[tuple[int, int, int]] = (3, 3, 3)
    source: ClassVar[str] = "S0 6, S2 2.6(3)"
    atlas: ClassVar[str | None] = "AML.T0024.002"
    access: ClassVar[tuple[frozenset[Access], ...]] = (frozenset({Access.API_SCORE}),)
    dimensions: ClassVar[Dimensions | None] = Dimensions("black-box", "-", "-", "-", "-")
    summary: ClassVar[str] = "Buys a copy of the model with queries; it improves each round"
    text: ClassVar[str] = (
        "Each answer of the service is a labelled record, and scores say more than a label: they "
        "also tell how the model divides its belief among the classes. A copy trained on enough "
        "answers agrees with the victim on tiles that neither has seen, and once it agrees well "
        "it serves as stolen weights for the white-box attacks. Answers are kept, so the copy "
        "improves from round to round, though old answers describe an old model. What gives it "
        "away is volume: many natural tiles from one caller. A quota slows it, coarse answers "
        "teach it less, signed requests confine it to its own quota. None of them stops a patient "
        "thief."
    )
    countered_by: ClassVar[tuple[str, ...]] = (
        "rate_limit",
        "query_monitor",
        "output_perturbation",
    )
    measured_by: ClassVar[tuple[str, ...]] = ("agreement", "queries")
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"queries": 40},
        Strength.MEDIUM: {"queries": 150},
        Strength.HEAVY: {"queries": 600},
    }

    queries: int = Field(150, ge=1, le=20_000, description="new queries a round")
    effort: float = Field(0.7, gt=0, le=10, description="training steps, in the victim's own")
    lr: float = Field(0.005, gt=0, le=1, description="the copy's first learning rate")

    def query(
        self,
        oracle: ScoreOracle,
        candidates: tuple[torch.Tensor, torch.Tensor],
        own: Possessions,
        generator: torch.Generator,
        build: Callable[[torch.Generator], nn.Module],
    ) -> Findings:
        """The copy after this round's answers; the loot is every answer, and the copy itself."""
        import torch

        from wargame.kernels.extraction import distil

        del candidates
        at, answers = self._ask(oracle, own)
        student = build(generator)
        resumed = _resume(student, own.loot)
        if len(at):
            steps = max(1, round(self.effort * own.steps))
            shown = _tiles(own.x, at)
            if steps * BATCH > ENOUGH * len(at):
                # The answer to a tile is a fair guess at the answer to the mirrored one.
                shown = torch.cat([shown, shown.flip(2), shown.flip(3), shown.flip(2, 3)])
            distil(
                shown,
                torch.from_numpy(answers).repeat(len(shown) // len(at), 1),
                student,
                steps=steps,
                batch_size=BATCH,
                lr=self.lr / 2 if resumed else self.lr,
                generator=generator,
            )
        return Findings(copy=student, loot={"at": at, "answers": answers, **_weights(student)})

    def _ask(
        self, oracle: ScoreOracle, own: Possessions
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Positions in the endless list of own tiles that were answered, and the answers."""
        before = np.asarray(own.loot.get("at", np.zeros(0)), np.int64)
        start = int(before.max()) + 1 if len(before) else 0
        at = np.arange(start, start + self.queries)
        answers = oracle.scores(_tiles(own.x, at)).numpy()
        known = ~np.isnan(answers).any(axis=1)
        at, answers = at[known], answers[known]
        if len(before):
            at = np.concatenate([before, at])
            answers = np.concatenate([np.asarray(own.loot["answers"], np.float32), answers])
        return at, answers


def _tiles(x: torch.Tensor, at: NDArray[np.int64]) -> torch.Tensor:
    """Own tiles (m,c,h,w) at these positions; each pass over all of them turns them once more."""
    import torch

    shown = x[torch.from_numpy(at % len(x))].clone()
    # A tile that is no square keeps its shape under half turns only.
    turns = SQUARE if x.shape[2] == x.shape[3] else OBLONG
    passes = at // len(x) % len(turns)
    for number in np.unique(passes[passes > 0]).tolist():
        rows = torch.from_numpy(np.flatnonzero(passes == number))
        quarters, mirrored = turns[number]
        part = torch.rot90(shown[rows], quarters, (2, 3))
        shown[rows] = part.flip(3) if mirrored else part
    return shown


def _resume(student: nn.Module, loot: Mapping[str, NDArray[np.generic]]) -> bool:
    """Puts the last round's copy into the student; False where there is none of the same make."""
    import torch

    kept = {
        name.removeprefix(WEIGHTS): torch.from_numpy(np.array(value))
        for name, value in loot.items()
        if name.startswith(WEIGHTS)
    }
    if kept.keys() != student.state_dict().keys():
        return False
    student.load_state_dict(kept)
    return True


def _weights(student: nn.Module) -> dict[str, NDArray[Any]]:
    state = student.state_dict()
    return {f"{WEIGHTS}{name}": value.detach().numpy().copy() for name, value in state.items()}
