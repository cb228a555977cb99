"""Excel's operators on any values: two numbers at once, everything else by the long way."""

from __future__ import annotations

import math
from collections.abc import Callable

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.graph import Traced, Untraceable
from gradsheet.formula.values import (
    Area,
    Areas,
    Array,
    Scalar,
    Value,
    lift,
    number,
    text,
)

Operator = Callable[[Value, Value], Value]
LARGEST_PRODUCT = 1024  # whole exponents beyond are left to pow; Excel's limit is not known


def _slowly(operator: Operator, left: Value, right: Value) -> Value:
    """The operation after coercion: arrays by element, errors through, blanks and text as numbers."""
    if isinstance(left, Array) or isinstance(right, Array):
        return lift(operator, left, right)
    try:
        a, b = number(left), number(right)
    except Failed as failed:
        return failed.error
    if isinstance(a, Traced) or isinstance(b, Traced):
        raise Untraceable(f"{operator.__name__} within a function")
    return operator(a, b)


def add(left: Value, right: Value) -> Value:
    """``left + right``.

    Example:
        >>> add(1.0, "2"), add(None, True), add(1.0, "x"), add(1e308, 1e308)
        (3.0, 1.0, #VALUE!, #NUM!)
    """
    if type(left) is float and type(right) is float:
        result = left + right
        return result if result - result == 0.0 else Error.NUM
    return _slowly(add, left, right)


def subtract(left: Value, right: Value) -> Value:
    """``left - right``."""
    if type(left) is float and type(right) is float:
        result = left - right
        return result if result - result == 0.0 else Error.NUM
    return _slowly(subtract, left, right)


def multiply(left: Value, right: Value) -> Value:
    """``left * right``."""
    if type(left) is float and type(right) is float:
        result = left * right
        return result if result - result == 0.0 else Error.NUM
    return _slowly(multiply, left, right)


def divide(left: Value, right: Value) -> Value:
    """``left / right``.

    Example:
        >>> divide(1.0, 4.0), divide(1.0, None)
        (0.25, #DIV/0!)
    """
    if type(left) is float and type(right) is float:
        if right == 0.0:
            return Error.DIV0
        result = left / right
        return result if result - result == 0.0 else Error.NUM
    return _slowly(divide, left, right)


def power(left: Value, right: Value) -> Value:
    """``left ^ right``; a whole exponent multiplies, as Excel's cached values have it.

    Example:
        >>> power(3.0, 2.0), power(0.0, 0.0), power(-8.0, 0.5), power(0.0, -1.0)
        (9.0, #NUM!, #NUM!, #DIV/0!)
    """
    if type(left) is float and type(right) is float:
        if right == 2.0:
            return multiply(left, left)
        if left == 0.0 and right <= 0.0:
            return Error.NUM if right == 0.0 else Error.DIV0
        if right == int(right) and abs(right) <= LARGEST_PRODUCT:
            result = whole_power(left, int(right))
            return result if result - result == 0.0 else Error.NUM
        try:
            return math.pow(left, right)
        except (OverflowError, ValueError):
            return _odd_root(left, right)
    return _slowly(power, left, right)


def whole_power(base: float, exponent: int) -> float:
    """A power by squaring and multiplying; infinite where it is too large.

    Excel's ``0.9^4`` is 0.6561000000000001, where libm's pow is the nearest double, 0.6561.

    Example:
        >>> whole_power(0.9, 4), whole_power(2.0, -2)
        (0.6561000000000001, 0.25)

    **Source**: mom_bias.xlsx, Sheet1!E8 and J2.
    """
    result, left = 1.0, abs(exponent)
    while left:
        if left & 1:
            result = result * base
        base = base * base  # not in place: lanes come through here too
        left >>= 1
    if exponent >= 0:
        return result
    return 1.0 / result if result else math.inf


def _odd_root(left: float, right: float) -> Value:
    """``(-8)^(1/3)`` is −2 in Excel: an exponent of one over an odd number is taken as a root."""
    if left < 0.0 and right != 0.0 and abs(right) < 1.0:
        inverse = round(1 / right)
        if inverse % 2 and 1 / inverse == right:
            return -math.pow(-left, right)
    return Error.NUM


def join(left: Value, right: Value) -> Value:
    """``left & right``.

    Example:
        >>> join("a", 1.5), join(None, True)
        ('a1.5', 'TRUE')
    """
    if isinstance(left, Array) or isinstance(right, Array):
        return lift(join, left, right)
    try:
        return text(left) + text(right)
    except Failed as failed:
        return failed.error


def negate(value: Value) -> Value:
    """``-value``."""
    if type(value) is float:
        return -value
    if isinstance(value, Array):
        return lift(negate, value)
    try:
        return -number(value)
    except Failed as failed:
        return failed.error


def percent(value: Value) -> Value:
    """``value%``."""
    return divide(value, 100.0)


# ---- comparisons


def same(left: float, right: float) -> bool:
    """Whether two numbers are equal to Excel: their first 15 digits are.

    Example:
        >>> same(0.1 + 0.2, 0.3), same(1.0, 1.0 + 1e-14)
        (True, False)

    Source: Microsoft, "Floating-point arithmetic may give inaccurate results in Excel"; IEEE 754's 15 digits.
    """
    if left == right:
        return True
    if abs(left - right) > 1e-14 * abs(left):
        return False
    return f"{left:.14e}" == f"{right:.14e}"


def order(left: Scalar, right: Scalar) -> int:
    """−1, 0 or 1: numbers stand before text, text before FALSE and TRUE; case does not count.

    Raises:
        Failed: where one of them is an error.
    """
    if isinstance(left, Error):
        raise Failed(left)
    if isinstance(right, Error):
        raise Failed(right)
    if left is None:
        left = "" if isinstance(right, str) else False if isinstance(right, bool) else 0.0
    if right is None:
        right = "" if isinstance(left, str) else False if isinstance(left, bool) else 0.0
    kinds = _kind(left), _kind(right)
    if kinds[0] != kinds[1]:
        return -1 if kinds[0] < kinds[1] else 1
    if isinstance(left, str) and isinstance(right, str):
        left, right = left.casefold(), right.casefold()
        return (left > right) - (left < right)
    a, b = float(left), float(right)
    return 0 if same(a, b) else -1 if a < b else 1


def _kind(value: Scalar) -> int:
    return 2 if isinstance(value, bool) else 1 if isinstance(value, str) else 0


def _comparison(name: str, test: Callable[[int], bool]) -> Operator:
    def compare(left: Value, right: Value) -> Value:
        if isinstance(left, Array) or isinstance(right, Array):
            return lift(compare, left, right)
        if isinstance(left, Area | Areas) or isinstance(right, Area | Areas):
            return Error.VALUE
        try:
            return test(order(left, right))
        except Failed as failed:
            return failed.error

    compare.__name__ = compare.__qualname__ = name
    compare.__doc__ = f"Whether left is {name.replace('_', ' ')} right, as Excel compares."
    return compare


equal = _comparison("equal", lambda sign: sign == 0)
unequal = _comparison("unequal", lambda sign: sign != 0)
less = _comparison("less", lambda sign: sign < 0)
greater = _comparison("greater", lambda sign: sign > 0)
at_most = _comparison("at_most", lambda sign: sign <= 0)
at_least = _comparison("at_least", lambda sign: sign >= 0)
