"""Matrices: the results that Microsoft's pages print, or arithmetic by hand on a few cells."""

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
    ("=SUM(MMULT({1,2;3,4},{1;1}))", 10.0),
    ("=MDETERM({1,2;3,4})", -2.0),
    ("=INDEX(MINVERSE({4,-1;2,0}),2,1)", -1.0),
    ("=INDEX(TRANSPOSE({1,2,3}),3,1)", 3.0),
    ("=SUM(SEQUENCE(4,5))", 210.0),
    ("=MMULT({1,2},{1,2})", Error.VALUE),
]


@pytest.mark.parametrize(("formula", "expected"), CASES)
def test_result(formula: str, expected: object, value: Callable[..., object]) -> None:
    found = value(formula, **CELLS)
    if isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-12)
    else:
        assert found == expected
        assert type(found) is type(expected)
