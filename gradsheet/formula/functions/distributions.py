"""Statistics: distributions."""

from __future__ import annotations

import math
from fractions import Fraction
from statistics import NormalDist

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.registry import Logical, Number, function

_STANDARD = NormalDist()
_ROOT_OF_HALF = Fraction("0.7071067811865475244008443621048490392848")


def _require(condition: bool) -> None:
    if not condition:
        raise Failed(Error.NUM)


def phi(z: float) -> float:
    """The standard normal's cumulative distribution.

    What z/√2 loses when it is rounded is added back: far out it would cost the last two digits.
    """
    x = -z * math.sqrt(0.5)
    if not abs(x) < 30:
        return 0.5 * math.erfc(x)
    lost = float(-Fraction(z) * _ROOT_OF_HALF - Fraction(x))
    return 0.5 * (math.erfc(x) - 2 / math.sqrt(math.pi) * math.exp(-x * x) * lost)


@function("NORM.DIST")
def normal(x: Number, mean: Number, deviation: Number, cumulative: Logical) -> float:
    """The normal distribution, or its density."""
    _require(deviation > 0)
    z = (x - mean) / deviation
    return phi(z) if cumulative else math.exp(-z * z / 2) / (deviation * math.sqrt(2 * math.pi))


@function("NORM.S.DIST")
def standard_normal(z: Number, cumulative: Logical) -> float:
    """The standard normal distribution, or its density."""
    return normal(z, 0.0, 1.0, cumulative)


@function("NORMSDIST")
def standard_normal_cumulative(z: Number) -> float:
    """The standard normal distribution."""
    return phi(z)


@function("NORM.INV")
def normal_inverse(share: Number, mean: Number, deviation: Number) -> float:
    """The value below which a share of a normal distribution lies."""
    _require(0 < share < 1 and deviation > 0)
    return mean + deviation * _STANDARD.inv_cdf(share)


@function("NORM.S.INV")
def standard_normal_inverse(share: Number) -> float:
    """The value below which a share of the standard normal lies."""
    return normal_inverse(share, 0.0, 1.0)


function("NORMDIST")(normal)
function("NORMINV")(normal_inverse)
function("NORMSINV")(standard_normal_inverse)


@function("PHI")
def density(x: Number) -> float:
    """The standard normal density."""
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


@function("GAUSS")
def gauss(z: Number) -> float:
    """The standard normal distribution less one half."""
    return math.erf(z / math.sqrt(2)) / 2


@function("ERF")
def error_function(lower: Number, upper: Number | None = None) -> float:
    """The error function, or between two limits."""
    return math.erf(lower) if upper is None else math.erf(upper) - math.erf(lower)


@function("ERFC")
def error_function_complement(x: Number) -> float:
    """One less the error function."""
    return math.erfc(x)


@function("LOGNORM.DIST")
def lognormal(x: Number, mean: Number, deviation: Number, cumulative: Logical) -> float:
    """The lognormal distribution, or its density."""
    _require(x > 0 and deviation > 0)
    return normal(math.log(x), mean, deviation, cumulative) / (1.0 if cumulative else x)


@function("CONFIDENCE.NORM")
def confidence(alpha: Number, deviation: Number, size: Number) -> float:
    """Half the width of a mean's confidence interval."""
    _require(0 < alpha < 1 and deviation > 0 and size >= 1)
    return -_STANDARD.inv_cdf(alpha / 2) * deviation / math.sqrt(math.floor(size))


function("CONFIDENCE")(confidence)


@function("BINOM.DIST")
def binomial(successes: Number, trials: Number, share: Number, cumulative: Logical) -> float:
    """The chance of so many successes, or of at most so many."""
    k, n = math.floor(successes), math.floor(trials)
    _require(0 <= k <= n and 0 <= share <= 1)
    if n > 1000 and cumulative:
        return incomplete_beta(1 - share, n - k, k + 1) if k < n else 1.0
    if n > 1000 and 0 < share < 1:
        ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
        return math.exp(ways + k * math.log(share) + (n - k) * math.log1p(-share))
    chances = [math.comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(0 if cumulative else k, k + 1)]
    return math.fsum(chances)


function("BINOMDIST")(binomial)


@function("POISSON.DIST")
def poisson(x: Number, mean: Number, cumulative: Logical) -> float:
    """The chance of so many events, or of at most so many."""
    k = math.floor(x)
    _require(k >= 0 and mean >= 0)
    if cumulative and k > 1000:
        return upper_gamma(k + 1, mean)
    return math.fsum(
        math.exp(i * math.log(mean) - mean - math.lgamma(i + 1)) if mean else float(i == 0)
        for i in range(0 if cumulative else k, k + 1)
    )


function("POISSON")(poisson)


@function("EXPON.DIST")
def exponential(x: Number, rate: Number, cumulative: Logical) -> float:
    """The exponential distribution, or its density."""
    _require(x >= 0 and rate > 0)
    return -math.expm1(-rate * x) if cumulative else rate * math.exp(-rate * x)


function("EXPONDIST")(exponential)


@function("GAMMA")
def gamma(x: Number) -> float:
    """The gamma function."""
    return math.gamma(x)


