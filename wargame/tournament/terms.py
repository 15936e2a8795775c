"""The terms of a tournament: what its YAML file says, checked line by line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field, PrivateAttr

from wargame import catalog
from wargame.errors import WargameError
from wargame.game import scenario
from wargame.game.located import parse, read_text
from wargame.game.problems import Problem, modelled, report
from wargame.game.terms import FidelityName, Scenario
from wargame.sandbox.limits import Limits
from wargame.tournament import formats
from wargame.tournament.entrant import Entrant, Kind, Submission
from wargame.tournament.pairing import Setting
from wargame.tournament.terms_entry import (
    EntrantTerms,
    Name,
    Part,
    Title,
    Word,
    completed,
    sides,
    slug,
)
from wargame.tournament.terms_entry import problems as entrant_problems

__all__ = ["EntrantTerms", "Terms", "load", "match_seeds", "schema"]

_WHAT = "a tournament"
_DATABASES = ("sqlite:", "postgresql:", "postgresql+psycopg:", "postgres:")
Many = Annotated[int, Field(ge=1, le=1000)]


class Terms(Part):
    """One tournament, as its file describes it."""

    name: Name = Field(description="what its results are kept under; default: the file's name")
    title: Title = Field(description="what the page calls it; default: its name")
    scenarios: tuple[Word, ...] = Field(
        default=("mapengine",),
        min_length=1,
        max_length=100,
        description="names of scenarios, or files from the tournament's file",
    )
    entrants: tuple[EntrantTerms, ...] = Field(
        min_length=2, max_length=1000, description="who takes part, in the order of seeding"
    )
    format: str = Field(
        default="round-robin", description="who meets whom: round-robin, swiss, knock-out or ladder"
    )
    rounds: Many | None = Field(
        default=None,
        description="rounds of a swiss (default: ceil(log2 n) + 1), passes of a ladder (2)",
    )
    seeds: Many = Field(default=1, description="matches of each pair in a scenario, each way")
    seed: int = Field(default=0, ge=0, lt=2**32, description="what all chance in it follows from")
    fidelity: FidelityName = Field(default="drill", description="sizes of the matches")
    mirrors: bool = Field(
        default=True,
        description="round robin: everybody also meets itself, unrated, for the equilibrium",
    )
    limits: Limits = Field(
        default=Limits.model_validate({}), description="what an isolated entrant may use in a match"
    )
    results: Word | None = Field(
        default=None,
        description="URL of a database: sqlite:///FILE (from the tournament's file) or "
        "postgresql://…; default: a file",
    )
    store: Word | None = Field(
        default=None,
        description="folder (from the tournament's file) or URL of what matches are made from",
    )
    _base: Path = PrivateAttr(default=Path())

    @property
    def base(self) -> Path:
        """The folder that paths start from."""
        return self._base

    @cached_property
    def games(self) -> dict[str, Scenario]:
        """The scenarios by name, in the order of the file.

        Raises:
            WargameError: there is no such scenario, its file is wrong, or a name stands twice.
        """
        found: dict[str, Scenario] = {}
        for word in self.scenarios:
            game = _scenario(word, self.base)
            if game.name in found:
                raise WargameError(f"the scenario {game.name} stands here twice")
            found[game.name] = game
        return found

    @property
    def match_seeds(self) -> tuple[int, ...]:
        """Seeds of the matches of every pair: all meet in the same worlds."""
        return match_seeds(self.seed, self.seeds)

    @property
    def setting(self) -> Setting:
        """What the format needs to know."""
        return Setting(tuple(self.games), self.match_seeds, self.rounds, self.mirrors)

    def make_format(self) -> formats.Format:
        """The format, set."""
        return formats.make(self.format, self.setting)

    def facts(self) -> dict[str, Any]:
        """Everything that results follow from but the entrants: equal in equal tournaments."""
        kept = ("name", "format", "rounds", "seeds", "seed", "fidelity", "mirrors", "limits")
        plain = self.model_dump(mode="json", include=set(kept))
        return {**plain, "scenarios": {name: game.digest for name, game in self.games.items()}}


def match_seeds(seed: int, count: int) -> tuple[int, ...]:
    """Different seeds in 0..2**31 - 1; a longer row begins with the shorter one."""
    row: dict[int, None] = {}
    index = 0
    while len(row) < count:
        state = np.random.SeedSequence(seed, spawn_key=(index,)).generate_state(1)
        row[int(state[0]) >> 1] = None
        index += 1
    return tuple(row)


def load(path: Path | str) -> Terms:
    """The terms in a file.

    Raises:
        WargameError: `file:line:column: field: what is wrong`.
    """
    path = Path(path)
    located = parse(read_text(path, _WHAT), str(path), _WHAT)
    data = _completed(located.data, slug(path.stem, "tournament"))
    terms = modelled(Terms, data, located, "tournament")
    terms = terms.model_copy(update={"store": _from_base(terms.store, path.parent)})
    terms._base = path.parent
    problems = [*_games(terms), *_options(terms), *_entrants(terms)] or [*_meetings(terms)]
    if problems:
        raise report(located, problems, "tournament")
    return terms


def _from_base(store: str | None, base: Path) -> str | None:
    """A store's place; a folder is looked for from the tournament's file, as agents are."""
    is_folder = store is not None and "://" not in store and not store.startswith("~")
    return str(base / store) if store is not None and is_folder else store


def _completed(data: Any, name: str) -> Any:
    """What a file holds, with what it may leave out; nothing is checked."""
    if not isinstance(data, dict):
        return data
    data = {"name": name, **data}
    data = {"title": data["name"], **data}
    if isinstance(data.get("entrants"), list):
        data["entrants"] = [completed(each) for each in data["entrants"]]
    return data


def schema() -> dict[str, Any]:
    """JSON Schema of a tournament's file, for editors."""
    described = Terms.model_json_schema(mode="validation")
    described["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    described["required"] = ["entrants"]
    described["properties"]["format"]["enum"] = list(formats.names())
    for short in ("EntrantTerms", "Player"):
        full = described["$defs"][short]
        full["required"] = []
        described["$defs"][short] = {"anyOf": [{"type": "string"}, full]}
    return described


def _scenario(word: str, base: Path) -> Scenario:
    is_file = word.endswith((".yaml", ".yml")) or os.sep in word
    return scenario.load(base / word if is_file else word)


def _games(terms: Terms) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, word in enumerate(terms.scenarios):
        try:
            game = _scenario(word, terms.base)
        except WargameError as error:
            yield Problem(("scenarios", index), "; ".join(str(error).splitlines())[:500])
            continue
        if game.name in seen:
            yield Problem(("scenarios", index), f"the scenario {game.name} stands here twice")
        seen.add(game.name)
        if terms.fidelity not in game.fidelity:
            known = ", ".join(game.fidelity)
            message = f"{game.name} has no fidelity {terms.fidelity}; it has {known}"
            yield Problem(("fidelity",), message)


def _options(terms: Terms) -> Iterator[Problem]:
    if terms.results is not None and not terms.results.startswith(_DATABASES):
        # The address is not shown: there may be a password in it.
        yield Problem(("results",), "this is no address like sqlite:///FILE or postgresql://…")
    if terms.format not in formats.names():
        error = catalog.unknown("format", terms.format[:60], formats.names())
        yield Problem(("format",), str(error))
        return
    kind = formats.find(terms.format)
    if terms.rounds is not None and not kind.counts_rounds:
        yield Problem(("rounds",), f"a {terms.format} goes on until all have met; leave this out")
    if "mirrors" in terms.model_fields_set and terms.mirrors and not kind.has_mirrors:
        yield Problem(("mirrors",), "only in a round robin does anybody meet itself")


def _entrants(terms: Terms) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, entrant in enumerate(terms.entrants):
        yield from entrant_problems(entrant, index, terms.base)
        before = first.setdefault(entrant.name, index)
        if before != index:
            message = f"two entrants are called {entrant.name}; give one of them another name"
            yield Problem(("entrants", index, "name"), message)


def _meetings(terms: Terms) -> Iterator[Problem]:
    """Who can meet, as far as it is known before strangers' agents are taken in."""
    found: list[Entrant] = []
    for each in terms.entrants:
        by = {
            side: Submission(Kind.READY, word=player.agent)
            for side, player in each.players.items()
            if side in sides(player.agent)
        }
        found.append(Entrant(each.name, each.title, by))
    try:
        terms.make_format().check(found)
    except WargameError as error:
        yield Problem(("entrants",), str(error))
