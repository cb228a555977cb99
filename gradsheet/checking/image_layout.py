"""Where things stand in an exercise of images: all that belongs to a pixel stands in one column.

The standard sheet has the images on a sheet of their own and three columns for each weight. Here a pass is a block, so
that multiply and add can be seen: the weights over the pixels, the gradients and the new weights under them.

```
epoch row three? | pred sigmoid loss … right? |             bias  1,1  1,2 … 8,8
  0                                            weights w      b    w    w  …  w
  0    1    1       …                                              pixels of image 1
  0    2    0       …                                              pixels of image 2
                    mean loss, accuracy …      gradient …     g    g    g  …  g
                                               new w          n    n    n  …  n
  1                                            weights w      …
```
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from gradsheet.address import Cell
from gradsheet.experiments.tables import ENTERS
from gradsheet.table import Column, Reference
from gradsheet.workbook.layout import COUNTERS, INPUT_BLOCKS, INPUTS, LEAST_INPUT_ROWS, Content, Layout

UNDER = {"epoch": "epoch", "mean_loss": "loss", "accuracy": "right", "called_three": "says"}
"""Columns of the epochs table that stand under, or over, a column of the steps table."""
_CALLED = {"": "weights w", "grad_": "gradient dloss/dw", "new_": "new w"}
PIXEL = "pixel_"


@dataclass(frozen=True)
class ImageLayout(Layout):
    """A sheet of blocks; everything that `Layout` says of names and formulas holds."""

    def __post_init__(self) -> None:
        e, weights = self.experiment, self.experiment.model.weights
        left = [*COUNTERS, *(c.name for c in e.steps if not c.name.startswith(PIXEL))]
        at: dict[tuple[str, str], int] = {("steps", name): i for i, name in enumerate(left, 1)}
        bias = len(left) + 2
        at |= {("steps", PIXEL + w): bias + i for i, w in enumerate(weights) if i}
        at["epochs", "epoch"] = at["steps", "epoch"]
        for column in e.epochs:
            weight = self.weight(column.name)
            place = weights.index(weight) if weight else 0
            at["epochs", column.name] = at["steps", UNDER[column.name]] if column.name in UNDER else bias + place
        object.__setattr__(self, "names", at)

    def weight(self, name: str) -> str:
        """The weight that a column of the epochs table belongs to, empty where to none."""
        return _weight(name, self.experiment.model.weights)

    @cached_property
    def lines(self) -> dict[str, str]:
        """The lines of a block but the images: what leads the names of a line's columns → what it is called.

        A column that belongs to no weight has a line of its own.
        """
        found: dict[str, str] = {}
        for column in self.experiment.epochs:
            weight = self.weight(column.name)
            line = column.name[: len(column.name) - len(weight)]
            if column.name not in UNDER:
                found[line] = _CALLED.get(line) or (column.title if not weight else line.strip("_").replace("_", " "))
        return found

    @cached_property
    def above(self) -> tuple[str, ...]:
        """The lines over the images: what enters the pass."""
        return tuple(line for line in self.lines if not line or line.startswith(ENTERS))

    @cached_property
    def below(self) -> tuple[str, ...]:
        """The lines under the images."""
        return tuple(line for line in self.lines if line not in self.above)

    @property
    def height(self) -> int:
        """Rows from one block to the next."""
        return len(self.lines) + self.rows + 1

    @property
    def label(self) -> int:
        """The column that says what a line is."""
        return self.names["epochs", self.experiment.model.weights[0]] - 1

    def line(self, name: str) -> str:
        """The line of a column of the epochs table."""
        if name == "epoch":
            return self.above[0]
        return self.below[0] if name in UNDER else name[: len(name) - len(self.weight(name))]

    def line_row(self, line: str, number: int) -> int:
        """The row of a line in a pass's block."""
        if line in self.above:
            return self.epoch_row(number) + self.above.index(line)
        return self.epoch_row(number) + len(self.above) + self.rows + self.below.index(line)

    # ---- what `Layout` asks of its places

    @cached_property
    def inputs(self) -> dict[str, Cell]:
        """The cell of each input; a start is typed in where the first pass's weight stands."""
        named = [name for name in self.experiment.inputs if not name.startswith("start_")]
        rule = {name: Cell(INPUTS + i, INPUT_BLOCKS[0] + 2) for i, name in enumerate(named)}
        return rule | {f"start_{w}": self.epoch_cell(w, 0) for w in self.experiment.model.weights}

    @property
    def band(self) -> int:
        """The row that names the roles, above the header."""
        named = sum(not name.startswith("start_") for name in self.experiment.inputs)
        return INPUTS + max(LEAST_INPUT_ROWS, named) + 1

    @property
    def last(self) -> int:
        """The last row of the last block."""
        return self.body + self.passes * self.height - 2

    def epoch_row(self, number: int) -> int:
        """The first row of a pass's block."""
        return self.body + number * self.height

    def step_row(self, number: int, row: int) -> int:
        """The row of an image in a pass."""
        return self.epoch_row(number) + len(self.above) + row

    def epoch_cell(self, name: str, number: int) -> Cell:
        """A cell of the epochs table."""
        column = self.names["epochs", name]
        return Cell(self.line_row(self.line(name), number), column)

    def contents_of(self, number: int) -> Iterator[Content]:
        """Every formula cell of one pass; the first pass's weights are typed in."""
        weights = self.experiment.model.weights
        for content in super().contents_of(number):
            if number or content.table != "epochs" or content.column not in weights:
                yield content

    def _held(self, name: str, number: int) -> str:
        at = self.epoch_cell(name, number)
        return f"${self.column('epochs', name)}${at.row}"

    def _span(self, name: str, number: int, row: int) -> str:
        if name != "pixels":
            return super()._span(name, number, row)
        weights = self.experiment.model.weights
        return f"{self.step_cell(PIXEL + weights[1], number, row)}:{self.step_cell(PIXEL + weights[-1], number, row)}"

    def _epoch(self, reference: Reference, column: Column, number: int) -> str:
        """As filled to the right: what is the same for all pixels is held by its column."""
        name = reference.name
        range_ = ("steps", name) in self.names and ("epochs", name) not in self.names and not reference.last
        if not range_ or name.startswith(PIXEL) or name == column.name:
            return super()._epoch(reference, column, number)
        at = self.column("steps", name)
        number = max(number - reference.back, 0)
        return f"${at}{self.step_row(number, 0)}:${at}{self.step_row(number, self.rows - 1)}"

    def _step_formula(self, column: Column, number: int, row: int) -> str:
        if not column.name.startswith(PIXEL):
            return super()._step_formula(column, number, row)
        weight = self.experiment.model.weights.index(column.name.removeprefix(PIXEL))
        example = self.experiment.order(self.examples or self.rows, number)[row]
        return f"={self.data[0]}!{self.data_cell(example, weight - 1)}"


@cache
def _weight(name: str, weights: tuple[str, ...]) -> str:
    return next((w for w in weights if name == w or name.endswith(f"_{w}")), "")
