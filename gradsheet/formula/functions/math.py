"""Mathematics and trigonometry."""

from __future__ import annotations

import math
from collections.abc import Callable as PyCallable

from gradsheet.formula.cells import Error
from gradsheet.formula.operators import power as raise_to
from gradsheet.formula.registry import (
    Here,
    Matrix,
    Number,
    Plain,
    Range,
    Strict,
    Text,
    function,
    numbers,
    strict_numbers,
)
from gradsheet.formula.values import Area, Array, Failed, Value
from gradsheet.formula.values import number as as_number


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
    return [(x, y) for x, y in zip(a, b, strict=True) if type(x) is float and type(y) is float]


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


# ---- signs, parts, rounding


@function("ABS")
def absolute(number: Number) -> float:
    """The number without its sign."""
    return abs(number)


@function("SIGN")
def sign(number: Number) -> float:
    """−1, 0 or 1."""
    return float((number > 0) - (number < 0))


@function("INT")
def floor_to_integer(number: Number) -> float:
    """The next whole number below."""
    return float(math.floor(number))


def rounded(number: float, digits: float, mode: str = "half") -> float:
    """A number rounded at a decimal place, as its 15 digits read.

    Args:
        number: what to round.
        digits: decimal places; negative ones are places before the point.
        mode: ``half`` away from zero, ``up`` away from zero, ``down`` toward it.

    Example:
        >>> rounded(2.675, 2), rounded(-1.5, 0), rounded(1234.0, -2), rounded(0.1 + 0.2, 1, "up")
        (2.68, -2.0, 1200.0, 0.3)
    """
    places = math.trunc(digits)
    if number == 0 or not math.isfinite(number):
        return number
    exponent = math.floor(math.log10(abs(number)))
    if places > 300 or exponent + places >= 15:
        return number
    if places < -308:
        return 0.0
    sign = -1.0 if number < 0 else 1.0
    scale = 10.0 ** abs(places)
    scaled = abs(number) * scale if places >= 0 else abs(number) / scale
    scaled = float(f"{scaled:.14e}")  # 2.675 · 100 is 267.49999999999994, but reads 267.5
    whole = math.ceil(scaled) if mode == "up" else math.floor(scaled + (0.5 if mode == "half" else 0))
    if places <= 0:
        return sign * whole * scale
    return sign * (whole / scale)


@function("ROUND")
def round_half(number: Number, digits: Number) -> float:
    """Rounded at a decimal place, halves away from zero."""
    return rounded(number, digits)


@function("ROUNDUP")
def round_up(number: Number, digits: Number) -> float:
    """Rounded away from zero."""
    return rounded(number, digits, "up")


@function("ROUNDDOWN")
def round_down(number: Number, digits: Number) -> float:
    """Rounded toward zero."""
    return rounded(number, digits, "down")


@function("TRUNC")
def truncate(number: Number, digits: Number = 0.0) -> float:
    """Cut off at a decimal place."""
    return rounded(number, digits, "down")


@function("MROUND")
def round_to_multiple(number: Strict, multiple: Strict) -> float:
    """The nearest multiple, halves away from zero."""
    if multiple == 0 or number == 0:
        return 0.0
    if number * multiple < 0:
        raise Failed(Error.NUM)
    return multiple * math.floor(number / multiple + 0.5)  # 6.05 to 0.1 is 6, says Microsoft's page


def _tidy(value: float) -> float:
    """A quotient as its 15 digits read: 0.6/0.2 is 3, not 2.9999999999999996."""
    return float(f"{value:.14e}")


@function("CEILING")
def ceiling(number: Number, significance: Number) -> float:
    """The next multiple away from zero, or up for a negative number and positive significance."""
    if significance == 0 or number == 0:
        return 0.0
    if number > 0 > significance:
        raise Failed(Error.NUM)
    return significance * math.ceil(_tidy(number / significance))


@function("FLOOR")
def floor(number: Number, significance: Number) -> float:
    """The next multiple toward zero, or down for a negative number and positive significance."""
    if number == 0:
        return 0.0
    if significance == 0:
        raise Failed(Error.DIV0)
    if number > 0 > significance:
        raise Failed(Error.NUM)
    return significance * math.floor(_tidy(number / significance))


@function("CEILING.MATH")
def ceiling_math(number: Number, significance: Number = 1.0, mode: Number = 0.0) -> float:
    """The next multiple up; away from zero for a negative number where mode is not 0."""
    step = abs(significance)
    if step == 0:
        return 0.0
    turn = math.floor if number < 0 and mode != 0 else math.ceil
    return float(step * turn(_tidy(number / step)))


