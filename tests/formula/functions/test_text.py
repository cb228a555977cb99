"""Text: the results that Microsoft's pages print, or arithmetic by hand on a few cells."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CASES: list[tuple[str, object]] = [
    ('=LEN("abc")', 3.0),
    ('=LEFT("Sale Price",4)', "Sale"),
    ('=RIGHT("Sale Price",5)', "Price"),
    ('=MID("Fluid Flow",1,5)', "Fluid"),
    ('=UPPER("a")', "A"),
    ('=PROPER("this is a TITLE")', "This Is A Title"),
    ('=TRIM(" a  b ")', "a b"),
    ('=FIND("M","Miriam McGovern")', 1.0),
    ('=SEARCH("n","printer")', 4.0),
    ('=SUBSTITUTE("Quarter 1, 2011","1","2",3)', "Quarter 1, 2012"),
    ('=REPLACE("abcdefghijk",6,5,"*")', "abcde*k"),
    ('=TEXT(1234.567,"$#,##0.00")', "$1,234.57"),
    ('=TEXT(0.285,"0.0%")', "28.5%"),
    ('=TEXT(12200000,"0.00E+00")', "1.22E+07"),
    ('=TEXT(1234,"0000000")', "0001234"),
    ('=VALUE("$1,000")', 1000.0),
    ('=CONCAT("a",1,TRUE)', "a1TRUE"),
    ('=TEXTJOIN(", ",TRUE,B1:B5)', "a, b, c, d"),
    ('=REPT("*-",3)', "*-*-*-"),
    ('=EXACT("word","Word")', False),
    ('=1/3&""', "0.333333333333333"),
    ('=TEXTBEFORE("a-b","-")', "a"),
    ("=FIXED(1234.567,1)", "1,234.6"),
]


@pytest.mark.parametrize(("formula", "expected"), CASES)
def test_result(formula: str, expected: object, gives: Callable[[str, object], None]) -> None:
    gives(formula, expected)
