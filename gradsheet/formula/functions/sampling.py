"""Statistics: the distributions that samples follow, their inverses, and the tests that stand on them."""

from __future__ import annotations

import math
from collections.abc import Callable as PyCallable

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.functions.distributions import (
    gamma_distribution,
    incomplete_beta,
    incomplete_gamma,
    lognormal,
    normal_inverse,
    upper_gamma,
)
from gradsheet.formula.functions.math import add_up
from gradsheet.formula.registry import Logical, Matrix, Number, function, numbers
from gradsheet.formula.values import Array


def _require(condition: bool) -> None:
    if not condition:
        raise Failed(Error.NUM)


def inverse(rises: PyCallable[[float], float], share: float, high: float = 1.0) -> float:
    """Where a distribution on x ≥ 0 reaches a share, by halving to the last bit.

    Args:
        rises: the cumulative distribution.
        share: what it is to reach, 0 ≤ share < 1.
        high: where to begin; doubled until it is beyond.

    Example:
        >>> inverse(lambda x: x / 4, 0.5)
        2.0
    """
    low = 0.0
    while rises(high) < share:
        low, high = high, high * 2
        _require(high < 1e300)
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return high if abs(rises(high) - share) < abs(rises(low) - share) else low
        low, high = (middle, high) if rises(middle) < share else (low, middle)


def choose_logarithm(n: float, k: float) -> float:
    """The logarithm of n over k."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


# ---- lognormal, Weibull, Fisher's transformation


@function("LOGNORM.INV")
def lognormal_inverse(share: Number, mean_: Number, deviation: Number) -> float:
    """The value below which a share of the lognormal distribution lies."""
    return math.exp(normal_inverse(share, mean_, deviation))


function("LOGINV")(lognormal_inverse)


@function("LOGNORMDIST")
def lognormal_cumulative(x: Number, mean_: Number, deviation: Number) -> float:
    """The lognormal distribution."""
    return lognormal(x, mean_, deviation, True)


def _at_zero(alpha: float, rate: float) -> float:
    """The density at 0 of a distribution that begins with x^(α−1)."""
    _require(alpha >= 1)
    return rate if alpha == 1 else 0.0


@function("WEIBULL.DIST")
def weibull(x: Number, alpha: Number, beta: Number, cumulative: Logical) -> float:
    """The Weibull distribution, or its density."""
    _require(x >= 0 and alpha > 0 and beta > 0)
    power = (x / beta) ** alpha
    if cumulative:
        return -math.expm1(-power)
    return alpha / beta**alpha * x ** (alpha - 1) * math.exp(-power) if x else _at_zero(alpha, 1 / beta)


function("WEIBULL")(weibull)


@function("FISHER")
def fisher_transformation(x: Number) -> float:
    """Fisher's transformation, the inverse hyperbolic tangent."""
    return math.atanh(x)


@function("FISHERINV")
def fisher_transformation_inverse(y: Number) -> float:
    """The inverse of Fisher's transformation."""
    return math.tanh(y)


# ---- gamma and chi squared


function("GAMMADIST")(gamma_distribution)


@function("GAMMA.INV")
def gamma_inverse(share: Number, alpha: Number, beta: Number) -> float:
    """The value below which a share of the gamma distribution lies."""
    _require(0 <= share < 1 and alpha > 0 and beta > 0)
    return beta * inverse(lambda x: incomplete_gamma(alpha, x), share)


function("GAMMAINV")(gamma_inverse)


def _freedom(value: float) -> int:
    degrees = math.floor(value)
    _require(1 <= degrees <= 10_000_000_000)
    return degrees


@function("CHISQ.DIST")
def chi_squared(x: Number, freedom: Number, cumulative: Logical) -> float:
    """The χ² distribution, or its density."""
    k = _freedom(freedom)
    _require(x >= 0)
    if cumulative:
        return incomplete_gamma(k / 2, x / 2)
    if x == 0:
        _require(k != 1)
        return 0.5 if k == 2 else 0.0
    return math.exp((k / 2 - 1) * math.log(x) - x / 2 - k / 2 * math.log(2) - math.lgamma(k / 2))


@function("CHISQ.INV")
def chi_squared_inverse(share: Number, freedom: Number) -> float:
    """The value below which a share of the χ² distribution lies."""
    k = _freedom(freedom)
    _require(0 <= share < 1)
    return 2 * inverse(lambda x: incomplete_gamma(k / 2, x), share)


