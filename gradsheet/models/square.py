"""One weight, squared: the smallest model whose slope is not the same everywhere.

Its loss, (x² − 9)², has minima at 3 and −3 and a hill at 0 between them; the further out, the steeper, by x³.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gradsheet.models import Model
from gradsheet.numerics import stack
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor


def predict(weights: Iterable[Tensor], x: Tensor) -> dict[str, Tensor]:
    """The weight times itself; what the example says goes unused."""
    (w,) = weights
    return {"pred": w * w}


def gradient(weights: Iterable[Tensor], x: Tensor, y: Tensor, shown: dict[str, Tensor]) -> Tensor:
    """∂e/∂w = 2(w² − y)·2w."""
    (w,) = weights
    return stack([2 * (shown["pred"] - y) * (2 * w)])


square = Model(
    "square",
    "y = w²",
    ("w",),
    predict,
    (Column("pred", "=w^2", role="prediction", note="The weight times itself, which should come to 9."),),
    gradient,
    (
        Column(
            "d_w",
            "=2*(pred-y)*(2*w)",
            role="gradient",
            title="de/dw",
            note="How fast error² grows as w grows. By the chain rule: 2·(pred − y), times the slope of w², which is "
            "2·w.",
        ),
    ),
)
