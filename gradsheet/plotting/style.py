"""The house style for matplotlib: the workbook's colours and dashes, scales that follow the values, words for #NUM!."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gradsheet.errors import GradsheetError
from gradsheet.workbook.exact import whole_or_not_at_all
from gradsheet.workbook.style import INK, MUTED, RULE

COLOURS = ("#1B7F4B", "#7A5195", "#0F4C81", "#B8860B", "#C2452D", "#22313F")
DASHES: dict[str, Any] = {
    "solid": "-",
    "dash": (0, (5, 2)),
    "square_dot": (0, (1.5, 1.5)),
    "long_dash": (0, (9, 3)),
    "long_dash_dot": (0, (9, 2, 1.5, 2)),
}
"""The workbook's dashes (XlsxWriter's names) as matplotlib's."""
LINES = tuple(DASHES.values())
DECADES = 100.0  # a span from which a log scale reads better
EXPLODED = 1e4  # a span from which a sign no longer matters
RC: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 9.5,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": MUTED,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "lines.linewidth": 1.6,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.hashsalt": "gradsheet",  # the same picture is the same file
}
MOST_TICKS = 8
FORMATS = (".png", ".svg")


@contextmanager
def house() -> Iterator[None]:
    """Matplotlib's settings are ours inside, and whatever they were outside."""
    with mpl.rc_context(RC):
        yield


class Picture(Figure):
    """A figure that needs no window and no pyplot: notebooks show it as it is."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(self)

    def _repr_png_(self) -> bytes:
        return self.as_bytes("png")

    def as_bytes(self, format_: str, about: str = "") -> bytes:
        """The picture as PNG or SVG; `about` goes into the file as its description."""
        out = io.BytesIO()
        known: dict[str, Any] = {"Date": None, "Description": about} if format_ == "svg" else {"Description": about}
        with house():
            self.savefig(out, format=format_, dpi=130, metadata=known)
        return out.getvalue()

    def write(self, path: str | Path, about: str = "") -> Path:
        """Into a PNG or SVG file, whole or not at all.

        Raises:
            GradsheetError: another kind of file, or a place that cannot be written to.
        """
        path = Path(path)
        if path.suffix.lower() not in FORMATS:
            raise GradsheetError(f"{path}: a picture is a .png or an .svg; give it such a name")
        with whole_or_not_at_all(path) as draft:
            draft.write_bytes(self.as_bytes(path.suffix.lower()[1:], about))
        return path


def sizes(values: Iterable[float]) -> list[float]:
    """The finite absolute values that are not 0, in order."""
    return sorted(abs(v) for v in values if math.isfinite(v) and v)


def explodes(values: Sequence[float]) -> bool:
    """Whether numbers of both signs span so much that only their size, on a log scale, can be shown.

    Example:
        >>> explodes([1.0, -3.0, 8.0]), explodes([1.0, -3.0, 8e6])
        (False, True)
    """
    found = sizes(values)
    return bool(found) and any(v < 0 for v in values) and found[-1] >= EXPLODED * max(found[len(found) // 10], 1.0)


def log_where_wide(axes: Axes, values: Sequence[float]) -> bool:
    """A log scale where positive values span decades; whether it is one now."""
    found = sizes(values)
    if not found or any(v < 0 for v in values) or found[-1] / found[0] < DECADES:
        return False
    # limits of our own, since matplotlib's margins overflow near the largest float64
    axes.autoscale(False, axis="y")
    axes.set_ylim(10.0 ** max(math.log10(found[0]) - 0.3, -307.0), 10.0 ** min(math.log10(found[-1]) + 0.4, 308.0))
    axes.set_yscale("log", nonpositive="mask")
    low, high = (math.floor(math.log10(limit)) for limit in axes.get_ylim())
    if high - low > MOST_TICKS:
        stride = math.ceil((high - low) / MOST_TICKS)
        axes.set_yticks([10.0**power for power in range(-(-low // stride) * stride, high + 1, stride)])
        axes.minorticks_off()
    return True


def mark_lost(axes: Axes, start: float, end: float, words: str) -> None:
    """Say in words where the numbers end; hatched, so that a grey printer shows it, too."""
    axes.axvspan(start, max(end, start), facecolor="#F3F4F6", edgecolor=RULE, hatch="///", linewidth=0, zorder=0)
    low, high = axes.get_xlim()
    right = (start - low) / ((high - low) or 1.0) > 0.5
    axes.text(
        start, 0.5, f"{words}  " if right else f"  {words}", transform=axes.get_xaxis_transform(), rotation=0,
        ha="right" if right else "left", va="center", fontsize=8.5, color="#9B2C1B", fontweight="bold", zorder=5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5, "alpha": 0.85},
    )  # fmt: skip
