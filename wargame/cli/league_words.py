"""A league on the terminal: each iteration in words, then the course of all and the mixtures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from wargame.cli.output import number
from wargame.cli.strategic import bar, console
from wargame.stages import SIDES, Side

if TYPE_CHECKING:
    from wargame.game.terms import Scenario
    from wargame.league.league import Standing
    from wargame.league.league_folder import LeagueFolder
    from wargame.league.turn import Trial, Turn
    from wargame.theory.psro import Iteration

_BAR = 24
_COLOUR = {Side.ATTACKER: "red", Side.DEFENDER: "blue"}
_LOWER = (
    "Gains are over the value of the pools' game, on the payoff seeds, with 95 % intervals. "
    "Exploitability is what both trained responses together gain. It is a lower "
    "bound: the best responses gain at least as much, on other seeds it may come out otherwise, "
    "and 0 says that training found nothing better, not that there is nothing."
)


def show_turn(turn: Turn, par: float) -> None:
    """An iteration: the value, and what each side's response came to."""
    out = console()
    found = turn.iteration
    pools = f"{len(found.attackers)} x {len(found.defenders)} agents"
    value = f"value {number(found.value)} against par {number(par)}"
    out.print(Text(f"Iteration {found.number}: {pools}, {value}", "bold"))
    told = (found.attacker_response, found.defender_response)
    for side, name in zip(SIDES, told, strict=True):
        out.print(Text(f"- {_trial(side, name, turn.trials[side])}"))


def _trial(side: Side, name: str | None, trial: Trial) -> str:
    gain = f"{trial.gain:+.3f} [{trial.low:+.3f}, {trial.high:+.3f}]"
    if name is None:
        return f"{side.value}: no better one found; the trained one gains {gain}"
    sure = "" if trial.low > 0 else ", not certain"
    return f"{side.value}: {name} joins its pool, gains {gain}{sure}"


def show_end(last: Standing, rules: Scenario, folder: LeagueFolder, ended: bool) -> None:
    """The course of the league, the newest mixtures, and where everything lies."""
    out = console()
    out.print()
    turns = [turn.iteration for turn in folder.turns()]
    show_course(out, turns, rules.mission.par)
    for side in SIDES:
        _mixture(out, side, last)
    found = last.equilibrium
    out.print(
        f"Value of the game of these pools: {number(found.value)} against par "
        f"{number(rules.mission.par)}.\n{_LOWER}"
    )
    if ended and last.turn.iteration.final:
        out.print(
            "Neither side found a better response, so the next iteration would be the same; a new "
            "league with more --steps may find one."
        )
    place = folder.pool
    out.print()
    for what, where in (
        ("plot", str(folder.plot)),
        ("mixtures", str(place)),
        ("play them", f"wargame train {rules.name} --side defender --opponent pool:{place}"),
    ):
        out.print(Text(f"{what + ':':11s}{where}"), soft_wrap=True)


def show_course(out: Console, turns: Sequence[Iteration], par: float) -> None:
    """Exploitability, each side's part of it, and the value, by iteration."""
    out.print(Text("Exploitability by iteration (lower bound), value against par", style="bold"))
    most = max(0.001, *(turn.exploitability for turn in turns))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in ("", "gains of the responses", "", "value", "pools"):
        table.add_column(head, no_wrap=True)
    for turn in turns:
        blocks = Text()
        filled = 0
        for side, gain in zip(SIDES, (turn.attacker_gain, turn.defender_gain), strict=True):
            width = min(_BAR - filled, round(_BAR * gain / most) or int(gain > 0))
            filled += width
            blocks.append("█" * width, style=_COLOUR[side])
        blocks.append("·" * max(0, _BAR - filled), style="dim")
        side_of_par = "above par" if turn.value > par else "below par"
        table.add_row(
            str(turn.number),
            blocks,
            f"{turn.exploitability:.3f}",
            f"{number(turn.value)} {side_of_par}",
            f"{len(turn.attackers)} x {len(turn.defenders)}",
        )
    out.print(table)
    legend = Text("red: the attacker's response gains, blue: the defender's", style="dim")
    out.print(legend)
    out.print()


def _mixture(out: Console, side: Side, last: Standing) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(f"{side.value}s", min_width=14, overflow="fold")
    table.add_column("weight in the newest mixture", no_wrap=True)
    table.add_column("", no_wrap=True)
    for name, weight in last.weights[side]:
        style = "bold" if weight >= 0.0005 else "dim"
        table.add_row(
            Text(name, style=style), Text(bar(weight), style="cyan"), Text(number(weight))
        )
    out.print(table)
    out.print()
