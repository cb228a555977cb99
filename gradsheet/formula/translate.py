"""From a formula's tree to a Python expression on cell values, one for a whole fill-down pattern.

The expression reads ``v`` (the values by key), ``k`` (the key of the formula's own cell), ``r`` and ``c``
(its row and column); a cell one to the left is ``v[k-1]``. Two questions are settled here, not at run time:

* is this part calculated as an array, or does a range mean its cell on the formula's own row or column?
* may this part stay a reference, or must it be read?
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gradsheet.formula import syntax as s
from gradsheet.formula.address import COLUMN_MASK, ROW_MASK, pack, step
from gradsheet.formula.cells import Error
from gradsheet.formula.foreign import borrowed
from gradsheet.formula.functions import FUNCTIONS
from gradsheet.formula.registry import ARRAYS, Function
from gradsheet.formula.scope import Scope, Unsupported

INFIX_NAMES = {
    "+": "add",
    "-": "subtract",
    "*": "multiply",
    "/": "divide",
    "^": "power",
    "&": "join",
    "=": "equal",
    "<>": "unequal",
    "<": "less",
    ">": "greater",
    "<=": "at_most",
    ">=": "at_least",
}
_KEEPS_REFERENCES = frozenset(("Range", "Either", "Reference"))


class Translator:
    """Translates the formulas of one sheet; `row` and `column` place the pattern's first cell (tables)."""

    def __init__(self, scope: Scope, sheet: int, row: int = 1, column: int = 1) -> None:
        self.scope, self.sheet, self.row, self.column = scope, sheet, row, column

    def expression(self, node: s.Node, array: bool, refs: bool = False) -> str:
        """The Python expression; `array`: calculated as an array; `refs`: may stay a reference."""
        match node:
            case s.Number(value):
                return repr(value)
            case s.Text(text):
                return repr(text)
            case s.Boolean(flag):
                return repr(flag)
            case s.Fault(error):
                return f"Error.{error.name}"
            case s.Missing():
                return "MISSING" if refs else "None"
            case s.CellRef():
                return self.area(node) if refs else self.cell(node)
            case s.AreaRef():
                return self.read(self.area(node), array, refs)
            case s.Structured():
                return self.expression(self.scope.region(node, self.sheet, self.row, self.column), array, refs)
            case s.Name(sheet, name):
                return self.name(sheet, name, array, refs)
            case s.Variable(name):
                return self.read(identifier(name), array, refs)
            case s.ArrayLiteral(rows):
                return _array(rows)
            case s.Prefix(op, x):
                inner = self.expression(x, array)
                return f"negate({inner})" if op == "-" else inner
            case s.Percent(x):
                return f"percent({self.expression(x, array)})"
            case s.Single(x):
                return f"corner(cross({self.expression(x, array, True)}, r, c))"
            case s.Spill(x):
                return self.read(f"v.spilled({self.expression(x, array, True)})", array, refs)
            case s.Infix(op, left, right) if op in INFIX_NAMES:
                return f"{INFIX_NAMES[op]}({self.expression(left, array)}, {self.expression(right, array)})"
            case s.Infix(op, left, right):
                verb = {":": "span", ",": "union", " ": "intersection"}[op]
                a, b = self.expression(left, array, True), self.expression(right, array, True)
                return self.read(f"{verb}({a}, {b})", array, refs)
            case s.Call(name, args):
                return self.call(name, args, array, refs)
            case s.Apply(function, args):
                given = ", ".join(self.expression(x, array, True) for x in args)
                call = f"apply({self.expression(function, array, True)}{', ' if given else ''}{given})"
                return self.read(call, array, refs)
            case s.Let(bindings, body):
                code = self.expression(body, array, refs)
                for word, bound in reversed(bindings):
                    code = f"(lambda {identifier(word)}: {code})({self.expression(bound, array, True)})"
                return code
            case s.Lambda(parameters, optional, body):
                names = ", ".join(identifier(name) for name in parameters)
                inner = self.expression(body, array, True)
                size = len(parameters)
                return f"Lambda(lambda {names}: {inner}, {size - optional}, {size})"

    # ---- references

    def read(self, code: str, array: bool, refs: bool) -> str:
        """Code that may give a reference, read where it must be."""
        if refs:
            return code
        return f"spread({code})" if array else f"cross({code}, r, c)"

    def cell(self, node: s.CellRef) -> str:
        """The value of a cell."""
        sheet = self.scope.sheet(node.sheet, self.sheet)
        if sheet is None:
            return "Error.REF"
        row, column = node.row, node.column
        if row.absolute and column.absolute:
            return f"v[{pack(sheet, row.at, column.at)}]"
        if not row.absolute and not column.absolute:
            move = step(row.at, column.at) + pack(sheet - self.sheet, 0, 0)
            return f"v[k{move:+d}]" if move else "v[k]"
        if row.absolute:
            return f"v[(k & {COLUMN_MASK}) + {pack(sheet, row.at, column.at)}]"
        return f"v[(k & {ROW_MASK}) + {pack(sheet, row.at, column.at)}]"

    def area(self, node: s.CellRef | s.AreaRef) -> str:
        """The area object of a reference."""
        sheet = self.scope.sheet(node.sheet, self.sheet)
        if sheet is None:
            return "Error.REF"
        if isinstance(node, s.CellRef):
            corners = [_place(node.row, "r"), _place(node.column, "c")] * 2
            return f"Area(v, {sheet}, {', '.join(corners)})"
        (top, bottom), (left, right) = _ordered(node.top, node.bottom), _ordered(node.left, node.right)
        corners = [_place(top, "r"), _place(left, "c"), _place(bottom, "r"), _place(right, "c")]
        mixed = node.top.absolute != node.bottom.absolute or node.left.absolute != node.right.absolute
        return f"{'area' if mixed else 'Area'}(v, {sheet}, {', '.join(corners)})"

    def name(self, sheet: str | None, name: str, array: bool, refs: bool) -> str:
        """A defined name, or a table's data."""
        key = self.scope.find(sheet, name, self.sheet)
        if key is None:
            if sheet is None and self.scope.table(name, self.sheet, 0, 0) is not None:
                return self.expression(s.Structured(name, (), None, None), array, refs)
            return "Error.NAME"
        meaning = self.scope.meaning(key)
        if isinstance(meaning, s.CellRef | s.AreaRef | s.Fault | s.Number | s.Text | s.Boolean):
            home = Translator(self.scope, self.sheet if key[0] is None else key[0])
            if home.sheet == self.sheet or (isinstance(meaning, s.CellRef | s.AreaRef) and meaning.sheet):
                return self.expression(meaning, array, refs)
        return self.read(f"named({key!r}, {self.sheet}, k, r, c)", array, refs)

    # ---- functions

    def call(self, name: str, args: tuple[s.Node, ...], array: bool, refs: bool) -> str:
        """A call of a function, or of a LAMBDA kept as a defined name."""
        function = FUNCTIONS.get(name)
        if function is None:
            if self.scope.find(None, name, self.sheet) is not None:
                return self.expression(s.Apply(s.Name(None, name), args), array, refs)
            function = borrowed(name) if self.scope.borrows else None
            if function is None:
                raise Unsupported(name)
            FUNCTIONS[name] = function
        if not function.accepts(len(args)):
            return "Error.VALUE"
        given = ["here(k)"] if function.here else []
        given += [self.argument(function, i, x, array, refs) for i, x in enumerate(args)]
        code = f"F[{name!r}]({', '.join(given)})"
        return self.read(code, array, refs) if function.refers else code

    def argument(self, function: Function, index: int, node: s.Node, array: bool, refs: bool) -> str:
        """One argument, calculated as the function takes it."""
        kind = function.kind(index)
        if isinstance(node, s.Missing):
            return "lambda: MISSING" if kind == "Lazy" else "MISSING"
        if kind == "Lazy":
            return f"lambda: {self.expression(node, array, refs)}"
        if kind == "Callable" and isinstance(node, s.Name) and node.name.upper() in FUNCTIONS:
            return f"eta({node.name.upper()!r})"
        return self.expression(node, array or kind in ARRAYS, kind in _KEEPS_REFERENCES or kind == "Callable")


def identifier(name: str) -> str:
    """A Python name for a variable of LET or LAMBDA.

    Example:
        >>> identifier("X"), identifier("MY.VAR")
        ('x_', 'my_2evar_')
    """
    return re.sub(r"[^a-z0-9_]", lambda m: f"_{ord(m[0]):x}", name.lower()) + "_"


def functions_in(node: s.Node) -> Iterator[str]:
    """The names of the functions that a formula calls."""
    if isinstance(node, s.Call):
        yield node.name
    for child in s.children(node):
        yield from functions_in(child)


def _place(place: s.Place, own: str) -> str:
    return str(place.at) if place.absolute else f"{own}{place.at:+d}" if place.at else own


def _ordered(first: s.Place, last: s.Place) -> tuple[s.Place, s.Place]:
    swap = first.absolute == last.absolute and first.at > last.at
    return (last, first) if swap else (first, last)


def _array(rows: tuple[tuple[float | str | bool | Error, ...], ...]) -> str:
    body = ", ".join(
        "[" + ", ".join(f"Error.{x.name}" if isinstance(x, Error) else repr(x) for x in row) + "]" for row in rows
    )
    return f"Array([{body}])"
