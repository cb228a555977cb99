"""Look-up: formula → expected value.

`MICROSOFT` has the examples of Microsoft's own pages; `AGREED` has edge cases on which two independent
spreadsheet engines, IronCalc 0.9.1 and LibreOffice 7.4, give the same value.
"""

from __future__ import annotations

import pytest

from tests.formula.tables.table import Case, cases, check

MICROSOFT = r"""
=ADDRESS(2,3,2) → "C$2"
=ADDRESS(2,3,2,FALSE) → "R2C[3]"
=ADDRESS(2,3,1,FALSE,"[Book1]Sheet1") → "'[Book1]Sheet1'!R2C3"
=ADDRESS(2,3,1,FALSE,"EXCEL SHEET") → "'EXCEL SHEET'!R2C3"
=HLOOKUP(3,{1,2,3;"a","b","c";"d","e","f"},2,TRUE) → "c"
=INDEX({1,2;3,4},2,2) → 4
=MATCH("b",{"a","b","c"},0) → 2
=VLOOKUP(2.5,{1,"a";2,"b";3,"c"},2) → "b"
=CHOOSE(2,"a","b") → "b"
=XLOOKUP(2.5,{1,2,3},{"a","b","c"},"none",-1) → "b"
"""
AGREED = r"""
=ADDRESS("3",1,4) → "A3"
=ADDRESS("3",16384) → "$XFD$3"
=ADDRESS(1048576,16384) → "$XFD$1048576"
=ADDRESS(1048576,27,0,FALSE,"My Sheet") → #VALUE!
=ADDRESS(1048577,27,0) → #VALUE!
=ADDRESS(2,1) → "$A$2"
=CHOOSE(1,,"b",3) → 0.0
=CHOOSE(1.9,"a","b",3) → "a"
=CHOOSE(1.9,,"b") → 0.0
=CHOOSE(2,,"b",3) → "b"
=COLUMN() → 1.0
=COLUMNS({1,2;3,4;5,6}) → 2.0
=HLOOKUP(1,{1,2,3;"a","b","c"},1,"") → #VALUE!
=HLOOKUP(1,{1,2,3;"a","b","c"},3,"x") → #VALUE!
=HLOOKUP(3,{1,2,3;"a","b","c"},1,0) → 3.0
=HLOOKUP(3,{1,2,3;"a","b","c"},1,1) → 3.0
=HLOOKUP(3,{1,2,3;"a","b","c"},2,0) → "c"
=HLOOKUP(9,{1,2,3;"a","b","c"},1,"TRUE") → 3.0
=HYPERLINK("http://x") → "http://x"
=HYPERLINK("http://x","name") → "name"
=INDEX(5,"x",1.9) → #VALUE!
=INDEX({1,2;3,4},"2") → 3.0
=INDEX({1,2;3,4},"2",0) → 3.0
=INDEX({1,2;3,4},"x",3) → #VALUE!
=INDEX({1,2;3,4},1) → 1.0
=INDEX({1,2;3,4},2,2) → 4.0
=LOOKUP(30.5,{10,20,30},{"a","b","c"}) → "c"
=LOOKUP(35,{10,20,30}) → 30.0
=LOOKUP(35,{10,20,30},{"a","b","c"}) → "c"
=LOOKUP(5,{10,20,30}) → #N/A
=LOOKUP(5,{10,20,30},{"a","b","c"}) → #N/A
=LOOKUP(80,{10,20,30}) → 30.0
=MATCH("?ate",{10,20,30},) → #N/A
=MATCH(10,{10,20,30}) → 1.0
=MATCH(10,{10,20,30},0.5) → 1.0
=MATCH(30.5,{10,20,30},2) → 3.0
=MATCH(35,{10,20,30}) → 3.0
=MATCH(5,{10,20,30},FALSE) → #N/A
=ROWS({1,2;3,4;5,6}) → 3.0
=VLOOKUP("20",{10,"a";20,"b"},2,0) → #N/A
=VLOOKUP(10,{10,"a";20,"b"},2) → "a"
=VLOOKUP(100,{10,"a";20,"b"},"2") → "b"
=VLOOKUP(35,{10,"a";20,"b"},"2","TRUE") → "b"
=VLOOKUP(35,{10,"a";20,"b"},2,"x") → #VALUE!
"""


@pytest.mark.parametrize("case", cases(MICROSOFT, AGREED), ids=str)
def test_value(case: Case) -> None:
    check(case)
