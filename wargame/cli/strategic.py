"""Payoff tables and their solutions on the terminal, in words that a student understands."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from wargame.cli.output import interval, number
from wargame.stages import Side

if TYPE_CHECKING:
    from wargame.kernels.intervals import Estimate
    from wargame.theory.alpha_rank import AlphaRank
    from wargame.theory.answer import Answer
    from wargame.theory.bootstrap import Spread
    from wargame.theory.equilibrium import Vector
    from wargame.theory.general_sum import GeneralSum
    from wargame.theory.payoff import Payoffs

_BAR = 16
_COLUMN = 14
_FEW_EQUILIBRIA = 8
_HOW = (
    "Each side draws its agent by lot with these weights before a match; then no choice of the "
    "other side gets past the value. Exploitability is what the other side's best reply in the "
    "pool gains over the value against an agent that is always played."
)
_EVOLUTION = (
    "Alpha-rank is the share of time that an agent is held on to where sides keep what does better "
    "against the other's present agent."
)


def console() -> Console:
    """The standard output, as wide as tables read well."""
    return Console(width=max(60, min(120, shutil.get_terminal_size().columns)), highlight=False)


def show_table(out: Console, payoffs: Payoffs) -> None:
    """The matrix as a heat map: attackers' rows, red where they are above par."""
    from wargame.theory.answer import cells

    pairs = len(payoffs.attackers) * len(payoffs.defenders)
    many = len(payoffs.seeds)
    span = f"seed {payoffs.seeds[0]}" if many == 1 else f"seeds {payoffs.seeds[0]} to "
    span += "" if many == 1 else f"{payoffs.seeds[-1]}"
    out.print(
        f"{payoffs.rules.title} at {payoffs.header.fidelity}: {pairs * many} matches, {span}\n"
        f"Mean mission value, with the half width of its 95 % interval. The attacker (rows) wants "
        f"it high, the defender (columns) low; par is {number(payoffs.par)}.\n"
    )
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    table.add_column("", overflow="fold", min_width=8)
    for name in payoffs.defenders:
        table.add_column(textwrap.fill(name, _COLUMN), justify="center", overflow="fold")
    for name, row in zip(payoffs.attackers, cells(payoffs), strict=True):
        table.add_row(Text(name, style="bold"), *(_cell(each, payoffs.par) for each in row))
    out.print(table)
    out.print()


def _cell(found: Estimate, par: float) -> Text:
    half = "" if found.n < 2 else f"\n ±{number((found.high - found.low) / 2)} "
    return Text(f"  {number(found.value)} {half}", style=heat(found.value, par), justify="center")


def heat(mission: float, par: float) -> str:
    """A style: the redder the farther above par, the bluer the farther below."""
    above = mission > par
    share = (mission - par) / max(1e-9, 1 - par) if above else (par - mission) / max(1e-9, par)
    part = round(60 + 120 * min(1.0, share))
    return f"white on rgb({part},40,40)" if above else f"white on rgb(40,60,{part})"


def show_answer(out: Console, found: Answer, ranks: AlphaRank | None = None) -> None:
    """The value against par, and for each side who should be played and who can be exploited."""
    out.print(Text(verdict(found), style="bold"))
    out.print()
    intervals, short = found.intervals, found.exploitability
    sides = (
        (
            "attacker",
            found.payoffs.attackers,
            found.equilibrium.attacker,
            intervals.attackers if intervals else None,
            short.attackers,
            intervals.attackers_exploitability if intervals else None,
            ranks.attackers if ranks else None,
        ),
        (
            "defender",
            found.payoffs.defenders,
            found.equilibrium.defender,
            intervals.defenders if intervals else None,
            short.defenders,
            intervals.defenders_exploitability if intervals else None,
            ranks.defenders if ranks else None,
        ),
    )
    for side in sides:
        out.print(_agents(*side))
        out.print()
    out.print(_HOW if ranks is None else f"{_HOW} {_EVOLUTION}")
    for note in notes(found):
        out.print(note)


