"""Two neurons in a row, without activation: c·(a·x + b) + d, which is a straight line again.

Source: forums.fast.ai/t/live-coding-16/97059/21.
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
    """The first neuron gives z = a·x + b, the second c·z + d."""
    a, b, c, d = weights
    z = a * x + b
    return {"z": z, "pred": c * z + d}


def gradient(weights: Iterable[Tensor], x: Tensor, y: Tensor, shown: dict[str, Tensor]) -> Tensor:
    """∂e/∂d = 2(pred − y); ∂e/∂c = that · z; ∂e/∂b = that · c; ∂e/∂a = ∂e/∂b · x."""
    _, _, c, _ = weights
    d_d = 2 * (shown["pred"] - y)
    d_b = d_d * c
    return stack([d_b * x, d_b, d_d * shown["z"], d_d])


def _stretch(weights: Iterable[Tensor], x: Any, shown: dict[str, Tensor], here: Any) -> dict[str, Tensor]:
    _, _, c, _ = weights
    across, z = c * x, shown["z"]
    return {"stretch": here.lr * (across * across + c * c + z * z + 1)}


def _collapse(weights: Iterable[Tensor], x: Any, shown: dict[str, Tensor], here: Any) -> dict[str, Tensor]:
    a, b, c, d = weights
    return {"slope": a * c, "intercept": c * b + d}


# The weight that is added stands first: IronCalc reads c*z+(d+h) as (c*z+d)+h.
Z = Column("z", "=b+a*x", role="prediction", title="z", note="What the first neuron says: b + a·x.")
STRETCH_NOTE = (
    "lr·‖∇pred‖²: this row's update multiplies its own error by 1 − 2 times this (to first order). Below 1 the error "
    "shrinks; above 1 it comes out larger, on the other side."
)
D_D = Column(
    "d_d",
    "=2*(pred-y)",
    role="gradient",
    title="de/dd",
    note="How fast error² grows as d grows: the derivative of (pred − y)² by d is 2·(pred − y).",
)
D_A = Column(
    "d_a",
    "=d_b*x",
    role="gradient",
    title="de/da",
    note="How fast error² grows as a grows. By the chain rule: de/db times x.",
)
LINE = Beside(
    (
        Column(
            "slope",
            "=a*c",
            role="prediction",
            title="slope a·c",
            note="c·(a·x + b) + d is a straight line: its slope is a·c.",
        ),
        Column(
            "intercept",
            "=c*b+d",
            role="prediction",
            title="intercept c·b + d",
            note="c·(a·x + b) + d is a straight line: its intercept is c·b + d.",
        ),
    ),
    _collapse,
)

two_neuron = Model(
    "two_neuron",
    "y = c·(a·x + b) + d",
    ("a", "b", "c", "d"),
    predict,
    (
        Z,
        Column("pred", "=d+c*z", role="prediction", note="What the second neuron makes of it: d + c·z."),
    ),
    gradient,
    (
        D_D,
        Column(
            "d_b",
            "=d_d*c",
            role="gradient",
            title="de/db",
            note="How fast error² grows as b grows: de/dd times c, since b reaches pred through c.",
        ),
        D_A,
        Column(
            "d_c",
            "=d_d*z",
            role="gradient",
            title="de/dc",
            note="How fast error² grows as c grows: de/dd times z, the number that c multiplies.",
        ),
    ),
    stretch=Beside(
        (
            Column(
                "stretch",
                "=lr*((c*x)^2+c^2+z^2+1)",
                role="error",
                title="stretch",
                note=STRETCH_NOTE + " Here ‖∇pred‖² is (c·x)² + c² + z² + 1.",
            ),
        ),
        _stretch,
    ),
    collapse=LINE,
)
