"""The one comparison policy: two values are equal to the last bit, or they differ and it is said by how much.

No tolerance, no rounding, no list of cells to skip. Three things are left out and counted apart: cells that
an engine cannot evaluate, cells that change by themselves, and nothing else.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gradsheet.proof.book import Value

NAN_APART = 2**64
"""The distance between NaN and a number: farther than any two numbers are apart."""


@dataclass(frozen=True)
class Mismatch:
    """A cell whose two values differ.

    Attributes:
        sheet: the sheet's title.
        cell: the address, ``F33``.
        expected: the value that is held to be true.
        actual: the engine's value; None where it gave none.
        ulp: the distance in units in the last place; None where one of the two is no number.
        reason: why, where known (see gradsheet.proof.explain).
    """

    sheet: str
    cell: str
    expected: Value
    actual: Value
    ulp: int | None
    reason: str | None = None

    @property
    def key(self) -> str:
        """The cell as the mappings name it, ``basic!F33``."""
        return f"{self.sheet}!{self.cell}"


@dataclass(frozen=True)
class OracleResult:
    """One engine's row of the parity table.

    Attributes:
        name: the engine.
        cells: cells compared: all that were expected but for the volatile ones. Each is exact, a mismatch,
            or unsupported.
        exact: cells equal to the last bit.
        max_ulp: largest distance between two numbers, in units in the last place.
        max_rel: largest relative difference between two numbers, |a − b| / max(|a|, |b|), from 0 to 2.
        mismatches: the cells that differ, in the order of the expected values.
        unsupported: (cell, function) for each cell that the engine cannot evaluate.
        volatile: cells left out because they change by themselves.
    """

    name: str
    cells: int
    exact: int
    max_ulp: int
    max_rel: float
    mismatches: tuple[Mismatch, ...] = ()
    unsupported: tuple[tuple[str, str], ...] = ()
    volatile: int = 0

    @property
    def ok(self) -> bool:
        """Whether every cell was evaluated and is equal to the last bit."""
        return self.exact == self.cells

    @property
    def first(self) -> Mismatch | None:
        """The first cell that diverges, in the order of the expected values."""
        return self.mismatches[0] if self.mismatches else None

    def explained(self, reasons: Mapping[str, str]) -> OracleResult:
        """The same result with a reason at each mismatch that has one under its key."""
        told = tuple(replace(m, reason=reasons.get(m.key, m.reason)) for m in self.mismatches)
        return replace(self, mismatches=told)

    def to_json(self) -> dict[str, Any]:
        """The result as strict JSON can hold it: a number that is not finite becomes its name, "inf"."""
        return {
            "cells": self.cells,
            "exact": self.exact,
            "max_ulp": self.max_ulp,
            "max_rel": self.max_rel,
            "unsupported": [{"cell": cell, "function": function} for cell, function in self.unsupported],
            "volatile": self.volatile,
            "mismatches": [
                {
                    "sheet": m.sheet,
                    "cell": m.cell,
                    "expected": _strict(m.expected),
                    "actual": _strict(m.actual),
                    "ulp": m.ulp,
                    "reason": m.reason,
                }
                for m in self.mismatches
            ],
        }


def ulp(a: float, b: float) -> int:
    """How many steps from one float64 to the next lie between two numbers.

    The bits of a float64, read as an integer (negative numbers mirrored), count the numbers in their order,
    so the distance is a difference of integers. 0 and −0 are one number: distance 0. NaN equals NaN, and is
    NAN_APART from every number.

    Args:
        a: a float64.
        b: another.

    Returns:
        0 when the two are the same number.

    Example:
        >>> ulp(1.0, 1.0000000000000002), ulp(0.0, -0.0), ulp(5e-324, -5e-324)
        (1, 0, 2)

    **Source**: Bruce Dawson, Comparing Floating Point Numbers, 2012 edition (randomascii.wordpress.com).
    """
    if math.isnan(a) or math.isnan(b):
        return 0 if math.isnan(a) and math.isnan(b) else NAN_APART
    return abs(_ordinal(a) - _ordinal(b))


def relative(a: float, b: float) -> float:
    """The relative difference |a − b| / max(|a|, |b|), from 0 to 2; infinite where a number is not finite.

    Example:
        >>> relative(2.0, 1.0), relative(0.0, -0.0), relative(1e308, -1e308)
        (0.5, 0.0, 2.0)
    """
    if a == b or (math.isnan(a) and math.isnan(b)):
        return 0.0
    size = max(abs(a), abs(b))
    if not math.isfinite(size) or math.isnan(a) or math.isnan(b):
        return math.inf
    return abs(a / size - b / size)


def compare(
    expected: Mapping[str, Any],
    actual: Mapping[str, Any],
    *,
    name: str = "",
    unsupported: Iterable[tuple[str, str]] = (),
    volatile: Collection[str] = (),
) -> OracleResult:
    """Compares an engine's values with the expected ones, cell by cell.

    Numbers are equal when they are 0 ULP apart; TRUE is not 1; the same error on both sides is equal; a
    blank and an empty text are equal, as they are in a formula. A value is a float, bool, str or None;
    whatever else reads as "#…" (an error type of one's own) counts as that Excel error.

    Args:
        expected: ``sheet!A1`` → value; its order is the report's order.
        actual: the engine's values under the same keys; one that is missing is a mismatch.
        name: the engine's name in the report.
        unsupported: (cell, function) pairs that the engine cannot evaluate; counted, never skipped.
        volatile: cells to leave out because they change by themselves.

    Example:
        >>> result = compare({"s!A1": 1.0, "s!A2": "#NUM!"}, {"s!A1": 1.0000000000000002, "s!A2": "#NUM!"})
        >>> result.cells, result.exact, result.max_ulp, result.first.cell
        (2, 1, 1, 'A1')
    """
    left_out = set(volatile).intersection(expected)
    cannot = {cell: function for cell, function in unsupported if cell in expected and cell not in left_out}
    exact, max_ulp, max_rel = 0, 0, 0.0
    mismatches: list[Mismatch] = []
    for key in expected:
        if key in left_out or key in cannot:
            continue
        want, got = _plain(expected[key]), _plain(actual.get(key))
        steps: int | None = None
        if isinstance(want, float) and isinstance(got, float):
            steps = ulp(want, got)
            max_ulp, max_rel = max(max_ulp, steps), max(max_rel, relative(want, got))
        if steps == 0 or (steps is None and type(want) is type(got) and want == got):
            exact += 1
        else:
            sheet, _, cell = key.rpartition("!")
            missing = None if key in actual else "the engine gave no value"
            mismatches.append(Mismatch(sheet, cell, want, got, steps, missing))
    return OracleResult(
        name,
        len(expected) - len(left_out),
        exact,
        max_ulp,
        max_rel if math.isfinite(max_rel) else 2.0,
        tuple(mismatches),
        tuple(cannot.items()),
        len(left_out),
    )


ROUNDED = "stored with 15 digits"


def rounded(result: OracleResult) -> OracleResult:
    """Where all that differs is that the file has 15 digits, as LibreOffice saves them, each mismatch says so.

    Example:
        >>> found = compare({"s!A1": 0.333333333333333}, {"s!A1": 1 / 3})
        >>> rounded(found).mismatches[0].reason
        'stored with 15 digits'
    """

    def same(mismatch: Mismatch) -> bool:
        stored, ours = mismatch.expected, mismatch.actual
        if not isinstance(stored, float) or not isinstance(ours, float):
            return False
        return stored == float(f"{stored:.15g}") and relative(stored, ours) < 1e-14

    if not result.mismatches or not all(map(same, result.mismatches)):
        return result
    return result.explained({m.key: ROUNDED for m in result.mismatches})


def _ordinal(value: float) -> int:
    bits: int = struct.unpack("<q", struct.pack("<d", value))[0]
    return bits if bits >= 0 else -(bits & 0x7FFF_FFFF_FFFF_FFFF)


def _plain(value: Any) -> Value:
    if value is None or value == "":
        return ""
    if isinstance(value, (bool, str)):
        return value
    text = str(value)
    return text if text.startswith("#") else float(value)


def _strict(value: Value) -> Value:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
