"""Information: the results that Microsoft's pages print, or arithmetic by hand on a few cells."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CELLS = {
    **{"A1": 1, "A2": 2, "A3": 3, "A4": 4},
    **{"B1": "a", "B2": "b", "B3": "c", "B4": "d"},
    **{"C1": 6, "C2": 5, "C3": 11},
}
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
def test_result(formula: str, expected: object, value: Callable[..., object]) -> None:
    found = value(formula, **CELLS)
    if isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-12)
    else:
        assert found == expected
        assert type(found) is type(expected)
