"""A race as one chart: the loss by epoch, a line an optimiser."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from gradsheet.plotting.paths import lost
from gradsheet.plotting.style import COLOURS, LINES, Picture, log_where_wide
from gradsheet.workbook.race import Race
from gradsheet.workbook.style import MUTED

EXPLODED = 1e6
WIDE = 4  # racers that one line of the legend has room for


def draw_race(race: Race) -> Picture:
    """The chart, and below it with what they ran."""
    picture = Picture(9, 5)
    frame = race.to_frame()
    axes = picture.add_subplot()
    contest(axes, {name: frame[name].tolist() for name in frame.columns})
    footer = next(c for c in race.entry.epochs if c.name == race.loss)
    axes.set_ylabel(f"{footer.title or race.loss}{' (log)' if axes.get_yscale() == 'log' else ''}")
    picture.suptitle(race.title, x=0.01, ha="left", fontsize=15, fontweight="bold")
    rates = ((name, trace.inputs.get("lr")) for name, trace in race.traces.items())
    told = ", ".join(f"{name} {float(lr[0]):g}" for name, lr in rates if lr is not None)
    picture.supxlabel(
        f"{race.entry.model.equation}    learning rates: {told}", x=0.01, ha="left", fontsize=8.5, color=MUTED
    )
    return picture


def contest(axes: Axes, losses: Mapping[str, Sequence[float]]) -> None:
    """Losses by epoch, from epoch 0, by name.

    The scale is that of those who stay below a million, where there are any; the legend says who leaves it.
    """
    calm = [name for name, values in losses.items() if max(map(_size, values)) < EXPLODED] or list(losses)
    for i, (name, values) in enumerate(losses.items()):
        style = {"color": COLOURS[i % len(COLOURS)], "linestyle": LINES[i % len(LINES)]}
        marker = "o" if len(values) == 1 else ""
        axes.plot(range(len(values)), values, label=f"{name}{_fate(values)}", marker=marker, markersize=4, **style)
    shown = [value for name in calm for value in losses[name]]
    if not log_where_wide(axes, shown) and len(calm) < len(losses):
        axes.set_ylim(0, 1.1 * max(shown))
    axes.set_xlim(-0.02 * len(values), (len(values) - 1) + 0.02 * len(values))
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=min(len(losses), WIDE), fontsize=8.5,
        borderaxespad=0.2, columnspacing=1.2,
    )  # fmt: skip


def _size(value: float) -> float:
    return value if math.isfinite(value) else math.inf


def _fate(values: Sequence[float]) -> str:
    """What the legend adds to a name: where its numbers end, or how large they get."""
    gone = lost(range(len(values)), values)
    if gone is not None:
        return f" (#NUM! from epoch {gone:g} on)"
    return f" (explodes, to {max(values):.1e})" if max(values) >= EXPLODED else ""
