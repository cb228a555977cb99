"""Mathematics: whole numbers, their combinations, divisors and numerals."""

from __future__ import annotations

import math

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.registry import (
    Number,
    Plain,
    Range,
    Text,
    function,
    strict_numbers,
)
from gradsheet.formula.values import Value
from gradsheet.formula.values import number as as_number

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
