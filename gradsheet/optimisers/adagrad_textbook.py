"""AdaGrad as published: the squared gradients are added up, row by row, and never forgotten.

Source: Duchi, Hazan and Singer, "Adaptive subgradient methods", JMLR 12, 2011; eps as in torch.optim.Adagrad.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gradsheet.numerics import sqrt
from gradsheet.optimisers import LR, Here, Input, Optimiser
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor


class State(NamedTuple):
    """The sum of squared gradients so far, (P, B)."""

    total: Tensor


def init(weights: Tensor, here: Here) -> State:
    """The sum starts from `total0`, 0 by default."""
    return State(here.total0)


def update(weights: Tensor, grad: Tensor, state: State, here: Here) -> tuple[Tensor, State]:
    """G ← G + g²; w ← w − g·lr/(√G + eps)."""
    total = state.total + grad * grad
    return weights - grad * here.lr / (sqrt(total) + here.eps), State(total)


adagrad_textbook = Optimiser(
    "adagrad_textbook",
    {
        "lr": Input(1.0, LR, low=0.0),
        "total0": Input(0.0, "the sum of squares at the start", low=0.0),
        "eps": Input(1e-10, "keeps the divisor above 0", low=0.0),
    },
    init,
    update,
    (
        Column(
            "total_{w}",
            "=prev(total_{w})+grad_{w}^2",
            first="=total0",
            title="sum de/d{w}²",
            note="All squared gradients so far, added up.",
        ),
        Column(
            "new_{w}",
            "={w}-grad_{w}*lr/(SQRT(total_{w})+eps)",
            role="weights",
            title="new {w}",
            note="The weight after this row: the gradient is divided by the root of the sum, "
            "so the learning rate only ever falls.",
        ),
    ),
)
