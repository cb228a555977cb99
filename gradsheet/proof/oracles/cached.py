"""Excel's cached values: what the program that saved the file computed; the truth for a file from Excel.

Not trusted in a learner's file, which may have been saved by anything, or edited by hand.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from gradsheet.proof.book import read_book
from gradsheet.proof.oracles import OracleValues


def available() -> str | None:
    """None: a cached value needs no engine."""
    return None


def values(path: str | Path, cells: Collection[str] | None = None) -> OracleValues:
    """The values stored with the formulas, each the float64 that its digits name.

    Args:
        path: the workbook.
        cells: the cells to give; None for every cell that a formula fills.

    Returns:
        The values; a formula that has none stored is missing from them, and the note says how many are.
    """
    book = read_book(path)
    wanted = [cell for cell in book.computed if cells is None or cell in cells]
    stored = {cell: book.cached[cell] for cell in wanted if cell in book.cached}
    without = len(wanted) - len(stored)
    note = f"{without} formula cells have no cached value" if without else ""
    return OracleValues(stored, [], note, "")
