"""A stranger's files, as plain bytes by name: what names and sizes are let in.

Every way in (folder, zip, tar) ends in a `Bundle`, so the same rules hold for all of them, and
nothing is written anywhere before all of it is known to be harmless.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from wargame.errors import WargameError

MOST_FILES = 500
MOST_FILE = 16 * 2**20
"""Bytes of any one file."""
MOST_ALL = 32 * 2**20
"""Bytes of all files together, unpacked."""
DEPTH = 8
"""Folders within folders, the file's own name included."""
LONGEST = 200
"""Characters of the longest name, its folders included."""
MOST_ENTRIES = 20_000
"""Entries of an archive or folder that are looked at, what is left out included."""

_LEFT_OUT = {"__pycache__", ".git", ".DS_Store", "__MACOSX", ".pytest_cache", ".mypy_cache"}
_DRIVE = re.compile(r"[A-Za-z]:")


class Refused(WargameError):  # noqa: N818  (it is a decision about what somebody sent)
    """What somebody sent is not let in; the sentence names the file."""


def shown(name: str) -> str:
    """A stranger's name in a message: quoted, escaped and short."""
    text = ascii(name)
    return text if len(text) <= 80 else text[:77] + "..."


def left_out(name: str) -> bool:
    """Whether a file is no part of an agent: caches, version control, a desktop's own."""
    return any(part in _LEFT_OUT for part in name.split("/"))


def check_member(name: str) -> None:
    """Checks a name with slashes, as it stands in an archive or below a folder.

    Raises:
        Refused: it could lead elsewhere, or mean different things on different machines.
    """
    said = shown(name)
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise Refused(f"the name {said} is not UTF-8") from None
    if not name or "\0" in name:
        raise Refused(f"the name {said} is empty or holds a NUL byte")
    if "\\" in name:
        raise Refused(f"the name {said} holds a backslash; write folders with /")
    if name.startswith("/") or _DRIVE.match(name):
        raise Refused(f"the name {said} is absolute; an agent's files lie in its own folder")
    parts = name.split("/")
    if ".." in parts:
        raise Refused(f"the name {said} leads out of the agent's folder with ..")
    if "." in parts or "" in parts:
        raise Refused(f"the name {said} has an empty part or a dot as a part")
    if not name.isprintable():
        raise Refused(f"the name {said} holds an unprintable character")
    if len(name) > LONGEST:
        raise Refused(f"the name {said} is longer than {LONGEST} characters")
    if len(parts) > DEPTH:
        raise Refused(f"{said} lies more than {DEPTH} folders deep")


class Bundle:
    """Files that are let in one by one, within the bounds of this module."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        self._taken: dict[str, str] = {}
        self._size = 0

    def room(self) -> int:
        """Bytes that the next file may have."""
        return min(MOST_FILE, MOST_ALL - self._size)

    def check(self, name: str) -> None:
        """Checks a name against the rules and against the files that are in.

        Raises:
            Refused: it is not let in.
        """
        check_member(name)
        # Some disks know no capitals, and must not let one file hide another.
        folded = name.casefold()
        if folded in self._taken:
            other = self._taken[folded]
            said = "twice" if other == name else f"beside {shown(other)}, the same but for case"
            raise Refused(f"{shown(name)} is there {said}")
        if len(self._files) == MOST_FILES:
            raise Refused(f"there are more than {MOST_FILES} files")

    def add(self, name: str, content: bytes) -> None:
        """Lets a file in.

        Args:
            name: with slashes.
            content: all of it, or one byte more than `room` allows where there is more.

        Raises:
            Refused: the name, its size, or the size of all is beyond the bounds.
        """
        self.check(name)
        if len(content) > MOST_FILE:
            raise Refused(f"{shown(name)} is larger than {MOST_FILE // 2**20} MB")
        if len(content) > self.room():
            raise Refused(f"the files are larger than {MOST_ALL // 2**20} MB together")
        self._size += len(content)
        self._files[name] = content
        self._taken[name.casefold()] = name

    def files(self) -> dict[str, bytes]:
        """All files by name, in order of their names; a file is never a folder as well.

        Raises:
            Refused: there is none, or one lies below another.
        """
        if not self._files:
            raise Refused("there is no file in it")
        for name in self._files:
            parts = name.casefold().split("/")
            for end in range(1, len(parts)):
                if "/".join(parts[:end]) in self._taken:
                    raise Refused(f"{shown(name)} lies below a name that is a file itself")
        return dict(sorted(self._files.items()))


def without_top(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files without the one folder that holds them all, where there is one."""
    tops = {name.partition("/")[0] for name in files}
    if len(tops) == 1 and all("/" in name for name in files):
        return {name.partition("/")[2]: content for name, content in files.items()}
    return dict(files)
