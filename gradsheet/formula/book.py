"""A workbook that calculates: all of it, or a program from some cells to others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gradsheet.errors import GradsheetError
from gradsheet.formula import syntax as s
from gradsheet.formula.address import a1, pack, parse_a1, unpack
from gradsheet.formula.cells import Error, Formula, Table, Workbook
from gradsheet.formula.context import calculates
from gradsheet.formula.evaluation import Evaluation, evaluate
from gradsheet.formula.named_cells import cells_named
from gradsheet.formula.plan import Plan
from gradsheet.formula.program import Program
from gradsheet.formula.recalculation import Recalculation
from gradsheet.formula.straight import Writer
from gradsheet.formula.straight_code import NotStraight


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
        self._fast: Recalculation | None = None
        self._labels: list[str] = []
        self._blank: dict[str, Any] = {}  # every label, no values: a copy has its room already

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

    @calculates
    def recalculate(self, seed: int = 0) -> dict[str, float | bool | str | Error]:
        """The value of every formula cell, spilled cells too, by address; never from a cache.

        An address is the sheet's title as it is, an exclamation mark and the cell: ``basic SGD!F33``. Where
        addresses are given to gradsheet, quotes around the title may stand or be left out.

        Args:
            seed: for RAND, RANDBETWEEN and RANDARRAY; the same seed gives the same numbers.

        Raises:
            GradsheetError: where cells read one another in a circle.
        """
        if self._fast is None and self._unsupported is not None:  # from the second time on
            self._fast = Recalculation(self._plan)
            self._labels = [self._plan.label(k) for k in self._fast.keys]
            self._blank = dict.fromkeys(self._labels)
        values = self._fast.run(seed) if self._fast is not None else None
        if values is not None:
            result = self._blank.copy()
            result.update(zip(self._labels, values))  # noqa: B905
            return result
        run = evaluate(self._plan, seed=seed)
        self._note(run)
        return self._values(run)

    @property
    def unsupported(self) -> list[tuple[str, str]]:
        """The cells that cannot be calculated, and why: the function that lacks, or the cell before."""
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

    @calculates
    def cells(self, text: str, sheet: str | None = None) -> list[str]:
        """The addresses of the cells that a text names: cells, ranges, names, table columns, joined by commas.

        Args:
            text: such as ``linear!R4:AA4,AC4``; a part without a sheet is on that of the part before.
            sheet: of a first part that names none.

        Raises:
            GradsheetError: for what names no cells.

        Example:
            >>> Book.of({"s": {}}, names={"row": "s!$A$1:$B$1"}).cells("row,B2")
            ['s!A1', 's!B1', 's!B2']
        """
        own = None if sheet is None else self._plan.scope.sheet(sheet, 0)
        return [self._plan.label(key) for key in cells_named(self._plan.scope, text, own)]

    @calculates
    def holds(self, address: str) -> Any:
        """What a cell holds: a number, text, a boolean, an `Error`, None, or the `Formula` that fills it.

        Example:
            >>> Book.of({"s": {"A1": 3}}).holds("s!A1")
            3.0
        """
        key = self.key(address)
        sheet, row, column = unpack(self._plan.owners.get(key, key))
        return self.workbook.sheets[self._plan.scope.sheet_names[sheet]].cells.get(a1(row, column))

    @calculates
    def program(self, inputs: Sequence[str], outputs: Sequence[str], seed: int = 0) -> Program:
        """A function from some cells to others.

        Args:
            inputs: addresses or names of cells; a formula there is overridden.
            outputs: addresses or names of the cells wanted; only what they read is calculated.
            seed: for random numbers.

        Raises:
            GradsheetError: for an unknown cell or name.
        """
        pairs = [[(name, self.key(name)) for name in names] for names in (inputs, outputs)]
        return Program(self._plan, pairs[0], pairs[1], seed)

    @calculates
    def show(self, address: str) -> str:
        """A cell's formula, and beside it the Python that calculates it.

        Example:
            >>> print(Book.of({"s": {"A1": 3, "A2": "=A1^2"}}).show("s!A2"))
            s!A2    =A1^2
                    s_A2 = 3.0 * 3.0
        """
        plan = self._plan
        key = self.key(address)
        label = plan.label(key)
        if key not in plan.formulas:
            if key in plan.owners:
                return self.show(plan.label(plan.owners[key]))
            return f"{label}    {plan.constants.get(key, '(empty)')!r}"
        sheet, row, column = unpack(key)
        held = self.workbook.sheets[plan.scope.sheet_names[sheet]].cells[a1(row, column)]
        text = held.text if isinstance(held, Formula) else ""
        writer = Writer(plan)
        writer.numbers.update(k for k in [*plan.formulas, *plan.owners])
        try:
            code = writer.lines(key)
        except NotStraight:
            pattern = plan.formulas[key]
            code = [pattern.expression if pattern.unsupported is None else f"unsupported: {pattern.unsupported}"]
        gap = " " * (len(label) + 4)
        return f"{label}    {text}\n" + "\n".join(gap + line for line in code)

    def volatile(self) -> set[str]:
        """The cells that change with the seed or the clock: those that draw, and whatever depends on them."""
        plan = self._plan
        moving = plan.volatile()
        if not moving:
            return set()
        for key in plan.order():
            if key not in moving and any(before in moving for before in plan.reads(key)):
                moving.add(key)
        moving.update(k for k, owner in plan.owners.items() if owner in moving)
        return {plan.label(key) for key in moving}
