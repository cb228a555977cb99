"""Evaluates formulas once with numbers that differ from lane to lane, and keeps what they do as a graph.

What no input reaches is calculated as ever and stands in the graph as a constant: so a reference that OFFSET,
INDEX or a look-up makes of constant cells is followed here, once, and LET, LAMBDA and arrays leave no trace.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gradsheet.formula.address import pack, unpack
from gradsheet.formula.cells import Error
from gradsheet.formula.evaluation import Evaluation, evaluate
from gradsheet.formula.graph import Graph, Traced, Untraceable
from gradsheet.formula.plan import Plan


class Tracing(Evaluation):
    """A recalculation in which some cells hold a `Traced`."""

    def __init__(self, plan: Plan, graph: Graph, given: Mapping[int, Any], seed: int) -> None:
        super().__init__(plan, given, seed)
        self._graph = graph
        self.varying: dict[tuple[int, int, int, int, int], bool] = {}  # areas, and whether anything in them differs
        self._run = plan.bind(self, self.here, self.named, traced=True)

    def named(self, name: tuple[int | None, str], sheet: int, k: int, r: int, c: int) -> Any:
        """The value of a defined name, for the cell that uses it."""
        return self.plan.named(name, sheet, traced=True)(self, self.here, self.named, k, r, c)

    def compute(self, key: int) -> Any:
        """Calculates one formula; what cannot be traced is told with its cell."""
        before, self._graph.cell = self._graph.cell, self.plan.label(key)
        try:
            return super().compute(key)
        except Untraceable as reason:
            reason.where = reason.where or self._graph.cell
            raise
        finally:
            self._graph.cell = before


class Trace:
    """What some cells are made of: a graph, and for each output a node of it or a constant.

    Args:
        plan: the workbook.
        inputs: the cells that differ from lane to lane.
        outputs: the cells wanted.
        order: the formulas to calculate, precedents first.
        seed: for random numbers.

    Raises:
        Untraceable: where a formula needs to know a number that differs.
    """

    def __init__(
        self, plan: Plan, inputs: Sequence[int], outputs: Sequence[int], order: Sequence[int], seed: int
    ) -> None:
        if plan.workbook.iteration is not None:
            raise Untraceable("iterative calculation")
        self.graph = Graph(len(inputs))
        given = {key: self.graph.input(i) for i, key in enumerate(inputs)}
        run = Tracing(plan, self.graph, given, seed)
        spills = self._spills(plan, order, seed)
        for key, (height, width) in spills.items():
            sheet, row, column = unpack(key)
            for i in range(height):
                for j in range(width):
                    if i or j:
                        run.owners[pack(sheet, row + i, column + j)] = key
        run.run(order)
        if any(spills.get(key, (1, 1)) != shape for key, shape in run.spills.items()):
            raise Untraceable("an array whose size differs")
        self.results = [self._result(run, plan, key) for key in outputs]
        self.cells = {x.at: key for key, x in run.items() if isinstance(x, Traced) and x.at >= len(inputs)}

    @staticmethod
    def _spills(plan: Plan, order: Sequence[int], seed: int) -> dict[int, tuple[int, int]]:
        """The extent of the dynamic arrays, as the workbook's own numbers make it."""
        if not any(plan.formulas[key].dynamic for key in order):
            return {}
        return evaluate(plan, None, None, seed, order).spills

    @staticmethod
    def _result(run: Tracing, plan: Plan, key: int) -> Traced | float:
        if key not in run and plan.owners.get(key, key) in run.unsupported:
            raise Untraceable("a cell that cannot be calculated", plan.label(key))
        value = run[key]
        if value is None:
            return 0.0
        if isinstance(value, Error):
            return float("nan")
        if isinstance(value, str):
            raise Untraceable("text", plan.label(key))
        return value if isinstance(value, Traced) else float(value)
