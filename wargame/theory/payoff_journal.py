"""Writes the file of a payoff table: locked, appended to, on the disk match by match."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from wargame.errors import WargameError
from wargame.theory.payoff_file import FORMAT, Cell, Header, Line, difference, parse, written


class Journal:
    """A table being written; one process at a time, and every line is on the disk at once."""

    def __init__(self, path: Path, header: Header) -> None:
        """Opens the file to go on, or starts it.

        Raises:
            WargameError: it holds another table, is damaged, is being written by another process,
                or cannot be written.
        """
        self.path, self.header = path, header
        self._handle = _claimed(path)
        try:
            self.cells = self._found()
        except BaseException:
            self._handle.close()
            raise

    def _found(self) -> list[Cell]:
        raw = self.path.read_bytes()
        if b"\n" not in raw:
            # Nothing, or the header was cut; anything else is somebody's own file.
            if raw and not written(self.header.model_dump(mode="json"), "")[0].startswith(raw):
                raise WargameError(f"{self.path}:1: this is no {FORMAT}; it is left as it is")
            self._cut(0)
            self._chain = ""
            self._put(self.header)
            return []
        header, cells, self._chain, whole = parse(self.path, raw)
        if header != self.header:
            raise WargameError(f"{self.path}:1: {difference(header, self.header)}")
        self._cut(whole)
        return cells

    def _cut(self, size: int) -> None:
        try:
            os.truncate(self.path, size)
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def add(self, cells: list[Cell]) -> None:
        """Appends matches, which must be the next in the table's order."""
        for cell in cells:
            expected = self.header.pair(len(self.cells))
            if (cell.seed, cell.attacker, cell.defender) != expected:
                raise ValueError(f"match {len(self.cells)} is {expected}, not {cell}")
            self._put(cell)
            self.cells.append(cell)
        try:
            os.fsync(self._handle.fileno())
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def _put(self, line: Line) -> None:
        text, self._chain = written(line.model_dump(mode="json"), self._chain)
        try:
            self._handle.write(text)
            self._handle.flush()
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def close(self) -> None:
        """Closes the file."""
        self._handle.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _claimed(path: Path) -> BinaryIO:
    try:
        handle = path.open("ab")
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise WargameError(f"{path} is being written by another process") from error
    return handle


def _unwritable(path: Path, error: OSError) -> WargameError:
    return WargameError(f"the table {path} cannot be written: {error}")
