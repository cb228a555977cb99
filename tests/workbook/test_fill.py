"""Filling formulas: against openpyxl's Translator where that is right, and by hand where it is not."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator

from gradsheet.address import Cell, parse_cell
from gradsheet.workbook.fill import Fill
from gradsheet.workbook.read import read

columns = st.sampled_from(["A", "B", "Z", "AA", "$A", "$XFD"])
rows = st.sampled_from(["1", "9", "$1", "$1048576", "100"])
cells = st.builds(lambda column, row: column + row, columns, rows)
operands = st.one_of(
    cells,
    st.builds(lambda one, other: f"SUM({one}:{other})", cells, cells),
    st.builds(lambda sheet, cell: f"{sheet}!{cell}", st.sampled_from(["basic", "'my A1'", "'it''s B2'"]), cells),
    st.sampled_from(
        [
            "rate",
            "1E5",
            '"A1 ""B2"""',
            "LOG10(2)",
            "{1,2}",
            "A:A",
            "$B:C",
            "1:2",
            "Sales[A1]",
            "TRUE",
            "_xlfn.SIN(A1)",
        ]
    ),
)
formulas = st.lists(operands, min_size=1, max_size=4).map(lambda parts: "=" + "+".join(parts))


@given(formulas, st.integers(0, 500), st.integers(0, 300))
def test_like_openpyxl_within_the_sheet(formula: str, down: int, across: int) -> None:
    there = Cell(7 + down, 3 + across)
    assert Fill(formula, Cell(7, 3)).at(there) == Translator(formula, "C7").translate_formula(str(there))


@given(formulas)
def test_filled_into_its_own_cell_a_formula_is_itself(formula: str) -> None:
    assert Fill(formula, Cell(7, 3)).at(Cell(7, 3)) == formula


@pytest.mark.parametrize(
    ("formula", "to", "filled"),
    [
        # openpyxl 3.1.5 drops the error, or leaves A1 behind, in the first three, and refuses the fourth.
        ("=basic!#REF!+A1", "C2", "=basic!#REF!+A2"),
        ("=SUM(A1:INDEX(B1:B9,2))", "C2", "=SUM(A2:INDEX(B2:B10,2))"),
        ("=SUM(basic!A1:basic!B2)", "C2", "=SUM(basic!A2:basic!B3)"),
        ("=SUM(A1#)+@B1:B9", "C2", "=SUM(A2#)+@B2:B10"),
        # what leaves the sheet
        ("=A1+$B$1", "A1", "=#REF!+$B$1"),
        ("=XFD1+A1048576", "D2", "=#REF!+#REF!"),
        # what only looks like a cell
        ("=LOG10(A1)+ATAN2(A1,B1)", "C2", "=LOG10(A2)+ATAN2(A2,B2)"),
        ("=A1.x+x.A1+abcd1+XFE1+_A1+A1\\b+tax1_x", "C2", "=A1.x+x.A1+abcd1+XFE1+_A1+A1\\b+tax1_x"),
        ('="A1"&A1&"say ""B2"" C3"', "C2", '="A1"&A2&"say ""B2"" C3"'),
        ("=Sales[[#This Row],[A1]]+[1]Sheet1!A1", "C2", "=Sales[[#This Row],[A1]]+[1]Sheet1!A2"),
        ("='Q1 A1'!B1+Sheet1:Sheet3!A1", "C2", "='Q1 A1'!B2+Sheet1:Sheet3!A2"),
        ("=A1%^-2 + 1E5*2.5e-3\n+B1", "C2", "=A2%^-2 + 1E5*2.5e-3\n+B2"),
        ("=_xlfn.LET(_xlpm.x,A1,_xlpm.x+1)", "C2", "=_xlfn.LET(_xlpm.x,A2,_xlpm.x+1)"),
        ("=$1:1+A:$B", "D2", "=$1:2+B:$B"),
    ],
)
def test_by_hand(formula: str, to: str, filled: str) -> None:
    assert Fill(formula, parse_cell("C1")).at(parse_cell(to)) == filled


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_what_libreoffice_writes_is_read(tmp_path: Path) -> None:
    """A CSV that LibreOffice makes a workbook of, with formulas, texts and a date."""
    (tmp_path / "lesson.csv").write_text('x,y,note\n0.1,=A2*3,"=""is text"\n2,=SQRT(A3),2024-02-29\n')
    convert = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "xlsx",
    ]
    options = ["--infilter=CSV:44,34,76,1,,1033,false,true,false,false,false,0,true"]
    done = subprocess.run(
        [*convert, *options, "--outdir", str(tmp_path), str(tmp_path / "lesson.csv")],
        capture_output=True,
        timeout=60,
        check=False,
    )
    if not (tmp_path / "lesson.xlsx").exists():
        pytest.skip(f"LibreOffice did not convert: {done.stderr.decode()[:100]}")
    cells = read(tmp_path / "lesson.xlsx").sheets["lesson"].cells
    assert (cells["A1"], cells["A2"], cells["A3"]) == ("x", 0.1, 2.0)
    assert getattr(cells["B2"], "text", cells["B2"]) == "=A2*3"
    assert cells["C3"] == 45351.0
