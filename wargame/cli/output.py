"""What commands print: tables and JSON on the standard output, progress on a terminal's error."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, Self

ROUND_SECONDS = {"sketch": 0.33, "drill": 0.83, "standard": 2.7}
"""A round of mapengine made anew on one core, as `benchmarks/README.md` has it."""
_PAUSE = 0.1
"""Seconds between two looks of a progress line."""


def print_json(data: Any) -> None:
    """Pretty JSON on the standard output."""
    print(json.dumps(data, indent=2, ensure_ascii=True, allow_nan=False))


def print_line(line: bytes) -> None:
    """A line of a record, byte for byte, at once."""
    sys.stdout.flush()
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Left-aligned columns two spaces apart."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    told = ("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(line.rstrip() for line in told)


def wrapped(text: str, indent: str = "") -> str:
    """A paragraph at the width of the terminal, at most 100 columns."""
    import textwrap

    width = min(100, shutil.get_terminal_size().columns)
    return textwrap.fill(
        " ".join(text.split()), width, initial_indent=indent, subsequent_indent=indent
    )


def number(value: float, unit: str = "share") -> str:
    """A measured value, as exact as it is worth reading."""
    if unit in ("share", "auc"):
        return f"{value:.3f}"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def interval(value: float, low: float, high: float, unit: str = "share") -> str:
    """A value with its interval, or alone where there is none."""
    shown = number(value, unit)
    return shown if low == high else f"{shown} [{number(low, unit)}, {number(high, unit)}]"


def size(count: float) -> str:
    """Bytes in words."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


class Progress:
    """One line that says what is being made; silent where the error is no terminal."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._shown = sys.stderr.isatty() and not quiet
        self._last = 0.0
        self._start = time.monotonic()
        self.head = ""
        """What the work belongs to, such as a round."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """Shows how far it is."""
        now = time.monotonic()
        if not self._shown or now - self._last < _PAUSE:
            return
        self._last = now
        part = f" {done}/{total}" if total > 1 else ""
        text = f"{self.head}{what}{part}  {now - self._start:.0f} s"
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(f"\r\x1b[K{text[:width]}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Takes the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.clear()
