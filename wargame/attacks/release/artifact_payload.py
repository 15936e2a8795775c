"""Artifact payload: a model file that runs code when it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from wargame.kernels.harness import Container, build_payload
from wargame.pipeline.access import SupplyChain
from wargame.pipeline.attack_roles import ReleaseAttack
from wargame.stages import Access, Stage, Strength


class ArtifactPayload(ReleaseAttack):
    """Offers the genuine weights in a pickle that also leaves a harmless mark."""

    name: ClassVar[str] = "artifact_payload"
    title: ClassVar[str] = "Artifact payload"
    stage: ClassVar[Stage] = Stage.RELEASE
    costs: ClassVar[tuple[int, int, int]] = (3, 4, 6)
    lasts: ClassVar[tuple[int, int, int]] = (1, 2, 3)
    source: ClassVar[str] = "S0 3.2, 4.2"
    atlas: ClassVar[str | None] = "AML.T0011.000"
    access: ClassVar[tuple[frozenset[Access], ...]] = (frozenset({Access.SUPPLY_CHAIN}),)
    summary: ClassVar[str] = "A model file that runs the attacker's code when it is loaded"
    text: ClassVar[str] = (
        "Many model files are pickles, and a pickle is a program: loading it calls whatever its "
        "author wrote. The attacker wraps the genuine weights in such a file, so the model works "
        "as it should and no measure of quality changes, while the attacker's code runs inside "
        "the service with all its rights. Here the code really runs, in a sealed process, and "
        "only creates one empty file. The strength is for how many releases the supply chain "
        "stays open. Reading the opcodes before loading, or accepting plain tensors alone, stops "
        "it at no loss of accuracy."
    )
    countered_by: ClassVar[tuple[str, ...]] = ("artifact_scan",)
    measured_by: ClassVar[tuple[str, ...]] = ("executed",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {"container": "pickle"},
        Strength.MEDIUM: {"container": "torch"},
        Strength.HEAVY: {"container": "torch"},
    }

    container: Container = Field("torch", description="a raw pickle, or the archive of torch.save")
    marker: str = Field(
        "wargame-was-here", pattern=r"^[A-Za-z0-9_-]{1,64}$", description="name of the mark left"
    )

    def release(self, chain: SupplyChain, rng: np.random.Generator) -> None:
        """Offers the file in place of the genuine one."""
        del rng
        chain.offer(build_payload(self.marker, chain.genuine, self.container))
