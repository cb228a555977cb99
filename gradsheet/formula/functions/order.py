"""Statistics: order, ranks and percentiles."""

from __future__ import annotations

import math

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.registry import Either, Logical, Matrix, Number, Range, function, numbers
from gradsheet.formula.values import Array, Value

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
