"""SUBTOTAL and AGGREGATE: other functions over rows that are not hidden."""

from __future__ import annotations

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.registry import (
    Here,
    Number,
    Range,
    function,
)
from gradsheet.formula.values import Area, Array, Value

# ---- SUBTOTAL, AGGREGATE


@function("SUBTOTAL")
def subtotal(here: Here, number: Number, *ranges: Range) -> Value:
    """One of eleven aggregates, leaving out other SUBTOTALs; from 101 on also hidden rows."""
    code = int(number)
    return _aggregate(here, code % 100 if code > 100 else code, ranges, hidden=code > 100, errors=False)


@function("AGGREGATE")
def aggregate(here: Here, number: Number, options: Number, *ranges: Range) -> Value:
    """One of nineteen aggregates, leaving out what the options say."""
    option = int(options)
    return _aggregate(
        here,
        int(number),
        ranges,
        hidden=option in (1, 3, 5, 7),
        errors=option in (2, 3, 6, 7),
        nested=option < 4,
    )


_AGGREGATES = (
    *("AVERAGE", "COUNT", "COUNTA", "MAX", "MIN", "PRODUCT", "STDEV.S", "STDEV.P", "SUM", "VAR.S", "VAR.P"),
    *("MEDIAN", "MODE.SNGL", "LARGE", "SMALL", "PERCENTILE.INC", "QUARTILE.INC"),
    *("PERCENTILE.EXC", "QUARTILE.EXC"),
)


def _aggregate(
    here: Here, code: int, ranges: tuple[Value, ...], *, hidden: bool, errors: bool, nested: bool = True
) -> Value:
    from gradsheet.formula.registry import FUNCTIONS

    if not 1 <= code <= len(_AGGREGATES):
        raise Failed(Error.VALUE)
    rank = ranges[-1:] if code >= 14 else ()
    kept: list[Value] = []
    for area in ranges[: len(ranges) - len(rank)]:
        cells = area.cells() if isinstance(area, Array) else ()
        if isinstance(area, Area):
            cells = here.grid.visible(area, hidden, nested)  # type: ignore[attr-defined]
        kept.extend(x for x in cells if not (errors and isinstance(x, Error)))
    return FUNCTIONS[_AGGREGATES[code - 1]](Array([kept or [None]]), *rank)
