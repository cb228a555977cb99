"""Gradient descent that begins again somewhere else every so many steps, and remembers the best place it saw.

Every ``every``-th row jumps to low + (high − low)·y, with y the row's number between 0 and 1.

Source: Boender and Rinnooy Kan, "Bayesian stopping rules for multistart global optimization methods", 1987.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gradsheet.numerics import where
from gradsheet.optimisers import LR, Here, Input, Optimiser
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor

NOTHING_YET = 1e300
MARGIN = 1e-9
"""By which a loss must be lower to count as better: spreadsheets take numbers for equal that agree to 15 digits."""


class State(NamedTuple):
    """How many steps, the best place, (P, B), and its loss."""

    done: Tensor
    best: Tensor
    best_loss: Tensor


def init(weights: Tensor, here: Here) -> State:
    """No step is done, and nothing is found."""
    none = here.lr * 0
    return State(none, weights, none + NOTHING_YET)


def update(weights: Tensor, grad: Tensor, state: State, here: Here) -> tuple[Tensor, State]:
    """W ← w − g·lr, or w + (place − w), so that an error stays one."""
    done = where(state.done >= here.every, here.lr * 0, state.done) + 1
    better = here.err2 < state.best_loss - MARGIN
    best = where(better, weights, state.best)
    best_loss = where(better, here.err2, state.best_loss)
    jump = here.low + (here.high - here.low) * here.y - weights
    step = where(done >= here.every, jump, -grad * here.lr)
    return weights + step, State(done, best, best_loss)


restarts = Optimiser(
    "restarts",
    {
        "lr": Input(0.01, LR, low=0.0),
        "every": Input(20.0, "after how many steps it begins again", low=0.0),
        "low": Input(-2.0, "new places are drawn from here …"),
        "high": Input(3.0, "… to here"),
    },
    init,
    update,
    (
        Column(
            "done",
            "=IF(prev(done)>=every,0,prev(done))+1",
            first="=0",
            title="step",
            note="How many steps this descent has made; after so many as every says it begins again.",
        ),
        Column(
            "best_{w}",
            "=IF(err2<prev(best_loss)-1E-9,{w},prev(best_{w}))",
            first="=start_{w}",
            title="best {w}",
            note="The best place so far: this row's {w} if its loss is below the best one so far.",
        ),
        Column(
            "best_loss",
            "=IF(err2<prev(best_loss)-1E-9,err2,prev(best_loss))",
            first="=1E+300",
            title="best loss",
            note="The lowest loss so far; before the first row a number larger than any. (Better means by a billionth "
            "at least, since spreadsheets take numbers for equal that agree to 15 digits.)",
        ),
        Column(
            "new_{w}",
            "={w}+IF(done>=every,low+(high-low)*y-{w},-grad_{w}*lr)",
            role="weights",
            title="new {w}",
            note="The weight after this row: {w} minus the slope times the learning rate; after every so many steps a "
            "jump to a place between low and high instead, drawn by this row's luck.",
        ),
    ),
)
