"""A folder to start from: a tournament, an agent for it, the agent's test, and what to do next."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

from wargame.errors import WargameError

_TEMPLATES = Path(__file__).with_name("templates")
_END = ".txt"  # nothing of ours takes a template for code
_SEED, _SEEDS = "@SEED@", 2**32


def starter_files() -> Iterator[tuple[str, str]]:
    """Name and text of each file of the folder; a tournament's seed is drawn, for agents guess."""
    seed = str(secrets.randbelow(_SEEDS))
    for path in sorted(_TEMPLATES.glob(f"*{_END}")):
        yield path.name.removesuffix(_END), path.read_text(encoding="utf-8").replace(_SEED, seed)


def new(folder: Path) -> tuple[Path, ...]:
    """Writes the folder; returns its files.

    Args:
        folder: made where it is not there; what lies in it stays.

    Raises:
        WargameError: one of the files is there already, or the folder cannot be written.
    """
    files = {folder / name: text for name, text in starter_files()}
    for path in files:
        if path.is_symlink() or path.exists():
            raise WargameError(f"{path} is there already; it is not written over")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            with path.open("x", encoding="utf-8") as target:
                target.write(text)
    except OSError as error:
        raise WargameError(f"{folder} cannot be written: {error.strerror}") from error
    return tuple(files)
