"""Mathematics: signs, parts and rounding."""

from __future__ import annotations

import math
from collections.abc import Callable as PyCallable

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.registry import (
    Number,
    Strict,
    function,
)

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
