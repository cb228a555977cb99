"""No rule at all, for tables in which nothing is learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradsheet.optimisers import Here, Nothing, Optimiser

if TYPE_CHECKING:
    from torch import Tensor


def init(weights: Tensor, here: Here) -> Nothing:
    """Nothing to remember."""
    return Nothing()


def update(weights: Tensor, grad: Tensor, state: Nothing, here: Here) -> tuple[Tensor, Nothing]:
    """Everything stays as it is."""
    return weights, state


still = Optimiser("still", {}, init, update, ())
