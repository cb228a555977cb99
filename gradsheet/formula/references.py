"""What formulas do with references and lambdas at run time."""

from __future__ import annotations

from gradsheet.formula.cells import Error
from gradsheet.formula.functions import FUNCTIONS
from gradsheet.formula.values import Area, Areas, Grid, Lambda, Value


def area(grid: Grid, sheet: int, top: int, left: int, bottom: int, right: int) -> Area:
    """The area between two corners, whichever comes first: ``A$3:A1`` filled down turns around."""
    return Area(grid, sheet, min(top, bottom), min(left, right), max(top, bottom), max(left, right))


def span(first: Value, last: Value) -> Value:
    """``first:last``: the smallest area that holds both."""
    if not (isinstance(first, Area) and isinstance(last, Area)):
        return next((x for x in (first, last) if isinstance(x, Error)), Error.VALUE)
    if first.sheet != last.sheet:
        return Error.VALUE
    return Area(
        first.grid,
        first.sheet,
        min(first.top, last.top),
        min(first.left, last.left),
        max(first.bottom, last.bottom),
        max(first.right, last.right),
    )


def union(first: Value, last: Value) -> Value:
    """``(first,last)``: both, one after the other."""
    parts: list[Area] = []
    for x in (first, last):
        if isinstance(x, Areas):
            parts.extend(x.areas)
        elif isinstance(x, Area):
            parts.append(x)
        else:
            return x if isinstance(x, Error) else Error.VALUE
    return Areas(tuple(parts))


def intersection(first: Value, last: Value) -> Value:
    """``first last``: the cells that lie in both, or #NULL!."""
    if not (isinstance(first, Area) and isinstance(last, Area)):
        return next((x for x in (first, last) if isinstance(x, Error)), Error.VALUE)
    top, bottom = max(first.top, last.top), min(first.bottom, last.bottom)
    left, right = max(first.left, last.left), min(first.right, last.right)
    if first.sheet != last.sheet or top > bottom or left > right:
        return Error.NULL
    return Area(first.grid, first.sheet, top, left, bottom, right)


def apply(function: Value, *args: Value) -> Value:
    """A LAMBDA called with arguments."""
    if isinstance(function, Lambda):
        return function(*args)
    return function if isinstance(function, Error) else Error.REF


def eta(name: str) -> Lambda:
    """A function given by name alone where a LAMBDA is wanted: ``BYROW(A1:C3,SUM)``."""
    function = FUNCTIONS[name]
    return Lambda(function, function.least or 1, function.least or 1)
