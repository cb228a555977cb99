"""The parabola over scaled time: u = (t − 9.5)/9.5 runs from −1 to 1, so that no partial derivative dwarfs another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gradsheet.models import Model
from gradsheet.models.quadratic import quadratic
from gradsheet.numerics import stack
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor

MEAN = 9.5
"""The mean of the times 0 to 19."""


def predict(weights: Iterable[Tensor], x: Tensor) -> dict[str, Tensor]:
    """U = (t − 9.5)/9.5; pred = a·u² + b·u + c."""
    a, b, c = weights
    u = (x - MEAN) / MEAN
    return {"u": u, "pred": a * (u * u) + b * u + c}


def gradient(weights: Iterable[Tensor], x: Tensor, y: Tensor, shown: dict[str, Tensor]) -> Tensor:
    """∂e/∂c = 2(pred − y); ∂e/∂b = that · u; ∂e/∂a = that · u²."""
    d_c, u = 2 * (shown["pred"] - y), shown["u"]
    return stack([d_c * (u * u), d_c * u, d_c])


quadratic_scaled = Model(
    "quadratic_scaled",
    "speed = a·u² + b·u + c, u = (t − 9.5)/9.5",
    quadratic.weights,
    predict,
    (
        Column("u", f"=(x-{MEAN})/{MEAN}", role="prediction", title="u", note="Time, scaled: −1 to 1."),
        Column("pred", "=a*u^2+b*u+c", role="prediction", note="The speed that the curve says: a·u² + b·u + c."),
    ),
    gradient,
    (
        quadratic.gradient_columns[0],
        Column(
            "d_b",
            "=d_c*u",
            role="gradient",
            title="de/db",
            note="How fast error² grows as b grows. By the chain rule: de/dc times u.",
        ),
        Column(
            "d_a",
            "=d_c*u^2",
            role="gradient",
            title="de/da",
            note="How fast error² grows as a grows. By the chain rule: de/dc times u².",
        ),
    ),
)
