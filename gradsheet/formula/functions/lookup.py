"""Looking up: MATCH, INDEX and their kin."""

from __future__ import annotations

from collections.abc import Sequence

from gradsheet.formula.address import MAX_COLUMN, MAX_ROW
from gradsheet.formula.cells import Error
from gradsheet.formula.criteria import wildcard
from gradsheet.formula.failed import Failed
from gradsheet.formula.operators import order
from gradsheet.formula.registry import (
    Either,
    Lazy,
    Logical,
    Number,
    Reference,
    Scalar,
    function,
)
from gradsheet.formula.values import (
    MISSING,
    Area,
    Areas,
    Array,
    Value,
    array_of,
)


def _rank(value: Value) -> int | None:
    """Numbers, texts and booleans are only compared among themselves."""
    if isinstance(value, bool):
        return 2
    return 0 if isinstance(value, float) else 1 if isinstance(value, str) else None


def bisected(wanted: Value, cells: Sequence[Value]) -> int | None:
    """Where MATCH with type 1 ends: Excel's bisection, sorted or not; from 0, None where all are larger.

    Cells of another kind are stepped over, and the last of equal ones is taken.

    Example:
        >>> bisected(1.0, [0.0, 1.0]), bisected(1.0, [1.0, 0.0]), bisected(2.0, [5.0, 6.0])
        (1, 0, None)

    **Source**: cached values of entropy_example.xlsx, log_entropy!H2:H6; Microsoft, MATCH function.
    """
    kind = _rank(wanted)
    low, high = 0, len(cells) - 1
    found: int | None = None
    while low <= high:
        middle = (low + high) // 2
        at = middle
        while at <= high and _rank(cells[at]) != kind:
            at += 1
        if at > high:
            high = middle - 1
            continue
        sign = order(cells[at], wanted)
        if sign == 0:  # done, but for equal ones that follow directly
            while at + 1 < len(cells) and _rank(cells[at + 1]) == kind and order(cells[at + 1], wanted) == 0:
                at += 1
            return at
        if sign < 0:
            found, low = at, at + 1
        else:
            high = middle - 1
    return found


def position(wanted: Value, cells: Sequence[Value], kind: int) -> int:
    """MATCH's answer, from 0."""
    if kind > 0:
        found = bisected(wanted, cells)
    elif kind == 0:
        found = _first_equal(wanted, cells, wild=True)
    else:
        found = None
        for i, cell in enumerate(cells):
            if _rank(cell) != _rank(wanted):
                continue
            sign = order(cell, wanted)
            if sign < 0:
                break
            found = i
            if sign == 0:
                break
    if found is None:
        raise Failed(Error.NA)
    return found


def _first_equal(wanted: Value, cells: Sequence[Value], wild: bool, backward: bool = False) -> int | None:
    places = range(len(cells) - 1, -1, -1) if backward else range(len(cells))
    if wild and isinstance(wanted, str) and any(sign in wanted for sign in "*?~"):
        pattern = wildcard(wanted)
        return next((i for i in places if isinstance(cells[i], str) and pattern.fullmatch(cells[i])), None)
    kind = _rank(wanted)
    return next((i for i in places if _rank(cells[i]) == kind and order(cells[i], wanted) == 0), None)


def vector(value: Value) -> list[Value]:
    """The cells of one row or column."""
    array = array_of(value)
    height, width = array.shape
    if height > 1 and width > 1:
        raise Failed(Error.NA)
    return list(array.cells())


def _wanted(value: Value) -> Value:
    return 0.0 if value is None else value


@function("MATCH")
def match(wanted: Scalar, where: Either, kind: Number = 1.0) -> float:
    """Where a value stands in a row or column, from 1."""
    return 1.0 + position(_wanted(wanted), vector(where), int(kind))


@function("XMATCH", empty_is_default=True)
def xmatch(wanted: Scalar, where: Either, mode: Number = 0.0, search: Number = 1.0) -> float:
    """Where a value stands, from 1; exact unless told otherwise."""
    found = _searched(_wanted(wanted), vector(where), int(mode), int(search))
    if found is None:
        raise Failed(Error.NA)
    return 1.0 + found


def _searched(wanted: Value, cells: list[Value], mode: int, search: int) -> int | None:
    found = _first_equal(wanted, cells, wild=mode == 2, backward=search == -1)
    if found is not None or mode not in (-1, 1):
        return found
    best: int | None = None
    for i in range(len(cells) - 1, -1, -1) if search == -1 else range(len(cells)):
        if _rank(cells[i]) != _rank(wanted) or order(cells[i], wanted) != mode:
            continue
        if best is None or order(cells[i], cells[best]) == -mode:
            best = i
    return best


