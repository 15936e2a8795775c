"""The record of a running match: a new file, an unfinished one that goes on, or one replaced."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wargame.cli import matches
from wargame.errors import WargameError
from wargame.game.match import Match
from wargame.game.record import Journal, Record, header, read, resume
from wargame.store import canonical


@contextmanager
def recording(match: Match, path: Path | None, *, force: bool = False) -> Iterator[Journal | None]:
    """The journal of a fresh match, its header on the disk before anything is made.

    Where the file holds the same match unfinished, the match is brought to where it ends; where
    it holds it finished, the new record takes its place when it is finished too.

    Args:
        match: no round played.
        path: the file; None for a new one in the data home, and no journal where that is
            read-only.
        force: write over a file that holds something else.

    Raises:
        WargameError: the file holds something else, or cannot be written.
    """
    if path is None:
        chosen = matches.fresh(match.scenario.name, match.seed)
        if chosen is None:
            yield None
            return
        path = chosen
    old = _there(match, path, force=force)
    if old is not None and old.result is not None:
        with _replacing(match, path) as journal:
            yield journal
        return
    with _kept(match, path), _opened(match, path, new=old is None) as journal:
        yield journal


@contextmanager
def going_on(match: Match, path: Path) -> Iterator[Journal]:
    """The journal of an unfinished record; nobody else may write it meanwhile."""
    with _kept(match, path), resume(path, match) as journal:
        yield journal


@contextmanager
def _kept(match: Match, path: Path) -> Iterator[None]:
    """What stops the block is told how the match can go on, once there is a record of it."""
    try:
        yield
    except BaseException as error:
        if path.exists() and not match.over:
            error.add_note(f"the match is kept; go on with: wargame resume {path}")
        raise


@contextmanager
def _opened(match: Match, path: Path, *, new: bool) -> Iterator[Journal]:
    if new:
        Journal(path, match).close()
    matches.note(path)
    with resume(path, match) as journal:
        yield journal


@contextmanager
def _replacing(match: Match, path: Path) -> Iterator[Journal]:
    scratch = path.with_name(f".{path.name}.new-{os.getpid()}")
    try:
        scratch.unlink(missing_ok=True)
        with Journal(scratch, match) as journal:
            yield journal
        scratch.replace(path)
    except BaseException as error:
        error.add_note(f"{path} still holds the finished match that was there before")
        raise
    finally:
        scratch.unlink(missing_ok=True)


def _there(match: Match, path: Path, *, force: bool) -> Record | None:
    """The same match in the file, or None where the file is free."""
    if not path.exists():
        return None
    if not path.is_file():
        raise WargameError(f"the record {path} cannot be written: it is no regular file")
    if path.stat().st_size:
        try:
            return _same(match, path)
        except WargameError as error:
            if not force:
                raise WargameError(f"{error}; --force writes over it") from error
    path.unlink()
    return None


def _same(match: Match, path: Path) -> Record:
    record = read(path)
    if record.lines[0] != canonical(header(match)) + b"\n":
        raise WargameError(f"{path} holds another match (or one of another version)")
    return record
