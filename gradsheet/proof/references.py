"""The references in a formula: its precedents, its functions, and names written out as addresses.

One regular expression splits a formula into pieces; text in quotes is a piece of its own, so that nothing
inside it is ever taken for a reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from openpyxl.utils.cell import get_column_letter, range_boundaries

from gradsheet.proof.book import Book, area_cells

_PIECE = re.compile(
    r"""
    (?P<text>"(?:[^"]|"")*")
  | (?P<error>\#(?:REF!|DIV/0!|N/A|NAME\?|NUM!|NULL!|VALUE!|SPILL!|CALC!))
  | (?P<sheet>(?:'(?:[^']|'')+'|[A-Za-z_][\w.]*)!)?
    (?:(?P<area>\$?[A-Z]{1,3}\$?[0-9]+(?::\$?[A-Z]{1,3}\$?[0-9]+)?|\$?[A-Z]{1,3}:\$?[A-Z]{1,3}
              |\$?[0-9]+:\$?[0-9]+)(?![\w(.!])
      |(?P<function>[A-Za-z_][\w.]*)(?=\()
      |(?P<name>[A-Za-z_\\][\w.\\?]*))
  | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Piece:
    """A piece of a formula: its kind ("text", "area", "name", "function", "number", …) and its text."""

    kind: str
    text: str


def pieces(formula: str) -> Iterator[Piece]:
    """The pieces of a formula in order; a reference keeps its sheet.

    Example:
        >>> [piece.text for piece in pieces("SUM(data!A1:A3)*lr")]
        ['SUM', '(', 'data!A1:A3', ')', '*', 'lr']
    """
    for piece in _PIECE.finditer(formula):
        yield Piece(piece.lastgroup or "", piece[0])


def functions(formula: str) -> list[str]:
    """The functions that a formula calls, in order, in capitals, without Excel's _xlfn prefixes.

    Example:
        >>> functions('=IF(A1>0,_xlfn.NORM.INV(RAND(),0,1),"SUM(x)")')
        ['IF', 'NORM.INV', 'RAND']
    """
    return [
        re.sub(r"^(_XLFN\.|_XLWS\.)+", "", piece["function"].upper())
        for piece in _PIECE.finditer(formula)
        if piece["function"]
    ]


def unknown_function(shown: str) -> str | None:
    """The function that an engine does not know, in a formula as that engine shows it.

    IronCalc and LibreOffice write the functions that they know in capitals, and others in small letters.

    Example:
        >>> unknown_function('=SUM(1,foo(2))&"bar(3)"')
        'FOO'
    """
    for piece in pieces(shown):
        if piece.kind == "function" and piece.text.islower():
            return piece.text.upper()
    return None


def precedents(book: Book, cell: str) -> list[str]:
    """The cells that a cell's formula reads directly, in the order written; ranges and names opened up.

    A further cell of an array formula reads that formula's first cell. Whole columns and rows end where
    the sheet's last used cell is. What OFFSET and INDIRECT reach is not written in a formula, so it is
    not here.

    Args:
        book: the workbook.
        cell: ``sheet!A1``.

    Example:
        >>> from pathlib import Path
        >>> book = Book(Path("x.xlsx"), formulas={"s!A1": "=SUM(B1:B2)*lr"}, names={("", "LR"): "data!$C$1"})
        >>> precedents(book, "s!A1")
        ['s!B1', 's!B2', 'data!C1']
    """
    if cell in book.members:
        return [book.members[cell]]
    found: dict[str, None] = {}
    for sheet, area in _areas(book, cell.rpartition("!")[0], book.formulas.get(cell, "")):
        for address in _cells(book, sheet, area):
            found[f"{sheet}!{address}"] = None
    return list(found)


def with_addresses(book: Book, cell: str, titles: Mapping[str, str] | None = None) -> str:
    """A cell's formula with each defined name replaced by what it stands for, in parentheses if need be.

    Texts stay as they are, and names that stand for nothing known (TRUE, a name that is missing) too.

    Args:
        book: the workbook.
        cell: ``sheet!A1``, a formula cell.
        titles: sheet's title → what to write in its place, for a reader that cannot take every title.

    Example:
        >>> from pathlib import Path
        >>> book = Book(Path("x.xlsx"), formulas={"s!A1": '=lr*2&"lr"'}, names={("s", "LR"): "s!$C$1"})
        >>> with_addresses(book, "s!A1")
        '=s!$C$1*2&"lr"'
    """
    return _substitute(book, cell.rpartition("!")[0], book.formulas[cell], titles or {}, depth=0)


def cells_of(book: Book, sheet: str, reference: str) -> list[str]:
    """The cells that a reference or a name stands for, seen from a sheet."""
    return [f"{at}!{cell}" for at, area in _areas(book, sheet, reference) for cell in _cells(book, at, area)]


def closure(book: Book, cells: list[str]) -> set[str]:
    """The formula cells that these cells depend on, directly or not, and the cells themselves."""
    seen: set[str] = set()
    waiting = [cell for cell in cells if cell in book.formulas or cell in book.members]
    while waiting:
        cell = waiting.pop()
        if cell not in seen:
            seen.add(cell)
            reads = precedents(book, cell)
            waiting.extend(p for p in reads if p in book.formulas or p in book.members)
    return seen


def _areas(book: Book, sheet: str, formula: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    for piece in _PIECE.finditer(formula):
        where = _title(piece["sheet"]) if piece["sheet"] else sheet
        if piece["area"]:
            yield where, piece["area"].replace("$", "").upper()
        elif piece["name"] and depth < 8:  # names may stand for names; a circle of them ends here
            meaning = book.name(where, piece["name"])
            if meaning is not None:
                yield from _areas(book, where, meaning, depth + 1)


def _substitute(book: Book, sheet: str, formula: str, titles: Mapping[str, str], depth: int) -> str:
    parts = []
    for piece in _PIECE.finditer(formula):
        where = _title(piece["sheet"]) if piece["sheet"] else sheet
        meaning = book.name(where, piece["name"]) if piece["name"] and depth < 8 else None
        if meaning is not None:
            inner = _substitute(book, where, meaning, titles, depth + 1)
            first = _PIECE.match(inner)
            parts.append(inner if first and first.end() == len(inner) else f"({inner})")
        elif piece["sheet"] and where in titles:
            parts.append(f"{titles[where]}!{piece['area'] or piece['name'] or ''}")
        else:
            parts.append(piece[0])
    return "".join(parts)


def _title(prefix: str) -> str:
    title = prefix[:-1]
    return title[1:-1].replace("''", "'") if title.startswith("'") else title


def _cells(book: Book, sheet: str, area: str) -> list[str]:
    if ":" in area and (area.replace(":", "").isalpha() or area.replace(":", "").isdigit()):
        right, bottom = _extent(book, sheet)
        left, top, last, end = range_boundaries(area)
        area = f"{get_column_letter(left or 1)}{top or 1}:{get_column_letter(last or right)}{end or bottom}"
    return _area_cells(area)


_area_cells = lru_cache(4096)(area_cells)


def _extent(book: Book, sheet: str) -> tuple[int, int]:
    right = bottom = 1
    for key in (*book.formulas, *book.constants, *book.members):
        title, _, address = key.rpartition("!")
        if title == sheet:
            column, row, _, _ = range_boundaries(address)
            right, bottom = max(right, column or 1), max(bottom, row or 1)
    return right, bottom
