"""Statistics: counting, means, spread, ranks, correlation, straight lines."""

from __future__ import annotations

import math

from gradsheet.formula.cells import Error
from gradsheet.formula.functions.math import add_up
from gradsheet.formula.registry import Either, Logical, Matrix, Number, Range, function, numbers
from gradsheet.formula.values import Area, Areas, Array, Failed, Value, number


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


# ---- order


def ranked(values: Value) -> list[float]:
    """The numbers from small to large; #NUM! of none."""
    found = sorted(numbers(values))
    if not found:
        raise Failed(Error.NUM)
    return found


@function("MEDIAN")
def median(*values: Range) -> float:
    """The middle value."""
    found = sorted(numbers(*values))
    if not found:
        raise Failed(Error.NUM)
    half = len(found) // 2
    return found[half] if len(found) % 2 else (found[half - 1] + found[half]) / 2


@function("MODE.SNGL")
def mode(*values: Range) -> float:
    """The most frequent value, the first of several."""
    found = numbers(*values)
    counts: dict[float, int] = {}
    for x in found:
        counts[x] = counts.get(x, 0) + 1
    best = max(counts.values(), default=0)
    if best < 2:
        raise Failed(Error.NA)
    return next(x for x, n in counts.items() if n == best)


function("MODE")(mode)


@function("MODE.MULT")
def modes(*values: Range) -> Array:
    """All the most frequent values, in a column."""
    found = numbers(*values)
    best = max((found.count(x) for x in found), default=0)
    if best < 2:
        raise Failed(Error.NA)
    return Array([[x] for x in dict.fromkeys(x for x in found if found.count(x) == best)])


@function("LARGE")
def kth_largest(values: Either, k: Number) -> float:
    """The kth largest."""
    found, place = ranked(values), math.ceil(k)
    if not 1 <= place <= len(found):
        raise Failed(Error.NUM)
    return found[-place]


@function("SMALL")
def kth_smallest(values: Either, k: Number) -> float:
    """The kth smallest."""
    found, place = ranked(values), math.ceil(k)
    if not 1 <= place <= len(found):
        raise Failed(Error.NUM)
    return found[place - 1]


def _between(found: list[float], place: float) -> float:
    low = math.floor(place)
    part = place - low
    return found[low] if not part else found[low] + part * (found[low + 1] - found[low])


@function("PERCENTILE.INC")
def percentile(values: Either, k: Number) -> float:
    """The value below which a share k lies, from 0 to 1."""
    found = ranked(values)
    if not 0 <= k <= 1:
        raise Failed(Error.NUM)
    return _between(found, k * (len(found) - 1))


@function("PERCENTILE.EXC")
def percentile_exclusive(values: Either, k: Number) -> float:
    """The value below which a share k lies, 0 and 1 excluded."""
    found = ranked(values)
    place = k * (len(found) + 1) - 1
    if not 0 <= place <= len(found) - 1:
        raise Failed(Error.NUM)
    return _between(found, place)


@function("QUARTILE.INC")
def quartile(values: Either, quarter: Number) -> float:
    """A quartile, 0 the smallest and 4 the largest."""
    return percentile(values, math.floor(quarter) / 4)


@function("QUARTILE.EXC")
def quartile_exclusive(values: Either, quarter: Number) -> float:
    """A quartile, the ends excluded."""
    return percentile_exclusive(values, math.floor(quarter) / 4)


function("PERCENTILE")(percentile)
function("QUARTILE")(quartile)


@function("RANK.EQ")
def rank(x: Number, values: Range, ascending: Logical = False) -> float:
    """The place of a number among others; equals share the best."""
    found = numbers(values)
    if x not in found:
        raise Failed(Error.NA)
    return 1.0 + sum(y < x if ascending else y > x for y in found)


function("RANK")(rank)


@function("RANK.AVG")
def average_rank(x: Number, values: Range, ascending: Logical = False) -> float:
    """The place of a number among others; equals share the mean."""
    return rank(x, values, ascending) + (numbers(values).count(x) - 1) / 2


@function("PERCENTRANK.INC")
def percent_rank(values: Either, x: Number, digits: Number = 3.0) -> float:
    """The share of values below x, cut to some digits."""
    found = ranked(values)
    if digits < 1:
        raise Failed(Error.NUM)
    if not found[0] <= x <= found[-1]:
        raise Failed(Error.NA)
    if len(found) == 1:
        return 1.0
    below = sum(y < x for y in found)
    place = float(below)
    if x not in found:
        low, high = found[below - 1], found[below]
        place = below - 1 + (x - low) / (high - low)
    return _cut(place / (len(found) - 1), digits)