@function("FLOOR.MATH")
def floor_math(number: Number, significance: Number = 1.0, mode: Number = 0.0) -> float:
    """The next multiple down; toward zero for a negative number where mode is not 0."""
    step = abs(significance)
    if step == 0:
        return 0.0
    turn = math.ceil if number < 0 and mode != 0 else math.floor
    return float(step * turn(_tidy(number / step)))


def _precise(name: str, turn: PyCallable[[float], int], doc: str) -> None:
    def one(number: Number, significance: Number = 1.0) -> float:
        step = abs(significance)
        return float(step * turn(_tidy(number / step))) if step else 0.0

    one.__doc__ = doc
    function(name)(one)


_precise("CEILING.PRECISE", math.ceil, "The next multiple up, whatever the signs.")
_precise("ISO.CEILING", math.ceil, "The next multiple up, whatever the signs.")
_precise("FLOOR.PRECISE", math.floor, "The next multiple down, whatever the signs.")


@function("EVEN")
def even(number: Number) -> float:
    """The next even number away from zero."""
    return math.copysign(2.0 * math.ceil(abs(number) / 2), number) if number else 0.0


@function("ODD")
def odd(number: Number) -> float:
    """The next odd number away from zero."""
    whole = math.ceil(abs(number))
    return math.copysign(float(whole if whole % 2 else whole + 1), number if number else 1.0)


@function("MOD")
def remainder(number: Number, divisor: Number) -> float:
    """The rest of a division, with the divisor's sign: n − d·INT(n/d)."""
    if divisor == 0:
        raise Failed(Error.DIV0)
    if abs(number / divisor) >= 1125900000000.0 * 2**10:
        raise Failed(Error.NUM)
    result = number - divisor * math.floor(number / divisor)
    if not abs(result) < abs(divisor) or (result and (result < 0) != (divisor < 0)):
        result = math.fmod(number, divisor)
        result += divisor if result and (result < 0) != (divisor < 0) else 0.0
    return result


@function("QUOTIENT")
def quotient(numerator: Strict, denominator: Strict) -> float:
    """The whole part of a division."""
    return float(math.trunc(numerator / denominator))


# ---- whole numbers


def _whole(value: float) -> int:
    if value < 0:
        raise Failed(Error.NUM)
    return math.floor(value)


@function("FACT")
def factorial(number: Number) -> float:
    """N!"""
    if number >= 171:
        raise Failed(Error.NUM)
    return float(math.factorial(_whole(number)))


@function("FACTDOUBLE")
def double_factorial(number: Number) -> float:
    """n!!, every second factor."""
    if not -1 <= number < 301:
        raise Failed(Error.NUM)
    return float(math.prod(range(math.floor(number), 0, -2)))


def _choose(n: int, k: int) -> float:
    if min(k, n - k) > 1030:  # at least 2 ** 1030
        raise Failed(Error.NUM)
    return float(math.comb(n, k))


@function("COMBIN")
def combinations(number: Number, chosen: Number) -> float:
    """Ways to choose some of many."""
    n, k = _whole(number), _whole(chosen)
    if k > n:
        raise Failed(Error.NUM)
    return _choose(n, k)


@function("COMBINA")
def combinations_with_repetition(number: Number, chosen: Number) -> float:
    """Ways to choose some of many, with repetition."""
    n, k = _whole(number), _whole(chosen)
    if k > n == 0:
        raise Failed(Error.NUM)
    return _choose(n + k - 1, k) if n or k else 1.0


@function("PERMUT")
def permutations(number: Number, chosen: Number) -> float:
    """Ordered ways to choose some of many."""
    n, k = _whole(number), _whole(chosen)
    if k > n:
        raise Failed(Error.NUM)
    if k > 170:
        raise Failed(Error.NUM)
    return float(math.perm(n, k))


@function("PERMUTATIONA")
def permutations_with_repetition(number: Number, chosen: Number) -> float:
    """Ordered ways to choose some of many, with repetition."""
    return math.pow(_whole(number), _whole(chosen))


@function("MULTINOMIAL")
def multinomial(*values: Range) -> float:
    """The factorial of the sum over the product of the factorials."""
    result, seen = 1.0, 0
    for n in [_whole(x) for x in strict_numbers(*values)]:
        seen += n
        result *= _choose(seen, n)
    return result


def _divisors(values: tuple[Value, ...]) -> list[int]:
    found = [_whole(x) for x in strict_numbers(*values)]
    if any(n >= 2**53 for n in found):
        raise Failed(Error.NUM)
    return found


@function("GCD")
def greatest_common_divisor(*values: Range) -> float:
    """The greatest common divisor."""
    return float(math.gcd(*_divisors(values)))


