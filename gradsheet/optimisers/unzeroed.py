"""SGD whose gradients are never set back to zero: a mistake that everyone makes once.

Source: torch.Tensor.backward adds to .grad; without optimizer.zero_grad() every step goes along the sum so far.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gradsheet.optimisers import LR, Here, Input, Optimiser
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor


class State(NamedTuple):
    """What .grad holds, (P, B)."""

    accumulated: Tensor


def init(weights: Tensor, here: Here) -> State:
    """Nothing is accumulated yet."""
    return State(weights * 0)


def update(weights: Tensor, grad: Tensor, state: State, here: Here) -> tuple[Tensor, State]:
    """G ← G + g; w ← w − G·lr."""
    accumulated = state.accumulated + grad
    return weights - accumulated * here.lr, State(accumulated)


unzeroed = Optimiser(
    "unzeroed",
    {"lr": Input(0.01, LR, low=0.0)},
    init,
    update,
    (
        Column(
            "accumulated_{w}",
            "=prev(accumulated_{w})+grad_{w}",
            first="=0",
            title="sum of all de/d{w}",
            note="All gradients so far, added up: what .grad holds when nobody calls zero_grad().",
        ),
        Column(
            "new_{w}",
            "={w}-accumulated_{w}*lr",
            role="weights",
            title="new {w}",
            note="The weight after this step: {w} minus the sum of all gradients so far, times the learning rate.",
        ),
    ),
)
