"""The derivative of a tape's result along a direction of its inputs: the chain rule forward."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gradsheet.formula.kernels import KERNELS
from gradsheet.formula.schedule import BLOCKS, Constant
from gradsheet.formula.tape import Tape


def along(tape: Tape, inputs: Tensor, direction: Tensor) -> Tensor:
    """How fast the result ``(outputs, lanes)`` changes.

    Every operation works on its rows apart, so that its derivative, asked with ones, gives the factors of its
    operands' changes.

    Args:
        tape: the program.
        inputs: ``(inputs, lanes)``.
        direction: of the same shape.
    """
    values = tape.run(inputs, kept=True)
    changes: list[Tensor | None] = [direction, *([None] * (len(tape.steps) - 1))]
    for number, step in enumerate(tape.steps[1:], start=1):
        moved = [changes[x] if isinstance(x, int) else None for x in step.sources]
        if all(x is None for x in moved):
            continue
        if step.op in ("slice", "joined", "tiled", "picked_rows"):
            changes[number] = _moved(tape, number, moved, values)
            continue
        backward = KERNELS[step.op].backward
        if backward is None:
            continue
        value = values[number]
        sources = [tape.value(x, values) for x in step.sources]
        more = {} if step.extra is None else {"extra": step.extra}
        factors = backward(torch.ones_like(value), value, *sources, **more)
        total: Tensor | None = None
        for factor, change in zip(factors, moved, strict=False):
            if factor is None or change is None:
                continue
            part = torch.where(change == 0, 0.0, factor * change)
            if step.op in BLOCKS:
                part = part.reshape(step.extra[0], -1, part.shape[-1]).sum(0)
            total = part if total is None else total + part
        changes[number] = total
    found = changes[tape.result]
    return torch.zeros_like(values[tape.result]) if found is None else found.expand_as(values[tape.result])


def _moved(tape: Tape, number: int, moved: list[Any], values: tuple[Tensor, ...]) -> Tensor:
    """Through what only moves rows about."""
    step, first = tape.steps[number], moved[0]
    if step.op == "slice":
        start, end, by = step.extra
        found: Tensor = first[start:end:by]
        return found
    if step.op == "tiled":
        return first.repeat(step.extra, 1)  # type: ignore[no-any-return]
    if step.op == "picked_rows":
        return first.index_select(0, torch.tensor(step.extra, device=first.device))  # type: ignore[no-any-return]
    lanes = values[0].shape[1]
    parts = []
    for x, change in zip(step.sources, moved, strict=True):
        rows = len(x.values) if isinstance(x, Constant) else values[x].shape[0]  # type: ignore[index]
        parts.append(values[0].new_zeros(rows, lanes) if change is None else change.expand(rows, lanes))
    return torch.cat(parts)
