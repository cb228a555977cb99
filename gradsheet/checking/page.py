"""The exercise's sheet: the experiment's own page with cells left open, locked but for those."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from gradsheet.address import Cell
from gradsheet.checking.key import SHEET, Key, shown
from gradsheet.checking.own import Points
from gradsheet.checking.spec import Answer, Exercise
from gradsheet.experiments import topic_of
from gradsheet.formula.address import pack
from gradsheet.formula.evaluation import Evaluation
from gradsheet.table import Column, Reference, references
from gradsheet.workbook.front import write_data
from gradsheet.workbook.layout import Content, Layout, Table
from gradsheet.workbook.page import CHART_COLUMNS, CHART_ROWS, Page
from gradsheet.workbook.style import INPUT_EDGE, INPUT_FILL, MUTED, NOTE_FILL, RULE, Formats

ANSWER_FILL, ANSWER_EDGE = "#FFE3F1", "#B5396F"

_ROLE_HINTS = {
    "weights": "A weight after the step.",
    "prediction": "What the model says.",
    "error": "How wrong it is, never negative.",
    "gradient": "Which way is uphill, and how steep.",
    "state": "What the optimiser remembers from row to row.",
    "schedule": "What holds for a whole pass, or adds up over it.",
}


class Computed:
    """The values of a sheet that its own formulas computed; what `Page` asks of a run of the engine."""

    usual = False

    def __init__(self, key: Key, inputs: Mapping[str, float], values: Evaluation) -> None:
        self.layout: Layout = key.layout
        self._key, self._inputs, self._values = key, inputs, values

    def __call__(self, content: Content) -> float | bool | str:
        """The value of one cell."""
        return shown(self._values[self._key.places[content.table, content.column, content.number, content.row]])

    def input(self, name: str) -> float:
        """What an input is set to."""
        return float(self._inputs[name])

    def at(self, cell: Cell) -> float:
        """The number that any cell of the sheet shows; 0 where it is blank."""
        value = self._values.read(pack(SHEET, cell.row, cell.column))
        return float(value) if isinstance(value, float | bool) and math.isfinite(value) else 0.0

    def column(self, table: str, name: str, number: int | None = None) -> list[float]:
        """The numbers of a column: of one pass, or of all."""
        found = (
            self._values[key]
            for (where, column, n, _), key in self._key.places.items()
            if (where, column) == (table, name) and number in (None, n)
        )
        return [float(v) for v in found if isinstance(v, float | bool)]


class LockedFormats(Formats):
    """Inputs look as ever, and are locked: they are given."""

    def input(self, align: str = "right", **more: Any) -> Any:
        """A cell that is given."""
        return self(**{"bg_color": INPUT_FILL, "border": 1, "border_color": INPUT_EDGE, "align": align, **more})

    def answer(self, number: str = "General", **more: Any) -> Any:
        """A cell that the learner fills."""
        look = {"bg_color": ANSWER_FILL, "border": 4, "border_color": ANSWER_EDGE, "align": "right", "locked": False}
        return self(num_format=number, **{**look, **more})


class ExercisePage(Page):
    """Writes an exercise, or its key."""

    home, homeward = "instructions", "← what to do"
    filling = (
        "Write a formula in the first row of a pass and one in the row below it, fill that one down, and do the same "
        "in the next pass."
    )

    def __init__(
        self, book: Any, formats: LockedFormats, exercise: Exercise, values: Computed, shows: Computed, *, solved: bool
    ) -> None:
        super().__init__(book, formats, exercise.layout, values)  # type: ignore[arg-type]  # not of a run
        self.exercise, self.solution, self.shows, self.solved = exercise, values, shows, solved
        self.blank: set[Answer] = set(exercise.blanks)
        self.looks = formats
        roles = {c.name: c for c in (*self.experiment.steps, *self.experiment.epochs)}
        self.titles |= {name: c.title or name for name, c in roles.items()}

    def write(self) -> None:
        """The page, protected without a password."""
        super().write()
        last = max(self.layout.names["epochs", "epoch"] + 14, *self.layout.names.values())
        self.sheet.print_area(0, 0, max(self.layout.last, self._bottom()) - 1, last - 1)
        self.sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})

    def _bottom(self) -> int:
        """The row under the charts."""
        return self._chart_row() + CHART_ROWS * math.ceil(self.drawn / CHART_COLUMNS)

    def write_examples(self, points: Points) -> None:
        """The sheet data."""
        topic = topic_of([self.experiment])
        write_data(self.book, self.formats, topic, self.experiment, points, not self.exercise.own_data)  # type: ignore[arg-type]

    def write_cell(self, content: Content, style: Any, value: Any) -> None:
        """An open cell, or a formula with what it shows while those are open."""
        row, column = content.at.row - 1, content.at.column - 1
        if (content.table, content.column) not in self.blank:
            self.sheet.write_formula(row, column, content.formula, style, self.shows(content))
            return
        number = style.num_format
        if self.solved:
            self.sheet.write_formula(row, column, content.formula, self.answer(content, number), value)
        else:
            self.sheet.write_blank(row, column, None, self.answer(content, number))

    def answer(self, content: Content, number: str) -> Any:
        """The look of an open cell."""
        return self.looks.answer(number)

    def note(self, table: Table, column: Column) -> str:
        """The column's note; for an open column a hint that leaves the formula to the learner."""
        return hint(column, self.titles) if (table, column.name) in self.blank else column.note

    def _pieces(self, column: Column) -> Any:
        """An open column's equation is the question."""
        if {("steps", column.name), ("epochs", column.name)} & self.blank:
            return [(column.title or column.name, column.role), (" = ?", "count")]
        return super()._pieces(column)

    def _advice(self) -> None:
        """What to look for stays out: it tells of other settings; there is room for what to do."""
        first = self.layout.names["epochs", "epoch"] - 1
        last = max(first + 8, max(self.layout.names.values()) - 1)
        self._told((1, first), (min(5, self.layout.band - 2), last))

    def _told(self, first: tuple[int, int], last: tuple[int, int]) -> None:
        """What to do, in a box, and the code over it."""
        text = (
            f"Fill in the framed cells: {self.exercise.asked}. {self.filling} Point at a header for a hint. The sheet "
            "'instructions' says how to hand it in."
        )
        box = self.formats(bg_color=NOTE_FILL, text_wrap=True, valign="top", border=1, border_color=RULE)
        self.sheet.merge_range(*first, *last, text, box)
        self.sheet.write_string(first[0] - 1, first[1], self.exercise.code, self.formats(font_size=8, font_color=MUTED))


def hint(column: Column, titles: Mapping[str, str]) -> str:
    """What goes into a column, in alphabetical order: the ingredients, not the recipe.

    Example:
        >>> hint(Column("velocity_b", "=prev(velocity_b)*beta+(1-beta)*d_b"), {"d_b": "de/db"})
        'What the optimiser remembers from row to row. What goes in: beta, de/db, velocity_b one row up.'
    """

    def word(one: Reference) -> str:
        name = titles.get(one.name, one.name)
        return (
            f"{name} {'one row up' if one.back == 1 else ''}{'in the last row of the pass' if one.last else ''}".strip()
        )

    words = sorted({word(one) for one in references(column.formula)}, key=str.lower)
    said = f"{_ROLE_HINTS.get(column.role, '')} What goes in: {', '.join(words)}."
    return said.strip()
