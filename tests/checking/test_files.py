"""Submissions as files: moved tables, another program's save, bad files, classes, and feedback in its forms."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

import gradsheet
from gradsheet.checking.candidates import Candidates
from gradsheet.checking.feedback import Feedback
from gradsheet.checking.rules import forget
from gradsheet.cli import main
from gradsheet.errors import GradsheetError

DOWN = range(14, 14 + 58)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A solved exercise of momentum."""
    return gradsheet.exercise("momentum", tmp_path, learner="ada", level=2, key=True)[1]


def edited(path: Path, change: Callable[[Any], object], name: str = "handed-in.xlsx") -> Path:
    """The workbook, after a change by openpyxl."""
    book = openpyxl.load_workbook(path)
    change(book)
    out = path.with_name(name)
    book.save(out)
    return out


def checked(path: Path, **more: object) -> Feedback:
    """The feedback on one file."""
    (found,) = gradsheet.check(path, **more)  # type: ignore[arg-type]
    return found


def test_a_file_without_stored_values_is_computed(key: Path) -> None:
    found = checked(edited(key, lambda book: None))
    assert found.ok
    assert found.learner == "ada"


def test_stored_values_are_never_trusted(key: Path) -> None:
    """A file whose formulas are wrong and whose stored values are right, as a forger would make it."""
    forged = key.with_name("forged.xlsx")
    with zipfile.ZipFile(key) as old, zipfile.ZipFile(forged, "w") as new:
        for item in old.infolist():
            part = old.read(item)
            if item.filename == "xl/worksheets/sheet2.xml":
                part = re.sub(rb"<f>2\*\(G(\d+)-D(\d+)\)</f>", rb"<f>3*(G\1-D\2)</f>", part)
            new.writestr(item, part)
    found = checked(forged)
    assert {c.verdict for c in found.cells if c.column == "d_b"} == {"wrong"}
    assert "shows other numbers than its formulas give" in found.reason


def test_names_that_lead_to_a_sheet_of_another_name_are_read(key: Path) -> None:
    def change(book: Any) -> None:  # some programs rename the sheet and not what its names refer to
        book["momentum"].title = "my 'own' work"

    found = checked(edited(key, change))
    assert found.ok, found.cells[60].message
    assert "names of inputs led to a sheet that is gone" in found.reason


def test_a_renamed_sheet_and_lost_names_are_found(key: Path) -> None:
    def change(book: Any) -> None:
        book["momentum"].title = "my work"
        for name in list(book.defined_names):
            del book.defined_names[name]
        for row in DOWN:
            sheet = book["my work"]
            for cell in sheet[row]:
                if isinstance(cell.value, str):
                    cell.value = cell.value.replace("momentum_lr", "$C$7").replace("momentum_beta", "$C$8")
        for cell, name in (("Q14", "$J$7"), ("R14", "$J$8"), ("S14", "$C$9"), ("T14", "$C$9")):
            book["my work"][cell].value = f"={name}"

    found = checked(edited(key, change))
    assert {c.verdict for c in found.cells if c.column in ("d_b", "velocity_b", "new_a")} == {"correct"}
    assert "is called 'my work' now" in found.reason


def test_inserted_rows_and_columns_are_found_by_labels(key: Path) -> None:
    """Two columns and three rows, every reference rewritten, as a spreadsheet does."""
    found = checked(edited(key, lambda book: inserted(book, "momentum", 6, 10)))
    assert [c.message for c in found.cells if c.verdict != "correct"] == []
    assert "found by their labels" in found.reason


@pytest.mark.parametrize("column", [2, 3])
def test_columns_put_between_a_label_and_its_input(key: Path, column: int) -> None:
    def change(book: Any) -> None:
        inserted(book, "momentum", column, 2_000)
        for meaning in book.defined_names.values():
            meaning.value = meaning.value.replace("$C$", "$E$")

    found = checked(edited(key, change))
    assert found.ok, [c.message for c in found.cells if c.verdict != "correct"][:3]


