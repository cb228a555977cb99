"""Filling a formula down or across: its relative references move, all else stays, to the character.

A file states a formula that was filled once, as a *shared* formula, and leaves it to the reader to write it
out for each cell. openpyxl's Translator does so, but loses ``Sheet1!#REF!`` and leaves A1 where it was in
``A1:INDEX(B1:B9,2)`` and in ``Sheet1!A1:Sheet1!B2`` (3.1.5), each a formula silently changed.

Source: ECMA-376 part 1, 18.3.1.40 (`si`) and 18.17.2 (the grammar of formulas).
"""

from __future__ import annotations

import re

from gradsheet.address import MAX_COLUMN, MAX_ROW, Cell, letters

# Whatever is no reference is consumed whole, so that no part of it can be taken for one: texts, quoted sheet
# names, [external] books and structured[[#references],[A1]], error values, numbers, names and functions.
# A word that reads as a cell is none where (, !, [ or . follows: LOG10(, Q1!, A1.x.
_TOKEN = re.compile(
    r"""
      "(?:[^"]|"")*"
    | '(?:[^']|'')*'
    | \[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\]
    | \#[A-Z/0-9]+[!?]?
    | (?P<rows>\$?[1-9][0-9]{0,6}:\$?[1-9][0-9]{0,6})(?![\w.(!:])
    | [0-9]+(?:\.[0-9]*)?(?:[Ee][+-]?[0-9]+)?
    | (?P<columns>\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3})(?![\w.(!\[\\?$])
    | (?P<cell>\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6})(?![\w.(!\[\\?])
    | [\w\\?$][\w.\\?$]*
    """,
    re.VERBOSE | re.DOTALL,
)
_LETTERS_DIGITS = re.compile(r"(\$?)([A-Za-z]*)(\$?)([0-9]*)")

# A cell as (letters or number of the column, is it fixed; row, is it fixed), 0 where it has none.
_Corner = tuple[int, bool, int, bool]


class Fill:
    """A formula together with the cell in which it stands.

    Example:
        >>> down = Fill("=A1*$B$1+SUM(A:A)-rate", Cell(1, 3))
        >>> down.at(Cell(2, 4))
        '=B2*$B$1+SUM(B:B)-rate'
    """

    def __init__(self, formula: str, origin: Cell) -> None:
        self.origin = origin
        # Text and corners by turns, taken apart once and put together for each cell.
        self.pieces: list[str | _Corner] = []
        start = 0
        for match in _TOKEN.finditer(formula):
            if match.lastgroup is None:
                continue
            corners = [_corner(side) for side in match[0].split(":")]
            if any(row > MAX_ROW or col > MAX_COLUMN for col, _, row, _ in corners):
                continue  # XFE1 is a name
            if all(column_fixed and row_fixed for _, column_fixed, _, row_fixed in corners):
                continue  # stays part of the text
            self.pieces.append(formula[start : match.start()])
            self.pieces.append(corners[0])
            for corner in corners[1:]:
                self.pieces += [":", corner]
            start = match.end()
        self.pieces.append(formula[start:])

    def at(self, cell: Cell) -> str:
        """The formula as it reads when filled into another cell; #REF! where a reference leaves the sheet."""
        down, across = cell.row - self.origin.row, cell.column - self.origin.column
        return "".join([piece if isinstance(piece, str) else _moved(piece, down, across) for piece in self.pieces])


def _corner(text: str) -> _Corner:
    match = _LETTERS_DIGITS.fullmatch(text)
    assert match is not None, text
    fixed, name, fixed_row, row = match.groups()
    if not name:  # a whole row: its only dollar comes first
        return 0, True, int(row), fixed == "$"
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number, fixed == "$", int(row or 0), fixed_row == "$" or not row


def _moved(corner: _Corner, down: int, across: int) -> str:
    number, column_fixed, row, row_fixed = corner
    if not column_fixed:
        number += across
    if not row_fixed:
        row += down
    # A whole row has no column and a whole column no row: 0, and fixed, so that it stays 0.
    if not (column_fixed or 0 < number <= MAX_COLUMN) or not (row_fixed or 0 < row <= MAX_ROW):
        return "#REF!"
    name = ("$" if column_fixed else "") + letters(number) if number else ""
    return f"{name}{'$' if row_fixed else ''}{row}" if row else name
