"""`wargame agents`: the ready players, scripted and trained."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from wargame.cli import options

if TYPE_CHECKING:
    from wargame.game.agent import Agent
    from wargame.game.policy_terms import Stored

DESCRIPTION = """\
Lists the ready agents: what each can play and how it plays. A scripted agent is one small file in
agents/; a trained one (a policy) is a folder in agents/policies/ with its settings and weights.
With a name, or the path of a policy's folder or of your own .py file: that agent in full.
"""
EPILOG = """\
examples:
  wargame agents
  wargame agents vigilant
  wargame agents runs/mine              (a folder that `wargame train` made)
  wargame agents --json | jq -r '.[] | select(.sides | index("defender")) | .name'
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.add_argument("name", nargs="?", metavar="AGENT", help="one agent, by name or path")
    options.json(parser, "a list with name, sides, title, character and policy; or one such object")


def run(args: argparse.Namespace) -> int:
    """Lists or describes."""
    from wargame.cli.output import print_json

    if args.name is not None:
        from wargame.game.agent_file import named

        kind = named(args.name)
        settings = getattr(kind, "settings", None)
        print_json(_facts(kind, settings)) if args.json else print(_described(kind, settings))
        return 0
    scripted, trained = _scripted(), _trained()
    if args.json:
        told = [_facts(each, None) for each in scripted]
        print_json(told + [_trained_facts(each.name, each) for each in trained])
    else:
        print(_listed(scripted, trained))
    return 0


def _scripted() -> list[type[Agent]]:
    from wargame import catalog
    from wargame.game.agent import agent_class

    return [agent_class(name) for name in catalog.agent_files()]


def _trained() -> list[Stored]:
    """The ready policies; one that is damaged is told of, and the others are listed."""
    from wargame import catalog
    from wargame.cli.guard import say
    from wargame.errors import WargameError
    from wargame.game.policy import ready_settings

    found = []
    for name in catalog.policy_folders():
        try:
            found.append(ready_settings(name))
        except WargameError as error:
            say(str(error))
    return found


def _facts(kind: type[Agent], settings: Stored | None) -> dict[str, Any]:
    if settings is not None:
        return _trained_facts(kind.name, settings)
    return {
        "name": kind.name,
        "sides": [side.value for side in kind.sides],
        "title": kind.title,
        "character": kind.character,
        "policy": None,
    }


def _trained_facts(name: str, settings: Stored) -> dict[str, Any]:
    return {
        "name": name,
        "sides": [settings.side.value],
        "title": settings.title,
        "character": settings.character,
        "policy": {
            **settings.model_dump(mode="json", exclude={"name", "title", "character", "side"}),
            "mark": settings.mark,
            "inputs": settings.inputs,
            "actions": settings.actions,
            "parameters": settings.parameters,
        },
    }


def _listed(scripted: list[type[Agent]], trained: list[Stored]) -> str:
    from wargame.cli.output import table

    rows = [
        (kind.name, ", ".join(side.value for side in kind.sides), kind.character)
        for kind in scripted
    ]
    told = table(("agent", "sides", "character"), rows)
    if not trained:
        return told
    learned = [
        (
            each.name,
            each.side.value,
            _deck(each),
            f"{each.made.steps:,} rounds at {each.made.fidelity}",
            f"{each.parameters:,}",
            each.character,
        )
        for each in trained
    ]
    head = ("policy", "side", "deck", "trained for", "weights", "character")
    return f"{told}\n\n{table(head, learned)}"


def _deck(settings: Stored) -> str:
    return f"{settings.scenario} ({len(settings.deck)} cards)"


def _described(kind: type[Agent], settings: Stored | None) -> str:
    from wargame.cli.output import wrapped

    sides = " and ".join(side.value for side in kind.sides)
    lines = [f"{kind.title} ({kind.name}): plays the {sides}", "", wrapped(kind.character)]
    if settings is None:
        return "\n".join(lines)
    made = settings.made
    layers = " to ".join(map(str, (settings.inputs, *settings.hidden, settings.actions)))
    how = "likeliest legal move" if settings.play == "greedy" else "legal move drawn by likelihood"
    worlds = " to ".join(map(str, made.worlds)) if made.worlds else "not told"
    more = {
        "deck": f"{_deck(settings)}: {', '.join(settings.deck)}",
        "plays": f"the {how}",
        "network": f"{layers}, {settings.activation}; {settings.parameters:,} weights",
        "trained for": f"{made.steps:,} rounds at {made.fidelity}, seed {made.seed}",
        "against": ", ".join(made.opponents) or "nobody",
        "in worlds of the seeds": worlds,
        "made by": made.command,
        "mark": settings.mark,
        "SHA-256 of the weights": settings.weights,
    }
    return "\n".join([*lines, "", *(wrapped(f"{name}: {told}") for name, told in more.items())])
