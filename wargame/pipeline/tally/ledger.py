"""The numbers of one round: measures for the record, readings for each side, words for both."""

from __future__ import annotations

from wargame.card import Defence
from wargame.kernels.intervals import Estimate
from wargame.pipeline.context import Context, Held
from wargame.pipeline.outcome import Measure, Picture, Reading
from wargame.stages import Side
from wargame.store import Artifact

KNOWN_TO_THE_ATTACKER = (
    "fooled",
    "records_exposed",
    "weights_read",
    "executed",
    "calls_served",
    "trigger_success",
    "agreement",
    "queries",
)
"""What an attack's owner sees of its own effect: what it took, or what the service told it."""


class Ledger:
    """Gathers the numbers of one round as the walk goes on."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.measures: dict[str, Measure] = {}
        self.pictures: list[Picture] = []
        self.events: list[str] = []
        self._readings: dict[Side, list[Reading]] = {Side.ATTACKER: [], Side.DEFENDER: []}

    @property
    def readings(self) -> dict[Side, tuple[Reading, ...]]:
        """Each side's readings."""
        return {side: tuple(items) for side, items in self._readings.items()}

    def add(self, name: str, found: Estimate, key: str, unit: str = "share") -> None:
        """A measure read from the artifact under this key."""
        self.measures[name] = Measure(found.value, found.low, found.high, found.n, key, unit)

    def own(
        self,
        held: Held,
        what: str,
        found: Estimate,
        key: str,
        *,
        unit: str = "share",
        event: str = "",
    ) -> None:
        """A measure that a card's role offers, kept if the card says that it is told by it."""
        if what not in held.card.measured_by:
            return
        self.add(f"{held.name}.{what}", found, key, unit)
        self.tell_attacker(held.name, what, found)
        if event:
            self.events.append(event)

    def tell_attacker(self, card: str, what: str, found: Estimate) -> None:
        """Shows the attacker this effect of its own, if it can know it."""
        if what in KNOWN_TO_THE_ATTACKER:
            text = f"{card}: {what.replace('_', ' ')} {found.value:.3g}"
            self.read(Side.ATTACKER, card, f"{card}.{what}", found, text)

    def read(
        self,
        side: Side,
        instrument: str,
        channel: str,
        found: Estimate,
        text: str,
        *,
        alarm: bool = False,
    ) -> None:
        """What an instrument shows its owner."""
        self._readings[side].append(
            Reading(instrument, channel, found.value, found.low, found.high, alarm, text)
        )

    def instrument(self, held: Held, found: Estimate, text: str, *, alarm: bool) -> None:
        """A reading of a defence in force, on the channel its card names first, if any."""
        if isinstance(held.card, Defence) and held.card.instruments:
            channel = held.card.instruments[0]
            self.read(Side.DEFENDER, held.name, channel, found, text, alarm=alarm)
            if alarm:
                self.events.append(f"{held.name}: {text}")

    def picture(self, card: str, artifact: Artifact, caption: str) -> None:
        """Tiles to look at."""
        if len(artifact.arrays.get("clean", ())):
            self.pictures.append(Picture(card, artifact.key, caption))
