"""Excel's functions where a number differs from lane to lane.

A function that none of its arguments concerns is called as ever. Of the others, some only move values about and
are called as they are; some only add and multiply, and run on `Traced` numbers; some are written anew in
`traced_functions.py`, `traced_logic.py` and `traced_lookup.py`; those of numbers alone are called lane by lane.
What is left needs to know the number, and raises `Untraceable`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradsheet.formula import traced_functions, traced_logic, traced_lookup
from gradsheet.formula.functions import FUNCTIONS
from gradsheet.formula.graph import Traced, Untraceable
from gradsheet.formula.registry import Function
from gradsheet.formula.traced_registry import TRACED, graph_of, varies
from gradsheet.formula.values import Array, corner, lift

MOVERS = frozenset(
    [
        "TRANSPOSE",
        "HSTACK",
        "VSTACK",
        "TAKE",
        "DROP",
        "CHOOSEROWS",
        "CHOOSECOLS",
        "EXPAND",
        "WRAPROWS",
        "WRAPCOLS",
        "ROWS",
        "COLUMNS",
        "ROW",
        "COLUMN",
        "COUNTA",
        "MAP",
        "MAKEARRAY",
        "REDUCE",
        "SCAN",
        "BYROW",
        "BYCOL",
        "AREAS",
        "SHEET",
        "SHEETS",
        "ISFORMULA",
        "FORMULATEXT",
        "ISREF",
        "ISOMITTED",
        "TRUE",
        "FALSE",
        "NA",
        "OFFSET",
        "ISTEXT",
        "ISBLANK",
        "ISNONTEXT",
    ]
)
ADDERS = frozenset(
    [
        "PRODUCT",
        "DEVSQ",
        "AVEDEV",
        "PERCENTOF",
        "SUMX2MY2",
        "SUMX2PY2",
        "SUMXMY2",
        "SLOPE",
        "INTERCEPT",
        "COVARIANCE.P",
        "COVARIANCE.S",
        "COVAR",
    ]
)
SMOOTH = {
    "SQRT": "sqrt",
    "ABS": "absolute",
    "EXP": "exp",
    "LN": "ln",
    "LOG10": "log10",
    "SIN": "sin",
    "COS": "cos",
    "TAN": "tan",
    "TANH": "tanh",
    "SINH": "sinh",
    "COSH": "cosh",
    "ATAN": "atan",
    "ASIN": "asin",
    "ACOS": "acos",
}
STEPS = frozenset(
    [
        "ROUND",
        "ROUNDUP",
        "ROUNDDOWN",
        "INT",
        "TRUNC",
        "SIGN",
        "MROUND",
        "CEILING",
        "FLOOR",
        "CEILING.MATH",
        "FLOOR.MATH",
        "CEILING.PRECISE",
        "FLOOR.PRECISE",
        "ISO.CEILING",
        "EVEN",
        "ODD",
        "QUOTIENT",
    ]
)
WRITTEN = (traced_functions, traced_logic, traced_lookup)
_SCALARS = frozenset(("Number", "Strict"))


class Table(dict[str, Callable[..., Any]]):
    """What the code of patterns calls as ``F[name]``."""

    def __missing__(self, name: str) -> Callable[..., Any]:
        made = self[name] = _traced(FUNCTIONS[name])
        return made


def _traced(function: Function) -> Callable[..., Any]:
    name = function.name
    if name in MOVERS:
        return function
    written = TRACED.get(name)
    if written is not None:
        return written
    scalars = bool(function.kinds or function.rest) and not function.here
    scalars = scalars and _SCALARS.issuperset((*function.kinds, *function.rest))

    def call(*args: Any) -> Any:
        if not any(varies(x) for x in args):
            return function(*args)
        if name in ADDERS:
            return function(*args)
        if scalars and not function.volatile:
            return _by_number(function, args)
        raise Untraceable(name)

    return call


def _by_number(function: Function, args: tuple[Any, ...]) -> Any:
    """A function of numbers alone, element by element."""
    from gradsheet.formula.cells import Error
    from gradsheet.formula.failed import Failed
    from gradsheet.formula.values import MISSING, number

    if any(isinstance(x, Array) for x in args):
        return lift(lambda *parts: corner(_by_number(function, parts)), *args)
    given = [corner(x) if x is not MISSING else x for x in args]
    if not any(isinstance(x, Traced) for x in given):
        return function(*args)
    try:
        numbers = [number(x) for x in given]
    except Failed as failed:
        return failed.error
    if not function.accepts(len(numbers)):
        return Error.VALUE
    graph = graph_of(*numbers)
    name = function.name
    if name in SMOOTH:
        return graph.node(SMOOTH[name], *numbers)
    if name not in STEPS:
        try:
            return function(*args)  # the function itself, where it does nothing but arithmetic
        except Untraceable:
            pass
    result = graph.node("by_lane", *numbers, extra=name)
    if name not in _SLOPES:
        graph.note(result, name)
    return result


_SLOPES = frozenset(("POWER", "LOG", "MOD"))
TABLE = Table()
