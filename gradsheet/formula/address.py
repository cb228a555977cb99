"""The single integer that stands for a cell inside, and what of `gradsheet.address` the language uses.

Rows and columns count from 1, as in Excel. A cell's key packs sheet, row and column into one integer, so
that moving by rows and columns is adding a constant: ``key + step(2, -1)`` is two down and one left.
"""

from __future__ import annotations

from gradsheet.address import MAX_COLUMN, MAX_ROW, letters, parse_range
from gradsheet.address import column as column_number
from gradsheet.address import parse_cell as parse_a1

__all__ = [
    "COLUMN_MASK",
    "MAX_COLUMN",
    "MAX_ROW",
    "ROW_MASK",
    "a1",
    "column_number",
    "letters",
    "pack",
    "parse_a1",
    "parse_area",
    "step",
    "unpack",
]

_ROW = 15
_SHEET = 36
COLUMN_MASK = (1 << _ROW) - 1
ROW_MASK = (1 << _SHEET) - 1 - COLUMN_MASK


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


def parse_area(text: str) -> tuple[int, int, int, int]:
    """Top, left, bottom and right of a range such as ``A1:C9``, or of a single cell.

    Example:
        >>> parse_area("B2:A9")
        (2, 1, 9, 2)
    """
    (top, left), (bottom, right) = parse_range(text)
    return top, left, bottom, right


def a1(row: int, column: int) -> str:
    """An address without sheet.

    Example:
        >>> a1(4, 3)
        'C4'
    """
    return f"{letters(column)}{row}"
