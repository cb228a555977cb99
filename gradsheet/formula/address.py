"""Addresses: A1 text, and the single integer that stands for a cell inside.

Rows and columns count from 1, as in Excel. A cell's key packs sheet, row and column into one integer, so
that moving by rows and columns is adding a constant: ``key + step(2, -1)`` is two down and one left.
"""

from __future__ import annotations

import re
from functools import lru_cache

from gradsheet.errors import GradsheetError

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384
_ROW = 15
_SHEET = 36
COLUMN_MASK = (1 << _ROW) - 1
ROW_MASK = (1 << _SHEET) - 1 - COLUMN_MASK
_A1 = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


def pack(sheet: int, row: int, column: int) -> int:
    """The key of a cell.

    Example:
        >>> unpack(pack(2, 4, 1) + step(1, 2))
        (2, 5, 3)
    """
    return (sheet << _SHEET) + (row << _ROW) + column


def unpack(key: int) -> tuple[int, int, int]:
    """Sheet number, row and column of a key."""
    return key >> _SHEET, (key & ROW_MASK) >> _ROW, key & COLUMN_MASK


def step(rows: int, columns: int) -> int:
    """What to add to a key to move by so many rows and columns."""
    return (rows << _ROW) + columns


@lru_cache(16_384)
def letters(column: int) -> str:
    """A column's letters.

    Example:
        >>> letters(1), letters(28), letters(16384)
        ('A', 'AB', 'XFD')
    """
    text = ""
    while column:
        column, digit = divmod(column - 1, 26)
        text = chr(65 + digit) + text
    return text


@lru_cache(16_384)
def column_number(text: str) -> int:
    """The number of the column that is called `text`.

    Example:
        >>> column_number("A"), column_number("ab")
        (1, 28)
    """
    number = 0
    for letter in text.upper():
        number = number * 26 + ord(letter) - 64
    return number


def parse_a1(text: str) -> tuple[int, int]:
    """Row and column of an address without sheet.

    Example:
        >>> parse_a1("$C$4")
        (4, 3)
    """
    match = _A1.fullmatch(text)
    if match is None:
        raise GradsheetError(f"'{text}' is not a cell address such as C4")
    row, column = int(match[2]), column_number(match[1])
    if not (1 <= row <= MAX_ROW and column <= MAX_COLUMN):
        raise GradsheetError(f"cell {text} is beyond Excel's last cell, XFD1048576")
    return row, column


def parse_area(text: str) -> tuple[int, int, int, int]:
    """Top, left, bottom and right of a range such as ``A1:C9``, or of a single cell.

    Example:
        >>> parse_area("B2:A9")
        (2, 1, 9, 2)
    """
    first, _, last = text.partition(":")
    top, left = parse_a1(first)
    bottom, right = parse_a1(last or first)
    return min(top, bottom), min(left, right), max(top, bottom), max(left, right)


def a1(row: int, column: int) -> str:
    """An address without sheet.

    Example:
        >>> a1(4, 3)
        'C4'
    """
    return f"{letters(column)}{row}"
