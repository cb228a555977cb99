"""What is asked of a solver, checked: which cell, which cells change, which conditions hold."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gradsheet.address import split
from gradsheet.errors import GradsheetError
from gradsheet.formula.book import Book
from gradsheet.formula.cells import Error, Formula

_SIGN = re.compile(r"(<=|>=|=<|=>|<>|<|>|=)")


@dataclass(frozen=True)
class Condition:
    """One condition on one cell: its value less `bound` (a number or a cell's) is ``<=``, ``>=`` or ``=`` 0."""

    text: str
    cell: str
    sign: str
    bound: float | str


def one_cell(book: Book, text: str, sheet: str | None = None) -> str:
    """The address of the one cell that a text names."""
    found = book.cells(text, sheet)
    if len(found) != 1:
        raise GradsheetError(f"'{text}' is {len(found):,} cells: name one")
    return found[0]


def objective(book: Book, text: str) -> str:
    """The cell to make small or large; it must hold a formula."""
    cell = one_cell(book, text)
    held = book.holds(cell)
    if not isinstance(held, Formula):
        what = "is empty" if held is None else f"holds {held!r}"
        raise GradsheetError(f"{cell} {what}, no formula: name the cell that calculates what you want")
    return cell


def changing(book: Book, texts: Sequence[str], cell: str) -> dict[str, float]:
    """The cells to change and their values, in order; a blank counts as 0.

    Raises:
        GradsheetError: one of them holds a formula, text or the like.
    """
    start: dict[str, float] = {}
    sheet = split(cell)[0]
    for text in texts:
        for name in book.cells(text, sheet):
            held = book.holds(name)
            if isinstance(held, Formula):
                raise GradsheetError(
                    f"{name} holds the formula {held.text}: a changing cell must hold a number; name the cells that "
                    "the formula reads"
                )
            if isinstance(held, bool | str | Error):
                raise GradsheetError(f"{name} holds {_shown(held)}: a changing cell must hold a number, or nothing")
            start[name] = 0.0 if held is None else float(held)
    if not start:
        raise GradsheetError("no cell may change: name some with --by-changing")
    return start


def conditions(book: Book, texts: Sequence[str], cell: str) -> list[Condition]:
    """Conditions such as ``R4:AA4>=0`` or ``B1<=C1``, one for each cell on the left.

    Raises:
        GradsheetError: a text that is none.
    """
    found: list[Condition] = []
    sheet = split(cell)[0]
    for text in texts:
        parts = _SIGN.split(text)
        if len(parts) != 3 or parts[1] == "<>" or not parts[0].strip() or not parts[2].strip():
            raise GradsheetError(f"'{text}' is no condition: write it like R4:AA4>=0, B1<=C1 or B2=1")
        left = book.cells(parts[0].strip(), sheet)
        sign = {"<": "<=", ">": ">=", "=<": "<=", "=>": ">="}.get(parts[1], parts[1])
        bounds = _bounds(book, text, parts[2].strip(), sheet)
        if len(bounds) not in (1, len(left)):
            raise GradsheetError(f"'{text}' has {len(left)} cells on the left and {len(bounds)} on the right")
        for i, name in enumerate(left):
            bound = bounds[i if len(bounds) > 1 else 0]
            shown = f"{name}{sign}{bound:g}" if isinstance(bound, float) else f"{name}{sign}{bound}"
            found.append(Condition(shown, name, sign, bound))
    return found


def _bounds(book: Book, text: str, right: str, sheet: str) -> list[Any]:
    try:
        value = float(right)
    except ValueError:
        if right.casefold() in ("int", "integer", "bin", "binary"):
            raise GradsheetError(f"'{text}': whole numbers only are not solved for here") from None
        return list(book.cells(right, sheet))
    if not math.isfinite(value):
        raise GradsheetError(f"'{text}': {right} is no bound")
    return [value]


def _shown(held: Any) -> str:
    if isinstance(held, str):
        return f"the text '{held[:40]}'"
    return str(held).upper() if isinstance(held, bool) else str(held)
