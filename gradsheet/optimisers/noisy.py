"""SGD with a gradient that is off by a drawn number: what a mini-batch does, with the size of its error in a cell.

A mini-batch's gradient is the full one plus an error that is 0 on average. Here the error is drawn: ``noise`` times
the row's x, a normal number.

Source: Robbins and Monro, "A stochastic approximation method", 1951.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradsheet.optimisers import LR, Here, Input, Nothing, Optimiser
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor

NOISE = "how far a mini-batch's slope is off: its standard deviation"


def init(weights: Tensor, here: Here) -> Nothing:
    """Nothing to remember."""
    return Nothing()


def update(weights: Tensor, grad: Tensor, state: Nothing, here: Here) -> tuple[Tensor, Nothing]:
    """W ← w − (g + noise·x)·lr."""
    return weights - (grad + here.noise * here.x) * here.lr, state


noisy = Optimiser(
    "noisy",
    {"lr": Input(0.01, LR, low=0.0), "noise": Input(30.0, NOISE)},
    init,
    update,
    (
        Column(
            "new_{w}",
            "={w}-(grad_{w}+noise*x)*lr",
            role="weights",
            title="new {w}",
            note="The weight after this row: {w} minus the slope times the learning rate, the slope off by noise times "
            "this row's nudge, as a mini-batch's is.",
        ),
    ),
)
