"""The solved copy: other numbers, the formulas' values with them, and nothing else changed."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.chart import LineChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

import gradsheet
from gradsheet.errors import GradsheetError
from gradsheet.formula.cells import Error
from gradsheet.proof.oracles import libreoffice
from gradsheet.workbook.read import cached
from gradsheet.workbook.recalculated import write_recalculated
from tests.solving.conftest import Write


@pytest.fixture
def adorned(tmp_path: Path) -> Path:
    """A workbook with styles, a chart, a comment, a name, a width, text and a boolean."""
    book = openpyxl.Workbook()
    del book["Sheet"]
    page = book.create_sheet("my sheet")
    for row in range(1, 6):
        page[f"A{row}"] = row
        page[f"B{row}"] = f"=A{row}*$D$1"
    page["D1"] = 1
    page["E1"] = "=SUMPRODUCT((B1:B5-3*A1:A5)^2)"
    page["E2"] = '="a<b & "&B1'
    page["E3"] = "=E1>1"
    page["E4"] = "=1/(E1-E1)"
    page["D1"].font, page["D1"].fill = Font(bold=True), PatternFill("solid", fgColor="FFFF00")
    page["D1"].comment = Comment("the slope", "teacher")
    page.column_dimensions["E"].width = 33
    chart = LineChart()
    chart.add_data(Reference(page, min_col=2, min_row=1, max_row=5))
    page.add_chart(chart, "G2")
    path = tmp_path / "adorned.xlsx"
    book.save(path)
    return path


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_only_values_change_and_they_are_those_of_the_formulas(adorned: Path, tmp_path: Path) -> None:
    before, out = parts(adorned), tmp_path / "solved.xlsx"
    gradsheet.solve(adorned, minimize="my sheet!E1", by_changing="'my sheet'!D1", out=out)
    assert parts(adorned) == before  # the original
    after = parts(out)
    assert list(after) == list(before)
    differing = {name for name in before if after[name] != before[name]}
    assert differing == {"xl/workbook.xml", "xl/worksheets/sheet1.xml"}  # charts, comments, styles are as they were
    sheet = "xl/worksheets/sheet1.xml"
    bare = [re.sub(rb"<v\s*/>|<v>[^<]*</v>| t=\"\w+\"", b"", text[sheet]) for text in (before, after)]
    assert bare[0] == bare[1]
    values = cached(out)
    shown = gradsheet.load(out).recalculate()
    assert {k.replace("'", ""): v for k, v in values.items()} == {
        k: v.value if isinstance(v, Error) else v for k, v in shown.items()
    }
    assert str(values["'my sheet'!E2"]).startswith("a<b & ")
    assert values["'my sheet'!E4"] == "#DIV/0!"
    assert values["'my sheet'!E3"] is False


def test_other_readers_see_the_solution(adorned: Path, tmp_path: Path) -> None:
    out = tmp_path / "solved.xlsx"
    found = gradsheet.solve(adorned, minimize="my sheet!E1", by_changing="'my sheet'!D1", out=out)
    book = openpyxl.load_workbook(out, data_only=True)
    page = book["my sheet"]
    assert page["D1"].value == found.cells["my sheet!D1"][1]
    assert page["E1"].value == found.after
    assert page["D1"].font.b
    assert page["D1"].comment is not None
    assert len(page._charts) == 1  # type: ignore[attr-defined]
    if reason := libreoffice.available():
        pytest.skip(reason)
    values = libreoffice.values(out).values
    assert values["my sheet!E1"] == pytest.approx(found.after, abs=1e-12)


def test_cells_that_are_not_there_yet_are_put_in_place(sheet: Write, tmp_path: Path) -> None:
    path, out = sheet(B2="=A1+C3+B9", D2=1), tmp_path / "out.xlsx"
    write_recalculated(path, out, {"s": {"A1": 1.0, "A2": 5.0, "C2": "x\x01_x0041_", "C3": 0.1, "B9": True, "B2": 1.1}})
    again = gradsheet.load(out).workbook.sheets["s"].cells
    assert {k: again[k] for k in ("A1", "A2", "C2", "C3", "B9", "D2")} == {
        "A1": 1.0, "A2": 5.0, "C2": "x\x01_x0041_", "C3": 0.1, "B9": True, "D2": 1.0,
    }  # fmt: skip
    page = openpyxl.load_workbook(out, data_only=True)["s"]
    assert [cell.coordinate for cell in page[2] if cell.value is not None] == ["A2", "B2", "C2", "D2"]


def test_array_formulas_and_tables_are_filled(titanic: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    found = gradsheet.solve(titanic, minimize="mm!N1", by_changing="mm!K3:L12", iterations=5, out=out)
    values = cached(out)
    assert values["mm!N1"] == found.after
    shown = gradsheet.load(out).recalculate()
    assert values == {k: v for k, v in shown.items() if not isinstance(v, Error)}


def test_the_original_is_not_overwritten(sheet: Write, tmp_path: Path) -> None:
    path = sheet(A1=1, B1="=A1^2")
    with pytest.raises(GradsheetError, match="is the workbook itself"):
        gradsheet.solve(path, minimize="s!B1", by_changing="A1", out=path)
    with pytest.raises(GradsheetError, match=r"let its name end in \.xlsx"):
        gradsheet.solve(path, minimize="s!B1", by_changing="A1", out=tmp_path / "copy.csv")
