"""What the host says, as plain JSON data: `messages` describes the same for a reader."""

from __future__ import annotations

from typing import Any

from wargame.game.deck import Deck
from wargame.game.terms import Scenario
from wargame.game.view import View
from wargame.protocol.messages import PROTOCOL, VERSION
from wargame.sandbox.limits import Limits
from wargame.stages import STRENGTHS, Access


def hello(scenario: Scenario, deck: Deck, seed: int, limits: Limits) -> dict[str, Any]:
    """The first message to the agent that plays this deck."""
    return {
        "kind": "hello",
        "protocol": PROTOCOL,
        "version": VERSION,
        "side": deck.side.value,
        "seed": seed,
        "scenario": scenario.content(),
        "deck": {
            "cards": [_card(deck, number) for number in range(len(deck.names))],
            "channels": list(deck.channels),
        },
        "limits": limits.model_dump(mode="json"),
    }


def turn(view: View, bank: float) -> dict[str, Any]:
    """The agent is to move, and has this many seconds left in its bank."""
    told = {"kind": "turn", "round": view.round, "bank": round(bank, 3)}
    return {**told, "view": view.to_json()}


def end(view: View) -> dict[str, Any]:
    """The match is over."""
    return {"kind": "end", "view": view.to_json()}


def _card(deck: Deck, number: int) -> dict[str, Any]:
    actions = slice(1 + len(STRENGTHS) * number, 1 + len(STRENGTHS) * (number + 1))
    return {
        "card": deck.names[number],
        "title": deck.titles[number],
        "costs": list(deck.costs[actions]),
        "lasts": list(deck.lasts[actions]),
        "upkeep": deck.upkeep[number],
        "access": [_names(way) for way in deck.access[number]],
    }


def _names(way: int) -> list[str]:
    """A set of bits as `deck.bits` makes it, by name."""
    return [access.value for index, access in enumerate(Access) if way >> index & 1]
