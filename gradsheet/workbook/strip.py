"""Take the cached values out of a workbook and leave every other byte of its XML as it was.

With a stripped file one can prove that a computed value was computed, and not read from what Excel had
left in the cell.
"""

from __future__ import annotations

import io
import re
import zipfile

# In a cell, in this order: f, v, is. A formula cell is a <c> whose first child is an <f>; prefixes allowed.
_P = rb"(?:[^\s<>/:!?]+:)?"
_FORMULA_CELL = re.compile(
    rb"(<" + _P + rb"c(?:\s[^<>]*)?>\s*<" + _P + rb"f(?:\s[^<>]*)?(?:/>|>[^<]*</" + _P + rb"f>))"
    rb"\s*<" + _P + rb"v(?:\s[^<>]*)?(?:/>|>[^<]*</" + _P + rb"v>)"
)


def strip_cached(data: bytes) -> bytes:
    r"""The same workbook with no formula cell's ``<v>``.

    Cells that an array formula fills hold no formula of their own and keep theirs: they look like
    constants, and only a reader that knows the array's range can tell (`gradsheet.workbook.read` does).

    Args:
        data: an .xlsx that has passed the gate.

    Returns:
        An .xlsx; all parts but the sheets are the same bytes, compressed anew.

    Example:
        >>> _FORMULA_CELL.sub(rb"\1", b'<c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><v>3</v></c>')
        b'<c r="A1"><f>1+1</f></c><c r="B1"><v>3</v></c>'
    """
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            part = source.read(entry)
            if b"sheetData" in part:
                part = _FORMULA_CELL.sub(rb"\1", part)
            target.writestr(entry, part)
    return out.getvalue()
