"""An evaluation on the terminal: the matrix, who stands where, and what the differences show."""

from __future__ import annotations

import textwrap

from rich.console import Console
from rich.table import Table
from rich.text import Text

from wargame.cli.output import interval, number
from wargame.cli.strategic import console, heat
from wargame.lab.evaluation import Cell, Contestant, Evaluation
from wargame.lab.paired import LEVEL, Comparison
from wargame.lab.statistics import Series
from wargame.stages import SIDES, Side

_COLUMN = 15
_NAME = 24
_HOW = (
    "All pairs of a seed share its world, so an agent's missions are averaged within each seed "
    "first; intervals are Student's over the seeds, differences are paired seed by seed."
)


def show(found: Evaluation, title: str, baseline: str | None) -> None:
    """Prints everything.

    Args:
        found: the evaluation.
        title: of what was played.
        baseline: label of the agent that others of its side are compared with.
    """
    out = console()
    seeds = found.seeds
    out.print(
        f"{title}: {len(found.played)} matches, seeds {seeds[0]} to {seeds[-1]}\n"
        f"Mean mission value, with the half width of its 95 % interval, and how often the "
        f"attacker won. The attacker (rows) wants it high, the defender (columns) low; par is "
        f"{number(found.par)}.\n"
    )
    show_matrix(out, found)
    for side in SIDES:
        if len(found.attackers) + len(found.defenders) > 2:
            show_side(out, found, side, baseline)
    if len(found.attackers) + len(found.defenders) > 2:
        out.print(_HOW)


def show_matrix(out: Console, found: Evaluation) -> None:
    """Attackers by defenders, as many defenders beside each other as there is room for."""
    cells = found.cells()
    name = min(_NAME, max(len(each.label) for each in found.attackers)) + 2
    fit = max(1, (out.width - name) // _COLUMN)
    for first in range(0, len(found.defenders), fit):
        some = slice(first, first + fit)
        table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column("", width=name - 1, overflow="fold")
        for each in found.defenders[some]:
            head = Text(textwrap.fill(each.label, _COLUMN - 1))  # breaks at hyphens
            table.add_column(head, width=_COLUMN - 1, overflow="fold", justify="center")
        for attacker, row in zip(found.attackers, cells, strict=True):
            shown = [_cell(cell, found.par) for cell in row[some]]
            table.add_row(Text(attacker.label, style="bold"), *shown)
        out.print(table)
        out.print()


def _cell(cell: Cell, par: float) -> Text:
    low, mean, high = cell.mission.low, cell.mission.mean, cell.mission.high
    half = "" if low is None or high is None else f" ±{number((high - low) / 2)}"
    told = f" {number(mean)}{half} \nwins {cell.wins:.0%}"
    return Text(told, style=heat(mean, par), justify="center")


def show_side(out: Console, found: Evaluation, side: Side, baseline: str | None) -> None:
    """Each agent of a side against the other's mixture, and what the differences show."""
    compared = {each.agent: each for each in found.comparisons(side, baseline)}
    better = "higher" if side is Side.ATTACKER else "lower"
    over = _over(found, side)
    heading = f"{side.value.capitalize()}s over {over}, {len(found.seeds)} seeds"
    out.print(Text(f"{heading} ({better} is better)", style="bold"))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(side.value, overflow="fold", max_width=_NAME)
    table.add_column("mission", no_wrap=True)
    if compared:
        table.add_column("minus baseline", no_wrap=True)
        table.add_column("p", no_wrap=True)
    for agent, mean in zip(found.of(side), found.standings(side), strict=True):
        row = [Text(agent.label), Text(_ranged(mean))]
        if compared:
            row += [Text(cell) for cell in _difference(compared.get(agent.label))]
        table.add_row(*row)
    out.print(table)
    for each in compared.values():
        out.print(Text(f"- {sentence(each, side, over, len(compared))}"))
    out.print()


def _ranged(mean: Series) -> str:
    low, high = mean.low or 0.0, 1.0 if mean.high is None else mean.high
    return interval(mean.mean, max(0.0, low), min(1.0, high))


def _difference(found: Comparison | None) -> list[str]:
    if found is None:
        return ["baseline", ""]
    low, mean, high = found.difference.low, found.difference.mean, found.difference.high
    return [f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]", _p(found.p)]


def _p(p: float) -> str:
    return "<0.0001" if p < 0.0001 else f"{p:.2g}" if p < 0.01 else f"{p:.3f}"


def _over(found: Evaluation, side: Side) -> str:
    others: tuple[Contestant, ...] = found.of(side.other)
    if len(others) == 1:
        return others[0].label
    even = len({each.weight for each in others}) == 1
    return f"the {'' if even else 'weighted '}mixture of {len(others)} {side.other.value}s"


def sentence(found: Comparison, side: Side, over: str, family: int) -> str:
    """A comparison in words, told of the one that does better.

    Args:
        found: the comparison.
        side: whose it is.
        over: whom they were measured against.
        family: how many comparisons were made with it.
    """
    mean, low, high = found.difference.mean, found.difference.low, found.difference.high
    seeds = len(found.difference.values)
    if low is None or high is None or not any(found.difference.values):
        return (
            f"{found.agent} and {found.baseline} measured the same over {over} on all {seeds} "
            "seeds: no difference shown."
        )
    ahead, behind = found.agent, found.baseline
    wanted = 1 if side is Side.ATTACKER else -1
    if mean * wanted < 0:
        ahead, behind = behind, ahead
    if mean < 0:
        low, high = -high, -low
    verb, much = ("gains", "more") if side is Side.ATTACKER else ("loses", "less")
    return (
        f"{ahead} {verb} {abs(mean):.3f} {much} than {behind} [{low:.3f}, {high:.3f}] over "
        f"{over} on {seeds} seeds: {_verdict(found, family)}."
    )


def _verdict(found: Comparison, family: int) -> str:
    if not found.excludes_zero:
        return "not shown, the interval includes zero"
    told = "the interval excludes zero"
    if family == 1:
        return f"better, {told}"
    told_all = f"Holm's correction for {family} comparisons"
    if found.p_holm < LEVEL:
        return f"better, {told}, also after {told_all} (p {_equals(found.p_holm)})"
    return f"not shown, {told} but {told_all} leaves p {_equals(found.p_holm)}"


def _equals(p: float) -> str:
    return _p(p) if p < 0.0001 else f"= {_p(p)}"
