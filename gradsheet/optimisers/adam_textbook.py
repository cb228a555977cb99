"""Adam as published: averages from zero, corrected for that start, and an eps in the divisor.

Source: Kingma and Ba, "Adam: a method for stochastic optimization", arXiv:1412.6980, algorithm 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gradsheet.numerics import sqrt
from gradsheet.optimisers import Here, Input, Optimiser
from gradsheet.optimisers.adam import MOMENTS, adam, moments
from gradsheet.optimisers.adam import State as Moments
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor


class State(NamedTuple):
    """The averages, (P, B), and how much of their zero start is left in them, (B,)."""

    average: Tensor
    square: Tensor
    left1: Tensor
    left2: Tensor


def init(weights: Tensor, here: Here) -> State:
    """The averages start from 0; nothing but that 0 is in them."""
    return State(here.average0, here.square0, here.beta1 * 0 + 1, here.beta2 * 0 + 1)


def update(weights: Tensor, grad: Tensor, state: State, here: Here) -> tuple[Tensor, State]:
    """m̂ = m/(1−β1ᵗ), ŝ = s/(1−β2ᵗ); w ← w − lr·m̂/(√ŝ + eps). The powers are running products."""
    average, square = moments(grad, Moments(state.average, state.square), here)
    left1, left2 = state.left1 * here.beta1, state.left2 * here.beta2
    step = here.lr * (average / (1 - left1)) / (sqrt(square / (1 - left2)) + here.eps)
    return weights - step, State(average, square, left1, left2)


adam_textbook = Optimiser(
    "adam_textbook",
    {
        **adam.inputs,
        "beta2": Input(0.999, adam.inputs["beta2"].note, low=0.0, high=1.0),
        "average0": Input(0.0, "the average gradient at the start"),
        "square0": Input(0.0, "the average of squares at the start"),
        "eps": Input(1e-8, "keeps the divisor above 0", low=0.0),
    },
    init,
    update,
    (
        *MOMENTS,
        Column(
            "left1",
            "=prev(left1)*beta1",
            first="=1",
            title="beta1^step",
            note="beta1 to the power of the step: how much of the average is still its start, 0.",
        ),
        Column(
            "left2",
            "=prev(left2)*beta2",
            first="=1",
            title="beta2^step",
            note="beta2 to the power of the step: how much of the average of squares is still its start, 0.",
        ),
        Column(
            "new_{w}",
            "={w}-lr*(average_{w}/(1-left1))/(SQRT(square_{w}/(1-left2))+eps)",
            role="weights",
            title="new {w}",
            note="The weight after this row. Both averages are first divided by 1 − beta^step, "
            "which makes up for their start at 0 (bias correction).",
        ),
    ),
)