def verdict(found: Answer) -> str:
    """The value in a sentence."""
    value, par = found.equilibrium.value, found.payoffs.par
    told = number(value)
    if found.intervals is not None:
        spread = found.intervals.value
        told = interval(value, float(spread.low[0]), float(spread.high[0]))
    head = f"Value of the game: {told} against par {number(par)}."
    who = "the attacker wins" if found.side is Side.ATTACKER else "the defender holds"
    sure = "" if found.certain else f" {_doubt(found)}"
    return f"{head} Where both sides choose as well as this pool allows, {who}.{sure}"


def _doubt(found: Answer) -> str:
    from wargame.theory.bootstrap import FEW

    if found.intervals is None:
        return "One seed alone tells nothing of the noise."
    if found.intervals.seeds < FEW:
        return f"With fewer than {FEW} seeds that is not certain, and the intervals are too narrow."
    return "The interval reaches par, so more seeds could turn this around."


def notes(found: Answer) -> list[str]:
    """What has to be said of the intervals."""
    intervals = found.intervals
    if intervals is None:
        return []
    return [
        f"Intervals: {intervals.resamples} bootstrap resamples of {intervals.seeds} seeds; "
        f"{intervals.same_support:.0%} of them play the same agents."
    ]


def _agents(
    side: str,
    names: Sequence[str],
    weights: Vector,
    spread: Spread | None,
    gains: Vector,
    reach: Spread | None,
    masses: Vector | None,
) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in (side, "weight", "", "exploitability"):
        table.add_column(head, no_wrap=True)
    if masses is not None:
        table.add_column("alpha-rank", no_wrap=True, justify="right")
    for place, name in enumerate(names):
        row = [
            Text(name, style="bold" if weights[place] > 0 else "dim"),
            Text(bar(float(weights[place])), style="cyan"),
            _ranged(float(weights[place]), spread, place),
            _ranged(float(gains[place]), reach, place),
        ]
        if masses is not None:
            row.append(Text(number(float(masses[place]))))
        table.add_row(*row)
    return table


def _ranged(value: float, spread: Spread | None, place: int) -> Text:
    if spread is None:
        return Text(number(value))
    return Text(interval(value, float(spread.low[place]), float(spread.high[place])))


def bar(share: float) -> str:
    """A share of 1 as a bar; what is not 0.000 shows."""
    eighths = max(1 if share >= 0.0005 else 0, round(8 * _BAR * share))
    return ("█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8]).rstrip().ljust(_BAR, "·")


def show_ranks(out: Console, payoffs: Payoffs, ranks: AlphaRank) -> None:
    """The profiles that evolution holds on to."""
    out.print(Text("Alpha-rank: pairs by the share of time they are held", style="bold"))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in ("attacker", "defender", "", "mass", "mission"):
        table.add_column(head, no_wrap=True)
    for a, d in ranks.order()[:_FEW_EQUILIBRIA]:
        mass = float(ranks.profiles[a, d])
        table.add_row(
            payoffs.attackers[a],
            payoffs.defenders[d],
            Text(bar(mass), style="cyan"),
            number(mass),
            number(float(payoffs.mean[a, d])),
        )
    out.print(table)


def show_general(out: Console, payoffs: Payoffs, found: GeneralSum, price: float) -> None:
    """The equilibria where each side also pays for its cards."""
    out.print(Text("General-sum: each side also pays for its cards", style="bold"))
    out.print(
        f"All the points of a side together are taken to be worth {price:g} of mission value "
        f"(--price); this is a preference, not a measurement. By {found.method}:"
    )
    for place, each in enumerate(found.equilibria[:_FEW_EQUILIBRIA], start=1):
        out.print(
            f"{place:2d}. attacker {number(each.attacker_payoff)}: "
            f"{_mixture(payoffs.attackers, each.attacker)}; "
            f"defender {number(each.defender_payoff)}: "
            f"{_mixture(payoffs.defenders, each.defender)}"
        )
    if len(found.equilibria) > _FEW_EQUILIBRIA:
        out.print(f"and {len(found.equilibria) - _FEW_EQUILIBRIA} more (--json has all)")
    for note in found.notes:
        out.print(f"note: {note}")


def _mixture(names: Sequence[str], weights: Vector) -> str:
    played = [(name, float(w)) for name, w in zip(names, weights, strict=True) if w > 1e-6]
    if len(played) == 1:
        return played[0][0]
    return " + ".join(f"{weight:.0%} {name}" for name, weight in played)
