"""Dynamic arrays: shaping, sorting, and what takes a LAMBDA."""

from __future__ import annotations

from functools import cmp_to_key

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.operators import order
from gradsheet.formula.registry import Callable, Either, Logical, Matrix, Number, Plain, Range, function
from gradsheet.formula.values import (
    MISSING,
    Array,
    Lambda,
    Scalar,
    Value,
    array_of,
    corner,
    logical,
    number,
)


def _scalar(value: Value) -> Scalar:
    """A lambda's answer for one cell: an array there is #CALC!."""
    if isinstance(value, Array) and value.shape != (1, 1):
        return Error.CALC
    return corner(value)


def _square(rows: list[list[Scalar]], filler: Scalar = Error.NA) -> Array:
    width = max(len(row) for row in rows)
    return Array([row + [filler] * (width - len(row)) for row in rows])


# ---- with LAMBDA


@function("MAP")
def map_(first: Matrix, second: Either, *rest: Either) -> Array:
    """A LAMBDA applied to every element of one or several arrays."""
    *arrays, function_ = (first, second, *rest)
    if not isinstance(function_, Lambda):
        raise Failed(Error.VALUE)
    tables = [array_of(a) for a in arrays]
    height, width = max(t.shape[0] for t in tables), max(t.shape[1] for t in tables)

    def at(table: Array, r: int, c: int) -> Scalar:
        return table.rows[r][c] if r < table.shape[0] and c < table.shape[1] else Error.NA

    return Array([[_scalar(function_(*(at(t, r, c) for t in tables))) for c in range(width)] for r in range(height)])


@function("MAKEARRAY")
def make_array(rows: Number, columns: Number, function_: Callable) -> Array:
    """An array whose elements a LAMBDA gives by row and column, from 1."""
    if rows < 1 or columns < 1:
        raise Failed(Error.VALUE)
    return Array(
        [[_scalar(function_(float(r), float(c))) for c in range(1, int(columns) + 1)] for r in range(1, int(rows) + 1)]
    )


@function("REDUCE")
def reduce(first: Range, second: Either, third: Callable | None = None) -> Value:
    """An accumulator led by a LAMBDA through an array."""
    if third is None:
        raise Failed(Error.VALUE)
    result, started = first, first is not None and first is not MISSING
    for cell in array_of(second).cells():
        if not started:
            result, started = cell, True
            continue
        result = third(result, cell)
    return result


@function("SCAN")
def scan(first: Range, second: Either, third: Callable) -> Array:
    """As REDUCE, with every step shown."""
    table = array_of(second)
    result = corner(first) if first is not MISSING else None
    started = first is not None and first is not MISSING
    rows: list[list[Scalar]] = []
    for row in table.rows:
        line: list[Scalar] = []
        for cell in row:
            result = _scalar(third(result, cell)) if started else cell
            started = True
            line.append(result)
        rows.append(line)
    return Array(rows)


@function("BYROW")
def by_row(table: Matrix, function_: Callable) -> Array:
    """A LAMBDA's answer for each row."""
    return Array([[_scalar(function_(Array([row])))] for row in table.rows])


@function("BYCOL")
def by_column(table: Matrix, function_: Callable) -> Array:
    """A LAMBDA's answer for each column."""
    return Array([[_scalar(function_(Array([[x] for x in column]))) for column in zip(*table.rows, strict=True)]])


@function("ISOMITTED")
def is_omitted(value: Range) -> bool:
    """Whether a LAMBDA's optional argument was left out."""
    return value is None


# ---- shape


@function("HSTACK")
def side_by_side(*tables: Matrix) -> Array:
    """Arrays beside one another; what lacks below is #N/A."""
    height = max(t.shape[0] for t in tables)
    rows: list[list[Scalar]] = [[] for _ in range(height)]
    for table in tables:
        for r in range(height):
            rows[r].extend(table.rows[r] if r < table.shape[0] else [Error.NA] * table.shape[1])
    return Array(rows)


@function("VSTACK")
def one_below_another(*tables: Matrix) -> Array:
    """Arrays below one another; what lacks to the right is #N/A."""
    return _square([list(row) for table in tables for row in table.rows])


