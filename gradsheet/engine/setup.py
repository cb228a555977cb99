"""What a run starts from: checked inputs, data and start as tensors, one lane per setting."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from gradsheet.errors import GradsheetError
from gradsheet.experiments import Experiment
from gradsheet.experiments.batches import check_batch

Number = float | int | Sequence[float] | Tensor
MOST_BYTES = 4 * 2**30


@dataclass(frozen=True)
class Setup:
    """An experiment with numbers in it.

    Attributes:
        experiment: gradient and carry-over as asked for.
        inputs: every input, (B,) each, in the catalogue's order.
        per_weight: inputs given for single weights (``square0_b``), (B,) each.
        here: the same as a namespace; an input given per weight is (P, B) in it.
        x: (N, 1), or (N, B) where every lane has its own data; (N, F, 1 or B) where an example is F numbers.
        y: likewise.
        start: the weights, (P, B).
        notes: what a careful reader should know of these settings, one sentence each.
    """

    experiment: Experiment
    inputs: dict[str, Tensor]
    per_weight: dict[str, Tensor]
    here: SimpleNamespace
    x: Tensor
    y: Tensor
    start: Tensor
    notes: tuple[str, ...]

    @property
    def lanes(self) -> int:
        """How many runs go on at once."""
        return self.start.shape[1]

    @property
    def rows(self) -> int:
        """Rows in a pass."""
        return self.experiment.rows(len(self.x))

    @property
    def batches(self) -> int:
        """Passes in an epoch."""
        return self.experiment.batches(len(self.x))

    def examples(self, number: int) -> Sequence[tuple[Tensor, Tensor]]:
        """The (x, y) of a pass, warm-up passes counted from 0; each (1,) or (B,)."""
        at = self.experiment.order(len(self.x), number)
        if at == range(len(self.x)):
            return list(zip(self.x, self.y, strict=True))
        return list(zip(self.x[list(at)], self.y[list(at)], strict=True))

    def points(self, lane: int = 0) -> list[tuple[float, ...]]:
        """A lane's examples, y last."""
        x, y = (t[..., lane if t.shape[-1] > 1 else 0].tolist() for t in (self.x, self.y))
        return [(*row, truth) if isinstance(row, list) else (row, truth) for row, truth in zip(x, y, strict=True)]

    def blocks(self, size: int) -> Iterator[Setup]:
        """The same lanes, so many at a time."""
        for first in range(0, self.lanes, size):
            yield self.part(slice(first, first + size))

    def part(self, lanes: slice | Tensor) -> Setup:
        """Some of the lanes; what is the same for all of them takes no more room for it."""
        count = self.start[:, lanes].shape[1]

        def of(tensor: Tensor) -> Tensor:
            if tensor.stride(-1) == 0:
                return tensor[..., :1].expand(*tensor.shape[:-1], count)
            return tensor[..., lanes]

        return replace(
            self,
            inputs={n: of(t) for n, t in self.inputs.items()},
            per_weight={n: of(t) for n, t in self.per_weight.items()},
            here=SimpleNamespace(**{n: of(t) for n, t in vars(self.here).items()}),
            x=of(self.x) if self.x.shape[-1] > 1 else self.x,
            y=of(self.y) if self.y.shape[1] > 1 else self.y,
            start=of(self.start),
        )


def prepare(
    experiment: Experiment,
    given: Mapping[str, Number],
    data: Any = None,
    device: str = "cpu",
    dtype: torch.dtype = torch.float64,
) -> Setup:
    """Check what the user gave and lay it out as lanes.

    Args:
        experiment: the catalogue's entry.
        given: inputs by name; ``start`` sets all weights; ``square0_b`` refines ``square0`` for one weight.
            A tensor or a list is one value per lane, (B,).
        data: None for the experiment's own, (N, 2), (B, N, 2), rows of (x, y), or a frame with columns x, y.
        device: where the tensors live.
        dtype: of all tensors.

    Raises:
        GradsheetError: an input that does not exist or is no number, or lanes that do not fit together.
    """
    if not isinstance(dtype, torch.dtype) or not dtype.is_floating_point:
        raise GradsheetError(f"{experiment.name}: dtype is {dtype!r}; give torch.float64 or torch.float32")
    points = _data(experiment, data, device, dtype)
    experiment = experiment.sized(points.shape[-1])
    given = _starts_spelled_out(experiment, given)
    weights = experiment.model.weights
    values = {name: i.default for name, i in experiment.inputs.items()} | dict(given)
    tensors = {name: _number(experiment, name, value, device, dtype) for name, value in values.items()}
    check_batch(experiment, points.shape[1])
    lanes = _lanes(experiment, tensors, points)
    tensors = {name: t.expand(lanes) for name, t in tensors.items()}
    inputs = {name: t for name, t in tensors.items() if name in experiment.inputs}
    refined = {n: t for n, t in tensors.items() if n not in experiment.inputs and not n.startswith("start_")}
    here = SimpleNamespace(**inputs)
    for name in {n.rpartition("_")[0] for n in refined}:
        each = [tensors.get(f"{name}_{w}", tensors[name]) for w in weights]
        setattr(here, name, torch.stack(each))
    return Setup(
        experiment,
        inputs,
        refined,
        here,
        points[..., 0].T.contiguous() if not experiment.model.wide else points[..., :-1].permute(1, 2, 0).contiguous(),
        points[..., -1].T.contiguous(),
        _start(experiment, tensors, device, dtype) if weights else points.new_empty(0, lanes),
        _notes(experiment, inputs, points.shape[1]),
    )


