"""A parabola: a·t² + b·t + c, with the time t in the column of x.

Source: fast.ai, chapter 4, "An end-to-end SGD example".
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
    """Pred = a·t² + b·t + c."""
    a, b, c = weights
    return {"pred": a * (x * x) + b * x + c}


def gradient(weights: Iterable[Tensor], x: Tensor, y: Tensor, shown: dict[str, Tensor]) -> Tensor:
    """∂e/∂c = 2(pred − y); ∂e/∂b = that · t; ∂e/∂a = that · t²."""
    d_c = 2 * (shown["pred"] - y)
    return stack([d_c * (x * x), d_c * x, d_c])


quadratic = Model(
    "quadratic",
    "speed = a·t² + b·t + c",
    ("a", "b", "c"),
    predict,
    (Column("pred", "=a*x^2+b*x+c", role="prediction", note="The speed that the curve says: a·t² + b·t + c."),),
    gradient,
    (
        Column(
            "d_c",
            "=2*(pred-y)",
            role="gradient",
            title="de/dc",
            note="How fast error² grows as c grows: the derivative of (pred − y)² by c is 2·(pred − y).",
        ),
        Column(
            "d_b",
            "=d_c*x",
            role="gradient",
            title="de/db",
            note="How fast error² grows as b grows. By the chain rule: de/dc times t.",
        ),
        Column(
            "d_a",
            "=d_c*x^2",
            role="gradient",
            title="de/da",
            note="How fast error² grows as a grows. By the chain rule: de/dc times t².",
        ),
    ),
)
