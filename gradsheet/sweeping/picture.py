"""A sweep as a picture: curves over one axis, a map over two."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gradsheet.errors import GradsheetError
from gradsheet.sweeping.axes import Axis
from gradsheet.sweeping.fate import FATES
from gradsheet.table import Role
from gradsheet.workbook.exact import whole_or_not_at_all
from gradsheet.workbook.style import INK, MUTED, ROLES, RULE

EXPLODED, ABOVE = "#F2B8A8", "#D9735B"
COLOURS = {"trains": "#1F63B5", "bounces": "#E0A100", "dies": "#8A8F98", "explodes": "#C2452D"}
MOST_POINTS = 2_000_000
DASHES = {"solid": "-", "dash": "--", "long_dash": "--", "square_dot": ":", "long_dash_dot": "-"}
LINES: tuple[Role, ...] = ("error", "state", "weights", "gradient", "schedule", "input")


def picture(
    frame: Any, axes: Sequence[Axis], outputs: Sequence[str], out: str | os.PathLike[str], threshold: float = 1e6
) -> Path:
    """Draw a sweep's frame.

    Args:
        frame: as `sweep` returns it.
        axes: one or two that make a grid.
        outputs: columns of the frame; a map shows the first.
        out: a .png, .svg or .pdf file.
        threshold: where numbers pass it, the scale ends near those that do not.

    Raises:
        GradsheetError: too many axes or points, or a file that cannot be a picture.
    """
    path = Path(out)
    if path.suffix.lower() not in (".png", ".svg", ".pdf"):
        raise GradsheetError(f"{path}: a picture is a .png, .svg or .pdf")
    if len(axes) > 2 or any(one.drawn for one in axes):
        raise GradsheetError("a picture needs one axis, or two that make a grid; the table has the rest")
    if len(frame) > MOST_POINTS:
        raise GradsheetError(f"{len(frame):,} runs are too many for a picture: {MOST_POINTS:,} are the most")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), dpi=120, layout="constrained")
    plot = figure.add_subplot()
    _style(plot)
    draw = _curves if len(axes) == 1 else _map
    draw(plot, frame, axes, [name for name in outputs if name in frame.columns], threshold)
    with whole_or_not_at_all(path) as draft:
        figure.savefig(draft, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)
    return path


def _style(plot: Any) -> None:
    for side in ("top", "right"):
        plot.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        plot.spines[side].set_color(MUTED)
    plot.tick_params(colors=INK)
    plot.grid(color=RULE, linewidth=0.6)
    plot.set_axisbelow(True)


def _log(values: Any) -> bool:
    """Whether what is finite spans more than two decades above 0."""
    import numpy as np

    finite = values[np.isfinite(values)]
    return bool(len(finite) and finite.min() > 0 and finite.max() > 100 * finite.min())


def _top(values: Any, threshold: float) -> float | None:
    """Where the scale ends if runs explode, so that those that do not can be told apart: ten times their median."""
    import numpy as np

    finite = values[np.isfinite(values)]
    calm = finite[np.abs(finite) < threshold]
    if not len(calm) or finite.max() < threshold:
        return None
    return min(threshold, 10 * float(np.median(np.abs(calm)))) or threshold


def _curves(plot: Any, frame: Any, axes: Sequence[Axis], outputs: Sequence[str], threshold: float) -> None:
    import numpy as np

    (axis,) = axes
    x = frame[axis.name].to_numpy()
    numbers = [name for name in outputs if name != "fate"]
    ys = {name: frame[name].to_numpy(dtype="float64", na_value=np.nan) for name in numbers}
    for (name, y), role in zip(ys.items(), LINES * (1 + len(ys) // len(LINES)), strict=False):
        style = DASHES[ROLES[role].dash]
        plot.plot(x, np.where(np.isfinite(y), y, np.nan), style, color=ROLES[role].colour, linewidth=1.4, label=name)
    counts = ("_row", "_epoch")
    tops = {name: _top(y, threshold) for name, y in ys.items() if not name.endswith(counts)}
    top = max((one for one in tops.values() if one), default=np.inf)
    bad = np.zeros(len(x), dtype=bool)
    for name in tops:
        bad |= ~(ys[name] <= top)
    if bad.any():
        _spans(
            plot, x, bad, EXPLODED, "not finite (#NUM!)" if np.isinf(top) else f"explodes: above {top:,.3g}, or #NUM!"
        )
    if "fate" in outputs:
        for word in FATES:
            _spans(plot, x, (frame["fate"] == word).to_numpy(), COLOURS[word], word, 0.25)
    if axis.kind == "log":
        plot.set_xscale("log")
    if ys and all(_log(np.where(y <= top, y, np.nan)) for y in ys.values()):
        plot.set_yscale("log")
    if np.isfinite(top):
        least = min((float(y[np.abs(y) <= top].min(initial=top)) for y in ys.values()), default=0.0)
        span = (least, top) if plot.get_yscale() == "log" else (least - 0.05 * (top - least), top)
        plot.set_ylim(*span)
    plot.set_xlabel(axis.name, color=INK)
    plot.set_ylabel(numbers[0] if len(numbers) == 1 else "", color=INK)
    plot.legend(frameon=False)


def _spans(plot: Any, x: Any, where: Any, colour: str, label: str, alpha: float = 1.0) -> None:
    """A band behind each stretch of the axis."""
    import numpy as np

    edges = np.flatnonzero(np.diff(np.concatenate([[0], where.astype(int), [0]])))
    for k, (first, last) in enumerate(zip(edges[::2], edges[1::2], strict=True)):
        left = x[first]
        right = x[min(last, len(x) - 1)]
        plot.axvspan(left, right, color=colour, alpha=alpha, linewidth=0, label=label if not k else None, zorder=0)


def _map(plot: Any, frame: Any, axes: Sequence[Axis], outputs: Sequence[str], threshold: float) -> None:
    import numpy as np
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap, LogNorm, Normalize
    from matplotlib.patches import Patch

    across, up = axes[1], axes[0]
    shape = (up.count, across.count)
    x, y = frame[across.name].to_numpy().reshape(shape)[0], frame[up.name].to_numpy().reshape(shape)[:, 0]
    name = outputs[0]
    if name == "fate":
        z = frame[name].map({word: k for k, word in enumerate(FATES)}).to_numpy(dtype="float64").reshape(shape)
        colours: Any = ListedColormap([COLOURS[word] for word in FATES])
        plot.pcolormesh(x, y, z, cmap=colours, vmin=-0.5, vmax=len(FATES) - 0.5, shading="nearest", rasterized=True)
        patches = [Patch(color=COLOURS[word], label=word) for word in FATES]
    else:
        z = frame[name].to_numpy(dtype="float64", na_value=np.nan).reshape(shape)
        shown = np.ma.masked_invalid(z)
        colours = colormaps["cividis"].with_extremes(bad=EXPLODED, over=ABOVE)
        top = _top(z, threshold)
        calm = z if top is None else z[z <= top]
        norm = (LogNorm if _log(calm) else Normalize)(vmax=top, vmin=None if top is None else calm.min())
        mesh = plot.pcolormesh(x, y, shown, cmap=colours, norm=norm, shading="nearest", rasterized=True)
        plot.figure.colorbar(mesh, ax=plot, label=name, extend="neither" if top is None else "max")
        patches = [] if top is None else [Patch(color=ABOVE, label=f"explodes: above {top:,.3g}")]
        patches += [Patch(color=EXPLODED, label="not finite (#NUM!)")] if shown.mask.any() else []
    if across.kind == "log":
        plot.set_xscale("log")
    if up.kind == "log":
        plot.set_yscale("log")
    plot.set_xlabel(across.name, color=INK)
    plot.set_ylabel(up.name, color=INK)
    plot.grid(visible=False)
    if patches:
        plot.legend(handles=patches, loc="upper left", bbox_to_anchor=(0, -0.14), ncols=4, frameon=False)
