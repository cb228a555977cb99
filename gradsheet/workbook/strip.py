"""Take the cached values out of a workbook and leave every other byte of its XML as it was.

With a stripped file one can prove that a computed value was computed, and not read from what Excel had
left in the cell.
"""

from __future__ import annotations

import io
import re
import zipfile

from gradsheet.workbook.address import cells_of

# In a cell, in this order: f, v, is. A formula cell is a <c> whose first child is an <f>; prefixes allowed.
_P = rb"(?:[^\s<>/:!?]+:)?"
_VALUE = rb"\s*<" + _P + rb"v(?:\s[^<>]*)?(?:/>|>[^<]*</" + _P + rb"v>)"
_FORMULA_CELL = re.compile(
    rb"(<" + _P + rb"c(?:\s[^<>]*)?>\s*<" + _P + rb"f(?:\s[^<>]*)?(?:/>|>[^<]*</" + _P + rb"f>))" + _VALUE
)
_CONSTANT_CELL = re.compile(rb"(<" + _P + rb"c\s(?:[^<>]*\s)?r=\"([A-Z]+[0-9]+)\"[^<>]*>)" + _VALUE)
_ARRAY = re.compile(rb"<" + _P + rb"f\s[^<>]*t=\"(?:array|dataTable)\"[^<>]*>")
_RANGE = re.compile(rb"\sref=\"([^\"]*:[^\"]*)\"")


def strip_cached(data: bytes) -> bytes:
    r"""The same workbook with no cached value: none beside a formula, none in a cell that an array fills.

    Args:
        data: an .xlsx that has passed the gate.

    Returns:
        An .xlsx; all parts but the sheets are the same bytes, compressed anew.

    Example:
        >>> _strip(b'<c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><v>3</v></c>')
        b'<c r="A1"><f>1+1</f></c><c r="B1"><v>3</v></c>'
    """
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            part = source.read(entry)
            target.writestr(entry, _strip(part) if b"sheetData" in part else part)
    return out.getvalue()


def _strip(part: bytes) -> bytes:
    part = _FORMULA_CELL.sub(rb"\1", part)
    filled = {
        str(cell).encode()
        for tag in _ARRAY.findall(part)
        for reference in _RANGE.findall(tag)
        for cell in cells_of(reference.decode())
    }
    if not filled:
        return part
    return _CONSTANT_CELL.sub(lambda match: match[1] if match[2] in filled else match[0], part)
