"""The tiles on a page: small PNGs, each content once, as many as the page's size allows."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import zip_longest
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from wargame.stages import Side
from wargame.store import Artifact
from wargame.tournament.page.story import Shot, Story
from wargame.tournament.page.words import known

CHANGED, SAME = 4, 6
"""Tiles of a strip that shows each before and after, and of one that shows it once."""
PACK = 128
"""Tiles in one script element."""
_AROUND = 4
"""Bytes that a tile takes beside its own: quotes, comma, and its part of the pack's element."""


class Shelf(Protocol):
    """Where tiles are kept."""

    def get(self, key: str) -> Artifact | None:
        """The artifact; None where it is gone."""
        ...


@dataclass(slots=True)
class Album:
    """The tiles that a page takes along."""

    packs: list[list[str]] = field(default_factory=list)
    """Base64 of PNG files; tile i is in pack i // PACK."""
    strips: dict[str, dict[int, list[dict[str, Any]]]] = field(default_factory=dict)
    """By match and round, as the page's script reads them."""
    left_out: int = 0
    """Strips for which there was no room."""
    classes: dict[str, list[str]] = field(default_factory=dict)
    """By match."""


@dataclass(frozen=True, slots=True)
class _Strip:
    clean: tuple[str, ...]
    shown: tuple[str, ...] | None
    labels: dict[str, list[int]]

    @property
    def tiles(self) -> tuple[str, ...]:
        return self.clean + (self.shown or ())


def collect(stories: Sequence[Story], shelf: Shelf, room: int) -> Album:
    """The tiles of these matches in at most `room` bytes.

    Every match gets its first strip before any gets its second; which strips come first is told
    by `_telling`. The choice follows from the matches alone.
    """
    album, bench = Album(), _Bench(shelf, room)
    chosen: dict[tuple[str, Shot], _Strip | None] = {}
    for layer in zip_longest(*(_ordered(story) for story in stories)):
        for story, shot in zip(stories, layer, strict=True):
            if shot is not None and not bench.full:
                strip = bench.fetch(shot.key)
                if strip is None or bench.fits(strip):
                    chosen[story.key, shot] = strip
    for story in stories:
        album.classes[story.key] = bench.classes(story)
        for shot in story.shots:
            if (story.key, shot) in chosen:
                told = _told(shot, chosen[story.key, shot], album, bench)
            else:
                told = _bare(shot, "left out")
                album.left_out += 1
            album.strips.setdefault(story.key, {}).setdefault(shot.round, []).append(told)
    return album


def _ordered(story: Story) -> Iterator[Shot]:
    last = max((shot.round for shot in story.shots), default=0)
    return iter(sorted(story.shots, key=lambda shot: _telling(shot, last)))


def _telling(shot: Shot, last: int) -> tuple[int, int]:
    """What an attack did comes first, then what the service says of honest tiles.

    Of each kind the last round comes first, then the others in order.
    """
    kind = known(shot.card)
    rank = 1 if kind is None else 0 if kind.side is Side.ATTACKER else 2
    return rank, -1 if shot.round == last else shot.round


class _Bench:
    """Makes PNGs, each once, and counts their bytes."""

    def __init__(self, shelf: Shelf, room: int) -> None:
        self._shelf, self._room = shelf, room
        self._strips: dict[str, _Strip | None] = {}
        self._pngs: dict[bytes, str] = {}
        self._paid: set[str] = set()
        self._classes: dict[str, list[str]] = {}
        self.places: dict[str, int] = {}
        self.full = False

    def fetch(self, key: str) -> _Strip | None:
        """The strip under a key; None where the store has lost it."""
        if key not in self._strips:
            found = self._shelf.get(key)
            self._note(key, found)
            whole = found is not None and {"clean", "shown"} <= set(found.arrays)
            self._strips[key] = self._strip(found) if found is not None and whole else None
        return self._strips[key]

    def fits(self, strip: _Strip) -> bool:
        """Whether there is room for what is new in a strip; takes the room."""
        new = set(strip.tiles) - self._paid
        bytes_ = sum(len(each) + _AROUND for each in new)
        if bytes_ > self._room:
            self.full = True
            return False
        self._room -= bytes_
        self._paid |= new
        return True

    def classes(self, story: Story) -> list[str]:
        """Names of the classes, by label; empty where no strip of the match tells them."""
        for shot in story.shots:
            if shot.key not in self._classes and known(shot.card) is None:
                self._note(shot.key, self._shelf.get(shot.key))
            if found := self._classes.get(shot.key):
                return found
        return []

    def _note(self, key: str, found: Artifact | None) -> None:
        facts = {} if found is None else found.facts
        self._classes[key] = [str(row[0]) for row in facts.get("classes", ())]

    def _strip(self, found: Artifact) -> _Strip:
        clean, shown = found.arrays["clean"], found.arrays["shown"]
        same = np.array_equal(clean, shown)
        most = SAME if same else CHANGED
        labels = {
            name: [int(each) for each in found.arrays[name][:most]]
            for name in ("true", "clean_label", "shown_label")
            if name in found.arrays
        }
        first = tuple(self._png(each) for each in clean[:most])
        return _Strip(
            first, None if same else tuple(self._png(each) for each in shown[:most]), labels
        )

    def _png(self, image: NDArray[np.uint8]) -> str:
        from PIL import Image

        content = repr(image.shape).encode() + image.tobytes()
        if content not in self._pngs:
            into = BytesIO()
            flat = image[:, :, 0] if image.shape[2] == 1 else image
            Image.fromarray(np.ascontiguousarray(flat)).save(into, "PNG", optimize=True)
            self._pngs[content] = base64.b64encode(into.getvalue()).decode()
        return self._pngs[content]


def _told(shot: Shot, strip: _Strip | None, album: Album, bench: _Bench) -> dict[str, Any]:
    if strip is None:
        return _bare(shot, "gone")
    return {
        **_bare(shot, ""),
        "clean": [_place(each, album, bench) for each in strip.clean],
        "shown": strip.shown and [_place(each, album, bench) for each in strip.shown],
        **strip.labels,
    }


def _bare(shot: Shot, state: str) -> dict[str, Any]:
    return {"card": shot.card, "caption": shot.caption, "state": state}


def _place(tile: str, album: Album, bench: _Bench) -> int:
    if tile not in bench.places:
        bench.places[tile] = len(bench.places)
        if not album.packs or len(album.packs[-1]) == PACK:
            album.packs.append([])
        album.packs[-1].append(tile)
    return bench.places[tile]
