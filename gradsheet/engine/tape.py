"""A pass written down as a list of operations on lanes, by running its own code on stand-ins for tensors.

The step loop and the rules are run once with `Lanes` in place of tensors. What they compute is noted, lane by lane
and once each: equal operations on equal arguments are one node, so what does not change from row to row is computed
once a pass. No rule is stated a second time, and none needs to know. What stand-ins cannot follow (autograd, a choice
that depends on a value) raises, and the pass is then run as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any, Literal, NamedTuple

import torch

Kind = Literal["number", "truth", "count"]


class Node(NamedTuple):
    """One operation. A leaf's arguments are its group's name and its place in it; a constant's, its value."""

    op: str
    arguments: tuple[Any, ...]
    kind: Kind
    wide: bool  # (B,), or (1,) where it is the same for all lanes


class Tape:
    """The operations noted so far, each once."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._numbers: dict[tuple[Any, ...], int] = {}

    def leaf(self, group: str, place: int, wide: bool) -> int:
        """Something that is given."""
        return self._number(Node("leaf", (group, place), "number", wide))

    def constant(self, value: Any) -> int:
        """A number in the code."""
        kind: Kind = "truth" if isinstance(value, bool) else "count" if isinstance(value, int) else "number"
        return self._number(Node("constant", (repr(value),), kind, False))

    def note(self, op: str, *arguments: int) -> int:
        """An operation on nodes; the number that it already has where it was noted before."""
        given = [self.nodes[a] for a in arguments]
        kind: Kind = given[-1].kind
        if op in _TRUTHS:
            kind = "truth"
        elif any(g.kind == "number" for g in given) and op != "where":
            kind = "number"
        return self._number(Node(op, arguments, kind, any(g.wide for g in given)))

    def _number(self, node: Node) -> int:
        key = (node.op, *node.arguments)
        if key not in self._numbers:
            self._numbers[key] = len(self.nodes)
            self.nodes.append(node)
        return self._numbers[key]


class Lanes:
    """Stands for a tensor: (B,) where it is one node, (P, B) where it is stacked.

    Example:
        >>> tape = Tape()
        >>> weight = Lanes(tape, (tape.leaf("weights", 0, True),), False)
        >>> _ = (weight * 2 + 1) - (weight * 2 + 1)
        >>> [node.op for node in tape.nodes]
        ['leaf', 'constant', 'multiply', 'constant', 'add', 'subtract']
    """

    is_cuda = True  # its root is exact

    def __init__(self, tape: Tape, at: tuple[int, ...], stacked: bool) -> None:
        self.tape, self.at, self.stacked = tape, at, stacked
        self.device = torch.device("cpu")

    @property
    def shape(self) -> tuple[int, ...]:
        """As if there were one lane."""
        return (len(self.at), 1) if self.stacked else (1,)

    def __iter__(self) -> Iterator[Lanes]:
        return iter([Lanes(self.tape, (one,), False) for one in self.at])

    def __len__(self) -> int:
        return len(self.at)

    def is_floating_point(self) -> bool:
        """Whether it holds numbers, as a tensor says it."""
        return self.tape.nodes[self.at[0]].kind == "number"

    def isfinite(self) -> Lanes:
        """Neither infinite nor NaN."""
        return self._apply("isfinite", self)

    def relu(self) -> Lanes:
        """Negative numbers become 0."""
        return self._apply("relu", self)

    def any(self, dim: int) -> Lanes:
        """Whether one of the stacked is true."""
        first, *rest = self
        return reduce(lambda one, other: one._apply("or_", one, other), rest, first)

    def new_zeros(self, shape: object) -> Lanes:
        """0, as a float."""
        return self._same(0.0)

    def new_ones(self, shape: object) -> Lanes:
        """1, as a float."""
        return self._same(1.0)

    def _same(self, value: Any) -> Lanes:
        return Lanes(self.tape, (self.tape.constant(value),), False)

    def _apply(self, op: str, *arguments: Any) -> Lanes:
        """The operation on each of the stacked; what is not stacked serves all."""
        lanes = [self._lifted(a) for a in arguments]
        stacked = any(one.stacked for one in lanes)
        count = max(len(one.at) for one in lanes)
        at = tuple(
            self.tape.note(op, *(one.at[k] if one.stacked else one.at[0] for one in lanes)) for k in range(count)
        )
        return Lanes(self.tape, at, stacked)

    def _lifted(self, value: Any) -> Lanes:
        if isinstance(value, Lanes):
            return value
        if isinstance(value, torch.Tensor):
            value = value.item()  # of one element, or it raises
        return self._same(value)

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, arguments: Any = (), options: Any = None) -> Any:
        """What numerics and the step loop ask of torch itself."""
        name = function.__name__
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](*arguments)
        lanes = next(a for a in arguments if isinstance(a, Lanes))
        if name in _OPERATORS:
            return lanes._apply(_OPERATORS[name], *arguments)
        raise NotImplementedError(f"{name} cannot be written down")


def _stacked(parts: Any) -> Lanes:
    tape = parts[0].tape
    return Lanes(tape, tuple(part.at[0] for part in parts), True)


def _zeros(lanes: Lanes) -> Lanes:
    return Lanes(lanes.tape, (lanes.tape.constant(0.0),) * len(lanes.at), lanes.stacked)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "stack": _stacked,
    "broadcast_tensors": lambda *parts: [next(p for p in parts if isinstance(p, Lanes))._lifted(p) for p in parts],
    "zeros_like": _zeros,
}
_OPERATORS = {
    "add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative", "abs": "absolute",
    "sqrt": "root", "where": "where", "minimum": "minimum", "maximum": "maximum", "lt": "less", "le": "less_equal",
    "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal", "__and__": "and_", "__or__": "or_",
    "bitwise_not": "not_",
}  # fmt: skip
_TRUTHS = {"isfinite", "less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "and_", "or_", "not_"}


def _operator(op: str, swapped: bool) -> Callable[..., Lanes]:
    def apply(one: Lanes, *others: Any) -> Lanes:
        arguments = (*others, one) if swapped else (one, *others)
        return one._apply(op, *arguments)

    return apply


for _name, _op in {
    "__add__": "add", "__sub__": "subtract", "__mul__": "multiply", "__truediv__": "divide", "__neg__": "negative",
    "__abs__": "absolute", "__lt__": "less", "__le__": "less_equal", "__gt__": "greater", "__ge__": "greater_equal",
    "__eq__": "equal", "__ne__": "not_equal", "__and__": "and_", "__or__": "or_", "__invert__": "not_",
}.items():  # fmt: skip
    setattr(Lanes, _name, _operator(_op, False))
for _name, _op in {
    "__radd__": "add", "__rsub__": "subtract", "__rmul__": "multiply", "__rtruediv__": "divide",
    "__rand__": "and_", "__ror__": "or_",
}.items():  # fmt: skip
    setattr(Lanes, _name, _operator(_op, True))
