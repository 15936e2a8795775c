"""The offered file, read by Python's own unpickler with every call held back."""

from __future__ import annotations

import io
import pickle
import zipfile
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from wargame.attacks.release.artifact_payload import ArtifactPayload
from wargame.kernels.harness import detonate
from wargame.pipeline.access import SupplyChain
from wargame.stages import STRENGTHS, Strength

from . import captures

WEIGHTS = {"head.weight": np.arange(12, dtype=np.float32).reshape(3, 4)}


class _Recording(pickle.Unpickler):
    def __init__(self, blob: bytes) -> None:
        super().__init__(io.BytesIO(blob))
        self.calls: list[tuple[Any, ...]] = []

    def find_class(self, module: str, name: str) -> Any:
        return lambda *arguments: self.calls.append((module, name, *arguments))


def _offered(strength: Strength) -> bytes:
    chain = SupplyChain(save(WEIGHTS))
    ArtifactPayload.at(strength).release(chain, captures.rng())
    assert chain.offered is not None
    return chain.offered


def _pickled(blob: bytes) -> bytes:
    if not zipfile.is_zipfile(io.BytesIO(blob)):
        return blob
    with zipfile.ZipFile(io.BytesIO(blob)) as archive:
        return archive.read("model/data.pkl")


@pytest.mark.parametrize("strength", STRENGTHS)
def test_the_file_holds_the_genuine_weights_and_one_call(strength: Strength) -> None:
    reader = _Recording(_pickled(_offered(strength)))
    loaded = reader.load()
    assert reader.calls == [("builtins", "open", "wargame-was-here", "x")]
    assert np.array_equal(load(loaded["weights"])["head.weight"], WEIGHTS["head.weight"])


@pytest.mark.parametrize("strength", [Strength.LIGHT, Strength.HEAVY])
def test_a_careless_loader_really_runs_it(strength: Strength) -> None:
    assert detonate(_offered(strength))


def test_the_genuine_file_runs_nothing() -> None:
    assert not detonate(save(WEIGHTS))
