"""A calculation as a graph: numbers that differ from lane to lane, and the operations between them.

A `Traced` stands where a float would. Formulas are evaluated on them as on any value (`tracing.py`), and what
they do is noted here; `schedule.py` makes whole-tensor operations of it.
"""

from __future__ import annotations

from typing import Any

Operand = int | float  # a node by its number, or a constant


class Untraceable(Exception):  # noqa: N818
    """A formula needs to know a number that differs from lane to lane; the text says for what."""

    def __init__(self, reason: str, where: str = "") -> None:
        super().__init__(reason)
        self.where = where

    def __str__(self) -> str:
        return f"{self.args[0]} in {self.where}" if self.where else str(self.args[0])


class Traced:
    """A number that differs from lane to lane; arithmetic on it is noted in its graph.

    Example:
        >>> graph = Graph(1)
        >>> x = graph.input(0)
        >>> y = 2 * x + 1.0
        >>> graph.nodes[-2:]
        [('multiply', (2.0, 0), None), ('add', (1, 1.0), None)]
    """

    __slots__ = ("at", "graph")

    def __init__(self, graph: Graph, at: int) -> None:
        self.graph, self.at = graph, at

    def __add__(self, other: Any) -> Traced:
        return self.graph.node("add", self, other)

    def __radd__(self, other: Any) -> Traced:
        return self.graph.node("add", other, self)

    def __sub__(self, other: Any) -> Traced:
        return self.graph.node("subtract", self, other)

    def __rsub__(self, other: Any) -> Traced:
        return self.graph.node("subtract", other, self)

    def __mul__(self, other: Any) -> Traced:
        return self.graph.node("multiply", self, other)

    def __rmul__(self, other: Any) -> Traced:
        return self.graph.node("multiply", other, self)

    def __truediv__(self, other: Any) -> Traced:
        return self.graph.node("divide", self, self.graph.finite(other))

    def __rtruediv__(self, other: Any) -> Traced:
        return self.graph.node("divide", other, self.graph.finite(self))

    def __neg__(self) -> Traced:
        return self.graph.node("negate", self)

    def __abs__(self) -> Traced:
        return self.graph.node("absolute", self)

    def _unknown(self, *_: object) -> Any:
        raise Untraceable("a value that decides what is calculated")

    __float__ = __int__ = __index__ = __bool__ = __trunc__ = __floor__ = __ceil__ = __round__ = _unknown
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __pow__ = __rpow__ = __mod__ = __rmod__ = _unknown
    __floordiv__ = __rfloordiv__ = __divmod__ = __rdivmod__ = _unknown
    __hash__ = object.__hash__


class TracedFlag(Traced):
    """A truth value that differs from lane to lane: 1, 0, or NaN for an error."""

    __slots__ = ()


_NEVER_INFINITE = frozenset(
    [
        "finite",
        "equal",
        "unequal",
        "less",
        "greater",
        "at_most",
        "at_least",
        "opposite",
        "every",
        "some",
        "is_error",
        "or_zero",
        "exp",
        "ln",
        "log10",
        "tanh",
        "sin",
        "cos",
        "position",
    ]
)


class Graph:
    """Nodes in an order in which they can be calculated; the first ones are the inputs.

    Args:
        inputs: how many.
    """

    def __init__(self, inputs: int) -> None:
        self.inputs = inputs
        self.nodes: list[tuple[str, tuple[Operand, ...], Any]] = [("input", (), i) for i in range(inputs)]
        self.cell = ""  # the one whose formula is evaluated
        self.flat: dict[int, str] = {}  # nodes whose derivative is 0 or not known here: the function and its cell
        self._known: dict[Any, int] = {}

    def input(self, index: int) -> Traced:
        """An input as a number."""
        return Traced(self, index)

    def node(self, op: str, *args: Any, extra: Any = None) -> Traced:
        """The result of an operation; the same one again where it was noted before.

        Products with constants stay apart: a column of 0 and 1 times a weight is better read in the order of its
        rows than picked from two results.
        """
        operands = tuple(a.at if isinstance(a, Traced) else float(a) for a in args)
        if op == "multiply" and float in map(type, operands):
            self.nodes.append((op, operands, extra))
            return Traced(self, len(self.nodes) - 1)
        mark = (op, extra, *(a if type(a) is int else repr(a) for a in operands))
        at = self._known.get(mark)
        if at is None:
            at = self._known[mark] = len(self.nodes)
            self.nodes.append((op, operands, extra))
        return Traced(self, at)

    def flag(self, op: str, *args: Any, extra: Any = None) -> TracedFlag:
        """The truth value that an operation gives."""
        return TracedFlag(self, self.node(op, *args, extra=extra).at)

    def note(self, node: Traced, function: str) -> None:
        """Notes that a function has no derivative, or one that is 0 wherever it has one."""
        self.flat.setdefault(node.at, f"{function} in {self.cell}")

    def finite(self, value: Any) -> Any:
        """A value in which infinities have become errors, where it would otherwise absorb them."""
        if not isinstance(value, Traced) or self.nodes[value.at][0] in _NEVER_INFINITE:
            return value
        return self.node("finite", value)

    def total(self, values: list[Any]) -> Any:
        """The sum, first to last."""
        if not any(isinstance(v, Traced) for v in values):
            result = 0.0
            for value in values:
                result += value
            return result
        return self.node("total", *values) if len(values) > 1 else values[0]
