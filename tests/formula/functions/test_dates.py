"""Dates: the results that Microsoft's pages print, or arithmetic by hand on a few cells."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CASES: list[tuple[str, object]] = [
    ("=DATE(2008,1,35)", 39482.0),
    ("=YEAR(39448)", 2008.0),
    ("=WEEKDAY(39492)", 5.0),
    ("=EDATE(40558,1)", 40589.0),
    ('=TEXT(39448,"d-mmm-yyyy")', "1-Jan-2008"),
]


@pytest.mark.parametrize(("formula", "expected"), CASES)
def test_result(formula: str, expected: object, gives: Callable[[str, object], None]) -> None:
    gives(formula, expected)
