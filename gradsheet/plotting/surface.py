"""The loss over two weights as a map, with the run's path on it."""

from __future__ import annotations

import math
from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from torch import Tensor

from gradsheet.plotting.paths import Paths
from gradsheet.table import Column
from gradsheet.workbook.style import ROLES

GRID = 90  # points a side
FAR = 100.0  # the map ends before a row whose error² is so many times the first row's


def surface(axes: Axes, paths: Paths) -> None:
    """Contours of the rmse over all examples, and every row's weights on them."""
    across, up = paths.weights
    route = list(zip(paths.finest(across)[1], paths.finest(up)[1], strict=True))
    shown = _on_the_map(paths, route)
    limits = [_around([point[i] for point in shown]) for i in (0, 1)]
    leaves = len(shown) < len(route)
    drawn = [*shown, _towards(shown[-1], route[len(shown)], limits)] if leaves else shown
    grid_x, grid_y = (torch.linspace(*limit, GRID, dtype=torch.float64) for limit in limits)
    heights = loss_over(paths, grid_x, grid_y)
    _contours(axes, grid_x, grid_y, heights)
    way: list[Any] = [withStroke(linewidth=3.2, foreground="white")]
    axes.plot(*zip(*drawn, strict=True), color=ROLES["weights"].colour, linewidth=1.4, path_effects=way)
    end = "leaves the map" if leaves else "end"
    marks = [(shown[0], "o", "start"), (shown[-1], "X", end)]
    if len(shown) == 1:
        marks = [(shown[0], "o", f"start, {end}")]
    halo: list[Any] = [withStroke(linewidth=2.5, foreground="white")]
    for (x, y), marker, word in marks:
        axes.plot([x], [y], marker=marker, color=ROLES["weights"].colour, markersize=8, markeredgecolor="white")
        left = x > sum(limits[0]) / 2
        axes.annotate(
            word, (x, y), (-7 if left else 7, 6), ha="right" if left else "left", textcoords="offset points",
            fontsize=8.5, fontweight="bold", path_effects=halo,
        )  # fmt: skip
    axes.set_xlim(*limits[0])
    axes.set_ylim(*limits[1])
    axes.grid(visible=False)
    footer, called = _footer(paths), paths.trace.experiment.model.called
    axes.set_title(f"The path on the loss surface ({footer.title or footer.name})")
    axes.set_xlabel(called.get(across, across))
    axes.set_ylabel(called.get(up, up))


def _footer(paths: Paths) -> Column:
    """The loss that does not grow with the number of rows."""
    return paths.trace.experiment.model.loss.footers[-1]


def loss_over(paths: Paths, across: Tensor, up: Tensor) -> Tensor:
    """The run's loss (the rmse, for squared errors) over all examples at every pair of weights.

    Returns:
        (len(up), len(across)).

    Example:
        >>> from gradsheet import run
        >>> at = torch.tensor([1.0, 2.0], dtype=torch.float64), torch.tensor([30.0], dtype=torch.float64)
        >>> loss_over(Paths(run("basic", epochs=0)), *at)[0, 1].item()  # a = 2, b = 30 made the data
        0.0
    """
    setup = paths.trace.setup
    lane = paths.lane if setup.x.shape[1] > 1 else 0
    lanes = [across.repeat(len(up)), up.repeat_interleave(len(across))]
    weights = torch.stack(lanes[::-1])  # the model's order is ours, reversed
    total, model = torch.zeros_like(lanes[0]), setup.experiment.model
    for x, y in zip(setup.x[:, lane].tolist(), setup.y[:, lane].tolist(), strict=True):
        pred = model.predict(weights, torch.full_like(total, x))["pred"]
        total = total + model.loss.compute(pred, torch.full_like(total, y))
    return model.loss.summed[_footer(paths).name](total, len(setup.x)).reshape(len(up), len(across))


def _contours(axes: Axes, grid_x: Tensor, grid_y: Tensor, heights: Tensor) -> None:
    low, high = float(heights[heights > 0].min()), float(heights.max())
    levels = torch.logspace(math.log10(low), math.log10(high * 1.0001), 12, dtype=torch.float64).tolist()
    values = heights.clamp(min=low).numpy()
    axes.contourf(grid_x.numpy(), grid_y.numpy(), values, levels=levels, cmap="Purples", alpha=0.75)
    lines = axes.contour(
        grid_x.numpy(), grid_y.numpy(), values, levels=levels[1:-1:2], colors=ROLES["error"].colour, linewidths=0.6
    )
    axes.clabel(lines, fmt=lambda height: f"{height:,.0f}" if height >= 100 else f"{height:.3g}", fontsize=7)


def _on_the_map(paths: Paths, route: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The path up to where it explodes: a map on which it fits would show nothing else."""
    found = paths.by_row(paths.trace.experiment.model.loss.column.name)
    far = len(route)
    if found is not None:
        most = FAR * found[1][0]
        far = next((i for i, error in enumerate(found[1]) if not error <= most), far)
    end = next((i for i, point in enumerate(route) if not all(map(math.isfinite, point))), len(route))
    return route[: max(1, min(far, end))]


def _towards(point: tuple[float, float], then: tuple[float, float], limits: list[tuple[float, float]]) -> Any:
    """A place off the map on the way to a point that may be very far, or nowhere."""
    if not all(map(math.isfinite, then)):
        return point
    sizes = [high - low for low, high in limits]
    steps = [(b / size - a / size) for a, b, size in zip(point, then, sizes, strict=True)]
    far = max(1.0, *map(abs, steps)) / 2
    return tuple(a + step / far * size for a, step, size in zip(point, steps, sizes, strict=True))


def _around(values: list[float]) -> tuple[float, float]:
    """A range with a margin; a point gets one of its own size."""
    low, high = min(values), max(values)
    margin = (high - low) * 0.15 or max(abs(low), 1.0) * 0.5
    return low - margin, high + margin
