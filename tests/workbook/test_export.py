"""The exported workbook, read back by openpyxl: live formulas, whole numbers, names, notes, the same bytes."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gradsheet import GradsheetError, export, run
from gradsheet.experiments import topics
from gradsheet.proof.book import Book, read_book

COURSE = {entry.name: entry for entry in topics()["graddesc"]}


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(out=tmp_path_factory.mktemp("export") / "all.xlsx", epochs=2)


@pytest.fixture(scope="module")
def book(workbook: Path) -> Book:
    return read_book(workbook)


def test_every_formula_has_a_value(book: Book) -> None:
    assert len(book.formulas) > 10_000
    assert all(book.cached.get(cell) not in (None, "") for cell in book.formulas)


def test_values_are_whole_doubles(book: Book) -> None:
    """16 digits, XlsxWriter's own, would change a quarter of random doubles."""
    data = [(0.1 + 0.2, 1 / 3), (2 / 3, 1e-17)]
    path = Path(book.path).parent / "digits.xlsx"
    found = read_book(export("basic", path, epochs=0, data=data))
    assert found.constants["data!B6"] == 0.1 + 0.2
    assert found.constants["data!C6"] == 1 / 3
    assert found.constants["data!C7"] == 1e-17


def test_cached_values_are_the_engines(book: Book) -> None:
    """Root sums of epochs 0 and 1 as golden/graddesc.json has them."""
    losses = run("rmsprop", 2).epochs["root_sum"][0].tolist()
    assert losses[:2] == [346.6988167128859, 238.4974673416832]
    assert set(losses) <= {v for k, v in book.cached.items() if k.startswith("rmsprop!")}


def test_names_are_unique_and_refer_to_inputs(workbook: Path) -> None:
    names = openpyxl.load_workbook(workbook).defined_names
    for entry in COURSE.values():
        for name in entry.inputs:
            assert names[f"{entry.name}_{name}"].attr_text.startswith(f"{entry.name}!$")


def test_sheets_have_what_learners_expect(workbook: Path) -> None:
    """CLASSROOM's list: frozen header, notes on headers, validation on inputs, charts, print set-up."""
    opened: Any = openpyxl.load_workbook(workbook)
    assert opened.sheetnames == ["start", "data", *COURSE, "proof"]
    for name in COURSE:
        sheet = opened[name]
        header = next(c for c in sheet["A"] if c.value == "epoch").row
        assert sheet.freeze_panes == f"E{header + 1}"
        for cell in sheet[header]:
            assert cell.value is None or cell.comment is not None, (name, cell.coordinate)
        assert len(sheet.data_validations.dataValidation) == len(COURSE[name].inputs)
        assert len(sheet._charts) >= 4
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.print_title_rows
    assert len(opened["start"]._charts) == 1


def test_charts_refer_to_cells(workbook: Path) -> None:
    with zipfile.ZipFile(workbook) as archive:
        charts = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/charts/chart")]
    assert len(charts) > 4 * len(COURSE)
    assert all("<c:val><c:numRef><c:f>" in chart or "<c:yVal><c:numRef><c:f>" in chart for chart in charts)


def test_the_proof_counts_every_cell_and_finds_no_difference(book: Book) -> None:
    rows = {book.constants[f"proof!B{r}"]: r for r in range(5, 5 + len(COURSE))}
    for name in COURSE:
        cells = sum(key.startswith(f"{name}!") for key in book.formulas)
        assert book.constants[f"proof!C{rows[name]}"] == cells
        assert book.constants[f"proof!D{rows[name]}"] == 0


def test_own_data_and_settings_are_told_as_such(tmp_path: Path) -> None:
    """What holds of y = 2·x + 30 and of the defaults is not said of anything else."""
    path = export("basic", tmp_path / "mine.xlsx", epochs=1, data=[(1, 2), (2, 3)])
    said = " ".join(str(v) for v in read_book(path).constants.values())
    assert "29" not in said
    assert "2·x + 30" not in said
    assert "2 of your own" in said
    assert "(told of the default settings)" in said


def test_the_shipped_workbook_speaks_of_its_own_settings(committed: Path) -> None:
    said = " ".join(str(v) for v in read_book(committed).constants.values())
    assert "y = 2·x + 30" in said
    assert "(told of the default settings)" not in said


def test_same_inputs_same_bytes(tmp_path: Path) -> None:
    one, other = (export("adam_ann", tmp_path / n, epochs=1).read_bytes() for n in ("one.xlsx", "other.xlsx"))
    assert one == other


def test_every_topic_has_a_committed_workbook_and_no_other_is_there(committed: Path) -> None:
    assert sorted(path.stem for path in committed.parent.glob("*.xlsx")) == sorted(topics())


@pytest.mark.parametrize("topic", list(topics()))
def test_the_committed_workbooks_are_what_export_writes(topic: str, committed: Path, tmp_path: Path) -> None:
    fresh = export(list(topics()[topic]), tmp_path / f"{topic}.xlsx")
    with zipfile.ZipFile(committed.parent / f"{topic}.xlsx") as ours, zipfile.ZipFile(fresh) as theirs:
        assert ours.namelist() == theirs.namelist()
        differ = [n for n in ours.namelist() if ours.read(n) != theirs.read(n)]
    assert not differ, f"run 'gradsheet export --all' and commit workbooks/{topic}.xlsx: {differ}"


def test_an_explosion_shows_errors_as_excel_does(tmp_path: Path) -> None:
    book = read_book(export("basic", tmp_path / "exploded.xlsx", epochs=3, lr=1.0))
    last = max(int("".join(filter(str.isdigit, k.partition("!")[2]))) for k in book.formulas if k.startswith("basic!"))
    assert book.cached[f"basic!P{last}"] == "#NUM!"
    assert "nan" not in {str(v) for v in book.cached.values()}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"names": "bsic"}, "did you mean 'basic'"),
        ({"out": "x.csv"}, "does not end in .xlsx"),
        ({"names": "basic", "beta": 0.5}, "no experiment here has an input 'beta'"),
        ({"names": "basic", "lr": [1e-4, 1e-3]}, "one value each"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(
    arguments: dict[str, object], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(GradsheetError, match=says):
        export(**{"out": "x.xlsx", **arguments})  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(GradsheetError, match="cannot be written"):
        export("basic", tmp_path / "file" / "x.xlsx", epochs=0)
    folder = tmp_path / "folder.xlsx"
    folder.mkdir()
    with pytest.raises(GradsheetError, match="is a folder"):
        export("basic", folder, epochs=0)
