"""Any workbook as a program: read through the gate, its formulas ready to calculate."""

from __future__ import annotations

import os

from gradsheet.formula.book import Book
from gradsheet.workbook.gate import Limits
from gradsheet.workbook.read import read


def load(path: str | os.PathLike[str], limits: Limits | None = None) -> Book:
    """Read a workbook and compile its formulas.

    Args:
        path: an .xlsx or .xlsm file; macros are never run, cached values never looked at.
        limits: of the gate that stands before it.

    Returns:
        A `Book`: ``recalculate()`` gives every formula cell, ``program(inputs, outputs)`` a function from cells
        to cells on floats or on tensors with a leading batch axis, ``unsupported`` what cannot be calculated.

    Raises:
        GradsheetError: the file is refused at the gate or cannot be read; one sentence says what to do.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import mkdtemp
        >>> from gradsheet import export
        >>> book = load(export("basic", Path(mkdtemp()) / "basic.xlsx", epochs=0))
        >>> program = book.program(inputs=["basic_lr"], outputs=["basic!U14"])
        >>> program({"basic_lr": 0.0001})
        {'basic!U14': 150.75521153771854}
    """
    return Book(read(path, limits))
