"""Reading a workbook file: through the gate, then as plain data, formulas apart from cached values.

The workbook's structure (sheets, names, tables, calculation settings) is read by openpyxl; its sheets by
`gradsheet.workbook.sheet`; what neither computes nor feeds a computation is never parsed: styles, charts,
pivot tables and their caches (openpyxl 3.1.5 dies of some), comments, external links, macros.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from posixpath import basename
from typing import Any
from xml.etree.ElementTree import fromstring

from openpyxl.packaging.manifest import Manifest
from openpyxl.packaging.relationship import Relationship, get_dependents, get_rels_path
from openpyxl.packaging.workbook import WorkbookPackage
from openpyxl.worksheet.table import Table
from openpyxl.xml.constants import REL_NS, SHARED_STRINGS, XLSM, XLSX, XLTM, XLTX

from gradsheet.address import qualified
from gradsheet.errors import GradsheetError
from gradsheet.formula import cells as model
from gradsheet.workbook.gate import Limits, Package, admit
from gradsheet.workbook.metadata import dynamic_marks, rich_errors
from gradsheet.workbook.sheet import MAIN, Lookups, Value, read_sheet, text_of

rels_path: Any = get_rels_path  # openpyxl's stubs leave these untyped or ask for a real ZipFile
dependents: Any = get_dependents

_STRICT = {
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": MAIN[1:-1].encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": REL_NS.encode(),
}

__all__ = ["Contents", "Limits", "cached", "contents", "read"]


@dataclass(frozen=True)
class Contents:
    """A workbook and, apart from it, what Excel last showed.

    Args:
        workbook: formulas, constants, names and tables, without any cached value.
        cached: for each formula cell and each cell that an array formula fills, the value in the file;
            errors as their text, ``"#NUM!"``.
        left_out: what the file holds and gradsheet does not read, such as ``"macros"``.
    """

    workbook: model.Workbook
    cached: dict[str, Value]
    left_out: tuple[str, ...]


def read(path: str | os.PathLike[str], limits: Limits | None = None) -> model.Workbook:
    """Read a workbook's formulas, constants, names and tables; cached values are left behind.

    Args:
        path: an .xlsx, .xlsm, .xltx or .xltm; macros are never run.
        limits: of the gate.

    Raises:
        GradsheetError: it is refused at the gate or cannot be read; one sentence says what to do.
    """
    return contents(path, limits).workbook


def cached(path: str | os.PathLike[str], limits: Limits | None = None) -> dict[str, Value]:
    """What Excel last showed, ``{"basic!F33": 150.755…}``, for formulas and the cells that arrays fill.

    An oracle for parity, and never an input to a computation.

    Args:
        path: as for `read`.
        limits: of the gate.

    Raises:
        GradsheetError: as for `read`.
    """
    return contents(path, limits).cached


def contents(path: str | os.PathLike[str], limits: Limits | None = None) -> Contents:
    """Both in one pass, which costs little more than either; see `read` and `cached`."""
    return parse(admit(path, limits))


def parse(package: Package) -> Contents:
    """Read a workbook that has passed the gate."""
    try:
        return _parse(package)
    except GradsheetError:
        raise
    except Exception as problem:  # whatever openpyxl makes of a damaged part; the gate cannot know them all
        said = " ".join(f"{type(problem).__name__}: {problem}".split())[:200]
        raise GradsheetError(
            f"{package.name}: it cannot be read as a workbook ({said}): open it in Excel and save it again"
        ) from problem


def sheet_parts(package: Package) -> tuple[str, dict[str, str]]:
    """The name of the workbook's own part, and of each sheet's, by its title."""
    archive = _Archive(package.parts)
    path = _workbook_part(archive.parse(Manifest, "[Content_Types].xml"))
    names = {name.casefold(): name for name in package.parts}
    relations = {relation.Id: relation for relation in archive.relations(path)}
    sheets = archive.parse(WorkbookPackage, path).sheets
    found = {entry.name: names.get(relations[entry.id].target.removeprefix("/").casefold()) for entry in sheets}
    return names[path.casefold()], {title: part for title, part in found.items() if part is not None}


class _Archive:
    """The parts as openpyxl's functions expect a zip archive; part names ignore case, as in Excel."""

    def __init__(self, parts: dict[str, bytes]) -> None:
        self.parts = {name.casefold(): part for name, part in parts.items()}

    def read(self, name: str) -> bytes:
        part = self.parts[name.removeprefix("/").casefold()]
        if b"http://purl.oclc.org/ooxml/" in part:  # "Strict Open XML", the same language by other names
            for strict, usual in _STRICT.items():
                part = part.replace(strict, usual)
        return part

    def __contains__(self, name: str) -> bool:
        return name.removeprefix("/").casefold() in self.parts

    def parse(self, kind: Any, name: str) -> Any:
        """A part as one of openpyxl's classes."""
        return kind.from_tree(fromstring(self.read(name)))

    def relations(self, name: str) -> list[Relationship]:
        """What a part refers to, other parts by their full names; without following any of it."""
        path = rels_path(name)
        return list(dependents(self, path)) if path in self else []


