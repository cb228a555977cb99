"""Adam as the sheet has it: momentum divided by the root of the average square; no bias correction, no eps.

Source: graddesc.xlsx, adam!H4:M4. As published (Kingma and Ba, arXiv:1412.6980): `adam_textbook`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gradsheet.numerics import sqrt
from gradsheet.optimisers import LR, Here, Input, Optimiser, beta
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor


class State(NamedTuple):
    """The moving averages of gradient and squared gradient, (P, B) each."""

    average: Tensor
    square: Tensor


def init(weights: Tensor, here: Here) -> State:
    """The averages start from `average0` (0) and `square0` (10000), and are primed by the warm-up."""
    return State(here.average0, here.square0)


def moments(grad: Tensor, state: State, here: Here) -> State:
    """M ← m·β1 + (1−β1)·g; s ← s·β2 + (1−β2)·g²."""
    return State(
        state.average * here.beta1 + (1 - here.beta1) * grad,
        state.square * here.beta2 + (1 - here.beta2) * (grad * grad),
    )


def update(weights: Tensor, grad: Tensor, state: State, here: Here) -> tuple[Tensor, State]:
    """W ← w − m·lr/√s, with the new m and s."""
    state = moments(grad, state, here)
    return weights - state.average * here.lr / sqrt(state.square), state


MOMENTS = (
    Column(
        "average_{w}",
        "=prev(average_{w})*beta1+(1-beta1)*grad_{w}",
        first="=average0",
        title="avg de/d{w}",
        note="A moving average of the gradient (the momentum): beta1 parts of the one above, "
        "1 − beta1 parts of this row's gradient.",
    ),
    Column(
        "square_{w}",
        "=prev(square_{w})*beta2+(1-beta2)*grad_{w}^2",
        first="=square0",
        title="avg de/d{w}²",
        note="A moving average of the squared gradient: beta2 parts of the one above, "
        "1 − beta2 parts of this row's gradient times itself.",
    ),
)

adam = Optimiser(
    "adam",
    {
        "lr": Input(1.0, LR, low=0.0),
        "beta1": beta(0.9, "how much of the past the average gradient keeps"),
        "beta2": beta(0.9, "how much of the past the average of squares keeps"),
        "average0": Input(0.0, "the average gradient before the warm-up"),
        "square0": Input(1e4, "the average of squares before the warm-up", low=0.0),
    },
    init,
    update,
    (
        *MOMENTS,
        Column(
            "new_{w}",
            "={w}-average_{w}*lr/SQRT(square_{w})",
            role="weights",
            title="new {w}",
            note="The weight after this row: {w} minus lr times the average gradient, divided by the root of "
            "the average of squares (both this row's).",
        ),
    ),
)
