"""The comparison policy. Expected distances: IEEE 754 by hand, and C's nextafter."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradsheet.proof.compare import NAN_APART, Mismatch, OracleResult, compare, relative, ulp
from gradsheet.proof.report import Report


@pytest.mark.parametrize(
    ("a", "b", "steps"),
    [
        (1.0, 1.0, 0),
        (1.0, 1 + 2**-52, 1),
        (1.0, 1 - 2**-53, 1),
        (0.0, -0.0, 0),
        (0.0, 5e-324, 1),
        (-5e-324, 5e-324, 2),
        (1.0, 2.0, 2**52),
        (1.7976931348623157e308, math.inf, 1),
        (math.nan, math.nan, 0),
        (math.nan, 1.0, NAN_APART),
        (150.75521153771854, 150.75521153771857, 1),
    ],
)
def test_ulp(a: float, b: float, steps: int) -> None:
    assert ulp(a, b) == ulp(b, a) == steps


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_ulp_counts_the_steps_of_nextafter(start: float) -> None:
    value = start
    for _ in range(5):
        value = math.nextafter(value, math.inf)
    assert ulp(start, value) == 5 or value == math.inf


def test_relative_stays_finite_and_symmetric() -> None:
    assert relative(1e308, -1e308) == 2.0
    assert relative(0.0, 1e-300) == relative(1e-300, 0.0) == 1.0


def test_an_error_equals_the_same_error_of_another_type() -> None:
    class ExcelError:
        def __str__(self) -> str:
            return "#NUM!"

    result = compare({"s!A1": "#NUM!", "s!A2": "#NUM!"}, {"s!A1": ExcelError(), "s!A2": "#DIV/0!"})
    assert (result.exact, [m.cell for m in result.mismatches]) == (1, ["A2"])


def test_true_is_not_one_and_blank_is_empty_text() -> None:
    expected = {"s!A1": True, "s!A2": "", "s!A3": 1, "s!A4": "1", "s!A5": 0.0}
    result = compare(expected, {"s!A1": 1.0, "s!A2": None, "s!A3": 1.0, "s!A4": 1.0, "s!A5": -0.0})
    assert [m.cell for m in result.mismatches] == ["A1", "A4"]
    assert result.exact == 3


def test_every_cell_is_exact_or_a_mismatch_or_unsupported() -> None:
    expected = {f"a b!C{row}": float(row) for row in range(1, 8)}
    actual = {"a b!C1": 1.0, "a b!C2": 2.0000000000000004, "a b!C3": 9.0, "a b!C6": 6.5}
    result = compare(expected, actual, name="x", unsupported=[("a b!C4", "FOO"), ("z!A1", "BAR")], volatile=["a b!C6"])
    assert (result.cells, result.volatile) == (6, 1)
    assert result.cells == result.exact + len(result.mismatches) + len(result.unsupported)
    assert result.unsupported == (("a b!C4", "FOO"),)
    assert result.first is not None
    assert (result.first.key, result.first.ulp) == ("a b!C2", 1)
    assert result.max_rel == pytest.approx(6 / 9)
    assert [m.reason for m in result.mismatches] == [None, None, *["the engine gave no value"] * 2]
    assert not result.ok


def test_json_is_the_contract_and_strict() -> None:
    result = compare({"s!A1": math.inf, "s!A2": 2.0}, {"s!A1": math.nan, "s!A2": "#N/A"})
    data = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert set(data) == {"cells", "exact", "max_ulp", "max_rel", "unsupported", "volatile", "mismatches"}
    assert {"sheet", "cell", "expected", "actual", "ulp"} <= set(data["mismatches"][0])
    assert data["mismatches"][0]["expected"] == "inf"
    assert data["mismatches"][1]["ulp"] is None


@pytest.mark.parametrize(
    ("expected", "actual", "reason", "little"),
    [
        (1.8e-15, 0.0, "snapping", True),  # what LibreOffice makes of 3.0000000000000004² − 9
        (7e-14, 0.0, "follows from s!A1 (snapping)", True),
        (1.0, 0.0, "snapping", False),
        (1.8e-15, 0.0, "pow", False),
        (1.0, 1.0 + 1e-12, "pow", True),
    ],
)
def test_a_snapped_difference_counts_by_its_size(expected: float, actual: float, reason: str, little: bool) -> None:
    differ = Mismatch("s", "A1", expected, actual, 1, reason)
    result = OracleResult("libreoffice", 1, 0, 1, relative(expected, actual), (differ,))
    assert Report("own.xlsx", "gradsheet", {"libreoffice": result}).ok is little
