"""Statistics: two variables."""

from __future__ import annotations

import math

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.functions.math import add_up
from gradsheet.formula.functions.statistics import mean
from gradsheet.formula.registry import Matrix, Number, counts, function

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
        if counts(y) and counts(x):
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
