"""The course's sheets: which of their cells the engine models, and what it says of them.

A sheet is recognised by its labels, so that another edition with other columns is still understood. What is
particular to the course's pages (column order, unlabelled columns, where the carried state stands, slips of the
pen) lives here and nowhere else.

Source: fast.ai, graddesc.xlsx, editions dl1 and course22p2.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gradsheet.address import Cell, parse_cell
from gradsheet.engine import Trace, run
from gradsheet.experiments import Experiment, catalogue
from gradsheet.numerics import sqrt, stack
from gradsheet.optimisers import Here
from gradsheet.optimisers.adam import adam
from gradsheet.proof.book import Book, Value

LABELS = {
    "x": "x", "y": "y", "b": "b", "intercept": "b", "a": "a", "slope": "a", "pred": "pred", "y_pred": "pred",
    "err^2": "err2", "errb1": "err_b", "est de/db": "est_b", "erra1": "err_a", "est de/da": "est_a",
    "de/db": "d_b", "de/da": "d_a", "new a": "new_a", "new b": "new_b",
}  # fmt: skip
"""The course's labels → our columns."""

STATES = {
    "momentum": ("velocity_b", "velocity_a"),
    "rmsprop": ("square_b", "square_a"),
    "adam": ("average_b", "average_a", "square_b", "square_a"),
    "adam_ann": ("average_b", "average_a", "square_b", "square_a"),
    "eve": ("average_b", "average_a", "square_b", "square_a"),
}
"""Columns without a label, in order: above each stands, in the header row, the state that is carried in."""

_TOTAL = re.compile(r"=SQRT\((SUM|SUMSQ)\(([A-Z]+)\d+:\2\d+\)\)(/COUNT\(\2\d+:\2\d+\))?")
_REST = re.compile(r"=1-([A-Z]+\d+)")
_STRANGER = re.compile(r"\*'?([^'!*+()]+)'?!\$?([A-Z]+)\$?(\d+)")


@dataclass(frozen=True)
class CourseSheet:
    """A sheet of the course's workbook, understood.

    Attributes:
        sheet: its title.
        experiment: the catalogue's entry, with the sheet's quirks.
        modelled: formula cell → what the engine says it shows.
        left: formula cells that the engine does not model.
        quirks: slips of the pen that were kept, one sentence each.
        trace: the engine's run of the pass.
    """

    sheet: str
    experiment: Experiment
    modelled: dict[str, Value]
    left: list[str]
    quirks: list[str]
    trace: Trace


class _Page:
    """Reads one sheet by address and by label."""

    def __init__(self, book: Book, sheet: str) -> None:
        self.book, self.sheet = book, sheet
        self.cells: dict[Cell, Value] = {}
        for store in (book.constants, book.cached):
            for key, value in store.items():
                title, address = split_key(key)
                if title == sheet:
                    self.cells[parse_cell(address)] = value
        self.formulas = {
            parse_cell(split_key(k)[1]): text for k, text in book.formulas.items() if split_key(k)[0] == sheet
        }

    def label(self, *texts: str) -> Cell | None:
        """The first cell that says one of these."""
        for at in sorted(self.cells):
            if isinstance(self.cells[at], str) and str(self.cells[at]).strip().lower() in texts:
                return at
        return None

    def number(self, row: int, column: int) -> float | None:
        value = self.cells.get(Cell(row, column))
        return value if isinstance(value, float) else None

    def beside(self, label: Cell) -> float | None:
        """The number to the right of a label, else the one below it."""
        right = self.number(label.row, label.column + 1)
        return right if right is not None else self.number(label.row + 1, label.column)


def split_key(key: str) -> tuple[str, str]:
    """Sheet and address of a key: titles stand in keys as they are, never quoted."""
    sheet, _, cell = key.rpartition("!")
    return sheet, cell


def course_sheets(book: Book) -> list[CourseSheet]:
    """Every sheet of a workbook that is one of the course's optimiser sheets.

    Args:
        book: any workbook.

    Returns:
        The sheets understood, in order; empty where none is.
    """
    found = (_course_sheet(_Page(book, sheet)) for sheet in book.sheets)
    return [sheet for sheet in found if sheet is not None]


def _course_sheet(page: _Page) -> CourseSheet | None:
    header = _header(page)
    if header is None:
        return None
    top, columns = header
    rows = _rows(page, top, columns["x"])
    carried = [c for c in range(1, 30) if Cell(top, c) in page.formulas and Cell(top + 1, c) in page.formulas]
    best: CourseSheet | None = None
    for name in _candidates(page, columns, carried):
        understood = _model(page, catalogue()[name], top, rows, columns, carried)
        if best is None or _exact(page, understood) > _exact(page, best):
            best = understood
    return best


