"""One neuron without activation: a straight line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gradsheet.models import Beside, Model
from gradsheet.numerics import stack
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor


def predict(weights: Iterable[Tensor], x: Tensor) -> dict[str, Tensor]:
    """Pred = b + a·x."""
    b, a = weights
    return {"pred": b + a * x}


def gradient(weights: Iterable[Tensor], x: Tensor, y: Tensor, shown: dict[str, Tensor]) -> Tensor:
    """∂e/∂b = 2(pred − y), ∂e/∂a = ∂e/∂b · x."""
    d_b = 2 * (shown["pred"] - y)
    return stack([d_b, d_b * x])


def _stretch(weights: Iterable[Tensor], x: Any, shown: dict[str, Tensor], here: Any) -> dict[str, Tensor]:
    return {"stretch": here.lr * (x * x + 1)}


line = Model(
    "line",
    "y = a·x + b",
    ("b", "a"),
    predict,
    (Column("pred", "=b+a*x", role="prediction", note="What the line says for this x: b + a·x."),),
    gradient,
    (
        Column(
            "d_b",
            "=2*(pred-y)",
            role="gradient",
            title="de/db",
            note="How fast error² grows as b grows: the derivative of (pred − y)² by b is 2·(pred − y).",
        ),
        Column(
            "d_a",
            "=d_b*x",
            role="gradient",
            title="de/da",
            note="How fast error² grows as a grows. By the chain rule: de/db times x.",
        ),
    ),
    stretch=Beside(
        (
            Column(
                "stretch",
                "=lr*(x^2+1)",
                role="error",
                title="stretch",
                note="lr·‖∇pred‖², here lr·(x² + 1): this row's update multiplies its own error by 1 − 2 times this. "
                "Below 1 the error shrinks; above 1 it comes out larger, on the other side.",
            ),
        ),
        _stretch,
    ),
)