def _parse(package: Package) -> Contents:
    archive = _Archive(package.parts)
    manifest = archive.parse(Manifest, "[Content_Types].xml")
    path = _workbook_part(manifest)
    structure = archive.parse(WorkbookPackage, path)
    relations = {relation.Id: relation for relation in archive.relations(path)}
    date1904 = bool(structure.properties.date1904)
    lookups = Lookups(
        _strings(archive, manifest),
        dynamic_marks(package.parts),
        rich_errors(package.parts),
        date1904,
        package.limits.written,
    )
    sheets: dict[str, model.Sheet] = {}
    tables: dict[str, model.Table] = {}
    values: dict[str, Value] = {}
    seen: set[str] = set()
    for entry in structure.sheets:
        relation = relations.pop(entry.id)  # a part is one sheet: a second one would read it all again
        if basename(relation.Type) != "worksheet":
            continue  # chart, dialog and macro sheets have no cells to compute
        where = f"{package.name}, sheet {' '.join(entry.name.split())}"
        if entry.name.casefold() in seen:
            raise GradsheetError(f"{where}: there are two of that name: rename one")
        seen.add(entry.name.casefold())
        content = read_sheet(archive.read(relation.target), where, lookups)
        lookups = replace(lookups, written=lookups.written - content.written)
        sheets[entry.name] = content.sheet
        prefix = qualified(entry.name, "")
        values.update({prefix + cell: value for cell, value in content.cached.items()})
        tables.update(_tables(archive, relation, entry.name))
    if not sheets:
        raise GradsheetError(f"{package.name}: it has no sheet with cells: open it in Excel and save it again")
    calculation = structure.calcPr
    iteration = (
        model.Iteration(
            100 if calculation.iterateCount is None else int(calculation.iterateCount),
            0.001 if calculation.iterateDelta is None else float(calculation.iterateDelta),
        )
        if calculation is not None and calculation.iterate
        else None
    )
    book = model.Workbook(sheets, _names(structure), tables, date1904, iteration, package.name)
    return Contents(book, values, _left_out(package))


def _workbook_part(manifest: Any) -> str:
    for kind in (XLSX, XLSM, XLTX, XLTM):
        if part := manifest.find(kind):
            return str(part.PartName).removeprefix("/")
    return "xl/workbook.xml"


def _strings(archive: _Archive, manifest: Any) -> list[str]:
    part = manifest.find(SHARED_STRINGS)
    if part is None or part.PartName not in archive:
        return []
    return [text_of(item) for item in fromstring(archive.read(part.PartName)).iterfind(MAIN + "si")]


def _tables(archive: _Archive, sheet: Relationship, name: str) -> dict[str, model.Table]:
    tables = {}
    for relation in archive.relations(sheet.target):
        if basename(relation.Type) != "table":
            continue
        table = archive.parse(Table, relation.target)
        tables[table.displayName] = model.Table(
            name,
            table.ref,
            tuple(column.name for column in table.tableColumns),
            1 if table.headerRowCount is None else int(table.headerRowCount),
            int(table.totalsRowCount or 0),
        )
    return tables


def _names(structure: Any) -> dict[str | tuple[str, str], str]:
    """Names that formulas can use: not print titles, filters and the like, nor macros."""
    names: dict[str | tuple[str, str], str] = {}
    sheets = [entry.name for entry in structure.sheets]
    for name in structure.definedNames.definedName if structure.definedNames else ():
        if name.name.startswith("_xlnm.") or name.function or name.vbProcedure or name.xlm or not name.value:
            continue
        if name.localSheetId is None:
            names[name.name] = name.value
        elif name.localSheetId < len(sheets):
            names[sheets[name.localSheetId], name.name] = name.value
    return names


def _left_out(package: Package) -> tuple[str, ...]:
    kinds = {
        "xl/vbaProject": "macros",
        "xl/macrosheets/": "macro sheets",
        "xl/externalLinks/": "links to other workbooks",
        "xl/pivotTables/": "pivot tables",
        "xl/chartsheets/": "chart sheets",
        "xl/embeddings/": "embedded objects",
        "xl/connections": "data connections",
    }
    return tuple(what for start, what in kinds.items() if any(name.startswith(start) for name in package.names))
