"""What a guest's processes use together, read from outside through its own /proc."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from wargame.sandbox import family
from wargame.sandbox.limits import Limits, Status

MEGABYTE = 1 << 20
_PAGE = os.sysconf("SC_PAGE_SIZE")
_THREADS, _RESERVED, _RESIDENT = 17, 20, 21  # fields of /proc/PID/stat after the name
_NOTICED = 4 * MEGABYTE
_TABLES = 512  # bytes reserved for each byte of page tables, at least, without huge pages
_NODE = 1024  # bytes that the kernel keeps for a file in memory, about


class Crowd(Protocol):
    """Where a guest's processes are found."""

    def processes(self) -> list[str]:
        """Their numbers."""
        ...

    def read(self, process: str, file: str) -> str:
        """A file that the kernel keeps about one; empty where it has just ended."""
        ...


class Apart:
    """All but the first process of a namespace, through a handle on its /proc."""

    def __init__(self, proc: int) -> None:
        self._proc = proc

    def processes(self) -> list[str]:
        """Their numbers inside."""
        names = os.listdir(self._proc)  # noqa: PTH208  (of a handle, not of a path)
        return [name for name in names if name.isdigit() and name != "1"]

    def read(self, process: str, file: str) -> str:
        """A file about one."""
        try:
            handle = os.open(f"{process}/{file}", os.O_RDONLY, dir_fd=self._proc)
        except OSError:
            return ""
        try:
            return os.read(handle, 4096).decode(errors="replace")
        except OSError:
            return ""
        finally:
            os.close(handle)


class Among:
    """The descendants of a process, among all others of the host, up to a number of them."""

    def __init__(self, keeper: int, most: int) -> None:
        self._keeper = keeper
        self._most = most

    def processes(self) -> list[str]:
        """Their numbers on the host."""
        return [str(process) for process in family.descendants(self._keeper, self._most)]

    def read(self, process: str, file: str) -> str:
        """A file about one."""
        try:
            return Path("/proc", process, file).read_text(errors="replace")
        except OSError:
            return ""


class Watch:
    """Compares a guest with its limits.

    Args:
        crowd: its processes.
        scratch: a handle on its scratch folder, which counts as memory where it lies in memory.
        limits: what it may use.
        spare: bytes that do not count, since every Python agent needs them.
    """

    def __init__(self, crowd: Crowd, scratch: int | None, limits: Limits, spare: int) -> None:
        self._crowd = crowd
        self._scratch = scratch
        self._most = limits.memory * MEGABYTE + spare
        self._limits = limits
        self._before = 0
        self.peak = 0

    def look(self) -> tuple[Status, str] | None:
        """The limit that is broken, if any."""
        crowd = self._crowd.processes()
        many = f"it ran more than {self._limits.processes} processes and threads at once"
        if len(crowd) > self._limits.processes:
            return Status.ERROR, many
        facts = [self._crowd.read(process, "stat").rpartition(")")[2].split() for process in crowd]
        alive = [fact for fact in facts if len(fact) > _RESIDENT]
        if sum(int(fact[_THREADS]) for fact in alive) > self._limits.processes:
            return Status.ERROR, many
        resident = sum(int(fact[_RESIDENT]) for fact in alive) * _PAGE
        reserved = sum(int(fact[_RESERVED]) for fact in alive)
        if self._memory(crowd, resident, self._tables(crowd, reserved)) > self._most:
            return Status.MEMORY, f"it used more memory than {self._limits.memory} MB"
        return None

    def _memory(self, crowd: list[str], resident: int, tables: int) -> int:
        """Bytes; pages that processes share count once.

        The exact sum takes the kernel milliseconds, so it is asked for when it can matter.
        """
        kept = self._kept() + tables
        if resident + kept <= self._most and abs(resident - self._before) < _NOTICED:
            return self.peak
        self._before = resident
        shares = [self._share(process) for process in crowd]
        exact = resident if None in shares else sum(filter(None, shares))
        self.peak = max(self.peak, exact + kept)
        return exact + kept

    def _tables(self, crowd: list[str], reserved: int) -> int:
        """Bytes of page tables: they grow by mere reading of memory that nobody ever wrote."""
        if reserved < _NOTICED * _TABLES:
            return 0
        facts = (self._crowd.read(process, "status") for process in crowd)
        found = (line.split() for text in facts for line in text.splitlines())
        return sum(int(words[1]) * 1024 for words in found if words[:1] == ["VmPTE:"])

    def _kept(self) -> int:
        if self._scratch is None:
            return 0
        facts = os.fstatvfs(self._scratch)
        nodes = facts.f_files - facts.f_ffree
        return (facts.f_blocks - facts.f_bfree) * facts.f_frsize + nodes * _NODE

    def _share(self, process: str) -> int | None:
        """One process's part in what is shared, and all that is its own; None: not told."""
        text = self._crowd.read(process, "smaps_rollup")
        for line in text.splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
        return None
