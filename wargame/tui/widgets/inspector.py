"""The card inspector: the lesson, where it comes from, its knobs, and what was measured of it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from wargame import catalog
from wargame.card import Attack, Card, Defence
from wargame.errors import WargameError
from wargame.stages import STRENGTHS, Strength
from wargame.tui.words import plain

_Part = str | tuple[str, str] | Content


class Inspector(VerticalScroll, can_focus=True):
    """One card, complete."""

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(id="card")

    def show(
        self,
        name: str | None,
        strength: Strength | None,
        measured: tuple[str, ...] = (),
        reason: str | None = None,
    ) -> None:
        """Shows a card; None is passing."""
        if name is None:
            text = Content("Pass: play nothing this round and keep the points for a dearer card.")
        else:
            text = describe(catalog.card(name), strength, measured, reason)
        self.query_one("#card", Static).update(text)
        self.scroll_home(animate=False)


def describe(
    card: type[Card], strength: Strength | None, measured: tuple[str, ...], reason: str | None
) -> Content:
    """A card in words.

    Args:
        card: the card.
        strength: the strength to mark.
        measured: the numbers read of it so far.
        reason: why it cannot be played now.
    """
    style = f"${card.side.value}"
    parts: list[_Part] = [(card.title, f"bold {style}"), "\n", (card.summary, "italic"), "\n\n"]
    if reason:
        parts += [(f"Cannot be played now: {reason}.\n\n", "$warning")]
    parts += [card.text, "\n\n"]
    for label, value in _facts(card):
        parts += [(f"{label:<12}", "$muted"), f"{value}\n"]
    parts += ["\n", ("strength  cost  rounds  knobs\n", "$muted")]
    for each in STRENGTHS:
        parts.append((f"{_row(card, each)}\n", f"bold {style}" if each is strength else ""))
    parts += ["\n", ("Measured so far\n", "bold")]
    parts.append("\n".join(measured[-8:]) if measured else ("nothing yet", "$muted"))
    return Content.assemble(*parts)


def _facts(card: type[Card]) -> list[tuple[str, str]]:
    facts = [("stage", card.stage.value), ("source", card.source)]
    facts.append(("MITRE ATLAS", card.atlas or "no id"))
    if issubclass(card, Attack):
        ways = [" + ".join(sorted(need)) for need in card.access]
        facts.append(("needs", " or ".join(ways)))
        if card.dimensions is not None:
            facts.append(("Table 2", ", ".join(v for v in card.dimensions if v != "-")))
        if card.countered_by:
            facts.append(("countered by", ", ".join(_title(name) for name in card.countered_by)))
    if issubclass(card, Defence):
        facts.append(("kind", card.kind.value))
        if card.counters:
            facts.append(("counters", ", ".join(_title(name) for name in card.counters)))
        if card.instruments:
            facts.append(("shows you", ", ".join(plain(name) for name in card.instruments)))
    if card.upkeep:
        facts.append(("upkeep", f"{card.upkeep} a round after the first"))
    if card.simulated:
        facts.append(("simulated", card.simulated))
    return facts


def _row(card: type[Card], strength: Strength) -> str:
    at = STRENGTHS.index(strength)
    knobs = card.at(strength).knobs()
    told = ", ".join(f"{plain(name)} {_knob(value)}" for name, value in knobs.items())
    return f"{strength.value:<10}{card.costs[at]:>4}{card.lasts[at]:>8}  {told or '–'}"


def _knob(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _title(name: str) -> str:
    try:
        return catalog.card(name).title
    except WargameError:
        return plain(name)  # a card of a later deck