def _cut(share: float, digits: float) -> float:
    scale = 10.0 ** math.floor(digits)
    return math.floor(share * scale + 1e-9) / scale


function("PERCENTRANK")(percent_rank)


@function("PERCENTRANK.EXC")
def percent_rank_exclusive(values: Either, x: Number, digits: Number = 3.0) -> float:
    """The share of values below x, the ends excluded, cut to some digits."""
    found = ranked(values)
    if digits < 1:
        raise Failed(Error.NUM)
    if not found[0] <= x <= found[-1]:
        raise Failed(Error.NA)
    below = sum(y < x for y in found)
    place = below + 1.0
    if x not in found:
        low, high = found[below - 1], found[below]
        place = below + (x - low) / (high - low)
    return _cut(place / (len(found) + 1), digits)


@function("FREQUENCY")
def frequency(values: Matrix, bins: Matrix) -> Array:
    """How many values fall into each bin, in a column with one more for the rest."""
    found, edges = numbers(values), numbers(bins)
    order = sorted(range(len(edges)), key=lambda i: edges[i])
    counts = [0.0] * (len(edges) + 1)
    for x in found:
        counts[next((i for i in order if x <= edges[i]), len(edges))] += 1
    return Array([[n] for n in counts])


# ---- two variables


def pairs(ys: Matrix, xs: Matrix) -> tuple[list[float], list[float]]:
    """The pairs in which both are numbers."""
    a, b = list(ys.cells()), list(xs.cells())
    if len(a) != len(b):
        raise Failed(Error.NA)
    kept: list[tuple[float, float]] = []
    for y, x in zip(a, b, strict=True):
        for cell in (y, x):
            if isinstance(cell, Error):
                raise Failed(cell)
        if type(y) is float and type(x) is float:
            kept.append((y, x))
    return [y for y, _ in kept], [x for _, x in kept]


def _moments(ys: Matrix, xs: Matrix) -> tuple[float, float, float, float, float, int]:
    """Means of y and x, then the sums of squares and products around them, and how many."""
    y, x = pairs(ys, xs)
    mean_y, mean_x = mean(y), mean(x)
    return (
        mean_y,
        mean_x,
        add_up([(a - mean_y) * (a - mean_y) for a in y]),
        add_up([(b - mean_x) * (b - mean_x) for b in x]),
        add_up([(b - mean_x) * (a - mean_y) for a, b in zip(y, x, strict=True)]),
        len(y),
    )


@function("CORREL")
def correlation(first: Matrix, second: Matrix) -> float:
    """Pearson's correlation."""
    _, _, yy, xx, xy, _ = _moments(first, second)
    return xy / math.sqrt(xx * yy)


function("PEARSON")(correlation)


@function("RSQ")
def correlation_squared(ys: Matrix, xs: Matrix) -> float:
    """The square of the correlation."""
    r = correlation(ys, xs)
    return r * r


@function("COVARIANCE.P")
def covariance_of_population(first: Matrix, second: Matrix) -> float:
    """The covariance, dividing by n."""
    *_, xy, n = _moments(first, second)
    return xy / n


function("COVAR")(covariance_of_population)


@function("COVARIANCE.S")
def covariance_of_sample(first: Matrix, second: Matrix) -> float:
    """The covariance, dividing by n − 1."""
    *_, xy, n = _moments(first, second)
    return xy / (n - 1)


@function("SLOPE")
def slope(ys: Matrix, xs: Matrix) -> float:
    """The slope of the least-squares line."""
    _, _, _, xx, xy, _ = _moments(ys, xs)
    return xy / xx


@function("INTERCEPT")
def intercept(ys: Matrix, xs: Matrix) -> float:
    """Where the least-squares line meets x = 0."""
    mean_y, mean_x, _, xx, xy, _ = _moments(ys, xs)
    return mean_y - xy / xx * mean_x


@function("STEYX")
def standard_error(ys: Matrix, xs: Matrix) -> float:
    """The standard error of the line's predictions."""
    _, _, yy, xx, xy, n = _moments(ys, xs)
    return math.sqrt((yy - xy * xy / xx) / (n - 2))


@function("FORECAST.LINEAR")
def forecast(x: Number, ys: Matrix, xs: Matrix) -> float:
    """The line's value at x."""
    mean_y, mean_x, _, xx, xy, _ = _moments(ys, xs)
    return mean_y - xy / xx * mean_x + xy / xx * x


function("FORECAST")(forecast)
