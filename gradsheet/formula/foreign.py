"""Functions that we lack, taken one scalar at a time from the `formulas` package where it knows them."""

from __future__ import annotations

import warnings
from typing import Any

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.registry import Function
from gradsheet.formula.scope import Unsupported
from gradsheet.formula.values import (
    Area,
    Array,
    Value,
    array_of,
    corner,
)

REFUSED = frozenset(
    (
        *("INDIRECT", "WEBSERVICE", "FILTERXML", "RTD", "CUBEVALUE", "CALL", "REGISTER.ID", "GETPIVOTDATA"),
        *("IMAGE", "STOCKHISTORY", "PY", "TABLE", "GROUPBY", "PIVOTBY", "TRIMRANGE"),
        *("ARRAY", "ARRAYROW", "DUMMYFUNCTION"),  # words of that package's own
    )
)
_known: dict[str, Function | None] = {}


def borrowed(name: str) -> Function | None:
    """The function of that name, or None where `formulas` has none, or where it is refused by name.

    Example:
        >>> borrowed("INDIRECT") is None
        True
    """
    if name in REFUSED:
        return None
    if name not in _known:
        _known[name] = _wrapped(name)
    return _known[name]


def _wrapped(name: str) -> Function | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import formulas

        table = formulas.get_functions()
    found = table.get(name)
    if not callable(found):
        return None

    def compute(*args: Value) -> Any:
        import numpy

        given = [_handed(x) for x in args]
        with warnings.catch_warnings(), numpy.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                result = numpy.asarray(found(*given), dtype=object)
            except Failed:
                raise
            except Exception as error:
                raise Unsupported(f"{name} ({type(error).__name__} in formulas)") from None
        if result.size != 1:
            raise Unsupported(f"{name} with an array as its result")
        return _received(result.ravel()[0], name)

    return Function(name, compute, (), ("Range",), 0, False, False, False, (), False, "formulas 1.3")


def _handed(value: Value) -> Any:
    import numpy

    if isinstance(value, Area | Array):
        rows = array_of(value).rows
        for cell in array_of(value).cells():
            if isinstance(cell, Error):
                raise Failed(cell)
        return numpy.array([[0.0 if x is None else x for x in row] for row in rows], dtype=object)
    one = corner(value)
    if isinstance(one, Error):
        raise Failed(one)
    return 0.0 if one is None else one


def _received(value: Any, name: str) -> Value:
    if isinstance(value, bool | str):
        text = str(value)
        return Error(text) if text in Error._value2member_map_ and type(value) is not bool else value
    if type(value).__name__ == "XlError":
        return Error(str(value))
    try:
        return float(value)
    except (TypeError, ValueError):
        raise Unsupported(f"{name} (a {type(value).__name__} from formulas)") from None
