"""The sheet landscape: the two valleys, the methods' paths side by side, and how ten thousand starts end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradsheet.address import Cell
from gradsheet.engine.valleys import NEAR, WHERE, ends
from gradsheet.experiments.local_minima import ANSWERS, DEPTH
from gradsheet.table import Column, Role
from gradsheet.workbook.charts import Points, scatter_chart
from gradsheet.workbook.front import LINES
from gradsheet.workbook.page import NOTE_SIZE
from gradsheet.workbook.style import INK, MUTED, ROLES, RULE, Formats
from gradsheet.workbook.values import Shown, Values

SHEET = "landscape"
TABLE, CHARTS, CURVE = 5, 14, 37  # rows, from 1: how it ends, the charts, the two long tables
PLACES = tuple(round(-2.2 + 0.1 * i, 1) for i in range(55))
PLACE, LOSS, STEP = 2, 3, 5  # columns, from 1
ACROSS, UP = (-2.0, 3.0), (0.0, 60.0)  # what the charts of the loss show
RUNS = 10_000
DASHES = ("solid", "solid", "dash", "dash_dot", "solid")


CONTENTS = ((SHEET, "The two valleys, the five paths side by side, and how ten thousand starts end."),)


def charts(book: Any, values: Values) -> list[Any]:
    """The loss with this sheet's path on it."""
    layout = values.layout
    rows = layout.step_row(layout.warm, 0), layout.last
    place, loss = _answer(values)
    path = Points(
        "step by step", layout.experiment.name, rows, layout.names["steps", place], layout.names["steps", loss],
        ROLES["weights"].colour, width=0.75, marker="circle",
    )  # fmt: skip
    return [scatter_chart(book, "The path on the loss", "w", "loss", [_curve(), path], x_span=ACROSS, y_span=UP)]


def write_sheets(book: Any, formats: Formats, shown: Sequence[Values]) -> None:
    """The sheet landscape."""
    f, sheet = formats, book.sheet(SHEET)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 2.5)
    sheet.set_column(1, 14, 13)
    sheet.set_column(3, 3, 4)
    sheet.set_row(0, 32)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.print_area(0, 0, CURVE + 12, 12)
    sheet.write_string(0, 1, "The landscape", f.title())
    sheet.write_string(
        1, 1, "Two valleys: where does each method end, and is that luck? Same start, same draws; then ten thousand of "
        "each.", f.purpose(),
    )  # fmt: skip
    _ends(sheet, f, shown)
    _table_of_curve(sheet, f)
    last = _table_of_steps(sheet, f, shown)
    _charts(book, sheet, shown, last)


def _answer(values: Values) -> tuple[str, str]:
    """The columns that say where a method stands, and how high."""
    name = ANSWERS.get(values.layout.experiment.optimiser.name, "w")
    return name, name.replace("_w", "_loss") if name != "w" else "loss"


def _path(values: Values) -> tuple[str, str]:
    """The columns of the path that is drawn: restarts show where they are, not only the best."""
    place, loss = _answer(values)
    return ("w", "loss") if place == "best_w" else (place, loss)


def _last(values: Values, column: str) -> tuple[str, Shown]:
    """A reference to a column's last cell of the steps table, and what it shows."""
    layout = values.layout
    at = layout.step_cell(column, layout.passes - 1, layout.rows - 1)
    return f"={layout.experiment.name}!{at}", values.step(column, layout.passes - 1, layout.rows - 1)


def _ends(sheet: Any, f: Formats, shown: Sequence[Values]) -> None:
    """Where each method stands at the end, by reference; and the shares of many starts, which are no formulas."""
    steps = shown[0].layout.rows * shown[0].layout.passes
    row = TABLE - 1
    line = {"bottom": 1, "bottom_color": RULE}
    places = "{:g} to {:g}".format(*WHERE).replace("-", "−")
    sheet.merge_range(row - 1, 1, row - 1, 5, f"this workbook, after {steps} steps", f.band("weights"))
    sheet.merge_range(row - 1, 6, row - 1, 7, f"{RUNS:,} starts, {places}", f.band("error"))
    sheet.merge_range(row - 1, 8, row - 1, 9, f"start −2, {RUNS:,} draws", f.band("error"))
    heads = ("stands at", "loss there", "true valley", f"within {NEAR:g} of 2", "true valley", f"within {NEAR:g} of 2")
    sheet.merge_range(row, 1, row, 3, "method", f.header("data"))
    for i, head in enumerate(heads):
        sheet.write_string(row, 4 + i, head, f.header("weights" if i < 2 else "error"))
    sheet.set_row(row, 20)
    for i, values in enumerate(shown):
        at = row + 1 + i
        entry = values.layout.experiment
        sheet.merge_range(at, 1, at, 3, "", f(**line))
        link = f(font_color=LINES[i % len(LINES)], bold=True, **line)
        sheet.write_url(at, 1, f"internal:'{entry.name}'!A1", link, short(entry.title))
        for j, column in enumerate(_answer(values)):
            formula, value = _last(values, column)
            role: Role = "error" if j else "weights"
            sheet.write_formula(at, 4 + j, formula, f.cell(role, "0.000"), value)
        given = values.trace.inputs.items()
        inputs: dict[str, Any] = {n: float(t[values.lane]) for n, t in given if not n.startswith("start_")}
        told = ends(entry, RUNS, **inputs), ends(entry, RUNS, -2.0, **inputs)
        for j, share in enumerate((told[0].valley, told[0].settled, told[1].valley, told[1].settled)):
            sheet.write_number(at, 6 + j, share, f(num_format="0.0%", align="right", **line))
    note = (
        f"The last four columns are no formulas: PyTorch ran each method {RUNS:,} times for 200 steps, every run with "
        "draws of its own. “True valley” means right of the hill."
    )
    sheet.write_string(row + len(shown) + 1, 1, note, f(font_size=9, font_color=MUTED, italic=True))