@function("XLOOKUP", refers=True, empty_is_default=True)
def xlookup(
    wanted: Scalar,
    where: Either,
    results: Either,
    otherwise: Lazy | None = None,
    mode: Number = 0.0,
    search: Number = 1.0,
) -> Value:
    """The entry beside the one that is found."""
    cells = vector(where)
    found = _searched(_wanted(wanted), cells, int(mode), int(search))
    if found is None:
        instead = MISSING if otherwise is None else otherwise()
        if instead is MISSING:
            raise Failed(Error.NA)
        return instead
    shape = array_of(where).shape
    across = shape[0] == 1 and shape[1] == len(cells) and shape[1] > 1
    if len(cells) == 1:
        across = array_of(results).shape[0] == 1
    return _part(results, None if across else found, found if across else None)


def _part(source: Value, row: int | None, column: int | None) -> Value:
    """A row, a column or a cell of an area or array, from 0; None means all."""
    if isinstance(source, Area):
        height, width = source.shape
        if (row is not None and row >= height) or (column is not None and column >= width):
            raise Failed(Error.REF)
        top = source.top + (row or 0)
        left = source.left + (column or 0)
        return Area(
            source.grid,
            source.sheet,
            top,
            left,
            source.bottom if row is None else top,
            source.right if column is None else left,
        )
    array = array_of(source)
    height, width = array.shape
    if (row is not None and row >= height) or (column is not None and column >= width):
        raise Failed(Error.REF)
    rows = array.rows if row is None else [array.rows[row]]
    rows = rows if column is None else [[line[column]] for line in rows]
    return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else Array(rows)


@function("INDEX", refers=True)
def index(source: Either, row: Number = 0.0, column: Number | None = None, area: Number = 1.0) -> Value:
    """The cell, row or column at a place, from 1; 0 means all."""
    if isinstance(source, Areas):
        if not 1 <= area <= len(source.areas):
            raise Failed(Error.REF)
        source = source.areas[int(area) - 1]
    if isinstance(source, Error):
        raise Failed(source)
    height, width = source.shape if isinstance(source, Area | Array) else (1, 1)
    r, c = int(row), None if column is None else int(column)
    if c is None:
        r, c = (0, r) if height == 1 and width > 1 else (r, 0)
    if r < 0 or c < 0:
        raise Failed(Error.VALUE)
    return _part(source, r - 1 if r else None, c - 1 if c else None)


def _table(wanted: Value, source: Value, at: float, approximate: bool, by_row: bool) -> Value:
    array = array_of(source)
    lines = array.rows if by_row else [list(column) for column in zip(*array.rows, strict=True)]
    if at < 1:
        raise Failed(Error.VALUE)
    if at >= len(lines[0]) + 1:
        raise Failed(Error.REF)
    found = position(_wanted(wanted), [line[0] for line in lines], 1 if approximate else 0)
    return lines[found][int(at) - 1]


@function("VLOOKUP")
def vertical_lookup(wanted: Scalar, table: Either, column: Number, approximate: Logical = True) -> Value:
    """A cell in the row whose first cell is found."""
    return _table(wanted, table, column, approximate, by_row=True)


@function("HLOOKUP")
def horizontal_lookup(wanted: Scalar, table: Either, row: Number, approximate: Logical = True) -> Value:
    """A cell in the column whose first cell is found."""
    return _table(wanted, table, row, approximate, by_row=False)


@function("LOOKUP")
def lookup(wanted: Scalar, where: Either, results: Either | None = None) -> Value:
    """The entry beside the last one that is not larger."""
    if results is not None:
        cells, answers = vector(where), vector(results)
    else:
        array = array_of(where)
        height, width = array.shape
        lines = [list(line) for line in (zip(*array.rows, strict=True) if width > height else array.rows)]
        cells, answers = [line[0] for line in lines], [line[-1] for line in lines]
    found = position(_wanted(wanted), cells, 1)
    if found >= len(answers):
        raise Failed(Error.NA)
    return answers[found]


@function("CHOOSE", refers=True)
def choose(which: Number, first: Lazy, *more: Lazy) -> Value:
    """One of several values, by number."""
    options = (first, *more)
    if not 1 <= which < len(options) + 1:
        raise Failed(Error.VALUE)
    value = options[int(which) - 1]()
    return 0.0 if value is MISSING else value


@function("OFFSET", refers=True)
def offset(
    area: Reference, rows: Number, columns: Number, height: Number | None = None, width: Number | None = None
) -> Value:
    """An area moved by rows and columns, and resized."""
    tall = area.shape[0] if height is None else int(height)
    wide = area.shape[1] if width is None else int(width)
    if not tall or not wide:
        raise Failed(Error.REF)
    top, left = area.top + int(rows), area.left + int(columns)
    bottom, right = top + tall - 1, left + wide - 1
    if tall < 0:
        top, bottom = top + tall + 1, top
    if wide < 0:
        left, right = left + wide + 1, left
    if top < 1 or left < 1 or bottom > MAX_ROW or right > MAX_COLUMN:
        raise Failed(Error.REF)
    return Area(area.grid, area.sheet, top, left, bottom, right)
