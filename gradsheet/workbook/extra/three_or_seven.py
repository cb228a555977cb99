"""The sheets one_image and new_images: multiply and add, to be seen; and digits that training never saw."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gradsheet.address import Cell, letters
from gradsheet.numerics import exp
from gradsheet.workbook.charts import Points, Series, at, line_chart, scatter_chart
from gradsheet.workbook.front import DATA, DATA_FIRST
from gradsheet.workbook.images import diverging, inked, write_rows
from gradsheet.workbook.page import NOTE_SIZE
from gradsheet.workbook.style import MUTED, RULE, Formats
from gradsheet.workbook.values import Values

ONE, NEW = "one_image", "new_images"
CONTENTS = (
    (ONE, "One image as a grid of cells, times the grid of weights: choose the image and the epoch."),
    (NEW, "Digits that training never saw, decided by the trained weights."),
)
UNSEEN = 20
GRID = 9  # the first row of the grids
IMAGE, EPOCH = Cell(4, 3), Cell(5, 3)
DIGIT = {1.0: "three", 0.0: "seven"}


def charts(book: Any, values: Values) -> list[Any]:
    """Accuracy by epoch, and what every image is told at first and at last."""
    layout = values.layout
    sheet = layout.experiment.name
    rows = layout.epoch_row(layout.warm), layout.epoch_row(layout.passes - 1)
    series = [
        Series(
            title, rows, at(layout, "epochs", name), at(layout, "epochs", "epoch"), "error",
            values.column("epochs", name), marker=marker, dash=dash, colour=colour,
        )
        for name, title, marker, dash, colour in (
            ("accuracy", "accuracy", "circle", "solid", "#1B7F4B"),
            ("called_three", "called a three", "square", "dash", "#5B6472"),
        )
    ]  # fmt: skip
    accuracy = line_chart(book, sheet, "Accuracy by epoch", "epoch", "share of the images", series, log=False)
    told = [
        Points(
            name, sheet, (layout.step_row(number, 0), layout.step_row(number, layout.rows - 1)),
            at(layout, "steps", "row"), at(layout, "steps", "pred"), colour, width=0, marker=marker,
        )
        for name, number, colour, marker in (
            ("epoch 0", layout.warm, "#9AA5B1", "circle"), ("last epoch", layout.passes - 1, "#1B7F4B", "diamond")
        )
    ]  # fmt: skip
    title = "pred of each image: odd ones are threes, even ones sevens"
    return [accuracy, scatter_chart(book, title, "image", "pred", told)]


def write_sheets(book: Any, formats: Formats, shown: Sequence[Values]) -> None:
    """Both sheets, of the first experiment."""
    values = shown[0]
    unseen = _unseen(values)
    OneImage(book.sheet(ONE), formats, values, unseen).write()
    if unseen:
        _new_images(book.sheet(NEW), formats, values, unseen)


def _unseen(values: Values) -> list[tuple[float, ...]]:
    """Digits that are not on the sheet data, where the catalogue has some."""
    entry = values.layout.experiment
    if entry.model.features + 1 != len(entry.data[0]) or len(values.trace.setup.x) != entry.on_sheet:
        return []
    return [tuple(row) for row in entry.data[entry.on_sheet : entry.on_sheet + UNSEEN]]


@dataclass(frozen=True)
class OneImage:
    """The sheet on which an image, the weights and their products stand as grids.

    Attributes:
        sheet: where it is written.
        formats: the house's.
        values: of the experiment.
        unseen: images beside those of the sheet data.
    """

    sheet: Any
    formats: Formats
    values: Values
    unseen: Sequence[tuple[float, ...]]

    @cached_property
    def side(self) -> int:
        """Pixels a side."""
        return math.isqrt(self.values.layout.experiment.model.features)

    @property
    def lefts(self) -> tuple[int, int, int]:
        """The first columns of the three grids, from 1."""
        return 2, 3 + self.side, 4 + 2 * self.side

    def write(self) -> None:
        """Everything on it."""
        f, sheet, side = self.formats, self.sheet, self.side
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 2.5)
        sheet.set_column(1, 3 * side + 3, 5.4)
        for gap in (self.lefts[1] - 2, self.lefts[2] - 2):
            sheet.set_column(gap, gap, 4)
        sheet.set_row(0, 32)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 1)
        sheet.write_string(0, 1, "One image: multiply and add", f.title())
        sheet.write_string(
            1, 1, "Every pixel times its weight, all added up, plus the bias: that is the whole neuron.", f.purpose()
        )
        self._chosen()
        titles = ("the image: pixels", "the weights", "pixel × weight")
        for left, title, role in zip(self.lefts, titles, ("data", "weights", "prediction"), strict=True):
            sheet.merge_range(GRID - 2, left - 1, GRID - 2, left + side - 2, title, f.header(role))  # type: ignore[arg-type]
        for gap, sign in ((self.lefts[1] - 1, "×"), (self.lefts[2] - 1, "=")):
            sheet.write_string(GRID + side // 2 - 2, gap - 1, sign, f(font_size=20, bold=True, align="center"))
        products = self._grids()
        self._sum(products)
        for row in range(side):
            sheet.set_row(GRID - 1 + row, 26)

    def _chosen(self) -> None:
        """Two cells to change: which image, after how many epochs."""
        f, sheet, layout = self.formats, self.sheet, self.values.layout
        count, epochs = layout.rows * layout.batches + len(self.unseen), self.values.trace.asked
        last = layout.rows * layout.batches
        told = f"1 to {count}; those after {last} stand on the sheet {NEW}" if self.unseen else f"1 to {count}"
        for cell, name, value, most, words in (
            (IMAGE, "image", 1, count, told),
            (
                EPOCH,
                "epoch",
                epochs,
                epochs,
                f"0 to {epochs}: how often the weights were updated; at 0 they are chance",
            ),
        ):
            low = 1 if name == "image" else 0
            sheet.write_string(cell.row - 1, cell.column - 2, name, f(bold=True))
            sheet.write_number(cell.row - 1, cell.column - 1, value, f.input())
            sheet.write_string(cell.row - 1, cell.column, words, f(font_size=9, font_color=MUTED, indent=1))
            sheet.data_validation(
                cell.row - 1, cell.column - 1, cell.row - 1, cell.column - 1,
                {"validate": "integer", "criteria": "between", "minimum": low, "maximum": most,
                 "error_title": name, "error_message": f"a whole number from {low} to {most}"},
            )  # fmt: skip

    def _of_image(self, number: int) -> str:
        """The formula that fetches a number of the chosen image: a pixel, or after all of them y."""
        layout = self.values.layout
        first = layout.data_cell(0, number)
        column = letters(first.column)
        known, image = layout.examples, f"${letters(IMAGE.column)}${IMAGE.row}"
        seen = f"INDEX({DATA}!${column}${first.row}:${column}${first.row + known - 1},{image})"
        if not self.unseen:
            return f"={seen}"
        new = f"INDEX({NEW}!${column}${first.row}:${column}${first.row + len(self.unseen) - 1},{image}-{known})"
        return f"=IF({image}<={known},{seen},{new})"

    def _of_epoch(self, name: str) -> str:
        """The formula that fetches a weight as it was after the chosen epoch."""
        layout = self.values.layout
        column = layout.column("epochs", name)
        first, last = layout.epoch_row(layout.warm), layout.epoch_row(layout.passes - 1)
        epoch = f"${letters(EPOCH.column)}${EPOCH.row}"
        row = f"{epoch}+1" if layout.batches == 1 else f"{epoch}*{layout.batches}+1"
        return f"=INDEX({layout.experiment.name}!${column}${first}:${column}${last},{row})"

    def _grids(self) -> list[float]:
        """The three grids; what the third one shows."""
        f, sheet, side = self.formats, self.sheet, self.side
        weights = self.values.layout.experiment.model.weights[1:]
        pixels = self.values.trace.setup.points(self.values.lane)[0]
        look = {"align": "center", "border": 1, "border_color": RULE, "font_size": 9}
        products: list[float] = []
        for place, weight in enumerate(weights):
            row, column = GRID + place // side, place % side
            one, two, three = (Cell(row, left + column) for left in self.lefts)
            value = self.values.after(self.values.trace.asked, weight)
            product = pixels[place] * value if isinstance(value, float) else 0.0
            shown = product if isinstance(value, float) else value
            products.append(product)
            sheet.write_formula(
                one.row - 1, one.column - 1, self._of_image(place), f(num_format="0.00", **look), pixels[place]
            )
            sheet.write_formula(
                two.row - 1, two.column - 1, self._of_epoch(weight), f(num_format="0.00", **look), value
            )
            sheet.write_formula(three.row - 1, three.column - 1, f"={one}*{two}", f(num_format="0.00", **look), shown)
        corners = [((GRID - 1, left - 1), (GRID + side - 2, left + side - 2)) for left in self.lefts]
        inked(sheet, *corners[0])
        diverging(sheet, *corners[1])
        diverging(sheet, *corners[2])
        return products

    def _sum(self, products: Sequence[float]) -> None:
        """Added up, plus the bias, squeezed, decided."""
        import torch

        f, sheet, side, layout = self.formats, self.sheet, self.side, self.values.layout
        truth = self.values.trace.setup.points(self.values.lane)[0][-1]
        bias = self.values.after(self.values.trace.asked, "bias")
        threshold = float(self.values.trace.inputs["threshold"][self.values.lane])
        first, last = Cell(GRID, self.lefts[2]), Cell(GRID + side - 1, self.lefts[2] + side - 1)
        added = 0.0
        for product in products:
            added += product
        pred = added + bias if isinstance(bias, float) else math.nan
        share = float(1 / (1 + exp(torch.tensor([-pred], dtype=torch.float64))))
        top = GRID + side + 1
        label, number = self.lefts[2] - 2, self.lefts[2] + 3
        cells = [str(Cell(top + i, number + 1)) for i in range(6)]
        says = DIGIT[float(pred > threshold)]
        lines: list[tuple[str, str, str, Any, str, str]] = [
            ("all 64 added up" if side == 8 else "all added up", f"=SUM({first}:{last})", "prediction", added, "0.0000",
             "The sum of the grid above, row by row."),
            ("+ bias", self._of_epoch("bias"), "weights", bias, "0.0000", "The bias after the chosen epoch."),
            ("= pred", f"={cells[0]}+{cells[1]}", "prediction", pred, "0.0000",
             "The number that decides. The sheet three_or_seven has the same for every image."),
            ("sigmoid", f"=1/(1+EXP(-{cells[2]}))", "prediction", share, "0.0000", "pred squeezed between 0 and 1."),
            ("it says", f'=IF({cells[2]}>{layout.name("threshold")},"three","seven")', "prediction", says, "General",
             "Three, if pred is above the threshold."),
            ("it is a", f'=IF({self._of_image(layout.experiment.model.features)[1:]}=1,"three","seven")', "data",
             DIGIT[truth], "General", "What the image is."),
        ]  # fmt: skip
        for i, (name, formula, role, value, format_, note) in enumerate(lines):
            row = top + i - 1
            big = name in ("= pred", "it says")
            sheet.write_string(row, label, name, f(bold=big, font_size=12 if big else 10))
            shown = value if not isinstance(value, float) or math.isfinite(value) else "#NUM!"
            style = f.cell(role, format_, bold=big, font_size=12 if big else 10)  # type: ignore[arg-type]
            sheet.merge_range(row, number, row, number + 1, "", style)
            sheet.write_formula(row, number, formula, style, shown)
            sheet.write_comment(row, number, note, NOTE_SIZE)
        words = (
            "Blue cells speak for a three, orange ones for a seven. Threshold and sign are arbitrary: with all "
            "weights, the bias and the labels turned round, the same grids would find sevens."
        )
        sheet.merge_range(top - 1, 1, top + 2, self.lefts[1] + side - 3, words, f.text(font_color=MUTED))


def _new_images(sheet: Any, f: Formats, values: Values, unseen: Sequence[tuple[float, ...]]) -> None:
    """Images that were not learnt from, decided by the weights of the last epoch."""
    import torch

    layout = values.layout
    entry = layout.experiment
    weights = entry.model.weights
    write_rows(sheet, f, entry, unseen)
    sheet.write_string(0, 1, "New images", f.title())
    sheet.write_string(
        1, 1, "Training never saw these. The weights of the last epoch decide them: right of the pixels.", f.purpose()
    )
    number = layout.warm + values.trace.asked * layout.batches
    row = layout.epoch_row(number)
    first, last = (layout.column("epochs", weights[i]) for i in (1, -1))
    bias = layout.column("epochs", weights[0])
    trained = torch.stack([values.trace.passes[w][values.lane, number] for w in weights])[:, None]
    points = torch.tensor(unseen, dtype=torch.float64)
    preds = entry.model.predict(trained, points[:, :-1].T[..., None])["pred"][:, 0].tolist()
    threshold = float(values.trace.inputs["threshold"][values.lane])
    column = DATA_FIRST.column + len(weights)
    top = DATA_FIRST.row
    for i, title in enumerate(("pred", "says three", "right?")):
        sheet.write_string(top - 2, column - 1 + i, title, f.header("error" if i == 2 else "prediction"))
    sheet.set_column(column - 1, column + 1, 9)
    for i, pred in enumerate(preds):
        at_row = top + i
        here = [Cell(at_row, column + j) for j in range(3)]
        pixels = f"{Cell(at_row, DATA_FIRST.column + 1)}:{Cell(at_row, DATA_FIRST.column + len(weights) - 1)}"
        name = entry.name
        formula = f"=SUMPRODUCT({pixels},{name}!${first}${row}:${last}${row})+{name}!${bias}${row}"
        says = float(pred > threshold)
        shown = pred if math.isfinite(pred) else "#NUM!"
        sheet.write_formula(at_row - 1, column - 1, formula, f.cell("prediction", "0.0000"), shown)
        decide = f"=IF({here[0]}>{layout.name('threshold')},1,0)"
        sheet.write_formula(at_row - 1, column, decide, f.cell("prediction", "0"), says)
        right = f"=IF({here[1]}={Cell(at_row, DATA_FIRST.column)},1,0)"
        sheet.write_formula(at_row - 1, column + 1, right, f.cell("error", "0"), float(says == unseen[i][-1]))
    share = sum(float(float(p > threshold) == point[-1]) for p, point in zip(preds, unseen, strict=True)) / len(unseen)
    end = top + len(unseen)
    sheet.write_string(end, column, "right", f(bold=True, align="right"))
    right = f"=AVERAGE({Cell(top, column + 2)}:{Cell(end - 1, column + 2)})"
    sheet.write_formula(end, column + 1, right, f(num_format="0%", bold=True), share)
