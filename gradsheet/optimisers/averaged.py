"""The average of gradients, built step by step: a moving average, corrected for its start at 0, and a step along it.

Momentum without warm-up: dividing by 1 − βⁿ does what the course's sheet does by priming its velocity.

Source: Kingma and Ba, arXiv:1412.6980, section 3, for the average alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gradsheet.optimisers import LR, Here, Input, Optimiser, beta
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor


class State(NamedTuple):
    """The average and its corrected form, (P, B); how much of the zero start is left in it, (B,)."""

    average: Tensor
    left: Tensor
    corrected: Tensor


def init(weights: Tensor, here: Here) -> State:
    """An average of nothing."""
    return State(weights * 0, here.beta * 0 + 1, weights * 0)


def update(weights: Tensor, grad: Tensor, state: State, here: Here) -> tuple[Tensor, State]:
    """M ← m·β + (1−β)·g; w ← w − lr·m/(1−βⁿ)."""
    average = state.average * here.beta + (1 - here.beta) * grad
    left = state.left * here.beta
    corrected = average / (1 - left)
    return weights - corrected * here.lr, State(average, left, corrected)


averaged = Optimiser(
    "averaged",
    {"lr": Input(1e-4, LR, low=0.0), "beta": beta(0.9, "how much of the past the average keeps")},
    init,
    update,
    (
        Column(
            "average_{w}",
            "=prev(average_{w})*beta+(1-beta)*grad_{w}",
            first="=0",
            title="average {w}",
            note="beta parts of the average one row up, 1 − beta parts of this row's gradient. It starts from 0.",
        ),
        Column(
            "left",
            "=prev(left)*beta",
            first="=1",
            title="beta^step",
            note="beta to the power of the step: how much of the average is still its start, 0.",
        ),
        Column(
            "corrected_{w}",
            "=average_{w}/(1-left)",
            first="=0",
            title="corrected {w}",
            note="The average divided by how much of it is gradients: right from the first row on.",
        ),
        Column(
            "new_{w}",
            "={w}-corrected_{w}*lr",
            role="weights",
            title="new {w}",
            note="The weight after this row: {w} minus the corrected average times the learning rate.",
        ),
    ),
)
