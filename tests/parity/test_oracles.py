"""Each engine on the course workbook, against Excel's cached values, and on small workbooks made here.

The figures for the course workbook are DESIGN.md's ("Oracles"), measured again with these versions. What
the small workbooks' formulas give is arithmetic by hand and Excel's documentation of its error values.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gradsheet.errors import GradsheetError
from gradsheet.proof.book import Book, read_book
from gradsheet.proof.compare import OracleResult, compare
from gradsheet.proof.explain import explain
from gradsheet.proof.oracles import OracleValues, cached, formulas_package, ironcalc, libreoffice
from gradsheet.proof.references import closure, precedents
from gradsheet.proof.volatile import volatile

Make = Callable[..., Path]
Course = Callable[[str], Path]
NEWEST = "fastai/graddesc-course22p2.xlsx"
ENGINES = [formulas_package, libreoffice, ironcalc]


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.__name__.rpartition(".")[2])
def engine(request: pytest.FixtureRequest) -> Any:
    reason = request.param.available()
    if reason:
        pytest.skip(reason)
    return request.param


def against_cache(path: Path, answer: OracleValues, **options: Any) -> tuple[OracleResult, Book]:
    book = read_book(path)
    result = compare(cached.values(path).values, answer.values, unsupported=answer.unsupported, volatile=volatile(book))
    return explain(result, book, answer.values, **options), book


# One sheet of everything; every cached value is a lie, so that an engine that echoes one is found out.
LIE = 999
CELLS = {
    "A1": 0.1,
    "A2": 0.2,
    "A3": "text",
    "B1": ("=A1+A2", LIE),  # 0.1 + 0.2 in float64
    "B2": ("=1/A9", LIE),
    "B3": ("=SQRT(-A1)", LIE),
    "B4": ("=A3+1", LIE),
    "B5": ("=NA()", LIE),
    "B6": ("=A1>A2", LIE),
    "B7": ("=A2>A1", LIE),
    "B8": ('=A3&"!"', LIE),
    "B9": ("=A9", LIE),
    "B10": ("=B2+1", LIE),
    "B11": ("=1=1", LIE),
    "B12": ("=SIGN(A1)", LIE),
    "B13": ("=-A1^2*100", LIE),
    "B14": ("=rate*2", LIE),
    "B15": ('="rate"&"A1"', LIE),
    "C1:C2": ("{=A1:A2*2}", LIE),
    "B16": ("='it''s'!A1", LIE),
    "D1": ("=MATCH(9,A1:A2,0)", LIE),
}
TRUTH = {
    "B1": 0.30000000000000004,
    "B2": "#DIV/0!",
    "B3": "#NUM!",
    "B4": "#VALUE!",
    "B5": "#N/A",
    "B6": False,
    "B7": True,
    "B8": "text!",
    "B9": 0.0,
    "B10": "#DIV/0!",
    "B11": True,
    "B12": 1.0,
    "B13": 1.0000000000000002,  # (−0.1)² = 0.010000000000000002, times 100
    "B14": 0.2,
    "B15": "rateA1",
    "B16": 7.0,
    "C1": 0.2,
    "C2": 0.4,
    "D1": "#N/A",
}


def test_types_and_errors_and_no_echo_of_the_cache(engine: Any, make: Make) -> None:
    names = {"'a (2)'!rate": "='a (2)'!$A$1", "rate": "='a (2)'!$A$2"}
    path = make({"a (2)": CELLS, "it's": {"A1": 7}}, names)
    answer = engine.values(path)
    truth = {f"a (2)!{cell}": value for cell, value in TRUTH.items()}
    result = compare(truth, answer.values, unsupported=answer.unsupported)
    assert list(result.mismatches) == []
    assert result.exact == len(TRUTH)
    assert answer.version


def test_cached_values_come_as_stored(make: Make) -> None:
    path = make({"s": {"A1": ("=1+1", 2.5), "A2": ("=1/0", "#DIV/0!"), "A3": ("=1=1", True)}})
    assert cached.values(path).values == {"s!A1": 2.5, "s!A2": "#DIV/0!", "s!A3": True}
    assert cached.values(path, {"s!A1"}).values == {"s!A1": 2.5}


def test_what_an_engine_cannot_evaluate_is_named(engine: Any, make: Make) -> None:
    path = make({"s": {"A1": "=FOO(1)+1", "A2": "=A3+1", "A3": "=A2+1", "A4": "=1+1"}})
    answer = engine.values(path)
    told = dict(answer.unsupported)
    assert told["s!A1"] == "FOO"
    assert "circular" in told.get("s!A2", "") + told.get("s!A3", "")
    assert answer.values["s!A4"] == 2.0
    assert not set(told) & set(answer.values)


def test_what_is_no_workbook_is_one_sentence(engine: Any, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_text("no zip")
    with pytest.raises(GradsheetError, match=r"x\.xlsx"):
        engine.values(tmp_path / "x.xlsx")


@pytest.mark.parametrize("missing", [libreoffice, ironcalc], ids=["libreoffice", "ironcalc"])
def test_an_engine_that_is_missing_says_what_to_do(
    missing: ModuleType, monkeypatch: pytest.MonkeyPatch, make: Make
) -> None:
    monkeypatch.setattr(missing, "available", lambda: "not installed: install it")
    with pytest.raises(GradsheetError, match="install it"):
        missing.values(make({"s": {"A1": "=1+1"}}))


def test_ironcalc_equals_excel_on_the_course_workbook(course: Course) -> None:
    if reason := ironcalc.available():
        pytest.skip(reason)
    result, _ = against_cache(course(NEWEST), ironcalc.values(course(NEWEST)))
    assert (result.cells, result.exact, result.volatile) == (1565, 1565, 58)


def test_libreoffice_is_one_ulp_off_in_one_cell_because_its_sum_is_compensated(course: Course) -> None:
    if reason := libreoffice.available():
        pytest.skip(reason)
    result, _ = against_cache(course(NEWEST), libreoffice.values(course(NEWEST)))
    assert (result.cells, result.exact, result.max_ulp) == (1565, 1564, 1)
    assert result.first is not None
    assert (result.first.key, result.first.reason) == ("momentum!L33", "summation")


def test_formulas_with_whole_constants_is_one_ulp_off_in_one_cell(course: Course) -> None:
    result, _ = against_cache(course(NEWEST), formulas_package.values(course(NEWEST)))
    assert (result.cells, result.exact, result.max_ulp) == (1565, 1564, 1)
    assert result.first is not None
    assert (result.first.key, result.first.reason) == ("momentum!L33", "summation")


def test_formulas_with_rounded_constants_needs_a_tolerance(course: Course) -> None:
    answer = formulas_package.values(course(NEWEST), constants="rounded")
    result, _ = against_cache(course(NEWEST), answer, rounded_constants=True)
    assert (result.cells, result.exact) == (1565, 1002)
    assert 1e-12 < result.max_rel < 1e-9
    began = [m.reason for m in result.mismatches if not (m.reason or "").startswith("follows")]
    assert {*began} == {"constants", "summation"}
    assert "15 decimals" in answer.note


def test_a_selection_takes_its_precedents_from_the_cache(course: Course) -> None:
    path = course(NEWEST)
    book = read_book(path)
    cells = {f"adam!{column}32" for column in "CDEFGHIJKLM"}
    answer = formulas_package.values(path, cells)
    assert set(answer.values) == cells & set(book.formulas)
    assert "precedents from the cache" in answer.note
    expected = {cell: book.cached[cell] for cell in answer.values}
    assert compare(expected, answer.values).ok


def test_a_selection_without_caches_computes_its_precedents(make: Make, tmp_path: Path) -> None:
    from gradsheet.proof.stripped import strip

    path = tmp_path / "bare.xlsx"
    strip(make({"s": {"A1": 1, **{f"A{row}": f"=A{row - 1}*2" for row in range(2, 12)}}}), path)
    assert formulas_package.values(path, {"s!A11"}).values == {"s!A11": 1024.0}
    assert len(closure(read_book(path), ["s!A11"])) == 10


def test_offices_side_by_side_and_none_left_behind(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    if reason := libreoffice.available():
        pytest.skip(reason)
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def watched(*args: Any, **options: Any) -> Any:
        process = popen(*args, **options)
        if options.get("start_new_session"):
            started.append(process)
        return process

    monkeypatch.setattr(subprocess, "Popen", watched)
    paths = [make({"s": {"A1": n, "A2": "=A1*2"}}, file=f"{n}.xlsx") for n in (1, 2)]
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(libreoffice.values, paths))
    assert [answer.values for answer in answers] == [{"s!A2": 2.0}, {"s!A2": 4.0}]
    with pytest.raises(GradsheetError, match=r"within 0\.01 s"):
        libreoffice.values(paths[0], timeout=0.01)
    assert len(started) == 3
    for process in started:
        assert process.poll() is not None
        assert not living(process.pid)


def living(group: int) -> list[str]:
    """The processes of a group that run (one killed a moment ago may still wait to be collected: Z)."""
    for _ in range(40):
        table = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], capture_output=True, text=True, check=True)
        found = [state for gid, state in map(str.split, table.stdout.splitlines()) if gid == str(group)]
        if not [state for state in found if not state.startswith("Z")]:
            return []
        time.sleep(0.05)
    return found


def test_pivot_tables_do_not_overwrite_cells(course: Course) -> None:
    # LibreOffice refreshes them on loading: "Varp of x" in place of a number in Sheet1 (3).
    if reason := libreoffice.available():
        pytest.skip(reason)
    result, book = against_cache(course("fastai/mom_bias.xlsx"), libreoffice.values(course("fastai/mom_bias.xlsx")))
    assert result.max_rel < 1e-14
    assert all(m.ulp is not None for m in result.mismatches)
    assert precedents(book, "Sheet1 (3)!J4") == ["Sheet1 (3)!G4"]
