"""Formulas whose trees are given by Excel's documented precedence, and texts that Excel refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gradsheet.errors import GradsheetError
from gradsheet.formula import syntax as s
from gradsheet.formula.lexer import relative
from gradsheet.formula.parser import parse


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=-2^2", 4.0),  # Microsoft, "Calculation operators and precedence": negation first
        ("=2^3^2", 64.0),  # left to right
        ("=50%^2", 0.25),
        ("=1+2*3^2", 19.0),
        ('=1&2=12&""', True),  # & before =
        ("=2--1", 3.0),
        ("=-2%", -0.02),
        ("=(1,2)", "#VALUE!"),
        ('="a ""b"""', 'a "b"'),
        ("={1,2;3,4}", 1.0),
        ("=SUM({1,2;3,4}*10)", 100.0),
        ("=SUM(A1:B2 B1:C2)", 6.0),
        ("=SUM((A1,B2))", 5.0),
        ("=SUM(A:A)", 4.0),
        ("=SUM(1:1)", 3.0),
        ("=SUM($A$1:B2)", 10.0),
        ("=A1:B1 A2:B2", "#NULL!"),
        ("=_xlfn.LET(_xlpm.x,5,_xlpm.x*_xlpm.x)", 25.0),
        ("=LAMBDA(x,y,x-y)(5,3)", 2.0),
        ("='s'!B2*2", 8.0),
        ("=nowhere!A1", "#REF!"),
        ("=#REF!A1+1", "#REF!"),
        ("=unknown_name", "#NAME?"),
        ("=IF(FALSE,1,)", 0.0),
    ],
)
def test_values_by_hand(formula: str, expected: object, value: Callable[..., object]) -> None:
    found = value(formula, A1=1, B1=2, A2=3, B2=4)
    assert (str(found) if isinstance(expected, str) else found) == expected


@pytest.mark.parametrize("text", ["=1+", "=SUM(1", "=)", "={1,2;3}", "=A1 &", '="a', "=1 2", "=LET(x,1)"])
def test_what_is_no_formula_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(GradsheetError, match=r"formula =") as caught:
        parse(text)
    assert "\n" not in str(caught.value)


def test_limits_are_excels() -> None:
    with pytest.raises(GradsheetError, match="8,192 characters"):
        parse("=" + "1+" * 5000 + "1")
    with pytest.raises(GradsheetError, match="64 levels"):
        parse("=" + "ABS(" * 70 + "1" + ")" * 70)
    with pytest.raises(GradsheetError, match="255 arguments"):
        parse(f"=SUM({','.join('1' * 256)})")


def test_references_are_kept_relative() -> None:
    assert parse("=B5*$A$1", 5, 3) == parse("=B6*$A$1", 6, 3)
    assert parse("=B$5", 5, 3) != parse("=B$6", 6, 3)


def test_filled_down_formulas_share_their_relative_text() -> None:
    assert relative('=SUM(A$1:A4)&"A4"', 4, 2) == relative('=SUM(A$1:A5)&"A4"', 5, 2)
    assert relative("=LOG10(A4)", 4, 2) == relative("=LOG10(A5)", 5, 2)
    assert relative("=A4", 4, 2) != relative("=A5", 4, 2)


@pytest.mark.parametrize(
    ("text", "items", "first", "last"),
    [
        ("=T[a]", (), "a", None),
        ("=T[[#Headers],[a b]]", ("#headers",), "a b", None),
        ("=T[@[a]:[b]]", ("#this row",), "a", "b"),
        ("=T[[#All],[#Totals],[a]]", ("#all", "#totals"), "a", None),
        ("=T[a'#1]", (), "a#1", None),
    ],
)
def test_table_references(text: str, items: tuple[str, ...], first: str, last: str | None) -> None:
    assert parse(text) == s.Structured("T", items, first, last)
