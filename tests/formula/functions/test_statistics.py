"""Statistics and distributions: what Microsoft's pages print, or arithmetic by hand on a few cells."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CASES: list[tuple[str, object]] = [
    ("=AVERAGE(A1:A4)", 2.5),
    ("=MEDIAN(A1:A4)", 2.5),
    ("=LARGE(A1:A4,2)", 3.0),
    ("=SMALL(A1:A4,2)", 2.0),
    ("=RANK(3,A1:A4)", 2.0),
    ("=PERCENTILE(A1:A4,0.3)", 1.9),
    ("=QUARTILE(A1:A4,1)", 1.75),
    ("=COUNT(A1:B4)", 4.0),
    ("=COUNTA(A1:B5)", 8.0),
    ("=COUNTBLANK(A1:A6)", 2.0),
    ("=MAX(A1:B4)", 4.0),
    ("=VAR.S(A1:A4)", 5 / 3),
    ("=VAR.P(A1:A4)", 1.25),
    ("=STDEV.P({2,4,4,4,5,5,7,9})", 2.0),
    ("=SLOPE({1,3,5},{1,2,3})", 2.0),
    ("=INTERCEPT({1,3,5},{1,2,3})", -1.0),
    ("=CORREL({1,2,3},{2,4,6})", 1.0),
    ("=INDEX(LINEST({1,9,5,7},{0,4,2,3}),1)", 2.0),
    ("=ROUND(INDEX(LINEST({1,9,5,7},{0,4,2,3}),2),9)", 1.0),
    ("=ROUND(NORM.DIST(42,40,1.5,TRUE),7)", 0.9087888),
    ("=ROUND(NORM.INV(0.908789,40,1.5),3)", 42.0),
    ("=MODE({5.6,4,4,3,2,4})", 4.0),
    ("=DEVSQ({4,5,8,7,11,4,3})", 48.0),
    ("=GEOMEAN({2,8})", 4.0),
    ("=FORECAST(30,{6,7,9,15,21},{20,28,31,38,40})", 10.607253086419753),
    ("=ROUND(T.DIST.2T(1.959999998,60),9)", 0.05464493),
]


@pytest.mark.parametrize(("formula", "expected"), CASES)
def test_result(formula: str, expected: object, gives: Callable[[str, object], None]) -> None:
    gives(formula, expected)
