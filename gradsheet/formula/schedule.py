"""From a graph of numbers to operations on whole tensors.

Nodes of one operation on one level do not need one another: where they are many, as down a column, they become
the rows of one tensor. A recurrence has one node a level and is calculated row by row. Tensors are
``(rows, lanes)``; what a group reads is a slice of another tensor wherever the rows lie in order there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from gradsheet.formula.graph import Graph, Operand

FEWEST = 8  # nodes that are worth a tensor of their own: gathering what they read costs three operations
BLOCKS = frozenset(("total", "largest", "smallest", "count", "every", "some", "position", "pick", "sound"))
_LEADING = {"position": 1, "pick": 1}  # operands before the block
_SHORT = 24  # a sum of so few terms is written out


class Constant(NamedTuple):
    """A column of constants, ``(rows, 1)``."""

    values: tuple[float, ...]


Source = int | float | Constant  # a tensor by number, one constant, a column of them


class Step(NamedTuple):
    """One operation on tensors; its result is the tensor of its own number."""

    op: str
    sources: tuple[Source, ...]
    extra: Any = None
    rows: int = 1
    node: int = -1  # the first node in it


class Schedule:
    """The steps that calculate some nodes of a graph; step 0 is the inputs.

    Args:
        graph: the nodes.
        wanted: those wanted.
    """

    def __init__(self, graph: Graph, wanted: Sequence[int]) -> None:
        self.steps: list[Step] = [Step("inputs", (), None, graph.inputs)]
        self._where: dict[int, tuple[int, int]] = {i: (0, i) for i in range(graph.inputs)}
        self._views: dict[Any, int] = {}
        nodes = _merged(graph, wanted)
        self.nodes = list(nodes)
        read = {x for _, args, _ in nodes.values() for x in args if type(x) is int} | set(wanted)
        self.reached = [i for i in range(graph.inputs) if i in read]
        for level in _levels(graph, nodes, wanted):
            for (op, extra, size), members in level.items():
                if len(members) >= FEWEST:
                    self._group(op, extra, size, members, nodes)
                else:
                    for member in members:
                        self._group(op, extra, size, [member], nodes)
        found = self._gather(list(wanted), whole=True) if wanted else 0
        assert isinstance(found, int)
        self.result = found

    def _add(self, op: str, sources: tuple[Source, ...], extra: Any = None, rows: int = 1, node: int = -1) -> int:
        self.steps.append(Step(op, sources, extra, rows, node))
        return len(self.steps) - 1

    def _group(self, op: str, extra: Any, size: int, members: list[int], nodes: dict[int, Any]) -> None:
        operands = [nodes[m][1] for m in members]
        rows, lead = len(members), _LEADING.get(op, 0)
        block = op in BLOCKS and not (op == "total" and size <= _SHORT)
        sources = [self._gather([o[i] for o in operands]) for i in range(lead if block else size)]
        if block:
            count = size - lead
            sources.append(self._gather([o[lead + i] for i in range(count) for o in operands], whole=True))
            extra = (count, rows, extra)
        elif all(type(x) is float or (type(x) is int and self.steps[x].rows == 1) for x in sources):
            rows = 1  # the same in every row
        step = self._add("added" if op == "total" and not block else op, tuple(sources), extra, rows, members[0])
        for row, member in enumerate(members):
            self._where[member] = (step, row if rows > 1 else 0)

    # ---- what a group reads

    def _row(self, step: int, row: int) -> int:
        """One row of a tensor, as a tensor."""
        if self.steps[step].rows == 1:
            return step
        return self._slice(step, row, row + 1, 1)

    def _slice(self, step: int, first: int, end: int, by: int) -> int:
        mark = (step, first, end, by)
        found = self._views.get(mark)
        if found is None:
            rows = len(range(first, end, by))
            found = self._views[mark] = self._add("slice", (step,), (first, end, by), rows)
        return found

    def _gather(self, operands: list[Operand], whole: bool = False) -> Source:
        """One operand of every node of a group as one source; `whole`: with a row for each, whatever it is."""
        if all(type(x) is float for x in operands):
            if not whole and all(repr(x) == repr(operands[0]) for x in operands):
                return operands[0]
            return Constant(tuple(float(x) for x in operands))
        first = operands[0]
        if all(x == first and type(x) is int for x in operands) and not (whole and len(operands) > 1):
            return self._row(*self._where[int(first)])
        mark = tuple(x if type(x) is int else repr(x) for x in operands)
        found = self._views.get(mark)
        if found is None:
            found = self._views[mark] = self._gathered(operands)
        return found

    def _gathered(self, operands: list[Operand]) -> int:
        runs = self._runs(operands)
        if len(runs) == 1 and isinstance(runs[0], tuple):
            step, first, by, count = runs[0]
            whole: int = step
            if count == self.steps[step].rows and by == 1:
                return whole
            return self._slice(step, first, first + (count - 1) * by + 1, by)
        if len(runs) <= max(32, len(operands) // 64):
            parts: list[Source] = []
            for run in runs:
                if isinstance(run, list):
                    parts.append(Constant(tuple(run)))
                else:
                    step, first, by, count = run
                    whole = count == self.steps[step].rows and by == 1
                    parts.append(step if whole else self._slice(step, first, first + (count - 1) * by + 1, by))
            return self._add("joined", tuple(parts), None, len(operands))
        period = _period([x if type(x) is int else repr(x) for x in operands])
        if period < len(operands):
            base = self._gather(operands[:period], whole=True)
            return self._add("tiled", (base,), len(operands) // period, len(operands))
        return self._picked(operands)

    def _runs(self, operands: list[Operand]) -> list[Any]:
        """Stretches of operands: constants, or evenly spaced rows of one tensor."""
        runs: list[Any] = []
        for x in operands:
            last = runs[-1] if runs else None
            if type(x) is float:
                if isinstance(last, list):
                    last.append(x)
                else:
                    runs.append([x])
                continue
            step, row = self._where[int(x)]
            if isinstance(last, tuple) and last[0] == step:
                _, first, by, count = last
                if count == 1 and row > first:
                    runs[-1] = (step, first, row - first, 2)
                    continue
                if count > 1 and row == first + by * count:
                    runs[-1] = (step, first, by, count + 1)
                    continue
            runs.append((step, row, 1, 1))
        return runs

    def _picked(self, operands: list[Operand]) -> int:
        """Rows in any order: of one tensor, or of several joined first."""
        parts: dict[Any, int] = {}  # the start of each tensor in the joined one
        rows, constants = 0, [x for x in operands if type(x) is float]
        for x in operands:
            if type(x) is int:
                step = self._where[x][0]
                if step not in parts:
                    parts[step] = rows
                    rows += self.steps[step].rows
        starts = dict(parts)
        sources: list[Source] = list(parts)
        if constants:
            sources.append(Constant(tuple(float(x) for x in constants)))
        index, used = [], 0
        for x in operands:
            if type(x) is int:
                step, row = self._where[x]
                index.append(starts[step] + row)
            else:
                index.append(rows + used)
                used += 1
        joined = sources[0] if len(sources) == 1 else self._add("joined", tuple(sources), None, rows + used)
        return self._add("picked_rows", (joined,), tuple(index), len(operands))


def _period(operands: list[int | str]) -> int:
    """After how many the operands begin again, to their end; their number where they do not."""
    size, first = len(operands), operands[0]
    for period in range(1, size // 2 + 1):
        if size % period == 0 and operands[period] == first and operands[period:] == operands[:-period]:
            return period
    return size


def _merged(graph: Graph, wanted: Sequence[int]) -> dict[int, tuple[str, tuple[Operand, ...], Any]]:
    """The nodes that are needed, chains of additions made into sums."""
    needed: dict[int, tuple[str, tuple[Operand, ...], Any]] = {}
    uses: dict[int, int] = dict.fromkeys(wanted, 2)
    stack = list(wanted)
    while stack:
        at = stack.pop()
        if at < graph.inputs or at in needed:
            continue
        needed[at] = graph.nodes[at]
        for x in graph.nodes[at][1]:
            if type(x) is int:
                uses[x] = uses.get(x, 0) + 1
                stack.append(x)
    result: dict[int, tuple[str, tuple[Operand, ...], Any]] = {}
    for at in sorted(needed):  # precedents have smaller numbers
        op, args, extra = needed[at]
        if op == "add" and type(args[0]) is int:
            before = result.get(args[0])
            if before is not None and uses[args[0]] == 1 and before[0] in ("add", "total"):
                del result[args[0]]
                op, args = "total", (*before[1], args[1])
        result[at] = (op, args, extra)
    return result


def _levels(
    graph: Graph, nodes: dict[int, tuple[str, tuple[Operand, ...], Any]], wanted: Sequence[int]
) -> list[dict[tuple[str, Any, int], list[int]]]:
    """Nodes by how many steps they are from the inputs, and there by operation."""
    depth: dict[int, int] = dict.fromkeys(range(graph.inputs), 0)
    levels: list[dict[tuple[str, Any, int], list[int]]] = []
    for at, (op, args, extra) in nodes.items():
        level = depth[at] = 1 + max(depth[x] for x in args if type(x) is int)
        while len(levels) < level:
            levels.append({})
        levels[level - 1].setdefault((op, extra, len(args)), []).append(at)
    return levels
