"""A copy of the workbook with the solution in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from gradsheet.address import split
from gradsheet.errors import GradsheetError
from gradsheet.formula.book import Book
from gradsheet.formula.cells import Sheet, Workbook
from gradsheet.workbook.recalculated import values_by_sheet, write_recalculated


def write_copy(
    path: str | os.PathLike[str], out: str | os.PathLike[str], workbook: Workbook, cells: Mapping[str, float], seed: int
) -> None:
    """Writes a copy of a workbook with numbers in its cells, and what its formulas show with them.

    Args:
        path: the workbook's file.
        out: the copy; not the workbook itself.
        workbook: what it holds.
        cells: the numbers by address.
        seed: for random numbers.

    Raises:
        GradsheetError: the copy would replace the workbook, or cannot be written.
    """
    check_out(path, out)
    given = values_by_sheet(cells, split)
    sheets = {
        name: Sheet({**sheet.cells, **given.get(name, {})}, sheet.hidden_rows)
        for name, sheet in workbook.sheets.items()
    }
    shown = Book(replace(workbook, sheets=sheets)).recalculate(seed)
    write_recalculated(path, out, values_by_sheet({**shown, **cells}, split))


def check_out(path: str | os.PathLike[str], out: str | os.PathLike[str]) -> None:
    """The copy must not be the workbook, and must be called as a workbook of its kind.

    Raises:
        GradsheetError: it is, or is not.
    """
    one, other = Path(path), Path(out)
    if other.exists() and one.exists() and one.samefile(other):
        raise GradsheetError(f"{other} is the workbook itself: give --out another name")
    if other.suffix.lower() != one.suffix.lower():
        raise GradsheetError(f"{other} is to be a copy of {one.name}: let its name end in {one.suffix}")
