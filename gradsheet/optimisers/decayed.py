"""Noisy SGD whose learning rate shrinks with every step: first it roams, then it comes to rest.

Source: Robbins and Monro, "A stochastic approximation method", 1951: steps that shrink are what makes noise die out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gradsheet.optimisers import LR, Here, Input, Optimiser
from gradsheet.optimisers.noisy import NOISE
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor


class State(NamedTuple):
    """The learning rate as it now is, (B,)."""

    rate: Tensor


def init(weights: Tensor, here: Here) -> State:
    """The learning rate as given."""
    return State(here.lr)


def update(weights: Tensor, grad: Tensor, state: State, here: Here) -> tuple[Tensor, State]:
    """Rate ← rate·decay; w ← w − (g + noise·x)·rate."""
    rate = state.rate * here.decay
    return weights - (grad + here.noise * here.x) * rate, State(rate)


decayed = Optimiser(
    "decayed",
    {
        "lr": Input(0.01, "the learning rate at first", low=0.0),
        "decay": Input(0.99, "what is left of the learning rate after each step", low=0.0, high=1.0),
        "noise": Input(30.0, NOISE),
    },
    init,
    update,
    (
        Column(
            "rate",
            "=prev(rate)*decay",
            first="=lr",
            title="lr now",
            note=f"The learning rate of this row ({LR}): the one of the row above, times decay.",
        ),
        Column(
            "new_{w}",
            "={w}-(grad_{w}+noise*x)*rate",
            role="weights",
            title="new {w}",
            note="The weight after this row: {w} minus the slope, off by noise times this row's nudge, times the "
            "learning rate as it now is.",
        ),
    ),
)
