"""Who competes: an entrant's name, and what plays for it on each side."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from wargame.errors import WargameError
from wargame.stages import SIDES, Side
from wargame.store import canonical

NAME = "[a-z0-9][a-z0-9_-]{0,39}"
"""What an entrant's name looks like: it stands in file names, addresses and tables."""
TITLE = 60
"""Characters of the longest title."""


class Kind(StrEnum):
    """What a submission is, and so how it is run."""

    READY = "ready"
    """An agent that comes with the game; runs in this process."""
    POLICY = "policy"
    """A trained policy: numbers, which this process reads."""
    PYTHON = "python"
    """A stranger's Python agent; runs isolated."""
    PROGRAM = "program"
    """A stranger's program that speaks the line protocol; runs isolated."""
    REFUSED = "refused"
    """What could not be taken in: it loses every match, and the others go on."""


@dataclass(frozen=True, slots=True)
class Submission:
    """Something that plays, complete: it needs nothing of the folder that it came from.

    Raises:
        WargameError: a part that its kind needs is missing, or there is one too many.
    """

    kind: Kind
    word: str = ""
    """The ready agent's or ready policy's name; of a refused one, why it was refused."""
    main: str = ""
    """The Python agent's file in the package, with slashes."""
    command: tuple[str, ...] = ()
    """The program and its arguments, run in the package's folder."""
    package: bytes | None = field(default=None, repr=False)
    """Tar of the folder, with the same bytes for the same content; None for a ready one."""
    digest: str = field(init=False)
    """SHA-256 of all the above, 64 hex digits."""

    def __post_init__(self) -> None:
        given = {
            "word": bool(self.word),
            "main": bool(self.main),
            "command": bool(self.command),
            "package": self.package is not None,
        }
        for part, is_there in given.items():
            if is_there != (part in _NEEDS[self.kind]):
                lacks = "holds" if is_there else "lacks"
                raise WargameError(f"a submission of kind {self.kind.value} {lacks} a {part}")
        content = hashlib.sha256(self.package).hexdigest() if self.package is not None else None
        facts = [self.kind.value, self.word, self.main, list(self.command), content]
        object.__setattr__(self, "digest", hashlib.sha256(canonical(facts)).hexdigest())

    @property
    def strange(self) -> bool:
        """Whether it is a stranger's code, which has to run isolated."""
        return self.kind in (Kind.PYTHON, Kind.PROGRAM)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data, without the package."""
        return {
            "kind": self.kind.value,
            "word": self.word,
            "main": self.main,
            "command": list(self.command),
            "digest": self.digest,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], package: bytes | None) -> Self:
        """What `to_json` told, with its package.

        Raises:
            WargameError: they do not belong together, or are no submission.
        """
        try:
            made = cls(
                kind=Kind(data["kind"]),
                word=_text(data["word"]),
                main=_text(data["main"]),
                command=tuple(_text(part) for part in data["command"]),
                package=package,
            )
            said = data["digest"]
        except (KeyError, TypeError, ValueError) as error:
            raise WargameError(f"this is no submission: {error}") from error
        if made.digest != said:
            raise WargameError(
                f"a submission's package was changed: digest {made.digest[:12]}…, "
                f"and {str(said)[:12]}… is recorded"
            )
        return made


_NEEDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.READY: ("word",),
    Kind.POLICY: ("package",),
    Kind.PYTHON: ("main", "package"),
    Kind.PROGRAM: ("command", "package"),
    Kind.REFUSED: ("word",),
}


@dataclass(frozen=True, slots=True)
class Entrant:
    """One competitor.

    Raises:
        WargameError: the name or title is not allowed, or it plays no side.
    """

    name: str
    title: str
    by: Mapping[Side, Submission]
    """What plays each side that it plays: one or both; often the same object for both."""

    def __post_init__(self) -> None:
        check_name(self.name)
        check_title(self.name, self.title)
        if not self.by:
            raise WargameError(f"entrant {self.name} plays neither side")
        ordered = {side: self.by[side] for side in SIDES if side in self.by}
        object.__setattr__(self, "by", ordered)

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides it plays, the attacker first."""
        return tuple(self.by)

    @property
    def strange(self) -> bool:
        """Whether any of it is a stranger's code."""
        return any(each.strange for each in self.by.values())

    @property
    def two_sided(self) -> bool:
        """Whether it plays both sides."""
        return len(self.by) == len(SIDES)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data, without the packages."""
        by = {side.value: submission.to_json() for side, submission in self.by.items()}
        return {"name": self.name, "title": self.title, "by": by}

    @classmethod
    def from_json(cls, data: Mapping[str, Any], packages: Mapping[str, bytes]) -> Self:
        """What `to_json` told; equal submissions become one object.

        Args:
            data: what `to_json` told.
            packages: by digest of the submission; ready ones have none.

        Raises:
            WargameError: it is no entrant, or a package is missing or changed.
        """
        made: dict[str, Submission] = {}
        by: dict[Side, Submission] = {}
        try:
            for side, facts in data["by"].items():
                digest = facts["digest"]
                if digest not in made:
                    made[digest] = Submission.from_json(facts, packages.get(digest))
                by[Side(side)] = made[digest]
            return cls(_text(data["name"]), _text(data["title"]), by)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise WargameError(f"this is no entrant: {error}") from error


@dataclass(frozen=True, slots=True)
class Entry:
    """An entrant's stay in a tournament."""

    entrant: Entrant
    joined: int = 1
    """First round that it may play."""
    left: int | None = None
    """First round that it plays no more; None while it stays."""

    @property
    def name(self) -> str:
        """The entrant's."""
        return self.entrant.name

    def plays(self, number: int) -> bool:
        """Whether it is there in a round."""
        return self.joined <= number and (self.left is None or number < self.left)


def check_name(name: str) -> None:
    """Refuses a name that an entrant cannot have.

    Raises:
        WargameError: it is empty, too long, or has other characters.
    """
    if re.fullmatch(NAME, name) is None:
        raise WargameError(
            f"{name[:60]!r} cannot be an entrant's name: use 1 to 40 of a-z, 0-9, _ and -, "
            "starting with a letter or digit"
        )


def check_title(name: str, title: str) -> None:
    """Refuses a title that an entrant cannot have.

    Raises:
        WargameError: it is empty, too long, or has an unprintable character.
    """
    if not title.strip() or len(title) > TITLE or not title.isprintable():
        raise WargameError(
            f"entrant {name}: a title is one line of 1 to {TITLE} printable characters"
        )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"found {value!r:.40}, but text is needed")
    return value
