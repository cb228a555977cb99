"""What straight-line code calls on floats. An error is an exception; the caller goes the long way."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.functions import FUNCTIONS
from gradsheet.formula.functions.lookup import position as match_position
from gradsheet.formula.operators import same, whole_power
from gradsheet.formula.straight_functions import ELEMENTARY


def finite(value: float) -> float:
    """The value, or OverflowError where it is infinite or not a number."""
    if value - value != 0.0:
        raise OverflowError
    return value


def total(values: Iterable[float]) -> float:
    """The sum, first to last."""
    result = 0.0
    for value in values:
        result += value
    return result


def equal(a: float, b: float) -> bool:
    """Equal to 15 digits."""
    return a == b or same(a, b)


def unequal(a: float, b: float) -> bool:
    """Not equal to 15 digits."""
    return not (a == b or same(a, b))


def less(a: float, b: float) -> bool:
    """Less, and not equal to 15 digits."""
    return a < b and not same(a, b)


def greater(a: float, b: float) -> bool:
    """Greater, and not equal to 15 digits."""
    return a > b and not same(a, b)


def at_most(a: float, b: float) -> bool:
    """Less, or equal to 15 digits."""
    return a <= b or same(a, b)


def at_least(a: float, b: float) -> bool:
    """Greater, or equal to 15 digits."""
    return a >= b or same(a, b)


def every(*flags: bool) -> bool:
    """AND."""
    return all(flags)


def some(*flags: bool) -> bool:
    """OR."""
    return any(flags)


def opposite(flag: bool) -> bool:
    """NOT."""
    return not flag


def position(wanted: float, cells: list[float], kind: float) -> float:
    """MATCH, from 1."""
    return 1.0 + match_position(wanted, cells, int(kind))


def pick(place: float, values: list[float]) -> float:
    """The value at a place, counted from 1."""
    if not 1 <= place < len(values) + 1:
        raise Failed(Error.REF)
    return values[int(place) - 1]


def plain(name: str) -> Any:
    """One of Excel's functions of numbers; an error is raised."""
    compute = FUNCTIONS[name].compute

    def run(*args: float) -> float:
        result = compute(*args)
        if isinstance(result, Error):
            raise Failed(result)
        return float(result)

    return run


NAMES: dict[str, Any] = {
    **{word: plain(name) for name, word in ELEMENTARY.items()},
    "sqrt": math.sqrt,
    "absolute": abs,
    "exp": math.exp,
    "largest": max,
    "smallest": min,
    "finite": finite,
    "total": total,
    "whole_power": whole_power,
    "equal": equal,
    "unequal": unequal,
    "less": less,
    "greater": greater,
    "at_most": at_most,
    "at_least": at_least,
    "every": every,
    "some": some,
    "opposite": opposite,
    "position": position,
    "pick": pick,
}
FAULTS = (ZeroDivisionError, OverflowError, ValueError, Failed)
