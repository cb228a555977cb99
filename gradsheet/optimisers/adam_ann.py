"""Adam, annealed: a quarter of the learning rate when the gradients' usual size exceeds twice its lowest.

Source: graddesc.xlsx, adam_ann!N33 (avg_grad2), adam_ann!N3 (prev_grad2).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gradsheet.numerics import if_above, minimum, sqrt, total
from gradsheet.optimisers import Fields, Here, beta
from gradsheet.optimisers.adam import State, adam
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor


class Epoch(NamedTuple):
    """What holds for a pass, (B,) each; from here on the rows' lr is this one, not the input."""

    size: Tensor
    lr: Tensor
    lowest: Tensor


def size(state: State) -> Tensor:
    """√s summed over the weights."""
    return total(sqrt(state.square))


def first(state: State, here: Here, before: Epoch | None) -> Epoch:
    """In the warm-up and in epoch 0 the lowest is the size of the pass before."""
    now = size(state)
    return Epoch(now, here.lr, before.size if before else now)


def begin(state: State, here: Here, before: Epoch, sums: Fields) -> Epoch:
    """Lr ← lr/4 where size/lowest > 2; lowest ← min(lowest, size)."""
    now = size(state)
    lr = if_above(now / before.lowest, 2, before.lr / 4, before.lr)
    return Epoch(now, lr, minimum(before.lowest, now))


adam_ann = replace(
    adam,
    name="adam_ann",
    inputs={**adam.inputs, "beta2": beta(0.95, adam.inputs["beta2"].note)},
    first=first,
    begin=begin,
    epoch_columns=(
        Column(
            "size",
            "=[+ SQRT(square_{w})]",
            role="schedule",
            title="size",
            note="The gradients' usual size: the roots of the averages of squares, added.",
        ),
        Column(
            "lr",
            "=IF(size/prev(lowest)>2,prev(lr)/4,prev(lr))",
            first="=lr",
            role="schedule",
            title="lr",
            note="This pass's learning rate: a quarter of the last one where the size is more than twice its lowest.",
        ),
        Column(
            "lowest",
            "=MIN(prev(lowest),size)",
            first="=prev(size)",
            role="schedule",
            title="lowest",
            note="The smallest size so far.",
        ),
    ),
)
