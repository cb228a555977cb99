"""One formula computed again under another engine's habits, to see which habit makes its last bits.

Engines agree on + − × ÷ and SQRT, which IEEE 754 fixes, and part on three things: squares (x·x, or libm's
pow), sums (from the first cell to the last, compensated, or pairwise) and differences of nearly equal
numbers (kept, or snapped to 0). A Habit is one choice of each; only plain arithmetic is replayed.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from gradsheet.proof.references import Piece, pieces

Lookup = Callable[[Piece], list[float]]
"""Gives the numbers that a reference or a name stands for, blanks and texts left out."""


class NotReplayable(Exception):  # noqa: N818 (an answer, not a failure)
    """The formula holds something besides plain arithmetic."""


def in_order(numbers: Iterable[float]) -> float:
    """The sum from the first number to the last, as Excel's cached values have it."""
    total = 0.0
    for number in numbers:
        total += number
    return total


def compensated(numbers: Iterable[float]) -> float:
    """Neumaier's sum: what each addition loses is kept aside and added at the end (LibreOffice's SUM)."""
    total = lost = 0.0
    for number in numbers:
        new = total + number
        lost += (total - new) + number if abs(total) >= abs(number) else (number - new) + total
        total = new
    return total + lost


def pairwise(numbers: Iterable[float]) -> float:
    """The sum as numpy adds it, in blocks of eight and halves (the formulas package)."""
    return float(np.sum(np.array(list(numbers), dtype=np.float64)))


def product_square(base: float, exponent: float) -> float:
    """x^2 as x·x, as Excel's cached values have it; any other power by libm."""
    return base * base if exponent == 2 else libm_pow(base, exponent)


def libm_pow(base: float, exponent: float) -> float:
    """x^y by libm, squares too (LibreOffice, IronCalc)."""
    return math.pow(base, exponent)


def numpy_pow(base: float, exponent: float) -> float:
    """x^y by numpy, squares too (the formulas package)."""
    return float(np.power(np.float64(base), np.float64(exponent)))


def snapped(a: float, b: float) -> float:
    """The sum a + b, or 0 where b is −a to 48 bits (LibreOffice's approxAdd and approxSub).

    Example:
        >>> snapped(1.0, -0.9999999999999999), 1.0 - 0.9999999999999999
        (0.0, 1.1102230246251565e-16)

    **Source**: LibreOffice, include/rtl/math.hxx, approxAdd; sal/rtl/math.cxx, rtl_math_approxEqual.
    """
    near = a * b < 0 and abs(a + b) < min(abs(a), abs(b)) * 2.0**-48
    return 0.0 if near else a + b


@dataclass(frozen=True)
class Habit:
    """How an engine takes powers, sums, and the difference of two numbers."""

    name: str
    power: Callable[[float, float], float] = product_square
    total: Callable[[Iterable[float]], float] = in_order
    add: Callable[[float, float], float] = operator.add


EXCEL = Habit("excel")
HABITS = (
    Habit("pow", power=libm_pow),
    Habit("pow", power=numpy_pow),
    Habit("summation", total=compensated),
    Habit("summation", total=math.fsum),
    Habit("summation", total=pairwise),
    Habit("snapping", add=snapped),
)
"""One departure from Excel each; which of them gives an engine's value is the reason for it."""

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "<>": operator.ne,
}


def replay(formula: str, lookup: Lookup, habit: Habit = EXCEL) -> float:
    """A formula's value under a habit.

    Args:
        formula: with its leading "=".
        lookup: gives the numbers behind a reference or a name.
        habit: how powers, sums and differences are taken.

    Raises:
        NotReplayable: the formula holds more than numbers, references, + − * / ^, comparisons, and SUM,
            SUMSQ, AVERAGE, SUMPRODUCT, SUMXMY2, SQRT, ABS, MIN, MAX, COUNT, IF; or its value is
            not finite.

    Example:
        >>> replay("=-2^2+SUM(A1:A3)*3", lambda piece: [1.0, 2.0, 3.0])
        22.0
    """
    try:
        return _Replay(formula, lookup, habit).value()
    except (ArithmeticError, ValueError, IndexError) as problem:
        raise NotReplayable(str(problem)) from problem


