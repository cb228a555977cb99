"""The course workbooks with what Excel stored in them, and single formulas typed into today's Excel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gradsheet.address import split
from gradsheet.formula.book import Book
from gradsheet.formula.cells import Formula, Workbook
from gradsheet.workbook.read import contents

SHARED = Path(__file__).parents[3] / "shared" / "data"
Loaded = tuple[Workbook, dict[str, object]]
CELLS = {
    **{"A1": 1, "A2": 2, "A3": 3, "A4": 4},
    **{"B1": "a", "B2": "b", "B3": "c", "B4": "d"},
    **{"C1": 6, "C2": 5, "C3": 11},
}
"""What stands beside the formulas of tests/formula/functions."""


@pytest.fixture(scope="session")
def course() -> Callable[[str], Loaded]:
    """Loads a workbook of shared/data, or skips where it is not beside the repository."""

    def load(name: str) -> Loaded:
        if not (SHARED / name).exists():
            pytest.skip(f"{name} is not beside the repository")
        found = contents(SHARED / name)
        return found.workbook, {"!".join(split(key)): value for key, value in found.cached.items()}

    return load


@pytest.fixture(scope="session")
def value() -> Callable[..., object]:
    """What a formula gives, typed into today's Excel beside some cells."""

    def calculate(
        formula: str, /, dynamic: bool = True, names: dict[str, str] | None = None, **cells: object
    ) -> object:
        sheet = {**cells, "Z99": Formula(formula, dynamic=dynamic)}
        book = Book.of({"s": sheet}, names=names or {})  # type: ignore[arg-type]
        result = book.recalculate()
        assert book.unsupported == []
        return result["s!Z99"]

    return calculate


@pytest.fixture(scope="session")
def gives(value: Callable[..., object]) -> Callable[[str, object], None]:
    """Asserts what a formula gives beside `CELLS`: numbers to 1e-12, everything else exactly."""

    def check(formula: str, expected: object) -> None:
        found = value(formula, **CELLS)
        if isinstance(expected, float):
            assert found == pytest.approx(expected, rel=1e-12)
        else:
            assert found == expected
            assert type(found) is type(expected)

    return check