def _start(experiment: Experiment, tensors: Mapping[str, Tensor], device: str, dtype: torch.dtype) -> Tensor:
    """The weights, (P, B): as given, else as drawn by each lane's seed; all alike without the room for them."""
    weights = experiment.model.weights
    if experiment.starts is None:
        each = [tensors[f"start_{w}"] for w in weights]
        if all(t.stride(0) == 0 for t in each):
            return torch.stack([t[:1] for t in each]).expand(-1, len(each[0]))
        return torch.stack(each)
    seeds = tensors["seed"].tolist()
    for seed in seeds:
        if seed != int(seed) or not 0 <= seed < 2**53:
            raise GradsheetError(f"{experiment.name}: seed is {seed:g}; give a whole number, 0 or more")
    drawn = {seed: experiment.starts(int(seed), len(weights)) for seed in dict.fromkeys(seeds)}
    rows = torch.tensor([drawn[seed] for seed in seeds], dtype=dtype, device=device).T
    return torch.stack([tensors.get(f"start_{w}", row) for w, row in zip(weights, rows, strict=True)])


def _starts_spelled_out(experiment: Experiment, given: Mapping[str, Number]) -> dict[str, Number]:
    spelled: dict[str, Number] = {}
    for name, value in given.items():
        if name == "start":
            spelled = {f"start_{w}": value for w in experiment.model.weights} | spelled
        else:
            spelled[name] = value
    weights = experiment.model.weights
    known = [
        *experiment.inputs,
        *(f"start_{w}" for w in weights),
        *(f"{n}_{w}" for n in experiment.inputs for w in weights if n.endswith("0")),
    ]
    for name in spelled:
        if name not in known:
            near = difflib.get_close_matches(name, [*experiment.inputs, "start"], n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(experiment.inputs)}"
            raise GradsheetError(f"{experiment.name} has no input {name!r}: {hint}")
    return spelled


def _number(experiment: Experiment, name: str, value: Any, device: str, dtype: torch.dtype) -> Tensor:
    like = f"write it like {experiment.inputs[name].default if name in experiment.inputs else 1.0!r}"
    try:
        tensor = torch.as_tensor(value, dtype=dtype, device=device)
    except (TypeError, ValueError, RuntimeError):
        raise GradsheetError(f"{experiment.name}: {name} is {value!r}, which is no number; {like}") from None
    if tensor.dim() > 1:
        raise GradsheetError(
            f"{experiment.name}: {name} has shape {tuple(tensor.shape)}; one value per lane, (B,), is expected"
        )
    if tensor.numel() and not all(math.isfinite(end) for end in _range(tensor)):
        raise GradsheetError(f"{experiment.name}: {name} is {value!r}, which is no finite number; {like}")
    return tensor.reshape(-1)


def _range(tensor: Tensor) -> tuple[float, float]:
    """The least and the greatest, NaN where there is one: a single look at a million lanes, and nothing to hold it."""
    low, high = torch.aminmax(tensor[..., :1] if tensor.dim() and tensor.stride(-1) == 0 else tensor)
    return float(low), float(high)


