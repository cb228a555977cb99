"""Reasons for differences. The engines' values here are computed by hand as those engines compute."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from gradsheet.proof.book import Value, read_book
from gradsheet.proof.compare import compare
from gradsheet.proof.explain import explain
from gradsheet.proof.replay import NotReplayable, compensated, in_order, pairwise, replay

Make = Callable[..., Path]

# A number whose square libm's pow rounds otherwise than x·x; found by trying, checked by the test itself.
SQUARED = next(x for x in (0.1 + n * 1e-4 for n in range(100_000)) if math.pow(x, 2) != x * x)


def reasons(path: Path, actual: dict[str, Value], expected: dict[str, Value], **options: bool) -> list[str | None]:
    result = explain(compare(expected, actual), read_book(path), actual, **options)
    return [mismatch.reason for mismatch in result.mismatches]


def test_pow_and_what_follows_from_it(make: Make) -> None:
    path = make({"s": {"A1": SQUARED, "A2": "=A1^2", "A3": "=A2*4", "A4": "=A3+A2"}})
    right: dict[str, Value] = {"s!A2": SQUARED * SQUARED, "s!A3": SQUARED * SQUARED * 4}
    wrong: dict[str, Value] = {"s!A2": math.pow(SQUARED, 2), "s!A3": math.pow(SQUARED, 2) * 4}
    assert reasons(path, wrong, right) == ["pow", "follows s!A2 (pow)"]


def test_snapping(make: Make) -> None:
    path = make({"s": {"A1": 1, "A2": 0.9999999999999999, "A3": "=(A1-A2)*8"}})
    assert reasons(path, {"s!A3": 0.0}, {"s!A3": 2.0**-50}) == ["snapping"]


def test_summation(make: Make) -> None:
    numbers = [1.0, 1e100, 1.0, -1e100]
    path = make({"s": {**{f"A{row}": number for row, number in enumerate(numbers, 1)}, "A5": "=SUM(A1:A4)"}})
    assert (in_order(numbers), compensated(numbers)) == (0.0, 2.0)  # Neumaier's own example
    assert reasons(path, {"s!A5": 2.0}, {"s!A5": 0.0}) == ["summation"]


def test_pairwise_is_numpys() -> None:
    numbers = [0.1] * 1000
    assert in_order(numbers) == 99.9999999999986  # IEEE 754, one addition after the other
    assert abs(pairwise(numbers) - 100) < 1e-12


def test_rounded_constants(make: Make) -> None:
    long = 0.012345678901234567
    path = make({"s": {"A1": long, "A2": "=A1*3"}})
    actual: dict[str, Value] = {"s!A2": round(long, 15) * 3}
    constant = float(read_book(path).constants["s!A1"] or 0)
    expected: dict[str, Value] = {"s!A2": constant * 3}
    assert reasons(path, actual, expected, rounded_constants=True) == ["constants"]
    assert reasons(path, actual, expected) == ["unexplained"]


def test_functions_of_a_library_are_named_and_the_rest_is_unexplained(make: Make) -> None:
    path = make({"s": {"A1": 1, "A2": "=TANH(A1)", "A3": "=A1+1"}})
    expected: dict[str, Value] = {"s!A2": 0.7615941559557649, "s!A3": 2.0}
    actual: dict[str, Value] = {"s!A2": 0.761594155955765, "s!A3": 2.0000000000000004}
    assert reasons(path, actual, expected) == ["library: TANH", "unexplained"]


def test_what_follows_from_an_unsupported_cell(make: Make) -> None:
    path = make({"s": {"A1": "=FOO(1)", "A2": "=A1+1"}})
    result = compare({"s!A1": 1.0, "s!A2": 2.0}, {"s!A2": "#NAME?"}, unsupported=[("s!A1", "FOO")])
    explained = explain(result, read_book(path), {"s!A2": "#NAME?"})
    assert [m.reason for m in explained.mismatches] == ["follows s!A1 (FOO is not supported)"]


@pytest.mark.parametrize(
    ("formula", "value"),  # arithmetic by hand, with Excel's precedence
    [
        ("=-2^2", 4.0),
        ("=2^3^2", 64.0),
        ("=1-2-3", -4.0),
        ("=8/4/2", 1.0),
        ("=50%*2", 1.0),
        ("=IF(A1>=2,1,5)", 1.0),
        ("=IF(A1<>2,1,5)", 5.0),
        ("=MAX(A1,3)+MIN(A1:A2)", 5.0),
        ("=SUMXMY2(A1:A2,A1:A2)+COUNT(A1:A2)", 2.0),
        ("=SQRT((A1+2)^2)*1.5E1", 60.0),
        ("=AVERAGE(A1:A2)-SUMSQ(A1:A2)+SUMPRODUCT(A1:A2,A1:A2)", 2.0),
    ],
)
def test_replay(formula: str, value: float) -> None:
    assert replay(formula, lambda piece: [2.0, 2.0] if ":" in piece.text else [2.0]) == value


@pytest.mark.parametrize("formula", ["=1/0", "=VLOOKUP(1,A1,2)", '="a"', "=1+", "=(1", "=1 2", "=", "=1E308*10"])
def test_what_is_no_plain_arithmetic_is_not_replayed(formula: str) -> None:
    with pytest.raises(NotReplayable):
        replay(formula, lambda piece: [1.0])


def test_overflow_is_named(make: Callable[..., Path]) -> None:
    """Excel shows #NUM! where a product exceeds the largest double; IronCalc 0.9.1 shows #DIV/0!."""
    book = read_book(make({"s": {"A1": 1e200, "A2": ("=A1*A1", "#NUM!"), "A3": ("=A2+1", "#NUM!")}}))
    found = compare(book.cached, {"s!A2": "#DIV/0!", "s!A3": "#DIV/0!"}, name="ironcalc")
    reasons = [m.reason for m in explain(found, book, {"s!A2": "#DIV/0!", "s!A3": "#DIV/0!"}).mismatches]
    assert reasons == ["overflow", "follows s!A2 (overflow)"]
