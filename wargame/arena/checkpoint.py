"""The exact state of a training between two updates, kept without pickle.

One safetensors file: weights, the optimizer's moments and the generators' states as tensors, and
counters as JSON in its header. Games are drawn by number, so they need no state of their own.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sb3_contrib import MaskablePPO

from wargame.errors import WargameError
from wargame.store import canonical

_FORMAT = "wargame-checkpoint-1"


def save(path: Path, model: MaskablePPO, facts: dict[str, Any]) -> None:
    """Writes the state; the file is whole or the old one."""
    from safetensors.torch import save as to_bytes

    kind, words, place, has_gauss, gauss = np.random.get_state()
    tensors = {
        **{f"policy.{name}": value for name, value in model.policy.state_dict().items()},
        **_moments(model),
        "torch": torch.get_rng_state(),
        "numpy": torch.from_numpy(np.asarray(words, dtype=np.uint32).astype(np.int64)),
    }
    told = {
        "format": _FORMAT,
        "numpy": [kind, place, has_gauss, gauss],
        "steps": model.num_timesteps,
        "updates": model._n_updates,
        "facts": facts,
    }
    solid = {name: value.contiguous().clone() for name, value in tensors.items()}
    blob = to_bytes(solid, metadata={"state": canonical(told).decode()})
    scratch = path.with_suffix(".partial")
    with scratch.open("wb") as handle:
        handle.write(blob)
        handle.flush()
        os.fsync(handle.fileno())
    scratch.replace(path)


def load(path: Path, model: MaskablePPO) -> dict[str, Any]:
    """Puts the state back into a model of the same shape; returns the facts.

    Raises:
        WargameError: the file is cut short, edited, or of another training.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load as from_bytes

    try:
        blob = path.read_bytes()
        told = json.loads(_header(blob)["__metadata__"]["state"])
        if told["format"] != _FORMAT:
            raise WargameError(f"{path} is a checkpoint of another version of wargame")
        tensors = from_bytes(blob)
        _restore(model, told, tensors)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise WargameError(
            f"{path} is no whole checkpoint of this training ({error}); train anew with another "
            "--out, or put back the file as it was"
        ) from error
    facts: dict[str, Any] = told["facts"]
    return facts


def _header(blob: bytes) -> dict[str, Any]:
    length = int.from_bytes(blob[:8], "little")
    found: dict[str, Any] = json.loads(blob[8 : 8 + length])
    return found


def _moments(model: MaskablePPO) -> dict[str, torch.Tensor]:
    state = model.policy.optimizer.state_dict()["state"]
    return {
        f"optimizer.{number}.{name}": torch.as_tensor(value)
        for number, moments in state.items()
        for name, value in moments.items()
    }


def _restore(model: MaskablePPO, told: dict[str, Any], tensors: dict[str, torch.Tensor]) -> None:
    weights = {n.removeprefix("policy."): t for n, t in tensors.items() if n.startswith("policy.")}
    moments: dict[int, dict[str, torch.Tensor]] = {}
    for name, tensor in tensors.items():
        if name.startswith("optimizer."):
            _, number, what = name.split(".")
            moments.setdefault(int(number), {})[what] = tensor
    groups = model.policy.optimizer.state_dict()["param_groups"]
    kind, place, has_gauss, gauss = told["numpy"]
    words = tensors["numpy"].numpy().astype(np.uint32)
    model.policy.load_state_dict(weights)
    model.policy.optimizer.load_state_dict({"state": moments, "param_groups": groups})
    model.num_timesteps = int(told["steps"])
    model._n_updates = int(told["updates"])
    torch.set_rng_state(tensors["torch"])
    np.random.set_state((kind, words, place, has_gauss, gauss))
