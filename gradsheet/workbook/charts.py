"""The charts of an experiment's sheet; every series refers to cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gradsheet.table import Role
from gradsheet.workbook.layout import Layout, Table
from gradsheet.workbook.style import EXPLODED, FONT, INK, MUTED, PAPER, ROLES, RULE

WIDTH, HEIGHT = 500, 260
PATHS = ("#C9B6E4", "#A98BD0", "#6D3FA6", "#0E7C86", "#C2452D")
"""From the first epoch shown to the last."""
MARKERS = ("circle", "square", "diamond", "triangle", "x", "star", "plus", "long_dash")
DASHES = ("solid", "dash", "square_dot", "long_dash", "dash_dot", "round_dot", "long_dash_dot", "long_dash_dot_dot")


@dataclass(frozen=True)
class Series:
    """A line: which cells, in which colour.

    Attributes:
        name: in the legend.
        rows: first and last row.
        column: its number.
        categories: number of the column on the x axis.
        role: gives the colour.
        secondary: on the axis at the right.
        values: what the cells hold, to choose the scale.
    """

    name: str
    rows: tuple[int, int]
    column: int
    categories: int
    role: Role
    values: Sequence[float]
    secondary: bool = False
    dash: str = ""
    colour: str = ""
    marker: str = ""


def spans_decades(values: Sequence[float], most: float = 100.0) -> bool:
    """Whether a log scale reads better: all values positive, and a factor of 100 or more between them."""
    usable = [v for v in values if isinstance(v, float) and math.isfinite(v)]
    return bool(usable) and min(usable) > 0 and max(usable) / min(usable) >= most


def line_chart(
    book: Any, sheet: str, title: str, x_axis: str, y_axis: str, series: Sequence[Series],
    *, second_axis: str = "", x_step: int = 0, log: bool | None = None,
) -> Any:  # fmt: skip
    """A line chart in the house style."""
    chart = book.add_chart({"type": "line"})
    for one in series:
        first, last = one.rows[0] - 1, one.rows[1] - 1
        colour = one.colour or ROLES[one.role].colour
        chart.add_series(
            {
                "name": one.name,
                "categories": [sheet, first, one.categories - 1, last, one.categories - 1],
                "values": [sheet, first, one.column - 1, last, one.column - 1],
                "line": {"color": colour, "width": 1.75, "dash_type": one.dash or ROLES[one.role].dash},
                "y2_axis": one.secondary,
                **(
                    {"marker": {"type": one.marker, "size": 5, "fill": {"color": colour}, "border": {"color": colour}}}
                    if one.marker
                    else {}
                ),
            }
        )
    font = {"name": FONT, "size": 9, "color": MUTED, "bold": False}
    style_title(chart, title)
    x: dict[str, Any] = {
        "name": x_axis, "name_font": font, "num_font": font, "line": {"color": RULE},
        "label_position": "low", "major_tick_mark": "none",
    }  # fmt: skip
    if x_step:
        x |= {"interval_unit": x_step, "interval_tick": x_step}
    chart.set_x_axis(x)
    chart.set_y_axis(y_options(y_axis, [v for s in series if not s.secondary for v in s.values], log))
    if second_axis:
        chart.set_y2_axis(
            {
                **y_options(second_axis, [v for s in series if s.secondary for v in s.values], None),
                "major_gridlines": {"visible": False},
            }
        )
    chart.set_legend({"position": "bottom", "font": {**font, "color": INK}} if len(series) > 1 else {"none": True})
    chart.set_chartarea({"border": {"color": RULE}})
    chart.set_size({"width": WIDTH, "height": HEIGHT})
    chart.show_na_as_empty_cell()
    return chart


def curve_chart(
    book: Any, sheet: str, title: str, axes: tuple[str, str], points: tuple[str, tuple[int, int], int],
    lines: Sequence[tuple[str, tuple[int, int], int]], x: int, *, joined: bool,
) -> Any:  # fmt: skip
    """Lines (or marks, where their rows are not in order) over points; each is its name, its rows and its column."""
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    for i, (name, rows, column) in enumerate([*lines, points]):
        colour = INK if i == len(lines) else PATHS[i % len(PATHS)]
        mark = {"type": MARKERS[i % len(MARKERS)], "size": 5, "fill": {"color": colour}, "border": {"color": colour}}
        is_line = joined and i < len(lines)
        chart.add_series(
            {
                "name": name,
                "categories": [sheet, rows[0] - 1, x - 1, rows[1] - 1, x - 1],
                "values": [sheet, rows[0] - 1, column - 1, rows[1] - 1, column - 1],
                "line": {"color": colour, "width": 1.75, "dash_type": DASHES[i]} if is_line else {"none": True},
                "marker": {"type": "none"} if is_line else mark,
            }
        )
    font = {"name": FONT, "size": 9, "color": MUTED, "bold": False}
    style_title(chart, title)
    for axis, name in zip((chart.set_x_axis, chart.set_y_axis), axes, strict=True):
        grid = {"visible": name == axes[1], "line": {"color": RULE, "width": 0.5}}
        axis({"name": name, "name_font": font, "num_font": font, "major_gridlines": grid, "label_position": "low"})
    chart.set_legend({"position": "bottom", "font": {**font, "color": INK}})
    chart.set_chartarea({"border": {"color": RULE}})
    chart.set_size({"width": WIDTH, "height": HEIGHT})
    return chart


def style_title(chart: Any, title: str) -> None:
    """The chart's name."""
    chart.set_title(
        {"name": title, "name_font": {"name": FONT, "size": 11, "bold": True, "color": INK}, "overlay": False}
    )


