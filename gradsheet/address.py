"""Cell addresses: ``"basic!F33"``, ``"'my sheet'!A1:B3"``; the one place that knows how they are spelt.

Rows and columns are **1-based, as in Excel**, everywhere in gradsheet: A1 is ``Cell(row=1, column=1)``.
A sheet has 1,048,576 rows and 16,384 columns (XFD). Dollar signs are read and forgotten: they say how a
reference moves when it is filled, not which cell it is.

Source: ECMA-376 part 1, 18.2.28 and 18.17.2.3; Excel specifications and limits, support.microsoft.com.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from gradsheet.errors import GradsheetError

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384
KEPT = 32_768  # addresses that were read last; those of a sheet are read many times

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")
_LETTERS = re.compile(r"[A-Za-z]{1,3}")
# A sheet name may stand bare when it holds only letters, digits, _ and ., does not begin with a digit
# or a dot, and reads neither as a cell, in A1 or R1C1, nor as TRUE or FALSE.
_BARE = re.compile(r"[^\W\d][\w.]*")
_READS_AS_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*|[Cc][0-9]*|[Rr][0-9]*[Cc][0-9]*|TRUE|FALSE", re.ASCII)


class Cell(NamedTuple):
    """A place on a sheet; sorts by row, then by column.

    Attributes:
        row: 1 to 1,048,576.
        column: 1 (A) to 16,384 (XFD).

    Example:
        >>> str(Cell(row=33, column=6))
        'F33'
        >>> Cell(2, 1) > Cell(1, 9)
        True
    """

    row: int
    column: int

    def __str__(self) -> str:
        return f"{letters(self.column)}{self.row}"


class Range(NamedTuple):
    """A rectangle of cells, both corners included; ``first`` is the upper left one.

    Example:
        >>> str(Range(Cell(1, 1), Cell(3, 2))), str(Range(Cell(1, 1), Cell(1, 1)))
        ('A1:B3', 'A1')
    """

    first: Cell
    last: Cell

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}:{self.last}"

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows and columns."""
        return self.last.row - self.first.row + 1, self.last.column - self.first.column + 1

    def holds(self, cell: Cell) -> bool:
        """Whether the cell lies inside.

        Example:
            >>> parse_range("A1:B3").holds(parse_cell("B2"))
            True
        """
        return self.first.row <= cell.row <= self.last.row and self.first.column <= cell.column <= self.last.column


@cache
def letters(column: int) -> str:
    """Name of a column.

    Args:
        column: 1 to 16,384.

    Raises:
        GradsheetError: there is no such column.

    Example:
        >>> letters(1), letters(27), letters(16_384)
        ('A', 'AA', 'XFD')
    """
    if not 1 <= column <= MAX_COLUMN:
        raise GradsheetError(f"there is no column {column}: a sheet has columns 1 (A) to {MAX_COLUMN} (XFD)")
    name = ""
    while column:  # bijective base 26: there is no digit for zero
        column, digit = divmod(column - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


@cache
def column(letters: str) -> int:
    """Number of a column; the inverse of `letters`, in either case.

    Raises:
        GradsheetError: there is no such column.

    Example:
        >>> column("A"), column("aa"), column("XFD")
        (1, 27, 16384)
    """
    number = 0
    if _LETTERS.fullmatch(letters):
        for letter in letters.upper():
            number = number * 26 + ord(letter) - ord("A") + 1
    if not 1 <= number <= MAX_COLUMN:
        raise GradsheetError(f"there is no column {letters!r}: a sheet has columns A to XFD")
    return number


@lru_cache(KEPT)
def parse_cell(address: str) -> Cell:
    """A cell from its A1 address, without a sheet.

    Raises:
        GradsheetError: it is not the address of one cell.

    Example:
        >>> parse_cell("F33"), parse_cell("$f$33")
        (Cell(row=33, column=6), Cell(row=33, column=6))
    """
    match = _CELL.fullmatch(address)
    if match is None or int(match[2]) > MAX_ROW:
        raise GradsheetError(f"{address!r} is not the address of a cell: write a column and a row, such as F33")
    return Cell(int(match[2]), column(match[1]))


def split(address: str) -> tuple[str, str]:
    """Sheet and the rest of an address; the sheet is "" where none is named.

    What follows the sheet is not looked at: it may be a cell, a range or a defined name.

    Raises:
        GradsheetError: a quote is left open, or nothing follows the sheet.

    Example:
        >>> split("basic!F33"), split("'it''s mine'!A1:B3"), split("F33")
        (('basic', 'F33'), ("it's mine", 'A1:B3'), ('', 'F33'))
    """
    if "!" not in address:
        return "", address
    sheet, _, rest = address.rpartition("!")
    if sheet.startswith("'") and sheet.endswith("'") and len(sheet) > 2:
        sheet = sheet[1:-1].replace("''", "'")
    elif "'" in sheet:
        sheet = ""
    if not sheet or not rest:
        raise GradsheetError(f"{address!r} is not an address: write a sheet and a cell, such as basic!F33")
    return sheet, rest


def quoted(sheet: str) -> str:
    """A sheet's name as it stands in an address, with quotes where Excel needs them.

    Example:
        >>> quoted("basic"), quoted("my sheet"), quoted("it's"), quoted("D1")
        ('basic', "'my sheet'", "'it''s'", "'D1'")
    """
    if _BARE.fullmatch(sheet) and not _READS_AS_CELL.fullmatch(sheet.upper()):
        return sheet
    return "'" + sheet.replace("'", "''") + "'"


def qualified(sheet: str, address: str | Cell | Range) -> str:
    """An address with its sheet, as formulas and reports spell it.

    Example:
        >>> qualified("basic", "F33"), qualified("my sheet", Cell(33, 6))
        ('basic!F33', "'my sheet'!F33")
    """
    return f"{quoted(sheet)}!{address}"


def parse_range(address: str) -> Range:
    """A rectangle from its A1 address, without a sheet; corners in any order, whole columns and rows too.

    Raises:
        GradsheetError: it is not a range.

    Example:
        >>> parse_range("A1:B3")
        Range(first=Cell(row=1, column=1), last=Cell(row=3, column=2))
        >>> str(parse_range("B3:A1")), str(parse_range("C7")), str(parse_range("B:B"))
        ('A1:B3', 'C7', 'B1:B1048576')
    """
    start, colon, end = address.replace("$", "").partition(":")
    if not colon:
        cell = parse_cell(address)
        return Range(cell, cell)
    if start.isdecimal() and end.isdecimal():
        start, end = f"A{start}", f"XFD{end}"
    elif start.isalpha() and end.isalpha():
        start, end = f"{start}1", f"{end}{MAX_ROW}"
    try:
        one, other = parse_cell(start), parse_cell(end)
    except GradsheetError as problem:
        raise GradsheetError(f"{address!r} is not a range: write two corners, such as A1:B3") from problem
    return Range(
        Cell(min(one.row, other.row), min(one.column, other.column)),
        Cell(max(one.row, other.row), max(one.column, other.column)),
    )


def cells_of(address: str | Range) -> Iterator[Cell]:
    """The cells of a range, row by row as Excel reads them.

    Example:
        >>> [str(cell) for cell in cells_of("A1:B2")]
        ['A1', 'B1', 'A2', 'B2']
    """
    first, last = parse_range(address) if isinstance(address, str) else address
    for row in range(first.row, last.row + 1):
        for number in range(first.column, last.column + 1):
            yield Cell(row, number)
