"""gradsheet's own reading of Excel's language: an oracle for workbooks of others, a second leg for ours.

It is written here, but apart: `gradsheet.formula` knows nothing of experiments, models or optimisers.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import gradsheet
from gradsheet.address import split
from gradsheet.formula.cells import Error
from gradsheet.proof.book import LIMITS, Value
from gradsheet.proof.oracles import OracleValues
from gradsheet.workbook.load import load


def available() -> str | None:
    """It is part of gradsheet."""
    return None


def values(path: str | Path, cells: Collection[str] | None = None) -> OracleValues:
    """The workbook's formulas as `gradsheet.load` computes them; never from the cache."""
    book = load(path, LIMITS)
    found: dict[str, Value] = {}
    for address, value in book.recalculate().items():
        key = "!".join(split(address))
        if cells is None or key in cells:
            found[key] = str(value) if isinstance(value, Error) else value
    lacking = [("!".join(split(cell)), reason) for cell, reason in book.unsupported]
    wanted = [(cell, reason) for cell, reason in lacking if cells is None or cell in cells]
    return OracleValues(found, wanted, "", gradsheet.__version__)
