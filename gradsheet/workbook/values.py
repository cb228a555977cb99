"""What every formula cell shows: the engine's number; from a run's first error on, what the formulas say.

Errors are not NaN: which error a cell shows, and which cells it reaches, is a matter of formulas. So while all
is finite PyTorch answers, and from the first row that is not, the cells' own formulas do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from gradsheet.address import letters, qualified
from gradsheet.engine import Trace
from gradsheet.experiments import catalogue
from gradsheet.formula.book import Book
from gradsheet.formula.cells import Error
from gradsheet.workbook.layout import Content, Layout

Shown = float | bool | str


@dataclass(frozen=True)
class Checked:
    """What the proof found on one sheet.

    Attributes:
        sheet: its name.
        cells: formula cells computed twice.
        differ: of those, cells whose two values are not the same double.
        after: cells that only the formulas answer, since the run had left the finite numbers.
    """

    sheet: str
    cells: int
    differ: int
    after: int = 0


@dataclass(frozen=True)
class Values:
    """One lane of a trace, cell by cell."""

    layout: Layout
    trace: Trace
    lane: int = 0

    @property
    def usual(self) -> bool:
        """Whether the run is the catalogue's own: its defaults, its data, ten epochs."""
        ran, setup = self.trace.experiment, self.trace.setup
        entry = catalogue().get(ran.name) or ran
        points = setup.points(self.lane)
        inputs = all(float(self.trace.inputs[n][self.lane]) == i.default for n, i in ran.inputs.items())
        own = list(ran.data[: ran.on_sheet or None])
        return inputs and entry == ran and points == own and self.trace.asked == ran.usual_epochs

    def __call__(self, content: Content) -> Shown:
        """The value of one cell."""
        return self.formulas[self._key(content)] if self._is_after(content) else self.engine(content)

    def engine(self, content: Content) -> float | bool:
        """What the engine alone says, which may be no finite number."""
        if content.row is None or content.column == "epoch":
            return self._passes[content.column][content.number]
        return self._steps[content.column][content.number][content.row]

    @cached_property
    def formulas(self) -> dict[str, Shown]:
        """Every formula cell, computed from its own formula by our own reading of Excel's language."""
        layout, setup = self.layout, self.trace.setup
        sheet = layout.experiment.name
        cells: dict[str, float | str] = {str(c.at): c.formula for c in layout.contents()}
        names: dict[str | tuple[str, str], str] = {}
        for name, at in layout.inputs.items():
            cells[str(at)] = float(self.trace.inputs[name][self.lane])
            names[layout.name(name)] = f"{sheet}!${letters(at.column)}${at.row}"
        for number in range(layout.warm + 1):
            cells[str(layout.epoch_cell("epoch", number))] = 0.0
        data = {
            str(layout.data_cell(row, at)): value
            for row, point in enumerate(setup.points(self.lane))
            for at, value in enumerate(point)
        }
        if layout.experiment.starts:
            for weight, value in enumerate(setup.start[:, self.lane].tolist()):
                data[str(layout.start_cell(weight))] = value
        found = Book.of({sheet: cells, layout.data[0]: data}, names=names).recalculate()
        return {key: str(value) if isinstance(value, Error) else value for key, value in found.items()}

    def prove(self) -> Checked:
        """The engine against the formulas, bit for bit."""
        cells = differ = after = 0
        for content in self.layout.contents():
            said = self.formulas.get(self._key(content))
            if self._is_after(content):
                after += 1
                # what the engine knows is that this is no number; the formulas must find an error, too
                differ += not math.isfinite(self.engine(content)) and not isinstance(said, str)
            else:
                cells += 1
                differ += type(said) is not type(self.engine(content)) or said != self.engine(content)
        return Checked(self.layout.experiment.name, cells, differ, after)

    def input(self, name: str) -> float:
        """What an input is set to."""
        return float(self.trace.inputs[name][self.lane])

    def column(self, table: str, name: str, number: int | None = None) -> list[float]:
        """The finite values of a column: of one pass, or of all that are no warm-up."""
        warm = self.layout.warm
        if table == "epochs":
            found = self._passes[name][warm : self.layout.passes]
        elif number is not None:
            found = self._steps[name][number]
        else:
            found = [v for rows in self._steps[name][warm:] for v in rows]
        return [v for v in found if math.isfinite(v)]

    def after(self, epochs: int, name: str) -> Shown:
        """A column of the epochs table after so many epochs; #N/A where the passes do not get that far."""
        layout = self.layout
        wanted = [
            k
            for k in range(layout.warm, layout.passes)
            if self._passes["epoch"][k] == epochs and bool(self.trace.accepted[self.lane, k])
        ]
        if not wanted:
            return "#N/A"
        at = layout.epoch_cell(name, wanted[0])  # of an epoch of several batches the first
        return self(Content(at, "epochs", name, wanted[0], None, ""))

    def step(self, name: str, number: int, row: int) -> Shown:
        """A cell of the steps table, the pass and the row from 0."""
        return self(Content(self.layout.step_cell(name, number, row), "steps", name, number, row, ""))

    def _key(self, content: Content) -> str:
        return qualified(self.layout.experiment.name, str(content.at))

    def _is_after(self, content: Content) -> bool:
        """Whether a cell comes at or after the first error: from there on the formulas answer."""
        first = self._first
        if not math.isfinite(self.engine(content)):
            return True  # some columns are only shown: one of them may leave the finite numbers alone
        if first is None:
            return False
        number, row = first
        if content.number != number:
            return content.number > number
        footer = content.row is None and content.column in self._footers
        return footer or (content.row is not None and content.row >= row and content.column != "epoch")

    @cached_property
    def _first(self) -> tuple[int, int] | None:
        number, row = (int(t[self.lane]) for t in self.trace.first_broken)
        return None if number < 0 else (number, row)

    @cached_property
    def _footers(self) -> set[str]:
        """What follows the rows of a pass: a batch's update, and the footers."""
        experiment = self.layout.experiment
        names = [c.name for c in experiment.epochs]
        if not experiment.trains:
            return set()
        first = experiment.losses[0] if experiment.batch == "row" else f"grad_{experiment.model.weights[0]}"
        return set(names[names.index(first) :])

    @cached_property
    def _steps(self) -> dict[str, list[list[float]]]:
        return {n: t[self.lane].tolist() for n, t in self.trace.steps.items()}

    @cached_property
    def _passes(self) -> dict[str, list[float]]:
        tables = {n: t[self.lane].tolist() for n, t in self.trace.passes.items()}
        return tables | {"epoch": [float(e) for e in self.trace.epoch[self.lane].tolist()]}
