"""Generators handed down from the one seed of a match.

A generator depends on the match seed and on its purpose, never on the cards in force: two
positions that differ by one card meet the same draws, so their difference is the card's alone.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch


def _number(seed: int, purpose: tuple[object, ...]) -> int:
    text = repr((seed, *(str(part) for part in purpose)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def numpy_rng(seed: int, *purpose: object) -> np.random.Generator:
    """A numpy generator for this purpose."""
    return np.random.default_rng(_number(seed, purpose))


def torch_rng(seed: int, *purpose: object) -> torch.Generator:
    """A torch generator for this purpose."""
    import torch

    return torch.Generator().manual_seed(_number(seed, purpose))


def key_bytes(seed: int, *purpose: object) -> bytes:
    """32 secret bytes for this purpose: the defender's keys are drawn like everything else."""
    text = repr((seed, *(str(part) for part in purpose)))
    return hashlib.sha256(b"key" + text.encode()).digest()
