"""A program on tensors ``(inputs, lanes)``: traced, scheduled, and run in blocks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

import torch
from torch import Tensor

from gradsheet.formula.graph import Traced
from gradsheet.formula.plan import Plan
from gradsheet.formula.schedule import Schedule
from gradsheet.formula.squares import Squares, squared
from gradsheet.formula.straight import Writer
from gradsheet.formula.tape import Tape, Through
from gradsheet.formula.tracing import Trace

BLOCK = 32_768  # lanes at a time where no gradient is wanted: what a pass keeps then fits the caches
ROOM = 1 << 27  # numbers at a time, if no tensor were let go


class Lanes:
    """What calculates some cells for many values of others at once.

    Args:
        plan: the workbook.
        inputs: the cells that differ from lane to lane.
        outputs: the cells wanted.
        order: the formulas to calculate, precedents first.
        seed: for random numbers.

    Raises:
        Untraceable: where a formula needs to know a number that differs from lane to lane.
    """

    def __init__(
        self, plan: Plan, inputs: Sequence[int], outputs: Sequence[int], order: Sequence[int], seed: int
    ) -> None:
        trace = Trace(plan, inputs, outputs, order, seed)
        wanted: dict[int, int] = {}
        for result in trace.results:
            if isinstance(result, Traced):
                wanted.setdefault(result.at, len(wanted))
        self._rows: list[int | float] = [wanted[x.at] if isinstance(x, Traced) else x for x in trace.results]
        schedule = Schedule(trace.graph, list(wanted))
        shown = {step.node for step in schedule.steps}
        writer = Writer(plan)
        self._tape = Tape(schedule, {at: writer.variable(key) for at, key in trace.cells.items() if at in shown})
        self.source = self._tape.source
        self.reached = schedule.reached
        nodes = squared(trace.graph, next(iter(wanted))) if wanted else None
        self._graph, self._squares = trace.graph, nodes
        self.flat = sorted({trace.graph.flat[at] for at in schedule.nodes if at in trace.graph.flat})

    @cached_property
    def squares(self) -> Squares | None:
        """The numbers of whose squares the first output is a sum, a mean or a root; None where it is none."""
        return None if self._squares is None else Squares(self._graph, self._squares)

    def __call__(self, inputs: Tensor, grad: bool) -> list[Tensor]:
        """Each output ``(lanes,)`` for inputs ``(inputs, lanes)``; NaN where its cell shows an error."""
        if grad:
            results = [Through.apply(self._tape, inputs)]  # type: ignore[no-untyped-call]
        else:
            size = max(1, min(BLOCK, ROOM // self._tape.rows))
            results = [self._tape.run(block) for block in torch.split(inputs, size, dim=1)]
        result = results[0] if len(results) == 1 else torch.cat(results, dim=1)
        finite = torch.isfinite(result)
        if not bool(finite.all()):
            result = torch.where(finite, result, math.nan)
        return [result[row] if type(row) is int else torch.full_like(inputs[0], row) for row in self._rows]