@function("GAMMALN")
def log_gamma(x: Number) -> float:
    """The logarithm of the gamma function."""
    _require(x > 0)
    return math.lgamma(x)


function("GAMMALN.PRECISE")(log_gamma)


def incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction.

    **Source**: W. Press and others, "Numerical Recipes", 6.4.
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(1 - x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    tiny = 1e-300
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1) or tiny)
    result = d
    for m in range(1, 1000):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + step * d or tiny)
            c = 1 + step / c or tiny
            result *= d * c
        if abs(d * c - 1) < 1e-16:
            break
    return front * result / a


def _student(t: float, freedom: float) -> float:
    """The chance beyond t on one side, t ≥ 0."""
    return incomplete_beta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2


@function("T.DIST")
def student(x: Number, freedom: Number, cumulative: Logical) -> float:
    """Student's distribution, or its density."""
    n = math.floor(freedom)
    _require(n >= 1)
    if cumulative:
        tail = _student(abs(x), n)
        return tail if x < 0 else 1 - tail
    scale = math.exp(math.lgamma((n + 1) / 2) - math.lgamma(n / 2)) / math.sqrt(n * math.pi)
    return float(scale * (1 + x * x / n) ** (-(n + 1) / 2))


@function("T.DIST.2T")
def student_two_tails(x: Number, freedom: Number) -> float:
    """The chance beyond x on both sides."""
    _require(x >= 0 and freedom >= 1)
    return 2 * _student(x, math.floor(freedom))


@function("T.DIST.RT")
def student_right_tail(x: Number, freedom: Number) -> float:
    """The chance beyond x."""
    _require(freedom >= 1)
    tail = _student(abs(x), math.floor(freedom))
    return tail if x >= 0 else 1 - tail


@function("TDIST")
def student_tails(x: Number, freedom: Number, tails: Number) -> float:
    """The chance beyond x on one or both sides."""
    _require(x >= 0 and freedom >= 1 and int(tails) in (1, 2))
    return int(tails) * _student(x, math.floor(freedom))


@function("T.INV")
def student_inverse(share: Number, freedom: Number) -> float:
    """The value below which a share of Student's distribution lies."""
    n = math.floor(freedom)
    _require(0 < share < 1 and n >= 1)
    if share == 0.5:
        return 0.0
    tail, low, high = min(share, 1 - share), 0.0, 1.0
    while _student(high, n) > tail:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _student(middle, n) > tail else (low, middle)
    return math.copysign((low + high) / 2, share - 0.5)


@function("T.INV.2T")
def student_inverse_two_tails(share: Number, freedom: Number) -> float:
    """The value beyond which a share lies on both sides."""
    _require(0 < share <= 1)
    return abs(student_inverse(share / 2, freedom))


function("TINV")(student_inverse_two_tails)


@function("F.DIST.RT")
def fisher_right_tail(x: Number, first: Number, second: Number) -> float:
    """The chance beyond x of the F distribution."""
    _require(x >= 0 and first >= 1 and second >= 1)
    a, b = math.floor(first), math.floor(second)
    return incomplete_beta(b / (b + a * x), b / 2, a / 2)


function("FDIST")(fisher_right_tail)


def incomplete_gamma(a: float, x: float) -> float:
    """The regularised lower incomplete gamma function.

    **Source**: W. Press and others, "Numerical Recipes", 6.2.
    """
    return _gammas(a, x)[0]


def upper_gamma(a: float, x: float) -> float:
    """The regularised upper incomplete gamma function, small values to their last digits."""
    return _gammas(a, x)[1]


def _gammas(a: float, x: float) -> tuple[float, float]:
    if x <= 0:
        return 0.0, 1.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        n = a
        while abs(term) > abs(total) * 1e-17:
            n += 1
            term *= x / n
            total += term
        return total * front, 1 - total * front
    b = x + 1 - a
    c, d = 1e300, 1 / b
    result = d
    for i in range(1, 10_000):
        step = -i * (i - a)
        b += 2
        d = 1 / (step * d + b or 1e-300)
        c = b + step / c or 1e-300
        result *= d * c
        if abs(d * c - 1) < 1e-16:
            break
    return 1 - front * result, front * result


@function("CHISQ.DIST.RT")
def chi_squared_right_tail(x: Number, freedom: Number) -> float:
    """The chance beyond x of the χ² distribution."""
    _require(x >= 0 and freedom >= 1)
    return upper_gamma(math.floor(freedom) / 2, x / 2)


function("CHIDIST")(chi_squared_right_tail)


@function("GAMMA.DIST")
def gamma_distribution(x: Number, alpha: Number, beta: Number, cumulative: Logical) -> float:
    """The gamma distribution, or its density."""
    _require(x >= 0 and alpha > 0 and beta > 0)
    if cumulative:
        return incomplete_gamma(alpha, x / beta)
    if x == 0:
        _require(alpha >= 1)
        return 1 / beta if alpha == 1 else 0.0
    return math.exp((alpha - 1) * math.log(x) - x / beta - alpha * math.log(beta) - math.lgamma(alpha))
