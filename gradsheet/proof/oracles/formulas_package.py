"""The Python package ``formulas`` (EUPL; depended on, never copied), asked to evaluate a workbook's formulas.

It gets the formulas and constants as text and numbers and not as a file, for three reasons:

* its file reader rounds constants to 15 decimals; numbers handed over directly stay whole;
* it knows no sheet-scoped names, so addresses stand in for names before it sees a formula;
* it needs a minute and 1.7 GB for 30,000 formulas, so that it has to be given a part of a long workbook.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from gradsheet.errors import GradsheetError
from gradsheet.proof.book import Book, Value, area_cells, read_book
from gradsheet.proof.oracles import OracleValues
from gradsheet.proof.references import functions, precedents, with_addresses

_REACHING = frozenset({"OFFSET", "INDIRECT"})
"""Functions that read cells which their formula does not name: with them, every cell is handed over."""


def available() -> str | None:
    """Why the package cannot be asked, or None."""
    return None if find_spec("formulas") else "the package formulas is not installed: pip install formulas"


def values(
    path: str | Path,
    cells: Collection[str] | None = None,
    *,
    constants: Literal["exact", "rounded"] = "exact",
) -> OracleValues:
    """The workbook's formulas as the package evaluates them.

    Args:
        path: the workbook; its cached values are used for nothing but what ``cells`` says.
        cells: the cells to evaluate; None for every one that a formula fills. With a selection, a formula
            outside of it that a selected one reads is not evaluated: its cached value stands for it. Every
            selected cell is still computed from its own formula, so an error in any of them shows; select
            ``gradsheet.proof.references.closure`` to have no cached value in play.
        constants: "exact" hands over each constant as it is stored; "rounded" rounds it to 15 decimals, as
            the package does when it reads the file itself.

    Raises:
        GradsheetError: the package is missing, or cannot take the workbook.
    """
    reason = available()
    if reason:
        raise GradsheetError(reason)
    book = read_book(path)
    wanted = [cell for cell in book.computed if cells is None or cell in cells]
    given, unsupported = _given(book, wanted, constants)
    with _quiet():
        solution = _solve(given, unsupported)
    found = _values(book, wanted, solution)
    lacking = dict(unsupported)
    for cell in wanted:
        missing = _missing_function(book.formulas.get(cell, ""))
        if missing and found.get(cell) == "#NAME?":
            lacking.setdefault(cell, missing)
    lacking |= _without_value(book, [cell for cell in wanted if cell not in found and cell not in lacking])
    notes = ["constants rounded to 15 decimals"] if constants == "rounded" else []
    if cells is not None:
        notes.append(f"{len(wanted):,} of {len(book.computed):,} formula cells, precedents from the cache")
    return OracleValues(
        {cell: value for cell, value in found.items() if cell not in lacking},
        list(lacking.items()),
        "; ".join(notes),
        metadata.version("formulas"),
    )


def _given(book: Book, wanted: list[str], constants: str) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """What the package gets: node → formula or constant."""
    evaluated = {book.members.get(cell, cell) for cell in wanted}
    inputs: dict[str, Value] = {}
    if len(wanted) == len(book.computed) or any(
        _REACHING.intersection(functions(book.formulas[cell])) for cell in evaluated
    ):
        inputs = {**book.cached, **book.constants}
    else:
        waiting = list(evaluated)
        while waiting:
            for cell in precedents(book, waiting.pop()):
                anchor = book.members.get(cell, cell)
                if cell in book.constants or cell in book.cached:
                    inputs[cell] = book.constants[cell] if cell in book.constants else book.cached[cell]
                elif anchor in book.formulas and anchor not in evaluated:
                    evaluated.add(anchor)  # no cached value stands for it: it has to be computed as well
                    waiting.append(anchor)
    given: dict[str, Any] = {}
    for cell, value in inputs.items():
        if book.members.get(cell, cell) not in evaluated:
            rounded = constants == "rounded" and cell in book.constants and isinstance(value, float)
            given[_node(cell)] = _constant(round(value, 15) if rounded else value)  # type: ignore[arg-type]
    for cell in evaluated:
        sheet = cell.rpartition("!")[0]
        where = f"{sheet}!{book.arrays[cell]}" if cell in book.arrays else cell
        given[_node(where)] = with_addresses(book, cell)
    return given, []


def _node(cell: str) -> str:
    sheet, _, address = cell.rpartition("!")
    return f"'[BOOK.XLSX]{sheet.upper().replace(chr(39), chr(39) * 2)}'!{address}"


def _constant(value: Value) -> Any:
    from formulas.functions import Error

    if isinstance(value, str) and value in Error.errors:
        return Error.errors[value]
    if isinstance(value, str) and value.startswith("="):
        return '="' + value.replace('"', '""') + '"'  # a text, not a formula
    return value


def _solve(given: dict[str, Any], unsupported: list[tuple[str, str]]) -> dict[str, Any]:
    import formulas

    model = formulas.ExcelModel()
    model.from_dict(given)
    return dict(model.calculate())


def _values(book: Book, wanted: list[str], solution: dict[str, Any]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for cell in wanted:
        anchor = book.members.get(cell, cell)
        area = book.arrays.get(anchor)
        sheet, _, address = cell.rpartition("!")
        answer = solution.get(_node(f"{sheet}!{area}" if area else cell))
        if answer is not None:
            at = area_cells(area).index(address) if area else 0
            found[cell] = _plain(answer.value.ravel()[at])
    return found


def _plain(value: Any) -> Value:
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return float(value)
    text = str(value)
    return None if text == "empty" and not isinstance(value, str) else text


def _missing_function(formula: str) -> str | None:
    from formulas import get_functions

    known = get_functions()
    for name in functions(formula):
        if name not in known and f"_XLFN.{name}" not in known and f"_XLFN._XLWS.{name}" not in known:
            return name
    return None


def _without_value(book: Book, missing: list[str]) -> dict[str, str]:
    """Why cells have no value at all: the package stops at circular references without a word."""
    reasons: dict[str, str] = {}
    waits = {cell: {p for p in precedents(book, cell) if p in set(missing)} for cell in missing}
    while waits:
        free = [cell for cell, reads in waits.items() if not reads]
        if not free:
            return reasons | dict.fromkeys(waits, "circular reference")
        for cell in free:
            del waits[cell]
            reasons[cell] = "/".join(functions(book.formulas.get(cell, ""))) or "no value"
        for reads in waits.values():
            reads.difference_update(free)
    return reasons


@contextmanager
def _quiet() -> Iterator[None]:
    """The package warns and logs at each of its own oddities (numpy's divisions, missing nodes)."""
    loggers = [logging.getLogger(name) for name in ("formulas", "schedula")]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
