"""A copy of a workbook file with other numbers in some cells and what the formulas then show; all else as it is.

openpyxl would lose charts, comments and much else. So the parts of the file are copied byte by byte, and in the
sheets' XML only the values of cells are written anew; what a cell looks like, its formula, everything around it
stays. The file is asked to be calculated anew when it is opened.

Source: ECMA-376 part 1, 18.3.1.4 (c), 18.2.2 (calcPr), 18.18.11 (ST_CellType), 22.9.2.19 (ST_Xstring).
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from gradsheet.address import Cell, parse_cell
from gradsheet.formula.cells import Error
from gradsheet.workbook.exact import whole_or_not_at_all
from gradsheet.workbook.gate import Limits, admit
from gradsheet.workbook.in_place import with_cells
from gradsheet.workbook.markup import Element, edited, elements
from gradsheet.workbook.read import sheet_parts

Value = float | bool | str | Error
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]|_x(?=[0-9A-Fa-f]{4}_)")
_DROPPED = re.compile(rb"""\s(?:t|vm)\s*=\s*(?:"[^"]*"|'[^']*')""")
_CALC = re.compile(rb"""\sfullCalcOnLoad\s*=\s*(?:"[^"]*"|'[^']*')""")


def write_recalculated(
    path: str | os.PathLike[str],
    out: str | os.PathLike[str],
    values: Mapping[str, Mapping[str, Value]],
    limits: Limits | None = None,
) -> Path:
    """Write a copy of a workbook in which some cells hold, or show, other values.

    Args:
        path: the workbook, which is not touched.
        out: the copy, written whole or not at all.
        values: by sheet and address; a cell with a formula keeps it.
        limits: of the gate.

    Returns:
        The path of the copy.

    Raises:
        GradsheetError: the workbook is refused at the gate, or the copy cannot be written.
    """
    package = admit(path, limits)
    book, parts = sheet_parts(package)
    changed = {book: calculated_anew(package.parts[book])}
    for sheet, cells in values.items():
        part = parts[sheet]
        changed[part] = _with_values(changed.get(part, package.parts[part]), cells)
    target = Path(out)
    with (
        whole_or_not_at_all(target) as draft,
        zipfile.ZipFile(io.BytesIO(package.data)) as archive,
        zipfile.ZipFile(draft, "w") as copy,
    ):
        for entry in archive.infolist():
            copy.writestr(entry, changed.get(entry.filename, archive.read(entry)), entry.compress_type)
    return target


def _with_values(part: bytes, values: Mapping[str, Value]) -> bytes:
    """A sheet's XML with other values in some cells."""

    def write(cell: Cell, found: Element | None, prefix: bytes) -> bytes:
        return with_value(part, cell, found, prefix, values[str(cell)])

    return with_cells(part, (parse_cell(address) for address in values), write)


def with_value(part: bytes, cell: Cell, found: Element | None, prefix: bytes, value: Value) -> bytes:
    """A cell's XML with a value: of one that is there, attributes and formula stay.

    Args:
        part: the sheet's XML.
        cell: its address.
        found: it in the part, if it is there.
        prefix: what names of elements begin with.
        value: to be shown.
    """
    if found is not None:
        return _rewritten(part, found, value, prefix)
    kind, text = _written(value)
    return b'<%sc r="%s"%s><%sv>%s</%sv></%sc>' % (prefix, str(cell).encode(), kind, prefix, text, prefix, prefix)


def _rewritten(part: bytes, cell: Element, value: Value, prefix: bytes) -> bytes:
    """A cell's XML with another value: attributes and formula stay."""
    head = part[cell.start : cell.inner if not cell.empty else cell.end].rstrip(b">").rstrip().removesuffix(b"/")
    kind, text = _written(value)
    formula, rest = (
        b"".join(part[child.start : child.end] for child in cell.children if child.tag == tag)
        for tag in ("f", "extLst")
    )
    return (
        _DROPPED.sub(b"", head).rstrip() + kind + b">" + formula + b"<" + prefix + b"v>" + text + b"</" + prefix + b"v>"
        + rest + b"</" + cell.name + b">"
    )  # fmt: skip


def _written(value: Value) -> tuple[bytes, bytes]:
    """The type attribute and the text of a value."""
    if isinstance(value, bool):
        return b' t="b"', b"1" if value else b"0"
    if isinstance(value, Error):
        return b' t="e"', value.value.encode()
    if isinstance(value, str):
        return b' t="str"', text_of(value)
    return b"", repr(float(value)).removesuffix(".0").encode()


def text_of(value: str) -> bytes:
    """Text as a part holds it: marks escaped, and signs that XML does not have."""
    return escape(_CONTROL.sub(lambda m: f"_x{ord(m[0][0]):04X}_" + m[0][1:], value)).encode()


def calculated_anew(part: bytes) -> bytes:
    """The workbook's XML, asking to be calculated when it is opened."""
    children = list(elements(part))
    found = next((e for e in children if e.tag == "calcPr"), None)
    if found is not None:
        head = part[found.start : found.inner if not found.empty else found.end]
        closing = b"/>" if found.empty else b">"
        body = _CALC.sub(b"", head).rstrip(b">").rstrip().removesuffix(b"/").rstrip()
        return edited(part, [(found.start, found.start + len(head), body + b' fullCalcOnLoad="1"' + closing)])
    before = [e for e in children if e.tag in ("sheets", "functionGroups", "externalReferences", "definedNames")]
    if not before:
        return part
    last = max(before, key=lambda e: e.end)
    prefix = last.name[: -len(last.tag.encode())]
    return edited(part, [(last.end, last.end, b"<" + prefix + b'calcPr fullCalcOnLoad="1"/>')])


def values_by_sheet(values: Mapping[str, Any], split: Any) -> dict[str, dict[str, Value]]:
    """Values by address with sheet, as `write_recalculated` takes them."""
    found: dict[str, dict[str, Value]] = {}
    for address, value in values.items():
        sheet, cell = split(address)
        found.setdefault(sheet, {})[cell] = value
    return found
