"""Names of the engine in words that a newcomer reads."""

from __future__ import annotations

from wargame import catalog
from wargame.errors import WargameError

STAGE_WORDS = {
    "collect": "drones upload",
    "transmit": "over the network",
    "preprocess": "scale and clean",
    "store": "kept on shards",
    "train": "the model learns",
    "release": "artifact shipped",
    "serve": "queries answered",
}


def plain(name: str) -> str:
    """A name without underscores."""
    return name.replace("_", " ")


def channel_words(channel: str) -> str:
    """A channel of an instrument, or a measure, in words."""
    card, dot, what = channel.partition(".")
    return f"{plain(card)}: {plain(what)}" if dot else plain(channel)


def measure_words(name: str) -> str:
    """A measure in words, with its card's title."""
    card, dot, what = name.partition(".")
    if not dot:
        return plain(name)
    try:
        return f"{catalog.card(card).title}: {plain(what)}"
    except WargameError:
        return channel_words(name)
