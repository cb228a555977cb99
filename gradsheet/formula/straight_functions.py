"""The functions that straight-line code knows, each written out over the cells that it reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gradsheet.formula import syntax as s
from gradsheet.formula.straight_code import Code, NotStraight, Table, added, listed, square

if TYPE_CHECKING:
    from gradsheet.formula.straight import CellWriter


def _sum(cell: CellWriter, args: tuple[s.Node, ...]) -> Code:
    return added(cell.numbers(args))


def _sumsq(cell: CellWriter, args: tuple[s.Node, ...]) -> Code:
    return added([square(x) for x in cell.numbers(args)])


def _count(cell: CellWriter, args: tuple[s.Node, ...]) -> Code:
    return repr(float(len(cell.numbers(args))))


def _average(cell: CellWriter, args: tuple[s.Node, ...]) -> Code:
    codes = cell.numbers(args)
    return f"({added(codes)} / {float(len(codes))})"


def _product(cell: CellWriter, args: tuple[s.Node, ...]) -> Code:
    codes = cell.numbers(args)
    return "(" + " * ".join(codes) + ")" if codes else "0.0"


def _extreme(word: str) -> Callable[[CellWriter, tuple[s.Node, ...]], Code]:
    def write(cell: CellWriter, args: tuple[s.Node, ...]) -> Code:
        codes = [cell.finite(x) for x in cell.numbers(args)]
        return f"{word}({', '.join(codes)})" if len(codes) > 1 else codes[0] if codes else "0.0"

    return write


def _sumproduct(cell: CellWriter, args: tuple[s.Node, ...]) -> Code:
    tables = [cell.table(x) for x in args]
    if len({(len(t), len(t[0])) for t in tables}) > 1:
        raise NotStraight("SUMPRODUCT of different sizes")
    terms = [
        " * ".join(x or "0.0" for x in spot) for rows in zip(*tables, strict=True) for spot in zip(*rows, strict=True)
    ]
    return added(terms)


def _sumxmy2(cell: CellWriter, args: tuple[s.Node, ...]) -> Code:
    first, second = ([x for row in cell.table(arg) for x in row] for arg in args)
    if len(first) != len(second):
        raise NotStraight("SUMXMY2 of different sizes")
    return added(
        [f"(x := {a} - {b}) * x" for a, b in zip(first, second, strict=True) if a is not None and b is not None]
    )


def _mmult(cell: CellWriter, args: tuple[s.Node, ...]) -> Any:
    first, second = (cell.table(x) for x in args)
    if len(first[0]) != len(second) or any(x is None for t in (first, second) for row in t for x in row):
        raise NotStraight("MMULT of sizes that do not fit, or of blanks")
    if not cell.array and (len(first), len(second[0])) != (1, 1):
        first, second = first[:1], [row[:1] for row in second]
    columns = list(zip(*second, strict=True))
    return [[added([f"{a} * {b}" for a, b in zip(row, column, strict=True)]) for column in columns] for row in first]


def _transpose(cell: CellWriter, args: tuple[s.Node, ...]) -> Any:
    return [list(column) for column in zip(*cell.table(args[0]), strict=True)]


def _filled(cell: CellWriter, node: s.Node) -> Table:
    """An argument's cells, none of them blank."""
    table = cell.table(node)
    if any(x is None for row in table for x in row):
        raise NotStraight("a look-up among blanks")
    return table


def _line(table: Table) -> list[Any]:
    if len(table) > 1 and len(table[0]) > 1:
        raise NotStraight("a look-up in a block")
    return [x for row in table for x in row]


def _constant(node: s.Node) -> float:
    if isinstance(node, s.Number):
        return node.value
    if isinstance(node, s.Boolean):
        return float(node.value)
    if isinstance(node, s.Prefix) and node.op == "-":
        return -_constant(node.operand)
    raise NotStraight("a look-up whose way is calculated")


def _match(cell: CellWriter, args: tuple[s.Node, ...]) -> Code:
    kind = _constant(args[2]) if len(args) > 2 else 1.0
    return f"position({cell.finite(cell.one(args[0]))}, {listed(_line(_filled(cell, args[1])))}, {kind})"


def _index(cell: CellWriter, args: tuple[s.Node, ...]) -> Any:
    table = _filled(cell, args[0])
    if len(args) == 2:
        return f"pick({cell.one(args[1])}, {listed(_line(table))})"
    if len(args) != 3:
        raise NotStraight("INDEX of several areas")
    row, column = (
        None if isinstance(x, s.Missing) or (isinstance(x, s.Number) and x.value == 0) else x for x in args[1:]
    )
    if row is None or column is None:
        raise NotStraight("INDEX of a whole row or column")
    lines = [f"pick({cell.one(column)}, {listed(line)})" for line in table]
    return f"pick({cell.one(row)}, {listed(lines)})"


def _looked_up(by_row: bool) -> Callable[[CellWriter, tuple[s.Node, ...]], Code]:
    def write(cell: CellWriter, args: tuple[s.Node, ...]) -> Code:
        table = _filled(cell, args[1])
        lines = [list(x) for x in zip(*table, strict=True)] if by_row else table
        at = int(_constant(args[2]))
        if not 1 <= at <= len(lines):
            raise NotStraight("a look-up outside its table")
        kind = _constant(args[3]) if len(args) > 3 else 1.0
        place = f"position({cell.finite(cell.one(args[0]))}, {listed(lines[0])}, {1.0 if kind else 0.0})"
        return f"pick({place}, {listed(lines[at - 1])})"

    return write


def _xlookup(cell: CellWriter, args: tuple[s.Node, ...]) -> Code:
    if len(args) != 3:
        raise NotStraight("XLOOKUP with options")
    where, results = (_line(_filled(cell, x)) for x in args[1:])
    if len(where) != len(results):
        raise NotStraight("XLOOKUP of rows")
    return f"pick(position({cell.finite(cell.one(args[0]))}, {listed(where)}, 0.0), {listed(results)})"


SPECIAL: dict[str, Callable[[CellWriter, tuple[s.Node, ...]], Any]] = {
    "SUM": _sum,
    "SUMSQ": _sumsq,
    "COUNT": _count,
    "AVERAGE": _average,
    "PRODUCT": _product,
    "MAX": _extreme("largest"),
    "MIN": _extreme("smallest"),
    "SUMPRODUCT": _sumproduct,
    "SUMXMY2": _sumxmy2,
    "MMULT": _mmult,
    "TRANSPOSE": _transpose,
    "MATCH": _match,
    "INDEX": _index,
    "VLOOKUP": _looked_up(by_row=True),
    "HLOOKUP": _looked_up(by_row=False),
    "XLOOKUP": _xlookup,
    "PI": lambda cell, args: "3.141592653589793",
}
ELEMENTARY = {
    "SQRT": "sqrt",
    "ABS": "absolute",
    "EXP": "exp",
    "LN": "ln",
    "LOG10": "log10",
    "LOG": "log",
    "POWER": "power",
    "SIN": "sin",
    "COS": "cos",
    "TAN": "tan",
    "TANH": "tanh",
    "SINH": "sinh",
    "COSH": "cosh",
    "ATAN": "atan",
    "ASIN": "asin",
    "ACOS": "acos",
    "SIGN": "sign",
    "INT": "floor_to_integer",
    "ROUND": "rounded",
    "MOD": "remainder",
}
