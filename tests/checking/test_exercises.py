"""Exercises as files: what is open, what is locked, whose they are; read back by openpyxl."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

import gradsheet
from gradsheet.checking.making import roster
from gradsheet.checking.own import numbers
from gradsheet.checking.spec import make, read_code
from gradsheet.errors import GradsheetError
from gradsheet.experiments import catalogue


def test_open_cells_are_blank_unlocked_and_the_only_ones(tmp_path: Path) -> None:
    (path,) = gradsheet.exercise("momentum", tmp_path, level=2, self_check=True)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[0] == "instructions"
    sheet = book["momentum"]
    assert sheet.protection.sheet
    assert not sheet.protection.password
    unlocked = {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked}
    # 29 examples in each of two passes, six columns: I to N from row 14, where the course's sheet has H to M
    assert unlocked == {f"{column}{row}" for column in "IJKLMN" for row in range(14, 14 + 2 * 29)}
    assert all(sheet[cell].value is None for cell in unlocked)
    assert sheet["G14"].value == "=E14+F14*C14"
    for other in (one for one in book if one is not sheet):
        assert other.protection.sheet, other.title
        assert all(c.protection.locked for row in other.iter_rows() for c in row), other.title


def test_hints_name_what_goes_in_and_not_how(tmp_path: Path) -> None:
    (path,) = gradsheet.exercise("momentum", tmp_path, level=2)
    sheet = openpyxl.load_workbook(path)["momentum"]
    hint = sheet["K13"].comment.text
    assert "beta" in hint
    assert "one row up" in hint
    assert "1 − beta" not in hint
    assert all("(1-beta)" not in str(c.value) for row in sheet["A1:P12"] for c in row)


def test_the_key_stands_beside_and_differs_in_the_open_cells_only(tmp_path: Path) -> None:
    path, key = gradsheet.exercise("rmsprop", tmp_path, level=1, key=True)
    assert key.name == "rmsprop.key.xlsx"
    open_, solved = (openpyxl.load_workbook(p)["rmsprop"] for p in (path, key))
    differ = {c.coordinate[:1] for row in solved.iter_rows() for c in row if open_[c.coordinate].value != c.value}
    assert differ == {"K"}


def test_the_same_exercise_is_the_same_file(tmp_path: Path) -> None:
    (one,) = gradsheet.exercise("adam", tmp_path / "1", learner="ada", own_data=True)
    (other,) = gradsheet.exercise("adam", tmp_path / "2", learner="ada", own_data=True)
    assert one.read_bytes() == other.read_bytes()


def test_data_of_their_own_differ_and_train() -> None:
    found = [numbers(make("basic", learner=who, own_data=True)) for who in ("ada", "grace")]
    assert found[0] != found[1]
    for name in catalogue():
        inputs, points = numbers(make(name, learner="ada", own_data=True))
        assert all(number == round(number, 6) for point in points for number in point), name
        assert all(value == float(f"{value:.3g}") for value in inputs.values()), name


def test_a_roster_gives_each_a_file_with_a_safe_name(tmp_path: Path) -> None:
    (tmp_path / "class.csv").write_text("id;name\n../ada;Ada\nZoë*;Zoe\n=1+1;Eve\n", encoding="utf-8")
    paths = gradsheet.exercise("basic", tmp_path / "out", learners=tmp_path / "class.csv")
    assert [p.name for p in paths] == ["basic-ada.xlsx", "basic-Zoe.xlsx", "basic-1_1.xlsx"]
    sheet = openpyxl.load_workbook(paths[2])["instructions"]
    who = next(c for row in sheet.iter_rows() for c in row if c.value == "=1+1")
    assert who.data_type != "f"  # a name is text, whatever it begins with


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "is empty"), ("a,b\n1,2\n", "no column learner"), ("id\n", "no learners"), ("id\nx\nx\n", "twice")],
)
def test_rosters_that_are_none(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "class.csv").write_text(text)
    with pytest.raises(GradsheetError, match=said):
        roster(tmp_path / "class.csv")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"blank": "nonsense"}, "no column 'nonsense'"),
        ({"epochs": 0}, "1 to 50"),
        ({"blank": "level 7"}, "no level 7"),
    ],
)
def test_exercises_that_make_no_sense(more: dict[str, object], said: str) -> None:
    with pytest.raises(GradsheetError, match=said):
        make("basic", **more)  # type: ignore[arg-type]


def test_a_code_tells_everything_and_cannot_be_edited() -> None:
    exercise = make("eve", "epochs.damp,new_a", 3, "Ada L", True)
    assert read_code(exercise.code) == exercise
    for wrong in (exercise.code.replace("Ada", "Eve"), exercise.code[:-1] + "0", exercise.code.replace("3 ep", "4 ep")):
        with pytest.raises(GradsheetError, match="changed"):
            read_code(wrong)


@pytest.mark.parametrize("name", ["basic", "three_or_seven"])
def test_exercise_and_check_import_neither_torch_nor_pandas(name: str, tmp_path: Path) -> None:
    code = (
        "import sys, gradsheet\n"
        f"_, key = gradsheet.exercise({name!r}, {str(tmp_path)!r}, key=True)\n"
        "from gradsheet.cli import main\n"
        "try: main(['check', str(key)])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print([m for m in ('torch', 'pandas', 'matplotlib', 'scipy', 'sklearn') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stderr


def test_self_check_turns_green_where_the_number_is_right_and_red_where_not(tmp_path: Path) -> None:
    """By our own engine and without the checker: 1 colours green, 0 red, nothing leaves a cell open."""
    from gradsheet.formula.book import Book
    from gradsheet.formula.cells import Formula
    from gradsheet.workbook.read import read

    open_, key = gradsheet.exercise("rmsprop", tmp_path, level=2, key=True, self_check=True)
    rules = openpyxl.load_workbook(key)["rmsprop"].conditional_formatting
    assert {str(rule.sqref).partition(":")[0] for rule in rules} == {"I14", "J14", "K14", "L14", "M14", "N14"}
    asked = rules[next(r for r in rules if str(r.sqref).startswith("K14"))][0].formula[0]
    column = asked.partition("$")[2].partition("14")[0]  # of "AND(ISNUMBER($AV14),$AV14=1)", say

    def shown(change: object) -> list[object]:
        book = read(open_ if change is None else key)
        cells = book.sheets["rmsprop"].cells
        if change is not None:
            cells["K14"] = change  # type: ignore[assignment]
        values = Book(book).recalculate()
        return [values[f"rmsprop!{column}{row}"] for row in (14, 20, 60)]

    right = read(key).sheets["rmsprop"].cells["K14"]
    assert shown(right) == [1.0, 1.0, 1.0]
    assert shown(Formula("=1.5")) == [0.0, 0.0, 0.0]
    assert shown(Formula("=1/0"))[0] == 0.0
    assert shown(None) == ["", "", ""]
