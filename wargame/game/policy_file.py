"""A policy on the disk: a folder with policy.json and weights.safetensors, whole or absent.

Nothing in it is run: the settings are JSON, the weights are plain numbers.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from wargame.errors import WargameError
from wargame.game import network
from wargame.game.located import Located, fault, parse
from wargame.game.network import Weights
from wargame.game.policy_terms import FORMAT, VERSION, Settings, Stored

SETTINGS = "policy.json"
WEIGHTS = "weights.safetensors"
MOST_SETTINGS = 1_000_000
"""Bytes of policy.json."""
MOST_WEIGHTS = 64_000_000
"""Bytes of weights.safetensors."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as read."""

    settings: Stored
    weights: Weights


def save(
    folder: Path, settings: Settings, weights: Mapping[str, NDArray[Any]], *, over: bool = False
) -> Stored:
    """Writes a policy; the folder is there whole, or not at all.

    Args:
        folder: where; a new one.
        settings: as `policy_terms.describe` makes them.
        weights: float32, named and shaped as `settings.shapes` says.
        over: take the place of a policy that lies there.

    Raises:
        WargameError: the weights do not fit, there is something already, or the disk refuses.
    """
    from safetensors.numpy import save as to_bytes

    try:
        network.check(weights, settings.shapes)
    except WargameError as error:
        raise WargameError(f"the weights of {settings.name} do not fit: {error}") from error
    if folder.exists() and not (over and (folder / SETTINGS).is_file()):
        raise WargameError(f"{folder} exists already; it is not written over")
    blob = to_bytes({name: np.ascontiguousarray(weights[name]) for name in settings.shapes})
    if len(blob) > MOST_WEIGHTS:
        raise WargameError(f"the weights of {settings.name} take more than {MOST_WEIGHTS:,} bytes")
    facts = {**settings.model_dump(mode="json"), "weights": hashlib.sha256(blob).hexdigest()}
    stored = Stored.model_validate_json(json.dumps(facts))
    text = json.dumps(facts, indent=2) + "\n"
    try:
        _placed(folder, {WEIGHTS: blob, SETTINGS: text.encode()})
    except OSError as error:
        raise WargameError(f"the policy {folder} cannot be written: {error}") from error
    return stored


def _placed(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        fresh, old = beside / "new", beside / "old"
        fresh.mkdir()
        for name, content in files.items():
            with (fresh / name).open("wb") as handle:
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
        if folder.exists():
            folder.rename(old)
        try:
            fresh.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def folder_of(path: Path) -> Path:
    """The folder that a user names, by itself or by its policy.json."""
    return path.parent if path.name == SETTINGS and not path.is_dir() else path


def read(path: Path) -> Policy:
    """The policy in a folder, checked against the digest of its weights.

    Args:
        path: the folder, or its policy.json.

    Raises:
        WargameError: something is missing, damaged, edited by hand or too new; names the file,
            and the line where there is one.
    """
    settings = read_settings(path)
    file = folder_of(path) / WEIGHTS
    blob = _bytes(file, MOST_WEIGHTS)
    found = hashlib.sha256(blob).hexdigest()
    if found != settings.weights:
        raise WargameError(
            f"{file}: these are not the weights that {SETTINGS} names: cut short or edited "
            f"(SHA-256 {found[:12]}…, and {settings.weights[:12]}… is named)"
        )
    return Policy(settings, _decoded(file, blob, settings))


def _decoded(file: Path, blob: bytes, settings: Settings) -> Weights:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays = load(blob)
    except (SafetensorError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise WargameError(f"{file}: this is no safetensors file: {_one_line(error)}") from error
    try:
        network.check(arrays, settings.shapes)
    except WargameError as error:
        raise WargameError(f"{file}: {error}") from None
    return arrays


def read_settings(path: Path) -> Stored:
    """policy.json of a folder, without the weights.

    Raises:
        WargameError: `file:line:column: what is wrong`, or there is no policy.
    """
    folder = folder_of(path)
    if not folder.is_dir():
        missing = "is no folder" if folder.exists() else "does not exist"
        raise WargameError(f"{folder} {missing}; a policy is a folder with {SETTINGS} in it")
    file = folder / SETTINGS
    raw = _bytes(file, MOST_SETTINGS)
    try:
        text = raw.decode("utf-8")
        data = json.loads(text)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise fault(str(file), line, 1, "this is not UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise fault(str(file), error.lineno, error.colno, f"not JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise fault(str(file), 1, 1, f"not JSON: {_one_line(error)}") from error
    _check_version(file, data)
    try:
        return Stored.model_validate_json(raw)
    except ValidationError as error:
        raise _located(file, text, error) from None


def _check_version(file: Path, data: Any) -> None:
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise fault(str(file), 1, 1, f"this is no {FORMAT}")
    found = data.get("version")
    if type(found) is int and found == VERSION:
        return
    if isinstance(found, int) and found > VERSION:
        raise WargameError(
            f"{file}: the policy has version {str(found)[:12]}, and this program reads up to "
            f"{VERSION}; update wargame"
        )
    raise WargameError(f"{file}: there is no version {str(found)[:40]!r} of a {FORMAT}")


def _located(file: Path, text: str, error: ValidationError) -> WargameError:
    first = error.errors()[0]
    path = tuple(first["loc"])
    field = ".".join(str(part)[:60] for part in path)
    message = first["msg"].removeprefix("Value error, ")
    try:
        places = parse(text, str(file))  # JSON is YAML, whose reader knows the lines
    except WargameError:
        places = Located(str(file))
    said = f"{field}: {message}" if field else message
    return places.error(path, said, key=first["type"] == "extra_forbidden")


def _bytes(file: Path, most: int) -> bytes:
    """A plain file's content; never follows a link, never waits on a pipe."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise WargameError(f"{file.parent}: there is no {file.name} in it") from None
    except OSError as error:
        if file.is_symlink():
            raise WargameError(f"{file} is a link; a policy's files lie in its folder") from None
        raise WargameError(f"{file} cannot be read: {error.strerror}") from error
    with os.fdopen(handle, "rb") as stream:
        facts = os.fstat(stream.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise WargameError(f"{file} is no plain file")
        if facts.st_size > most:
            raise WargameError(f"{file} is larger than {most:,} bytes")
        try:
            return stream.read(most)
        except OSError as error:
            raise WargameError(f"{file} cannot be read: {error.strerror}") from error


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
