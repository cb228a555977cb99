"""gradsheet's own workbooks under parity: as written, changed by someone, and broken by someone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
import torch
import xlsxwriter

from gradsheet import GradsheetError, export
from gradsheet.experiments import catalogue
from gradsheet.proof.book import read_book
from gradsheet.proof.compare import compare, rounded
from gradsheet.proof.own import own_sheets
from gradsheet.proof.report import parity


@pytest.mark.parametrize("name", list(catalogue()))
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"carry": "updated"},
        {"gradient": "numeric"},
        {"lr": 1e3},
        {"data": [(1, 2), (3, 4), (5, 1), (2, 2), (4, 3)]},
    ],
)
def test_engine_equals_its_own_formulas(name: str, settings: dict[str, Any], tmp_path: Path) -> None:
    """The formulas are computed by gradsheet.formula, which knows nothing of experiments."""
    from gradsheet import run
    from gradsheet.workbook.export import layout_of
    from gradsheet.workbook.values import Values

    if catalogue()[name].model.wide and settings.keys() & {"gradient", "data", "carry"}:
        pytest.skip("reads whole images: test_three_or_seven.py has settings of its own")
    if not catalogue()[name].trains and not set(settings) <= {"data"}:
        settings = dict.fromkeys(catalogue()[name].inputs, 1e3)  # what it has to set
    if "lr" in settings and "lr" not in catalogue()[name].inputs:
        settings = {next(iter(catalogue()[name].inputs)): 1e3}
    trace = run(name, 4, **settings, dtype=torch.float64)
    checked = Values(layout_of(trace), trace).prove()
    assert checked.differ == 0
    assert checked.cells > 0


def test_parity_of_what_was_written(tmp_path: Path) -> None:
    path = export(["basic", "adagrad_ann"], tmp_path / "two.xlsx", epochs=3)
    report = parity(path, oracles=[])
    assert (report.kind, report.ok) == ("gradsheet", True)
    assert report.oracles["cached"].cells == sum(
        not key.startswith(("start!", "proof!")) for key in read_book(path).formulas
    )


def test_autograd_has_no_formulas_so_a_workbook_has_the_written_derivatives(tmp_path: Path) -> None:
    """Of the two valleys autograd's last bits are others."""
    path = export("local_minima_noise", tmp_path / "autograd.xlsx", epochs=2, gradient="autograd")
    report = parity(path, oracles=[])
    assert report.ok
    assert report.oracles["cached"].exact > 300


def test_changed_inputs_are_read_from_the_file(tmp_path: Path) -> None:
    """Someone sets lr to 2e-4 without recalculating: the stored values are then not what the engine says."""
    path = export("basic", tmp_path / "b.xlsx", epochs=1)
    book = openpyxl.load_workbook(path)
    book["basic"]["C7"] = 2e-4
    book.save(tmp_path / "changed.xlsx")
    (sheet,) = own_sheets(read_book(tmp_path / "changed.xlsx"))
    assert sheet.trace.inputs["lr"].item() == 2e-4


def test_a_changed_formula_is_named(tmp_path: Path) -> None:
    path = export("basic", tmp_path / "b.xlsx", epochs=1)
    book = openpyxl.load_workbook(path)
    book["basic"]["G20"] = "=E20-F20*C20"
    book.save(tmp_path / "changed.xlsx")
    (sheet,) = own_sheets(read_book(tmp_path / "changed.xlsx"))
    assert sheet.left == ["basic!G20"]


def test_a_wrong_value_is_found(tmp_path: Path) -> None:
    """One stored value is moved by its last bit."""
    import zipfile

    path = export("basic", tmp_path / "b.xlsx", epochs=0)
    moved = tmp_path / "moved.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(moved, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet3.xml":
                assert b"<v>2.5741401222765083</v>" in data
                data = data.replace(b"<v>2.5741401222765083</v>", b"<v>2.5741401222765087</v>", 1)
            target.writestr(name, data)
    report = parity(moved, oracles=[])
    assert not report.ok
    assert report.oracles["cached"].max_ulp == 1


def test_a_workbook_of_nobody_is_said_to_be_one(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "other.xlsx")) as book:
        book.add_worksheet().write_formula("A1", "=1+1", None, 2)
    report = parity(tmp_path / "other.xlsx", oracles=[])
    assert report.kind == "other"
    assert "PyTorch has no part" in report.notes[0]


