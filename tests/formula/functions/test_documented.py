"""Functions against the results that Microsoft's pages print for them, or arithmetic by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gradsheet.formula.cells import Error
from gradsheet.formula.registry import FUNCTIONS

COLUMN = {
    "A1": 1,
    "A2": 2,
    "A3": 3,
    "A4": 4,
    "B1": "a",
    "B2": "b",
    "B3": "c",
    "B4": "d",
    "C1": 6,
    "C2": 5,
    "C3": 11,
}
CASES: dict[str, object] = {
    # math: the examples of Microsoft's pages
    "=ROUND(2.15,1)": 2.2, "=ROUND(-1.475,2)": -1.48, "=ROUND(626.3,-3)": 1000.0, "=ROUNDUP(3.2,0)": 4.0,
    "=ROUNDDOWN(-3.14159,1)": -3.1, "=TRUNC(-8.9)": -8.0, "=INT(-8.9)": -9.0, "=MROUND(10,3)": 9.0,
    "=MROUND(5,-2)": Error.NUM, "=CEILING(2.5,1)": 3.0, "=CEILING(-2.5,-2)": -4.0, "=CEILING(-2.5,2)": -2.0,
    "=FLOOR(3.7,2)": 2.0, "=FLOOR(-2.5,-2)": -2.0, "=FLOOR(2.5,-2)": Error.NUM, "=CEILING.MATH(24.3,5)": 25.0,
    "=CEILING.MATH(-8.1,2)": -8.0, "=CEILING.MATH(-5.5,2,-1)": -6.0, "=FLOOR.MATH(-8.1,2)": -10.0,
    "=FLOOR.MATH(-5.5,2,-1)": -4.0, "=MOD(-3,2)": 1.0, "=MOD(3,-2)": -1.0, "=MOD(3,0)": Error.DIV0,
    "=POWER(5,2)": 25.0, "=LOG(8,2)": 3.0, "=LOG10(100000)": 5.0, "=FACT(5)": 120.0, "=COMBIN(8,2)": 28.0,
    "=GCD(24,36)": 12.0, "=LCM(5,2)": 10.0, "=EVEN(1.5)": 2.0, "=ODD(-2)": -3.0, "=SIGN(-0.00001)": -1.0,
    "=QUOTIENT(-10,3)": -3.0, "=SUMSQ(3,4)": 25.0, "=PRODUCT(A1:A4,2)": 48.0, "=SUMPRODUCT(A1:A3,C1:C3)": 49.0,
    "=SUMXMY2(A1:A3,C1:C3)": 98.0, "=ROMAN(499)": "CDXCIX", "=ARABIC(\"LVII\")": 57.0, "=ATAN2(1,1)": 0.7853981633974483,
    "=BASE(7,2)": "111", "=DECIMAL(\"FF\",16)": 255.0, "=(-8)^(1/3)": -2.0,
    # statistics
    "=AVERAGE(A1:A4)": 2.5, "=MEDIAN(A1:A4)": 2.5, "=LARGE(A1:A4,2)": 3.0, "=SMALL(A1:A4,2)": 2.0,
    "=RANK(3,A1:A4)": 2.0, "=PERCENTILE(A1:A4,0.3)": 1.9, "=QUARTILE(A1:A4,1)": 1.75, "=COUNT(A1:B4)": 4.0,
    "=COUNTA(A1:B5)": 8.0, "=COUNTBLANK(A1:A6)": 2.0, "=MAX(A1:B4)": 4.0, "=VAR.S(A1:A4)": 5 / 3, "=VAR.P(A1:A4)": 1.25,
    "=STDEV.P({2,4,4,4,5,5,7,9})": 2.0, "=SLOPE({1,3,5},{1,2,3})": 2.0, "=INTERCEPT({1,3,5},{1,2,3})": -1.0,
    "=CORREL({1,2,3},{2,4,6})": 1.0, "=INDEX(LINEST({1,9,5,7},{0,4,2,3}),1)": 2.0,
    "=ROUND(INDEX(LINEST({1,9,5,7},{0,4,2,3}),2),9)": 1.0, "=ROUND(NORM.DIST(42,40,1.5,TRUE),7)": 0.9087888,
    "=ROUND(NORM.INV(0.908789,40,1.5),3)": 42.0, "=MODE({5.6,4,4,3,2,4})": 4.0, "=DEVSQ({4,5,8,7,11,4,3})": 48.0,
    "=GEOMEAN({2,8})": 4.0, "=FORECAST(30,{6,7,9,15,21},{20,28,31,38,40})": 10.607253086419753,
    "=ROUND(T.DIST.2T(1.959999998,60),9)": 0.05464493,
    # logic
    "=AND(TRUE,1)": True, "=OR(FALSE,0)": False, "=NOT(0)": True, "=XOR(TRUE,TRUE)": False,
    "=IFS(A1>1,1,A2>1,2)": 2.0, "=IFS(FALSE,1)": Error.NA, "=SWITCH(2,1,\"x\",2,\"y\",\"z\")": "y",
    "=IFERROR(1/0,\"bad\")": "bad", "=IFNA(NA(),3)": 3.0, "=SUM(IF(A1:A4>2,A1:A4,0))": 7.0,
    # look-ups
    "=INDEX(A1:C3,2,3)": 5.0, "=MATCH(3,A1:A4,0)": 3.0, "=MATCH(2.5,A1:A4)": 2.0, "=MATCH(2.5,{4,3,2},-1)": 2.0,
    "=VLOOKUP(2,A1:C4,2,FALSE)": "b", "=VLOOKUP(9,A1:C4,2,FALSE)": Error.NA, "=HLOOKUP(\"b\",{\"a\",\"b\";1,2},2,FALSE)": 2.0,
    "=XLOOKUP(\"c\",B1:B4,A1:A4)": 3.0, "=XLOOKUP(2.5,A1:A4,B1:B4,,-1)": "b", "=LOOKUP(3.7,A1:A4,B1:B4)": "c",
    "=CHOOSE(2,\"x\",\"y\")": "y", "=SUM(OFFSET(A1,1,0,3,1))": 9.0, "=ROW(A7)": 7.0, "=COLUMN(C1)": 3.0, "=ROWS(A1:A4)": 4.0,
    "=ADDRESS(2,3)": "$C$2", "=MATCH(\"c*\",B1:B4,0)": 3.0, "=SUM(A1:INDEX(A1:A4,3))": 6.0, "=XMATCH(4,A1:A4)": 4.0,
    # conditions
    "=SUMIF(A1:A4,\">2\")": 7.0, "=SUMIF(B1:B4,\"b\",A1:A4)": 2.0, "=COUNTIF(B1:B4,\"?\")": 4.0, "=COUNTIF(A1:A4,2)": 1.0,
    "=AVERAGEIF(A1:A4,\"<>4\")": 2.0, "=SUMIFS(A1:A4,A1:A4,\">1\",B1:B4,\"<>d\")": 5.0, "=COUNTIFS(A1:A4,\">=2\",A1:A4,\"<4\")": 2.0,
    "=MAXIFS(A1:A4,B1:B4,\"<>d\")": 3.0, "=AVERAGEIF(A1:A4,\">9\")": Error.DIV0,
    # matrices
    "=SUM(MMULT({1,2;3,4},{1;1}))": 10.0, "=MDETERM({1,2;3,4})": -2.0, "=INDEX(MINVERSE({4,-1;2,0}),2,1)": -1.0,
    "=INDEX(TRANSPOSE({1,2,3}),3,1)": 3.0, "=SUM(SEQUENCE(4,5))": 210.0, "=MMULT({1,2},{1,2})": Error.VALUE,
    # text
    "=LEN(\"abc\")": 3.0, "=LEFT(\"Sale Price\",4)": "Sale", "=RIGHT(\"Sale Price\",5)": "Price", "=MID(\"Fluid Flow\",1,5)": "Fluid",
    "=UPPER(\"a\")": "A", "=PROPER(\"this is a TITLE\")": "This Is A Title", "=TRIM(\" a  b \")": "a b", "=FIND(\"M\",\"Miriam McGovern\")": 1.0,
    "=SEARCH(\"n\",\"printer\")": 4.0, "=SUBSTITUTE(\"Quarter 1, 2011\",\"1\",\"2\",3)": "Quarter 1, 2012",
    "=REPLACE(\"abcdefghijk\",6,5,\"*\")": "abcde*k", "=TEXT(1234.567,\"$#,##0.00\")": "$1,234.57", "=TEXT(0.285,\"0.0%\")": "28.5%",
    "=TEXT(12200000,\"0.00E+00\")": "1.22E+07", "=TEXT(1234,\"0000000\")": "0001234", "=VALUE(\"$1,000\")": 1000.0,
    "=CONCAT(\"a\",1,TRUE)": "a1TRUE", "=TEXTJOIN(\", \",TRUE,B1:B5)": "a, b, c, d", "=REPT(\"*-\",3)": "*-*-*-",
    "=EXACT(\"word\",\"Word\")": False, "=1/3&\"\"": "0.333333333333333", "=TEXTBEFORE(\"a-b\",\"-\")": "a", "=FIXED(1234.567,1)": "1,234.6",
    # information
    "=ISNUMBER(A1)": True, "=ISTEXT(B1)": True, "=ISBLANK(A9)": True, "=ISERROR(1/0)": True, "=ISNA(1/0)": False,
    "=ERROR.TYPE(1/0)": 2.0, "=N(\"x\")": 0.0, "=TYPE({1,2})": 64.0, "=ISEVEN(-1)": False,
    # dates
    "=DATE(2008,1,35)": 39482.0, "=YEAR(39448)": 2008.0, "=WEEKDAY(39492)": 5.0, "=EDATE(40558,1)": 40589.0,
    "=TEXT(39448,\"d-mmm-yyyy\")": "1-Jan-2008",
    # dynamic arrays
    "=SUM(MAP(A1:A4,LAMBDA(x,x*x)))": 30.0, "=REDUCE(1,A1:A4,LAMBDA(a,b,a*b))": 24.0, "=INDEX(SCAN(0,A1:A4,LAMBDA(a,b,a+b)),4)": 10.0,
    "=SUM(BYROW(A1:A4,LAMBDA(r,MAX(r))))": 10.0, "=INDEX(BYCOL(A1:A4,SUM),1)": 10.0, "=SUM(MAKEARRAY(2,3,LAMBDA(r,c,r*c)))": 18.0,
    "=SUM(HSTACK(A1:A4,A1:A4))": 20.0, "=ROWS(VSTACK(A1:A4,A1:A2))": 6.0, "=INDEX(SORT(A1:A4,,-1),1)": 4.0, "=SUM(TAKE(A1:A4,-2))": 7.0,
    "=SUM(DROP(A1:A4,1))": 9.0, "=SUM(FILTER(A1:A4,A1:A4>2))": 7.0, "=COUNTA(UNIQUE({1;1;2}))": 2.0, "=SUM(TOCOL({1,2;3,4}))": 10.0,
    "=INDEX(WRAPROWS({1,2,3,4},2),2,1)": 3.0, "=INDEX(CHOOSECOLS({1,2,3},-1),1)": 3.0, "=INDEX(EXPAND({1},2,2,0),2,2)": 0.0,
    "=INDEX(SORTBY(B1:B4,A1:A4,-1),1)": "d", "=LET(x,3,y,x+1,x*y)": 12.0,
}  # fmt: skip


@pytest.mark.parametrize("formula", CASES)
def test_result(formula: str, value: Callable[..., object]) -> None:
    expected, found = CASES[formula], value(formula, **COLUMN)
    if isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-12)
    else:
        assert found is expected if isinstance(expected, bool | Error) else found == expected


def test_every_function_says_what_it_does_and_where_that_is_defined() -> None:
    for name, function in FUNCTIONS.items():
        assert function.source, name
        assert function.source.startswith("formulas") or function.compute.__doc__, name


def test_a_function_that_we_lack_is_borrowed(value: Callable[..., object]) -> None:
    # Microsoft, PMT function: the example's −1,037.03
    assert value("=ROUND(PMT(0.08/12,10,10000),2)") == -1037.03
