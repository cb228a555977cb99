"""Momentum: step along a moving average of the gradient.

Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964, in the averaged form
v ← v·β + (1−β)·g of graddesc.xlsx, momentum!J4:K4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gradsheet.optimisers import LR, Here, Input, Optimiser, beta
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor


class State(NamedTuple):
    """The moving average of the gradient, (P, B)."""

    velocity: Tensor


def init(weights: Tensor, here: Here) -> State:
    """The average starts from `velocity0`, 0 by default."""
    return State(here.velocity0)


def update(weights: Tensor, grad: Tensor, state: State, here: Here) -> tuple[Tensor, State]:
    """V ← v·β + (1−β)·g; w ← w − v·lr, with the new v."""
    velocity = state.velocity * here.beta + (1 - here.beta) * grad
    return weights - velocity * here.lr, State(velocity)


momentum = Optimiser(
    "momentum",
    {
        "lr": Input(1e-4, LR, low=0.0),
        "beta": beta(0.9, "how much of the past the velocity keeps"),
        "velocity0": Input(0.0, "the velocity before the warm-up"),
    },
    init,
    update,
    (
        Column(
            "velocity_{w}",
            "=prev(velocity_{w})*beta+(1-beta)*grad_{w}",
            first="=velocity0",
            title="velocity {w}",
            note="A moving average of the gradient: beta parts of the velocity one row up, "
            "1 − beta parts of this row's gradient.",
        ),
        Column(
            "new_{w}",
            "={w}-velocity_{w}*lr",
            role="weights",
            title="new {w}",
            note="The weight after this row: {w} minus the velocity (this row's) times the learning rate.",
        ),
    ),
)
