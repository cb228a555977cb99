"""RMSprop as the sheet has it: divide by the root of the *previous* row's average of squares.

Source: graddesc.xlsx, rmsprop!H4:K4. The lecture divides by the updated average: `rmsprop_textbook`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gradsheet.numerics import sqrt
from gradsheet.optimisers import LR, Here, Input, Optimiser, beta
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor


class State(NamedTuple):
    """The moving average of squared gradients, (P, B)."""

    square: Tensor


def init(weights: Tensor, here: Here) -> State:
    """The average starts from `square0`, 10000 by default, and is primed by the warm-up."""
    return State(here.square0)


def squares(grad: Tensor, state: State, here: Here) -> Tensor:
    """S ← s·β + (1−β)·g²."""
    square: Tensor = state.square * here.beta + (1 - here.beta) * (grad * grad)
    return square


def update(weights: Tensor, grad: Tensor, state: State, here: Here) -> tuple[Tensor, State]:
    """W ← w − g·lr/√s with the s of the row before; then s ← s·β + (1−β)·g²."""
    return weights - grad * here.lr / sqrt(state.square), State(squares(grad, state, here))


SQUARE = Column(
    "square_{w}",
    "=prev(square_{w})*beta+(1-beta)*grad_{w}^2",
    first="=square0",
    title="avg de/d{w}²",
    note="A moving average of the squared gradient: beta parts of the one above, "
    "1 − beta parts of this row's gradient times itself. Its root is the gradient's usual size.",
)

rmsprop = Optimiser(
    "rmsprop",
    {
        "lr": Input(0.02, LR, low=0.0),
        "beta": beta(0.9, "how much of the past the average of squares keeps"),
        "square0": Input(1e4, "the average of squares before the warm-up", low=0.0),
    },
    init,
    update,
    (
        SQUARE,
        Column(
            "new_{w}",
            "={w}-grad_{w}*lr/SQRT(prev(square_{w}))",
            role="weights",
            title="new {w}",
            note="The weight after this row: the gradient is divided by its usual size, the root of the "
            "average one row up, so that every weight moves by about lr.",
        ),
    ),
)