@function("LCM")
def least_common_multiple(*values: Range) -> float:
    """The least common multiple."""
    return float(math.lcm(*_divisors(values)))


@function("BASE")
def in_base(number: Number, radix: Number, length: Number = 0.0) -> str:
    """A number written in another base."""
    digits, value = "", _whole(number)
    if not (2 <= radix < 37 and value < 2**53 and 0 <= length < 256):
        raise Failed(Error.NUM)
    while value:
        value, digit = divmod(value, int(radix))
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + digits
    return (digits or "0").rjust(int(length), "0")


@function("DECIMAL")
def from_base(number: Text, radix: Number) -> float:
    """The number that digits of another base write."""
    if not 2 <= radix < 37 or len(number) > 255 or not number.isalnum():
        raise Failed(Error.NUM)
    return float(int(number, int(radix)))


_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
          (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip


@function("ROMAN")
def roman(number: Number, form: Plain = 0.0) -> str:
    """A number in Roman numerals, from the classic form (0, TRUE) to the shortest (4, FALSE)."""
    concise = (0 if form else 4) if isinstance(form, bool) else math.floor(as_number(form))
    value, result = math.floor(number), ""
    if not 0 <= value < 4000 or not 0 <= concise <= 4:
        raise Failed(Error.VALUE)
    worth, signs = (1000, 500, 100, 50, 10, 5, 1), "MDCLXVI"
    for at in (0, 2, 4, 6):
        digit = value // worth[at]
        if digit % 5 != 4:
            result += (signs[at - 1] if digit > 4 else "") + signs[at] * (digit % 5)
            value %= worth[at]
            continue
        larger, smaller = at - 1 if digit == 4 else at - 2, at
        while smaller < 6 and smaller - at < concise and worth[larger] - worth[smaller + 1] <= value:
            smaller += 1
        result += signs[smaller] + signs[larger]
        value += worth[smaller] - worth[larger]
    return result


@function("ARABIC")
def arabic(numeral: Text) -> float:
    """The number that Roman numerals write."""
    text = numeral.strip().upper()
    if not text:
        return 0.0
    sign, text = (-1, text[1:]) if text.startswith("-") else (1, text)
    worth = {sign: value for value, sign in _ROMAN if len(sign) == 1}
    try:
        values = [worth[letter] for letter in text]
    except KeyError:
        raise Failed(Error.VALUE) from None
    following = [*values[1:], 0]
    return float(sign * sum(-v if v < n else v for v, n in zip(values, following, strict=True)))


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


# ---- SUBTOTAL, AGGREGATE


@function("SUBTOTAL")
def subtotal(here: Here, number: Number, *ranges: Range) -> Value:
    """One of eleven aggregates, leaving out other SUBTOTALs; from 101 on also hidden rows."""
    code = int(number)
    return _aggregate(here, code % 100 if code > 100 else code, ranges, hidden=code > 100, errors=False)


@function("AGGREGATE")
def aggregate(here: Here, number: Number, options: Number, *ranges: Range) -> Value:
    """One of nineteen aggregates, leaving out what the options say."""
    option = int(options)
    return _aggregate(
        here,
        int(number),
        ranges,
        hidden=option in (1, 3, 5, 7),
        errors=option in (2, 3, 6, 7),
        nested=option < 4,
    )


_AGGREGATES = (
    *("AVERAGE", "COUNT", "COUNTA", "MAX", "MIN", "PRODUCT", "STDEV.S", "STDEV.P", "SUM", "VAR.S", "VAR.P"),
    *("MEDIAN", "MODE.SNGL", "LARGE", "SMALL", "PERCENTILE.INC", "QUARTILE.INC"),
    *("PERCENTILE.EXC", "QUARTILE.EXC"),
)


def _aggregate(
    here: Here, code: int, ranges: tuple[Value, ...], *, hidden: bool, errors: bool, nested: bool = True
) -> Value:
    from gradsheet.formula.registry import FUNCTIONS

    if not 1 <= code <= len(_AGGREGATES):
        raise Failed(Error.VALUE)
    rank = ranges[-1:] if code >= 14 else ()
    kept: list[Value] = []
    for area in ranges[: len(ranges) - len(rank)]:
        cells = area.cells() if isinstance(area, Array) else ()
        if isinstance(area, Area):
            cells = here.grid.visible(area, hidden, nested)  # type: ignore[attr-defined]
        kept.extend(x for x in cells if not (errors and isinstance(x, Error)))
    return FUNCTIONS[_AGGREGATES[code - 1]](Array([kept or [None]]), *rank)