def test_a_deleted_row_is_no_end(key: Path) -> None:
    def change(book: Any) -> None:
        sheet = book["momentum"]
        for cell in sheet[30]:
            if isinstance(cell.value, str) and cell.value.startswith("="):
                cell.value = "=#REF!"
        sheet["C30"] = None

    found = checked(edited(key, change))
    assert found.status == "graded"
    assert "given_cell_changed" in {one.mistake for one in found.cells}


def test_a_line_put_into_a_block_of_images_and_columns_among_the_pixels(tmp_path: Path) -> None:
    key = gradsheet.exercise("three_or_seven", tmp_path, level=3, key=True)[1]
    found = checked(edited(key, lambda book: inserted(book, "three_or_seven", 20, 24)))
    assert [c.message for c in found.cells if c.verdict != "correct"] == []
    assert "found by their labels" in found.reason


@pytest.mark.parametrize("name", ["adagrad_ann", "two_neuron_relu", "three_or_seven"])
def test_a_key_is_right_after_a_save_in_libreoffice(name: str, tmp_path: Path) -> None:
    key = gradsheet.exercise(name, tmp_path, level=3, key=True, self_check=True)[1]
    found = checked(_by_libreoffice(key, tmp_path))
    assert found.ok, [c.message for c in found.cells if c.verdict != "correct"][:3]


def _by_libreoffice(path: Path, folder: Path) -> Path:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    out = folder / "saved"
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [
        office,
        profile,
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(out),
        str(path),
    ]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    return out / path.name


def inserted(book: Any, name: str, at_column: int, at_row: int) -> None:
    """Two columns and three rows put in, every formula rewritten."""
    from openpyxl.utils import column_index_from_string, get_column_letter

    from gradsheet.formula.lexer import tokenize

    sheet = book[name]

    def moved(text: str) -> str:
        out = "="
        for token in tokenize(text[1:]):
            if token.kind == "cell" and not out.endswith("!"):
                letters, digits, column_fixed, row_fixed = token.cell
                column = column_index_from_string(letters)
                row = int(digits)
                out += ("$" if column_fixed else "") + get_column_letter(column + 2 * (column >= at_column))
                out += ("$" if row_fixed else "") + str(row + 3 * (row >= at_row))
            else:
                out += token.text
        return out

    for line in sheet.iter_rows():
        for cell in line:
            if isinstance(cell.value, str) and cell.value.startswith("="):
                cell.value = moved(cell.value)
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    sheet.insert_cols(at_column, 2)
    sheet.insert_rows(at_row, 3)
    for one in book.defined_names.values():
        one.value = one.value.replace("$J$", "$L$")


BAD = {
    "empty.xlsx": (b"", "it is empty"),
    "text.xlsx": (b"hello", "plain text"),
    "old.xlsx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "save it"),
}


