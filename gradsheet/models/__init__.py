"""Models: one file each. `predict` is the only maths that a model must state twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gradsheet.numerics import sqrt
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor

    Shown = dict[str, Tensor]


@dataclass(frozen=True)
class Loss:
    """What a row's prediction costs, and how a pass sums that up.

    Attributes:
        column: the row's loss as a formula in ``pred`` and ``y``; other formulas call it ``err2``, whatever its name.
        nudged: the same number for a prediction with one weight nudged, as the course writes it.
        compute: ``(pred, y) -> (B,)``.
        footers: what the epochs table says of a pass; the first is the loss that charts and tables show.
        summed: of each footer ``(sum of the rows' losses (B,), rows) -> (B,)``.
    """

    column: Column
    nudged: str
    compute: Callable[[Tensor, Tensor], Tensor]
    footers: tuple[Column, ...]
    summed: Mapping[str, Callable[[Tensor, int], Tensor]]


@dataclass(frozen=True)
class Beside:
    """Columns that are only shown: nothing that trains reads them.

    Attributes:
        columns: as formulas.
        compute: ``(weights (P, B), x or None, shown, here) -> {column: (B,)}``.
    """

    columns: tuple[Column, ...]
    compute: Callable[[Iterable[Tensor], Any, Shown, Any], Shown]


def _square(pred: Tensor, y: Tensor) -> Tensor:
    error = pred - y
    return error * error


squared = Loss(
    Column(
        "err2",
        "=(y-pred)^2",
        role="error",
        title="error²",
        note="How wrong the prediction is: the difference to y, times itself.",
    ),
    "=(pred-y)^2",
    _square,
    (
        Column(
            "root_sum",
            "=SQRT(SUM(err2))",
            role="error",
            title="root of sum",
            note="The loss as the course's sheet labels it (“rmse”): the root of the SUM of error² over the "
            "pass, before each update. It grows with the number of rows.",
        ),
        Column(
            "rmse",
            "=SQRT(AVERAGE(err2))",
            role="error",
            title="rmse",
            note="The true root mean square error of the pass: the root of the AVERAGE of error². In the "
            "units of y: how far off a prediction typically is.",
        ),
    ),
    {"root_sum": lambda total, rows: sqrt(total), "rmse": lambda total, rows: sqrt(total / rows)},
)


@dataclass(frozen=True)
class Model:
    """A model in both languages.

    Attributes:
        name: as in the catalogue.
        equation: for people.
        weights: their names, in the order of the page.
        predict: ``(weights (P, B) or P tensors, x (B,)) -> {column: (B,)}``; the last one is ``pred``.
        columns: the same as formulas, the last one is ``pred``.
        gradient: ``(weights, x, y, shown) -> (P, B)``, the derivative of the loss, (pred − y)², by each weight.
        gradient_columns: the same as formulas, named ``d_{w}``; in the order of computation.
        loss: what a row costs, and the footers that sum a pass up.
        beside: columns of the steps table that are only shown.
        stretch: lr·‖∇pred‖² of a row likewise, shown where an experiment asks for it.
        collapse: columns of the epochs table that are only shown.
        called: what people call a weight whose name would be taken (``x`` is the data's), by name.
        features: how many numbers x is. Where it is more than one, the first weight is the bias and each other one
            belongs to a feature; x is (F, …), and `gradient` is that of the loss by pred, (…), the column of
            `gradient_columns`.
        sized: the same model for images of so many pixels a side.
    """

    name: str
    equation: str
    weights: tuple[str, ...]
    predict: Callable[[Iterable[Tensor], Tensor], Shown]
    columns: tuple[Column, ...]
    gradient: Callable[[Iterable[Tensor], Tensor, Tensor, Shown], Tensor]
    gradient_columns: tuple[Column, ...]
    loss: Loss = squared
    beside: Beside | None = None
    stretch: Beside | None = None
    collapse: Beside | None = None
    called: Mapping[str, str] = field(default_factory=dict)
    features: int = 1
    sized: Callable[[int], Model] | None = None

    @property
    def wide(self) -> bool:
        """Whether an example is many numbers: then the data sheet has them, and a formula reads the whole row."""
        return self.features > 1