def test_our_own_workbook_without_stored_values_is_not_called_equal(tmp_path: Path) -> None:
    """openpyxl keeps the formulas and drops the values: with no other engine asked, nothing is compared."""
    openpyxl.load_workbook(export("basic", tmp_path / "b.xlsx", epochs=0)).save(tmp_path / "bare.xlsx")
    with pytest.raises(GradsheetError, match="no formula has a stored value"):
        parity(tmp_path / "bare.xlsx", oracles=[])
    assert parity(tmp_path / "bare.xlsx", oracles=["program"]).oracles["program"].exact > 400


def test_what_cannot_be_compared(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    (tmp_path / "text.xlsx").write_text("hello")
    for name, says in (("empty", "holds a formula"), ("text", "text"), ("none", "no such file")):
        with pytest.raises(GradsheetError, match=says):
            parity(tmp_path / f"{name}.xlsx", oracles=[])
    with pytest.raises(GradsheetError, match="no oracle 'excel'"):
        parity(tmp_path / "empty.xlsx", oracles=["excel"])


def test_without_stored_values_there_is_nothing_to_compare_and_that_is_said(tmp_path: Path) -> None:
    """openpyxl writes formulas without values."""
    book = openpyxl.Workbook()
    book.active["A1"] = "=1+1"  # type: ignore[index]
    book.save(tmp_path / "other.xlsx")
    with pytest.raises(GradsheetError, match="no formula has a stored value"):
        parity(tmp_path / "other.xlsx", oracles=["program"])


@pytest.mark.parametrize(
    ("cell", "content", "says"),
    [
        ("data!B8", None, "data!B8 is empty"),
        ("data!C8", "two", "data!C8 holds 'two'"),
        ("momentum!C7", "fast", "momentum!C7 holds 'fast'"),
        ("momentum!C7", True, "momentum!C7 holds True"),
    ],
)
def test_what_a_learner_typed_by_mistake_is_named(cell: str, content: object, says: str, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(export("momentum", tmp_path / "m.xlsx", epochs=1))
    sheet, _, address = cell.partition("!")
    book[sheet][address].value = content
    book.save(tmp_path / "edited.xlsx")
    with pytest.raises(GradsheetError, match=says):
        parity(tmp_path / "edited.xlsx", oracles=[])


def test_a_sheet_of_data_without_examples_is_named(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(export("basic", tmp_path / "b.xlsx", epochs=0))
    book["data"].delete_rows(6, 29)
    book.save(tmp_path / "bare.xlsx")
    with pytest.raises(GradsheetError, match="sheet data holds no examples"):
        parity(tmp_path / "bare.xlsx", oracles=[])


def test_an_input_may_be_blank_or_a_formula(tmp_path: Path) -> None:
    """A blank cell is 0 in a formula; the value of a formula is the stored one."""
    book = openpyxl.load_workbook(export("momentum", tmp_path / "m.xlsx", epochs=1))
    book["momentum"]["C8"] = None
    book.save(tmp_path / "blank.xlsx")
    (sheet,) = own_sheets(read_book(tmp_path / "blank.xlsx"))
    assert sheet.trace.inputs["beta"].item() == 0.0


def test_renamed_sheets_are_said_to_be_renamed(tmp_path: Path) -> None:
    import zipfile

    with (
        zipfile.ZipFile(export("momentum", tmp_path / "m.xlsx", epochs=0)) as source,
        zipfile.ZipFile(tmp_path / "renamed.xlsx", "w") as target,
    ):
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/workbook.xml":
                data = data.replace(b'name="momentum"', b'name="mine"').replace(b"momentum!", b"mine!")
            target.writestr(name, data)
    report = parity(tmp_path / "renamed.xlsx", oracles=[])
    assert report.kind == "other"
    assert any("renamed" in note for note in report.notes)


def test_fifteen_digits_are_told_from_a_difference() -> None:
    """LibreOffice saves 0.333333333333333; half of it would be another number."""
    rounded_file = {"s!A1": 0.333333333333333, "s!A2": 0.5}
    found = rounded(compare(rounded_file, {"s!A1": 1 / 3, "s!A2": 0.5}, name="cached"))
    assert [m.reason for m in found.mismatches] == ["stored with 15 digits"]
    assert rounded(compare({"s!A1": 0.34}, {"s!A1": 1 / 3})).mismatches[0].reason is None
