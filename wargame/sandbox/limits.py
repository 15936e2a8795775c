"""What a guest may use, and how it can end."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from wargame.errors import WargameError


class Status(StrEnum):
    """How an agent came through a match."""

    OK = "OK"
    ERROR = "ERROR"
    """It failed, ended by itself, or flooded its output."""
    TIMEOUT = "TIMEOUT"
    """Its answer came too late."""
    MEMORY = "MEMORY"
    """It took more memory than it may."""
    ILLEGAL = "ILLEGAL"
    """It answered nonsense, for another round, or with a move that is not allowed."""


class Stopped(WargameError):  # noqa: N818  (it tells how a guest ended)
    """A guest broke a limit, or ended; it runs no more."""

    def __init__(self, status: Status, message: str) -> None:
        super().__init__(message)
        self.status = status


class Limits(BaseModel):
    """What a guest may use in one match; all its processes together count."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: float = Field(default=10.0, gt=0, le=300, description="seconds until it is ready")
    move: float = Field(
        default=2.0, gt=0, le=3600, description="seconds an answer, before the bank is used"
    )
    bank: float = Field(
        default=10.0, ge=0, le=36000, description="seconds beyond that, over the match"
    )
    memory: int = Field(default=512, ge=32, le=65536, description="megabytes")
    processes: int = Field(default=32, ge=1, le=1024, description="processes and threads")
    file: int = Field(default=16, ge=1, le=4096, description="megabytes of any one file it writes")
    scratch: int = Field(default=64, ge=1, le=16384, description="megabytes of its scratch folder")
    output: int = Field(
        default=64, ge=1, le=65536, description="kilobytes kept of its standard error"
    )
    line: int = Field(default=64, ge=1, le=1024, description="kilobytes of its longest answer")
