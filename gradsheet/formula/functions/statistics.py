"""Statistics: counting, means, spread."""

from __future__ import annotations

import math

from gradsheet.formula.cells import Error
from gradsheet.formula.functions.math import add_up
from gradsheet.formula.registry import Range, function, numbers
from gradsheet.formula.values import MISSING, Area, Areas, Array, Failed, Value, number


def mean(values: list[float]) -> float:
    """The arithmetic mean."""
    if not values:
        raise Failed(Error.DIV0)
    return add_up(values) / len(values)


def squared_deviations(values: list[float]) -> float:
    """The sum of squared distances from the mean, in two passes."""
    middle = mean(values)
    return add_up([(x - middle) * (x - middle) for x in values])


@function("AVERAGE")
def average(*values: Range) -> float:
    """The arithmetic mean."""
    return mean(numbers(*values))


@function("COUNT")
def count(*values: Range) -> float:
    """How many numbers there are."""
    result = 0
    for value in values:
        if isinstance(value, Array | Area | Areas):
            result += sum(type(cell) is float for cell in value.cells())
        elif not isinstance(value, Error):
            try:
                number(value)
                result += value is not None
            except Failed:
                continue
    return float(result)


@function("COUNTA")
def count_filled(*values: Range) -> float:
    """How many cells are not empty."""
    result = 0
    for value in values:
        if isinstance(value, Array | Area | Areas):
            result += sum(cell is not None for cell in value.cells())
        else:
            result += 1
    return float(result)


@function("MAX")
def largest(*values: Range) -> float:
    """The largest number, 0 of none."""
    return max(numbers(*values), default=0.0)


@function("MIN")
def smallest(*values: Range) -> float:
    """The smallest number, 0 of none."""
    return min(numbers(*values), default=0.0)


@function("VAR.P")
def variance_of_population(*values: Range) -> float:
    """The variance, dividing by n."""
    found = numbers(*values)
    return squared_deviations(found) / len(found)


@function("VAR.S")
def variance_of_sample(*values: Range) -> float:
    """The variance, dividing by n − 1."""
    found = numbers(*values)
    return squared_deviations(found) / (len(found) - 1)


@function("STDEV.P")
def deviation_of_population(*values: Range) -> float:
    """The standard deviation, dividing by n."""
    return math.sqrt(variance_of_population(*values))


@function("STDEV.S")
def deviation_of_sample(*values: Range) -> float:
    """The standard deviation, dividing by n − 1."""
    return math.sqrt(variance_of_sample(*values))


_ = MISSING, Value
