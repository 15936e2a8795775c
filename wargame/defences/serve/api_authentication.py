"""API authentication: each request is signed with the key's own secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from wargame.card import Kind
from wargame.pipeline.defence_roles import ServeGuard
from wargame.stages import Stage, Strength

if TYPE_CHECKING:
    from wargame.pipeline.arrivals import Arrivals
    from wargame.pipeline.records import Mask


class ApiAuthentication(ServeGuard):
    """Requests without a fresh signature are turned away at the door."""

    name: ClassVar[str] = "api_authentication"
    title: ClassVar[str] = "API authentication"
    stage: ClassVar[Stage] = Stage.SERVE
    kind: ClassVar[Kind] = Kind.DETECTION
    costs: ClassVar[tuple[int, int, int]] = (1, 2, 3)
    lasts: ClassVar[tuple[int, int, int]] = (1, 3, 6)
    source: ClassVar[str] = "S0 6"
    atlas: ClassVar[str | None] = "AML.M0019"
    summary: ClassVar[str] = "Only signed, fresh requests get past the door"
    text: ClassVar[str] = (
        "A bare API key is a password sent with every request: whoever overheard it once can use "
        "it. Here each request carries a signature over its content and its time, made with a "
        "secret that never travels. Stolen keys, replays and bots without a key are turned away "
        "before they cost a pass of the model. It tells who asks, not why: a paying customer who "
        "attacks is let in like any other, and a flood of forgeries must still be checked one by "
        "one. There is no weak form of it; the strength is how many rounds the keys stay safe."
    )
    counters: ClassVar[tuple[str, ...]] = ("unauthorized_api", "request_flood")
    measured_by: ClassVar[tuple[str, ...]] = ("honest_refused",)
    instruments: ClassVar[tuple[str, ...]] = ("api_authentication.refused",)
    strengths: ClassVar[Mapping[Strength, Mapping[str, Any]]] = {
        Strength.LIGHT: {},
        Strength.MEDIUM: {},
        Strength.HEAVY: {},
    }

    @property
    def passes(self) -> float:
        """One signature check costs about a hundredth of a forward pass of 10 ms."""
        return 1.01

    def admit(self, arrivals: Arrivals, ordinary: Arrivals) -> tuple[Mask, bool, str]:
        """Requests that carry a fresh signature."""
        del ordinary
        refused = int((~arrivals.signed).sum())
        return arrivals.signed.copy(), refused > 0, f"{refused} requests were not signed"

    def verifies_keys(self) -> bool:
        """A key seen on the wire signs nothing."""
        return True
