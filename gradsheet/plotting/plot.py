"""A run as one picture, for notebooks, files and pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from gradsheet.engine import Trace, run
from gradsheet.errors import GradsheetError
from gradsheet.experiments import Experiment, experiment
from gradsheet.models import squared
from gradsheet.plotting.contest import draw_race
from gradsheet.plotting.page import Told, of_race, of_run, write_page
from gradsheet.plotting.panels import curves, errors, loss, weights
from gradsheet.plotting.paths import Paths
from gradsheet.plotting.style import FORMATS, Picture, house
from gradsheet.plotting.surface import surface
from gradsheet.workbook.race import Race
from gradsheet.workbook.style import MUTED

MOST_POINTS = 30_000
"""Rows that are drawn one by one; longer runs are drawn by epoch."""


def plot(
    what: Trace | Race | str | Experiment,
    out: str | Path | None = None,
    *,
    lane: int = 0,
    epochs: int | None = None,
    **settings: Any,
) -> Picture:
    """Draw a run: loss, weights, errors, and for two weights the loss surface with the path on it.

    Args:
        what: a run, a race, or an experiment to run.
        out: a file to write: .png, .svg, or .html (one file, with the table of epochs).
        lane: which of the run's lanes.
        epochs: how many, where `what` is an experiment; its usual number where not given.
        **settings: what `run` takes, where `what` is an experiment.

    Returns:
        A matplotlib figure; a notebook shows it.

    Raises:
        GradsheetError: an unknown experiment or setting, no such lane, or a file that cannot be written.

    Example:
        >>> from gradsheet import run
        >>> [axes.get_title(loc="left") for axes in plot(run("momentum", epochs=2)).axes][:2]
        ['Loss by epoch', 'The weights on their way']
    """
    if out is not None and Path(out).suffix.lower() not in (*FORMATS, ".html"):
        raise GradsheetError(f"{out}: choose a file that ends in .png, .svg or .html")
    if isinstance(what, Trace | Race) and settings:
        kind = "run" if isinstance(what, Trace) else "race"
        raise GradsheetError(f"this {kind} is done: {', '.join(settings)} cannot be set any more")
    if isinstance(what, Race):
        with house():
            return _kept(draw_race(what), out, what.title, partial(of_race, what))
    if isinstance(what, Trace):
        trace = what
    else:
        entry = experiment(what)
        epochs = entry.usual_epochs if epochs is None else epochs
        shown = [*entry.model.weights, entry.model.loss.column.name] if entry.trains else "all"
        many = epochs * len(entry.data) > MOST_POINTS or entry.model.wide  # images have no order worth drawing
        keep = "epochs" if many else shown
        trace = run(entry, epochs, **{"keep": keep, **settings})
    if not -len(trace.epoch) <= lane < len(trace.epoch):
        raise GradsheetError(f"no lane {lane}: this run of {trace.experiment.name} has {len(trace.epoch)}, from 0")
    with house():
        picture = _drawn(Paths(trace, lane))
    return _kept(picture, out, trace.experiment.title, partial(of_run, trace, lane))


def _kept(picture: Picture, out: str | Path | None, title: str, told: Callable[[], Told]) -> Picture:
    if out is not None and Path(out).suffix.lower() == ".html":
        picture.suptitle("")  # the page says it
        write_page(Path(out), picture, told())
    elif out is not None:
        picture.write(out, title)
    return picture


def _drawn(paths: Paths) -> Picture:
    trace = paths.trace
    panels = [loss, weights] if trace.experiment.trains else [curves]
    if trace.experiment.trains and trace.experiment.model.loss.column.name in trace.steps:
        panels.append(errors)
    if len(paths.weights) == 2 and trace.experiment.model.loss is squared:
        panels.append(surface)
    rows = (len(panels) + 1) // 2
    picture = Picture(11, 0.9 + 3.3 * rows)
    grid = picture.add_gridspec(rows, 2)
    for i, panel in enumerate(panels):
        alone = i == len(panels) - 1 and i % 2 == 0
        panel(picture.add_subplot(grid[i // 2, :] if alone else grid[i // 2, i % 2]), paths)
    told = ", ".join(f"{name} = {float(value[paths.lane]):g}" for name, value in trace.inputs.items())
    picture.suptitle(trace.experiment.title, x=0.01, ha="left", fontsize=15, fontweight="bold")
    picture.supxlabel(
        "\n".join([f"{trace.experiment.model.equation}    {told}", *trace.notes]),
        x=0.01, ha="left", fontsize=8.5, color=MUTED,
    )  # fmt: skip
    return picture
