"""Information about values."""

from __future__ import annotations

from gradsheet.formula.address import pack, unpack
from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.registry import Here, Plain, Range, Strict, function
from gradsheet.formula.values import (
    Area,
    Array,
    Lambda,
    Value,
    corner,
    number,
)


@function("ISNUMBER")
def is_number(value: Plain) -> bool:
    """Whether it is a number."""
    return type(value) is float


@function("ISTEXT")
def is_text(value: Plain) -> bool:
    """Whether it is text."""
    return isinstance(value, str)


@function("ISNONTEXT")
def is_no_text(value: Plain) -> bool:
    """Whether it is anything but text, blanks included."""
    return not isinstance(value, str)


@function("ISLOGICAL")
def is_logical(value: Plain) -> bool:
    """Whether it is TRUE or FALSE."""
    return isinstance(value, bool)


@function("ISBLANK")
def is_blank(value: Plain) -> bool:
    """Whether the cell is empty."""
    return value is None


@function("ISERROR")
def is_error(value: Plain) -> bool:
    """Whether it is an error."""
    return isinstance(value, Error)


@function("ISERR")
def is_error_but_na(value: Plain) -> bool:
    """Whether it is an error other than #N/A."""
    return isinstance(value, Error) and value is not Error.NA


@function("ISNA")
def is_na(value: Plain) -> bool:
    """Whether it is #N/A."""
    return value is Error.NA


@function("ISREF")
def is_reference(value: Range) -> bool:
    """Whether it is a reference."""
    return isinstance(value, Area)


@function("ISEVEN")
def is_even(value: Strict) -> bool:
    """Whether the whole part is even."""
    return int(value) % 2 == 0


@function("ISODD")
def is_odd(value: Strict) -> bool:
    """Whether the whole part is odd."""
    return int(value) % 2 == 1


@function("ISFORMULA")
def is_formula(area: Range) -> bool:
    """Whether the cell holds a formula."""
    if not isinstance(area, Area):
        raise Failed(Error.VALUE)
    return area.grid.formula(pack(area.sheet, area.top, area.left)) is not None  # type: ignore[attr-defined]


@function("N")
def as_number(value: Plain) -> float:
    """Numbers and booleans as numbers, anything else as 0."""
    if isinstance(value, Error):
        raise Failed(value)
    return number(value) if isinstance(value, float | bool) else 0.0


@function("NA")
def not_available() -> Value:
    """The error #N/A."""
    return Error.NA


@function("TYPE")
def type_of(value: Range) -> float:
    """1 number, 2 text, 4 boolean, 16 error, 64 array, 128 lambda."""
    if isinstance(value, Array) or (isinstance(value, Area) and value.shape != (1, 1)):
        return 64.0
    if isinstance(value, Lambda):
        return 128.0
    one = corner(value)
    if isinstance(one, bool):
        return 4.0
    return 2.0 if isinstance(one, str) else 16.0 if isinstance(one, Error) else 1.0


_ERROR_NUMBERS = (
    *(Error.NULL, Error.DIV0, Error.VALUE, Error.REF, Error.NAME, Error.NUM, Error.NA, Error.GETTING_DATA),
    *(Error.SPILL, None, None, None, None, Error.CALC),
)


@function("ERROR.TYPE")
def error_number(value: Plain) -> float:
    """The number of an error."""
    if not isinstance(value, Error):
        raise Failed(Error.NA)
    return float(_ERROR_NUMBERS.index(value) + 1)


@function("SHEET")
def sheet_number(here: Here, value: Range = None) -> float:
    """The number of a sheet, from 1."""
    return float((value.sheet if isinstance(value, Area) else unpack(here.key)[0]) + 1)


@function("SHEETS")
def sheet_count(here: Here, value: Range = None) -> float:
    """How many sheets there are, or a reference spans."""
    return 1.0 if isinstance(value, Area) else float(len(here.grid.plan.scope.sheet_names))  # type: ignore[attr-defined]
