"""What a pass leaves behind, and what becomes of a lane that has left the finite numbers."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor


class Pass(NamedTuple):
    """What one pass leaves behind."""

    weights: Tensor  # after the last row, (P, B)
    last: Tensor  # entering the last row, (P, B)
    state: Any
    err2: Tensor  # summed, (B,)
    grad2: Tensor  # summed, (P, B)
    broken: Tensor  # the first row (from 0) that is not finite, or -1, (B,); of a batch's update: the row after all
    grads: int  # how many gradients drove it
    shown: Any = None  # what a batch's one update shows
    fine: bool = False  # known to be finite
    above: Any = None  # the first row (from 0) whose loss reaches a threshold, or -1, (B,); where one is watched


def poisoned(weights: Tensor, grad: Tensor, state: Any, held: Any) -> tuple[Tensor, Tensor]:
    """NaN for every weight whose gradient, state or schedule is not finite; and the lanes that have one."""
    bad = ~(weights.isfinite() & grad.isfinite())
    for field in (*state, *(held or ())):
        bad = bad | ~field.isfinite() if field.is_floating_point() else bad
    return torch.where(bad, torch.nan, weights), bad.any(0)