def _data(experiment: Experiment, data: Any, device: str, dtype: torch.dtype) -> Tensor:
    """The examples as (B or 1, N, 2)."""
    if data is None:
        data = list(experiment.data)
    if hasattr(data, "columns"):
        data = data.to_numpy() if experiment.model.wide else columns_xy(data)
    try:
        points = torch.as_tensor(data, dtype=dtype, device=device)
    except (TypeError, ValueError, RuntimeError):
        raise GradsheetError("the data is not a table of numbers: give rows of (x, y)") from None
    fits = points.shape[-1:] == (2,) or (experiment.model.wide and points.dim() > 1 and points.shape[-1] > 2)
    if points.dim() not in (2, 3) or not fits or not points.numel():
        kind = "pixels and y" if experiment.model.wide else "(x, y)"
        raise GradsheetError(f"the data has shape {tuple(points.shape)}: rows of {kind}, at least one, are expected")
    if not points.isfinite().all():
        row = int((~points.isfinite().all(-1)).reshape(-1).nonzero()[0]) + 1
        raise GradsheetError(f"row {row} of the data is not a pair of finite numbers: mend or remove it")
    return points if points.dim() == 3 else points[None]


def columns_xy(frame: Any) -> Any:
    """The columns x and y of a frame, in either case, as numbers."""
    found = {str(c).strip().lower(): c for c in frame.columns}
    for name in ("x", "y"):
        if name not in found:
            has = ", ".join(map(str, frame.columns))
            raise GradsheetError(
                f"the data has no column {name!r} (it has: {has}): name its two columns x and y, with a comma between"
            )
    if not len(frame):
        raise GradsheetError("the data has a header and no rows: give at least one example")
    for name in ("x", "y"):
        for row, value in enumerate(frame[found[name]].tolist(), 1):
            try:
                float(value)
            except (TypeError, ValueError):
                raise GradsheetError(f"row {row} of the data, column {name}: {value!r} is no number") from None
    return frame[[found["x"], found["y"]]].to_numpy(dtype="float64")


def _lanes(experiment: Experiment, tensors: Mapping[str, Tensor], points: Tensor) -> int:
    sizes = {name: t.shape[0] for name, t in tensors.items() if t.shape[0] != 1}
    if len(points) != 1:
        sizes["data"] = len(points)
    if len(set(sizes.values())) > 1:
        said = ", ".join(f"{name}: {size}" for name, size in sizes.items())
        raise GradsheetError(f"{experiment.name}: inputs have different numbers of lanes ({said}); give all the same")
    if 0 in sizes.values():
        raise GradsheetError(f"{experiment.name}: {next(iter(sizes))} is empty; give at least one value")
    return next(iter(sizes.values()), 1)


def _notes(experiment: Experiment, inputs: Mapping[str, Tensor], examples: int) -> tuple[str, ...]:
    notes = []
    left = 0 if experiment.batch == "row" else examples - experiment.rows(examples) * experiment.batches(examples)
    if left:
        notes.append(
            f"{experiment.name}: {left} of {examples} rows do not fill a batch of {experiment.batch}: "
            "each epoch leaves that many out."
        )
    lr = inputs.get("lr")
    low, high = (1.0, 1.0) if lr is None else _range(lr)
    if low < 0:
        notes.append(f"{experiment.name}: lr is negative, so every step goes uphill.")
    if lr is not None and low <= 0 <= high and (lr == 0).any():
        notes.append(f"{experiment.name}: lr is 0, so the weights never move.")
    for name, one in experiment.inputs.items():
        if one.high is not None and one.low is not None:
            low, high = _range(inputs[name])
            if low < one.low or high >= one.high:
                outside = (inputs[name] < one.low) | (inputs[name] >= one.high)
                worst = float(inputs[name][outside][0])
                notes.append(
                    f"{experiment.name}: {name} is {worst:g}, outside {one.low:g} to {one.high:g}: "
                    "the average is no average any more."
                )
    if "h" in inputs and 0 in _range(inputs["h"].abs()):
        notes.append(f"{experiment.name}: h is 0, so the estimates divide by 0.")
    return tuple(notes)


def check_size(setup: Setup, passes: int, columns: int) -> None:
    """Refuse a trace that would not fit, before it is begun.

    Raises:
        GradsheetError: saying how to ask for less.
    """
    size = passes * setup.rows * columns * setup.lanes * setup.start.element_size()
    if math.isfinite(size) and size > MOST_BYTES:
        raise GradsheetError(
            f"{setup.experiment.name}: these columns of {setup.lanes:,} lanes take {size / 2**30:.0f} GiB; "
            "ask for keep='epochs', or for fewer columns"
        )
