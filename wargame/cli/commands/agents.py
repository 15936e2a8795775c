"""`wargame agents`: the ready players."""

from __future__ import annotations

import argparse

from wargame.cli import options

DESCRIPTION = """\
Lists the ready agents: what each can play and how it plays. An agent is one small file in
agents/; a new file there is found by its name.
"""
EPILOG = """\
examples:
  wargame agents
  wargame agents --json | jq -r '.[] | select(.sides | index("defender")) | .name'
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments."""
    options.json(parser, "a list with name, sides, title and character")


def run(args: argparse.Namespace) -> int:
    """Lists."""
    from wargame import catalog
    from wargame.cli.output import print_json, table
    from wargame.game.agent import agent_class

    agents = [agent_class(name) for name in catalog.agent_files()]
    if args.json:
        print_json(
            [
                {
                    "name": each.name,
                    "sides": [side.value for side in each.sides],
                    "title": each.title,
                    "character": each.character,
                }
                for each in agents
            ]
        )
        return 0
    rows = [
        (each.name, ", ".join(side.value for side in each.sides), each.character) for each in agents
    ]
    print(table(("agent", "sides", "character"), rows))
    return 0
