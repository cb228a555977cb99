"""Dynamic arrays: the results that Microsoft's pages print, or arithmetic by hand on a few cells."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CASES: list[tuple[str, object]] = [
    ("=SUM(MAP(A1:A4,LAMBDA(x,x*x)))", 30.0),
    ("=REDUCE(1,A1:A4,LAMBDA(a,b,a*b))", 24.0),
    ("=INDEX(SCAN(0,A1:A4,LAMBDA(a,b,a+b)),4)", 10.0),
    ("=SUM(BYROW(A1:A4,LAMBDA(r,MAX(r))))", 10.0),
    ("=INDEX(BYCOL(A1:A4,SUM),1)", 10.0),
    ("=SUM(MAKEARRAY(2,3,LAMBDA(r,c,r*c)))", 18.0),
    ("=SUM(HSTACK(A1:A4,A1:A4))", 20.0),
    ("=ROWS(VSTACK(A1:A4,A1:A2))", 6.0),
    ("=INDEX(SORT(A1:A4,,-1),1)", 4.0),
    ("=SUM(TAKE(A1:A4,-2))", 7.0),
    ("=SUM(DROP(A1:A4,1))", 9.0),
    ("=SUM(FILTER(A1:A4,A1:A4>2))", 7.0),
    ("=COUNTA(UNIQUE({1;1;2}))", 2.0),
    ("=SUM(TOCOL({1,2;3,4}))", 10.0),
    ("=INDEX(WRAPROWS({1,2,3,4},2),2,1)", 3.0),
    ("=INDEX(CHOOSECOLS({1,2,3},-1),1)", 3.0),
    ("=INDEX(EXPAND({1},2,2,0),2,2)", 0.0),
    ("=INDEX(SORTBY(B1:B4,A1:A4,-1),1)", "d"),
    ("=LET(x,3,y,x+1,x*y)", 12.0),
]


@pytest.mark.parametrize(("formula", "expected"), CASES)
def test_result(formula: str, expected: object, gives: Callable[[str, object], None]) -> None:
    gives(formula, expected)
