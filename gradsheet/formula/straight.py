"""Straight-line Python for formulas that only make numbers of numbers: one line for each cell.

What a cell reads is known from its text, so every cell becomes a local variable and every range the list of
its cells. What could turn an infinite intermediate back into a number (a denominator, a comparison, MAX) is
guarded by ``finite`` within a formula, since Excel has no infinities; the cells are checked at the end.

A formula that is not of this kind raises `NotStraight`, and is left to `evaluation.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gradsheet.formula import syntax as s
from gradsheet.formula.address import a1, pack, unpack
from gradsheet.formula.functions import FUNCTIONS
from gradsheet.formula.operators import LARGEST_PRODUCT
from gradsheet.formula.plan import Plan
from gradsheet.formula.scope import Unsupported
from gradsheet.formula.straight_code import ATOM, Code, NotStraight, Table, bare, square
from gradsheet.formula.straight_functions import ELEMENTARY, SPECIAL

_COMPARISONS = {"=": "equal", "<>": "unequal", "<": "less", ">": "greater", "<=": "at_most", ">=": "at_least"}
_LARGEST = 20_000


@dataclass(slots=True)
class Writer:
    """Writes the lines of a program.

    Args:
        plan: the workbook.
        names: the variable of each cell that has one.
    """

    plan: Plan
    names: dict[int, str] = field(default_factory=dict)
    constants: dict[int, Any] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    numbers: set[int] = field(default_factory=set)

    def variable(self, key: int) -> str:
        """The Python name of a cell: ``basic_F33``."""
        found = self.names.get(key)
        if found is None:
            sheet, row, column = unpack(key)
            word = re.sub(r"\W+", "_", self.plan.scope.sheet_names[sheet], flags=re.ASCII).strip("_") or "sheet"
            found = f"{'_' if word[0].isdigit() else ''}{word}_{a1(row, column)}"
            while found in self.taken:
                found += "_"
            self.taken.add(found)
            self.names[key] = found
        return found

    def lines(self, key: int) -> list[str]:
        """The line of a formula cell, or the lines of an array formula's cells."""
        pattern = self.plan.formulas[key]
        sheet, row, column = unpack(key)
        cell = CellWriter(self, sheet, row, column, pattern.array)
        value = cell.expression(pattern.tree)
        if key in self.plan.ranges and isinstance(value, list):
            top, left, bottom, right = self.plan.ranges[key]
            height, width = bottom - top + 1, right - left + 1
            if (len(value), len(value[0])) != (height, width):
                raise NotStraight("an array of another size than its range")
            lines = []
            for i in range(height):
                for j in range(width):
                    at = pack(sheet, top + i, left + j)
                    lines.append(f"{self.variable(at)} = {bare(value[i][j] or repr(0.0))}")
                    self.numbers.add(at)
            return lines
        if isinstance(value, list):
            if pattern.dynamic and (len(value), len(value[0])) != (1, 1):
                raise NotStraight("a spill")
            value = value[0][0]
        if key in self.plan.ranges and self.plan.ranges[key][:2] != self.plan.ranges[key][2:]:
            raise NotStraight("one value over a range")
        self.numbers.add(key)
        return [f"{self.variable(key)} = {bare(value) if value else 0.0}"]


