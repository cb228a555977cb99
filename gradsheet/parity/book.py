"""What a workbook file says, read from its XML: formulas, constants, cached values, names; nothing computed.

openpyxl is not asked, because it turns date-formatted numbers into dates, an empty cached text into no
value at all, and stops with a TypeError at some pivot caches (collab_filter.xlsx).
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from openpyxl.formula.translate import Translator
from openpyxl.utils.cell import get_column_letter, range_boundaries

from gradsheet.errors import GradsheetError

Value = float | bool | str | None
"""A cell's value: a number, TRUE or FALSE, text (an Excel error is its text, "#NUM!"), or blank."""

MOST_CELLS = 2_000_000
"""The largest area that is opened up cell by cell: a file may claim more than a computer can hold."""

_RELATIONSHIP = re.compile(r"\{[^}]*\}id$")


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


def read_book(path: str | Path) -> Book:
    """Reads a workbook's formulas, constants and cached values, exactly as stored.

    Args:
        path: an .xlsx or .xlsm file.

    Returns:
        A Book; cells without value and without formula are not in it.

    Raises:
        GradsheetError: there is no such file, or it is no workbook.

    **Source**: ECMA-376, part 1, 18.3.1.4 (c), 18.3.1.40 (f), 18.2.5 (definedName).
    """
    path = Path(path)
    if not path.is_file():
        raise GradsheetError(f"{path}: no such file")
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive, Book(path))
    except (zipfile.BadZipFile, KeyError, ParseError, DefusedXmlException, ValueError) as problem:
        raise GradsheetError(f"{path}: not a readable .xlsx workbook ({problem})") from problem


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


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet title → the name of its part in the archive, in the workbook's order (chart sheets left out)."""
    targets = {}
    for node in _elements(archive.open("xl/_rels/workbook.xml.rels"), "Relationship"):
        targets[node.get("Id")] = posixpath.normpath(posixpath.join("/xl", node.get("Target") or ""))[1:]
    parts = {}
    for node in _elements(archive.open("xl/workbook.xml"), "sheet"):
        relation = next(value for key, value in node.items() if _RELATIONSHIP.search(key))
        if "/worksheets/" in targets[relation]:
            parts[node.get("name") or ""] = targets[relation]
    return parts


def _read(archive: zipfile.ZipFile, book: Book) -> Book:
    strings: list[str] = []
    if "xl/sharedStrings.xml" in archive.namelist():
        for item in _elements(archive.open("xl/sharedStrings.xml"), "si"):
            strings.append(_text(item))
    titles = [node.get("name") or "" for node in _elements(archive.open("xl/workbook.xml"), "sheet")]
    for node in _elements(archive.open("xl/workbook.xml"), "definedName"):
        scope = node.get("localSheetId")
        key = (titles[int(scope)] if scope else "", (node.get("name") or "").upper())
        book.names[key] = (node.text or "").removeprefix("=")
    for title, part in sheet_parts(archive).items():
        book.sheets.append(title)
        _read_sheet(archive.open(part), title, strings, book)
    return book


def _read_sheet(part: IO[bytes], sheet: str, strings: list[str], book: Book) -> None:
    shared: dict[str, tuple[str, str]] = {}
    values: dict[str, Value] = {}
    for node in _elements(part, "c"):
        address = node.get("r") or ""
        formula, stored = _child(node, "f"), _child(node, "v")
        kind = node.get("t") or "n"
        if kind == "inlineStr":
            inline = _child(node, "is")
            values[address] = _text(inline) if inline is not None else ""
        elif stored is not None:
            values[address] = _value(kind, stored.text or "", strings)
        if formula is None:
            continue
        text, group = formula.text or "", formula.get("si")
        if formula.get("t") == "shared" and group is not None:
            if text:
                shared[group] = ("=" + text, address)
            else:
                first, origin = shared[group]
                text = Translator(first, origin=origin).translate_formula(address)
        if formula.get("t") == "array":
            area = formula.get("ref") or address
            book.arrays[f"{sheet}!{address}"] = area
            others = [cell for cell in area_cells(area) if cell != address]
            book.members.update((f"{sheet}!{cell}", f"{sheet}!{address}") for cell in others)
        if text:  # Excel writes an empty <f ca="1"/> into the further cells of a volatile array formula
            book.formulas[f"{sheet}!{address}"] = "=" + text.removeprefix("=")
    for address, value in values.items():
        key = f"{sheet}!{address}"
        computed = key in book.formulas or key in book.members
        (book.cached if computed else book.constants)[key] = value


def _value(kind: str, text: str, strings: list[str]) -> Value:
    if kind == "s":
        return strings[int(text)]
    if kind == "b":
        return text.strip() == "1"
    if kind in ("str", "e", "d"):
        return text
    return float(text) if text else ""  # XlsxWriter's empty text has no type


def _text(item: Element) -> str:
    """The text of a string item, all its runs together; phonetic guides (rPh) are no part of it."""
    own = [child.text or "" for child in item if _tag(child) == "t"]
    runs = [t.text or "" for child in item if _tag(child) == "r" for t in child if _tag(t) == "t"]
    return "".join(own + runs)


def _tag(node: Element) -> str:
    return str(node.tag).rpartition("}")[2]


def _child(node: Element, tag: str) -> Element | None:
    return next((child for child in node if _tag(child) == tag), None)


def _elements(part: IO[bytes], tag: str) -> Iterator[Element]:
    """Each element with this tag, cleared once it has been used: memory stays bounded on long sheets."""
    with part:
        for _, node in iterparse(part, events=("end",)):
            if _tag(node) == tag:
                yield node
                node.clear()
