"""Cells of a sheet's XML written anew, everything around them as it is.

Source: ECMA-376 part 1, 18.3.1.73 (row), 18.3.1.4 (c).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from gradsheet.address import Cell, parse_cell
from gradsheet.workbook.markup import Element, edited, elements

Write = Callable[[Cell, Element | None, bytes], bytes]
"""(the address, the cell if it is there, the prefix of names) → its XML."""


def with_cells(part: bytes, cells: Iterable[Cell], write: Write) -> bytes:
    """A sheet's XML with some cells written anew; those that are not there come in where they belong.

    Example:
        >>> with_cells(b'<s><sheetData/></s>', [Cell(2, 1)], lambda cell, found, prefix: b'<c r="A2"/>')
        b'<s><sheetData><row r="2"><c r="A2"/></row></sheetData></s>'
    """
    wanted: dict[int, list[int]] = {}
    for cell in sorted(cells):
        wanted.setdefault(cell.row, []).append(cell.column)
    data = next((e for e in elements(part) if e.tag == "sheetData"), None)
    if data is None:
        return part
    edits: list[tuple[int, int, bytes]] = []
    prefix = data.name[: -len(b"sheetData")]

    def lacking(number: int) -> bytes:
        said = b"".join(write(Cell(number, c), None, prefix) for c in wanted.pop(number))
        return b'<%srow r="%d">%s</%srow>' % (prefix, number, said, prefix)

    number = 0
    at = data.inner  # where a row that is lacking goes
    for row in data.children:
        number = int(row.get("r") or number + 1)
        for one in [n for n in wanted if n < number]:
            edits.append((at, at, lacking(one)))
        if number in wanted:
            edits.extend(_in_row(part, row, number, wanted.pop(number), prefix, write))
        at = row.end
    new = b"".join(lacking(one) for one in list(wanted))
    if new:
        edits.append((at, at, new) if not data.empty else _opened(part, data, new))
    return edited(part, edits)


def _in_row(
    part: bytes, row: Element, number: int, columns: list[int], prefix: bytes, write: Write
) -> Iterator[tuple[int, int, bytes]]:
    """The edits in one row."""
    left = list(columns)
    column, at = 0, row.inner
    for cell in row.children:
        given = cell.get("r")
        column = parse_cell(given).column if given else column + 1
        new = b""
        while left and left[0] < column:
            new += write(Cell(number, left.pop(0)), None, prefix)
        if new:
            yield at, at, new
        if left and left[0] == column:
            yield cell.start, cell.end, write(Cell(number, left.pop(0)), cell, prefix)
        at = cell.end
    new = b"".join(write(Cell(number, c), None, prefix) for c in left)
    if new:
        yield (at, at, new) if not row.empty else _opened(part, row, new)


def _opened(part: bytes, element: Element, content: bytes) -> tuple[int, int, bytes]:
    """``<row/>`` with something in it."""
    start = part[element.start : element.end].rstrip(b">").rstrip().removesuffix(b"/").rstrip()
    return element.start, element.end, start + b">" + content + b"</" + element.name + b">"
