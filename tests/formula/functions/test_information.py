"""Information: the results that Microsoft's pages print, or arithmetic by hand on a few cells."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CASES: list[tuple[str, object]] = [
    ("=ISNUMBER(A1)", True),
    ("=ISTEXT(B1)", True),
    ("=ISBLANK(A9)", True),
    ("=ISERROR(1/0)", True),
    ("=ISNA(1/0)", False),
    ("=ERROR.TYPE(1/0)", 2.0),
    ('=N("x")', 0.0),
    ("=TYPE({1,2})", 64.0),
    ("=ISEVEN(-1)", False),
]


@pytest.mark.parametrize(("formula", "expected"), CASES)
def test_result(formula: str, expected: object, gives: Callable[[str, object], None]) -> None:
    gives(formula, expected)
