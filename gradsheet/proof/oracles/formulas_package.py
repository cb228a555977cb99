"""The Python package ``formulas`` (EUPL; depended on, never copied), asked to evaluate a workbook's formulas.

It gets the formulas and constants as text and numbers and not as a file, for three reasons:

* its file reader rounds constants to 15 decimals; numbers handed over directly stay whole;
* it knows no sheet-scoped names, so addresses stand in for names before it sees a formula;
* it needs a minute and 1.7 GB for 30,000 formulas, so that it has to be given a part of a long workbook.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Collection, Iterator, Mapping
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
    evaluated, inputs = _selected(book, wanted)
    titles = {title: f"S{number}" for number, title in enumerate(book.sheets)}
    given: dict[str, Any] = {}
    for cell, value in inputs.items():
        short = constants == "rounded" and cell in book.constants and isinstance(value, float)
        given[_node(titles, cell)] = _constant(round(value, 15) if short else value)  # type: ignore[arg-type]
    given |= {_node(titles, _whole(book, cell)): with_addresses(book, cell, titles) for cell in evaluated}
    with _quiet():
        solution, refused = _solve(given)
    found: dict[str, Value] = {}
    lacking: dict[str, str] = {}
    for cell in wanted:
        anchor = book.members.get(cell, cell)
        node, formula = _node(titles, _whole(book, anchor)), book.formulas.get(anchor, "")
        if node in solution:
            found[cell] = _value(solution[node], cell, book.arrays.get(anchor))
        if node in refused or found.get(cell) == "#NAME?":
            unknown = _unknown_function(formula) or ("a formula that it cannot parse" if node in refused else "")
            if unknown:
                lacking[cell] = unknown
                found.pop(cell, None)
    lacking |= _without_value(book, [cell for cell in wanted if cell not in found and cell not in lacking])
    notes = ["constants rounded to 15 decimals"] if constants == "rounded" else []
    if cells is not None:
        notes.append(f"{len(wanted):,} of {len(book.computed):,} formula cells, precedents from the cache")
    return OracleValues(found, list(lacking.items()), "; ".join(notes), metadata.version("formulas"))


def _selected(book: Book, wanted: list[str]) -> tuple[set[str], dict[str, Value]]:
    """The formula cells to evaluate, and the values that stand for everything else that they read."""
    evaluated = {book.members.get(cell, cell) for cell in wanted}
    stored = {**book.cached, **book.constants}
    if len(wanted) == len(book.computed) or any(
        _REACHING.intersection(functions(book.formulas[cell])) for cell in evaluated
    ):
        inputs = stored
    else:
        inputs, waiting = {}, list(evaluated)
        while waiting:
            for cell in precedents(book, waiting.pop()):
                anchor = book.members.get(cell, cell)
                if cell in stored:
                    inputs[cell] = stored[cell]
                elif anchor in book.formulas and anchor not in evaluated:
                    evaluated.add(anchor)  # no cached value can stand for it: it has to be computed too
                    waiting.append(anchor)
    own = {cell: value for cell, value in inputs.items() if book.members.get(cell, cell) not in evaluated}
    return evaluated, own


def _whole(book: Book, cell: str) -> str:
    """The cell, or the whole area where it is the first cell of an array formula."""
    return f"{cell.rpartition('!')[0]}!{book.arrays[cell]}" if cell in book.arrays else cell


def _node(titles: Mapping[str, str], cell: str) -> str:
    """The package's name for a cell; sheets get plain titles, since it cannot read one like it's."""
    sheet, _, address = cell.rpartition("!")
    return f"'[BOOK.XLSX]{titles[sheet]}'!{address}"


def _constant(value: Value) -> Any:
    from formulas.functions import Error

    if isinstance(value, str) and value in Error.errors:
        return Error.errors[value]
    if isinstance(value, str) and value.startswith("="):
        return '="' + value.replace('"', '""') + '"'  # a text, not a formula
    return value


def _solve(given: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """The package's solution, and the nodes whose formulas it refuses to take."""
    import formulas
    from formulas.cell import Cell

    refused: set[str] = set()
    try:
        model = formulas.ExcelModel().from_dict(given)
    except Exception:  # it has no common base class; one formula stops it all, so look for which
        for node, content in given.items():
            try:
                Cell(node, content).compile()
            except Exception:
                refused.add(node)
        model = formulas.ExcelModel().from_dict({k: v for k, v in given.items() if k not in refused})
    return dict(model.calculate()), refused


def _value(answer: Any, cell: str, area: str | None) -> Value:
    at = area_cells(area).index(cell.rpartition("!")[2]) if area else 0
    value = answer.value.ravel()[at]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return value
    return float(value) if isinstance(value, (int, float)) else str(value)  # its errors read as "#NUM!"


def _unknown_function(formula: str) -> str | None:
    from formulas import get_functions

    known = get_functions()
    for name in functions(formula):
        if not {name, f"_XLFN.{name}", f"_XLFN._XLWS.{name}"} & set(known):
            return name
    return None


def _without_value(book: Book, missing: list[str]) -> dict[str, str]:
    """Why cells have no value at all: the package leaves out circular references without a word."""
    without = set(missing)
    reads = {cell: [p for p in precedents(book, cell) if p in without] for cell in missing}
    circular = _on_a_circle(reads)
    reasons: dict[str, str] = {}
    for cell in missing:
        if cell in circular:
            reasons[cell] = "circular reference"
        elif reads[cell]:
            reasons[cell] = f"reads {reads[cell][0]}, which has no value"
        else:
            reasons[cell] = "/".join(functions(book.formulas.get(cell, ""))) or "no value"
    return reasons


def _on_a_circle(reads: Mapping[str, Collection[str]]) -> set[str]:
    """What is left once cells that read nothing, and cells that nothing reads, are taken away in turn."""
    left = set(reads)
    while True:
        read = {p for cell in left for p in reads[cell] if p in left}
        inner = {cell for cell in left if cell in read and any(p in left for p in reads[cell])}
        if inner == left:
            return left
        left = inner


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
