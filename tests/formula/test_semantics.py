"""Blanks, text, booleans, errors, ranges, spills and circles: each case as Excel documents it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gradsheet.errors import GradsheetError
from gradsheet.formula.book import Book
from gradsheet.formula.cells import Error, Formula, Iteration, Table, Workbook


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=A9+1", 1.0),  # a blank is 0
        ("=A9=0", True),
        ('=A9=""', True),
        ('="12"*2', 24.0),
        ('="x"*2', Error.VALUE),
        ("=TRUE+1", 2.0),
        ("=SUM(A1:A4)", 3.0),  # text and booleans in a range are skipped
        ('=SUM("3",TRUE)', 4.0),  # typed in, they count
        ("=A1/0", Error.DIV0),
        ("=1E308*10", Error.NUM),
        ("=SQRT(-1)", Error.NUM),
        ("=0^0", Error.NUM),
        ("=MAX(1,1/0)", Error.DIV0),
        ("=IF(1/0,1,2)", Error.DIV0),
        ("=IF(TRUE,1,1/0)", 1.0),
        ('="a"="A"', True),
        ('=1<"a"', True),  # numbers before text before booleans
        ('="z"<FALSE', True),
        ("=0.1+0.2=0.3", True),  # compared to 15 digits
        ("=NA()", Error.NA),
        ("=10%", 0.1),
    ],
)
def test_values(formula: str, expected: object, value: Callable[..., object]) -> None:
    assert value(formula, A1=1, A2=2, A3="text", A4=True) == expected


def test_an_ordinary_formula_takes_the_cell_on_its_own_row() -> None:
    book = Book.of({"s": {"A1": 1, "A2": 2, "A3": 3, "B2": "=A1:A3*10", "B5": "=A1:A3"}})
    assert book.recalculate() == {"s!B2": 20.0, "s!B5": Error.VALUE}


def test_an_array_formula_fills_its_range_and_says_na_beyond() -> None:
    book = Book.of({"s": {"A1": 1, "A2": 2, "C1": Formula("=A1:A2*2", array="C1:C3")}})
    assert book.recalculate() == {"s!C1": 2.0, "s!C2": 4.0, "s!C3": Error.NA}


def test_a_dynamic_array_spills_and_is_read_by_its_hash() -> None:
    book = Book.of({"s": {"A1": Formula("=SEQUENCE(2,2)", dynamic=True), "D1": "=SUM(A1#)", "D2": "=B2"}})
    assert book.recalculate() == {
        "s!A1": 1.0, "s!B1": 2.0, "s!A2": 3.0, "s!B2": 4.0, "s!D1": 10.0, "s!D2": 4.0,
    }  # fmt: skip


def test_a_spill_that_is_in_the_way() -> None:
    book = Book.of({"s": {"A1": Formula("=SEQUENCE(3)", dynamic=True), "A2": "taken"}})
    assert book.recalculate() == {"s!A1": Error.SPILL}


def test_table_references() -> None:
    book = Book.of(
        {
            "s": {
                "A1": "x",
                "B1": "y",
                "A2": 1,
                "B2": "=[@x]*10",
                "A3": 2,
                "B3": "=T[@x]*10",
                "D1": "=SUM(T[y])",
            }
        },
        tables={"T": Table("s", "A1:B3", ("x", "y"))},
    )
    assert book.recalculate() == {"s!B2": 10.0, "s!B3": 20.0, "s!D1": 30.0}


def test_names_of_a_sheet_come_before_the_workbooks() -> None:
    book = Book.of(
        {"a": {"A1": 1, "B1": "=lr"}, "b": {"A1": 2, "B1": "=lr"}, "c": {"B1": "=b!lr+twice(4)"}},
        names={"lr": "a!$A$1", ("b", "lr"): "b!$A$1", "twice": "LAMBDA(x,2*x)"},
    )
    assert book.recalculate() == {"a!B1": 1.0, "b!B1": 2.0, "c!B1": 10.0}


def test_a_recursive_lambda_kept_as_a_name(value: Callable[..., object]) -> None:
    names = {"FACTORIAL": "=LAMBDA(n,IF(n<2,1,n*FACTORIAL(n-1)))"}
    assert value("=FACTORIAL(10)", names=names) == 3_628_800.0


def test_a_circle_is_named_with_its_cells() -> None:
    with pytest.raises(GradsheetError, match=r"circular reference: s!B1 → s!A1 → s!B1"):
        Book.of({"s": {"A1": "=B1", "B1": "=A1+1"}}).recalculate()


def test_a_circle_is_iterated_where_the_workbook_says_so() -> None:
    counter = Book.of({"s": {"A1": "=A1+1"}}, iteration=Iteration(count=7))
    assert counter.recalculate() == {"s!A1": 7.0}
    root = Book.of({"s": {"A1": "=IF(A1=0,1,(A1+2/A1)/2)"}}, iteration=Iteration(100, 1e-12))
    assert root.recalculate()["s!A1"] == pytest.approx(2**0.5, rel=1e-15)


def test_what_cannot_be_calculated_is_named_and_absent() -> None:
    book = Book.of({"s": {"A1": '=INDIRECT("B1")', "A2": "=A1+1", "A3": "=2", "A4": "=NO.SUCH(1)"}})
    assert book.recalculate() == {"s!A3": 2.0}
    assert book.unsupported == [
        ("s!A1", "INDIRECT"),
        ("s!A2", "depends on s!A1"),
        ("s!A4", "NO.SUCH"),
    ]


def test_other_workbooks_are_never_followed() -> None:
    book = Book.of({"s": {"A1": "=[1]other!A1", "A2": "='[1]some sheet'!A1"}})
    assert book.recalculate() == {}
    assert {reason for _, reason in book.unsupported} == {"a reference to another workbook"}


def test_dates_of_1904() -> None:
    """Microsoft, "Date systems in Excel": 5 July 1998 is day 35981 of the 1900 system and 34519 of the 1904 system."""
    formulas = {"A1": "=DATE(1998,7,5)", "A2": "=YEAR(A1)", "A3": "=MONTH(A1)", "A4": '=TEXT(A1,"yyyy-mm-dd")'}
    old = Book.of({"s": formulas}).recalculate()
    new = Book.of({"s": formulas}, date1904=True).recalculate()
    assert (old["s!A1"], new["s!A1"]) == (35981.0, 34519.0)
    for cell, value in (("s!A2", 1998.0), ("s!A3", 7.0), ("s!A4", "1998-07-05")):
        assert old[cell] == new[cell] == value


def test_errors_name_the_file() -> None:
    workbook = Workbook.of({"s": {"A1": "=B1", "B1": "=A1"}})
    workbook.origin = "circle.xlsx"
    with pytest.raises(GradsheetError, match=r"^circle\.xlsx: circular reference: s!"):
        Book(workbook).recalculate()
    with pytest.raises(GradsheetError, match=r"^circle\.xlsx: there is no sheet 't'"):
        Book(workbook).program(["t!A1"], ["s!A1"])