class _Replay:
    """Computes while it parses; each level binds tighter than the one above.

    Excel's minus sign binds tighter than ^, and ^ groups from the left:

    comparison = sum [("=" | "<" | ">" | "<=" | ">=" | "<>") sum]
    sum        = term {("+" | "-") term}
    term       = power {("*" | "/") power}
    power      = sign {"^" sign}
    sign       = {"+" | "-"} percent
    percent    = atom {"%"}
    atom       = number | reference | name | function "(" … ")" | "(" comparison ")"
    """

    def __init__(self, formula: str, lookup: Lookup, habit: Habit) -> None:
        self.pieces = [piece for piece in pieces(formula.removeprefix("=")) if not piece.text.isspace()]
        self.at = 0
        self.lookup = lookup
        self.habit = habit

    def value(self) -> float:
        value = self.comparison()
        if self.at < len(self.pieces) or not math.isfinite(value):
            raise NotReplayable(self.peek())
        return value

    def peek(self) -> str:
        return self.pieces[self.at].text if self.at < len(self.pieces) else ""

    def take(self, *symbols: str) -> str:
        symbol = self.peek()
        if symbol in symbols and symbol:
            self.at += 1
            return symbol
        return ""

    def comparison(self) -> float:
        left = self.sum()
        symbol = self.take("<", ">", "=")
        if symbol in ("<", ">"):
            symbol += self.take("=", ">")
        return float(_COMPARE[symbol](left, self.sum())) if symbol else left

    def sum(self) -> float:
        left = self.term()
        while symbol := self.take("+", "-"):
            right = self.term()
            left = self.habit.add(left, right if symbol == "+" else -right)
        return left

    def term(self) -> float:
        left = self.power()
        while symbol := self.take("*", "/"):
            right = self.power()
            left = left * right if symbol == "*" else left / right
        return left

    def power(self) -> float:
        left = self.sign()
        while self.take("^"):
            left = self.habit.power(left, self.sign())
        return left

    def sign(self) -> float:
        if self.take("-"):
            return -self.sign()
        return self.sign() if self.take("+") else self.percent()

    def percent(self) -> float:
        value = self.atom()
        while self.take("%"):
            value /= 100
        return value

    def atom(self) -> float:
        if self.take("("):
            value = self.comparison()
            self.expect(")")
            return value
        if self.at >= len(self.pieces):
            raise NotReplayable("the formula ends early")
        piece = self.pieces[self.at]
        self.at += 1
        if piece.kind == "number":
            return float(piece.text)
        if piece.kind == "function":
            return self.function(piece.text.upper())
        if piece.kind in ("area", "name"):
            return self.single(self.lookup(piece))
        raise NotReplayable(piece.text)

    def function(self, name: str) -> float:
        self.expect("(")
        arguments = [self.argument()]
        while self.take(","):
            arguments.append(self.argument())
        self.expect(")")
        numbers = [number for argument in arguments for number in argument]
        total = self.habit.total
        match name:
            case "SUM":
                return total(numbers)
            case "SUMSQ":
                return total([number * number for number in numbers])
            case "AVERAGE":
                return total(numbers) / len(numbers)
            case "SUMPRODUCT":
                return total([math.prod(row) for row in zip(*arguments, strict=True)])
            case "SUMXMY2":
                return total([(a - b) * (a - b) for a, b in zip(*arguments, strict=True)])
            case "COUNT":
                return float(len(numbers))
            case "MIN" | "MAX":
                return min(numbers) if name == "MIN" else max(numbers)
            case "SQRT":
                return math.sqrt(self.single(arguments[0]))
            case "ABS":
                return abs(self.single(arguments[0]))
            case "IF" if len(arguments) == 3:
                return self.single(arguments[1] if self.single(arguments[0]) else arguments[2])
        raise NotReplayable(name)

    def argument(self) -> list[float]:
        """A reference alone is all of its numbers; anything else is one number."""
        following = self.pieces[self.at + 1].text if self.at + 1 < len(self.pieces) else ""
        if following in (",", ")") and self.pieces[self.at].kind in ("area", "name"):
            self.at += 1
            return self.lookup(self.pieces[self.at - 1])
        return [self.comparison()]

    def expect(self, symbol: str) -> None:
        if not self.take(symbol):
            raise NotReplayable(f"{symbol} is missing")

    @staticmethod
    def single(numbers: list[float]) -> float:
        if len(numbers) > 1:
            raise NotReplayable("a range where one number belongs")
        return numbers[0] if numbers else 0.0  # a blank cell is 0 in arithmetic
