"""One weight, squared: the smallest model whose slope is not the same everywhere.

Its loss, (x² − 9)², has minima at 3 and −3 and a hill at 0 between them; the further out, the steeper, by x³.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gradsheet.models import Beside, Model
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


def _stretch(weights: Iterable[Tensor], x: Any, shown: dict[str, Tensor], here: Any) -> dict[str, Tensor]:
    (w,) = weights
    return {"stretch": here.lr * ((2 * w) * (2 * w))}


square = Model(
    "square",
    "y = x²",
    ("w",),
    predict,
    (Column("pred", "=w*w", role="prediction", note="x times itself, which should come to 9."),),
    gradient,
    (
        Column(
            "d_w",
            "=2*(pred-y)*(2*w)",
            role="gradient",
            title="de/dx",
            note="How fast error² grows as x grows. By the chain rule: 2·(pred − y), times the slope of x², which is "
            "2·x.",
        ),
    ),
    stretch=Beside(
        (
            Column(
                "stretch",
                "=lr*(2*w)^2",
                role="error",
                title="stretch",
                note="lr·(2x)²: a step multiplies its own error by 1 − 2 times this (to first order). Above 1 the "
                "error comes out larger, on the other side. At x = 3 it is 36·lr, so the limit is lr = 1/36 = 2/72.",
            ),
        ),
        _stretch,
    ),
    called={"w": "x"},
)
