"""From named columns to cells: the one place where names become A1 references.

A sheet has the steps table on the left, the epochs table to its right, both under one header row, inputs
above. Pass by pass, the steps table is 29 rows (or as many as there are examples); warm-up passes come last,
folded away, each with its row of the epochs table beside its first row.

```
row 1..          title, purpose, model, inputs
band, header     steps: epoch row x y | b a | pred | …        epochs: epoch | b a | … | root of sum, rmse
body             pass 0 …                                     one row a pass
                 pass 1 …
                 warm-up passes, folded
```
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Literal

from gradsheet.address import Cell, letters
from gradsheet.experiments import Experiment
from gradsheet.table import Column, Reference, render

Table = Literal["steps", "epochs"]

TITLE, PURPOSE, MODEL, INPUTS = 1, 2, 3, 7
MODEL_LINES = 4
INPUT_BLOCKS = (1, 8)  # the columns in which a block of inputs begins: label, label, value, note
LEAST_INPUT_ROWS = 4
START = "start"  # the sheet that every other links to
STARTS_UP = 2  # rows from the starts down to the first example
COUNTERS = ("epoch", "row")  # lead the steps table


@dataclass(frozen=True)
class Content:
    """One cell of a table, by name.

    Attributes:
        at: where it stands.
        table: which table it belongs to.
        column: the column's name.
        number: the pass, warm-up passes counted from 0.
        row: the row in the pass, from 0; None in the epochs table.
        formula: what it says, in A1.
    """

    at: Cell
    table: Table
    column: str
    number: int
    row: int | None
    formula: str


@dataclass(frozen=True)
class Layout:
    """Where everything stands on an experiment's sheet.

    Attributes:
        experiment: what the sheet shows.
        rows: rows in a pass.
        passes: passes in all, warm-up included.
        data: the sheet and the cell of the first x; y stands to its right.
        prefix: leads the defined names of the inputs.
        examples: how many there are, where a pass does not go through all of them.
        names: (table, column name) → its number.
    """

    experiment: Experiment
    rows: int
    passes: int
    data: tuple[str, Cell] = ("data", Cell(6, 2))
    prefix: str = ""
    examples: int = 0
    names: dict[tuple[Table, str], int] = field(init=False)

    def __post_init__(self) -> None:
        steps = [*COUNTERS, *(c.name for c in self.experiment.steps)]
        epochs = ["epoch", *(c.name for c in self.experiment.epochs)]
        at: dict[tuple[Table, str], int] = {("steps", n): i for i, n in enumerate(steps, 1)}
        at |= {("epochs", n): i for i, n in enumerate(epochs, len(steps) + 2)}
        object.__setattr__(self, "names", at)

    @property
    def warm(self) -> int:
        """How many of the passes are warm-up."""
        return len(self.experiment.warmup)

    @cached_property
    def batches(self) -> int:
        """Passes in an epoch."""
        return self.experiment.batches(self.examples or self.rows)

    @cached_property
    def inputs(self) -> dict[str, Cell]:
        """The cell of each input: the rule's in the first block, starts and h in the second, where there is room."""
        experiment = self.experiment
        shown = [n for n in experiment.inputs if not (n == "seed" and experiment.starts)]  # drawn starts have cells
        rule = [n for n in shown if n in experiment.optimiser.inputs or n in experiment.knobs]
        rest = [n for n in shown if n not in rule]
        narrow = len(COUNTERS) + len(experiment.steps) < INPUT_BLOCKS[1] + 4
        if narrow:  # no room for a second block
            rule, rest = shown, []
        most = len(shown) if narrow else max(LEAST_INPUT_ROWS, (len(experiment.inputs) + 1) // 2)
        names = rule[:most], [*rule[most:], *rest]
        return {
            name: Cell(INPUTS + i, first + 2)
            for first, block in zip(INPUT_BLOCKS, names, strict=True)
            for i, name in enumerate(block)
        }

    @property
    def band(self) -> int:
        """The row that names the roles, above the header."""
        return max(cell.row for cell in self.inputs.values()) + 2 if self.inputs else INPUTS + LEAST_INPUT_ROWS + 1

    @property
    def header(self) -> int:
        """The header row of both tables."""
        return max(self.band, INPUTS + LEAST_INPUT_ROWS + 1) + 1

    @property
    def body(self) -> int:
        """The first row of both tables."""
        return self.header + 1

    @property
    def last(self) -> int:
        """The last row of the steps table."""
        return self.body + self.passes * self.rows - 1

    def name(self, inputs: str) -> str:
        """The defined name of an input, unique in its workbook."""
        return f"{self.prefix or self.experiment.name}_{inputs}"

    def column(self, table: Table, name: str) -> str:
        """The letters of a column."""
        return letters(self.names[table, name])

    def epoch_row(self, number: int) -> int:
        """The row of a pass in the epochs table."""
        return self.body + number - self.warm if number >= self.warm else self.step_row(number, 0)

    def step_row(self, number: int, row: int) -> int:
        """A row of a pass in the steps table; warm-up passes stand below all others."""
        place = number - self.warm if number >= self.warm else self.passes - self.warm + number
        return self.body + place * self.rows + row

    def epoch_cell(self, name: str, number: int) -> Cell:
        """A cell of the epochs table."""
        return Cell(self.epoch_row(number), self.names["epochs", name])

    def step_cell(self, name: str, number: int, row: int) -> Cell:
        """A cell of the steps table."""
        return Cell(self.step_row(number, row), self.names["steps", name])

    def contents(self) -> Iterator[Content]:
        """Every formula cell of both tables, pass by pass."""
        for number in range(self.passes):
            yield from self.contents_of(number)

    def spell(self, content: Content, formula: str) -> str:
        """Another formula in names, as it reads in a cell.

        Raises:
            KeyError: it speaks of a name that has no cell there.
        """
        return render(formula, partial(self.place, content))

    def place(self, content: Content, reference: Reference) -> str:
        """What a reference means in a cell: a cell, a range, or the name of an input.

        Raises:
            KeyError: it has no cell there.
        """
        column = self._columns[content.table, content.column]
        if content.row is None:
            return self._epoch(reference, column=column, number=content.number)
        return self._step(reference, column=column, number=content.number, row=content.row)

    @cached_property
    def _columns(self) -> dict[tuple[str, str], Column]:
        e = self.experiment
        return {("steps", c.name): c for c in e.steps} | {("epochs", c.name): c for c in e.epochs}

    def contents_of(self, number: int) -> Iterator[Content]:
        """Every formula cell of one pass."""
        retries = self.experiment.optimiser.retries
        if number > self.warm:
            above = self.epoch_cell("epoch", number - 1)
            step = f"+IF({self.epoch_cell('accepted', number - 1)},1,0)" if retries else "+1"
            if (number - self.warm) % self.batches:
                step = ""  # the next batch of the same epoch
            yield Content(self.epoch_cell("epoch", number), "epochs", "epoch", number, None, f"={above}{step}")
        for column in self.experiment.epochs:
            entering = self.experiment.entering(column.name, number)
            formula = render(entering, partial(self._epoch, column=column, number=number))
            yield Content(self.epoch_cell(column.name, number), "epochs", column.name, number, None, formula)
        for row in range(self.rows):
            yield Content(
                self.step_cell("epoch", number, row), "steps", "epoch", number, row, "=" + self._held("epoch", number)
            )
            for column in self.experiment.steps:
                formula = self._step_formula(column, number, row)
                yield Content(self.step_cell(column.name, number, row), "steps", column.name, number, row, formula)

    def data_cell(self, example: int, number: int) -> Cell:
        """Where a number of an example stands, both from 0: x (all its numbers) and then y; y leads where x is many."""
        features = self.experiment.model.features
        place = (number + 1) % (features + 1) if features > 1 else number
        return Cell(self.data[1].row + example, self.data[1].column + place)

    def start_cell(self, weight: int) -> Cell:
        """Where a start stands on the data sheet, if each weight has its own: over the features, the bias over y."""
        return Cell(self.data[1].row - STARTS_UP, self.data[1].column + weight)

    def _span(self, name: str, number: int, row: int) -> str:
        """A range that is many numbers wide or many images high."""
        sheet, weights = self.data[0], self.experiment.model.weights
        order = self.experiment.order(self.examples or self.rows, number)
        if name == "pixels":
            first, last = (self.data_cell(order[row], at) for at in (0, len(weights) - 2))
            return f"{sheet}!{first}:{last}"
        if name == "weights":
            return f"{self._held(weights[1], number)}:{self._held(weights[-1], number)}"
        if name.startswith("start_"):
            return f"{sheet}!{self.start_cell(weights.index(name.removeprefix('start_')))}"
        at = weights.index(name.removeprefix("pixel_")) - 1
        first, last = (self.data_cell(example, at) for example in (order[0], order[-1]))
        return f"{sheet}!${letters(first.column)}${first.row}:${letters(last.column)}${last.row}"

    def _step_formula(self, column: Column, number: int, row: int) -> str:
        if column.role == "data":
            sheet, _ = self.data
            example = self.experiment.order(self.examples or self.rows, number)[row]
            features = self.experiment.model.features
            return f"={sheet}!{self.data_cell(example, features if column.name == 'y' else 0)}"
        return render(column.formula, partial(self._step, column=column, number=number, row=row))

    def _step(self, reference: Reference, column: Column, number: int, row: int) -> str:
        """In steps: this row, else this pass's row of epochs, else an input."""
        name, back, _ = reference
        if name in self.experiment.spans:
            return self._span(name, number, row)
        if back and row == 0 and column.restart:
            return column.restart
        if back and row == 0:
            return self._held(name.removeprefix("new_"), number)
        if ("steps", name) in self.names and (name != column.name or back):
            return str(self.step_cell(name, number, row - back))
        if ("epochs", name) in self.names:
            return self._held(name, number)
        return self.name(name)

    def _epoch(self, reference: Reference, column: Column, number: int) -> str:
        """In epochs: this row, else the range of this pass in steps, else an input."""
        name, back, last = reference
        if name in self.experiment.spans:
            return self._span(name, number, 0)
        at = max(number - back, 0)
        if last and ("steps", name) in self.names:
            return str(self.step_cell(name, at, self.rows - 1))
        if ("epochs", name) in self.names and (name != column.name or back):
            return str(self.epoch_cell(name, at))
        if ("steps", name) in self.names and name != column.name:
            return f"{self.step_cell(name, at, 0)}:{self.step_cell(name, at, self.rows - 1)}"
        return self.name(name)

    def _held(self, name: str, number: int) -> str:
        """An absolute reference to the epochs table, so that it stays when the formula is filled down."""
        return f"${self.column('epochs', name)}${self.epoch_row(number)}"
