"""A learner on paper: the solved exercise in memory, with cells written over, and the checker asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from gradsheet.checking.families import family
from gradsheet.checking.feedback import CellFeedback, Feedback
from gradsheet.checking.key import key_of
from gradsheet.checking.making import write
from gradsheet.checking.marks import Marks
from gradsheet.checking.own import numbers
from gradsheet.checking.spec import Exercise, make
from gradsheet.checking.submission import judged
from gradsheet.formula.cells import Formula, Sheet, Workbook
from gradsheet.workbook.fill import Fill
from gradsheet.workbook.layout import Content
from gradsheet.workbook.read import Contents, read


@cache
def _solved(exercise: Exercise) -> Workbook:
    """The key as a reader would find it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "key.xlsx"
        write(exercise, path, solved=True)
        return read(path)


@dataclass
class Learner:
    """Whoever fills in an exercise; every method changes the sheet and returns its learner.

    Attributes:
        exercise: which.
        book: the sheet so far, right from the start.
    """

    exercise: Exercise
    book: Workbook

    @classmethod
    def of(cls, name: str, blank: str = "level 2", epochs: int = 2, **more: object) -> Learner:
        """A learner who has solved an exercise."""
        return cls.solving(make(name, blank, epochs, **more))  # type: ignore[arg-type]

    @classmethod
    def solving(cls, exercise: Exercise) -> Learner:
        """A learner who has solved this exercise."""
        found = _solved(exercise)
        sheets = {name: Sheet(dict(sheet.cells), sheet.hidden_rows) for name, sheet in found.sheets.items()}
        return cls(exercise, replace(found, sheets=sheets))

    @property
    def cells(self) -> dict[str, object]:
        """The cells of the exercise's sheet."""
        return self.book.sheets[self.exercise.experiment.name].cells  # type: ignore[return-value]

    def contents(self, column: str) -> list[Content]:
        """The cells of a column, top to bottom; of one for each pixel all, line by line."""
        table, _, name = column.rpartition(".")
        found = [c for c in key_of(self.exercise).contents.values() if name in (c.column, family(c.column))]
        wanted = table or ("steps" if any(c.table == "steps" for c in found) else "epochs")
        return sorted((c for c in found if c.table == wanted), key=lambda c: c.at)

    def put(self, cell: str, held: object) -> Learner:
        """Something in one cell; text that begins with = is a formula."""
        if held is None:
            self.cells.pop(cell, None)
        else:
            self.cells[cell] = Formula(held) if isinstance(held, str) and held.startswith("=") else held
        return self

    def write(self, column: str, formula: str | Callable[[Content], str | None]) -> Learner:
        """A formula in names down a column; where a function gives None, the cell stays as it is."""
        layout = self.exercise.layout
        for content in self.contents(column):
            said = formula if isinstance(formula, str) else formula(content)
            if said is not None:
                self.put(str(content.at), layout.spell(content, said))
        return self

    def fill(self, column: str, formula: str, first: int = 0) -> Learner:
        """A formula in A1, typed into a column's row (from 0) and filled down, as a spreadsheet does it."""
        cells = self.contents(column)
        fill = Fill(formula, cells[first].at)
        for content in cells[first:]:
            self.put(str(content.at), fill.at(content.at))
        return self

    def at(self, column: str, row: int = 0, number: int = 0) -> str:
        """The address of a column's cell."""
        return str(next(c.at for c in self.contents(column) if c.number == number and c.row in (row, None)))

    def checked(self) -> Feedback:
        """What the checker says."""
        return judged("learner.xlsx", Contents(self.book, {}, ()), self.exercise, Marks())

    def verdicts(self, column: str) -> list[str]:
        """The verdicts of a column, top to bottom."""
        places = {str(c.at) for c in self.contents(column)}
        return [one.verdict for one in self.checked().cells if one.cell in places]

    def one(self, cell: str) -> CellFeedback:
        """What is said of a cell."""
        return next(c for c in self.checked().cells if c.cell == cell)

    def value(self, column: str, row: int = 0, number: int = 0) -> float:
        """What the right sheet shows in a cell."""
        return self.shown(next(c for c in self.contents(column) if c.number == number and c.row in (row, None)))

    def shown(self, content: Content) -> float:
        """What the right sheet shows in one of its cells."""
        key = key_of(self.exercise)
        at = next(k for k, c in key.contents.items() if c is content)
        return float(key.values(*numbers(self.exercise))[at])
