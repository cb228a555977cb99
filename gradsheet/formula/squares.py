"""What a sum of squares is made of: for least squares, the numbers that are squared and their derivatives."""

from __future__ import annotations

import torch
from torch import Tensor

from gradsheet.formula.graph import Graph
from gradsheet.formula.schedule import Schedule
from gradsheet.formula.tape import Tape
from gradsheet.formula.tape_along import along


def squared(graph: Graph, at: int) -> list[int] | None:
    """The nodes whose squares are summed up in a node; None where it is no such sum.

    A root, a positive factor or a divisor around the sum (RMSE, AVERAGE) does not matter: it is small where the
    sum is.
    """
    op, args, _ = graph.nodes[at]
    while op in ("sqrt", "finite", "divide", "multiply"):
        first, other = args[0], args[-1]
        if op == "multiply" and type(first) is int and first == other:
            return [first]
        if op == "multiply" and type(first) is float:
            first, other = other, first
        if op in ("multiply", "divide") and not (type(other) is float and other > 0):
            return None
        if type(first) is not int:
            return None
        op, args, _ = graph.nodes[first]
    found: list[int] = []
    stack = list(reversed(args)) if op in ("add", "total") else []
    if not stack:
        return None
    while stack:
        term = stack.pop()
        if type(term) is not int:
            continue  # a constant does not move
        op, args, _ = graph.nodes[term]
        if op in ("add", "total"):
            stack.extend(reversed(args))
        elif op == "multiply" and type(args[0]) is int and args[0] == args[1]:
            found.append(args[0])
        else:
            return None
    return found or None


class Squares:
    """The numbers that are squared, as functions of the inputs.

    Args:
        graph: the calculation.
        nodes: the numbers.
    """

    def __init__(self, graph: Graph, nodes: list[int]) -> None:
        unique = list(dict.fromkeys(nodes))
        self._tape = Tape(Schedule(graph, unique), {})
        self._rows = torch.tensor([unique.index(x) for x in nodes]) if len(unique) < len(nodes) else None

    def values(self, inputs: Tensor) -> Tensor:
        """The numbers ``(count,)`` for inputs ``(inputs,)``."""
        return self._all(self._tape.run(inputs[:, None])[:, 0])

    def jacobian(self, inputs: Tensor) -> Tensor:
        """Their derivatives ``(count, inputs)``: one lane for each input, forward."""
        size = len(inputs)
        lanes = inputs[:, None].expand(size, size).contiguous()
        return self._all(along(self._tape, lanes, torch.eye(size, dtype=inputs.dtype)))

    def _all(self, found: Tensor) -> Tensor:
        return found if self._rows is None else found[self._rows]
