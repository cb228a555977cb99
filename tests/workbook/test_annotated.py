"""Marks on a copy: what is new is there, everything else of the file is as it was."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from gradsheet.workbook.annotated import Front, Text, write_annotated
from gradsheet.workbook.looks import Look

FRONT = Front("said", (10, 20), [(30, [Text("=1+1", Look(bold=True))]), (0, [Text("here", Look(), "work!B2")])])


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Two sheets: a chart, a condition, protection, a note, names of both kinds; nothing of that on the other."""
    path = tmp_path / "book.xlsx"
    made = xlsxwriter.Workbook(str(path))
    sheet, bare = made.add_worksheet("work"), made.add_worksheet("bare")
    sheet.write_number("A1", 3)
    sheet.write_formula("B2", "=A1*2", made.add_format({"num_format": "0.00", "border": 1, "locked": False}), 6)
    sheet.write_formula("B3", "=A1*3", None, 9)
    sheet.write_comment("B3", "mine")
    sheet.conditional_format("A1:A9", {"type": "cell", "criteria": ">", "value": 1, "format": made.add_format()})
    chart = made.add_chart({"type": "line"})
    chart.add_series({"values": "=work!$B$2:$B$3"})
    sheet.insert_chart("D2", chart)
    sheet.protect()
    sheet.print_area("A1:C9")
    bare.set_column("C:C", 20, made.add_format({"italic": True}))
    bare.activate()
    made.define_name("double", "=work!$B$2")
    made.define_name("bare!local", "=bare!$A$1")
    made.close()
    return path


def annotated(book: Path) -> Path:
    return write_annotated(
        book,
        book.with_name("copy.xlsx"),
        fills={"work": {"B2": "FFC4BC", "B3": "C9EBD3"}, "bare": {"C7": "FFC4BC", "A1": "C9EBD3"}},
        notes={"work": {"B2": "look", "B3": "here <too>"}, "bare": {"C7": "new"}},
        values={"work": {"B2": 7.0}},
        front=FRONT,
    )


def test_the_marks_are_there(book: Path) -> None:
    copy = openpyxl.load_workbook(annotated(book))
    assert copy.sheetnames == ["said", "work", "bare"]
    assert copy.active is copy["said"]
    work, bare, said = copy["work"], copy["bare"], copy["said"]
    cell = work["B2"]
    assert (cell.fill.start_color.rgb, cell.number_format, cell.border.top.style) == ("FFFFC4BC", "0.00", "thin")
    assert not cell.protection.locked
    assert cell.comment.text == "look"
    assert work["B3"].comment.text == "here <too>\n\nmine"
    assert (bare["C7"].comment.text, bare["C7"].font.italic, bare["A1"].font.italic) == ("new", True, False)
    assert (said["A1"].value, said["A1"].data_type, said["A2"].hyperlink.location) == ("=1+1", "s", "work!B2")
    values = openpyxl.load_workbook(book.with_name("copy.xlsx"), data_only=True)["work"]
    assert (values["B2"].value, values["B3"].value) == (7, 9)


def test_all_else_is_as_it_was(book: Path) -> None:
    before = book.read_bytes()
    copy = annotated(book)
    assert book.read_bytes() == before
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(copy) as new:
        changed = {name for name in old.namelist() if old.read(name) != new.read(name)}
        assert not any("chart" in name or "theme" in name or "drawings/drawing" in name for name in changed)
        assert {name for name in old.namelist() if "chart" in name} <= set(new.namelist())
    found = openpyxl.load_workbook(copy)
    assert found["work"].protection.sheet
    assert [str(one.sqref) for one in found["work"].conditional_formatting] == ["A1:A9"]
    assert found.defined_names["double"].attr_text == "work!$B$2"
    assert found["bare"].defined_names["local"].attr_text == "bare!$A$1"
    assert found["work"].print_area == "'work'!$A$1:$C$9"
    assert not found["bare"].sheet_view.tabSelected


def test_a_copy_of_a_copy_and_of_what_openpyxl_saved(book: Path) -> None:
    copy = annotated(book)
    again = openpyxl.load_workbook(annotated(copy))
    assert again.sheetnames == ["said 2", "said", "work", "bare"]
    assert again["work"]["B2"].comment.text == "look\n\nlook"
    saved = book.with_name("saved.xlsx")
    openpyxl.load_workbook(book).save(saved)
    found = openpyxl.load_workbook(annotated(saved))
    assert found["work"]["B3"].comment.text == "here <too>\n\nmine"
    assert found["bare"]["C7"].comment.text == "new"
