"""Sums, means, extremes and matrix products over numbers that differ from lane to lane."""

from __future__ import annotations

from typing import Any

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.graph import Traced, TracedFlag, Untraceable
from gradsheet.formula.registry import counts, numbers
from gradsheet.formula.traced_operators import NAMES
from gradsheet.formula.traced_registry import graph_of, traced
from gradsheet.formula.values import Area, Areas, Array, array_of, corner, number

# An Area or an Array of cells, or one value.
Arg = Any


@traced("SUM")
def total(*values: Arg) -> Any:
    """SUM."""
    return graph_of(*values).total(numbers(*values))


@traced("SUMSQ")
def sum_of_squares(*values: Arg) -> Any:
    """SUMSQ."""
    return graph_of(*values).total([x * x for x in numbers(*values)])


@traced("AVERAGE")
def average(*values: Arg) -> Any:
    """AVERAGE."""
    found = numbers(*values)
    if not found:
        raise Failed(Error.DIV0)
    return graph_of(*values).total(found) / len(found)


@traced("SUMPRODUCT")
def sum_of_products(*matrices: Arg) -> Any:
    """SUMPRODUCT: what is no number counts as 0."""
    arrays = [array_of(x) for x in matrices]
    if any(a.shape != arrays[0].shape for a in arrays):
        raise Failed(Error.VALUE)
    terms = []
    for cells in zip(*(a.cells() for a in arrays), strict=True):
        term: Any = None
        for cell in cells:
            if isinstance(cell, Error):
                raise Failed(cell)
            factor = cell if counts(cell) else 0.0
            term = factor if term is None else term * factor
        terms.append(term)
    return graph_of(*arrays).total(terms)


def grid(value: Arg) -> list[list[Any]]:
    """A matrix of numbers only.

    Raises:
        Failed: #VALUE! where anything else, a blank too, is in it.
    """
    rows = [list(row) for row in array_of(value).rows]
    for row in rows:
        for cell in row:
            if not counts(cell):
                raise Failed(cell if isinstance(cell, Error) else Error.VALUE)
    return rows


@traced("MMULT")
def matrix_product(first: Arg, second: Arg) -> Array:
    """MMULT: each sum from the first term to the last; one that overflows spoils all."""
    a, b = grid(first), grid(second)
    if len(a[0]) != len(b):
        raise Failed(Error.VALUE)
    graph = graph_of(first, second)
    columns = list(zip(*b, strict=True))
    rows = [[graph.total([x * y for x, y in zip(row, column, strict=True)]) for column in columns] for row in a]
    moving = [x for row in rows for x in row if isinstance(x, Traced)]
    if moving and len(rows) * len(rows[0]) > 1:
        sound = graph.node("sound", *moving)
        rows = [[graph.node("kept", x, sound) for x in row] for row in rows]
    return Array(rows)


@traced("POWER")
def power(base: Arg, exponent: Arg) -> Any:
    """POWER, as the operator."""
    return NAMES["power"](base, exponent)


@traced("COUNT")
def count(*values: Arg) -> Any:
    """COUNT: a lane may hold an error, which is passed by."""
    certain, moving = 0.0, []
    for value in values:
        if isinstance(value, Array | Area | Areas):
            for cell in value.cells():
                if isinstance(cell, Traced):
                    moving += [] if isinstance(cell, TracedFlag) else [cell]
                else:
                    certain += type(cell) is float
        elif isinstance(value, Traced):
            moving.append(number(value))
        elif not isinstance(value, Error):
            try:
                number(value)
            except Failed:
                continue
            certain += 1.0
    return graph_of(*values).node("count", *moving, extra=certain) if moving else certain


def _extreme(op: str, *values: Arg) -> Any:
    found = numbers(*values)
    if not found:
        return 0.0
    graph = graph_of(*values)
    return graph.node(op, *(graph.finite(x) for x in found)) if len(found) > 1 else found[0]


@traced("MAX")
def largest(*values: Arg) -> Any:
    """MAX."""
    return _extreme("largest", *values)


@traced("MIN")
def smallest(*values: Arg) -> Any:
    """MIN."""
    return _extreme("smallest", *values)


# ---- spread, as functions/statistics.py has it


def _spread(found: list[Any]) -> Any:
    """n·Σx² − (Σx)², or in two passes where the difference would lose its digits."""
    graph, n = graph_of(*found), len(found)
    sum_, squares = graph.total(found), n * graph.total([x * x for x in found])
    result = squares - sum_ * sum_
    middle = sum_ / n
    careful = n * graph.total([(x - middle) * (x - middle) for x in found])
    return graph.node("select", graph.flag("above", abs(result), 1e-6 * squares), result, careful)


def _variance(values: tuple[Arg, ...], less: int) -> Any:
    found = numbers(*values)
    n = len(found)
    if n <= less:
        raise Failed(Error.DIV0)
    return _spread(found) / (n * (n - less))


@traced("VAR.P", "VARP")
def variance_of_population(*values: Arg) -> Any:
    """VAR.P."""
    return _variance(values, 0)


@traced("VAR.S", "VAR")
def variance_of_sample(*values: Arg) -> Any:
    """VAR.S."""
    return _variance(values, 1)


@traced("STDEV.P", "STDEVP")
def deviation_of_population(*values: Arg) -> Any:
    """STDEV.P."""
    return graph_of(*values).node("sqrt", _variance(values, 0))


@traced("STDEV.S", "STDEV")
def deviation_of_sample(*values: Arg) -> Any:
    """STDEV.S."""
    return graph_of(*values).node("sqrt", _variance(values, 1))


# ---- information


@traced("ISNUMBER")
def is_number(value: Arg) -> Any:
    """ISNUMBER: TRUE but for errors."""
    one = corner(value)
    if isinstance(value, Array) or isinstance(one, TracedFlag) or not isinstance(one, Traced):
        raise Untraceable("ISNUMBER")
    return one.graph.flag("opposite", one.graph.flag("is_error", one))


@traced("ISERROR")
def is_error(value: Arg) -> Any:
    """ISERROR."""
    one = corner(value)
    if isinstance(value, Array) or not isinstance(one, Traced):
        raise Untraceable("ISERROR")
    return one.graph.flag("is_error", one)


@traced("N")
def as_number(value: Arg) -> Any:
    """N."""
    return number(corner(value))
