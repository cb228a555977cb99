"""What a formula's words stand for in its workbook: sheets, defined names, tables."""

from __future__ import annotations

from dataclasses import replace

from gradsheet.errors import GradsheetError
from gradsheet.formula import syntax as s
from gradsheet.formula.address import MAX_COLUMN, MAX_ROW, parse_area
from gradsheet.formula.cells import Error, Table, Workbook
from gradsheet.formula.parser import parse


class Unsupported(Exception):  # noqa: N818
    """A formula cannot be calculated here; the text says why, by the name of what is lacking."""


class Scope:
    """The sheets, names and tables of one workbook, looked up as Excel does: case does not count.

    Args:
        workbook: as it was read.
        borrows: whether functions that we lack are taken from the `formulas` package, which is slow to import.
    """

    def __init__(self, workbook: Workbook, *, borrows: bool = True) -> None:
        self.borrows = borrows
        self.sheet_names = list(workbook.sheets)
        self._sheets = {name.casefold(): i for i, name in enumerate(self.sheet_names)}
        self._tables = {name.casefold(): table for name, table in workbook.tables.items()}
        self._names: dict[tuple[int | None, str], str] = {}
        for key, text in workbook.names.items():
            sheet, name = key if isinstance(key, tuple) else (None, key)
            index = None if sheet is None else self._sheets.get(sheet.casefold())
            if sheet is None or index is not None:
                self._names[index, name.casefold()] = text
        self._parsed: dict[tuple[int | None, str], s.Node] = {}

    def sheet(self, name: str | None, own: int) -> int | None:
        """The number of a sheet; None where there is no such sheet."""
        if name is None:
            return own
        index = self._sheets.get(name.casefold())
        if index is not None:
            return index
        if name.startswith("["):
            raise Unsupported("a reference to another workbook")
        if ":" in name and all(part.casefold() in self._sheets for part in name.split(":")):
            raise Unsupported("a reference across sheets (3-D)")
        return None

    def find(self, sheet: str | None, name: str, own: int) -> tuple[int | None, str] | None:
        """The key of a defined name as seen from sheet `own`: the sheet's own names come first."""
        word = name.casefold()
        if sheet is not None:
            index = self._sheets.get(sheet.casefold())
            found = (index, word) if index is not None else (None, word)
            return found if found in self._names else None
        for key in ((own, word), (None, word)):
            if key in self._names:
                return key
        return None

    def meaning(self, key: tuple[int | None, str]) -> s.Node:
        """What a defined name stands for; its relative references count from the cell that uses it."""
        node = self._parsed.get(key)
        if node is None:
            try:
                node = _unwrapped(parse(self._names[key]))
            except GradsheetError:
                node = s.Fault(Error.NAME)
            self._parsed[key] = node
        return node

    def table(self, name: str | None, own: int, row: int, column: int) -> Table | None:
        """A table by its name, or the one that has the cell within."""
        if name is not None:
            return self._tables.get(name.casefold())
        for table in self._tables.values():
            if self._sheets.get(table.sheet.casefold()) == own:
                top, left, bottom, right = parse_area(table.ref)
                if top <= row <= bottom and left <= column <= right:
                    return table
        return None

    def region(self, node: s.Structured, own: int, row: int, column: int) -> s.Node:
        """The area that a table reference means in the formula at the given place."""
        table = self.table(node.table, own, row, column)
        if table is None:
            return s.Fault(Error.NAME if node.table else Error.REF)
        top, left, bottom, right = parse_area(table.ref)
        columns = [name.casefold() for name in table.columns]
        try:
            first = left + columns.index(node.first.casefold()) if node.first else left
            last = left + columns.index(node.last.casefold()) if node.last else first
        except ValueError:
            return s.Fault(Error.REF)
        if node.first is None:
            last = right
        first, last = min(first, last), max(first, last)
        head, foot = top + table.header_rows, bottom - table.totals_rows
        spans = {
            "#all": (top, bottom),
            "#data": (head, foot),
            "#headers": (top, top + table.header_rows - 1),
            "#totals": (foot + 1, bottom),
        }
        if "#this row" in node.items:
            if not head <= row <= foot:
                return s.Fault(Error.VALUE)
            place = s.Place(0, False)
            return _area(table.sheet, place, first, place, last)
        chosen = [spans[item] for item in node.items if item in spans] or [spans["#data"]]
        start, end = min(a for a, _ in chosen), max(b for _, b in chosen)
        if end < start:
            return s.Fault(Error.REF)
        return _area(table.sheet, s.Place(start, True), first, s.Place(end, True), last)


def _area(sheet: str, top: s.Place, first: int, bottom: s.Place, last: int) -> s.Node:
    left, right = s.Place(first, True), s.Place(last, True)
    if top == bottom and left == right:
        return s.CellRef(sheet, top, left)
    return s.AreaRef(sheet, top, left, bottom, right)


def _unwrapped(node: s.Node) -> s.Node:
    """References that a name stores as wrapped around the sheet's edge, as small steps back."""

    def back(place: s.Place, size: int) -> s.Place:
        if place.absolute or place.at < size // 2:
            return place
        return s.Place(place.at - size, False)

    if isinstance(node, s.CellRef):
        return replace(node, row=back(node.row, MAX_ROW), column=back(node.column, MAX_COLUMN))
    if isinstance(node, s.AreaRef):
        return s.AreaRef(
            node.sheet,
            back(node.top, MAX_ROW),
            back(node.left, MAX_COLUMN),
            back(node.bottom, MAX_ROW),
            back(node.right, MAX_COLUMN),
        )
    return node
