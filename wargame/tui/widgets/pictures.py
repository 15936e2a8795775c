"""Tiles clean and as shown, with what the model said of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from wargame.tui.scene import Shot
from wargame.tui.tiles import Fit, fit, fit_single, half_blocks, resized
from wargame.tui.words import measure_words

Arrays = Mapping[str, NDArray[Any]]
_NEW_LINE = Segment.line()
_WORDS = (
    ("what was uploaded", ("is", "sent as")),
    ("what it doubted", ("sent as", "thought")),
)
"""How a caption begins, and the words before the two labels where no model was asked twice."""


class Pictures(Widget, can_focus=True):
    """One strip of tiles at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "left_square_bracket",
            "turn(-1)",
            "Previous strip",
            show=False,
            tooltip="The pictures before",
        ),
        Binding(
            "right_square_bracket",
            "turn(1)",
            "Next strip",
            tooltip="The pictures of another card or round",
        ),
    ]
    at: reactive[int] = reactive(0)

    class Wanted(Message):
        """The arrays of a strip are needed."""

        def __init__(self, pictures: Pictures, key: str) -> None:
            super().__init__()
            self.pictures, self.key = pictures, key

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shots: tuple[Shot, ...] = ()
        self._found: dict[str, Arrays] = {}
        self._labels: tuple[str, ...] = ()

    def show(self, shots: tuple[Shot, ...], classes: tuple[str, ...]) -> None:
        """Offers these strips, the first of the newest round in front."""
        changed = shots != self._shots
        self._shots, self._labels = shots, classes
        if changed:
            newest = shots[-1].round if shots else 0
            first = next((at for at, shot in enumerate(shots) if shot.round == newest), 0)
            self.set_reactive(Pictures.at, first)
        self._ask()
        self.refresh()

    def receive(self, key: str, arrays: Arrays | None) -> None:
        """The arrays that were asked for; None where the store has lost them."""
        self._found[key] = arrays if arrays is not None else {}
        self.refresh()

    def _ask(self) -> None:
        if self._shots and (key := self._shots[self.at].picture.key) not in self._found:
            self.post_message(self.Wanted(self, key))

    def action_turn(self, by: int) -> None:
        """Another strip."""
        if self._shots:
            self.at = (self.at + by) % len(self._shots)
            self._ask()

    def render(self) -> Strip | str:
        """The strip in front."""
        if not self._shots:
            return "No pictures. Cards that change tiles show them here."
        shot = self._shots[self.at]
        arrays = self._found.get(shot.picture.key)
        if arrays is None:
            return "Fetching the tiles from the store."
        if not arrays:
            return "The store no longer holds these tiles."
        place = f"{self.at + 1}/{len(self._shots)}" if len(self._shots) > 1 else ""
        card, caption = shot.picture.card, shot.picture.caption
        about = caption.partition(": ")[0] if len(caption) > self.size.width - 36 else caption
        who = measure_words(f"{card}.")[:-2]
        when = f"Round {shot.round}" if shot.round else "Before round 1"
        title = f"{when} · {who[:1].upper()}{who[1:]} · {about}"
        title = f"{title[: self.size.width - len(place) - 2]}  {place}"
        width, height = self.size
        return Strip(title, arrays, self._labels, width, height, words_of(caption))


def words_of(caption: str) -> tuple[str, str] | None:
    """The words before the two labels of a strip of this caption; None where answers tell."""
    return next((told for start, told in _WORDS if caption.startswith(start)), None)


@dataclass(frozen=True, slots=True)
class Strip:
    """A strip of tiles as a Rich renderable."""

    title: str
    arrays: Arrays
    classes: tuple[str, ...]
    width: int
    height: int
    words: tuple[str, str] | None
    """Before the label it has and the label it was given; None where the model's answers tell."""

    def __rich_console__(self, _console: Console, _options: ConsoleOptions) -> RenderResult:
        """The title, the tiles, and under each what it is and what the model said."""
        clean, shown = self.arrays["clean"], self.arrays["shown"]
        same = np.array_equal(clean, shown)
        where = (fit_single if same else fit)(self.width, self.height, len(clean))
        yield Segment(self.title[: self.width])
        yield _NEW_LINE
        first = [half_blocks(resized(image, where.size)) for image in clean[: where.shown]]
        second = [half_blocks(resized(image, where.size)) for image in shown[: where.shown]]
        blocks = [first, second] if where.stacked else [_beside(first, second)]
        blocks = [first] if where.single else blocks
        for at, block in enumerate(blocks):
            if at:
                yield _NEW_LINE
            yield from _rows(block)
        yield from self._told(where)

    def _told(self, where: Fit) -> Iterable[Segment]:
        for write in (self._true, self._said):
            texts = [_cut(write(at), where.span).ljust(where.span) for at in range(where.shown)]
            yield Segment("  ".join(texts))
            yield _NEW_LINE

    def _true(self, at: int) -> str:
        return f"{self.words[0] if self.words else 'is'} {self._name('true', at)}"

    def _said(self, at: int) -> str:
        before, after = self._name("clean_label", at), self._name("shown_label", at)
        if self.words is not None:
            return f"{self.words[1]} {after}"
        if before == after:
            return f"read {after}"
        return f"{before} → {after}"

    def _name(self, which: str, at: int) -> str:
        if which not in self.arrays:
            return "?"
        label = int(self.arrays[which][at])
        if label < 0:
            return "refused"
        return self.classes[label] if label < len(self.classes) else f"class {label}"


_Block = list[list[list[Segment]]]


def _beside(first: _Block, second: _Block) -> _Block:
    gap = [Segment(" ")]
    return [
        [left + gap + right for left, right in zip(one, two, strict=True)]
        for one, two in zip(first, second, strict=True)
    ]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _rows(block: _Block) -> Iterable[Segment]:
    for lines in zip(*block, strict=True):
        for at, line in enumerate(lines):
            if at:
                yield Segment("  ")
            yield from line
        yield _NEW_LINE
