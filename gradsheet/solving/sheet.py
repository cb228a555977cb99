"""An experiment in place of a workbook: its sheet, written for the occasion, and its names as cells.

``lr`` is the input's cell, ``a`` the one in which the weight a starts, ``root_sum`` the loss of the last epoch and
``root_sum@3`` that of epoch 3; where nothing is learnt, ``average@3`` is row 3 of that column.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gradsheet.address import Cell
from gradsheet.errors import GradsheetError
from gradsheet.experiments import Experiment, catalogue, experiment
from gradsheet.workbook.export import export, shown_of
from gradsheet.workbook.values import Values

_WORD = re.compile(r"(?<![\w!'.$@])[A-Za-z]\w*(?:@\d+)?(?![\w!'.(@])")


@dataclass(frozen=True)
class Sheet:
    """An experiment's sheet in a workbook of its own.

    Attributes:
        path: the workbook, for as long as it is needed.
        values: what the sheet shows.
    """

    path: Path
    values: Values

    @property
    def entry(self) -> Experiment:
        """The experiment as it ran."""
        return self.values.layout.experiment

    @cached_property
    def cells(self) -> dict[str, str]:
        """What may change, by name: inputs, and where the weights start."""
        starts = {w: self._start(w) for w in self.entry.model.weights}
        inputs = {name: self._on_sheet(cell) for name, cell in self.values.layout.inputs.items()}
        return {**inputs, **{f"start_{w}": cell for w, cell in starts.items()}, **starts}

    @cached_property
    def columns(self) -> frozenset[str]:
        """What can be asked for, by name: of the last epoch, or of the one behind an @."""
        return frozenset(c.name for c in (self.entry.epochs if self.entry.trains else self.entry.steps))

    def wanted(self, text: str) -> str:
        """The cell that a text such as ``root_sum@3`` stands for."""
        name, _, place = text.strip().partition("@")
        return self.at(name, int(place) if place.isdigit() else None) if name in self.columns else text

    def spelled(self, text: str) -> str:
        """A text such as ``lr,a`` or ``lr>=0`` with cells in place of names."""
        return _WORD.sub(lambda word: self.cells.get(word[0]) or self.wanted(word[0]), text)

    def at(self, name: str, place: int | None = None) -> str:
        """A column's cell in the last epoch, or row, or in another one.

        Raises:
            GradsheetError: there is no such epoch or row.
        """
        trace, layout = self.values.trace, self.values.layout
        low, high, what = (0, trace.asked, "epochs") if self.entry.trains else (1, layout.rows * layout.passes, "rows")
        place = high if place is None else place
        if not low <= place <= high:
            raise GradsheetError(f"{name}@{place}: {self.entry.name} has {what} from {low} to {high} here")
        if not self.entry.trains:
            return self._on_sheet(layout.step_cell(name, *divmod(place - 1, layout.rows)))
        stands = (trace.accepted[0] & (trace.epoch[0] == place)).nonzero()[:, 0].tolist()
        if not stands:
            raise GradsheetError(f"{self.entry.name} never finishes epoch {place} here: give it other numbers to start")
        return self._on_sheet(layout.epoch_cell(name, stands[0]))

    def _start(self, weight: str) -> str:
        layout = self.values.layout
        if self.entry.starts:
            return f"{layout.data[0]}!{layout.start_cell(self.entry.model.weights.index(weight))}"
        return self._on_sheet(layout.inputs[f"start_{weight}"])

    def _on_sheet(self, cell: Cell) -> str:
        return f"{self.entry.name}!{cell}"


def named(what: str | os.PathLike[str]) -> bool:
    """Whether this is an experiment's name, and no file's.

    Raises:
        GradsheetError: it is neither.
    """
    text = os.fspath(what)
    if text not in catalogue() and (Path(text).suffix or Path(text).exists()):
        return False
    return bool(experiment(text))


@contextmanager
def sheet_of(
    what: Any,
    changing: Sequence[str],
    epochs: int | None,
    settings: Mapping[str, Any],
    data: Any,
    inputs: Mapping[str, Any],
) -> Iterator[Sheet]:
    """Write an experiment's sheet, for as long as it is needed.

    Args:
        what: the experiment.
        changing: what may change; the weights where empty.
        epochs: how many; the experiment's usual number where not given, but none where only weights may change: the
            loss is then that of the pass which starts from them.
        settings: gradient, carry, optimiser and batch.
        data: its examples.
        inputs: values for its inputs.
    """
    entry = experiment(what).configured(**settings)
    weights = {name for w in entry.model.weights for name in (w, f"start_{w}")}
    words = {word for text in changing for word in re.split(r"\s*,\s*", text.strip())}
    if epochs is None:
        epochs = 0 if words <= weights else entry.usual_epochs
    with TemporaryDirectory() as folder:
        path = export(entry, Path(folder) / f"{entry.name}.xlsx", epochs=epochs, data=data, **inputs)
        yield Sheet(path, shown_of(entry, epochs, data, inputs))
