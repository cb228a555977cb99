"""A reader of our own for the course workbooks, and what Excel cached in them."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.formula import ArrayFormula

from gradsheet.formula.book import Book
from gradsheet.formula.cells import Cell, Error, Formula, Iteration, Sheet, Table, Workbook

SHARED = Path(__file__).parents[3] / "shared" / "data"
Loaded = tuple[Workbook, dict[str, object]]


@cache
def _load(name: str) -> Loaded:
    """The workbook as plain data, and the cached value of every formula cell."""
    raw = _without_pivots((SHARED / name).read_bytes())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(raw))
        shown = openpyxl.load_workbook(io.BytesIO(raw), data_only=True)
    dynamic = _dynamic_cells(raw)
    sheets: dict[str, Sheet] = {}
    cached: dict[str, object] = {}
    names: dict[str | tuple[str, str], str] = {n: d.attr_text for n, d in book.defined_names.items()}
    tables: dict[str, Table] = {}
    for sheet in book.worksheets:
        cells: dict[str, Cell] = {}
        for row in sheet.iter_rows():
            for cell in row:
                value = cell.value
                if value is None:
                    continue
                if cell.data_type == "f":
                    array = value if isinstance(value, ArrayFormula) else None
                    text, ref = (array.text, array.ref) if array else (value, None)
                    is_dynamic = cell.coordinate in dynamic[sheet.title]
                    cells[cell.coordinate] = Formula(str(text), ref, is_dynamic)
                    cached[f"{sheet.title}!{cell.coordinate}"] = shown[sheet.title][cell.coordinate].value
                elif cell.data_type == "e":
                    cells[cell.coordinate] = Error(value)
                elif isinstance(value, str | bool):
                    cells[cell.coordinate] = value
                elif isinstance(value, int | float):
                    cells[cell.coordinate] = float(value)
                else:
                    cells[cell.coordinate] = float(to_excel(value, book.epoch))  # type: ignore[no-untyped-call]
        for address, held in list(cells.items()):
            if isinstance(held, Formula) and held.array and ":" in held.array:
                for row in sheet[held.array]:
                    for cell in row:
                        if cell.coordinate != address:
                            cells.pop(cell.coordinate, None)
                            label = f"{sheet.title}!{cell.coordinate}"
                            cached[label] = shown[sheet.title][cell.coordinate].value
        sheets[sheet.title] = Sheet(cells)
        names.update({(sheet.title, n): d.attr_text for n, d in sheet.defined_names.items()})
        for table in sheet.tables.values():
            columns = tuple(column.name for column in table.tableColumns)
            tables[table.name] = Table(sheet.title, table.ref, columns)
    settings = book.calculation
    iteration = Iteration(settings.iterateCount, settings.iterateDelta) if settings.iterate else None
    return Workbook(sheets, names, tables, book.epoch.year == 1904, iteration), cached


def _without_pivots(raw: bytes) -> bytes:
    """openpyxl stumbles over some pivot caches; nothing is calculated from them."""
    source = zipfile.ZipFile(io.BytesIO(raw))
    if not any("pivot" in name.lower() for name in source.namelist()):
        return raw
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as target:
        for name in source.namelist():
            if "pivot" in name.lower():
                continue
            data = source.read(name)
            if name.endswith((".rels", "[Content_Types].xml", "xl/workbook.xml")):
                data = re.sub(rb"<(Relationship|Override)[^>]*[pP]ivot[^>]*/>", b"", data)
                data = re.sub(rb"<pivotCaches>.*?</pivotCaches>", b"", data)
            target.writestr(name, data)
    return kept.getvalue()


def _dynamic_cells(raw: bytes) -> dict[str, set[str]]:
    """The anchors of dynamic arrays, which openpyxl does not tell from array formulas."""
    archive = zipfile.ZipFile(io.BytesIO(raw))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): str(link.get("Target")) for link in links}
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    rel = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    found: dict[str, set[str]] = {}
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{main}sheet"):
        part = targets[sheet.get(rel)]
        text = archive.read(part.lstrip("/") if part.startswith("/") else f"xl/{part}").decode()
        found[str(sheet.get("name"))] = set(re.findall(r'<c r="([A-Z]+\d+)"[^>]*\bcm="1"', text))
    return found


@pytest.fixture(scope="session")
def course() -> Callable[[str], Loaded]:
    """Loads a workbook of shared/data, or skips where it is not beside the repository."""

    def load(name: str) -> Loaded:
        if not (SHARED / name).exists():
            pytest.skip(f"{name} is not beside the repository")
        return _load(name)

    return load


@pytest.fixture(scope="session")
def value() -> Callable[..., object]:
    """What a formula gives, typed into today's Excel beside some cells."""

    def calculate(
        formula: str, /, dynamic: bool = True, names: dict[str, str] | None = None, **cells: object
    ) -> object:
        sheet = {**cells, "Z99": Formula(formula, dynamic=dynamic)}
        book = Book.of({"s": sheet}, names=names or {})  # type: ignore[arg-type]
        result = book.recalculate()
        assert book.unsupported == []
        return result["s!Z99"]

    return calculate
