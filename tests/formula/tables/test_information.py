"""Information: formula → expected value.

`MICROSOFT` has the examples of Microsoft's own pages; `AGREED` has edge cases on which two independent
spreadsheet engines, IronCalc 0.9.1 and LibreOffice 7.4, give the same value.
"""

from __future__ import annotations

import pytest

from tests.formula.tables.table import Case, cases, check

MICROSOFT = r"""
=ISEVEN(-1) → FALSE
=ISODD(2.5) → FALSE
=ERROR.TYPE(#N/A) → 7
=N("7") → 0
=TYPE({1,2}) → 64
=ISEVEN(TRUE) → #VALUE!
"""
AGREED = r"""
=ERROR.TYPE("ABC def") → #N/A
=ERROR.TYPE(#N/A) → 7.0
=ERROR.TYPE(#REF!) → 4.0
=ERROR.TYPE(#VALUE!) → 3.0
=ERROR.TYPE(1/0) → 2.0
=ERROR.TYPE(3) → #N/A
=ISBLANK("") → FALSE
=ISBLANK(-3) → FALSE
=ISBLANK(-3.5) → FALSE
=ISBLANK(1E10) → FALSE
=ISERR(#REF!) → TRUE
=ISERR(-3) → FALSE
=ISERR(1) → FALSE
=ISERR(NA()) → FALSE
=ISERROR("ABC def") → FALSE
=ISERROR("a") → FALSE
=ISERROR(TRUE) → FALSE
=ISERROR({1,2}) → FALSE
=ISEVEN(-3.5) → FALSE
=ISEVEN(1) → FALSE
=ISEVEN(10) → TRUE
=ISEVEN(3) → FALSE
=ISEVEN(NA()) → #N/A
=ISEVEN(SQRT(-1)) → #NUM!
=ISLOGICAL(#NAME?) → FALSE
=ISLOGICAL(-1) → FALSE
=ISLOGICAL(-1.5) → FALSE
=ISLOGICAL(1+1) → FALSE
=ISNA("1,000") → FALSE
=ISNA("Hello World") → FALSE
=ISNA(-1.5) → FALSE
=ISNA(1+1) → FALSE
=ISNONTEXT("l") → FALSE
=ISNONTEXT(1+1) → TRUE
=ISNONTEXT(123) → TRUE
=ISNONTEXT(3) → TRUE
=ISNUMBER("日本") → FALSE
=ISNUMBER(-1.5) → TRUE
=ISNUMBER(-1E-5) → TRUE
=ISNUMBER(10) → TRUE
=ISODD(-1) → TRUE
=ISODD(-1E-5) → FALSE
=ISODD(0) → FALSE
=ISODD(123) → TRUE
=ISODD(NA()) → #N/A
=ISODD(SQRT(-1)) → #NUM!
=ISREF("1,000") → FALSE
=ISREF("3") → FALSE
=ISREF(#VALUE!) → FALSE
=ISREF(1) → FALSE
=ISTEXT("b*") → TRUE
=ISTEXT(3) → FALSE
=ISTEXT(SQRT(-1)) → FALSE
=ISTEXT(TRUE) → FALSE
=N("1,000") → 0.0
=N("3") → 0.0
=N("日本") → 0.0
=N(#NULL!) → #NULL!
=N(#VALUE!) → #VALUE!
=N(0) → 0.0
=NA() → #N/A
=SHEET() → 1.0
=SHEETS() → 1.0
=TYPE("") → 2.0
=TYPE(#REF!) → 16.0
=TYPE(100) → 1.0
=TYPE(SQRT(-1)) → 16.0
"""


@pytest.mark.parametrize("case", cases(MICROSOFT, AGREED), ids=str)
def test_value(case: Case) -> None:
    check(case)
