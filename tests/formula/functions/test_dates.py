"""Dates: the results that Microsoft's pages print, or arithmetic by hand on a few cells."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CELLS = {
    **{"A1": 1, "A2": 2, "A3": 3, "A4": 4},
    **{"B1": "a", "B2": "b", "B3": "c", "B4": "d"},
    **{"C1": 6, "C2": 5, "C3": 11},
}
CASES: list[tuple[str, object]] = [
    ("=DATE(2008,1,35)", 39482.0),
    ("=YEAR(39448)", 2008.0),
    ("=WEEKDAY(39492)", 5.0),
    ("=EDATE(40558,1)", 40589.0),
    ('=TEXT(39448,"d-mmm-yyyy")', "1-Jan-2008"),
]


@pytest.mark.parametrize(("formula", "expected"), CASES)
def test_result(formula: str, expected: object, value: Callable[..., object]) -> None:
    found = value(formula, **CELLS)
    if isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-12)
    else:
        assert found == expected
        assert type(found) is type(expected)
