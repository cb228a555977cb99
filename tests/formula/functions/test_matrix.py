"""Matrices: the results that Microsoft's pages print, or arithmetic by hand on a few cells."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gradsheet.formula.cells import Error

CASES: list[tuple[str, object]] = [
    ("=SUM(MMULT({1,2;3,4},{1;1}))", 10.0),
    ("=MDETERM({1,2;3,4})", -2.0),
    ("=INDEX(MINVERSE({4,-1;2,0}),2,1)", -1.0),
    ("=INDEX(TRANSPOSE({1,2,3}),3,1)", 3.0),
    ("=SUM(SEQUENCE(4,5))", 210.0),
    ("=MMULT({1,2},{1,2})", Error.VALUE),
]


@pytest.mark.parametrize(("formula", "expected"), CASES)
def test_result(formula: str, expected: object, gives: Callable[[str, object], None]) -> None:
    gives(formula, expected)
