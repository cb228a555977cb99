"""A workbook as the comparison needs it: what each cell says and what the file stored for it, under flat keys.

The file is read by `gradsheet.workbook.read`, formulas apart from cached values; nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from openpyxl.utils.cell import get_column_letter, range_boundaries

from gradsheet.address import qualified
from gradsheet.formula.cells import Error, Formula
from gradsheet.workbook.measure import Limits
from gradsheet.workbook.read import contents

Value = float | bool | str | None
"""A cell's value: a number, TRUE or FALSE, text (an Excel error is its text, "#NUM!"), or blank."""

MOST_CELLS = 2_000_000
"""The largest area that is opened up cell by cell: a file may claim more than a computer can hold."""


@dataclass
class Book:
    """A workbook's cells under keys such as ``basic!F33``: the sheet's title as it is, never quoted.

    Attributes:
        path: the file.
        sheets: titles, in order.
        formulas: formula cell → its text with the leading "="; shared formulas are written out.
        constants: cell → typed value.
        cached: formula cell, or another cell of an array formula, → the value stored with it.
        arrays: first cell of an array formula → the area it fills, ``C3:D9``.
        members: every further cell of an array formula → its first cell.
        names: (sheet, or "" for the whole workbook; NAME in capitals) → what it stands for, without "=".
    """

    path: Path
    sheets: list[str] = field(default_factory=list)
    formulas: dict[str, str] = field(default_factory=dict)
    constants: dict[str, Value] = field(default_factory=dict)
    cached: dict[str, Value] = field(default_factory=dict)
    arrays: dict[str, str] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def computed(self) -> list[str]:
        """Every cell that a formula fills: formula cells, then the further cells of array formulas."""
        return [*self.formulas, *self.members]

    def name(self, sheet: str, name: str) -> str | None:
        """What a defined name stands for on a sheet: the sheet's own meaning before the workbook's."""
        key = name.upper()
        return self.names.get((sheet, key), self.names.get(("", key)))


LIMITS = replace(Limits(), size=10**9, part=10**9, total=2 * 10**9, tags=10**8, cells=MOST_CELLS, written=10**9)
"""Who compares a workbook chose it: it may be larger than one that is handed in."""


def read_book(path: str | Path) -> Book:
    """Reads a workbook's formulas, constants and cached values, exactly as stored.

    Args:
        path: an .xlsx or .xlsm file.

    Returns:
        A Book; cells without value and without formula are not in it.

    Raises:
        GradsheetError: there is no such file, or it is no workbook.
    """
    found = contents(path, LIMITS)
    book = Book(Path(path), list(found.workbook.sheets))
    for title, sheet in found.workbook.sheets.items():
        for address, value in sheet.cells.items():
            key = f"{title}!{address}"
            if isinstance(value, Formula):
                book.formulas[key] = value.text
                _fill(book, title, key, value)
            else:
                book.constants[key] = str(value) if isinstance(value, Error) else value
        _stored(book, title, found.cached)
    for name, meaning in found.workbook.names.items():
        where, plain = name if isinstance(name, tuple) else ("", name)
        book.names[where, plain.upper()] = meaning.removeprefix("=")
    return book


def _fill(book: Book, title: str, key: str, formula: Formula) -> None:
    """The further cells that an array formula fills."""
    if formula.array is None:
        return
    book.arrays[key] = formula.array
    for address in area_cells(formula.array):
        if f"{title}!{address}" != key:
            book.members[f"{title}!{address}"] = key


def _stored(book: Book, title: str, cached: Mapping[str, Value]) -> None:
    prefix = f"{title}!"
    for store in (book.formulas, book.members):
        for key in store:
            if key.startswith(prefix):
                value = cached.get(qualified(title, key.removeprefix(prefix)))
                if value is not None:
                    book.cached[key] = value


def area_cells(area: str) -> list[str]:
    """The cells of an area, row by row.

    Example:
        >>> area_cells("$B$2:C3")
        ['B2', 'C2', 'B3', 'C3']
    """
    left, top, right, bottom = range_boundaries(area)
    if not (left and top and right and bottom) or (right - left + 1) * (bottom - top + 1) > MOST_CELLS:
        raise ValueError(f"{area} is no area of at most {MOST_CELLS:,} cells")
    return [f"{get_column_letter(c)}{r}" for r in range(top, bottom + 1) for c in range(left, right + 1)]
