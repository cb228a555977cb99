"""Mathematics: sums, powers and logarithms, trigonometry, chance."""

from __future__ import annotations

import math
from collections.abc import Callable as PyCallable

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.operators import power as raise_to
from gradsheet.formula.registry import (
    Here,
    Matrix,
    Number,
    Range,
    Strict,
    counts,
    function,
    numbers,
)
from gradsheet.formula.values import Value


def add_up(values: list[float]) -> float:
    """The sum from the first to the last; Python's own ``sum`` is compensated from 3.12 on."""
    result = 0.0
    for value in values:
        result += value
    return result


@function("SUM")
def total(*values: Range) -> float:
    """The sum, first cell to last."""
    return add_up(numbers(*values))


@function("PERCENTOF")
def share(part: Range, whole: Range) -> float:
    """One sum over another."""
    return total(part) / total(whole)


@function("SUMSQ")
def sum_of_squares(*values: Range) -> float:
    """The sum of the squares."""
    return add_up([x * x for x in numbers(*values)])


@function("PRODUCT")
def product(*values: Range) -> float:
    """The product, 0 of nothing."""
    factors = numbers(*values)
    result = 1.0
    for factor in factors:
        result *= factor
    return result if factors else 0.0


@function("SUMPRODUCT")
def sum_of_products(first: Matrix, *rest: Matrix) -> float:
    """The sum of the products of cells in the same place; what is no number counts as 0."""
    arrays = (first, *rest)
    if any(a.shape != first.shape for a in rest):
        raise Failed(Error.VALUE)
    result = 0.0
    for cells in zip(*(a.cells() for a in arrays), strict=True):
        if len(cells) == 2 and type(cells[0]) is float and type(cells[1]) is float:  # as most are
            result += cells[0] * cells[1]
            continue
        term: float | None = None
        for cell in cells:
            if isinstance(cell, Error):
                raise Failed(cell)
            factor = cell if type(cell) is float else 0.0
            term = factor if term is None else term * factor
        result += term or 0.0
    return result


def _pairs(first: Matrix, second: Matrix) -> list[tuple[float, float]]:
    """The pairs of numbers in the same place; a pair with anything else in it is left out."""
    a, b = list(first.cells()), list(second.cells())
    if len(a) != len(b):
        raise Failed(Error.NA)
    for cell in (*a, *b):
        if isinstance(cell, Error):
            raise Failed(cell)
    return [(x, y) for x, y in zip(a, b, strict=True) if counts(x) and counts(y)]


@function("SUMXMY2")
def sum_of_squared_differences(first: Matrix, second: Matrix) -> float:
    """The sum of (x − y)²."""
    return add_up([(x - y) * (x - y) for x, y in _pairs(first, second)])


@function("SUMX2MY2")
def sum_of_differences_of_squares(first: Matrix, second: Matrix) -> float:
    """The sum of x² − y²."""
    return add_up([x * x - y * y for x, y in _pairs(first, second)])


@function("SUMX2PY2")
def sum_of_sums_of_squares(first: Matrix, second: Matrix) -> float:
    """The sum of x² + y²."""
    return add_up([x * x + y * y for x, y in _pairs(first, second)])


@function("SERIESSUM")
def power_series(x: Strict, n: Strict, m: Strict, coefficients: Range) -> Value:
    """The sum of aᵢ·x^(n + i·m)."""
    result = 0.0
    for i, a in enumerate(numbers(coefficients)):
        result += a * number_power(x, n + i * m)
    return result


# ---- powers and logarithms


def number_power(base: float, exponent: float) -> float:
    """``base ^ exponent``, raising what is an error."""
    result = raise_to(base, exponent)
    if isinstance(result, Error):
        raise Failed(result)
    return float(result)


@function("POWER")
def power(number: Number, exponent: Number) -> float:
    """``number ^ exponent``."""
    return number_power(number, exponent)


@function("SQRT")
def root(number: Number) -> float:
    """The square root, correctly rounded."""
    return math.sqrt(number)


@function("SQRTPI")
def root_of_pi_times(number: Number) -> float:
    """√(number·π)."""
    return math.sqrt(number * math.pi)


