"""Workbooks to solve, written for the occasion."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.solving.titanic import write

Write = Callable[..., Path]


@pytest.fixture(scope="session")
def titanic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small one of the Titanic kind."""
    return write(tmp_path_factory.mktemp("titanic") / "titanic.xlsx", rows=80)


@pytest.fixture
def sheet(tmp_path: Path) -> Write:
    """Writes a workbook of one sheet, `s`."""

    def make(**cells: object) -> Path:
        book = Workbook()
        del book["Sheet"]
        page = book.create_sheet("s")
        for address, value in cells.items():
            page[address] = value
        path = tmp_path / "book.xlsx"
        book.save(path)
        return path

    return make
