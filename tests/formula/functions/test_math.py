"""Mathematics: the results that Microsoft's pages print, or arithmetic by hand on a few cells."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gradsheet.formula.cells import Error

CASES: list[tuple[str, object]] = [
    ("=ROUND(2.15,1)", 2.2),
    ("=ROUND(-1.475,2)", -1.48),
    ("=ROUND(626.3,-3)", 1000.0),
    ("=ROUNDUP(3.2,0)", 4.0),
    ("=ROUNDDOWN(-3.14159,1)", -3.1),
    ("=TRUNC(-8.9)", -8.0),
    ("=INT(-8.9)", -9.0),
    ("=MROUND(10,3)", 9.0),
    ("=MROUND(5,-2)", Error.NUM),
    ("=CEILING(2.5,1)", 3.0),
    ("=CEILING(-2.5,-2)", -4.0),
    ("=CEILING(-2.5,2)", -2.0),
    ("=FLOOR(3.7,2)", 2.0),
    ("=FLOOR(-2.5,-2)", -2.0),
    ("=FLOOR(2.5,-2)", Error.NUM),
    ("=CEILING.MATH(24.3,5)", 25.0),
    ("=CEILING.MATH(-8.1,2)", -8.0),
    ("=CEILING.MATH(-5.5,2,-1)", -6.0),
    ("=FLOOR.MATH(-8.1,2)", -10.0),
    ("=FLOOR.MATH(-5.5,2,-1)", -4.0),
    ("=MOD(-3,2)", 1.0),
    ("=MOD(3,-2)", -1.0),
    ("=MOD(3,0)", Error.DIV0),
    ("=POWER(5,2)", 25.0),
    ("=LOG(8,2)", 3.0),
    ("=LOG10(100000)", 5.0),
    ("=FACT(5)", 120.0),
    ("=COMBIN(8,2)", 28.0),
    ("=GCD(24,36)", 12.0),
    ("=LCM(5,2)", 10.0),
    ("=EVEN(1.5)", 2.0),
    ("=ODD(-2)", -3.0),
    ("=SIGN(-0.00001)", -1.0),
    ("=QUOTIENT(-10,3)", -3.0),
    ("=SUMSQ(3,4)", 25.0),
    ("=PRODUCT(A1:A4,2)", 48.0),
    ("=SUMPRODUCT(A1:A3,C1:C3)", 49.0),
    ("=SUMXMY2(A1:A3,C1:C3)", 98.0),
    ("=ROMAN(499)", "CDXCIX"),
    ('=ARABIC("LVII")', 57.0),
    ("=ATAN2(1,1)", 0.7853981633974483),
    ("=BASE(7,2)", "111"),
    ('=DECIMAL("FF",16)', 255.0),
    ("=(-8)^(1/3)", -2.0),
]


@pytest.mark.parametrize(("formula", "expected"), CASES)
def test_result(formula: str, expected: object, gives: Callable[[str, object], None]) -> None:
    gives(formula, expected)
