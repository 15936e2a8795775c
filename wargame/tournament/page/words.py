"""Names and strangers' texts as the page shows them."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

from wargame import catalog
from wargame.card import Card
from wargame.errors import WargameError

JOINERS = "\u200c\u200d"
"""Format characters that scripts and emoji need, and that move nothing."""
_HEAD, _TAIL = 1500, 2500


def harmless(text: str) -> str:
    r"""A text in which nothing is hidden and nothing turns the line around.

    Control and format characters (as U+202E, which writes from right to left), lone surrogates
    and odd line ends are spelt out, such as \u202e; line feeds and tabs stay.
    """
    if text.isprintable():
        return text
    return "".join(each if _plain(each) else _spelt(each) for each in text)


def _plain(each: str) -> bool:
    if each in "\n\t" or each in JOINERS:
        return True
    return unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _spelt(each: str) -> str:
    return f"\\x{ord(each):02x}" if ord(each) < 0x100 else f"\\u{ord(each):04x}"


def cut(text: str, head: int = _HEAD, tail: int = _TAIL) -> str:
    """A long text without its middle: how it began and how it ended are told."""
    spare = len(text) - head - tail
    if spare <= 0:
        return text
    note = f"\n[... {spare:,} characters are left out here; the results keep them ...]\n"
    return f"{text[:head]}{note}{text[-tail:]}"


def plain(name: str) -> str:
    """A name without underscores."""
    return name.replace("_", " ")


@cache
def known(name: str) -> type[Card] | None:
    """The card's class; None where this version has no such card."""
    try:
        return catalog.card(name)
    except WargameError:
        return None


def measured(name: str) -> str:
    """A measure in words, with its card's title."""
    card, dot, what = name.partition(".")
    if not dot:
        return plain(name)
    kind = known(card)
    return f"{plain(card) if kind is None else kind.title}: {plain(what)}"


def card_facts(name: str) -> dict[str, Any]:
    """What the page tells of a card."""
    kind = known(name)
    if kind is None:
        return {"title": plain(name), "side": None, "stage": None, "summary": ""}
    return {
        "title": kind.title,
        "side": kind.side.value,
        "stage": kind.stage.value,
        "summary": kind.summary,
    }
