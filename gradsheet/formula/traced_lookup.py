"""Looking up by, or among, numbers that differ from lane to lane.

On which place a lane lands has no derivative; what it finds there has its own.
"""

from __future__ import annotations

from typing import Any

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.functions import FUNCTIONS
from gradsheet.formula.functions.lookup import vector
from gradsheet.formula.graph import Traced, TracedFlag, Untraceable
from gradsheet.formula.traced_operators import select
from gradsheet.formula.traced_registry import graph_of, traced, varies
from gradsheet.formula.values import MISSING, Value, array_of, corner, logical, number


def _among(values: list[Value], what: str) -> list[Any]:
    """The values, all of which must be numbers."""
    if any(type(x) is not float and type(x) is not Traced for x in values):
        raise Untraceable(f"{what} among other than numbers")
    return values


def _place(wanted: Value, cells: list[Value], kind: int, what: str) -> Traced:
    """MATCH's answer, from 1."""
    key = corner(wanted)
    key = 0.0 if key is None else key
    if isinstance(key, Error):
        raise Failed(key)
    if isinstance(key, TracedFlag | str | bool):
        raise Untraceable(f"{what} of other than a number")
    graph = graph_of(key, *cells)
    place = graph.node("position", graph.finite(key), *_among(cells, what), extra=kind)
    graph.note(place, what)
    return place


def picked(place: Value, values: list[Value], what: str) -> Value:
    """The value at each lane's place, counted from 1."""
    if not isinstance(place, Traced):
        at = int(number(place))
        if not 1 <= at <= len(values):
            raise Failed(Error.REF)
        return values[at - 1]
    values = [0.0 if x is None or x is MISSING else float("nan") if isinstance(x, Error) else x for x in values]
    found = place.graph.node("pick", place, *_among(values, what), extra=what == "INDEX")
    place.graph.note(found, what)
    return found


@traced("MATCH")
def match(wanted: Value, where: Value, kind: Value = 1.0) -> Value:
    """MATCH."""
    return _place(wanted, vector(where), int(number(kind)), "MATCH")


@traced("INDEX")
def index(source: Value, row: Value = 0.0, column: Value = MISSING, *more: Value) -> Value:
    """INDEX by a place that differs from lane to lane."""
    if not varies(row) and not varies(column):
        return FUNCTIONS["INDEX"](source, row, *(() if column is MISSING and not more else (column, *more)))
    rows = array_of(source).rows
    if more:
        raise Untraceable("INDEX of several areas")
    if column is MISSING:
        if len(rows) > 1 and len(rows[0]) > 1:
            raise Untraceable("INDEX of a whole row or column")
        return picked(corner(row), [x for line in rows for x in line], "INDEX")
    for place in (row, column):
        if not isinstance(place, Traced) and int(number(place)) == 0:
            raise Untraceable("INDEX of a whole row or column")
    return picked(corner(row), [picked(corner(column), list(line), "INDEX") for line in rows], "INDEX")


def _table(wanted: Value, lines: list[list[Value]], at: Value, near: bool, what: str) -> Value:
    """The value beside the one found in the first of the lines."""
    number_at = int(number(at))
    if not 1 <= number_at <= len(lines):
        raise Failed(Error.VALUE if number_at < 1 else Error.REF)
    if not varies(wanted) and not any(isinstance(x, Traced) for x in lines[0]):
        from gradsheet.formula.functions.lookup import position

        key = corner(wanted)
        return lines[number_at - 1][position(0.0 if key is None else key, lines[0], 1 if near else 0)]
    return picked(_place(wanted, lines[0], 1 if near else 0, what), lines[number_at - 1], what)


def _near(approximate: Value) -> bool:
    return logical(approximate)


@traced("VLOOKUP")
def vertical(wanted: Value, table: Value, at: Value, approximate: Value = True) -> Value:
    """VLOOKUP."""
    lines = [list(column) for column in zip(*array_of(table).rows, strict=True)]
    return _table(wanted, lines, at, _near(approximate), "VLOOKUP")


@traced("HLOOKUP")
def horizontal(wanted: Value, table: Value, at: Value, approximate: Value = True) -> Value:
    """HLOOKUP."""
    return _table(wanted, [list(row) for row in array_of(table).rows], at, _near(approximate), "HLOOKUP")


@traced("XLOOKUP", always=True)
def xlookup(wanted: Value, where: Value, results: Value, otherwise: Any = None, *modes: Value) -> Value:
    """XLOOKUP, exact, of one row or column."""
    if not varies(wanted) and not varies(where):
        extra = () if otherwise is None and not modes else (otherwise or (lambda: MISSING), *modes)
        return FUNCTIONS["XLOOKUP"](wanted, where, results, *extra)
    if modes:
        raise Untraceable("XLOOKUP with options")
    cells, answers = vector(where), vector(results)
    if len(cells) != len(answers):
        raise Untraceable("XLOOKUP of rows")
    place = _place(wanted, cells, 0, "XLOOKUP")
    found = picked(place, answers, "XLOOKUP")
    if otherwise is None:
        return found
    lost = place.graph.flag("is_error", place)
    key = corner(wanted)
    if isinstance(key, Traced):  # an error as key stays one
        known = key.graph.flag("equal", key.graph.finite(key), key.graph.finite(key))
        lost = key.graph.flag("every", lost, known)
    return select(lost, otherwise(), found)
