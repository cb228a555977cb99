"""Eve: Adam's step, divided once more by how much the loss changes from epoch to epoch.

Source: Koushik and Hayashi, arXiv:1611.01505, as simplified in graddesc.xlsx (dl1), eve!F34:F38.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gradsheet.numerics import minimum, sqrt, where
from gradsheet.optimisers import RUNNING, Fields, Here, Input, beta
from gradsheet.optimisers.adam import MOMENTS, State, adam, moments
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor


class Epoch(NamedTuple):
    """What holds for a pass, (B,) each."""

    loss1: Tensor
    loss2: Tensor
    change: Tensor
    damp: Tensor


def _damp(before: Tensor, change: Tensor, here: Here) -> Tensor:
    damp: Tensor = before * here.beta3 + (1 - here.beta3) * change
    return damp


def first(state: State, here: Here, before: Epoch | None) -> Epoch:
    """No loss is known yet: the first change is an input, 1 (the macro sets f2 to f1/2)."""
    none = here.damp0 * 0
    return Epoch(none, none, here.change0, _damp(here.damp0, here.change0, here))


def begin(state: State, here: Here, before: Epoch, sums: Fields) -> Epoch:
    """D ← d·β3 + (1−β3)·|f1−f2|/min(f1, f2), over the last two losses."""
    loss1 = sums.root_sum
    loss2 = where(sums.epoch == 0, loss1, before.loss1)
    change = abs(loss1 - loss2) / minimum(loss1, loss2)
    return Epoch(loss1, loss2, change, _damp(before.damp, change, here))


def update(weights: Tensor, grad: Tensor, state: State, here: Here) -> tuple[Tensor, State]:
    """W ← w − m·lr/√s/d, with the new m and s."""
    state = moments(grad, state, here)
    return weights - state.average * here.lr / sqrt(state.square) / here.damp, state


eve = replace(
    adam,
    name="eve",
    inputs={
        **adam.inputs,
        "beta1": beta(0.7, adam.inputs["beta1"].note),
        "beta3": beta(0.9, "how much of the past the damping keeps"),
        "damp0": Input(1.0, "the damping before the first pass", low=0.0),
        "change0": Input(1.0, "the change of loss that the first pass assumes", low=0.0),
    },
    update=update,
    columns=(
        RUNNING["sum_err2"],
        *MOMENTS,
        Column(
            "new_{w}",
            "={w}-average_{w}*lr/SQRT(square_{w})/damp",
            role="weights",
            title="new {w}",
            note="The weight after this row: Adam's step, divided by this pass's damping.",
        ),
    ),
    first=first,
    begin=begin,
    epoch_columns=(
        Column(
            "loss1",
            "=prev(SQRT(last(sum_err2)))",
            first="=0",
            role="schedule",
            title="loss −1",
            note="The loss of the pass before.",
        ),
        Column(
            "loss2",
            "=IF(epoch=1,loss1,prev(loss1))",
            first="=0",
            role="schedule",
            title="loss −2",
            note="The loss of the pass before that.",
        ),
        Column(
            "change",
            "=ABS(loss1-loss2)/MIN(loss1,loss2)",
            first="=change0",
            role="schedule",
            title="change",
            note="By what share the loss changed between the last two passes.",
        ),
        Column(
            "damp",
            "=prev(damp)*beta3+(1-beta3)*change",
            first="=damp0*beta3+(1-beta3)*change0",
            role="schedule",
            title="damping",
            note="A moving average of the change of loss. Steps are divided by it: longer below 1, shorter above.",
        ),
    ),
)
