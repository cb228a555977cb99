"""Distributions that samples follow: beta, Fisher's F, Student's t, and their tests."""

from __future__ import annotations

import math

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.functions.distributions import (
    fisher_right_tail,
    incomplete_beta,
    phi,
    student_inverse_two_tails,
)
from gradsheet.formula.functions.sampling import _freedom, _require, inverse
from gradsheet.formula.functions.statistics import mean, squared_deviations
from gradsheet.formula.registry import Logical, Number, Range, function, numbers

# ---- beta, Fisher's F, Student's t


def _beta_place(x: float, alpha: float, beta: float, low: float, high: float) -> float:
    _require(alpha > 0 and beta > 0 and low <= x <= high and low != high)
    return (x - low) / (high - low)


@function("BETA.DIST")
def beta_distribution(
    x: Number, alpha: Number, beta: Number, cumulative: Logical, low: Number = 0.0, high: Number = 1.0
) -> float:
    """The beta distribution, or its density."""
    place = _beta_place(x, alpha, beta, low, high)
    if cumulative:
        return incomplete_beta(place, alpha, beta)
    _require(not (place == 0 and alpha < 1) and not (place == 1 and beta < 1))
    scale = math.exp(math.lgamma(alpha + beta) - math.lgamma(alpha) - math.lgamma(beta))
    return scale * math.pow(place, alpha - 1) * math.pow(1 - place, beta - 1) / (high - low)


@function("BETADIST")
def beta_cumulative(x: Number, alpha: Number, beta: Number, low: Number = 0.0, high: Number = 1.0) -> float:
    """The beta distribution."""
    return beta_distribution(x, alpha, beta, True, low, high)


@function("BETA.INV")
def beta_inverse(share: Number, alpha: Number, beta: Number, low: Number = 0.0, high: Number = 1.0) -> float:
    """The value below which a share of the beta distribution lies."""
    _require(0 < share < 1 and alpha > 0 and beta > 0 and low < high)
    return low + (high - low) * inverse(lambda x: incomplete_beta(x, alpha, beta), share)


function("BETAINV")(beta_inverse)


@function("F.DIST")
def fisher(x: Number, first: Number, second: Number, cumulative: Logical) -> float:
    """The F distribution, or its density."""
    a, b = _freedom(first), _freedom(second)
    _require(x >= 0)
    if cumulative:
        return incomplete_beta(a * x / (b + a * x), a / 2, b / 2)
    if x == 0:
        _require(a != 1)
        return 1.0 if a == 2 else 0.0
    scale = math.lgamma((a + b) / 2) - math.lgamma(a / 2) - math.lgamma(b / 2)
    return math.exp(scale + a / 2 * math.log(a / b) + (a / 2 - 1) * math.log(x) - (a + b) / 2 * math.log1p(a * x / b))


@function("F.INV")
def fisher_inverse(share: Number, first: Number, second: Number) -> float:
    """The value below which a share of the F distribution lies."""
    a, b = _freedom(first), _freedom(second)
    _require(0 <= share < 1)
    return inverse(lambda x: incomplete_beta(a * x / (b + a * x), a / 2, b / 2), share)


@function("F.INV.RT")
def fisher_inverse_right_tail(share: Number, first: Number, second: Number) -> float:
    """The value beyond which a share of the F distribution lies."""
    a, b = _freedom(first), _freedom(second)
    _require(0 < share <= 1)
    return inverse(lambda x: -incomplete_beta(b / (b + a * x), b / 2, a / 2), -share)


function("FINV")(fisher_inverse_right_tail)


@function("F.TEST")
def fisher_test(first: Range, second: Range) -> float:
    """The chance, on both sides, that two samples differ so in variance."""
    a, b = numbers(first), numbers(second)
    if len(a) < 2 or len(b) < 2:
        raise Failed(Error.DIV0)
    ratio = squared_deviations(a) / (len(a) - 1) / (squared_deviations(b) / (len(b) - 1))
    tail = fisher_right_tail(ratio, float(len(a) - 1), float(len(b) - 1))
    return 2 * min(tail, 1 - tail)


function("FTEST")(fisher_test)


@function("CONFIDENCE.T")
def student_confidence(alpha: Number, deviation: Number, size: Number) -> float:
    """Half the width of a mean's confidence interval, by Student's distribution."""
    n = math.floor(size)
    _require(0 < alpha < 1 and deviation > 0 and n >= 1)
    if n == 1:
        raise Failed(Error.DIV0)
    return student_inverse_two_tails(alpha, float(n - 1)) * deviation / math.sqrt(n)


@function("T.TEST")
def student_test(first: Range, second: Range, tails: Number, kind: Number) -> float:
    """The chance that two samples differ so in mean: paired (1), of equal (2) or unequal variance (3)."""
    sides, way = math.floor(tails), math.floor(kind)
    _require(sides in (1, 2) and way in (1, 2, 3))
    if way == 1:
        a, b = _paired(first, second)
        differences = [x - y for x, y in zip(a, b, strict=True)]
        n = len(differences)
        t = mean(differences) / math.sqrt(squared_deviations(differences) / (n - 1) / n)
        freedom = float(n - 1)
    else:
        a, b = numbers(first), numbers(second)
        n, m = len(a), len(b)
        if n < 2 or m < 2:
            raise Failed(Error.DIV0)
        u, w = squared_deviations(a), squared_deviations(b)
        if way == 2:
            freedom = float(n + m - 2)
            t = (mean(a) - mean(b)) / math.sqrt((u + w) / freedom * (1 / n + 1 / m))
        else:
            u, w = u / (n - 1) / n, w / (m - 1) / m
            freedom = (u + w) * (u + w) / (u * u / (n - 1) + w * w / (m - 1))
            t = (mean(a) - mean(b)) / math.sqrt(u + w)
    return sides * incomplete_beta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2


function("TTEST")(student_test)


def _paired(first: Range, second: Range) -> tuple[list[float], list[float]]:
    from gradsheet.formula.functions.regression import pairs
    from gradsheet.formula.values import array_of

    return pairs(array_of(first), array_of(second))


@function("Z.TEST")
def normal_test(values: Range, x: Number, deviation: Number | None = None) -> float:
    """The chance that a sample's mean would be larger than it is, were x the true one."""
    found = numbers(values)
    if not found:
        raise Failed(Error.NA)
    if deviation is None:
        deviation = math.sqrt(squared_deviations(found) / (len(found) - 1))
        if deviation == 0:
            raise Failed(Error.DIV0)
    _require(deviation > 0)
    return phi(-(mean(found) - x) / (deviation / math.sqrt(len(found))))


function("ZTEST")(normal_test)