@function("EXP")
def exponential(number: Number) -> float:
    """E to the power of a number."""
    return math.exp(number)


@function("LN")
def natural_logarithm(number: Number) -> float:
    """The logarithm to the base e."""
    return math.log(number)


@function("LOG")
def logarithm(number: Number, base: Number = 10.0) -> float:
    """The logarithm to any base, 10 by default."""
    if base == 10.0:
        return math.log10(number)
    return math.log(number) / math.log(base)


@function("LOG10")
def common_logarithm(number: Number) -> float:
    """The logarithm to the base 10."""
    return math.log10(number)


@function("PI")
def pi() -> float:
    """π."""
    return math.pi


# ---- trigonometry


def _register(name: str, compute: PyCallable[[float], float], doc: str) -> None:
    def one(number: Number) -> float:
        return compute(number)

    one.__doc__ = doc
    function(name)(one)


def hyperbolic_tangent(x: float) -> float:
    """(eˣ − e⁻ˣ)/(eˣ + e⁻ˣ), as Excel has it; libm's where that would lose digits.

    **Source**: 66 of the 72 cells of RNN.xlsx; libm's tanh gives 23.
    """
    if not 0.01 < abs(x) < 20.0:
        return math.tanh(x)
    up, down = math.exp(x), math.exp(-x)
    return (up - down) / (up + down)


def _cotangent_inverse(x: float) -> float:
    return math.pi / 2 - math.atan(x)


for _name, _compute, _doc in (
    ("SIN", math.sin, "The sine of an angle in radians."),
    ("COS", math.cos, "The cosine."),
    ("TAN", math.tan, "The tangent."),
    ("ASIN", math.asin, "The angle of a sine."),
    ("ACOS", math.acos, "The angle of a cosine."),
    ("ATAN", math.atan, "The angle of a tangent."),
    ("SINH", math.sinh, "The hyperbolic sine."),
    ("COSH", math.cosh, "The hyperbolic cosine."),
    ("TANH", hyperbolic_tangent, "The hyperbolic tangent."),
    ("ASINH", math.asinh, "The inverse hyperbolic sine."),
    ("ACOSH", math.acosh, "The inverse hyperbolic cosine."),
    ("ATANH", math.atanh, "The inverse hyperbolic tangent."),
    ("COT", lambda x: 1 / math.tan(x), "The cotangent."),
    ("SEC", lambda x: 1 / math.cos(x), "The secant."),
    ("CSC", lambda x: 1 / math.sin(x), "The cosecant."),
    ("COTH", lambda x: 1 / math.tanh(x), "The hyperbolic cotangent."),
    ("SECH", lambda x: 1 / math.cosh(x) if abs(x) < 710.4 else 0.0, "The hyperbolic secant."),
    ("CSCH", lambda x: 1 / math.sinh(x) if abs(x) < 710.4 else 0.0, "The hyperbolic cosecant."),
    ("ACOT", _cotangent_inverse, "The angle of a cotangent."),
    ("ACOTH", lambda x: math.atanh(1 / x) if x else math.log(-1.0), "The inverse hyperbolic cotangent."),
    ("DEGREES", math.degrees, "Radians in degrees."),
    ("RADIANS", math.radians, "Degrees in radians."),
):
    _register(_name, _compute, _doc)


@function("ATAN2")
def angle(x: Number, y: Number) -> float:
    """The angle of the point (x, y); x comes first in Excel."""
    if x == 0 and y == 0:
        raise Failed(Error.DIV0)
    return math.atan2(y, x)


# ---- chance


@function("RAND", volatile=True)
def random_number(here: Here) -> float:
    """A random number from 0 up to 1, by seed and cell."""
    return here.draw(here.key)


@function("RANDBETWEEN", volatile=True)
def random_integer(here: Here, bottom: Number, top: Number) -> float:
    """A random whole number between two, both included."""
    low, high = math.ceil(bottom), math.floor(top)
    if low > high:
        raise Failed(Error.NUM)
    return float(low + math.floor(here.draw(here.key) * (high - low + 1)))
