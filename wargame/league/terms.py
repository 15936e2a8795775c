"""What a league follows from: the game, the first pools, and how responses are trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from wargame.arena.run_folder import Count, TrainSettings
from wargame.arena.train import world_seeds
from wargame.game.terms import FidelityName
from wargame.stages import SIDES, Side
from wargame.theory.payoff_file import Header, difference

SEEDS = 6
"""Seeds of the payoff matrix where none are named."""
_PAYOFFS = 2
"""Purpose of these worlds: neither training (0) nor checks (1)."""
_SHARE = 1e-3
"""Opponents that a mixture plays less often are left out of the training, not of the measuring."""

Seed = Annotated[int, Field(ge=0, lt=2**63)]


class LeagueSettings(BaseModel):
    """Everything but how long it goes on; two leagues of equal settings are equal."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    format: Literal["wargame-league-1"] = "wargame-league-1"
    game: Header
    """The scenario, the data, the code, and the first pools with what they are made of."""
    attackers: tuple[str, ...]
    """How the first attackers are found: ready names, or full paths."""
    defenders: tuple[str, ...]
    seeds: tuple[Seed, ...] = Field(min_length=2)
    """Of the payoff matrix; no response is trained on them."""
    seed: int = Field(ge=0, lt=2**32)
    fidelity: FidelityName = "drill"
    steps: int = Field(default=2000, ge=1, le=10**9)
    """Rounds that each response learns from, at least."""
    worlds: Count = TrainSettings.model_fields["worlds"].default
    games: Count = TrainSettings.model_fields["games"].default
    generations: int = Field(
        default=TrainSettings.model_fields["generations"].default, ge=0, le=10_000
    )
    children: Count = TrainSettings.model_fields["children"].default
    check_every: Count = TrainSettings.model_fields["check_every"].default
    check_worlds: Count = TrainSettings.model_fields["check_worlds"].default

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError("a seed of the payoff matrix stands twice")
        if (len(self.attackers), len(self.defenders)) != tuple(map(len, self.pools)):
            raise ValueError("every agent of the first pools needs a word to find it by")
        if self.game.fidelity != self.fidelity:
            raise ValueError("the fidelity is not the game's")
        return self

    @property
    def pools(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of the first attackers and defenders."""
        return (
            tuple(each.name for each in self.game.attackers),
            tuple(each.name for each in self.game.defenders),
        )

    @property
    def words(self) -> dict[Side, dict[str, str]]:
        """For each side, name to the word that finds the agent."""
        found = (self.attackers, self.defenders)
        return {
            side: dict(zip(names, words, strict=True))
            for side, names, words in zip(SIDES, self.pools, found, strict=True)
        }

    def training(
        self, side: Side, mixture: Sequence[tuple[str, float]], teachers: Sequence[str]
    ) -> TrainSettings:
        """Of a response.

        Args:
            side: whose it is.
            mixture: words of the other side's agents and their weights.
            teachers: words of its own side's.
        """
        return TrainSettings(
            scenario=self.game.scenario,
            digest=self.game.scenario_digest,
            data=self.game.data.digest,
            side=side,
            opponents=tuple(each for each in mixture if each[1] >= _SHARE),
            teachers=tuple(teachers),
            # Responses share their training worlds, and so most rounds of the warm starts.
            seed=self.seed,
            fidelity=self.fidelity,
            worlds=self.worlds,
            games=self.games,
            generations=self.generations,
            children=self.children,
            check_every=self.check_every,
            check_worlds=self.check_worlds,
        )

    def changed(self, now: LeagueSettings) -> str | None:
        """In what the settings asked for differ from these, in words."""
        if self.seeds == now.seeds and self.game != now.game:
            told = difference(self.game, now.game).replace("the table", "the league")
            return told.replace("these matches were played", "the league was begun")
        for name in type(self).model_fields:
            was, wanted = getattr(self, name), getattr(now, name)
            if name != "game" and was != wanted:
                what = name.replace("_", "-")
                return f"the league was begun with --{what} {_told(was)}, not {_told(wanted)}"
        return None


def payoff_seeds(seed: int, count: int = SEEDS) -> tuple[int, ...]:
    """Seeds of the payoff matrix where none are named; far above what people type."""
    return world_seeds(seed, _PAYOFFS, count)


def _told(value: object) -> str:
    if isinstance(value, tuple):
        shown = ",".join(str(each) for each in value)
        return shown if len(shown) < 60 else f"{shown[:57]}..."
    return str(value)
