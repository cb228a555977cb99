"""Two neurons with a ReLU between them: c·MAX(a·x + b, 0) + d.

Source: forums.fast.ai/t/live-coding-16/97059/24.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gradsheet.models import Beside, Model
from gradsheet.models.two_neuron import D_A, D_D, STRETCH_NOTE, Z
from gradsheet.numerics import if_above, ramp, stack
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor


def predict(weights: Iterable[Tensor], x: Tensor) -> dict[str, Tensor]:
    """The first neuron's z = a·x + b passes only where it is above 0; the second makes c·relu + d of it."""
    a, b, c, d = weights
    z = a * x + b
    relu = ramp(z)
    return {"z": z, "relu": relu, "pred": c * relu + d}


def gradient(weights: Iterable[Tensor], x: Tensor, y: Tensor, shown: dict[str, Tensor]) -> Tensor:
    """As without ReLU while z is above 0; where it is not, a and b have no part in the prediction."""
    _, _, c, _ = weights
    d_d = 2 * (shown["pred"] - y)
    through = d_d * c
    d_b = if_above(shown["z"], 0.0, through, through.new_zeros(()))
    return stack([d_b * x, d_b, d_d * shown["relu"], d_d])


def _alive(weights: Iterable[Tensor], x: Any, shown: dict[str, Tensor], here: Any) -> dict[str, Tensor]:
    z = shown["z"]
    return {"alive": if_above(z, 0.0, z.new_ones(()), z.new_zeros(()))}


def _stretch(weights: Iterable[Tensor], x: Any, shown: dict[str, Tensor], here: Any) -> dict[str, Tensor]:
    _, _, c, _ = weights
    across, relu, z = c * x, shown["relu"], shown["z"]
    first = if_above(z, 0.0, across * across + c * c, z.new_zeros(()))
    return {"stretch": here.lr * (first + relu * relu + 1)}


two_neuron_relu = Model(
    "two_neuron_relu",
    "y = c·MAX(a·x + b, 0) + d",
    ("a", "b", "c", "d"),
    predict,
    (
        Z,
        Column(
            "relu", "=MAX(z,0)", role="prediction", title="relu", note="What passes: z where it is above 0, else 0."
        ),
        Column("pred", "=d+c*relu", role="prediction", note="What the second neuron makes of it: d + c·relu."),
    ),
    gradient,
    (
        D_D,
        Column(
            "d_b",
            "=IF(z>0,d_d*c,0)",
            role="gradient",
            title="de/db",
            note="How fast error² grows as b grows: de/dd times c; 0 where nothing passes the ReLU.",
        ),
        D_A,
        Column(
            "d_c",
            "=d_d*relu",
            role="gradient",
            title="de/dc",
            note="How fast error² grows as c grows: de/dd times relu, the number that c multiplies.",
        ),
    ),
    beside=Beside(
        (
            Column(
                "alive",
                "=IF(z>0,1,0)",
                role="prediction",
                title="alive?",
                note="1: z passes the ReLU. 0: it does not, so in this row a, b and c have no part in the prediction, "
                "their derivatives are 0, and only d can learn. Where it is 0 in every row, the ReLU is dead.",
            ),
        ),
        _alive,
    ),
    stretch=Beside(
        (
            Column(
                "stretch",
                "=lr*(IF(z>0,(c*x)^2+c^2,0)+relu^2+1)",
                role="error",
                title="stretch",
                note=STRETCH_NOTE + " Here ‖∇pred‖² is (c·x)² + c² + relu² + 1, and 1 where the ReLU is shut.",
            ),
        ),
        _stretch,
    ),
)
