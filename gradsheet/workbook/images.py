"""The sheet data where the examples are images: a row an image, a column a pixel, and the start weights over them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gradsheet.address import Cell
from gradsheet.experiments import Experiment
from gradsheet.workbook.front import DATA, DATA_FIRST
from gradsheet.workbook.layout import STARTS_UP
from gradsheet.workbook.style import MUTED, PAPER, Formats

if TYPE_CHECKING:
    from gradsheet.workbook.values import Values

PENCIL, BELOW, ABOVE = "#7C8896", "#E8833A", "#5B9BD5"
"""Ink; below 0 and above 0: told apart by people with red-green blindness, too."""
PAGES_WIDE = 3


def write_images(book: Any, formats: Formats, shown: Values, known: bool) -> None:
    """The training images and the start weights, constants that the reader may change."""
    f, sheet = formats, book.sheet(DATA)
    experiment, setup = shown.layout.experiment, shown.trace.setup
    points = setup.points(shown.lane)
    few = (
        f"{len(points)} of the {len(experiment.data)}" if known and len(points) < len(experiment.data) else len(points)
    )
    said = experiment.data_words if known else "of your own."
    sheet.write_string(0, 1, "The images", f.title())
    sheet.write_string(
        1, 1, f"{few} {said} A row is an image, a column a pixel: 0 is empty, 1 is ink.", f.purpose()
    )  # fmt: skip
    top = DATA_FIRST.row - STARTS_UP - 1
    sheet.write_string(top - 1, 1, "The start weights, the bias first. Type others, and training begins from there.",
                       f(font_color=MUTED))  # fmt: skip
    sheet.write_string(top, 0, "start", f(bold=True))
    for at, value in enumerate(setup.start[:, shown.lane].tolist()):
        sheet.write_number(top, DATA_FIRST.column - 1 + at, value, f.input())
    write_rows(sheet, f, experiment, points)
    diverging(sheet, (top, DATA_FIRST.column), (top, DATA_FIRST.column + experiment.model.features - 1))


def write_rows(sheet: Any, f: Formats, experiment: Experiment, points: Sequence[tuple[float, ...]]) -> None:
    """Header and images, from the row of the first example on."""
    features = experiment.model.features
    side = math.isqrt(features)
    top, left = DATA_FIRST.row - 1, DATA_FIRST.column - 1
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 6)
    sheet.set_column(left, left, 7)
    sheet.set_column(left + 1, left + features, 5.3)
    sheet.set_row(0, 32)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(PAGES_WIDE, 0)
    sheet.repeat_rows(top - 1)
    sheet.repeat_columns(0, left)
    sheet.freeze_panes(top, left + 1)
    sheet.write_string(top - 1, 0, "image", f.header("count"))
    sheet.write_string(top - 1, left, experiment.axes[1], f.header("data"))
    for at in range(features):
        sheet.write_string(top - 1, left + 1 + at, f"{at // side + 1},{at % side + 1}", f.header("data"))
    for row, point in enumerate(points):
        sheet.write_number(top + row, 0, row + 1, f.cell("count", "0", font_color=MUTED))
        sheet.write_number(top + row, left, point[-1], f.input())
        for at, value in enumerate(point[:-1]):
            sheet.write_number(top + row, left + 1 + at, value, f(num_format="0.00", font_size=8, align="right"))
    inked(sheet, (top, left + 1), (top + len(points) - 1, left + features))


def inked(sheet: Any, first: tuple[int, int], last: tuple[int, int]) -> None:
    """Cells from 0 to 1 look like ink on paper."""
    scale = {"type": "2_color_scale", "min_type": "num", "max_type": "num", "min_value": 0, "max_value": 1}
    sheet.conditional_format(*first, *last, {**scale, "min_color": PAPER, "max_color": PENCIL})


def diverging(sheet: Any, first: tuple[int, int], last: tuple[int, int], most: float = 3.0) -> None:
    """Cells below 0 are orange, above 0 blue."""
    sheet.conditional_format(
        *first, *last,
        {
            "type": "3_color_scale", "min_type": "num", "mid_type": "num", "max_type": "num",
            "min_value": -most, "mid_value": 0, "max_value": most,
            "min_color": BELOW, "mid_color": PAPER, "max_color": ABOVE,
        },
    )  # fmt: skip


def cell(row: int, column: int) -> Cell:
    """A cell, row and column from 0."""
    return Cell(row + 1, column + 1)
