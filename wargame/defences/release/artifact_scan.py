"""Artifact scan: no model file is loaded before it is known to hold tensors and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from wargame.card import Kind
from wargame.pipeline.defence_roles import ReleaseCheck
from wargame.stages import Stage, Strength


class ArtifactScan(ReleaseCheck):
    """Reads the file's opcodes and headers without loading it; then format, then signature."""

    name: ClassVar[str] = "artifact_scan"
    title: ClassVar[str] = "Artifact scan"
    stage: ClassVar[Stage] = Stage.RELEASE
    kind: ClassVar[Kind] = Kind.DETECTION
    costs: ClassVar[tuple[int, int, int]] = (1, 2, 3)
    lasts: ClassVar[tuple[int, int, int]] = (2, 4, 6)
    source: ClassVar[str] = "S0 4.2"
    atlas: ClassVar[str | None] = "AML.M0016"
    summary: ClassVar[str] = "Refuses code-bearing, unsafe or unsigned model files unread"
    text: ClassVar[str] = (
        "A pickled model is a program, and loading it runs it. The light form walks the opcodes "
        "without executing them, refuses whatever names anything but the rebuilding of tensors, "
        "and refuses what it cannot fully account for. The medium form takes safetensors only, a "
        "format that has no place for code. The heavy form also wants the digest that the "
        "training run signed, and so turns away every foreign file, harmless or not. It costs no "
        "accuracy. None of the forms looks into the weights: a backdoor in genuine, signed "
        "tensors passes."
    )
    counters: ClassVar[tuple[str, ...]] = ("artifact_payload",)
    instruments: ClassVar[tuple[str, ...]] = ("artifact_scan.refused",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {},
        Strength.MEDIUM: {"tensors_only": True},
        Strength.HEAVY: {"tensors_only": True, "signed": True},
    }

    tensors_only: bool = Field(False, description="accept safetensors files only")
    signed: bool = Field(False, description="demand the digest that the training run signed")

    def inspect(self, blob: bytes, signed_digest: str) -> tuple[bool, str]:
        """Whether the file may be loaded, and the first reason why not."""
        from wargame.kernels.scanning import scan

        report = scan(blob)
        if report.verdict == "refuse":
            return False, f"a model file was refused: {'; '.join(report.findings[:2])}"
        if self.tensors_only and report.format != "safetensors":
            return False, f"a model file was refused: {report.format} is not safetensors"
        if self.signed and hashlib.sha256(blob).hexdigest() != signed_digest:
            return False, "a model file was refused: its digest was not signed"
        return True, "the model file holds tensors only"
