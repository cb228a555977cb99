"""Plain SGD: one step against the gradient.

Source: Robbins and Monro, "A stochastic approximation method", 1951; graddesc.xlsx, basic!M4:N4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradsheet.optimisers import LR, Here, Input, Nothing, Optimiser
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor


def init(weights: Tensor, here: Here) -> Nothing:
    """Nothing to remember."""
    return Nothing()


def update(weights: Tensor, grad: Tensor, state: Nothing, here: Here) -> tuple[Tensor, Nothing]:
    """W ← w − g·lr."""
    return weights - grad * here.lr, state


NEW = "The weight after this row: {w} minus the gradient times the learning rate."

sgd = Optimiser(
    "sgd",
    {"lr": Input(1e-4, LR, low=0.0)},
    init,
    update,
    (Column("new_{w}", "={w}-grad_{w}*lr", role="weights", title="new {w}", note=NEW),),
)
