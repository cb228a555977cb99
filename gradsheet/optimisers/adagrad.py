"""AdaGrad as the sheet has it: a learning rate per weight, fixed for a pass by the gradients of the pass before.

Source: graddesc.xlsx (dl1), adagrad!F33:G33 and F2:G2. As published (accumulating): `adagrad_textbook`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gradsheet.numerics import sqrt
from gradsheet.optimisers import LR, RUNNING, Fields, Here, Input, Nothing, Optimiser
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor


class Epoch(NamedTuple):
    """What holds for a pass: the gradients' size G and lr/G, (P, B) each."""

    scale: Tensor
    rate: Tensor


def init(weights: Tensor, here: Here) -> Nothing:
    """Nothing is carried from row to row."""
    return Nothing()


def size(sums: Fields) -> Tensor:
    """G = √(Σ g²)/n over the pass, per weight."""
    scale: Tensor = sqrt(sums.grad2) / sums.count
    return scale


def first(state: Nothing, here: Here, before: Epoch | None) -> Epoch:
    """G starts from `scale0`, 10000 by default, and is primed by the warm-up."""
    return Epoch(here.scale0, here.lr / here.scale0)


def begin(state: Nothing, here: Here, before: Epoch, sums: Fields) -> Epoch:
    """G of the pass that just ended."""
    scale = size(sums)
    return Epoch(scale, here.lr / scale)


def update(weights: Tensor, grad: Tensor, state: Nothing, here: Here) -> tuple[Tensor, Nothing]:
    """W ← w − g·(lr/G)."""
    return weights - grad * here.rate, state


COLUMNS = (
    RUNNING["sum2"],
    Column(
        "new_{w}",
        "={w}-grad_{w}*rate_{w}",
        role="weights",
        title="new {w}",
        note="The weight after this row: {w} minus the gradient times this weight's own learning rate.",
    ),
)
RATE = Column(
    "rate_{w}",
    "=lr/scale_{w}",
    role="schedule",
    title="lr for {w}",
    note="The learning rate of {w} in this pass: lr divided by the gradients' size.",
)
SCALE_NOTE = "G: the root of the sum of squared gradients, divided by their number, over the pass before."

adagrad = Optimiser(
    "adagrad",
    {
        "lr": Input(1e-3, LR, low=0.0),
        "scale0": Input(1e4, "the gradients' size before the warm-up", low=0.0),
    },
    init,
    update,
    COLUMNS,
    first,
    begin,
    epoch_columns=(
        Column(
            "scale_{w}",
            "=prev(SQRT(last(sum2_{w}))/COUNT(grad_{w}))",
            first="=scale0",
            role="schedule",
            title="G for {w}",
            note=SCALE_NOTE,
        ),
        RATE,
    ),
)
