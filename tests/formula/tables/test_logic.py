"""Logic: formula → expected value.

`MICROSOFT` has the examples of Microsoft's own pages; `AGREED` has edge cases on which two independent
spreadsheet engines, IronCalc 0.9.1 and LibreOffice 7.4, give the same value.
"""

from __future__ import annotations

import pytest

from tests.formula.tables.table import Case, cases, check

MICROSOFT = r"""
=AND(,TRUE) → FALSE
=SWITCH(2,1,"a",2,"b","c") → "b"
=IFERROR(,2) → 0
=XOR(TRUE,TRUE,TRUE) → TRUE
=TRUE() → TRUE
"""
AGREED = r"""
=AND("4") → #VALUE!
=AND("x") → #VALUE!
=AND(,,1) → FALSE
=AND(,1,0) → FALSE
=AND(0,FALSE) → FALSE
=AND(2,5) → TRUE
=IF("","a") → #VALUE!
=IF("",) → #VALUE!
=IF(,"a","b") → "b"
=IF(2,"a","b") → "a"
=IF(FALSE,1) → FALSE
=IF(TRUE,"a") → "a"
=IFERROR("abc",2) → "abc"
=IFERROR(1/0,2) → 2.0
=IFERROR(10,) → 10.0
=IFERROR(100,"b") → 100.0
=IFNA("1,000","b") → "1,000"
=IFNA("3",) → "3"
=IFNA(100,"b") → 100.0
=IFNA(2.5,2) → 2.5
=IFNA(SQRT(-1),) → #NUM!
=IFS("",1,FALSE,"b") → #VALUE!
=IFS("TRUE",1,1,"b") → 1.0
=IFS(1,"a","TRUE","b") → "a"
=IFS(FALSE,"a",2,"b") → "b"
=IFS(FALSE,,"TRUE","b") → "b"
=IFS(FALSE,1,0,"b") → #N/A
=NOT("") → #VALUE!
=NOT("x") → #VALUE!
=NOT(-3) → FALSE
=NOT(0.5) → FALSE
=NOT(1E10) → FALSE
=NOT(3) → FALSE
=OR("4") → #VALUE!
=OR("x") → #VALUE!
=OR(1,{1,2,3}) → TRUE
=OR(1,{1;2;3;4}) → TRUE
=OR(5,2) → TRUE
=OR(TRUE,2,TRUE) → TRUE
=SWITCH("A",1,"one",0,"two","else") → "else"
=SWITCH("A",TRUE,"one",0,9) → #N/A
=SWITCH(1,"a","one","A","two","else") → "else"
=SWITCH(1,"a","one",0,"two") → #N/A
=SWITCH(1,1,"one",0,9,) → "one"
=SWITCH(TRUE,"a",,0,9,"else") → "else"
=XOR("") → #VALUE!
=XOR("","") → #VALUE!
=XOR(0) → FALSE
=XOR(0,{1,2,3}) → TRUE
=XOR(TRUE,0) → TRUE
=XOR(TRUE,2,) → FALSE
"""


@pytest.mark.parametrize("case", cases(MICROSOFT, AGREED), ids=str)
def test_value(case: Case) -> None:
    check(case)
