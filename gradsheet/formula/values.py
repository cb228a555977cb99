"""The values that a formula works with, and how Excel turns one kind into another.

A scalar is a ``float``, ``bool``, ``str``, `Error` or None (a blank cell). Beside them stand arrays, ranges
of cells (`Area`, read only when needed) and lambdas. Numbers are always ``float``: ``type(x) is float`` is
the question that everything fast asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from gradsheet.formula.address import pack
from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.graph import Traced, TracedFlag, Untraceable

Scalar = float | bool | str | Error | None
Value = Any  # a scalar, an Array, an Area, an Areas or a Lambda


class Array:
    """A rectangle of scalars.

    Example:
        >>> Array([[1.0, 2.0]]).shape
        (1, 2)
    """

    __slots__ = ("rows",)

    def __init__(self, rows: Sequence[Sequence[Scalar]]) -> None:
        self.rows = rows

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return len(self.rows), len(self.rows[0])

    def cells(self) -> Iterator[Scalar]:
        """Every value, row by row."""
        for row in self.rows:
            yield from row

    def __repr__(self) -> str:
        return f"Array({self.rows!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Array) and [*map(list, self.rows)] == [*map(list, other.rows)]

    __hash__ = None  # type: ignore[assignment]


class Grid(Protocol):
    """Where the values of cells are read from, by key; None for a blank."""

    def __getitem__(self, key: int, /) -> Scalar: ...

    def extent(self, sheet: int) -> tuple[int, int]:
        """The last row and column in use."""


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells on a sheet, corners included."""

    grid: Grid
    sheet: int
    top: int
    left: int
    bottom: int
    right: int

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.bottom - self.top + 1, self.right - self.left + 1

    def cells(self) -> Iterator[Scalar]:
        """Every value in the used part of the sheet, row by row."""
        grid = self.grid
        bottom, right = self.bottom, self.right
        if (bottom - self.top) * (right - self.left) > 1000:
            last_row, last_column = grid.extent(self.sheet)
            bottom, right = min(bottom, last_row), min(right, last_column)
        for row in range(self.top, bottom + 1):
            first = pack(self.sheet, row, self.left)
            for key in range(first, first + right - self.left + 1):
                yield grid[key]

    def at(self, row: int, column: int) -> Scalar:
        """The value so many rows and columns (from 0) into the area."""
        return self.grid[pack(self.sheet, self.top + row, self.left + column)]

    def array(self) -> Array:
        """The values; a whole column or row is cut where the sheet's used part ends."""
        grid, bottom, right = self.grid, self.bottom, self.right
        if bottom - self.top > 100_000 or right - self.left > 16_000:
            last_row, last_column = grid.extent(self.sheet)
            bottom = max(min(bottom, last_row), self.top)
            right = max(min(right, last_column), self.left)
        width = right - self.left + 1
        rows = []
        for row in range(self.top, bottom + 1):
            first = pack(self.sheet, row, self.left)
            rows.append(list(map(grid.__getitem__, range(first, first + width))))
        return Array(rows)


@dataclass(frozen=True, slots=True)
class Areas:
    """Several areas joined by a comma in parentheses."""

    areas: tuple[Area, ...]

    def cells(self) -> Iterator[Scalar]:
        """Every value, area after area."""
        for area in self.areas:
            yield from area.cells()


@dataclass(frozen=True, slots=True)
class Lambda:
    """A LAMBDA: called with values, it gives one."""

    call: Callable[..., Value]
    least: int
    most: int

    def __call__(self, *args: Value) -> Value:
        """What the LAMBDA makes of its arguments; #VALUE! for too few or too many."""
        if not self.least <= len(args) <= self.most:
            return Error.VALUE
        return self.call(*args, *(MISSING,) * (self.most - len(args)))


class Missing:
    """An argument left empty; there is one, `MISSING`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()
_NUMBER = re.compile(r"([-+]?)\s*\$?\s*((?:\d+|\d{1,3}(?:,\d{3})+)\.?\d*|\.\d+)([eE][-+]?\d+)?\s*(%?)")


def number(value: Value) -> float:
    """A scalar as a number: blank is 0, TRUE is 1, text must read as one.

    Raises:
        Failed: #VALUE! for other text, and the error where the value is one.

    Example:
        >>> number(None), number(True), number(" 12.5% ")
        (0.0, 1.0, 0.125)
    """
    if type(value) is float:
        return value
    if value is None or value is MISSING:
        return 0.0
    if isinstance(value, bool | int):
        return float(value)
    if isinstance(value, str):
        return parse_number(value)
    if isinstance(value, Error):
        raise Failed(value)
    if isinstance(value, Traced):
        return Traced(value.graph, value.at) if isinstance(value, TracedFlag) else value  # type: ignore[return-value]
    return number(corner(value))


def parse_number(text: str) -> float:
    """The number that a text spells, as Excel reads it (US separators; dates and times too)."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        from gradsheet.formula.dates import parse_date

        return parse_date(text)
    sign, digits, exponent, percent = match.groups()
    result = float(digits.replace(",", "") + (exponent or ""))
    if percent:
        result /= 100
    if result - result != 0.0:
        raise Failed(Error.VALUE)
    return -result if sign == "-" else result


