"""Reading and stripping. Expected values: what XlsxWriter was told to write; openpyxl's own reading."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from gradsheet.errors import GradsheetError
from gradsheet.proof.book import read_book
from gradsheet.proof.references import closure, functions, precedents, with_addresses
from gradsheet.proof.stripped import strip, strip_sheet
from gradsheet.proof.volatile import volatile

Make = Callable[..., Path]
Course = Callable[[str], Path]
WORKBOOKS = [
    "fastai/graddesc-course22p2.xlsx",
    "fastai/graddesc-dl1.xlsx",
    "fastai/entropy_example.xlsx",
    "fastai/mom_bias.xlsx",
    "aibyhand/Softmax.xlsx",
]


def test_formulas_constants_and_caches(make: Make) -> None:
    path = make(
        {
            "a b": {
                "A1": 0.1,
                "A2": ("=A1*3", 0.30000000000000004),
                "A3": ('="x"', "x"),
                "A4": ("=1/0", "#DIV/0!"),
                "A5": ("=A1>0", True),
                "A6": "text",
                "B1:B2": ("{=A1:A2*2}", 0.2),
            }
        },
        {"lr": "='a b'!$A$1", "'a b'!beta": "='a b'!$A$2"},
    )
    book = read_book(path)
    assert book.sheets == ["a b"]
    assert book.formulas["a b!A2"] == "=A1*3"
    assert book.constants == {"a b!A1": 0.1, "a b!A6": "text"}
    assert [book.cached[f"a b!A{row}"] for row in (2, 3, 4, 5)] == [0.30000000000000004, "x", "#DIV/0!", True]
    assert (book.arrays, book.members) == ({"a b!B1": "B1:B2"}, {"a b!B2": "a b!B1"})
    assert book.names == {("", "LR"): "'a b'!$A$1", ("a b", "BETA"): "'a b'!$A$2"}


@pytest.mark.parametrize("name", WORKBOOKS)
def test_formulas_and_caches_are_those_that_openpyxl_reads(course: Course, name: str) -> None:
    book = read_book(course(name))
    for data_only in (False, True):
        for sheet in openpyxl.load_workbook(course(name), data_only=data_only):
            for row in sheet.iter_rows():
                for cell in row:
                    key, value = f"{sheet.title}!{cell.coordinate}", cell.value
                    if isinstance(value, ArrayFormula):
                        value = value.text
                    if data_only:
                        assert book.cached.get(key, book.constants.get(key)) == value
                    elif cell.data_type == "f" and value not in (None, "="):
                        assert book.formulas[key] == value


@pytest.mark.parametrize(
    ("content", "says"), [(b"", "is empty"), (b"not a zip", "is plain text"), (b"PK\x03\x04broken", "is cut short")]
)
def test_what_is_no_workbook_is_one_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "x.xlsx").write_bytes(content)
    with pytest.raises(GradsheetError, match=rf"x\.xlsx: it {says}"):
        read_book(tmp_path / "x.xlsx")
    with pytest.raises(GradsheetError, match="no such file"):
        read_book(tmp_path / "y.xlsx")


def test_a_zip_that_is_no_workbook_is_one_sentence(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(GradsheetError, match="no workbook"):
        read_book(tmp_path / "x.xlsx")


def test_precedents_through_names_ranges_and_other_sheets(make: Make) -> None:
    sheets = {
        "s": {
            "A1": "=SUM(B1:B2)*lr+'t u'!C3&\"D4 lr\"",
            "A2": "=SUM(C:C)+LOG10(A1)",
            "C2": 7,
            "A3": "=gone+TRUE",
        },
        "t u": {"A1": "=lr"},
    }
    book = read_book(make(sheets, {"s!lr": "=s!$D$1", "lr": "='t u'!$E$1:$E$2"}))
    assert precedents(book, "s!A1") == ["s!B1", "s!B2", "s!D1", "t u!C3"]
    assert precedents(book, "s!A2") == ["s!C1", "s!C2", "s!C3", "s!A1"]
    assert precedents(book, "s!A3") == []
    assert precedents(book, "t u!A1") == ["t u!E1", "t u!E2"]
    assert with_addresses(book, "s!A1") == "=SUM(B1:B2)*s!$D$1+'t u'!C3&\"D4 lr\""
    assert functions(book.formulas["s!A2"]) == ["SUM", "LOG10"]
    assert closure(book, ["s!A2"]) == {"s!A2", "s!A1"}


def test_names_that_are_formulas_get_parentheses(make: Make) -> None:
    book = read_book(make({"s": {"A1": "=2*both"}}, {"both": "=s!$B$1+s!$B$2"}))
    assert with_addresses(book, "s!A1") == "=2*(s!$B$1+s!$B$2)"


def test_volatile_cells_of_the_course_workbook(course: Course) -> None:
    # The sheet data draws 29 rows with RANDBETWEEN, y from x: FACTS.md, 1. No other sheet reads it.
    found = volatile(read_book(course("fastai/graddesc-course22p2.xlsx")))
    assert len(found) == 58
    assert {cell.rpartition("!")[0] for cell in found} == {"data"}


@pytest.mark.parametrize("name", [*WORKBOOKS, "fastai/collab_filter.xlsx", "fastai/layers_example.xlsx"])
def test_stripping_takes_every_cached_value_and_nothing_else(course: Course, tmp_path: Path, name: str) -> None:
    copy = tmp_path / "copy.xlsx"
    before, count = read_book(course(name)), strip(course(name), copy)
    after = read_book(copy)
    assert (count, after.cached) == (len(before.cached), {})
    assert (after.formulas, after.constants) == (before.formulas, before.constants)
    assert (after.members, after.names) == (before.members, before.names)
    with zipfile.ZipFile(course(name)) as old, zipfile.ZipFile(copy) as new:
        assert old.namelist() == new.namelist()
        changed = [part for part in old.namelist() if old.read(part) != new.read(part)]
    assert all(part.startswith("xl/worksheets/") for part in changed)


@pytest.mark.parametrize(
    ("cell", "stripped"),
    [
        ('<c r="A1" t="str"><f>B1</f><v>x</v></c>', '<c r="A1" t="n"><f>B1</f></c>'),
        ('<c r="A1"><f t="shared" si="0"/><v>1</v></c>', '<c r="A1" t="n"><f t="shared" si="0"/></c>'),
        ('<c r="A1" s="2" t="b"><f>B1</f><v/></c>', '<c r="A1" s="2" t="n"><f>B1</f></c>'),
        ('<c r="A1"/><c r="A2"><v>5</v></c>', '<c r="A1"/><c r="A2"><v>5</v></c>'),
        ('<c r="A1" t="s"><v>5</v></c>', '<c r="A1" t="s"><v>5</v></c>'),
        (
            '<c r="A1"><f t="array" ref="A1:B1">C1:D1</f><v>1</v></c><c r="B1"><v>2</v></c>',
            '<c r="A1" t="n"><f t="array" ref="A1:B1">C1:D1</f></c><c r="B1" t="n"></c>',
        ),
    ],
)
def test_stripping_one_cell(cell: str, stripped: str) -> None:
    assert strip_sheet(cell)[0] == stripped