def _slice(size: int, count: float | None, drop: bool) -> slice:
    if count is None:
        return slice(None)
    n = int(count)
    if drop:
        kept = slice(n, None) if n >= 0 else slice(None, max(0, size + n))
    else:
        kept = slice(None, n) if n >= 0 else slice(max(0, size + n), None)
    if not range(size)[kept]:
        raise Failed(Error.CALC)
    return kept


@function("TAKE", empty_is_default=True)
def take(table: Matrix, rows: Number | None = None, columns: Number | None = None) -> Array:
    """The first rows and columns, the last for negative numbers."""
    height, width = table.shape
    down, across = _slice(height, rows, False), _slice(width, columns, False)
    return Array([list(row[across]) for row in table.rows[down]])


@function("DROP", empty_is_default=True)
def drop(table: Matrix, rows: Number | None = None, columns: Number | None = None) -> Array:
    """Without the first rows and columns, the last for negative numbers."""
    height, width = table.shape
    down, across = _slice(height, rows, True), _slice(width, columns, True)
    return Array([list(row[across]) for row in table.rows[down]])


def _places(size: int, wanted: tuple[Value, ...]) -> list[int]:
    found: list[int] = []
    for value in wanted:
        for cell in array_of(value).cells():
            n = int(number(cell))
            if n == 0 or abs(n) > size:
                raise Failed(Error.VALUE)
            found.append(n - 1 if n > 0 else size + n)
    return found


@function("CHOOSEROWS")
def choose_rows(table: Matrix, first: Either, *more: Either) -> Array:
    """Some of the rows, from 1, from the end for negative numbers."""
    return Array([list(table.rows[i]) for i in _places(table.shape[0], (first, *more))])


@function("CHOOSECOLS")
def choose_columns(table: Matrix, first: Either, *more: Either) -> Array:
    """Some of the columns, from 1, from the end for negative numbers."""
    places = _places(table.shape[1], (first, *more))
    return Array([[row[i] for i in places] for row in table.rows])


@function("EXPAND", empty_is_default=True)
def expand(table: Matrix, rows: Number | None = None, columns: Number | None = None, filler: Plain = Error.NA) -> Array:
    """Enlarged to a size, filled up with a value."""
    height = table.shape[0] if rows is None else int(rows)
    width = table.shape[1] if columns is None else int(columns)
    if height < table.shape[0] or width < table.shape[1]:
        raise Failed(Error.VALUE)
    wide = [list(row) + [filler] * (width - len(row)) for row in table.rows]
    return Array(wide + [[filler] * width for _ in range(height - len(wide))])


def _line(table: Array, ignore: float, by_column: bool) -> list[Scalar]:
    cells = [x for column in zip(*table.rows, strict=True) for x in column] if by_column else list(table.cells())
    skip = int(ignore)
    kept = [x for x in cells if not (skip in (1, 3) and x is None) and not (skip in (2, 3) and isinstance(x, Error))]
    if not kept:
        raise Failed(Error.CALC)
    return kept


@function("TOCOL", empty_is_default=True)
def to_column(table: Matrix, ignore: Number = 0.0, by_column: Logical = False) -> Array:
    """All elements in one column."""
    return Array([[x] for x in _line(table, ignore, by_column)])


@function("TOROW", empty_is_default=True)
def to_row(table: Matrix, ignore: Number = 0.0, by_column: Logical = False) -> Array:
    """All elements in one row."""
    return Array([_line(table, ignore, by_column)])


@function("WRAPROWS")
def wrap_rows(line: Matrix, width: Number, filler: Plain = Error.NA) -> Array:
    """One line broken into rows."""
    cells, n = list(line.cells()), int(width)
    if n < 1:
        raise Failed(Error.NUM)
    rows = [cells[i : i + n] for i in range(0, len(cells), n)]
    return Array([row + [filler] * (n - len(row)) for row in rows])


@function("WRAPCOLS")
def wrap_columns(line: Matrix, height: Number, filler: Plain = Error.NA) -> Array:
    """One line broken into columns."""
    rows = wrap_rows(line, height, filler).rows
    return Array([list(column) for column in zip(*rows, strict=True)])


