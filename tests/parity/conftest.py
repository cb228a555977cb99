"""Workbooks for the oracle tests: the course's, where they are, and small ones made here by XlsxWriter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

COURSE = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def course() -> Callable[[str], Path]:
    """Gives a course workbook's path; skips where the course data is not there."""

    def path(name: str) -> Path:
        file = COURSE / name
        if not file.is_file():
            pytest.skip(f"the course workbook {name} is not beside this repository (../shared/data)")
        return file

    return path


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Writes a workbook from {sheet: {address: constant or "=formula" or ("=formula", cached value)}}."""

    def write(
        sheets: Mapping[str, Mapping[str, Any]],
        names: Mapping[str, str] | None = None,
        file: str = "made.xlsx",
    ) -> Path:
        path = tmp_path / file
        with xlsxwriter.Workbook(str(path)) as book:
            for title, cells in sheets.items():
                sheet = book.add_worksheet(title)
                for address, content in cells.items():
                    text, cached = content if isinstance(content, tuple) else (content, 0)
                    if isinstance(text, str) and text.startswith("{="):
                        sheet.write_array_formula(address, text, None, cached)
                    elif isinstance(text, str) and text.startswith("="):
                        sheet.write_formula(address.split(":")[0], text, None, cached)
                    else:
                        sheet.write(address, text)
            for name, meaning in (names or {}).items():
                book.define_name(name, meaning)
        return path

    return write
