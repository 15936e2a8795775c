"""Who enters a payoff table: agents by the user's words, with what they are made of."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from wargame import __version__, catalog
from wargame.data.dataset import Dataset
from wargame.data.sources import summary
from wargame.errors import WargameError
from wargame.game.agent import agent_class
from wargame.game.agent_file import named
from wargame.game.lines import DataLine
from wargame.game.record import processor_class
from wargame.game.setup import HUMAN
from wargame.game.terms import Scenario
from wargame.stages import Side
from wargame.store import digest
from wargame.theory.payoff_file import AgentLine, Header


class Entrant(NamedTuple):
    """An agent of a table."""

    word: str
    """What the user calls it: a name, a file, a folder."""
    name: str
    """What the table calls it; never a path."""
    digest: str


def scripted(side: Side) -> list[str]:
    """Names of the ready scripted agents that can play a side."""
    names = (name for name in catalog.agent_files() if name != HUMAN)
    return [name for name in names if side in agent_class(name).sides]


def entrants(side: Side, words: Sequence[str]) -> list[Entrant]:
    """The agents of one side, in the order given.

    Raises:
        WargameError: there is none, or one is unknown, plays the other side, is a human or is
            named twice.
    """
    if not words:
        raise WargameError(f"name at least one {side.value}")
    found = [_entrant(side, word) for word in words]
    names = [each.name for each in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise WargameError(f"{twice} stands twice among the {side.value}s")
    return found


def _entrant(side: Side, word: str) -> Entrant:
    if word == HUMAN:
        raise WargameError("a human cannot play a table of matches: name agents alone")
    agent = named(word)
    if side not in agent.sides:
        can = " and ".join(each.value for each in agent.sides)
        raise WargameError(f"{word} cannot play the {side.value}; it plays the {can}")
    return Entrant(word, agent.name, _digest(word))


def _digest(word: str) -> str:
    place = Path(word)
    if not word.endswith(".py"):
        ready = {**catalog.policy_folders(), **catalog.agent_files()}
        place = ready.get(word, place)
    if place.name == "policy.json":
        place = place.parent
    files = sorted(place.iterdir()) if place.is_dir() else [place]
    content = b"".join(
        hashlib.sha256(file.read_bytes()).digest()
        for file in files
        if file.suffix in (".py", ".json", ".safetensors")
    )
    return hashlib.sha256(content).hexdigest()[:16]


def header(
    rules: Scenario,
    fidelity: str,
    tiles: Dataset,
    attackers: Sequence[Entrant],
    defenders: Sequence[Entrant],
    first_seed: int,
) -> Header:
    """The header of their table."""
    rules.sizes(fidelity)
    cards = (*rules.deck.attacker, *rules.deck.defender)
    sources = [catalog.card_digest(entry.name) for entry in cards]
    sources.append(catalog.source_digest(catalog.model_files()[rules.pipeline.model]))
    return Header(
        scenario=rules.name,
        scenario_digest=rules.digest,
        content=rules.content(),
        fidelity=fidelity,
        data=DataLine(name=tiles.name, digest=tiles.digest, origin=summary(tiles)),
        program=__version__,
        code=digest(sources)[:16],
        processor=processor_class(),
        attackers=[AgentLine(name=each.name, digest=each.digest) for each in attackers],
        defenders=[AgentLine(name=each.name, digest=each.digest) for each in defenders],
        first_seed=first_seed,
    )
