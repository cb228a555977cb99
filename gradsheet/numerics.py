"""float64 as Excel has it: exact square roots, sums from the first cell to the last.

Three things that torch does otherwise, each of which moves a last bit somewhere in a sheet:

* ``torch.sqrt`` in float64 on the CPU is off by one ULP on 0.7 to 0.9 % of inputs (2.13.0, MKL, AVX-512);
  ``numpy.sqrt`` is correctly rounded, as Excel's SQRT is.
* ``torch.sum`` adds pairwise; Excel adds from the first cell to the last.
* ``torch.pow`` may go through libm's pow; Excel's ``x^2`` equals ``x*x`` in every cached value, so the
  rules here write squares as products.

The rules of models and optimisers call these functions and the tensors' own operators, never torch itself:
so the catalogue can be read without importing torch, which takes seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import cache, reduce
from operator import add
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


def sqrt(value: Tensor) -> Tensor:
    """Square root, correctly rounded; NaN below zero, as in IEEE 754 (Excel shows #NUM! there).

    Args:
        value: any shape; float32 or float64.

    Returns:
        A tensor of the same shape, differentiable.

    Example:
        >>> import torch
        >>> sqrt(torch.tensor([2.0, 22727.133805782265], dtype=torch.float64)).tolist()
        [1.4142135623730951, 150.75521153771854]

    Source: graddesc.xlsx, basic!F33; IEEE 754-2019, 5.4.1.
    """
    import torch

    if value.is_cuda or torch.compiler.is_compiling():
        return torch.sqrt(value)  # both are correctly rounded
    return _exact_root()(value)


@cache
def _exact_root() -> Callable[[Tensor], Tensor]:
    """Numpy's root on the tensor's own memory, with the gradient that torch's would have."""
    import numpy as np
    import torch

    from gradsheet.memory import empty

    class Root(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, value: Tensor) -> Tensor:
            root = empty(tuple(value.shape), value.dtype)
            with np.errstate(invalid="ignore"):
                np.sqrt(value.detach().numpy(), out=root.numpy())
            ctx.save_for_backward(root)
            return root

        @staticmethod
        def backward(ctx: Any, *grads: Tensor) -> Tensor:
            gradient: Tensor = grads[0] / (2 * ctx.saved_tensors[0])
            return gradient

    apply: Callable[[Tensor], Tensor] = Root.apply
    return apply


def exp(value: Tensor) -> Tensor:
    """Euler's e to the power of a number, as C's library has it; infinite where that is too large a number.

    ``torch.exp`` in float64 on the CPU is off by one ULP on 4.6 % of inputs.

    Args:
        value: any shape; float32 or float64.

    Returns:
        A tensor of the same shape, differentiable.

    Example:
        >>> import torch
        >>> exp(torch.tensor([1.0, 710.0], dtype=torch.float64)).tolist()
        [2.718281828459045, inf]

    Source: ISO C11, 7.12.6.1, which Excel's EXP calls.
    """
    import torch

    if value.is_cuda or torch.compiler.is_compiling():
        return torch.exp(value)
    return _exact_exponential()(value)


@cache
def _exact_exponential() -> Callable[[Tensor], Tensor]:
    """The library's function, number by number, with the gradient that torch's would have."""
    import torch

    most = 709.782712893384  # e to more than this is no double

    class Exponential(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, value: Tensor) -> Tensor:
            flat = value.detach().reshape(-1)
            powers = torch.tensor(list(map(math.exp, flat.clamp(max=most).tolist())), dtype=value.dtype)
            powers = torch.where(flat > most, torch.inf, powers).reshape(value.shape)
            ctx.save_for_backward(powers)
            return powers

        @staticmethod
        def backward(ctx: Any, *grads: Tensor) -> Tensor:
            gradient: Tensor = grads[0] * ctx.saved_tensors[0]
            return gradient

    apply: Callable[[Tensor], Tensor] = Exponential.apply
    return apply


def total(parts: Iterable[Tensor]) -> Tensor:
    """Sum from the first part to the last, as Excel's SUM runs over a column.

    Args:
        parts: at least one tensor, all of one shape; a (P, B) tensor is summed over its first axis.

    Example:
        >>> import torch
        >>> cells = torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=torch.float64)
        >>> total(cells).item(), total(cells.flip(0)).item()
        (1.0, 0.9999999999999999)
    """
    return reduce(add, parts)


def stack(parts: Iterable[Tensor]) -> Tensor:
    """One tensor per weight, each (B,), to (P, B)."""
    import torch

    return torch.stack(torch.broadcast_tensors(*parts))  # type: ignore[no-untyped-call]


def if_above(value: Tensor, limit: float, yes: Tensor, no: Tensor) -> Tensor:
    """Excel's IF(value>limit, yes, no), lane by lane: a value that is an error makes the result one (NaN).

    Example:
        >>> import torch
        >>> value = torch.tensor([3.0, 1.0, float("inf")])
        >>> if_above(value, 2.0, torch.tensor(1.0), torch.tensor(0.0)).tolist()
        [1.0, 0.0, nan]
    """
    import torch

    return torch.where(value.isfinite(), torch.where(value > limit, yes, no), torch.nan)


def ramp(value: Tensor) -> Tensor:
    """Excel's MAX(value, 0), lane by lane: an error stays one (NaN), where floating point would revive it.

    Example:
        >>> import torch
        >>> ramp(torch.tensor([3.0, -2.0, float("-inf")])).tolist()
        [3.0, 0.0, nan]
    """
    return value.relu() + (value - value)


def where(condition: Tensor, yes: Tensor | float, no: Tensor | float) -> Tensor:
    """Excel's IF, lane by lane."""
    import torch

    return torch.where(condition, yes, no)


def minimum(one: Tensor, other: Tensor) -> Tensor:
    """Excel's MIN of two cells, lane by lane."""
    import torch

    return torch.minimum(one, other)
