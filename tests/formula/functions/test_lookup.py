"""Look-ups: the results that Microsoft's pages print, or arithmetic by hand on a few cells."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gradsheet.formula.cells import Error

CASES: list[tuple[str, object]] = [
    ("=INDEX(A1:C3,2,3)", 5.0),
    ("=MATCH(3,A1:A4,0)", 3.0),
    ("=MATCH(2.5,A1:A4)", 2.0),
    ("=MATCH(2.5,{4,3,2},-1)", 2.0),
    ("=VLOOKUP(2,A1:C4,2,FALSE)", "b"),
    ("=VLOOKUP(9,A1:C4,2,FALSE)", Error.NA),
    ('=HLOOKUP("b",{"a","b";1,2},2,FALSE)', 2.0),
    ('=XLOOKUP("c",B1:B4,A1:A4)', 3.0),
    ("=XLOOKUP(2.5,A1:A4,B1:B4,,-1)", "b"),
    ("=LOOKUP(3.7,A1:A4,B1:B4)", "c"),
    ('=CHOOSE(2,"x","y")', "y"),
    ("=SUM(OFFSET(A1,1,0,3,1))", 9.0),
    ("=ROW(A7)", 7.0),
    ("=COLUMN(C1)", 3.0),
    ("=ROWS(A1:A4)", 4.0),
    ("=ADDRESS(2,3)", "$C$2"),
    ('=MATCH("c*",B1:B4,0)', 3.0),
    ("=SUM(A1:INDEX(A1:A4,3))", 6.0),
    ("=XMATCH(4,A1:A4)", 4.0),
]


@pytest.mark.parametrize(("formula", "expected"), CASES)
def test_result(formula: str, expected: object, gives: Callable[[str, object], None]) -> None:
    gives(formula, expected)