@function("CHISQ.INV.RT")
def chi_squared_inverse_right_tail(share: Number, freedom: Number) -> float:
    """The value beyond which a share of the χ² distribution lies."""
    k = _freedom(freedom)
    _require(0 < share <= 1)
    return 2 * inverse(lambda x: -upper_gamma(k / 2, x), -share)


function("CHIINV")(chi_squared_inverse_right_tail)


@function("CHISQ.TEST")
def chi_squared_test(actual: Matrix, expected: Matrix) -> float:
    """The chance that a table is as far or farther from the expected one."""
    height, width = actual.shape
    if actual.shape != expected.shape or height * width == 1:
        raise Failed(Error.NA)
    terms: list[float] = []
    for a, e in zip(actual.cells(), expected.cells(), strict=True):
        for cell in (a, e):
            if isinstance(cell, Error):
                raise Failed(cell)
        if type(a) is float and type(e) is float:
            terms.append((a - e) * (a - e) / e)
    freedom = (height - 1) * (width - 1) if height > 1 and width > 1 else height * width - 1
    return upper_gamma(freedom / 2, add_up(terms) / 2)


function("CHITEST")(chi_squared_test)


# ---- counting


@function("BINOM.DIST.RANGE")
def binomial_range(trials: Number, share: Number, least: Number, most: Number | None = None) -> float:
    """The chance of a number of successes within bounds."""
    n, low = math.floor(trials), math.floor(least)
    high = low if most is None else math.floor(most)
    _require(n >= 0 and 0 <= share <= 1 and 0 <= low <= n and low <= high <= n)
    return math.fsum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(low, high + 1))


@function("BINOM.INV")
def binomial_inverse(trials: Number, share: Number, alpha: Number) -> float:
    """The fewest successes that are at most exceeded with a chance of 1 − alpha."""
    n = math.floor(trials)
    _require(n >= 0 and 0 <= share <= 1 and 0 <= alpha <= 1)
    if share in (0.0, 1.0):
        return n * share
    total = 0.0
    for k in range(n + 1):
        total += math.exp(choose_logarithm(n, k) + k * math.log(share) + (n - k) * math.log1p(-share))
        if total >= alpha:
            return float(k)
    return float(n)


function("CRITBINOM")(binomial_inverse)


@function("NEGBINOM.DIST")
def negative_binomial(failures: Number, successes: Number, share: Number, cumulative: Logical) -> float:
    """The chance of so many failures, or of at most so many, before so many successes."""
    f, s = math.floor(failures), math.floor(successes)
    _require(f >= 0 and s >= 1 and 0 <= share <= 1)
    if cumulative:
        return incomplete_beta(share, s, f + 1)
    return math.comb(f + s - 1, f) * math.pow(share, s) * math.pow(1 - share, f)


@function("NEGBINOMDIST")
def negative_binomial_chance(failures: Number, successes: Number, share: Number) -> float:
    """The chance of so many failures before so many successes."""
    return negative_binomial(failures, successes, share, False)


@function("HYPGEOM.DIST")
def hypergeometric(successes: Number, size: Number, marked: Number, population: Number, cumulative: Logical) -> float:
    """The chance of so many marked ones, or of at most so many, in a sample without putting back."""
    k, n, m, whole = (math.floor(x) for x in (successes, size, marked, population))
    _require(0 <= k <= min(n, m) and k >= n - whole + m and 0 < n <= whole and 0 < m <= whole)
    ways = math.comb(whole, n)
    counts = range(max(0, n - whole + m), k + 1) if cumulative else (k,)
    return sum(math.comb(m, i) * math.comb(whole - m, n - i) for i in counts) / ways


@function("HYPGEOMDIST")
def hypergeometric_chance(successes: Number, size: Number, marked: Number, population: Number) -> float:
    """The chance of so many marked ones in a sample without putting back."""
    return hypergeometric(successes, size, marked, population, False)


@function("PROB")
def probability(xs: Matrix, chances: Matrix, low: Number, high: Number | None = None) -> float:
    """The chance of values within bounds, by a table of chances."""
    a, b = list(xs.cells()), list(chances.cells())
    if len(a) != len(b):
        raise Failed(Error.NA)
    p = numbers(Array([b]))
    _require(all(0 <= x <= 1 for x in p) and abs(math.fsum(p) - 1) < 1e-9)
    top = low if high is None else high
    return add_up([c for x, c in zip(a, b, strict=True) if type(x) is float and type(c) is float and low <= x <= top])


@function("ERF.PRECISE")
def error_function_precise(x: Number) -> float:
    """The error function."""
    return math.erf(x)


@function("ERFC.PRECISE")
def error_function_complement_precise(x: Number) -> float:
    """One less the error function."""
    return math.erfc(x)
