"""Conditional sums: the results that Microsoft's pages print, or arithmetic by hand on a few cells."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gradsheet.formula.cells import Error

CASES: list[tuple[str, object]] = [
    ('=SUMIF(A1:A4,">2")', 7.0),
    ('=SUMIF(B1:B4,"b",A1:A4)', 2.0),
    ('=COUNTIF(B1:B4,"?")', 4.0),
    ("=COUNTIF(A1:A4,2)", 1.0),
    ('=AVERAGEIF(A1:A4,"<>4")', 2.0),
    ('=SUMIFS(A1:A4,A1:A4,">1",B1:B4,"<>d")', 5.0),
    ('=COUNTIFS(A1:A4,">=2",A1:A4,"<4")', 2.0),
    ('=MAXIFS(A1:A4,B1:B4,"<>d")', 3.0),
    ('=AVERAGEIF(A1:A4,">9")', Error.DIV0),
]


@pytest.mark.parametrize(("formula", "expected"), CASES)
def test_result(formula: str, expected: object, gives: Callable[[str, object], None]) -> None:
    gives(formula, expected)
