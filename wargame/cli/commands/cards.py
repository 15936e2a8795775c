"""`wargame cards`: the moves of the game."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from wargame.cli import options

if TYPE_CHECKING:
    from wargame.card import Card

DESCRIPTION = """\
Lists the cards: attacks and defences by the stage of the pipeline where they act. With a name:
that card in full, with what it does, why it works, what gives it away, its strengths and prices,
its place in the literature and in MITRE ATLAS, and what it is said to counter.
"""
EPILOG = """\
examples:
  wargame cards
  wargame cards --side defender
  wargame cards pgd
  wargame cards --json | jq '.[] | select(.stage == "serve") | .name'
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="one card")
    parser.add_argument("--side", choices=("attacker", "defender"), help="only this side's")
    options.json(parser, "a list, or with NAME one object")


def run(args: argparse.Namespace) -> int:
    """Lists or describes."""
    from wargame import catalog
    from wargame.cli.output import print_json
    from wargame.stages import Side

    if args.name:
        card = catalog.card(args.name)
        if args.json:
            print_json(facts(card))
        else:
            print(described(card))
        return 0
    cards = list(catalog.all_cards(Side(args.side) if args.side else None))
    if args.json:
        print_json([facts(card) for card in cards])
    else:
        print(_listed(cards))
    return 0


def facts(card: type[Card]) -> dict[str, Any]:
    """All facts of a card as plain JSON data."""
    from wargame.card import Attack, Defence
    from wargame.stages import STRENGTHS

    told: dict[str, Any] = {
        "name": card.name,
        "title": card.title,
        "side": card.side.value,
        "stage": card.stage.value,
        "summary": card.summary,
        "text": card.text,
        "source": card.source,
        "atlas": card.atlas,
        "upkeep": card.upkeep,
        "measured_by": list(card.measured_by),
        "simulated": card.simulated,
        "strengths": {
            strength.value: {
                "cost": card.cost(strength),
                "rounds": card.duration(strength),
                "knobs": card.at(strength).knobs(),
            }
            for strength in STRENGTHS
        },
    }
    if issubclass(card, Attack):
        told["access"] = [sorted(item.value for item in need) for need in card.access]
        told["dimensions"] = card.dimensions._asdict() if card.dimensions else None
        told["countered_by"] = list(card.countered_by)
    if issubclass(card, Defence):
        told["kind"] = card.kind.value
        told["counters"] = list(card.counters)
        told["instruments"] = list(card.instruments)
    return told


def described(card: type[Card]) -> str:
    """A card in full, for a reader."""
    from wargame.cli.output import table, wrapped

    told = facts(card)
    rows = [
        (name, str(each["cost"]), str(each["rounds"]), _knobs(each["knobs"]))
        for name, each in told["strengths"].items()
    ]
    more = {
        "needs": " or ".join(" and ".join(need) or "nothing" for need in told.get("access", ())),
        "kind": told.get("kind"),
        "dimensions": ", ".join(f"{k}: {v}" for k, v in (told.get("dimensions") or {}).items()),
        "said to be countered by": ", ".join(told.get("countered_by", ())),
        "said to counter": ", ".join(told.get("counters", ())),
        "measured by": ", ".join(told["measured_by"]),
        "shows": ", ".join(told.get("instruments", ())),
        "upkeep": f"{told['upkeep']} a round after the first" if told["upkeep"] else "",
        "source": told["source"],
        "MITRE ATLAS": told["atlas"],
        "stands in for": told["simulated"],
    }
    return "\n".join(
        (
            f"{told['title']} ({told['name']}): {told['side']}, at the stage {told['stage']}",
            "",
            wrapped(told["text"]),
            "",
            table(("strength", "cost", "rounds", "knobs"), rows),
            "",
            *(wrapped(f"{name}: {value}") for name, value in more.items() if value),
        )
    )


def _knobs(knobs: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in knobs.items()) or "-"


def _listed(cards: list[type[Card]]) -> str:
    from wargame.cli.output import table

    ordered = sorted(cards, key=lambda card: (card.side.value, card.stage.position, card.name))
    rows = [
        (card.name, card.side.value, card.stage.value, "/".join(map(str, card.costs)), card.summary)
        for card in ordered
    ]
    return table(("card", "side", "stage", "cost", "what it does"), rows)
