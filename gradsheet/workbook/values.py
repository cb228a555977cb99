"""What every formula cell shows: the engine's number, as Excel would store it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from gradsheet.engine import Trace
from gradsheet.workbook.layout import Content, Layout

Shown = float | bool | str


@dataclass(frozen=True)
class Values:
    """One lane of a trace, cell by cell."""

    layout: Layout
    trace: Trace
    lane: int = 0

    @cached_property
    def _steps(self) -> dict[str, list[list[float]]]:
        return {n: t[self.lane].tolist() for n, t in self.trace.steps.items()}

    @cached_property
    def _passes(self) -> dict[str, list[float]]:
        tables = {n: t[self.lane].tolist() for n, t in self.trace.passes.items()}
        return tables | {"epoch": [float(e) for e in self.trace.epoch[self.lane].tolist()]}

    def __call__(self, content: Content) -> Shown:
        """The value of one cell."""
        if content.row is None or content.column == "epoch":
            value: Shown = self._passes[content.column][content.number]
        else:
            value = self._steps[content.column][content.number][content.row]
        return "#NUM!" if isinstance(value, float) and not math.isfinite(value) else value

    def column(self, table: str, name: str, number: int | None = None) -> list[float]:
        """The finite values of a column: of one pass, or of all that are no warm-up."""
        warm = self.layout.warm
        if table == "epochs":
            found = self._passes[name][warm:]
        elif number is not None:
            found = self._steps[name][number]
        else:
            found = [v for rows in self._steps[name][warm:] for v in rows]
        return [v for v in found if math.isfinite(v)]

    def after(self, epochs: int, name: str) -> Shown:
        """A column of the epochs table after so many epochs; #N/A where the passes do not get that far."""
        table = self.trace.epochs
        value = float(table[name][self.lane, epochs])
        if math.isfinite(value):
            return value
        return "#N/A" if self.trace.experiment.optimiser.retries and not self._reached(epochs) else "#NUM!"

    def _reached(self, epochs: int) -> bool:
        wanted = self.trace.accepted[self.lane] & (self.trace.epoch[self.lane] == epochs)
        return bool(wanted.any())
