"""Operations on many operands at once: sums, extremes, look-ups.

The operands come as one tensor ``(count * rows, lanes)``, the first operand of every row first; `extra` says count
and rows, and what else the operation wants to know.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gradsheet.formula import floats
from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.kernel import Grads, Kernel, Source, tensors


def _block(value: Tensor, extra: tuple[int, int, Any]) -> Tensor:
    count, rows, _ = extra
    return value.reshape(count, rows, value.shape[-1])


def _sum_in_order(block: Tensor) -> Tensor:
    """Over the first axis, first to last."""
    if block.is_cuda or block[0].numel() > 4096:  # cumsum runs in another order on a GPU
        result = block[0].clone()
        for part in block[1:].unbind(0):
            result += part
        return result
    return block.cumsum(0)[-1]


def _total(value: Tensor, extra: tuple[int, int, Any]) -> Tensor:
    return _sum_in_order(_block(value, extra))


def _total_slopes(g: Tensor, out: Tensor, value: Tensor, extra: tuple[int, int, Any]) -> Grads:
    return (g.expand(extra[0], *g.shape).reshape(-1, g.shape[-1]),)


def _extreme(best: Callable[[Tensor], Tensor]) -> Kernel:
    def forward(value: Tensor, extra: tuple[int, int, Any]) -> Tensor:
        block = _block(value, extra)
        return torch.where(block.isnan().any(0), math.nan, block.gather(0, _first(block))[0])

    def _first(block: Tensor) -> Tensor:
        """Where the extreme stands, the first of equals."""
        count = block.shape[0]
        places = torch.arange(count, device=block.device).reshape(-1, 1, 1)
        there = torch.where(block == best(block), places, count)
        return there.amin(0, keepdim=True).clamp(max=count - 1)

    def backward(g: Tensor, out: Tensor, value: Tensor, extra: tuple[int, int, Any]) -> Grads:
        block = _block(value, extra).expand(-1, -1, g.shape[-1])
        spread = torch.zeros_like(block, memory_format=torch.contiguous_format)
        spread.scatter_(0, _first(block), g.unsqueeze(0))
        return (spread.reshape(-1, g.shape[-1]),)

    return Kernel(forward, backward)


def _position(wanted: Source, value: Tensor, extra: tuple[int, int, int]) -> Tensor:
    """MATCH, from 1."""
    key, block = tensors(wanted, *_block(value, extra).unbind(0))[0], _block(value, extra)
    lines = block.expand(-1, *key.shape).reshape(block.shape[0], -1).tolist()
    rows = zip(key.reshape(-1).tolist(), *lines, strict=True)
    found = [_placed(row, extra[2]) for row in rows]
    return torch.tensor(found, dtype=torch.float64, device=value.device).reshape(key.shape)


def _placed(row: tuple[float, ...], kind: int) -> float:
    if row[0] - row[0] != 0.0:
        return math.nan
    if any(x - x != 0.0 for x in row):
        raise Failed(Error.NA)  # MATCH may pass by an error: these lanes go the long way
    try:
        return floats.position(row[0], list(row[1:]), kind)
    except floats.FAULTS:
        return math.nan


def _pick(place: Tensor, value: Tensor, extra: tuple[int, int, Any]) -> Tensor:
    block = _block(value, extra)
    whole, there = _where(place, block)
    if extra[2] and bool((place.floor() == 0).any()):
        raise Failed(Error.REF)  # INDEX takes 0 for the whole row or column: these lanes go the long way
    found = block.expand(-1, *there.shape).gather(0, whole.unsqueeze(0))[0]
    return torch.where(there, found, math.nan)


def _where(place: Tensor, block: Tensor) -> tuple[Tensor, Tensor]:
    """The place, from 0, and whether there is one."""
    whole = torch.broadcast_tensors(place.floor(), block[0])[0]  # type: ignore[no-untyped-call]
    there = (whole >= 1) & (whole <= block.shape[0])
    return torch.where(there, whole - 1, 0.0).long(), there


def _pick_slopes(g: Tensor, out: Tensor, place: Tensor, value: Tensor, extra: tuple[int, int, Any]) -> Grads:
    block = _block(value, extra)
    whole, there = _where(place, block)
    spread = torch.zeros(block.shape[0], *g.shape, dtype=g.dtype, device=g.device)
    spread.scatter_(0, whole.unsqueeze(0), torch.where(there, g, 0.0).unsqueeze(0))
    return None, spread.reshape(-1, g.shape[-1])


def _every(value: Tensor, extra: tuple[int, int, Any]) -> Tensor:
    return _block(value, extra).prod(0)


def _some(value: Tensor, extra: tuple[int, int, Any]) -> Tensor:
    return 1.0 - (1.0 - _block(value, extra)).prod(0)


def _sound(value: Tensor, extra: tuple[int, int, Any]) -> Tensor:
    lost = ~torch.isfinite(_block(value, extra)).all(0)
    return torch.ones_like(lost, dtype=torch.float64).masked_fill(lost, math.nan)


BLOCKS: dict[str, Kernel] = {
    "total": Kernel(_total, _total_slopes),
    "largest": _extreme(lambda block: block.amax(0)),
    "smallest": _extreme(lambda block: block.amin(0)),
    "count": Kernel(lambda value, extra: extra[2] + torch.isfinite(_block(value, extra)).to(torch.float64).sum(0)),
    "every": Kernel(_every),
    "some": Kernel(_some),
    "position": Kernel(_position),
    "pick": Kernel(_pick, _pick_slopes),
    "sound": Kernel(_sound),
}
