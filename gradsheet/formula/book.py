"""A workbook that calculates: all of it, or a program from some cells to others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gradsheet.errors import GradsheetError
from gradsheet.formula import syntax as s
from gradsheet.formula.address import pack, parse_a1
from gradsheet.formula.cells import Error, Table, Workbook
from gradsheet.formula.evaluation import Evaluation, evaluate
from gradsheet.formula.plan import Plan


class Book:
    """The formulas of a workbook, ready to calculate.

    Args:
        workbook: what a file holds, as plain data.

    Example:
        >>> book = Book.of({"s": {"A1": 3, "A2": "=A1^2+lr"}}, names={"lr": "0.5"})
        >>> book.recalculate()
        {'s!A2': 9.5}
    """

    def __init__(self, workbook: Workbook) -> None:
        self.workbook = workbook
        self._plan = Plan(workbook)
        self._unsupported: list[tuple[str, str]] | None = None

    @classmethod
    def of(
        cls,
        sheets: Mapping[str, Mapping[str, object]],
        names: Mapping[str | tuple[str, str], str] | None = None,
        tables: Mapping[str, Table] | None = None,
        **settings: Any,
    ) -> Book:
        """A book typed by hand; see `Workbook.of`."""
        return cls(Workbook.of(sheets, names, tables, **settings))

    def recalculate(self, seed: int = 0) -> dict[str, float | bool | str | Error]:
        """The value of every formula cell, spilled cells too, by address; never from a cache.

        Args:
            seed: for RAND, RANDBETWEEN and RANDARRAY; the same seed gives the same numbers.

        Raises:
            GradsheetError: where cells read one another in a circle.
        """
        run = evaluate(self._plan, seed=seed)
        self._note(run)
        return self._values(run)

    @property
    def unsupported(self) -> list[tuple[str, str]]:
        """The cells that cannot be calculated, each with the function that lacks, or the cell it waits for."""
        if self._unsupported is None:
            self.recalculate()
        return list(self._unsupported or [])

    def _note(self, run: Evaluation) -> None:
        self._unsupported = [(self._plan.label(k), reason) for k, reason in sorted(run.unsupported.items())]

    def _values(self, run: Evaluation) -> dict[str, Any]:
        label = self._plan.label
        values = {label(k): run[k] for k in self._plan.formulas if k in run}
        for k, owner in run.owners.items():
            if k in run and owner in run and k not in run.given:
                values[label(k)] = run[k]
        return values

    def key(self, address: str) -> int:
        """The inner key of ``basic!F33``, ``basic!slope`` or a workbook's name."""
        sheet_text, bang, local = address.rpartition("!")
        scope = self._plan.scope
        sheet_name = sheet_text.strip("'").replace("''", "'") if bang else None
        if sheet_name is None:
            if len(scope.sheet_names) != 1 and scope.find(None, address, -1) is None:
                raise GradsheetError(f"'{address}' names no sheet; write it as Sheet!A1")
            sheet = 0
        else:
            found = scope.sheet(sheet_name, 0)
            if found is None:
                raise GradsheetError(f"there is no sheet '{sheet_name}' (sheets: {', '.join(scope.sheet_names)})")
            sheet = found
        name = scope.find(sheet_name, local, sheet)
        if name is not None:
            meaning = scope.meaning(name)
            if isinstance(meaning, s.CellRef):
                at = scope.sheet(meaning.sheet, sheet)
                if at is not None:
                    return pack(at, meaning.row.at, meaning.column.at)
            raise GradsheetError(f"the name '{address}' stands for no single cell")
        try:
            row, column = parse_a1(local)
        except GradsheetError:
            raise GradsheetError(f"'{address}' is neither a cell nor a defined name of this workbook") from None
        return pack(sheet, row, column)

    def volatile(self) -> set[str]:
        """The cells that change with the seed or the clock: those that draw, and whatever depends on them."""
        plan = self._plan
        moving = plan.volatile()
        for key in plan.order():
            if key not in moving and any(before in moving for before in plan.reads(key)):
                moving.add(key)
        moving.update(k for k, owner in plan.owners.items() if owner in moving)
        return {plan.label(key) for key in moving}
