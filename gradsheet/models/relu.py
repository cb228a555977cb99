"""One neuron's straight line and what ReLU makes of it, side by side; nothing is learnt."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gradsheet.models import Beside, Model
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor


def predict(weights: Iterable[Tensor], x: Tensor) -> dict[str, Tensor]:
    """Nothing is predicted."""
    return {}


def gradient(weights: Iterable[Tensor], x: Tensor, y: Tensor, shown: dict[str, Tensor]) -> Tensor:
    """Nothing is learnt."""
    return y


def _lines(weights: Iterable[Tensor], x: Any, shown: dict[str, Tensor], here: Any) -> dict[str, Tensor]:
    linear = here.a * x + here.b
    return {"linear": linear, "relu": linear.clamp(min=0)}


relu = Model(
    "relu",
    "y = MAX(a·x + b, 0)",
    (),
    predict,
    (),
    gradient,
    (),
    beside=Beside(
        (
            Column("linear", "=a*x+b", role="prediction", title="linear", note="The straight line: a·x + b."),
            Column(
                "relu",
                "=MAX(linear,0)",
                role="prediction",
                title="ReLU",
                note="What is above 0 passes, everything else becomes 0: one bend in the line.",
            ),
        ),
        _lines,
    ),
)
nothing = Model("nothing", "no model", (), predict, (), gradient, ())
