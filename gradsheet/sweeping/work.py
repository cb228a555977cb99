"""What a sweep runs, as plain data: it can be written down, compared, and sent to another machine."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradsheet.errors import GradsheetError
from gradsheet.experiments import Experiment, catalogue, experiment
from gradsheet.sweeping.axes import Axis
from gradsheet.sweeping.grid import Grid

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Columns = dict[str, NDArray[np.float64] | NDArray[np.int64] | list[str]]

WATCHED = ("broke", "above", "fate")
"""Outputs that are no column of the epochs table."""
MOST_NAMED = 40
"""Columns that an error can still list."""


@dataclass(frozen=True)
class Work:
    """A sweep, whole.

    Attributes:
        what: an experiment's name, or a workbook's path.
        grid: the runs.
        outputs: as asked for.
        epochs: for an experiment.
        options: gradient, carry, optimiser, batch and the seed of the examples, those that are given.
        inputs: inputs, or a workbook's cells, that are the same in all runs.
        data: rows, y last, or None.
        threshold: what ``above`` and ``fate`` watch a row's loss for.
        device: where it runs.
        file: of a workbook, the digest of its bytes.
    """

    what: str
    grid: Grid
    outputs: tuple[str, ...]
    epochs: int
    options: Mapping[str, Any]
    inputs: Mapping[str, float]
    data: tuple[tuple[float, ...], ...] | None
    threshold: float
    device: str = "cpu"
    file: str = ""

    def __getstate__(self) -> dict[str, Any]:
        """Without the entry: a rule is known by which one it is, and a copy from elsewhere is another."""
        return {name: value for name, value in vars(self).items() if name != "entry"}

    def described(self) -> dict[str, Any]:
        """All that the numbers depend on, for the manifest."""
        return {
            "what": Path(self.what).name if self.file else self.what,
            "file": self.file,
            "over": [str(axis) for axis in self.grid.axes],
            "seed": self.grid.seed,
            "outputs": list(self.outputs),
            "epochs": self.epochs,
            "options": {name: value for name, value in self.options.items() if value is not None},
            "inputs": dict(self.inputs),
            "data": None if self.data is None else hashlib.sha256(repr(self.data).encode()).hexdigest(),
            "threshold": self.threshold,
        }

    @cached_property
    def entry(self) -> Experiment:
        """The experiment as it runs."""
        return experiment(self.what).configured(**self.options)

    def columns(self, first: int, last: int, compiled: bool = False) -> Columns:
        """Axes and outputs of the runs from `first` up to, not including, `last`."""
        points = self.grid.part(first, last)
        if self.file:
            return {**points, **self._cells(points)}
        return {**points, **(self._runs(points, compiled) if self.entry.trains else self._table(points))}

    @cached_property
    def examples(self) -> int:
        """How many an experiment has."""
        return len(self.entry.data if self.data is None else self.data)

    def check(self) -> None:
        """Refuse what cannot be swept, before it begins.

        Raises:
            GradsheetError: an axis or an output that there is not.
        """
        if not self.file:
            self._check_outputs()
        self.columns(0, 1)

    def _check_outputs(self) -> None:
        entry = self.entry
        known = [c.name for c in (entry.epochs if entry.trains else entry.steps)]
        watched = WATCHED if entry.trains else ()
        low, high = (0, self.epochs) if entry.trains else (1, self.examples * (self.epochs + 1))
        for output in self.outputs:
            name, at, place = output.partition("@")
            if name not in (*known, *watched):
                near = difflib.get_close_matches(name, [*known, *watched], n=1)
                few = [*known, *watched] if len(known) <= MOST_NAMED else [*entry.losses, *watched]
                hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(few)}"
                raise GradsheetError(f"{entry.name} has no output {name!r}: {hint}")
            if at and (name in watched or not place.isdigit() or not low <= int(place) <= high):
                what = "NAME@EPOCH with an epoch" if entry.trains else "NAME@ROW with a row"
                raise GradsheetError(f"{output} is no output: write {what} from {low} to {high}")
        if "fate" in self.outputs and "root_sum" not in known:
            raise GradsheetError(
                f"{entry.name} has no root_sum, by which a fate is told: ask for {entry.losses[0]} and broke"
            )
        if "fate" in self.outputs and self.epochs < 1:
            raise GradsheetError(
                "a fate compares the first pass's root_sum with the last one's: give --epochs 1 or more"
            )

    def _cells(self, points: Mapping[str, Any]) -> Columns:
        import torch

        fixed = [name for name in self.inputs if name not in points]
        program = _program(self.what, (*points, *fixed), self.outputs)
        lanes = {name: torch.from_numpy(values) for name, values in points.items()}
        with torch.no_grad():
            found = program({**lanes, **{name: float(self.inputs[name]) for name in fixed}})
        count = len(next(iter(points.values())))
        return {name: found[name].expand(count).numpy() for name in self.outputs}

    def _runs(self, points: Mapping[str, Any], compiled: bool) -> Columns:
        import torch

        from gradsheet.engine.finals import finals
        from gradsheet.engine.setup import prepare

        setup = prepare(self.entry, self._given(points), self.data, self.device, getattr(torch, self.entry.dtype))
        wanted = [self._at(name) for name in self.outputs if name not in WATCHED]
        watches = set(self.outputs) & {"above", "fate"}
        if "fate" in self.outputs:
            weights = self.entry.model.weights
            wanted += [("root_sum", k) for k in (0, self.epochs)]
            wanted += [(w, k) for w in weights for k in (self.epochs - 1, self.epochs)]
        found = finals(
            setup,
            self.epochs,
            list(dict.fromkeys(wanted)),
            above=self.threshold if watches else None,
            compiled=compiled,
        )
        tensors = {name: t.cpu() for name, t in found.items()}
        columns: Columns = {}
        for name in self.outputs:
            if name == "fate":
                from gradsheet.sweeping.fate import fates

                columns["fate"] = fates(tensors, self.entry.model.weights, self.epochs)
            elif name in WATCHED:
                for part in (f"{name}_epoch", f"{name}_row"):
                    columns[part] = tensors[part].numpy()
            else:
                column, epoch = self._at(name)
                columns[name] = tensors[f"{column}@{epoch}"].numpy()
        return columns

    def _table(self, points: Mapping[str, Any]) -> Columns:
        """Where nothing is learnt: columns of the rows, in the last one or in the one behind an @."""
        from gradsheet.engine import run

        places = {output: output.partition("@")[::2] for output in self.outputs}
        kept = {name for name, _ in places.values()}
        trace = run(self.entry, self.epochs, data=self.data, keep=kept, device=self.device, **self._given(points))
        count = len(next(iter(points.values())))
        found: Columns = {}
        for output, (name, row) in places.items():
            column = trace.steps[name].flatten(1)[:, int(row) - 1 if row else -1]
            found[output] = column.expand(count).cpu().numpy()
        return found

    def _given(self, points: Mapping[str, Any]) -> dict[str, Any]:
        """What is the same in all runs, and a lane for each of them."""
        import torch

        lanes = {self._input(name): torch.from_numpy(values) for name, values in points.items()}
        return {**self.inputs, **lanes}

    def _at(self, output: str) -> tuple[str, int]:
        name, _, epoch = output.partition("@")
        return name, int(epoch) if epoch else self.epochs

    def _input(self, name: str) -> str:
        """An axis names an input; a weight's name stands for where that weight starts."""
        start = f"start_{name}"
        return start if name not in self.entry.inputs and start in self.entry.inputs else name


