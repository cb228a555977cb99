"""One weight in a landscape of two valleys, of which one is deeper: the smallest loss with a false minimum.

The loss is 3w⁴ − 4w³ − 12w² + 32. Its slope, 12·w·(w + 1)·(w − 2), is 0 in three places: the false minimum, 27 at
w = −1; the hill between the valleys, 32 at w = 0; the true minimum, 0 at w = 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gradsheet.models import Loss, Model
from gradsheet.numerics import stack
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor

FALSE, HILL, TRUE = -1.0, 0.0, 2.0
DEPTH = 32.0


def predict(weights: Iterable[Tensor], x: Tensor) -> dict[str, Tensor]:
    """The height over the hill, which is negative in the valleys; what the example says goes unused."""
    (w,) = weights
    return {"pred": w * w * (3 * (w * w) - 4 * w - 12)}


def gradient(weights: Iterable[Tensor], x: Tensor, y: Tensor, shown: dict[str, Tensor]) -> Tensor:
    """∂loss/∂w = 12·w·(w + 1)·(w − 2)."""
    (w,) = weights
    return stack([12 * w * (w + 1) * (w - 2)])


def _height(pred: Tensor, y: Tensor) -> Tensor:
    return pred + DEPTH


height = Loss(
    Column(
        "loss",
        "=pred+32",
        role="error",
        title="loss",
        note="The height over the deepest point: 0 in the true minimum, at w = 2; 27 in the false one, at w = −1; "
        "32 on the hill between them, at w = 0.",
    ),
    "=pred+32",
    _height,
    (
        Column(
            "mean_loss",
            "=AVERAGE(loss)",
            role="error",
            title="mean loss",
            note="The average loss of this pass's steps.",
        ),
    ),
    {"mean_loss": lambda total, rows: total / rows},
)

valleys = Model(
    "valleys",
    "loss = 3w⁴ − 4w³ − 12w² + 32",
    ("w",),
    predict,
    (
        Column(
            "pred",
            "=w^2*(3*w^2-4*w-12)",
            role="prediction",
            title="height",
            note="How high w lies over the hill between the valleys: 3w⁴ − 4w³ − 12w². Negative: in a valley.",
        ),
    ),
    gradient,
    (
        Column(
            "d_w",
            "=12*w*(w+1)*(w-2)",
            role="gradient",
            title="slope",
            note="The derivative of the loss by w: 12·w·(w + 1)·(w − 2). It is 0 at −1, 0 and 2, and cannot tell "
            "which of them is which.",
        ),
    ),
    loss=height,
)
