"""Which numbers can stand in a cell: what a rule cannot give need not be drawn, and no formula is wrong for it.

A square is not negative, a flag is 0 or 1, a share lies between. Who writes IF(taken, …) for IF(taken=1, …) is right
for every number that `taken` can be. Each cell of the key gets an interval, from its formula and those of the cells
that it reads; a column gets the hull of its cells'.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gradsheet.checking.key import Key
from gradsheet.formula import syntax as s
from gradsheet.formula.address import pack, unpack

_COMPARED = ("<", ">", "<=", ">=", "=", "<>")
_TRUTHS = ("AND", "OR", "NOT")


@dataclass(frozen=True)
class Domain:
    """Numbers from `low` to `high`.

    Attributes:
        low: the least, or −∞.
        high: the largest, or ∞.
        whole: whether there are only whole ones.
        truth: whether it is TRUE and FALSE.
    """

    low: float = -math.inf
    high: float = math.inf
    whole: bool = False
    truth: bool = False

    def __or__(self, other: Domain) -> Domain:
        """What either allows."""
        return Domain(
            min(self.low, other.low),
            max(self.high, other.high),
            self.whole and other.whole,
            self.truth and other.truth,
        )

    @property
    def kind(self) -> str:
        """How it is drawn: truth, flag, count, share, positive; empty for any number.

        Example:
            >>> Domain(0.0, 1.0).kind, Domain(0.0, 1.0, whole=True).kind, Domain(0.0).kind, Domain(-1.0).kind
            ('share', 'flag', 'positive', '')
        """
        if self.truth:
            return "truth"
        if self.low < 0:
            return ""
        if self.whole:
            return "flag" if self.high <= 1 else "count"
        return "share" if self.high <= 1 else "positive"


ANY, TRUTH = Domain(), Domain(0.0, 1.0, whole=True, truth=True)


def domains(key: Key) -> dict[int, Domain]:
    """What each cell of an exercise can hold."""
    entry = key.layout.experiment
    held: dict[int, Domain] = dict.fromkeys(key.counts, Domain(0.0, whole=True))
    for name, at in key.inputs.items():
        low, high = entry.inputs[name].low, entry.inputs[name].high
        held[at] = Domain(-math.inf if low is None else low, math.inf if high is None else high)
    for values, cells in zip(zip(*entry.data, strict=True), zip(*key.points, strict=True), strict=True):
        held |= dict.fromkeys(cells, _of_data(values))
    columns: dict[tuple[str, str], Domain] = {}
    for at in key.order:
        content = key.contents.get(at)
        if content is not None:
            found = held[at] = _Range(key, at, held).of(key.plan.formulas[at].tree)
            mark = content.table, content.column
            columns[mark] = columns[mark] | found if mark in columns else found
    wholes = {at for at, content in key.contents.items() if columns[content.table, content.column].whole}
    counted = _compared_with(key, wholes)
    for at in counted:
        held[at] = replace(held[at], whole=True)
    for at, content in key.contents.items():
        column = columns[content.table, content.column]
        held[at] = replace(column, low=held[at].low) if column.kind == "count" else column
    return held


def _of_data(values: Sequence[float]) -> Domain:
    """A label is 0 or 1, a share lies between; whatever else is in the data may be any number."""
    if set(values) == {0.0, 1.0}:
        return Domain(0.0, 1.0, whole=True)
    shares = all(0 <= value <= 1 for value in values) and any(value % 1 for value in values)
    return Domain(0.0, 1.0) if shares else ANY


def _compared_with(key: Key, wholes: set[int]) -> set[int]:
    """Inputs that whole numbers are compared with: they count, too."""
    inputs, found = set(key.inputs.values()), set[int]()
    for at, content in key.contents.items():
        if content.row == 1 or content.row is None:
            look = _Range(key, at, {})
            stack = [key.plan.formulas[at].tree]
            while stack:
                node = stack.pop()
                stack += s.children(node)
                if isinstance(node, s.Infix) and node.op in _COMPARED:
                    pair = look.cell(node.left), look.cell(node.right)
                    found |= {b for a, b in (pair, pair[::-1]) if a in wholes and b in inputs and b is not None}
    return found


class _Range:
    """What a formula in a cell can give, from what its cells can hold."""

    def __init__(self, key: Key, at: int, held: dict[int, Domain]) -> None:
        self.key, self.held = key, held
        self.sheet, self.row, self.column = unpack(at)

    def cell(self, node: s.Node) -> int | None:
        """The cell that a node is."""
        if isinstance(node, s.CellRef):
            sheet = self.key.plan.scope.sheet(node.sheet, self.sheet)
            return None if sheet is None else pack(sheet, node.row.resolve(self.row), node.column.resolve(self.column))
        if isinstance(node, s.Name):
            prefix = self.key.layout.name("")
            return self.key.inputs.get(node.name.removeprefix(prefix)) if node.name.startswith(prefix) else None
        return None

    def of(self, node: s.Node) -> Domain:
        """What a node can give."""
        at = self.cell(node)
        if at is not None:
            return self.held.get(at, ANY)
        below = [self.of(child) for child in s.children(node)]
        match node:
            case s.Number(value):
                return Domain(value, value, whole=value == int(value))
            case s.Boolean():
                return TRUTH
            case s.Prefix("-", _):
                return Domain(-below[0].high, -below[0].low, below[0].whole)
            case s.Infix(op, _, right):
                return TRUTH if op in _COMPARED else _combined(op, below[0], below[1], right)
            case s.AreaRef():
                return self._area(node)
            case s.Call(name, _):
                return _called(name, below)
        return ANY

    def _area(self, node: s.AreaRef) -> Domain:
        top, left = node.top.resolve(self.row), node.left.resolve(self.column)
        bottom, right = node.bottom.resolve(self.row), node.right.resolve(self.column)
        found: Domain | None = None
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                one = self.held.get(pack(self.sheet, row, column), ANY)
                found = one if found is None else found | one
        return found or ANY


def _combined(op: str, a: Domain, b: Domain, right: s.Node) -> Domain:
    whole = a.whole and b.whole
    match op:
        case "+":
            return Domain(a.low + b.low, a.high + b.high, whole)
        case "-":
            return Domain(a.low - b.high, a.high - b.low, whole)
        case "*":
            return Domain(*_ends(lambda x, y: 0.0 if 0 in (x, y) else x * y, a, b), whole)
        case "/" if a.low >= 0 and b.low > 0 and a.high < math.inf:
            return Domain(a.low / b.high, a.high / b.low)
        case "/" if a.low >= 0 and b.low >= 0:
            return Domain(0.0)
        case "^" if isinstance(right, s.Number) and right.value % 2 == 0:
            return Domain(0.0, math.inf, a.whole)
        case "^" if a.low >= 0:
            return Domain(0.0)
    return ANY


def _ends(function: Callable[[float, float], float], a: Domain, b: Domain) -> tuple[float, float]:
    found = [function(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    return min(found), max(found)


def _called(name: str, below: list[Domain]) -> Domain:
    match name, below:
        case _ if name in _TRUTHS:
            return TRUTH
        case "IF", [_, a, b]:
            return a | b
        case (("ABS" | "SQRT" | "SUMSQ" | "EXP"), _):
            return Domain(0.0)
        case (("COUNT" | "ROWS"), _):
            return Domain(0.0, whole=True)
        case "SUM", _ if all(one.low >= 0 for one in below):
            return Domain(0.0, whole=all(one.whole for one in below))
        case "AVERAGE", _ if all(one.low >= 0 for one in below):
            return Domain(0.0, max(one.high for one in below))
        case "MAX", _ if below:
            return Domain(max(o.low for o in below), max(o.high for o in below), all(o.whole for o in below))
        case "MIN", _ if below:
            return Domain(min(o.low for o in below), min(o.high for o in below), all(o.whole for o in below))
    return ANY
