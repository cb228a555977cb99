"""Cells whose value changes by itself: they are left out when cached values are compared, and counted."""

from __future__ import annotations

from gradsheet.proof.book import Book
from gradsheet.proof.references import functions, precedents

RANDOM_LIKE = frozenset({"RAND", "RANDBETWEEN", "RANDARRAY", "NOW", "TODAY", "CELL", "INFO"})
"""Functions that answer differently from one recalculation, or one computer, to the next.

OFFSET and INDIRECT are volatile for Excel too, yet only in *when* they are computed: with the same inputs
they give the same value, so they are compared like any other.
"""


def volatile(book: Book) -> set[str]:
    """The computed cells that depend, through any chain of formulas, on RAND, RANDBETWEEN, NOW, TODAY….

    What OFFSET and INDIRECT reach cannot be read off a formula: a cell that reads random cells only
    through them is not found.

    Example:
        >>> from pathlib import Path
        >>> chain = {"s!A1": "=RAND()", "s!A2": "=A1+1", "s!A3": "=B1", "s!A4": '="RAND()"'}
        >>> sorted(volatile(Book(Path("x.xlsx"), formulas=chain)))
        ['s!A1', 's!A2']
    """
    dependents: dict[str, list[str]] = {}
    for cell in book.computed:
        for precedent in precedents(book, cell):
            dependents.setdefault(precedent, []).append(cell)
    found: set[str] = set()
    waiting = [cell for cell, text in book.formulas.items() if RANDOM_LIKE.intersection(functions(text))]
    while waiting:
        cell = waiting.pop()
        if cell not in found:
            found.add(cell)
            waiting.extend(dependents.get(cell, ()))
    return found
