"""A run's columns as lines: what stands, in order, with the epoch (and its fraction) that each value belongs to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from gradsheet.engine import Trace


@dataclass(frozen=True)
class Paths:
    """One lane of a run, without its warm-up and without the passes that were run again.

    Attributes:
        trace: the run.
        lane: which of its lanes.
    """

    trace: Trace
    lane: int = 0

    @cached_property
    def _passes(self) -> list[int]:
        trace = self.trace
        stands, epoch = trace.accepted[self.lane].tolist(), trace.epoch[self.lane].tolist()
        return [k for k, good in enumerate(stands) if good and trace.warm <= k and epoch[k] <= trace.asked]

    @property
    def rows(self) -> int:
        """Rows in a pass."""
        return self.trace.setup.rows

    @property
    def batches(self) -> int:
        """Passes in an epoch."""
        return self.trace.setup.batches

    @property
    def weights(self) -> tuple[str, ...]:
        """The weights' names; of two, the slope before the intercept."""
        names = self.trace.experiment.model.weights
        return names[::-1] if len(names) == 2 else names

    def by_row(self, name: str) -> tuple[list[float], list[float]] | None:
        """Where each row stands in epochs, and a column's values; None where the run did not keep it."""
        if name not in self.trace.steps:
            return None
        cells = self.trace.steps[name][self.lane].tolist()
        at = [(i + row / self.rows) / self.batches for i in range(len(self._passes)) for row in range(self.rows)]
        return at, [value for k in self._passes for value in cells[k]]

    def by_epoch(self, name: str) -> tuple[list[float], list[float]]:
        """The epochs, and a column of the epochs table."""
        values = self.trace.epochs[name][self.lane].tolist()
        return [float(k) for k in range(len(values))], values

    def finest(self, name: str) -> tuple[list[float], list[float]]:
        """By row where the rows were kept, else by epoch."""
        return self.by_row(name) or self.by_epoch(name)

    def place(self, at: float) -> str:
        """A place in words.

        Example:
            >>> from gradsheet import run
            >>> Paths(run("basic", epochs=1)).place(1 + 3 / 29)
            'epoch 1, row 4'
        """
        epoch = math.floor(at + 1e-9)
        count = self.rows * self.batches
        row = round((at - epoch) * count) + 1
        return f"epoch {epoch}, row {row}" if count > 1 else f"epoch {epoch}"


def lost(at: Sequence[float], values: Sequence[float]) -> float | None:
    """Where a line leaves the finite numbers; None where it does not.

    Example:
        >>> lost([0.0, 1.0, 2.0], [5.0, float("inf"), float("nan")])
        1.0
    """
    return next((x for x, value in zip(at, values, strict=True) if not math.isfinite(value)), None)
