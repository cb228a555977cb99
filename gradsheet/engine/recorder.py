"""Collects what a run shows, pass by pass, and lays it out as a `Trace`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from gradsheet.engine.setup import Setup
from gradsheet.engine.trace import Trace
from gradsheet.errors import GradsheetError
from gradsheet.experiments.tables import ENTERS, states
from gradsheet.table import Column


@dataclass
class Recorder:
    """Collects what a run shows, pass by pass."""

    setup: Setup
    keep: Any
    _rows: dict[str, list[Tensor]] = field(default_factory=dict)
    _passes: dict[str, list[Tensor]] = field(default_factory=dict)
    _marks: list[tuple[Tensor, Tensor, Tensor]] = field(default_factory=list)

    def __post_init__(self) -> None:
        names = [c.name for c in self.setup.experiment.steps]
        if isinstance(self.keep, str):
            if self.keep not in ("all", "epochs"):
                raise GradsheetError(f"keep is {self.keep!r}: choose all, epochs, or a list of column names")
            self._wanted = names if self.keep == "all" else []
        else:
            if not isinstance(self.keep, Collection):
                raise GradsheetError(f"keep is {self.keep!r}: choose all, epochs, or a list of column names")
            for name in self.keep:
                if name not in names:
                    raise GradsheetError(
                        f"{self.setup.experiment.name} has no column {name!r}: it has {', '.join(names)}"
                    )
            self._wanted = list(self.keep)

    def wants(self, *prefixes: str) -> bool:
        """Whether a column that begins like this is kept."""
        return any(name.startswith(prefixes) for name in self._wanted)

    def wants_any(self, columns: Iterable[Column]) -> bool:
        """Whether one of these columns is kept."""
        return any(c.name in self._wanted for c in columns)

    def shows(self, footer: str) -> bool:
        """Whether this column of the epochs table is kept."""
        return True

    def enter(self, weights: Tensor, state: Any, held: Any) -> None:
        """A pass begins."""
        experiment = self.setup.experiment
        self._note_pass("", weights)
        prefix = "" if experiment.batch == "row" else ENTERS
        remembered = {c.name.removesuffix("_{w}") for c in states(experiment)}
        for name, value in state._asdict().items():
            if name in remembered:
                self._note_pass(prefix + name, value)
        if experiment.model.collapse:
            for name, value in experiment.model.collapse.compute(weights, None, {}, self.setup.here).items():
                self._note_pass(name, value)
        for name, value in held._asdict().items() if held is not None else ():
            self._note_pass(name, value)

    def update(self, shown: Mapping[str, Tensor], state: Any) -> None:
        """The one update of a pass over a batch."""
        for name, value in (*shown.items(), *state._asdict().items()):
            self._note_pass(name, value)

    def row(self, shown: Mapping[str, Tensor], state: Any) -> None:
        """A row is done."""
        if not self._wanted:
            return
        for name, value in (*shown.items(), *state._asdict().items()):
            self._note_row("" if name == "weights" else name, value)

    def close(self, epoch: Tensor, accepted: Tensor, sums: Any, footers: Any, done: Any) -> None:
        """A pass ends."""
        if self.setup.experiment.trains:
            for name, summed in self.setup.experiment.model.loss.summed.items():
                if self.shows(name):
                    self._note_pass(name, summed(sums.err2, self.setup.rows))
        if footers is not None:
            for name, value in footers._asdict().items():
                self._note_pass(name, value)
        self._marks.append((epoch, accepted, done.broken))

    def mark(self) -> dict[str, int]:
        """Where the rows stand now."""
        return {name: len(values) for name, values in self._rows.items()}

    def rewind(self, mark: Mapping[str, int]) -> None:
        """Forget the rows since `mark`."""
        for name, values in self._rows.items():
            del values[mark.get(name, 0) :]

    def trace(self, asked: int) -> Trace:
        """Everything, with the batch axis first."""
        n = self.setup.rows
        steps = {}
        for name in self._wanted:
            cells = torch.stack(self._rows.pop(name))
            steps[name] = cells.reshape(-1, n, self.setup.lanes).permute(2, 0, 1)
        passes = {name: torch.stack(values, 1) for name, values in self._passes.items()}
        epoch, accepted, broken = (torch.stack(part, 1) for part in zip(*self._marks, strict=True))
        return Trace(self.setup, asked, steps, passes, epoch, accepted, broken)

    def _note_row(self, name: str, value: Tensor) -> None:
        for flat, cell in self._flat(name, value):
            if flat in self._wanted:
                self._rows.setdefault(flat, []).append(cell.expand(self.setup.lanes))

    def _note_pass(self, name: str, value: Tensor) -> None:
        for flat, cell in self._flat(name, value):
            self._passes.setdefault(flat, []).append(cell)

    def _flat(self, name: str, value: Tensor) -> list[tuple[str, Tensor]]:
        """A (P, B) field as its columns."""
        if value.dim() == 1:
            return [(name, value)]
        weights = self.setup.experiment.model.weights
        return [(f"{name}_{w}" if name else w, cell) for w, cell in zip(weights, value, strict=True)]
