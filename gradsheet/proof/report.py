"""A workbook against everyone: PyTorch, the values in the file, and engines that no one here wrote.

The *subject* is what the engine says of each cell that it models, and, for all other formula cells, the value
stored in the file. Each oracle is then asked for the same cells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gradsheet.errors import GradsheetError
from gradsheet.experiments import experiment
from gradsheet.proof.book import Book, Value, read_book
from gradsheet.proof.compare import ROUNDED, Mismatch, OracleResult, compare, relative, rounded
from gradsheet.proof.course import course_sheets
from gradsheet.proof.explain import explain
from gradsheet.proof.oracles import formulas_package, ironcalc, libreoffice, program
from gradsheet.proof.own import own_sheets
from gradsheet.proof.torch_reference import TWINS, TorchDifference, against_autograd, against_torch
from gradsheet.proof.volatile import volatile
from gradsheet.workbook.front import DATA, PROOF
from gradsheet.workbook.layout import START

ORACLES: dict[str, Any] = {
    "program": program,
    "formulas": formulas_package,
    "libreoffice": libreoffice,
    "ironcalc": ironcalc,
}
"""Engines by the name of their row; ``cached``, the values stored in the file, is always there."""

LONG, HEAD, TAIL = 600, 300, 200
"""The `formulas` package takes a minute for 30,000 formulas, so of a sheet with more than LONG formula cells it is
given the first HEAD and the last TAIL unless everything is asked for."""

LARGEST = 1e-9
"""An engine may differ by this much, relatively, where its reason is known."""

SNAPPING = "snapping"
Say = Callable[[str], None]


def _little(mismatch: Mismatch) -> bool:
    """Whether a difference whose reason is known is small.

    An engine that snaps the difference of nearly equal numbers to 0 is off by all of what is left of them, so there
    the difference itself counts.
    """
    want, got = mismatch.expected, mismatch.actual
    if not (isinstance(want, float) and isinstance(got, float)):
        return True
    snapped = mismatch.reason is not None and SNAPPING in mismatch.reason
    return relative(want, got) <= LARGEST or (snapped and abs(want - got) <= LARGEST)


@dataclass(frozen=True)
class Report:
    """What `parity` found.

    Attributes:
        workbook: the file's name.
        kind: "gradsheet", "course" or "other".
        oracles: one row each. In ``cached`` the engine is compared with the values in the file; in the others
            an engine that no one here wrote with both.
        notes: what a reader has to know, one sentence each: quirks that were kept, cells that are not modelled,
            engines that could not be asked.
        torch: the engine against torch.optim and autograd, for the experiments in the workbook.
        versions: of the engines asked.

    Example:
        >>> Report("graddesc.xlsx", "course", {}).ok
        True
    """

    workbook: str
    kind: str
    oracles: dict[str, OracleResult]
    notes: tuple[str, ...] = ()
    torch: tuple[TorchDifference, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """PyTorch equals the file to the bit; other engines too, or differ by little for a known reason."""
        return all(self._passes(name, result) for name, result in self.oracles.items())

    def _passes(self, name: str, result: OracleResult) -> bool:
        if name in ("cached", "program") and any(m.reason != ROUNDED for m in result.mismatches):
            return False
        unexplained = [m for m in result.mismatches if m.reason is None or "unexplained" in m.reason]
        return not unexplained and all(_little(m) for m in result.mismatches)

    def to_json(self) -> dict[str, Any]:
        """The contract of docs/json.md."""
        return {
            "workbook": self.workbook,
            "kind": self.kind,
            "ok": self.ok,
            "oracles": {name: result.to_json() for name, result in self.oracles.items()},
            "torch": [vars(one) for one in self.torch],
            "notes": list(self.notes),
            "versions": self.versions,
        }

    def _repr_html_(self) -> str:
        """The rows as a table, for a notebook."""
        import pandas as pd

        rows = {
            name: {"cells": r.cells, "exact": r.exact, "max ULP": r.max_ulp, "max rel": r.max_rel}
            for name, r in self.oracles.items()
        }
        html: str = pd.DataFrame.from_dict(rows, orient="index").to_html()
        return f"<p>{self.workbook}: {'equal' if self.ok else 'NOT equal'}</p>{html}"


def parity(
    workbook: str | Path,
    *,
    oracles: Sequence[str] | None = None,
    everything: bool = False,
    say: Say = lambda _: None,
) -> Report:
    """Compare a workbook, cell by cell, with the engine and with engines that no one here wrote.

    Args:
        workbook: one that gradsheet wrote, the course's graddesc.xlsx, or any other.
        oracles: which engines to ask besides ``cached``; all that are installed where not given.
        everything: give the `formulas` package every cell of long sheets, too (minutes).
        say: is told what is being done.

    Raises:
        GradsheetError: no such file, not a workbook, an unknown oracle, or one that was asked for by name and
            is not installed.

    Example:
        >>> from gradsheet import export
        >>> import tempfile
        >>> path = export("basic", Path(tempfile.mkdtemp()) / "basic.xlsx", epochs=1)
        >>> parity(path, oracles=[]).oracles["cached"].max_ulp
        0
    """
    path = Path(workbook)
    asked = _asked(oracles)
    book = read_book(path)
    if not book.formulas:
        raise GradsheetError(f"{path}: no sheet holds a formula, so there is nothing to compare")
    say("PyTorch")
    kind, modelled, notes, names = _engine(book)
    changing = volatile(book)
    stored = {cell: book.cached[cell] for cell in modelled if cell in book.cached}
    results = {"cached": rounded(compare(stored, modelled, name="cached", volatile=changing))} if modelled else {}
    truth: dict[str, Value] = {cell: modelled.get(cell, book.cached.get(cell)) for cell in book.computed}
    truth = {cell: value for cell, value in truth.items() if value is not None}
    if not truth or (modelled and not asked and not stored):
        raise GradsheetError(
            f"{path}: no formula has a stored value to be compared with: open the file in Excel, save it, try again"
        )
    silent = len(book.computed) - len(truth)
    if silent:
        notes.append(
            f"{silent:,} formula cells have no stored value to be compared with: whatever wrote them computes none."
        )
    versions: dict[str, str] = {}
    for name in asked:
        reason = ORACLES[name].available()
        if reason:
            if oracles is not None:
                raise GradsheetError(reason)
            notes.append(f"{name} was not asked: {reason}")
            continue
        say(name)
        cells = None if everything or name != "formulas" else sample(book)
        answer = ORACLES[name].values(path, cells)
        wanted = truth if cells is None else {c: v for c, v in truth.items() if c in cells}
        found = compare(wanted, answer.values, name=name, unsupported=answer.unsupported, volatile=changing)
        short = rounded(found)
        results[name] = short if short is not found else explain(found, book, answer.values)
        versions[name] = answer.version
        if answer.note:
            notes.append(f"{name}: {answer.note}")
    if any(m.reason == ROUNDED for r in results.values() for m in r.mismatches):
        notes.append("The file stores its values with 15 digits, as LibreOffice saves them; in those they agree.")
    say("torch.optim")
    torch = tuple(_torch(names))
    return Report(path.name, kind, results, tuple(notes), torch, versions)


def _asked(oracles: Sequence[str] | None) -> list[str]:
    if oracles is None:
        return list(ORACLES)
    for name in oracles:
        if name not in ORACLES and name != "cached":
            raise GradsheetError(f"no oracle {name!r}: choose {', '.join(['cached', *ORACLES])}")
    return [name for name in oracles if name != "cached"]


def _engine(book: Book) -> tuple[str, dict[str, Value], list[str], list[str]]:
    """Kind of workbook, cells modelled, notes, and the experiments in it."""
    notes: list[str] = []
    modelled: dict[str, Value] = {}
    own = own_sheets(book)
    if own:
        for sheet in own:
            modelled |= sheet.modelled
            notes += _left(sheet.sheet, sheet.left, "say something else than what gradsheet wrote")
            notes += sheet.trace.notes
        return "gradsheet", modelled, notes, [s.trace.experiment.name for s in own]
    if {START, DATA, PROOF} <= set(book.sheets):
        notes.append(
            "This looks like a workbook of gradsheet's whose sheets were renamed: PyTorch knows none of them. "
            "Give each its old name, the experiment's."
        )
        return "other", modelled, notes, []
    course = course_sheets(book)
    for page in course:
        modelled |= page.modelled
        notes += page.quirks
        notes += _left(page.sheet, page.left, "are not modelled by the engine")
    if course:
        broken = sorted(f"{s}!{n}" if s else n for (s, n), text in book.names.items() if "#REF!" in text)
        if broken:
            notes.append(f"Defined names that refer to nothing (#REF!, kept): {', '.join(broken)}.")
        return "course", modelled, notes, list(dict.fromkeys(p.experiment.name for p in course))
    notes.append("No sheet is one of gradsheet's or of the course's, so PyTorch has no part in this comparison.")
    return "other", modelled, notes, []


def _left(sheet: str, cells: Sequence[str], what: str) -> list[str]:
    if not cells:
        return []
    few = ", ".join(cell.rpartition("!")[2] for cell in cells[:4]) + (", …" if len(cells) > 4 else "")
    return [f"{sheet}: {len(cells)} formula cells {what} ({few})."]


def sample(book: Book) -> set[str] | None:
    """The cells of each sheet that the `formulas` package is given; None where it can take all."""
    chosen: set[str] = set()
    for sheet in book.sheets:
        cells = [cell for cell in book.computed if cell.rpartition("!")[0] == sheet]
        chosen.update(cells if len(cells) <= LONG else [*cells[:HEAD], *cells[-TAIL:]])
    return chosen if len(chosen) < len(book.computed) else None


def _torch(names: Sequence[str]) -> list[TorchDifference]:
    rows = []
    for name in names:
        if name in TWINS:
            rows += [against_torch(name, 1), against_torch(name, 10)]
        if experiment(name).trains:
            rows.append(against_autograd(name, 10))
    return rows