# ---- order


def _compare(first: Scalar, second: Scalar) -> int:
    """For sorting: blanks and errors last."""
    ranks = [2 if x is None else 1 if isinstance(x, Error) else 0 for x in (first, second)]
    if any(ranks):
        return (ranks[0] > ranks[1]) - (ranks[0] < ranks[1])
    return order(first, second)


def _sorted(rows: list[list[Scalar]], keys: list[tuple[list[Scalar], float]]) -> list[list[Scalar]]:
    def compare(i: int, j: int) -> int:
        for key, direction in keys:
            sign = _compare(key[i], key[j])
            if sign:
                ends = key[i] is None or key[j] is None
                return sign if ends or direction > 0 else -sign
        return 0

    return [rows[i] for i in sorted(range(len(rows)), key=cmp_to_key(compare))]


@function("SORT", empty_is_default=True)
def sort(table: Matrix, by: Either = 1.0, direction: Either = 1.0, by_column: Logical = False) -> Array:
    """Sorted by one or several columns."""
    rows = [list(line) for line in (zip(*table.rows, strict=True) if by_column else table.rows)]
    columns = [int(number(x)) for x in array_of(by).cells()]
    ways = [number(x) for x in array_of(direction).cells()]
    if any(not 1 <= c <= len(rows[0]) for c in columns) or any(w not in (1, -1) for w in ways):
        raise Failed(Error.VALUE)
    keys = [([row[c - 1] for row in rows], ways[min(i, len(ways) - 1)]) for i, c in enumerate(columns)]
    result = _sorted(rows, keys)
    return Array([list(line) for line in zip(*result, strict=True)] if by_column else result)


@function("SORTBY", repeats=2)
def sort_by(table: Matrix, by: Either, direction: Either = 1.0, *more: Either) -> Array:
    """Sorted by other ranges."""
    given = (by, direction, *more)
    first = array_of(by)
    by_column = first.shape[0] == 1 and first.shape[1] == table.shape[1] and table.shape[0] != 1
    rows = [list(line) for line in (zip(*table.rows, strict=True) if by_column else table.rows)]
    keys: list[tuple[list[Scalar], float]] = []
    for i in range(0, len(given), 2):
        key = list(array_of(given[i]).cells())
        if len(key) != len(rows):
            raise Failed(Error.VALUE)
        way = given[i + 1] if i + 1 < len(given) else None
        keys.append((key, 1.0 if way is None or way is MISSING else number(way)))
    result = _sorted(rows, keys)
    return Array([list(line) for line in zip(*result, strict=True)] if by_column else result)


@function("UNIQUE", empty_is_default=True)
def unique(table: Matrix, by_column: Logical = False, once: Logical = False) -> Array:
    """Each row once, or only those that occur once."""
    rows = [list(line) for line in (zip(*table.rows, strict=True) if by_column else table.rows)]

    def token(row: list[Scalar]) -> tuple[object, ...]:
        return tuple((type(x), x.casefold() if isinstance(x, str) else x) for x in row)

    tokens = [token(row) for row in rows]
    kept = [
        row for i, row in enumerate(rows) if (tokens.count(tokens[i]) == 1 if once else tokens.index(tokens[i]) == i)
    ]
    if not kept:
        raise Failed(Error.CALC)
    return Array([list(line) for line in zip(*kept, strict=True)] if by_column else kept)


@function("FILTER", empty_is_default=True)
def keep(table: Matrix, include: Matrix, otherwise: Either = Error.CALC) -> Value:
    """The rows, or columns, that are wanted."""
    height, width = table.shape
    flags = [logical(x) for x in include.cells()]
    if include.shape[1] == 1 and len(flags) == height:
        rows = [list(row) for row, flag in zip(table.rows, flags, strict=True) if flag]
    elif include.shape[0] == 1 and len(flags) == width:
        rows = [[x for x, flag in zip(row, flags, strict=True) if flag] for row in table.rows]
    else:
        raise Failed(Error.VALUE)
    return Array(rows) if rows and rows[0] else otherwise
