"""RMSprop as published: divide by the root of the average that already holds this row's gradient.

Source: Tieleman and Hinton, Coursera "Neural Networks for Machine Learning", lecture 6e, 2012; with eps
outside the root as in torch.optim.RMSprop.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gradsheet.numerics import sqrt
from gradsheet.optimisers import Here, Input
from gradsheet.optimisers.rmsprop import SQUARE, State, rmsprop, squares
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor


def update(weights: Tensor, grad: Tensor, state: State, here: Here) -> tuple[Tensor, State]:
    """S ← s·β + (1−β)·g²; w ← w − g·lr/(√s + eps), with the new s."""
    square = squares(grad, state, here)
    return weights - grad * here.lr / (sqrt(square) + here.eps), State(square)


rmsprop_textbook = replace(
    rmsprop,
    name="rmsprop_textbook",
    inputs={
        **rmsprop.inputs,
        "square0": Input(0.0, "the average of squares at the start"),
        "eps": Input(1e-8, "keeps the divisor above 0", low=0.0),
    },
    update=update,
    columns=(
        SQUARE,
        Column(
            "new_{w}",
            "={w}-grad_{w}*lr/(SQRT(square_{w})+eps)",
            role="weights",
            title="new {w}",
            note="The weight after this row: the gradient is divided by the root of the average in this "
            "very row, which already holds it; eps keeps the divisor above 0.",
        ),
    ),
)
