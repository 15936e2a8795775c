"""The vocabulary of the board: stages of the pipeline, sides, access and strength."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """The seven stages of a machine-learning pipeline, in order (S0 Figs. 1 and 2)."""

    COLLECT = "collect"
    TRANSMIT = "transmit"
    PREPROCESS = "preprocess"
    STORE = "store"
    TRAIN = "train"
    RELEASE = "release"
    SERVE = "serve"

    @property
    def position(self) -> int:
        """0 for collect, 6 for serve."""
        return STAGES.index(self)


STAGES: tuple[Stage, ...] = tuple(Stage)


class Side(StrEnum):
    """Who plays."""

    ATTACKER = "attacker"
    DEFENDER = "defender"

    @property
    def other(self) -> Side:
        """The opponent."""
        return Side.DEFENDER if self is Side.ATTACKER else Side.ATTACKER


SIDES: tuple[Side, Side] = (Side.ATTACKER, Side.DEFENDER)


class Access(StrEnum):
    """What an attacker must hold before a card can be played (S2 2.2)."""

    CONTRIBUTOR = "contributor"
    NETWORK = "network"
    OPERATOR = "operator"
    STORAGE = "storage"
    TRAINING_CODE = "training-code"
    CLIENT = "client"
    SUPPLY_CHAIN = "supply-chain"
    API_LABEL = "api-label"
    API_SCORE = "api-score"
    WHITE_BOX = "white-box"
    INFRASTRUCTURE = "infrastructure"


class Strength(StrEnum):
    """How hard a card is played: sooner and surer, but dearer and easier to notice."""

    LIGHT = "light"
    MEDIUM = "medium"
    HEAVY = "heavy"


STRENGTHS: tuple[Strength, ...] = tuple(Strength)
