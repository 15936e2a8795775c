"""What every stage module is handed: the world, the store, and the cards in force, instantiated."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any, TypeVar

from wargame import catalog
from wargame.card import Card
from wargame.pipeline.outcome import InForce, World
from wargame.pool import Progress, silent
from wargame.store import Arrays, Artifact, Store, digest

R = TypeVar("R", bound=Card)


@cache
def engine_digest() -> str:
    """Digest of the code and library versions that can influence an artifact."""
    total = hashlib.sha256()
    for folder in ("pipeline", "kernels", "data"):
        for path in sorted((catalog.ENGINE / folder).rglob("*.py")):
            total.update(catalog.source_digest(path).encode())
    for path in sorted((catalog.SHELVES / "models").glob("*.py")):
        total.update(catalog.source_digest(path).encode())
    for package in ("torch", "numpy", "scikit-learn", "opacus"):
        total.update(f"{package}={version(package)}".encode())
    return total.hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Held:
    """A card in force: its play, its knobs made a card, and its identity for keys."""

    play: InForce
    card: Card
    identity: str

    @property
    def name(self) -> str:
        """The card's name."""
        return self.card.name


def hold(world: World, plays: tuple[InForce, ...]) -> tuple[Held, ...]:
    """The cards in force, in the order of their names."""
    held = []
    for play in sorted(plays, key=lambda item: item.card):
        knobs = world.knobs.get(play.card, {})
        card = catalog.card(play.card).at(play.strength, knobs)
        identity = digest([play.card, card.knobs(), catalog.card_digest(play.card)])
        held.append(Held(play, card, identity))
    return tuple(held)


@dataclass(frozen=True, slots=True)
class Context:
    """One round being resolved."""

    world: World
    round: int
    held: tuple[Held, ...]
    store: Store
    progress: Progress = silent

    def setting(self, name: str) -> Any:
        """A pipeline setting of the scenario at this fidelity."""
        return self.world.settings[name]

    def playing(self, role: type[R]) -> list[tuple[Held, R]]:
        """The cards in force that play this role, in the order of their names."""
        return [(held, held.card) for held in self.held if isinstance(held.card, role)]

    def identities(self, *roles: type[Card]) -> list[str]:
        """Identities of the cards that play any of these roles."""
        return [held.identity for held in self.held if isinstance(held.card, roles)]

    def make(
        self,
        kind: str,
        inputs: Any,
        work: Callable[[], tuple[Arrays, Mapping[str, Any]]],
    ) -> Artifact:
        """The artifact of this kind from these inputs, from the store or made now."""
        key = digest([kind, engine_digest(), self.base(), inputs])
        return self.store.get_or_make(key, kind, work)

    def base(self) -> list[Any]:
        """What is in every key: the scenario's settings, the seed, the data."""
        return [self.world.settings, self.world.seed, self.world.data]
