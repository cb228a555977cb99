"""The panels that any run has: loss by epoch, weights on their way, error² of each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from gradsheet.plotting.paths import Paths, lost
from gradsheet.plotting.style import COLOURS, DASHES, LINES, explodes, log_where_wide, mark_lost
from gradsheet.workbook.style import ROLES

CURVES = ("#5B6472", "#1F63B5", "#C2452D")
MOST_NAMED = 6  # lines that a legend can still tell apart


def loss(axes: Axes, paths: Paths) -> None:
    """Both readings of the loss, epoch by epoch."""
    footers = paths.trace.experiment.model.loss.footers
    looks = ((ROLES["error"].colour, "-", "o"), ("#A98BD0", DASHES["dash"], "s"))
    axes.set_title("Loss by epoch")
    for footer, (colour, dash, marker) in zip(footers, looks, strict=False):
        at, values = paths.by_epoch(footer.name)
        mark = marker if len(at) <= 40 else ""
        label = footer.title or footer.name
        axes.plot(at, values, color=colour, linestyle=dash, marker=mark, markersize=4, label=label)
    found = [paths.by_epoch(footer.name) for footer in footers]
    _finish(axes, found, "loss", legend=axes.get_lines())
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    _say_lost(axes, paths, found, whole=True)


def weights(axes: Axes, paths: Paths) -> None:
    """Every weight's way; two weights have an axis each, since a slope and an intercept differ in size.

    Where they explode, the sign says nothing any more: their sizes stand on one log axis.
    """
    names, called = paths.weights, paths.trace.experiment.model.called
    found = {name: paths.finest(name) for name in names}
    axes.set_title("The weights on their way" if len(names) > 1 else "The weight on its way")
    wild = any(explodes(values) for _, values in found.values())
    if wild:
        found = {name: (at, [abs(v) for v in values]) for name, (at, values) in found.items()}
    second = axes.twinx() if len(names) == 2 and not wild else None
    few = len(names) <= MOST_NAMED
    drawn: list[Any] = []
    for i, name in enumerate(names):
        on = second if second is not None and i else axes
        style = {"color": COLOURS[i], "linestyle": LINES[i % len(LINES)]} if few else {"color": COLOURS[0]}
        label = f"|{called.get(name, name)}|" if wild else called.get(name, name)
        drawn += on.plot(*found[name], linewidth=1.6 if few else 0.5, label=label, **style)
    if second is not None:
        second.grid(visible=False)
        second.spines["right"].set_visible(True)
        second.set_ylabel(names[1], color=COLOURS[1])
    label = "size of a weight" if wild else called.get(names[0], names[0]) if len(names) <= 2 else "weight"
    shown = [found[names[0]]] if second is not None else list(found.values())
    _finish(axes, shown, label, legend=drawn if few else [], log=wild)
    _say_lost(axes, paths, list(found.values()))


def errors(axes: Axes, paths: Paths) -> None:
    """The squared error that each row found, in the order in which they came."""
    column = paths.trace.experiment.model.loss.column
    found = paths.finest(column.name)
    axes.set_title(f"{column.title[0].upper()}{column.title[1:]} of each row")
    axes.plot(*found, color=ROLES["error"].colour, linewidth=1.1)
    _finish(axes, [found], column.title)
    _say_lost(axes, paths, [found])


def curves(axes: Axes, paths: Paths) -> None:
    """Where nothing is learnt: columns over x."""
    experiment = paths.trace.experiment
    titles = {c.name: c.title or c.name for c in experiment.steps}
    across = paths.finest("x")[1]
    drawn: list[Any] = []
    for i, (name, _) in enumerate(experiment.curves):
        values = paths.finest(name)[1]
        drawn += axes.plot(across, values, color=CURVES[i], linestyle=LINES[i], label=titles[name])
    axes.set_xlabel(experiment.axes[0])
    axes.legend(handles=drawn, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=len(drawn), fontsize=8.5)


Line = tuple[Sequence[float], Sequence[float]]


def _finish(axes: Axes, lines: Sequence[Line], label: str, legend: Sequence[Any] = (), log: bool = True) -> None:
    """Scale, labels, and a legend above, where it hides nothing."""
    logged = log and log_where_wide(axes, [value for _, values in lines for value in values])
    axes.set_ylabel(f"{label} (log)" if logged else label)
    axes.set_xlabel("epoch")
    end = max(max(at) for at, _ in lines) or 1.0
    axes.set_xlim(-0.02 * end, 1.02 * end)
    if len(legend) > 1:
        axes.legend(
            handles=list(legend), loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=len(legend), fontsize=8.5,
            borderaxespad=0.2, columnspacing=1.2,
        )  # fmt: skip


def _say_lost(axes: Axes, paths: Paths, lines: Sequence[Line], whole: bool = False) -> None:
    """Words where the numbers end."""
    starts = [start for start in (lost(at, values) for at, values in lines) if start is not None]
    if starts:
        start = min(starts)
        place = f"epoch {start:g}" if whole else paths.place(start)
        mark_lost(axes, start, max(max(at) for at, _ in lines), f"#NUM! from {place} on")
