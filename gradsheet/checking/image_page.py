"""The exercise's sheet where the examples are images: weights over pixels, and all of it as pictures below."""

from __future__ import annotations

import math
from typing import Any

from gradsheet.address import Cell
from gradsheet.checking.families import spoken
from gradsheet.checking.image_layout import PIXEL, UNDER, ImageLayout
from gradsheet.checking.own import Points
from gradsheet.checking.page import ExercisePage
from gradsheet.table import Column, Role
from gradsheet.workbook.front import DATA
from gradsheet.workbook.images import diverging, inked, write_rows
from gradsheet.workbook.layout import INPUTS, Content, Table
from gradsheet.workbook.page import COUNTER, NARROW, NOTE_SIZE, WIDE
from gradsheet.workbook.style import MUTED, PAPER, ROLES

_SMALL: dict[str, Any] = {"font_size": 8, "align": "center"}
_FORMATS = {"data": "0.00;-0.00;0", "weights": "0.000", "gradient": "0.000"}
_TALL = 30  # of a row of pictures, in points: nearly as tall as a column of pixels is wide
PICTURES = 8  # side by side


class ImagePage(ExercisePage):
    """Writes an exercise of images, or its key."""

    layout: ImageLayout
    filling = (
        "Columns are filled down from image to image, lines of weights to the right from pixel to pixel; then the same "
        "in the next block."
    )

    @property
    def _pixels(self) -> list[Column]:
        return [c for c in self.experiment.steps if c.name.startswith(PIXEL)]

    def _widths(self) -> None:
        sheet, layout = self.sheet, self.layout
        bias, last = layout.names["epochs", self.experiment.model.weights[0]], max(layout.names.values())
        sheet.set_column(0, 1, COUNTER)
        sheet.set_column(2, 2, NARROW)
        sheet.set_column(3, layout.label - 2, WIDE)
        sheet.set_column(layout.label - 1, layout.label - 1, 18)
        sheet.set_column(bias - 1, last - 1, 5.4)

    @property
    def room(self) -> float:
        """For a line of equations: as wide as a screen."""
        return 150

    @property
    def asked(self) -> dict[str, Cell]:
        """The start weights stand in the table."""
        return {name: at for name, at in self.layout.inputs.items() if at.row < self.layout.header}

    def _pieces(self, column: Column) -> list[tuple[str, Role]]:
        """One equation for all pixels."""
        return [(spoken(text), role) for text, role in super()._pieces(column)]

    # ---- words

    def _advice(self) -> None:
        first = self.layout.label - 1
        self._told((INPUTS - 1, first), (self.layout.band - 3, first + 20))

    def _headers(self, table: Table, columns: list[Column]) -> None:
        """Over both tables one line: the images' columns, the bias, and a pixel for each of the rest."""
        if table == "epochs":
            return
        f, sheet, layout = self.formats, self.sheet, self.layout
        pixels = self._pixels
        super()._headers("steps", [c for c in columns if c not in pixels])
        row = layout.header - 1
        bias = self.experiment.model.weights[0]
        at = layout.names["epochs", bias] - 1
        sheet.write_string(row, at, bias, f.header("weights"))
        sheet.write_comment(row, at, "The weight that has no pixel: it is added as it is.", NOTE_SIZE)
        for column in pixels:
            at = layout.names["steps", column.name] - 1
            sheet.write_string(row, at, column.title, f.header("data"))
        first, last = (layout.names["steps", c.name] - 1 for c in (pixels[0], pixels[-1]))
        words = "the pixels, row by row of the image: 1,1 is its upper left corner"
        sheet.merge_range(row - 1, first, row - 1, last, words, f(font_size=9, italic=True, font_color=MUTED))

    # ---- the blocks

    def _tables(self) -> None:
        super()._tables()
        f, sheet, layout = self.formats, self.sheet, self.layout
        weights, columns = self.experiment.model.weights, {c.name: c for c in self.experiment.epochs}
        for number in range(layout.passes):
            for line, called in layout.lines.items():
                row = layout.line_row(line, number) - 1
                one = columns.get(line + weights[-1]) or columns[line]
                look = f(bold=True, align="right", font_color=ROLES[one.role].colour, indent=1)
                sheet.write_string(row, layout.label - 1, called, look)
                sheet.write_comment(row, layout.label - 1, self.note("epochs", one), NOTE_SIZE)
                if first := columns.get(line + weights[0]):
                    sheet.write_comment(
                        row, layout.names["epochs", first.name] - 1, self.note("epochs", first), NOTE_SIZE
                    )
            caption = layout.epoch_cell("mean_loss", number).row
            for name in UNDER:
                if name in columns:
                    words = f(font_size=8, italic=True, font_color=MUTED, align="right", text_wrap=True, valign="top")
                    sheet.write_string(caption, layout.names["epochs", name] - 1, columns[name].title, words)
                    note = self.note("epochs", columns[name])
                    sheet.write_comment(caption, layout.names["epochs", name] - 1, note, NOTE_SIZE)
            rows = layout.step_row(number, 0) - 1, layout.step_row(number, layout.rows - 1) - 1
            left, right = (layout.names["steps", c.name] - 1 for c in (self._pixels[0], self._pixels[-1]))
            inked(sheet, (rows[0], left), (rows[1], right))
        for w in weights:
            at, style = layout.inputs[f"start_{w}"], self.looks.input(**_SMALL, num_format="0.00")
            sheet.write_number(at.row - 1, at.column - 1, self.values.input(f"start_{w}"), style)

    def write_cell(self, content: Content, style: Any, value: Any) -> None:
        """A cell; those of pixels are small, since there are many side by side."""
        role = self.roles.get(content.column, "count")
        if content.at.column > self.layout.label:
            large = isinstance(value, float) and abs(value) >= 100
            style = self.formats.cell(role, "0" if large else _FORMATS.get(role, "0.000"), **_SMALL)
        elif content.formula.endswith(",1,0)"):
            style = self.formats.cell(role, "0")
        super().write_cell(content, style, value)

    def answer(self, content: Content, number: str) -> Any:
        """As small as its neighbours."""
        small = _SMALL if content.at.column > self.layout.label else {}
        return self.looks.answer(number, **small)

    # ---- pictures

    def _bottom(self) -> int:
        return self.layout.last + 3 + 2 * (math.isqrt(self.experiment.model.features) + 2)

    def _charts(self) -> None:
        """The images, the weights and the gradients as pictures, in cells that read the table."""
        f, sheet, layout = self.formats, self.sheet, self.layout
        side = math.isqrt(self.experiment.model.features)
        weights = self.experiment.model.weights[1:]
        top = layout.last + 3
        images = [
            (f"image {row + 1}", [layout.step_cell(PIXEL + w, 0, row) for w in weights]) for row in range(layout.rows)
        ]
        tables = [
            (f"{called}, epoch {number}", [layout.epoch_cell(line + w, number) for w in weights])
            for number in range(layout.passes)
            for line, called in layout.lines.items()
            if line in ("", "grad_") or (line == "new_" and number == layout.passes - 1)
        ]
        sheet.write_string(top - 2, 0, "As pictures", f.heading())
        words = (
            "The same cells, eight in a row. Blue speaks for a three, orange for a seven: the new weights become a "
            "little more like the threes, and less like the sevens. A gradient is the other way round, since it "
            "points uphill."
        )
        sheet.merge_range(top - 1, 0, top + 3, layout.label - 2, words, f.text(font_color=MUTED))
        left = layout.names["steps", self._pixels[0].name]
        for row, band in ((top, images), (top + side + 2, tables)):
            for place, (words, cells) in enumerate(band[:PICTURES]):
                self._picture(words, cells, Cell(row, left + place * side), side, band is images)

    def _picture(self, words: str, cells: list[Cell], at: Cell, side: int, image: bool) -> None:
        f, sheet = self.formats, self.sheet
        sheet.write_string(at.row - 2, at.column - 1, words, f(font_size=9, bold=True, font_color=MUTED))
        for i, cell in enumerate(cells):
            row, column = at.row - 1 + i // side, at.column - 1 + i % side
            edge = {"right": 5, "right_color": PAPER} if i % side == side - 1 else {}
            sheet.write_formula(row, column, f"={cell}", f(num_format=";;;", **edge), self.shows.at(cell))
            sheet.set_row(row, _TALL)
        corners = (at.row - 1, at.column - 1), (at.row + side - 2, at.column + side - 2)
        if image:
            inked(sheet, *corners)
        else:
            diverging(sheet, *corners, most=max(abs(self.solution.at(cell)) for cell in cells))

    # ---- the data

    def write_examples(self, points: Points) -> None:
        """The sheet data: a row an image."""
        f, sheet = self.formats, self.book.sheet(DATA)
        said = "of your own. " if self.exercise.own_data else self.experiment.data_words
        sheet.write_string(0, 1, "The images", f.title())
        words = f"{len(points)} {said} A row is an image, a column a pixel: 0 is empty, 1 is ink."
        sheet.write_string(1, 1, words, f.purpose())
        write_rows(sheet, f, self.experiment, points)
