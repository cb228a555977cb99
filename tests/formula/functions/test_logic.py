"""Logic: the results that Microsoft's pages print, or arithmetic by hand on a few cells."""

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
def test_result(formula: str, expected: object, value: Callable[..., object]) -> None:
    found = value(formula, **CELLS)
    if isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-12)
    else:
        assert found == expected
        assert type(found) is type(expected)
