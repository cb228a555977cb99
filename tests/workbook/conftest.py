"""Small workbooks, sound or with one fault each, written as plain XML so that a test says what is in them."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"

Book = Callable[..., Path]


def parts_of(cells: str, strings: str, workbook: str, extra: dict[str, str | bytes | None]) -> dict[str, str | bytes]:
    """The least that makes a workbook with one sheet, `basic`; `extra` adds parts or replaces them."""
    parts: dict[str, str | bytes | None] = {
        "[Content_Types].xml": f"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
            <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
            <Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>
            <Override PartName="/xl/sharedStrings.xml" ContentType="{KIND}.sharedStrings+xml"/>
            <Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/></Types>""",
        "_rels/.rels": f"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
            <Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/>
            </Relationships>""",
        "xl/_rels/workbook.xml.rels": f"""<Relationships
            xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
            <Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>
            <Relationship Id="rId2" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>
            </Relationships>""",
        "xl/workbook.xml": f"""<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">
            <sheets><sheet name="basic" sheetId="1" r:id="rId1"/></sheets>{workbook}</workbook>""",
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>',
    }
    parts |= extra
    return {name: part for name, part in parts.items() if part is not None}


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Write a workbook: ``book(name, cells, strings=…, workbook=…, extra={part: content})``."""

    def write(
        name: str = "lesson.xlsx",
        cells: str = '<row r="1"><c r="A1"><v>1</v></c></row>',
        strings: str = "",
        workbook: str = "",
        extra: dict[str, str | bytes | None] | None = None,
    ) -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, content in parts_of(cells, strings, workbook, extra or {}).items():
                archive.writestr(part, content)
        return path

    return write