def test_bad_files_are_one_line_each_and_do_not_stop_the_class(key: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, (data, _) in BAD.items():
        (folder / name).write_bytes(data)
    shutil.copy(key, folder / "ada.xlsx")
    openpyxl.Workbook().save(folder / "another.xlsx")
    found = {Path(one.file).name: one for one in gradsheet.check(folder)}
    for name, (_, said) in BAD.items():
        assert found[name].status == "ungradable"
        assert said in found[name].reason
    assert "no exercise of gradsheet's" in found["another.xlsx"].reason
    assert found["ada.xlsx"].ok
    many = gradsheet.check([folder, key.with_name("momentum-ada.xlsx"), folder / "nowhere.xlsx"], workers=2)
    assert len(many) == 7


def test_a_check_that_is_cut_off_leaves_nothing_half_made(key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(book: Any) -> None:
        for row in DOWN:
            velocity = book["momentum"][f"K{row}"]
            velocity.value = velocity.value.replace("(1-momentum_beta)*", "")

    wrong, made, calls = edited(key, change), Candidates.candidate, count()

    def cut_off(self: Candidates, *args: Any, **more: Any) -> Any:
        if next(calls) == 3:
            raise MemoryError
        return made(self, *args, **more)

    forget()
    with monkeypatch.context() as patch:
        patch.setattr(Candidates, "candidate", cut_off)
        assert "too much memory" in checked(wrong).reason
    assert {one.mistake for one in checked(wrong).cells if one.verdict == "wrong"} == {"heavy_ball"}


def test_whose_it_is(key: Path, tmp_path: Path) -> None:
    assert checked(key, learner="ADA").ok
    assert "it is ada's exercise, not grace's" in checked(key, learner="grace").reason
    roster = tmp_path / "class.csv"
    roster.write_text("id\ngrace\nada\n")
    assert checked(key, learners=roster).ok
    other = key.with_name("momentum-grace.xlsx")
    shutil.copy(key, other)
    assert "the file is called grace's" in checked(other, learners=roster).reason
    roster.write_text("id\ngrace\n")
    assert "not on the roster" in checked(key, learners=roster).reason


def test_a_changed_code_or_an_older_version_says_what_to_do(key: Path) -> None:
    def all_codes(change: Callable[[str], str]) -> Callable[[Any], object]:
        def do(book: Any) -> None:
            del book.defined_names["gradsheet_exercise"]
            for sheet in book:
                for line in sheet.iter_rows():
                    for cell in line:
                        if str(cell.value).startswith("gradsheet exercise"):
                            cell.value = change(cell.value)

        return do

    assert "was changed" in checked(edited(key, all_codes(lambda code: code.replace("ada", "eve")))).reason

    def older(code: str) -> str:
        body = code.rpartition(" | #")[0].replace("exercise 1", "exercise 0")
        return f"{body} | #{zlib.crc32(body.encode()):08X}"

    assert "version 0" in checked(edited(key, all_codes(older))).reason
    assert "no exercise" in checked(edited(key, all_codes(lambda code: "gone"))).reason


def test_the_command_line_and_its_exit_codes(key: Path, tmp_path: Path) -> None:
    run = CliRunner()
    right = run.invoke(main, ["check", str(key)])
    assert right.exit_code == 0
    assert "6 of 6" in right.output
    open_ = key.with_name("momentum-ada.xlsx")
    wrong = run.invoke(main, ["check", str(open_), "--format", "json"])
    assert wrong.exit_code == 1
    (told,) = json.loads(wrong.stdout)
    assert list(told) == ["file", "status", "reason", "exercise", "learner", "score", "max_score", "cells"]
    assert list(told["cells"][0]) == [
        "sheet", "cell", "column", "verdict", "mistake", "because", "formula", "expected", "actual", "message",
    ]  # fmt: skip
    (tmp_path / "none.xlsx").write_bytes(b"")
    nothing = run.invoke(main, ["check", str(tmp_path / "none.xlsx")])
    assert nothing.exit_code == 2
    both = run.invoke(main, ["check", str(tmp_path / "none.xlsx"), str(key), "--format", "csv"])
    assert both.exit_code == 1
    assert both.output.startswith("file,learner,exercise,status,score")


def test_marks(key: Path, tmp_path: Path) -> None:
    def change(book: Any) -> None:
        for row in DOWN:
            book["momentum"][f"M{row}"] = f"=E{row}-K{row}*0.0001"
            book["momentum"][f"I{row}"] = f"=2*(D{row}-G{row})"

    wrong = edited(key, change)
    assert (checked(wrong).score, checked(wrong).max_score) == (4.5, 6)  # a literal earns half, a sign nothing
    marks = tmp_path / "marks.toml"
    marks.write_text("[weights]\nd_b = 3\nnew_b = 2\n[credit]\nfragile = 1\n")
    assert (checked(wrong, marks=marks).score, checked(wrong, marks=marks).max_score) == (6, 9)
    for text in ("nonsense", "[weights]\nd_b = -1", "[prices]\nx = 1", "[credit]\nperfect = 1", "weights = 3"):
        marks.write_text(text)
        with pytest.raises(GradsheetError, match="marks"):
            checked(wrong, marks=marks)


def test_a_file_that_holds_someones_answers_is_not_written_over(key: Path, tmp_path: Path) -> None:
    (handed_out,) = gradsheet.exercise("momentum", tmp_path, learner="ada", level=2)
    before = handed_out.read_bytes()
    gradsheet.exercise("momentum", tmp_path, learner="ada", level=2)  # the same again is the same
    handed_out.write_bytes(key.read_bytes())
    with pytest.raises(GradsheetError, match="perhaps someone's answers"):
        gradsheet.exercise("momentum", tmp_path, learner="ada", level=2)
    assert handed_out.read_bytes() == key.read_bytes()
    gradsheet.exercise("momentum", tmp_path, learner="ada", level=2, replace=True)
    assert handed_out.read_bytes() == before


def test_who_is_absent_and_a_column_that_is_not_there_are_said(key: Path, tmp_path: Path) -> None:
    roster, marks = tmp_path / "class.csv", tmp_path / "marks.toml"
    roster.write_text("name,email\nada,a@x.org\nZoë,z@x.org\n", encoding="utf-8")
    marks.write_text("[weights]\nvelocityb = 2\n", encoding="utf-8")
    ran = CliRunner().invoke(main, ["check", str(key), "--learners", str(roster), "--marks", str(marks)])
    assert ran.exit_code == 0
    assert "Nothing to grade from 1 on the roster: Zoë." in ran.output
    assert "no column 'velocityb' is open" in ran.output


@pytest.mark.parametrize("saved", [False, True])
def test_the_colours_of_an_annotated_copy_are_not_hidden_by_those_of_the_sheet(tmp_path: Path, saved: bool) -> None:
    key = gradsheet.exercise("momentum", tmp_path, learner="ada", level=2, key=True, self_check=True)[1]
    if saved:
        key = _by_libreoffice(key, tmp_path)
    before = openpyxl.load_workbook(key)["momentum"].conditional_formatting
    assert any("I14" in one for one in before)
    CliRunner().invoke(main, ["check", str(key), "--annotate-to", str(tmp_path / "back")])
    (copy,) = (tmp_path / "back").glob("*.feedback.xlsx")
    assert not any("I14" in one for one in openpyxl.load_workbook(copy)["momentum"].conditional_formatting)


def test_the_annotated_copy_and_the_page(key: Path) -> None:
    def change(book: Any) -> None:
        book["momentum"]["I20"] = "=2*(D20-G20)"
        book["momentum"]["I21"] = "@SUM(<b>)"

    wrong = edited(key, change)
    before = wrong.read_bytes()
    page = wrong.with_name("page.html")
    done = CliRunner().invoke(main, ["check", str(wrong), "--annotate", "--html", str(page)])
    assert done.exit_code == 1
    assert wrong.read_bytes() == before
    copy = openpyxl.load_workbook(wrong.with_name("handed-in.feedback.xlsx"))
    assert copy.sheetnames[0] == "feedback"
    sheet = copy["momentum"]
    assert sheet["I20"].fill.start_color.rgb[2:] == "FFC4BC"
    assert "y − pred" in sheet["I20"].comment.text
    assert sheet["I14"].fill.start_color.rgb[2:] == "C9EBD3"
    values = openpyxl.load_workbook(wrong.with_name("handed-in.feedback.xlsx"), data_only=True)["momentum"]
    assert values["G14"].value == 1 + 1 * 14  # b + a·x of the first row, computed and stored
    text = page.read_text(encoding="utf-8")
    assert "<b>)" not in text
    assert "http" not in text
    assert "@SUM(&lt;b&gt;)" in text or "could not be read" in text
    said = text[text.index("what is said") :]
    assert said.index("y − pred") < said.index("Your formula is fine")  # what is to be mended comes first
    summary = [str(row[1].value) for row in copy["feedback"].iter_rows(min_row=5) if row[1].value]
    assert summary[:2] == ["wrong", "cannot be read"]
