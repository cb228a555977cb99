"""Logic: the results that Microsoft's pages print, or arithmetic by hand on a few cells."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gradsheet.formula.cells import Error

CASES: list[tuple[str, object]] = [
    ("=AND(TRUE,1)", True),
    ("=OR(FALSE,0)", False),
    ("=NOT(0)", True),
    ("=XOR(TRUE,TRUE)", False),
    ("=IFS(A1>1,1,A2>1,2)", 2.0),
    ("=IFS(FALSE,1)", Error.NA),
    ('=SWITCH(2,1,"x",2,"y","z")', "y"),
    ('=IFERROR(1/0,"bad")', "bad"),
    ("=IFNA(NA(),3)", 3.0),
    ("=SUM(IF(A1:A4>2,A1:A4,0))", 7.0),
]


@pytest.mark.parametrize(("formula", "expected"), CASES)
def test_result(formula: str, expected: object, gives: Callable[[str, object], None]) -> None:
    gives(formula, expected)
