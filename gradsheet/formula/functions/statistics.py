"""Statistics: counting, means, spread, ranks, correlation, straight lines."""

from __future__ import annotations

import math

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.functions.math import add_up
from gradsheet.formula.registry import Either, Number, Range, function, numbers
from gradsheet.formula.values import (
    Area,
    Areas,
    Array,
    Value,
    number,
)


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
                result += 1
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


@function("COUNTBLANK")
def count_blank(area: Range) -> float:
    """How many cells are empty or hold empty text."""
    if isinstance(area, Area):
        height, width = area.shape
        return float(height * width - sum(cell not in (None, "") for cell in area.cells()))
    return float(area in (None, ""))


@function("MAX")
def largest(*values: Range) -> float:
    """The largest number, 0 of none."""
    return max(numbers(*values), default=0.0)


@function("MIN")
def smallest(*values: Range) -> float:
    """The smallest number, 0 of none."""
    return min(numbers(*values), default=0.0)


def everything(*values: Value) -> list[float]:
    """What the A functions count: text in ranges as 0, booleans as 1 and 0."""
    result: list[float] = []
    for value in values:
        if isinstance(value, Array | Area | Areas):
            for cell in value.cells():
                if isinstance(cell, Error):
                    raise Failed(cell)
                if cell is not None:
                    result.append(0.0 if isinstance(cell, str) else float(cell))
        else:
            result.append(number(value))
    return result


@function("AVERAGEA")
def average_of_all(*values: Range) -> float:
    """The mean, text counting as 0 and TRUE as 1."""
    return mean(everything(*values))


@function("MAXA")
def largest_of_all(*values: Range) -> float:
    """The largest, text counting as 0 and TRUE as 1."""
    return max(everything(*values), default=0.0)


@function("MINA")
def smallest_of_all(*values: Range) -> float:
    """The smallest, text counting as 0 and TRUE as 1."""
    return min(everything(*values), default=0.0)


# ---- spread


def _population(values: list[float]) -> float:
    n = len(values)
    return _spread(values) / (n * n)


def _sample(values: list[float]) -> float:
    n = len(values)
    return _spread(values) / (n * (n - 1))


def _spread(values: list[float]) -> float:
    """n·Σx² − (Σx)², as Excel has it; in two passes where the difference would lose its digits.

    **Source**: all 45 VAR.P cells of mom_bias.xlsx, Sheet1 (2); two passes give 4 of them.
    """
    n, total = len(values), add_up(values)
    squares = n * add_up([x * x for x in values])
    result = squares - total * total
    return result if abs(result) > 1e-6 * squares else n * squared_deviations(values)


@function("VAR.P")
def variance_of_population(*values: Range) -> float:
    """The variance, dividing by n."""
    return _population(numbers(*values))


@function("VAR.S")
def variance_of_sample(*values: Range) -> float:
    """The variance, dividing by n − 1."""
    return _sample(numbers(*values))


@function("STDEV.P")
def deviation_of_population(*values: Range) -> float:
    """The standard deviation, dividing by n."""
    return math.sqrt(_population(numbers(*values)))


@function("STDEV.S")
def deviation_of_sample(*values: Range) -> float:
    """The standard deviation, dividing by n − 1."""
    return math.sqrt(_sample(numbers(*values)))


@function("VARPA")
def variance_of_all_population(*values: Range) -> float:
    """The variance, dividing by n, text counting as 0."""
    return _population(everything(*values))


@function("VARA")
def variance_of_all(*values: Range) -> float:
    """The variance, dividing by n − 1, text counting as 0."""
    return _sample(everything(*values))


@function("STDEVPA")
def deviation_of_all_population(*values: Range) -> float:
    """The standard deviation, dividing by n, text counting as 0."""
    return math.sqrt(_population(everything(*values)))


@function("STDEVA")
def deviation_of_all(*values: Range) -> float:
    """The standard deviation, dividing by n − 1, text counting as 0."""
    return math.sqrt(_sample(everything(*values)))


for _new, _old in (
    ("VAR.P", "VARP"),
    ("VAR.S", "VAR"),
    ("STDEV.P", "STDEVP"),
    ("STDEV.S", "STDEV"),
):
    function(_old)(
        {
            "VARP": variance_of_population,
            "VAR": variance_of_sample,
            "STDEVP": deviation_of_population,
            "STDEV": deviation_of_sample,
        }[_old]
    )


@function("DEVSQ")
def sum_of_squared_deviations(*values: Range) -> float:
    """The sum of squared distances from the mean."""
    return squared_deviations(numbers(*values))


@function("AVEDEV")
def average_deviation(*values: Range) -> float:
    """The mean distance from the mean."""
    found = numbers(*values)
    middle = mean(found)
    return mean([abs(x - middle) for x in found])


@function("SKEW")
def skewness(*values: Range) -> float:
    """The skewness of a sample."""
    found = numbers(*values)
    n, middle, s = len(found), mean(found), math.sqrt(_sample(found))
    return n / ((n - 1) * (n - 2)) * add_up([((x - middle) / s) ** 3 for x in found])


@function("SKEW.P")
def skewness_of_population(*values: Range) -> float:
    """The skewness of a population."""
    found = numbers(*values)
    middle, s = mean(found), math.sqrt(_population(found))
    return add_up([((x - middle) / s) ** 3 for x in found]) / len(found)


@function("KURT")
def kurtosis(*values: Range) -> float:
    """The excess kurtosis of a sample."""
    found = numbers(*values)
    n, middle, s = len(found), mean(found), math.sqrt(_sample(found))
    fourth = add_up([((x - middle) / s) ** 4 for x in found])
    return n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * fourth - 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))


@function("GEOMEAN")
def geometric_mean(*values: Range) -> float:
    """The nth root of the product."""
    found = numbers(*values)
    if not found or min(found) <= 0:
        raise Failed(Error.NUM)
    return math.exp(mean([math.log(x) for x in found]))


@function("HARMEAN")
def harmonic_mean(*values: Range) -> float:
    """The reciprocal of the mean of reciprocals."""
    found = numbers(*values)
    if not found or min(found) <= 0:
        raise Failed(Error.NUM)
    return 1 / mean([1 / x for x in found])


@function("TRIMMEAN")
def trimmed_mean(values: Either, share: Number) -> float:
    """The mean without a share of the extremes."""
    found = sorted(numbers(values))
    if not 0 <= share < 1 or not found:
        raise Failed(Error.NUM)
    cut = int(len(found) * share / 2)
    return mean(found[cut : len(found) - cut])


@function("STANDARDIZE")
def standardized(x: Number, middle: Number, deviation: Number) -> float:
    """How many standard deviations from the mean."""
    if deviation <= 0:
        raise Failed(Error.NUM)
    return (x - middle) / deviation
