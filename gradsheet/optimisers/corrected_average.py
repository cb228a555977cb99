"""A moving average of the data, with and without correction for its start at 0.

It moves no weights: it is the average inside momentum and Adam, by itself. As in the course's sheet 1 − beta is a
number of its own, typed as 0.1; computed, 1 − 0.9 is 0.09999999999999998, and the last digits of every row differ.

Source: mom_bias.xlsx (fast.ai), Sheet1!D5:G13; Kingma and Ba, arXiv:1412.6980, section 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gradsheet.optimisers import Here, Input, Optimiser, beta
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor


class State(NamedTuple):
    """The row's five columns, (B,) each."""

    average: Tensor
    left: Tensor
    correction: Tensor
    rebuilt: Tensor
    corrected: Tensor


def init(weights: Tensor, here: Here) -> State:
    """An average of nothing is 0, and all of it is that 0."""
    zero = here.beta * 0
    return State(zero, zero + 1, zero, zero, zero)


def update(weights: Tensor, grad: Tensor, state: State, here: Here) -> tuple[Tensor, State]:
    """M ← m·β + v·(1−β); m̂ = m/(1−βⁿ). The power is a running product."""
    average = state.average * here.beta + here.y * here.rest
    left = state.left * here.beta
    correction = 1 - left
    rebuilt = here.rest + state.correction * here.beta
    return weights, State(average, left, correction, rebuilt, average / correction)


corrected_average = Optimiser(
    "corrected_average",
    {
        "beta": beta(0.9, "how much of the past the average keeps"),
        "rest": Input(0.1, "1 − beta, typed as in the course: how much a new value counts", low=0.0, high=1.0),
    },
    init,
    update,
    (
        Column(
            "average",
            "=prev(average)*beta+y*rest",
            first="=0",
            title="moving average",
            note="beta parts of the average one row up, 1 − beta parts of this row's value. It starts from 0, so at "
            "first it is far too small.",
        ),
        Column(
            "left",
            "=prev(left)*beta",
            first="=1",
            title="beta^n",
            note="beta to the power of the row: how much of the average is still its start, 0.",
        ),
        Column(
            "correction",
            "=1-left",
            first="=0",
            title="correction",
            note="1 − beta^n: how much of the average is data.",
        ),
        Column(
            "rebuilt",
            "=rest+prev(correction)*beta",
            role="schedule",
            title="the same, added up",
            note="The correction again, as what the average's weights add up to: 1 − beta for this row, and beta times "
            "what the rows above added up to. It differs in the last digit, since 1 − beta is typed.",
        ),
        Column(
            "corrected",
            "=average/correction",
            role="prediction",
            title="corrected average",
            note="The moving average divided by how much of it is data: right from the first row on.",
        ),
    ),
)
