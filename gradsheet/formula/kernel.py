"""What an operation on tensors is: a function of them, and its derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

Source = Any  # a Tensor, or a float that is the same in all rows and lanes
Grads = tuple[Any, ...]


class Kernel(NamedTuple):
    """An operation: what it computes, and its derivative; without one it has the gradient 0."""

    forward: Callable[..., Tensor]
    backward: Callable[..., Grads] | None = None


def _like(value: Source, other: Tensor) -> Tensor:
    if isinstance(value, Tensor):
        return value
    return torch.full((1, 1), float(value), dtype=torch.float64, device=other.device)


def tensors(*values: Source) -> list[Tensor]:
    """The values as tensors of one shape."""
    other = next(v for v in values if isinstance(v, Tensor))
    return list(torch.broadcast_tensors(*(_like(v, other) for v in values)))  # type: ignore[no-untyped-call]
