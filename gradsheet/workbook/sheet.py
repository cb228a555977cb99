"""One sheet's XML, read once: what each cell holds, and beside it what Excel last showed there.

openpyxl's own cell reader loses what exactness needs: the ``cm`` attribute that tells a dynamic array from
an array formula, the serial number of a date, and either the formulas or the cached values, so that having
both takes two loads. The plain XML parser is safe here because the gate has refused every DOCTYPE.

Source: ECMA-376 part 1, 18.3.1.4 (c), 18.3.1.40 (f), 18.3.1.73 (row), 18.18.11 (ST_CellType), 22.9.2.19
(ST_Xstring's ``_x000D_``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any
from xml.etree.ElementTree import Element, fromstring

from openpyxl.utils.datetime import CALENDAR_MAC_1904, WINDOWS_EPOCH, from_ISO8601, to_excel

from gradsheet.address import Cell, cells_of, column, letters, parse_cell, parse_range
from gradsheet.errors import GradsheetError
from gradsheet.formula import cells as model
from gradsheet.workbook.fill import Fill
from gradsheet.workbook.measure import Limits

Value = float | bool | str

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_FORMULA, _VALUE, _INLINE, _TEXT, _RUN = (MAIN + tag for tag in ("f", "v", "is", "t", "r"))
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_serial: Any = to_excel  # untyped in openpyxl's stubs
_moment: Any = from_ISO8601
_ERRORS = {error.value: error for error in model.Error}


@dataclass(frozen=True)
class Lookups:
    """What cells refer to by number.

    Args:
        strings: the workbook's shared strings.
        dynamic: the values of ``cm`` that mark a dynamic array.
        errors: for values of ``vm``, the error that stands in the cell where ``#VALUE!`` is written for
            readers that do not know #SPILL! and #CALC!.
        date1904: whether day 0 is 1 January 1904.
        written: how many characters all formulas may have, shared ones written out.
    """

    strings: Sequence[str] = ()
    dynamic: frozenset[str] = frozenset()
    errors: Mapping[str, str] = field(default_factory=dict)
    date1904: bool = False
    written: int = Limits.written


@dataclass
class Content:
    """What a sheet holds.

    Args:
        sheet: cells and hidden rows.
        cached: what Excel last showed, by address, for formulas and for the cells that they fill.
        written: characters of its shared formulas, written out.
    """

    sheet: model.Sheet
    cached: dict[str, Value]
    written: int


def text_of(element: Element) -> str:
    r"""The text of a shared or inline string, its rich runs joined, its reading aids (rPh) left out.

    Example:
        >>> from xml.etree.ElementTree import XML
        >>> text_of(XML(f'<si xmlns="{MAIN[1:-1]}"><r><t>lr </t></r><r><t>= 0.1_x000A_</t></r></si>'))
        'lr = 0.1\n'
    """
    parts = []
    for child in element:
        if child.tag == _TEXT:
            parts.append(child.text or "")
        elif child.tag == _RUN:
            parts.append(child.findtext(_TEXT) or "")
    return unescaped("".join(parts))


def unescaped(text: str) -> str:
    r"""Text with ``_x000D_`` read as the character that XML could not hold.

    Example:
        >>> unescaped("a_x000D_b_x005F_x000D_")
        'a\rb_x000D_'
    """
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def read_sheet(part: bytes, where: str, lookups: Lookups) -> Content:
    """Read a sheet.

    Args:
        part: its XML, which has passed the gate.
        where: file and sheet, for messages.
        lookups: shared strings and the like.

    Raises:
        GradsheetError: a cell cannot be read; the message names it.

    Example:
        >>> xml = f'''<worksheet xmlns="{MAIN[1:-1]}"><sheetData><row r="1"><c r="A1"><v>2</v></c>
        ...     <c r="B1" t="e"><f>SQRT(-A1)</f><v>#NUM!</v></c></row></sheetData></worksheet>'''
        >>> content = read_sheet(xml.encode(), "lesson.xlsx, sheet basic", Lookups())
        >>> content.sheet.cells["A1"], content.sheet.cells["B1"].text, content.cached
        (2.0, '=SQRT(-A1)', {'B1': '#NUM!'})
    """
    reader = _Reader(where, lookups)
    data = fromstring(part).find(MAIN + "sheetData")
    for number, row in reader.rows(data if data is not None else ()):
        reader.read_row(number, row)
    reader.clear_filled()
    return Content(model.Sheet(reader.cells, frozenset(reader.hidden)), reader.cached, reader.written)


class _Reader:
    """The cells of one sheet as they come, and the formulas that later ones share."""

    def __init__(self, where: str, lookups: Lookups) -> None:
        self.where = where
        self.lookups = lookups
        self.cells: dict[str, model.Cell] = {}
        self.cached: dict[str, Value] = {}
        self.hidden: set[int] = set()
        self.shared: dict[str | None, Fill] = {}
        self.filled: list[tuple[str, str]] = []
        self.written = 0

    def rows(self, data: Element | tuple[()]) -> Iterator[tuple[int, Element]]:
        number = 0
        for row in data:
            number = int(row.get("r") or number + 1)  # a row may leave its number out
            if row.get("hidden") in ("1", "true"):
                self.hidden.add(number)
            yield number, row

    def read_row(self, number: int, row: Element) -> None:
        cells, cached, lookups = self.cells, self.cached, self.lookups
        address = "A0"
        for element in row:
            given = element.get("r")
            if given is None:  # the cell to the right of the one before
                given = f"{letters(_place(address).column + 1 if address != 'A0' else 1)}{number}"
            elif not (given.isupper() and given.isalnum()):
                given = str(parse_cell(given))
            address = given
            formula: Element | None = None
            text: str | None = None
            for child in element:
                if child.tag == _VALUE:
                    text = child.text or ""
                elif child.tag == _FORMULA:
                    formula = child
                elif child.tag == _INLINE:
                    text = text_of(child)
            if formula is None or not (formula.text or formula.get("t")):  # <f ca="1"/>: an array formula fills it
                if text is not None and (value := self.value(element, text, address)) is not None:
                    cells[address] = value
                continue
            if formula.attrib:
                cells[address] = self.formula(formula, address, element.get("cm"))
            else:
                cells[address] = model.Formula(unescaped(formula.text or ""))
            if text is not None and (value := self.value(element, text, address)) is not None:
                cached[address] = value.value if isinstance(value, model.Error) else value
                if (vm := element.get("vm")) in lookups.errors and vm:
                    cached[address] = lookups.errors[vm]

    def value(self, element: Element, text: str, address: str) -> model.Constant | None:
        """A constant, or None for an empty cell."""
        kind = element.get("t", "n")
        try:
            if kind == "n":
                if not text.strip():
                    return None
                number = float(text)
                return number if isfinite(number) else model.Error.NUM
            if kind == "s":
                return self.lookups.strings[int(text)]
            if kind in ("str", "inlineStr"):
                return unescaped(text) if kind == "str" else text
            if kind == "b":
                return text.strip() in ("1", "true")
            if kind == "e":
                return _ERRORS[text.strip()]
            if kind == "d":
                day0 = CALENDAR_MAC_1904 if self.lookups.date1904 else WINDOWS_EPOCH
                return float(_serial(_moment(text), day0))
        except (ValueError, IndexError, KeyError, TypeError) as problem:
            raise GradsheetError(
                f"{self.where}, cell {address}: {text[:40]!r} cannot be read as a value: type it in again"
            ) from problem
        raise GradsheetError(f"{self.where}, cell {address}: its type {kind[:20]!r} is unknown: type it in again")

    def formula(self, element: Element, address: str, cm: str | None) -> model.Formula:
        kind = element.get("t", "normal")
        text = "=" + unescaped(element.text or "").removeprefix("=")
        if kind == "shared":
            key = element.get("si")
            if element.text:  # the first of its kind; the others leave their text out
                self.shared[key] = Fill(text, _place(address))
            elif key in self.shared:
                text = self.shared[key].at(_place(address))
                self.written += len(text)
                if self.written > self.lookups.written:
                    raise GradsheetError(
                        f"{self.where}, cell {address}: the formulas so far are too long when written out:"
                        " hand in a smaller workbook"
                    )
            else:
                raise GradsheetError(f"{self.where}, cell {address}: its formula is missing: type it in again")
            return model.Formula(text)
        reference = element.get("ref")
        if kind == "array":
            self.filled.append((address, reference or address))
            return model.Formula(text, reference or address, cm in self.lookups.dynamic)
        if kind == "dataTable":
            self.filled.append((address, reference or address))
            return model.Formula(_data_table(element), reference or address)
        return model.Formula(text)

    def clear_filled(self) -> None:
        """Results of array formulas are no cells of their own; what Excel showed there is kept aside."""
        for anchor, reference in self.filled:
            if ":" not in reference:
                continue
            for cell in map(str, cells_of(parse_range(reference))):
                constant = self.cells.get(cell)
                if cell == anchor or constant is None or isinstance(constant, model.Formula):
                    continue
                del self.cells[cell]
                self.cached[cell] = constant.value if isinstance(constant, model.Error) else constant


def _place(address: str) -> Cell:
    """`parse_cell` for an address that the gate has seen, in a third of the time."""
    name = address.rstrip("0123456789")
    return Cell(int(address[len(name) :]), column(name))


def _data_table(element: Element) -> str:
    """What Excel shows as {=TABLE(row input, column input)}."""
    one, other = (
        "#REF!" if element.get(f"del{number}") in ("1", "true") else element.get(f"r{number}", "") for number in (1, 2)
    )
    if element.get("dt2D") in ("1", "true"):
        return f"=TABLE({one},{other})"
    return f"=TABLE({one},)" if element.get("dtr") in ("1", "true") else f"=TABLE(,{one})"