def _header(page: _Page) -> tuple[int, dict[str, int]] | None:
    """The row that begins with x, y, and our names of its columns."""
    for at in sorted(page.cells):
        if page.cells[at] == "x" and page.cells.get(Cell(at.row, at.column + 1)) == "y":
            labels = {c: str(v).strip().lower() for (r, c), v in page.cells.items() if r == at.row}
            columns = {LABELS[text]: c for c, text in sorted(labels.items()) if text in LABELS}
            if {"x", "y", "a", "b", "pred"} <= set(columns):
                return at.row, columns
    return None


def _rows(page: _Page, top: int, x: int) -> int:
    rows = 0
    while page.number(top + rows + 1, x) is not None:
        rows += 1
    return rows


def _candidates(page: _Page, columns: Mapping[str, int], carried: list[int]) -> list[str]:
    """What the sheet can be: by its title, else by its shape; the engine then decides."""
    title = page.sheet.strip().lower().replace(" ", "_")
    named = [n for n in catalogue() if title in (n, f"{n}_sgd", f"sgd_{n}") and not catalogue()[n].follows]
    if named:
        return named
    if "est_b" in columns:
        return ["basic"]
    return [n for n in (*STATES, "adagrad", "adagrad_ann") if len(STATES.get(n, ())) == len(carried)]


def _exact(page: _Page, understood: CourseSheet) -> int:
    return sum(page.book.cached.get(key) == value for key, value in understood.modelled.items())


def _model(
    page: _Page, entry: Experiment, top: int, rows: int, columns: Mapping[str, int], carried: list[int]
) -> CourseSheet:
    columns = dict(columns) | dict(zip(STATES.get(entry.name, ()), carried, strict=False))
    inputs, given = _inputs(page, entry, top, columns)
    entry, quirks = _with_quirks(page, entry, top, rows, columns)
    data = [(page.number(top + 1 + i, columns["x"]), page.number(top + 1 + i, columns["y"])) for i in range(rows)]
    trace = run(replace(entry, warmup=()), 0, data=data, **inputs)  # a sheet shows one pass, from its own state
    modelled: dict[str, Value] = {}
    names = {number: name for name, number in columns.items()}
    engine = _Engine(trace, given, top)
    for at, formula in sorted(page.formulas.items()):
        value = engine.value(at, formula, names, page)
        if value is not None:
            modelled[f"{page.sheet}!{at}"] = value
    left = [f"{page.sheet}!{at}" for at in sorted(page.formulas) if f"{page.sheet}!{at}" not in modelled]
    return CourseSheet(page.sheet, entry, modelled, left, quirks, trace)


def _inputs(
    page: _Page, entry: Experiment, top: int, columns: Mapping[str, int]
) -> tuple[dict[str, Any], dict[str, float]]:
    """The engine's inputs, and numbers of the page that only footers need, from labels and from the header row."""
    found: dict[str, float | None] = {
        "start_b": page.number(1, columns["b"]),
        "start_a": page.number(2, columns["b"]),
    }
    learn = page.label("learn", "lr", "learning rate")
    found["lr"] = page.beside(learn) if learn else None
    beta = page.label("beta")
    if beta:
        found["beta"] = found["beta1"] = page.number(beta.row, beta.column + 1)
        found["beta2"] = page.number(beta.row, beta.column + 3)
    for name in STATES.get(entry.name, ()):
        field, _, w = name.rpartition("_")
        found[f"{field}0_{w}"] = page.number(top, columns[name])
    if entry.name.startswith("adagrad"):
        for w in ("b", "a"):
            found[f"scale0_{w}"] = page.number(1, columns[f"d_{w}"])
        found["limit0"] = page.number(1, columns["d_a"] + 3)
    losses = [at for at in (page.label("ft-1"), page.label("ft-2"), page.label("dt-1")) if at]
    if len(losses) == 3:
        one, two, damp = (page.beside(at) for at in losses)
        if one and two:
            found["change0"] = abs(one - two) / min(one, two)
        found["damp0"] = damp
        below = [at for at, v in page.cells.items() if v == "beta" and at.row > top]
        found["beta3"] = page.number(below[0].row + 1, below[0].column) if below else None
    known = {n: v for n, v in found.items() if v is not None}
    own: dict[str, Any] = {n: v for n, v in known.items() if n in entry.inputs or n[:-2] in entry.inputs}
    lowest = page.number(top, columns["square_a"] + 1) if "square_a" in columns else None
    return own, {"lowest": lowest} if lowest is not None else {}


