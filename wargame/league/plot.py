"""A league as a picture: exploitability, value and weights by iteration. SVG, no screen needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wargame.errors import WargameError
from wargame.game.terms import Scenario
from wargame.home import replacing
from wargame.stages import SIDES, Side
from wargame.theory.psro import Iteration

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Weights = Mapping[Side, Sequence[tuple[str, float]]]
_RED, _BLUE, _GREY = "#b5403a", "#2f6690", "#666666"
_PLAYED = 0.0005
_WIDE, _GAP = 5.2, 0.42
"""Of a panel, and between two, in inches."""


def draw(turns: Sequence[Iteration], newest: Weights, rules: Scenario, path: Path) -> None:
    """Writes the picture; the same turns give the same bytes.

    Args:
        turns: all so far, one or more.
        newest: the mixtures of the pools with the last responses in them.
        rules: the scenario.
        path: the SVG file.

    Raises:
        WargameError: the disk refuses.
    """
    import matplotlib as mpl

    columns = [_weights(turn) for turn in turns] + [newest]
    rows = [_names(columns, side) for side in SIDES]
    with mpl.rc_context({"svg.hashsalt": "wargame", "svg.fonttype": "none", "font.size": 9}):
        figure, axes = _room([1.7, 1.3, *(0.2 + 0.22 * len(names) for names in rows)], rows)
        figure.suptitle(f"Self-play in {rules.title}", y=1 - 0.25 / figure.get_figheight())
        _exploitability(axes[0], turns)
        _value(axes[1], turns, rules.mission.par)
        for axis, side, names in zip(axes[2:], SIDES, rows, strict=True):
            _mixture(axis, side, names, columns)
        axes[-1].set_xlabel("iteration")
        _write(figure, path)


def _room(tall: Sequence[float], rows: Sequence[Sequence[str]]) -> tuple[Figure, list[Axes]]:
    """A figure with panels of these heights in inches, and room for the names at their left."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    longest = max(len(name) for names in rows for name in names)
    left = max(1.0, 0.55 + 0.075 * longest)
    wide, high = left + _WIDE + 0.2, sum(tall) + _GAP * len(tall) + 0.6
    figure = Figure(figsize=(wide, high))
    FigureCanvasSVG(figure)
    # By hand: matplotlib's layout engines differ in the last bits from run to run.
    axes, top = [], high - 0.5
    for height in tall:
        box = (left / wide, (top - height) / high, _WIDE / wide, height / high)
        axes.append(figure.add_axes(box))
        top -= height + _GAP
    return figure, axes


def _write(figure: Figure, path: Path) -> None:
    try:
        with replacing(path) as scratch:
            figure.savefig(scratch, format="svg", metadata={"Date": None})
    except OSError as error:
        raise WargameError(f"the plot {path} cannot be written: {error}") from error


def _weights(turn: Iteration) -> Weights:
    return {
        Side.ATTACKER: tuple(zip(turn.attackers, turn.attacker_weights, strict=True)),
        Side.DEFENDER: tuple(zip(turn.defenders, turn.defender_weights, strict=True)),
    }


def _names(columns: Sequence[Weights], side: Side) -> list[str]:
    return list(dict.fromkeys(name for column in columns for name, _ in column[side]))


def _exploitability(axis: Axes, turns: Sequence[Iteration]) -> None:
    numbers = [turn.number for turn in turns]
    attacker = [turn.attacker_gain for turn in turns]
    defender = [turn.defender_gain for turn in turns]
    axis.bar(numbers, attacker, 0.5, color=_RED, label="attacker's response gains")
    axis.bar(numbers, defender, 0.5, attacker, color=_BLUE, label="defender's response gains")
    _label(axis, "exploitability\n(lower bound)")
    axis.set_ylim(0, max(0.01, 1.3 * max(turn.exploitability for turn in turns)))
    for turn in turns:
        told = f"{turn.exploitability:.3f}" if turn.exploitability else "none found"
        axis.annotate(
            told,
            (turn.number, turn.exploitability),
            ha="center",
            va="bottom",
            xytext=(0, 2),
            textcoords="offset points",
        )
    axis.legend(frameon=False, loc="upper right", ncols=2, fontsize=8)
    _plain(axis, len(turns))


def _value(axis: Axes, turns: Sequence[Iteration], par: float) -> None:
    axis.axhline(par, color=_GREY, linewidth=1, linestyle="--", label="par")
    axis.plot([t.number for t in turns], [t.value for t in turns], "o-", color="black")
    _label(axis, "value of\nthe pools' game")
    low = min(par, *(t.value for t in turns))
    high = max(par, *(t.value for t in turns))
    room = max(0.02, 0.25 * (high - low))
    axis.set_ylim(max(0.0, low - room), min(1.0, high + room))
    axis.legend(frameon=False, loc="best", fontsize=8)
    _plain(axis, len(turns))


def _mixture(axis: Axes, side: Side, names: Sequence[str], columns: Sequence[Weights]) -> None:
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.set_yticks(range(len(names)), names)
    _label(axis, f"{side.value}s'\nweights")
    colour = _RED if side is Side.ATTACKER else _BLUE
    for place, column in enumerate(columns, start=1):
        for name, weight in column[side]:
            row = names.index(name)
            axis.barh(row, 0.8, 0.8, place - 0.4, color=colour, alpha=0.06 + 0.74 * weight)
            if weight >= _PLAYED:
                axis.text(place, row, f"{weight:.0%}", ha="center", va="center", fontsize=8)
    _plain(axis, len(columns) - 1)
    axis.set_xticks(range(1, len(columns) + 1), [*map(str, range(1, len(columns))), "end"])


def _label(axis: Axes, text: str) -> None:
    from matplotlib.transforms import blended_transform_factory

    # All at the figure's left edge, whatever the ticks' width.
    figure = axis.get_figure(root=True)
    assert figure is not None  # noqa: S101
    place = blended_transform_factory(figure.transFigure, axis.transAxes)
    axis.text(
        0.02,
        0.5,
        text,
        transform=place,
        rotation=90,
        ha="left",
        va="center",
        multialignment="center",
    )


def _plain(axis: Axes, many: int) -> None:
    axis.set_xlim(0.4, many + 1.6)  # the mixtures have one column more
    axis.set_xticks(range(1, many + 1))
    for edge in ("top", "right"):
        axis.spines[edge].set_visible(False)