def short(title: str) -> str:
    """A title up to its colon.

    Example:
        >>> short("Restarts: begin again somewhere else")
        'Restarts'
    """
    return title.partition(":")[0]


def _table_of_curve(sheet: Any, f: Formats) -> None:
    place = Column("place", "", role="weights", title="place w", note="A place in the landscape; yours to change.")
    height = Column("height", "", role="error", title="loss there", note="3w⁴ − 4w³ − 12w² + 32, for this place.")
    sheet.write_string(CURVE - 3, PLACE - 1, "The landscape in cells", f.heading())
    for i, column in enumerate((place, height)):
        sheet.write_string(CURVE - 2, PLACE - 1 + i, column.title, f.header(column.role))
        sheet.write_comment(CURVE - 2, PLACE - 1 + i, column.note, NOTE_SIZE)
    for i, w in enumerate(PLACES):
        at = Cell(CURVE + i, PLACE)
        sheet.write_number(at.row - 1, PLACE - 1, w, f.input())
        value = w * w * (3 * (w * w) - 4 * w - 12) + DEPTH
        formula = f"={at}^2*(3*{at}^2-4*{at}-12)+32"
        sheet.write_formula(at.row - 1, LOSS - 1, formula, f.cell("error", "0.00"), value)


def _table_of_steps(sheet: Any, f: Formats, shown: Sequence[Values]) -> int:
    """Where every method stands after each step; the last row."""
    sheet.write_string(CURVE - 3, STEP - 1, "Step by step, side by side: where each method stands", f.heading())
    sheet.write_string(CURVE - 2, STEP - 1, "step", f.header("count"))
    for i, values in enumerate(shown):
        sheet.write_string(CURVE - 2, STEP + i, short(values.layout.experiment.title), f.header("weights"))
    sheet.set_row(CURVE - 2, 44)
    last = CURVE
    for i, values in enumerate(shown):
        layout, column = values.layout, _path(values)[0]
        at = 0
        for number in range(layout.warm, layout.passes):
            for row in range(layout.rows):
                formula = f"={layout.experiment.name}!{layout.step_cell(column, number, row)}"
                value = values.step(column, number, row)
                sheet.write_formula(CURVE - 1 + at, STEP + i, formula, f.cell("weights", "0.000"), value)
                if i == 0:
                    sheet.write_number(CURVE - 1 + at, STEP - 1, at + 1, f.cell("count", "0", font_color=MUTED))
                at += 1
        last = CURVE - 1 + at
    return last


def _curve() -> Points:
    return Points("the loss", SHEET, (CURVE, CURVE + len(PLACES) - 1), PLACE, LOSS, INK, width=2.25)


def _charts(book: Any, sheet: Any, shown: Sequence[Values], last: int) -> None:
    """The loss with the ends on it, and the paths side by side."""
    points = [
        Points(
            short(values.layout.experiment.title), SHEET, (TABLE + 1 + i, TABLE + 1 + i), 5, 6,
            LINES[i % len(LINES)], width=0, marker=("circle", "square", "diamond", "triangle", "x")[i % 5],
        )
        for i, values in enumerate(shown)
    ]  # fmt: skip
    ends_chart = scatter_chart(
        book, "Where each method ends", "w", "loss", [_curve(), *points],
        x_span=ACROSS, y_span=UP,
    )  # fmt: skip
    paths = [
        Points(
            short(values.layout.experiment.title), SHEET, (CURVE, last), STEP, STEP + 1 + i, LINES[i % len(LINES)],
            width=1.25, dash=DASHES[i % len(DASHES)],
        )
        for i, values in enumerate(shown)
    ]  # fmt: skip
    path_chart = scatter_chart(
        book, "Position against step: who gets over the hill at 0?", "step", "w", paths, x_span=(0, last - CURVE + 1)
    )
    for chart, column, width, offset in ((ends_chart, 1, 440, 0), (path_chart, 6, 560, 40)):
        chart.set_size({"width": width, "height": 400})
        sheet.insert_chart(CHARTS - 1, column, chart, {"object_position": 2, "x_offset": offset})