def text(value: Value) -> str:
    """A scalar as text, numbers with up to 15 digits.

    Example:
        >>> text(0.1 + 0.2), text(1e20), text(True), text(None)
        ('0.3', '1E+20', 'TRUE', '')
    """
    if isinstance(value, str):
        return value
    if value is None or value is MISSING:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float | int):
        return general(float(value))
    if isinstance(value, Error):
        raise Failed(value)
    if isinstance(value, Traced):
        raise Untraceable("a number as text")
    return text(corner(value))


def general(value: float) -> str:
    """A number as Excel's General format writes it into text."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    digits, _, exponent = f"{value:.14e}".partition("e")
    power = int(exponent)
    digits = digits.rstrip("0").rstrip(".")
    length = len(digits.lstrip("-").replace(".", ""))
    if power >= 15 or (power < -4 and length - power > 20) or power < -9:
        return f"{digits}E{'+' if power >= 0 else '-'}{abs(power):02d}"
    return f"{value:.{max(0, length - 1 - power)}f}"


def logical(value: Value) -> bool:
    """A scalar as TRUE or FALSE: 0 and blank are FALSE, text must spell one.

    Example:
        >>> logical(0.5), logical(None), logical("true")
        (True, False, True)
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, float | int):
        return value != 0
    if value is None or value is MISSING:
        return False
    if isinstance(value, str):
        if value.upper() in ("TRUE", "FALSE"):
            return value.upper() == "TRUE"
        raise Failed(Error.VALUE)
    if isinstance(value, Error):
        raise Failed(value)
    if isinstance(value, Traced):
        return bool(value)  # which says that it is not known
    return logical(corner(value))


def corner(value: Value) -> Scalar:
    """The top left value of an array or area; a scalar stays as it is."""
    if isinstance(value, Array):
        return value.rows[0][0]
    if isinstance(value, Area):
        return value.at(0, 0)
    if isinstance(value, Areas):
        return Error.VALUE
    if isinstance(value, Lambda):
        return Error.CALC
    return None if value is MISSING else value


def array_of(value: Value) -> Array:
    """Anything as an array."""
    if isinstance(value, Array):
        return value
    if isinstance(value, Area):
        return value.array()
    if isinstance(value, Areas):
        raise Failed(Error.VALUE)
    return Array([[corner(value)]])


def spread(value: Value) -> Value:
    """References read: an area of one cell as its scalar, a larger one as an array."""
    if isinstance(value, Area):
        return value.at(0, 0) if value.shape == (1, 1) else value.array()
    if isinstance(value, Areas):
        return Error.VALUE
    return value


def cross(value: Value, row: int, column: int) -> Value:
    """Implicit intersection: of a range, the cell on the formula's own row or column.

    Source: Microsoft, "Implicit intersection operator: @".
    """
    if isinstance(value, Area):
        height, width = value.shape
        if height == 1 and width == 1:
            return value.at(0, 0)
        if width == 1 and value.top <= row <= value.bottom:
            return value.at(row - value.top, 0)
        if height == 1 and value.left <= column <= value.right:
            return value.at(0, column - value.left)
        return Error.VALUE
    if isinstance(value, Areas):
        return Error.VALUE
    return value


def lift(function: Callable[..., Value], *args: Value) -> Array:
    """A function of scalars over arrays, element by element; what overhangs is #N/A.

    Example:
        >>> lift(lambda a, b: a + b, Array([[1.0, 2.0]]), 10.0).rows
        [[11.0, 12.0]]
    """
    shapes = [a.shape for a in args if isinstance(a, Array)]
    height, width = max(s[0] for s in shapes), max(s[1] for s in shapes)

    def pick(arg: Value, row: int, column: int) -> Value:
        if not isinstance(arg, Array):
            return arg
        rows, columns = arg.shape
        row, column = 0 if rows == 1 else row, 0 if columns == 1 else column
        return arg.rows[row][column] if row < rows and column < columns else Error.NA

    return Array([[corner(function(*(pick(a, r, c) for a in args))) for c in range(width)] for r in range(height)])