def _with_quirks(
    page: _Page, entry: Experiment, top: int, rows: int, columns: Mapping[str, int]
) -> tuple[Experiment, list[str]]:
    """Cells that read a blank cell of another sheet where the gradient is meant (adam_ann!J5 of dl1)."""
    missing: dict[int, list[str]] = {}
    said = []
    for name in STATES.get(entry.name, ())[:2]:
        for row in range(rows):
            at = Cell(top + 1 + row, columns[name])
            stranger = _STRANGER.search(page.formulas.get(at, ""))
            if stranger:
                missing.setdefault(row, []).append(name[-1])
                where, gradient = f"{stranger[1]}!{stranger[2]}{stranger[3]}", f"de/d{name[-1]} of row {at.row}"
                said.append(
                    f"{page.sheet}!{at} reads {where}, a blank cell, where the gradient {gradient} is meant: "
                    "it is missing from the average (kept)."
                )
    if not missing or entry.optimiser.update is not adam.update:
        return entry, said
    rule, weights = entry.optimiser, entry.model.weights

    def update(values: Any, grad: Any, state: Any, here: Here) -> tuple[Any, Any]:
        """Adam's rule, with the average fed a 0 where the sheet feeds it a blank cell."""
        new, after = rule.update(values, grad, state, here)
        blank = missing.get(here.row, [])
        if not blank:
            return new, after
        none = stack(g * 0 if w in blank else g for w, g in zip(weights, grad, strict=True))
        average = rule.update(values, none, state, here)[1].average
        full = type(after)(average, *after[1:])
        return values - average * here.lr / sqrt(after.square), full

    return replace(entry, optimiser=replace(rule, update=update)), said


class _Engine:
    """What the engine's one pass says of a cell."""

    def __init__(self, trace: Trace, given: Mapping[str, float], top: int) -> None:
        self.steps = {n: t[0, 0].tolist() for n, t in trace.steps.items()}
        self.passes = {n: t[0, 0].item() for n, t in trace.passes.items()}
        self.rows, self.top, self.given = len(trace.setup.x), top, given
        self.retries = trace.experiment.optimiser.retries

    def value(self, at: Cell, formula: str, names: Mapping[int, str], page: _Page) -> float | None:
        """The value of one formula cell, None where the engine does not model it."""
        row = at.row - self.top - 1
        name = names.get(at.column)
        if name and 0 <= row < self.rows:
            return self.steps[name][row] if name in self.steps else None
        if row == -1 and name in self.passes:
            return self.passes[name]  # the state carried in
        if rest := _REST.fullmatch(formula):
            beta = page.cells.get(parse_cell(rest[1]))
            return 1 - beta if isinstance(beta, float) else None
        if (sums := _TOTAL.fullmatch(formula)) and (of := names.get(parse_cell(f"{sums[2]}1").column)) in self.steps:
            return self._total(str(of), sums[1] == "SUMSQ", bool(sums[3]))
        return self._named(at, name, page)

    def _total(self, name: str, squared: bool, counted: bool) -> float:
        total = 0.0
        for value in self.steps[name]:
            total = total + (value * value if squared else value)
        root = math.sqrt(total)
        return root / self.rows if counted else root

    def _named(self, at: Cell, name: str | None, page: _Page) -> float | None:
        """Single cells: rates, sizes, and what stands beside eve's labels."""
        label = page.cells.get(Cell(at.row, at.column - 1))
        if label in ("r_t", "dt"):
            return self.passes.get({"r_t": "change", "dt": "damp"}[str(label)])
        if at.row == 2 and name in ("d_b", "d_a"):
            return self.passes.get(f"rate_{name[-1]}")
        formula = page.formulas[at].replace(" ", "")
        if formula.startswith("=SUMPRODUCT(") and self.retries:
            return self.passes["size"]
        if re.fullmatch(r"=SQRT\([A-Z]+\d+\)\+SQRT\([A-Z]+\d+\)", formula):
            return self.passes.get("size")
        if formula.startswith("=avg_grad2/prev_grad2") and "lowest" in self.given and "size" in self.passes:
            return self.passes["size"] / self.given["lowest"]
        return None
