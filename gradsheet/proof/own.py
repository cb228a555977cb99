"""gradsheet's own workbooks: what the engine says of every formula cell, from the inputs as they now stand.

Someone may have opened the workbook, changed a learning rate and saved it: the inputs, the data and the number
of passes are read from the file, the engine runs with them, and every cell whose formula is still the one that
was written is compared. Cells whose formula was changed are named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import torch

from gradsheet.address import Cell, parse_cell, split
from gradsheet.engine import Trace, run
from gradsheet.errors import GradsheetError
from gradsheet.experiments import Experiment, experiment
from gradsheet.proof.book import Book, Value
from gradsheet.workbook.front import DATA, DATA_FIRST, PROOF
from gradsheet.workbook.layout import Layout
from gradsheet.workbook.values import Values


@dataclass(frozen=True)
class OwnSheet:
    """A sheet that gradsheet wrote, understood.

    Attributes:
        sheet: its title.
        modelled: formula cell → what the engine says it shows.
        left: formula cells that say something else than what was written.
        trace: the engine's run.
    """

    sheet: str
    modelled: dict[str, Value]
    left: list[str]
    trace: Trace


def own_sheets(book: Book) -> list[OwnSheet]:
    """Every sheet of a workbook that `gradsheet.export` wrote, in order; empty where none is.

    Raises:
        GradsheetError: an input or a cell of the data holds what is no number.
    """
    if not {DATA, PROOF} <= set(book.sheets):
        return []
    entries = [entry for name in book.sheets if (entry := _entry(name)) is not None]
    features = max((entry.model.features for entry in entries), default=1)
    data = _data(book, features)
    if not data:
        raise GradsheetError(f"{book.path}, sheet {DATA} holds no examples: type x and y into its two columns")
    sheets = [_own_sheet(book, entry, data) for entry in entries]
    return [sheet for sheet in sheets if sheet is not None]


def _entry(sheet: str) -> Experiment | None:
    """The experiment that a sheet of this name shows."""
    try:
        return experiment(sheet)
    except GradsheetError:
        return None


def _data(book: Book, features: int) -> list[tuple[float, ...]]:
    """The examples, down to the last row that holds anything: y last, as `run` takes them."""
    columns = range(DATA_FIRST.column, DATA_FIRST.column + features + 1)
    here = [split(key) for key in (*book.constants, *book.formulas) if key.startswith(f"{DATA}!")]
    filled = [cell.row for _, address in here if (cell := parse_cell(address)).column in columns]
    order = columns if features == 1 else [*columns[1:], columns[0]]
    return [
        tuple(_number(book, f"{DATA}!{Cell(row, column)}") for column in order)
        for row in range(DATA_FIRST.row, max(filled, default=0) + 1)
    ]


def _number(book: Book, key: str, blank: float | None = None) -> float:
    """The number in a cell that someone may have changed: typed, computed, or taken out."""
    value = book.cached.get(key) if key in book.formulas else book.constants.get(key, blank)
    if isinstance(value, bool) or not isinstance(value, float):
        what = "is empty" if value in (None, "") else f"holds {value!r}"
        raise GradsheetError(f"{book.path}, {key} {what}, where a number is meant: type one in and try again")
    return value


def _candidates(book: Book, entry: Experiment, examples: int) -> Iterator[Experiment]:
    """What the sheet may show: the entry's own gradient, carry-over and batch first."""
    if not entry.trains:
        yield entry
        return
    last = max(
        (int(v) for k, v in book.constants.items() if k.startswith(f"{entry.name}!B") and isinstance(v, float)),
        default=examples,
    )  # column B counts the rows of a pass
    sizes: list[str | int] = ["row", "full", *([last] if last < examples else [])]
    gradients = dict.fromkeys((entry.gradient, "analytic", "numeric"))
    if entry.model.wide:
        sizes = sizes[1:]
    for batch, gradient in product(dict.fromkeys((entry.batch, *sizes)), gradients):
        for carry in ("entering", "updated") if batch == "row" else ("updated",):
            yield entry.configured(gradient, carry, batch=batch)


def _own_sheet(book: Book, entry: Experiment, data: list[tuple[float, ...]]) -> OwnSheet | None:
    """The configuration whose formulas the sheet holds: gradient, carry-over, number of passes."""
    formulas = {k: f for k, f in book.formulas.items() if k.startswith(f"{entry.name}!")}
    if not formulas:
        return None
    last = max(parse_cell(key.rpartition("!")[2]).row for key in formulas)
    best: tuple[float, Layout] | None = None
    for candidate in _candidates(book, entry, len(data)):
        rows = candidate.rows(len(data))
        probe = Layout(candidate, rows, 1, (DATA, DATA_FIRST))
        passes, rest = divmod(last - probe.body + 1, rows)
        if rest or passes <= probe.warm:
            continue
        layout = Layout(candidate, rows, passes, (DATA, DATA_FIRST), examples=len(data))
        found = [
            formulas.get(f"{entry.name}!{c.at}") == c.formula
            for number in dict.fromkeys((0, layout.warm, passes - 1))  # enough to tell one from the other
            for c in layout.contents_of(number)
        ]
        same = sum(found) / len(found)
        if best is None or same > best[0]:
            best = same, layout
    if best is None or not best[0]:
        return None
    layout = best[1]
    written = {f"{entry.name}!{c.at}": c.formula for c in layout.contents()}
    inputs: dict[str, Any] = {
        name: _number(book, f"{entry.name}!{at}", blank=0.0)  # a blank cell is 0 in a formula
        for name, at in layout.inputs.items()
    }
    if entry.starts:
        for at, weight in enumerate(entry.model.weights):
            inputs[f"start_{weight}"] = _number(book, f"{DATA}!{layout.start_cell(at)}", blank=0.0)
    # As many passes as the sheet has; where passes may be repeated that is more epochs than enough.
    trace = run(
        layout.experiment, (layout.passes - layout.warm) // layout.batches - 1, data=data, dtype=torch.float64, **inputs
    )
    values = Values(layout, trace)
    modelled: dict[str, Value] = {
        f"{entry.name}!{c.at}": values(c)
        for c in layout.contents()
        if formulas.get(f"{entry.name}!{c.at}") == written[f"{entry.name}!{c.at}"]
    }
    return OwnSheet(entry.name, modelled, sorted(set(formulas) - set(modelled)), trace)