@cache
def _program(path: str, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> Any:
    from gradsheet.workbook.load import load

    return load(path).program(list(inputs), list(outputs))


def work_of(
    what: Any, over: Sequence[Axis], outputs: Sequence[str], epochs: int | None, options: Mapping[str, Any],
    inputs: Mapping[str, float], data: Any, threshold: float, seed: int, device: str,
) -> Work:  # fmt: skip
    """The sweep of an experiment, by name, or of a workbook, by its path.

    Raises:
        GradsheetError: there is neither.
    """
    text = what.name if isinstance(what, Experiment) else str(what)
    grid = Grid(tuple(over), seed)
    if text in catalogue():
        entry = experiment(text)
        rows = None if data is None else tuple(tuple(map(float, row)) for row in _rows(data, entry))
        inputs = dict(inputs)
        if "seed" in inputs and "seed" not in entry.inputs:
            options = {**options, "seed": _whole(entry, inputs.pop("seed"))}
        epochs = entry.usual_epochs if epochs is None else epochs
        outputs = outputs or entry.losses[:1] or [name for name, _ in entry.curves if name != "y"]
        work = Work(text, grid, tuple(outputs), epochs, options, inputs, rows, threshold, device)
    else:
        path = Path(text)
        if not path.is_file():
            if path.suffix.lower() in (".xlsx", ".xlsm"):
                raise GradsheetError(f"{text}: no such file")
            experiment(text)  # says what there is
        if not outputs:
            raise GradsheetError(f"{text}: say which cells are wanted, such as --outputs 'Sheet!A1'")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        work = Work(text, grid, tuple(outputs), 0, {}, inputs, None, threshold, file=digest)
    work.check()
    return work


def _rows(data: Any, entry: Experiment) -> Any:
    """Rows of numbers from whatever holds them."""
    if hasattr(data, "columns"):
        from gradsheet.engine.setup import columns_xy

        return (data.to_numpy() if entry.model.wide else columns_xy(data)).tolist()
    return data.tolist() if hasattr(data, "tolist") else data


def _whole(entry: Experiment, seed: float) -> int:
    if seed != int(seed):
        raise GradsheetError(f"{entry.name}: seed is {seed:g}; give one whole number")
    return int(seed)
