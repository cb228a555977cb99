"""The solved sheet: every formula of an exercise in its place, and what it computes for any inputs and data.

It is the same for all learners of an exercise, so it is made once; only numbers differ.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache, cached_property

from gradsheet.address import Cell, letters
from gradsheet.checking.spec import Exercise
from gradsheet.formula.address import a1, pack, unpack
from gradsheet.formula.cells import Error, Workbook
from gradsheet.formula.evaluation import Evaluation, evaluate
from gradsheet.formula.plan import Plan
from gradsheet.workbook.layout import Content, Layout

SHEET, DATA = 0, 1
"""The numbers of the experiment's sheet and of its data in the plan of the key."""

Shown = float | bool | str


class Key:
    """All cells of an exercise.

    Args:
        layout: where they stand.

    Attributes:
        contents: every formula cell by its key in the plan.
        inputs: the cell of each input.
        points: the cells of each example, x (or all its pixels) and y.
        rows_of_points: for each of them, the example and what stands there: x, a pixel's name, or y.
        counts: the cells that number passes and rows, which hold constants.
        typed: cells of the tables in which an input is typed, as start weights over their pixels are.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.contents: dict[int, Content] = {_at(SHEET, c.at): c for c in layout.contents()}
        self.inputs: dict[str, int] = {name: _at(SHEET, at) for name, at in layout.inputs.items()}
        model = layout.experiment.model
        names = (*(f"pixel_{w}" for w in model.weights[1:]), "y") if model.wide else ("x", "y")
        self.points: list[tuple[int, ...]] = [
            tuple(_at(DATA, layout.data_cell(i, place)) for place in range(len(names))) for i in range(layout.examples)
        ]
        self.rows_of_points: dict[int, tuple[int, str]] = {
            at: (i, name) for i, point in enumerate(self.points) for at, name in zip(point, names, strict=True)
        }
        self.counts: dict[int, float] = {
            _at(SHEET, layout.epoch_cell("epoch", n)): 0.0 for n in range(layout.warm + 1) if n < layout.passes
        }
        for number in range(layout.passes):
            for row in range(layout.rows):
                self.counts[_at(SHEET, layout.step_cell("row", number, row))] = row + 1.0
        starts = {w: layout.inputs.get(f"start_{w}") for w in model.weights}
        self.typed: dict[int, Content] = {
            _at(SHEET, at): Content(at, "epochs", w, 0, None, "")
            for w, at in starts.items()
            if at is not None and at == layout.epoch_cell(w, 0)
        }
        self.places: dict[tuple[str, str, int, int | None], int] = {
            (c.table, c.column, c.number, c.row): key for key, c in self.contents.items()
        }

        self._latest: tuple[dict[int, float], Evaluation] | None = None

    @cached_property
    def workbook(self) -> Workbook:
        """The sheet and its data, without numbers of anyone's."""
        layout = self.layout
        sheet, data = layout.experiment.name, layout.data[0]
        cells: dict[str, object] = {str(c.at): c.formula for c in self.contents.values()}
        cells |= {a1(*unpack(at)[1:]): number for at, number in self.counts.items()}
        names: dict[str | tuple[str, str], str] = {
            layout.name(name): f"{sheet}!${letters(at.column)}${at.row}" for name, at in layout.inputs.items()
        }
        return Workbook.of({sheet: cells, data: {}}, names)

    def rule(self, at: int) -> str:
        """The formula of a cell, in names."""
        content, entry = self.contents[at], self.layout.experiment
        if content.column == "epoch":
            return content.formula
        if content.row is None:
            return entry.entering(content.column, content.number)
        return next(c.formula for c in entry.steps if c.name == content.column)

    @cached_property
    def titles(self) -> dict[tuple[str, str], str]:
        """The header of each column, by its table and name."""
        e = self.layout.experiment
        found: dict[tuple[str, str], str] = {("epochs", "epoch"): "epoch", ("steps", "epoch"): "epoch"}
        return found | {(table, c.name): c.title or c.name for table in ("steps", "epochs") for c in getattr(e, table)}

    @cached_property
    def plan(self) -> Plan:
        """The workbook, ready to calculate."""
        return Plan(self.workbook)

    @cached_property
    def order(self) -> list[int]:
        """Formula cells, precedents first."""
        return self.plan.order()

    def given(self, inputs: Mapping[str, float], points: Sequence[Sequence[float]]) -> dict[int, float]:
        """The constants of the sheet: inputs, examples and counters."""
        held = dict(self.counts)
        held |= {self.inputs[name]: float(value) for name, value in inputs.items() if name in self.inputs}
        for point, cells in zip(points, self.points, strict=True):
            held |= {at: float(value) for at, value in zip(cells, point, strict=True)}
        return held

    def values(self, inputs: Mapping[str, float], points: Sequence[Sequence[float]]) -> Evaluation:
        """What every cell computes."""
        return self.evaluated(self.given(inputs, points))

    def evaluated(self, given: dict[int, float]) -> Evaluation:
        """The same from constants that are known; those last asked for are kept, since a check needs them twice."""
        if self._latest is None or self._latest[0] != given:
            self._latest = given, evaluate(self.plan, given=given, order=self.order)
        return self._latest[1]


@cache
def _key(name: str, epochs: int) -> Key:
    return Key(Exercise(name, (), epochs).layout)


def key_of(exercise: Exercise) -> Key:
    """The key of an exercise, made once."""
    return _key(exercise.name, exercise.epochs)


def shown(value: object) -> Shown:
    """A value as a cell shows it: errors as their text."""
    if isinstance(value, Error):
        return value.value
    return value if isinstance(value, float | bool | str) else 0.0


def calm(values: Evaluation) -> bool:
    """Whether a run stays among the numbers that one can look at."""
    found = [values[key] for key in values.plan.formulas]
    return all(isinstance(v, bool) or (isinstance(v, float) and math.isfinite(v) and abs(v) < 1e12) for v in found)


def _at(sheet: int, cell: Cell) -> int:
    return pack(sheet, cell.row, cell.column)