@dataclass(slots=True)
class CellWriter:
    """Writes one formula."""

    writer: Writer
    sheet: int
    row: int
    column: int
    array: bool

    # ---- values: a Code for one number, a Table for an array

    def expression(self, node: s.Node) -> Any:
        """An expression: code for one number, or a table of codes."""
        match node:
            case s.Number(value):
                return repr(value)
            case s.CellRef() | s.AreaRef() | s.Name() | s.Structured():
                return self.crossed(self.reference(node))
            case s.ArrayLiteral(rows):
                if all(type(x) is float for row in rows for x in row):
                    return [[repr(x) for x in row] for row in rows]
                raise NotStraight("an array of other than numbers")
            case s.Prefix(op, x):
                inner = self.expression(x)
                return self.each(lambda a: f"(-{a})", inner) if op == "-" else inner
            case s.Percent(x):
                return self.each(lambda a: f"({a} / 100.0)", self.expression(x))
            case s.Single(x) if not self.array:
                return self.expression(x)
            case s.Infix(op, left, right) if op in "+-*/^":
                if op == "^":
                    return self.power(self.expression(left), self.expression(right))
                guard = self.finite if op == "/" else str
                return self.each(lambda a, b: f"({a} {op} {guard(b)})", self.expression(left), self.expression(right))
            case s.Call(name, args):
                return self.call(name, args)
        raise NotStraight(f"{type(node).__name__.lower()} {getattr(node, 'op', getattr(node, 'name', ''))}")

    def one(self, node: s.Node) -> Code:
        """An expression that must be one number."""
        value = self.expression(node)
        if isinstance(value, list):
            if (len(value), len(value[0])) != (1, 1):
                raise NotStraight("an array where one number is needed")
            value = value[0][0]
        return value or "0.0"

    def each(self, write: Callable[..., Code], *values: Any) -> Any:
        """Code for one number, or for each element of arrays."""
        values = tuple("0.0" if v is None else v for v in values)
        if not any(isinstance(v, list) for v in values):
            return write(*values)
        height = max(len(v) for v in values if isinstance(v, list))
        width = max(len(v[0]) for v in values if isinstance(v, list))

        def pick(v: Any, r: int, c: int) -> Code:
            if not isinstance(v, list):
                return str(v)
            r, c = 0 if len(v) == 1 else r, 0 if len(v[0]) == 1 else c
            if r >= len(v) or c >= len(v[0]):
                raise NotStraight("arrays of different sizes")
            return v[r][c] or "0.0"

        return [[write(*(pick(v, r, c) for v in values)) for c in range(width)] for r in range(height)]

    def finite(self, code: Code) -> Code:
        """Guards a value that must not be infinite where that would be absorbed."""
        return code if ATOM.fullmatch(code) else f"finite({code})"

    def power(self, base: Any, exponent: Any) -> Any:
        """``base ^ exponent``: a product for a whole exponent."""

        def write(a: Code, b: Code) -> Code:
            try:
                n = float(b.strip("()"))
            except ValueError:
                return f"power({self.finite(a)}, {self.finite(b)})"
            if n == 2.0:
                return square(a)
            if n == int(n) and 0 < abs(n) <= LARGEST_PRODUCT:
                if n > 0:
                    return f"whole_power({a}, {int(n)})"
                return f"(1.0 / whole_power({self.finite(a)}, {-int(n)}))"
            return f"power({self.finite(a)}, {b})"

        def wrapped(a: Code, b: Code) -> Code:
            code = write(a, b)
            return f"({code})" if " * " in code and not code.startswith(("whole", "power")) else code

        return self.each(wrapped, base, exponent)

    # ---- references

    def reference(self, node: s.Node) -> tuple[int, int, int, list[list[int]]]:
        """Sheet, top, left and the keys of a reference's cells."""
        scope = self.writer.plan.scope
        if isinstance(node, s.Structured):
            node = scope.region(node, self.sheet, self.row, self.column)
        if isinstance(node, s.Name):
            key = scope.find(node.sheet, node.name, self.sheet)
            if key is None:
                raise NotStraight(f"the name {node.name}")
            node = scope.meaning(key)
            if isinstance(node, s.CellRef | s.AreaRef) and node.sheet is None:
                raise NotStraight("a name without sheet")
        try:
            at = scope.sheet(node.sheet, self.sheet) if isinstance(node, s.CellRef | s.AreaRef) else None
        except Unsupported as reason:
            raise NotStraight(str(reason)) from None
        if at is None:
            raise NotStraight("what is no plain reference")
        if isinstance(node, s.CellRef):
            row, column = node.row.resolve(self.row), node.column.resolve(self.column)
            return at, row, column, [[pack(at, row, column)]]
        assert isinstance(node, s.AreaRef)
        r1, r2 = sorted((node.top.resolve(self.row), node.bottom.resolve(self.row)))
        c1, c2 = sorted((node.left.resolve(self.column), node.right.resolve(self.column)))
        last_row, last_column = self.writer.plan.extents[at]
        r2, c2 = min(r2, max(last_row, r1)), min(c2, max(last_column, c1))
        if (r2 - r1 + 1) * (c2 - c1 + 1) > _LARGEST:
            raise NotStraight("a range too large to write out")
        return at, r1, c1, [[pack(at, r, c) for c in range(c1, c2 + 1)] for r in range(r1, r2 + 1)]

    def crossed(self, found: tuple[int, int, int, list[list[int]]]) -> Any:
        """A reference's value: in an ordinary formula the cell on its own row or column."""
        _, top, left, keys = found
        if len(keys) == 1 and len(keys[0]) == 1:
            return self.cell(keys[0][0])
        if self.array:
            return [[self.cell(key) for key in row] for row in keys]
        if len(keys[0]) == 1 and top <= self.row < top + len(keys):
            return self.cell(keys[self.row - top][0])
        if len(keys) == 1 and left <= self.column < left + len(keys[0]):
            return self.cell(keys[0][self.column - left])
        raise NotStraight("a range that does not cross the cell")

    def cell(self, key: int) -> Code | None:
        """The variable or number of a cell; None for a blank."""
        writer = self.writer
        if key in writer.numbers:
            return writer.variable(key)
        value = writer.constants.get(key)
        if value is None:
            value = writer.plan.constants.get(key)
            if key in writer.plan.formulas or key in writer.plan.owners:
                raise NotStraight(f"cell {writer.plan.label(key)}")
        if value is None:
            return None
        if type(value) is not float:
            raise NotStraight(f"{type(value).__name__} in cell {writer.plan.label(key)}")
        return f"({value!r})" if value < 0 else repr(value)

    def numbers(self, args: tuple[s.Node, ...]) -> list[Code]:
        """The numbers that SUM and its kin would count: blanks, text and booleans in ranges are skipped."""
        result: list[Code] = []
        for arg in args:
            if isinstance(arg, s.CellRef | s.AreaRef | s.Structured | s.Name):
                for row in self.reference(arg)[3]:
                    for key in row:
                        constant = self.writer.plan.constants.get(key)
                        if isinstance(constant, str | bool) and key not in self.writer.numbers:
                            continue
                        code = self.cell(key)
                        if code is not None:
                            result.append(code)
            else:
                value = self.expression(arg)
                result.extend([x for row in value for x in row if x] if isinstance(value, list) else [value])
        return result

    def table(self, node: s.Node) -> Table:
        """An argument calculated as an array."""
        before, self.array = self.array, True
        try:
            value = self.expression(node)
        finally:
            self.array = before
        return value if isinstance(value, list) else [[value]]

    # ---- functions

    def call(self, name: str, args: tuple[s.Node, ...]) -> Any:
        """A function, written out or called."""
        if name == "IF":
            return self.choice(args)
        special = SPECIAL.get(name)
        if special is not None:
            return special(self, args)
        if name in ELEMENTARY and args and not any(isinstance(x, s.Missing) for x in args):
            function = FUNCTIONS[name]
            if not function.accepts(len(args)):
                raise NotStraight(name)
            return self.each(
                lambda *codes: f"{ELEMENTARY[name]}({', '.join(self.finite(c) for c in codes)})",
                *(self.expression(x) for x in args),
            )
        raise NotStraight(name)

    def condition(self, node: s.Node) -> Code:
        """A truth value."""
        match node:
            case s.Infix(op, left, right) if op in _COMPARISONS:
                a, b = (self.comparable(x) for x in (left, right))
                return f"{_COMPARISONS[op]}({a}, {b})"
            case s.Boolean(flag):
                return repr(flag)
            case s.Call("AND" | "OR" | "NOT" as name, args) if args:
                if not all(_is_condition(x) for x in args):
                    raise NotStraight(f"{name} of numbers")
                word = {"AND": "every", "OR": "some", "NOT": "opposite"}[name]
                return f"{word}({', '.join(self.condition(x) for x in args)})"
        return f"unequal({self.finite(self.one(node))}, 0.0)"

    def comparable(self, node: s.Node) -> Code:
        """One side of a comparison."""
        if isinstance(node, s.CellRef):
            code = self.expression(node)
            return self.finite(code or "0.0")
        return self.finite(self.one(node))

    def choice(self, args: tuple[s.Node, ...]) -> Code:
        """IF; a branch left empty is 0."""
        if len(args) != 3:
            raise NotStraight("IF without three arguments")
        test = self.condition(args[0])
        then, other = ("0.0" if isinstance(x, s.Missing) else self.one(x) for x in args[1:])
        return f"({then} if {test} else {other})"


def _is_condition(node: s.Node) -> bool:
    return (
        isinstance(node, s.Boolean)
        or (isinstance(node, s.Infix) and node.op in _COMPARISONS)
        or (isinstance(node, s.Call) and node.name in ("AND", "OR", "NOT"))
    )
