"""The one place where functions are registered."""

from __future__ import annotations

from collections.abc import Callable

from gradsheet.formula.functions import FUNCTIONS


def test_every_function_says_what_it_does_and_where_that_is_defined() -> None:
    for name, function in FUNCTIONS.items():
        assert function.source, name
        assert function.source.startswith("formulas") or function.compute.__doc__, name


def test_a_function_that_we_lack_is_borrowed(value: Callable[..., object]) -> None:
    # Microsoft, PMT function: the example's −1,037.03
    assert value("=ROUND(PMT(0.08/12,10,10000),2)") == -1037.03
