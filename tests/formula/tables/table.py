"""A table of formulas and what they give, one a line: ``=ABS(-1) → 1.0``."""

from __future__ import annotations

import math
from functools import cache
from typing import Any, NamedTuple

from gradsheet.formula.book import Book
from gradsheet.formula.cells import Error


class Case(NamedTuple):
    """A formula and the value expected of it."""

    formula: str
    expected: str

    def __str__(self) -> str:
        return self.formula


def cases(*tables: str) -> list[Case]:
    """The lines of the tables."""
    lines = [line for table in tables for line in table.strip().splitlines() if line]
    return [Case(*line.rsplit(" → ", 1)) for line in lines]


@cache
def value(formula: str) -> Any:
    """What a formula gives in an otherwise empty workbook."""
    return Book.of({"s": {"A1": formula}}).recalculate()["s!A1"]


def check(case: Case) -> None:
    """Whether the formula gives what is expected; numbers to 13 digits, or as many as the source shows."""
    actual, expected = value(case.formula), case.expected
    if expected.startswith("#"):
        assert actual is Error(expected)
    elif expected in ("TRUE", "FALSE"):
        assert actual is (expected == "TRUE")
    elif expected.startswith('"'):
        assert actual == expected[1:-1]
    else:
        digits = len(expected.lstrip("-").replace(".", "").lstrip("0").partition("e")[0])
        near = 1e-13 if digits > 12 else 10.0 ** -(digits - 1)
        assert type(actual) is float
        assert math.isclose(actual, float(expected), rel_tol=near, abs_tol=1e-300), (actual, expected)
