"""Conditional sums: the results that Microsoft's pages print, or arithmetic by hand on a few cells."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gradsheet.formula.cells import Error

CELLS = {
    **{"A1": 1, "A2": 2, "A3": 3, "A4": 4},
    **{"B1": "a", "B2": "b", "B3": "c", "B4": "d"},
    **{"C1": 6, "C2": 5, "C3": 11},
}
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
def test_result(formula: str, expected: object, value: Callable[..., object]) -> None:
    found = value(formula, **CELLS)
    if isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-12)
    else:
        assert found == expected
        assert type(found) is type(expected)
