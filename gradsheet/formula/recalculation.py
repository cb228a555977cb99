"""Recalculating a whole workbook again and again: all its number formulas as one piece of straight-line code.

Only where every formula is of that kind, save those that draw random numbers from constants; their numbers
depend on seed and cell alone, so they are drawn once for a seed and handed in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from gradsheet.formula import floats
from gradsheet.formula.evaluation import evaluate
from gradsheet.formula.plan import Plan
from gradsheet.formula.straight import Writer
from gradsheet.formula.straight_code import NotStraight

MOST = 20_000  # cells; beyond, writing the code takes longer than it saves


class Recalculation:
    """The compiled workbook; `run` gives the values of its cells, in the order of `keys`, or None."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.keys: list[int] = []
        self.source = ""
        self._run: Callable[..., Any] | None = None
        self._drawing: list[int] = []
        self._drawn: dict[int, list[Any]] = {}
        if len(plan.formulas) <= MOST and plan.workbook.iteration is None:
            self._write()

    def _write(self) -> None:
        plan, writer = self.plan, Writer(self.plan)
        volatile = plan.volatile()
        lines: list[str] = []
        order = plan.order()
        for key in order:
            if key in volatile and next(iter(plan.reads(key)), None) is None and key not in plan.ranges:
                writer.numbers.add(key)
                writer.variable(key)
                self._drawing.append(key)
                continue
            try:
                lines.extend(writer.lines(key))
            except NotStraight:
                return
        self.keys = [k for k in writer.names if k in writer.numbers]
        names = [writer.names[k] for k in self.keys]
        parameters = ", ".join(writer.names[k] for k in self._drawing)
        body = "\n".join(f"    {line}" for line in [*lines, f"return ({''.join(f'{n}, ' for n in names)})"])
        self.source = f"def recalculate({parameters}):\n{body}\n"
        namespace = dict(floats.NAMES)
        exec(compile(self.source, "<workbook>", "exec"), namespace)
        self._run = namespace["recalculate"]

    def run(self, seed: int) -> Sequence[Any] | None:
        """The values, or None where an error shows up and the long way has to be gone."""
        if self._run is None:
            return None
        drawn = self._drawn.get(seed)
        if drawn is None:
            found = evaluate(self.plan, self._drawing, None, seed) if self._drawing else {}
            drawn = [found.get(k) for k in self._drawing]
            self._drawn = {seed: drawn}
        if not all(type(x) is float for x in drawn):
            return None
        try:
            values: Sequence[Any] = self._run(*drawn)
        except floats.FAULTS:
            return None
        return values if math.isfinite(sum(values)) else None
