"""Writes the file of a payoff table: locked, appended to, on the disk match by match."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from wargame.errors import WargameError
from wargame.jsonlines import LinesFile, writing
from wargame.theory.payoff_file import FORMAT, Cell, Header, Line, difference, parse, written


class Journal(LinesFile):
    """A table being written; one process at a time, and every line is on the disk at once."""

    def __init__(self, path: Path, header: Header) -> None:
        """Opens the file to go on, or starts it.

        Raises:
            WargameError: it holds another table, is damaged, is being written by another process,
                or cannot be written.
        """
        with _writing(path):
            super().__init__(path)
        self.header = header
        try:
            self.cells = self._found()
        except BaseException:
            self.close()
            raise

    def _found(self) -> list[Cell]:
        raw = self.path.read_bytes()
        if b"\n" not in raw:
            # Nothing, or the header was cut; anything else is somebody's own file.
            if raw and not written(self.header.model_dump(mode="json"), "")[0].startswith(raw):
                raise WargameError(f"{self.path}:1: this is no {FORMAT}; it is left as it is")
            self._chain = ""
            with _writing(self.path):
                self.cut(0)
            self._put([self.header])
            return []
        header, cells, self._chain, whole = parse(self.path, raw)
        if header != self.header:
            raise WargameError(f"{self.path}:1: {difference(header, self.header)}")
        with _writing(self.path):
            self.cut(whole)
        return cells

    def add(self, cells: list[Cell]) -> None:
        """Appends matches, which must be the next in the table's order."""
        for number, cell in enumerate(cells, start=len(self.cells)):
            expected = self.header.pair(number)
            if (cell.seed, cell.attacker, cell.defender) != expected:
                raise ValueError(f"match {number} is {expected}, not {cell}")
        self._put(cells)
        self.cells += cells

    def _put(self, lines: Sequence[Line]) -> None:
        texts, chain = [], self._chain
        for line in lines:
            text, chain = written(line.model_dump(mode="json"), chain)
            texts.append(text)
        with _writing(self.path):
            self.append(b"".join(texts))
        self._chain = chain


def _writing(path: Path) -> AbstractContextManager[None]:
    return writing(f"the table {path}")
