"""The standings as plain text, for terminals without a screen and for files."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from wargame.stages import SIDES, Side
from wargame.tournament.mixture import FEW, Mix, Share
from wargame.tournament.ratings import Rating
from wargame.tournament.resampling import ENOUGH, Resampling, Unit
from wargame.tournament.standings import Row, Standings

WIDTH = 80
_NARROW = 8
_NONE = "–"
_LEGEND = (
    "att and def are ratings on each side; gain is the mean mission as the attacker (more is "
    "better), loss as the defender (less is better), both 0 to 1; ff counts forfeits."
)
_WHOLE = {Unit.WORLD: "worlds", Unit.MEETING: "meetings", Unit.MATCH: "matches"}


def table(standings: Standings, *, width: int = WIDTH, notes: bool = True) -> str:
    """The standings and what is to be known of them, in lines of at most so many characters.

    Args:
        standings: of any results, also none.
        width: at least 80 for nothing but names to be cut.
        notes: whether sentences follow.
    """
    lines = [_line(cells, width) for cells in (_HEAD, *(_cells(row) for row in standings.rows))]
    wrapped = [textwrap.fill(note, width) for note in notes_on(standings) if notes]
    return "\n".join([*(line.rstrip() for line in lines), "", *wrapped]).rstrip() + "\n"


_HEAD = ("#", "entrant", "rating", "95 %", "played", "won", "att", "gain", "def", "loss", "ff")
_SIZES = (3, 0, 6, 11, 6, 5, 5, 5, 5, 5, 3)
"""Of the columns; the second takes what is left."""


def _cells(row: Row) -> tuple[str, ...]:
    ours, theirs = (_side(row, side) for side in SIDES)
    return (
        _NONE if row.rank is None else str(row.rank),
        row.name,
        _number(row.rating),
        _interval(row.rating),
        str(row.matches),
        str(row.wins),
        *ours,
        *theirs,
        str(sum(row.forfeits.values())),
    )


def _line(cells: Sequence[str], width: int) -> str:
    room = max(_NARROW, width - sum(_SIZES) - (len(_SIZES) - 1))
    shown = [
        _cut(text, room).ljust(room) if size == 0 else text.rjust(size)
        for text, size in zip(cells, _SIZES, strict=True)
    ]
    return " ".join(shown)


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 1]}…"


def _side(row: Row, side: Side) -> tuple[str, str]:
    mission = row.tallies[side].mission
    return _number(row.ratings[side]), _NONE if mission is None else f"{mission:.3f}"


def _number(rating: Rating | None) -> str:
    return _NONE if rating is None else f"{rating.value:.0f}"


def _interval(rating: Rating | None) -> str:
    if rating is None or rating.low is None or rating.high is None:
        return _NONE
    return f"[{rating.low:.0f},{rating.high:.0f}]"


def notes_on(standings: Standings) -> Iterator[str]:
    """What is to be known of the standings beside the table, a sentence or some a note."""
    if not standings.matches:
        yield "No match has been played yet."
        return
    if standings.placing:
        places = enumerate(standings.placing, start=1)
        yield f"Placing: {', '.join(f'{place} {name}' for place, name in places)}."
    yield _LEGEND
    yield from _tied(standings)
    yield from _one_sided(standings)
    yield _played(standings)
    if standings.resampling is not None:
        yield _resampled(standings.resampling)
    yield from _groups(standings)
    yield mixed(standings)


def _tied(standings: Standings) -> Iterator[str]:
    """What parts those whose ratings are the same to the point."""
    ranked = [row.rating for row in standings.rows if row.rank is not None]
    shown = [_number(rating) for rating in ranked]
    if len(set(shown)) < len(shown):
        yield ("Equal ratings are ordered by matches won, then by how far matches ended from par.")


def _one_sided(standings: Standings) -> Iterator[str]:
    """Where the same side won every match, wins tell nobody apart."""
    wins = {
        Side.ATTACKER: sum(each.attacker_wins for each in standings.pairings),
        Side.DEFENDER: sum(each.defender_wins for each in standings.pairings),
    }
    for side in SIDES:
        if wins[side] and not wins[side.other]:
            yield (
                f"The {side.value} won every match, so ratings hardly differ; the order follows "
                "from how far matches ended from par."
            )


def _played(standings: Standings) -> str:
    count = standings.matches
    both = sum(
        pair.matches - pair.attacker_wins - pair.defender_wins for pair in standings.pairings
    )
    said = f"{count} {'match' if count == 1 else 'matches'}"
    mirrors = sum(
        cell is not None
        for attacker, row in zip(
            standings.missions.attackers, standings.missions.cells, strict=True
        )
        for defender, cell in zip(standings.missions.defenders, row, strict=True)
        if attacker == defender
    )
    if mirrors:
        said += f", and those of {mirrors} entrants against themselves, for the matrix alone"
    if both:
        said += f", {both} of them lost by both sides, which no rating counts"
    edge = standings.advantage["overall"]
    return f"{said}.{_edge(edge)}" if edge else f"{said}."


def _edge(edge: Rating) -> str:
    ends = "" if edge.low is None else f" {_interval(edge)}"
    return f" To attack rather than defend is worth {edge.value:.0f}{ends} rating points."


def _resampled(source: Resampling) -> str:
    units = source.unit.value if source.units == 1 else _WHOLE[source.unit]
    said = f"Intervals: 95 %, from {source.replicates} resamples of {source.units} {units}"
    few = "; of so few they are too narrow" if source.units < ENOUGH else ""
    return f"{said}{few}."


def _groups(standings: Standings) -> Iterator[str]:
    if len(standings.groups) > 1:
        told = "; ".join(", ".join(group) for group in standings.groups)
        yield f"No match connects these groups, whose ratings cannot be compared: {told}."
    elif len(standings.side_groups) > 1:
        yield (
            f"Matches leave attackers and defenders in {len(standings.side_groups)} groups "
            "between which ratings by side cannot be compared."
        )


def mixed(standings: Standings) -> str:
    """Which entrants form the equilibrium, or what is missing for one."""
    mix = standings.mix
    if mix is None:
        missing = standings.missions.missing
        cells = "1 pairing is" if missing == 1 else f"{missing} pairings are"
        return f"Equilibrium: {cells} not played yet."
    ends = "" if mix.low is None else f" [{mix.low:.3f}, {mix.high:.3f}]"
    sides = "; ".join(f"{side.value}s {_shares(mix, side)}" for side in SIDES)
    few = f" Of {mix.worlds} worlds its intervals are too narrow." if 0 < mix.worlds < FEW else ""
    return f"Equilibrium: mission {mix.value:.3f}{ends}; {sides}.{few}"


def _shares(mix: Mix, side: Side) -> str:
    played = [each for each in mix.shares[side] if each.weight > 0]
    return ", ".join(_share(each) for each in sorted(played, key=lambda s: (-s.weight, s.name)))


def _share(share: Share) -> str:
    ends = "" if share.low is None else f" [{share.low:.0%}, {share.high:.0%}]"
    return f"{share.name} {share.weight:.0%}{ends}"