def y_options(name: str, values: Sequence[float], log: bool | None) -> dict[str, Any]:
    """An axis with its name; logarithmic where the values span decades."""
    font = {"name": FONT, "size": 9, "color": MUTED, "bold": False}
    options: dict[str, Any] = {
        "name": name, "name_font": font, "num_font": font,
        "major_gridlines": {"visible": True, "line": {"color": RULE, "width": 0.5}},
        "line": {"none": True}, "num_format": "General",
    }  # fmt: skip
    usable = [abs(v) for v in values if isinstance(v, float) and math.isfinite(v)]
    if max(usable, default=0.0) >= EXPLODED:
        options["num_format"] = "0E+00"
    if log if log is not None else spans_decades(values):
        options |= {"log_base": 10, "name": f"{name} (log)", "crossing": "min", "num_format": "0E+00"}
        low = min(v for v in values if isinstance(v, float) and math.isfinite(v) and v > 0)
        options["min"] = 10.0 ** math.floor(math.log10(low))
        if low >= 1e-3 and max(v for v in values if math.isfinite(v)) < 1e6:
            options["num_format"] = "General"
    return options


def rows_of(layout: Layout, number: int) -> tuple[int, int]:
    """The rows of a pass in the steps table."""
    return layout.step_row(number, 0), layout.step_row(number, layout.rows - 1)


def at(layout: Layout, table: Table, name: str) -> int:
    """The number of a column."""
    return layout.names[table, name]


@dataclass(frozen=True)
class Points:
    """Points of a scatter chart: two columns of cells.

    Attributes:
        name: in the legend.
        sheet: where the cells are.
        rows: first and last row.
        across: the column of the x axis.
        up: the column of the y axis.
        colour: of line and markers.
        width: of the line between the points; none where 0.
        marker: how each point shows; not at all where empty.
        dash: of the line.
    """

    name: str
    sheet: str
    rows: tuple[int, int]
    across: int
    up: int
    colour: str
    width: float = 1.75
    marker: str = ""
    dash: str = "solid"


def scatter_chart(
    book: Any, title: str, x_axis: str, y_axis: str, series: Sequence[Points], *,
    x_span: tuple[float, float] | None = None, y_span: tuple[float, float] | None = None,
) -> Any:  # fmt: skip
    """A scatter chart in the house style."""
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    for one in series:
        first, last = one.rows[0] - 1, one.rows[1] - 1
        look = {"type": one.marker, "size": 6, "fill": {"color": one.colour}, "border": {"color": PAPER}}
        line = {"color": one.colour, "width": one.width, "dash_type": one.dash}
        chart.add_series(
            {
                "name": one.name,
                "categories": [one.sheet, first, one.across - 1, last, one.across - 1],
                "values": [one.sheet, first, one.up - 1, last, one.up - 1],
                "line": line if one.width else {"none": True},
                "marker": look if one.marker else {"type": "none"},
            }
        )
    font = {"name": FONT, "size": 9, "color": MUTED, "bold": False}
    style_title(chart, title)
    grid = {"visible": True, "line": {"color": RULE, "width": 0.5}}
    for axis, name, span in ((chart.set_x_axis, x_axis, x_span), (chart.set_y_axis, y_axis, y_span)):
        options: dict[str, Any] = {
            "name": name, "name_font": font, "num_font": font, "num_format": "General", "label_position": "low",
            "major_gridlines": grid, "line": {"color": RULE},
        }  # fmt: skip
        axis(options | ({"min": span[0], "max": span[1]} if span else {}))
    chart.set_legend({"position": "bottom", "font": {**font, "color": INK}} if len(series) > 1 else {"none": True})
    chart.set_chartarea({"border": {"color": RULE}})
    chart.set_size({"width": WIDTH, "height": HEIGHT})
    return chart
