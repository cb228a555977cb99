"""Where things stand in a submission: by their labels, wherever they were moved to."""

from __future__ import annotations

from dataclasses import dataclass, field

from gradsheet.address import parse_range
from gradsheet.checking.key import SHEET, Key
from gradsheet.errors import GradsheetError
from gradsheet.formula.address import pack, unpack
from gradsheet.formula.plan import Plan
from gradsheet.workbook.layout import Content

_CELL = (1 << 36) - 1  # row and column of a key, without its sheet
_BETWEEN = 4  # columns that someone may have put between a label and its number
Header = tuple[int, dict[str, int]]
"""The row of a table's header, and the column of each name."""


@dataclass
class Places:
    """Which cell of a submission is which of the exercise.

    Attributes:
        sheet: the name of the sheet with the tables.
        actual: the submission's cell for each of the exercise's, both as keys of their plans.
        exercise: the other way round.
        header: the row of the steps table's header.
        moved: whether a cell stands elsewhere than it was handed out.
        notes: what was moved or renamed, in words.
    """

    sheet: str
    actual: dict[int, int] = field(default_factory=dict)
    exercise: dict[int, int] = field(default_factory=dict)
    header: int = 0
    moved: bool = False
    notes: list[str] = field(default_factory=list)


class Finder:
    """Finds the tables, the inputs and the examples of a submission.

    Args:
        plan: the submission's formulas.
        key: the exercise's cells.
    """

    def __init__(self, plan: Plan, key: Key) -> None:
        self.plan, self.key, self.layout = plan, key, key.layout
        self.names = plan.scope.sheet_names
        self.cells = [plan.workbook.sheets[name].cells for name in self.names]
        self.texts: dict[int, dict[int, dict[int, str]]] = {}  # sheet → row → column → text
        for at, held in plan.constants.items():
            if isinstance(held, str):
                sheet, row, column = unpack(at)
                self.texts.setdefault(sheet, {}).setdefault(row, {})[column] = held.strip()

    def find(self) -> Places:
        """All of them.

        Raises:
            GradsheetError: a header, an input or the examples are not there; the message names them.
        """
        layout = self.layout
        sheet, steps, epochs = self._tables()
        found = Places(self.names[sheet], header=steps[0])
        if self.names[sheet] != layout.experiment.name:
            found.notes.append(f"the sheet '{layout.experiment.name}' is called '{self.names[sheet]}' now")
        moved = self._moved(steps, "steps") or self._moved(epochs, "epochs")
        rows = self._step_rows(sheet, steps)
        passes = self._epoch_rows(sheet, epochs)
        if moved or rows != self._usual_rows() or passes != [layout.epoch_row(n) for n in range(layout.passes)]:
            found.notes.append(
                "a table was moved, or rows or columns were put in: its cells were found by their labels"
            )
        for at, content in self.key.contents.items():
            if content.table == "steps":
                row, column = rows[content.number, content.row or 0], steps[1][content.column]
            else:
                row, column = self._epoch_place(content, passes, epochs)
            found.actual[at] = pack(sheet, row, column)
        for (number, line), row in rows.items():
            count = layout.step_cell("row", number, line)
            found.actual[pack(SHEET, count.row, count.column)] = pack(sheet, row, steps[1]["row"])
        count = layout.epoch_cell("epoch", 0)
        found.actual[pack(SHEET, count.row, count.column)] = pack(sheet, passes[0], epochs[1]["epoch"])
        for name, cell in self.key.inputs.items():
            found.actual[cell] = self._input(name, sheet)
        self._examples(found)
        found.moved = any(one & _CELL != at & _CELL for at, one in found.actual.items())
        found.exercise = {actual: at for at, actual in found.actual.items()}
        return found

    # ---- tables

    def _epoch_place(self, content: Content, passes: list[int], epochs: Header) -> tuple[int, int]:
        return passes[content.number], epochs[1][content.column]

    def _titles(self, table: str) -> list[tuple[str, str]]:
        e = self.layout.experiment
        columns = {c.name: c.title or c.name for c in (e.steps if table == "steps" else e.epochs)}
        lead = ("epoch", "row") if table == "steps" else ("epoch",)
        return [(name, name) for name in lead] + list(columns.items())

    def _tables(self) -> tuple[int, Header, Header]:
        """The sheet, and for each table its header's row and the column of each name."""
        best: tuple[int, str] = (-1, "")
        order = sorted(range(len(self.names)), key=lambda i: self.names[i] != self.layout.experiment.name)
        for sheet in order:
            steps = self._header(sheet, "steps")
            epochs = self._header(sheet, "epochs", after=steps)
            lost = [title for name, title in self._titles("steps") if name not in steps[1]]
            lost += [title for name, title in self._titles("epochs") if name not in epochs[1]]
            if not lost:
                return sheet, steps, epochs
            score = len(steps[1]) + len(epochs[1])
            if score > best[0]:
                best = (score, ", ".join(f"'{one}'" for one in lost[:4]))
        raise GradsheetError(
            f"the tables of '{self.layout.experiment.name}' were not found (no header {best[1]}): "
            "give the headers their names back, or start from the file as it was handed out"
        )

    def _header(self, sheet: int, table: str, after: Header | None = None) -> Header:
        """The row that has most of a table's titles, in their order; one title that changed is passed over."""
        wanted = self._titles(table)
        usual = {n: self.layout.names[table, n] for n, _ in wanted}  # type: ignore[index]
        rows = self.texts.get(sheet, {})
        head = rows.get(self.layout.header, {})
        if all(head.get(usual[name]) == title for name, title in wanted):
            return self.layout.header, usual
        best: Header = (0, {})
        for row, texts in rows.items():
            columns = sorted(texts)
            starts = [c for c in columns if texts[c] == wanted[0][1]]
            for start in starts:
                if after is not None and row == after[0] and start <= max(after[1].values(), default=0):
                    continue
                at: dict[str, int] = {}
                line = iter([c for c in columns if c >= start])
                for name, title in wanted:
                    column = next((c for c in line if texts[c] == title), None)
                    if column is None:
                        break
                    at[name] = column
                if len(at) > len(best[1]):
                    best = (row, at)
        if len(best[1]) < len(wanted) and sum(head.get(usual[n]) == t for n, t in wanted) >= len(wanted) - 2:
            return self.layout.header, usual  # a header or two were written over, in their usual place
        return best

    def _moved(self, found: Header, table: str) -> bool:
        usual = {n: self.layout.names[table, n] for n, _ in self._titles(table)}  # type: ignore[index]
        return found != (self.layout.header, usual)

    def _usual_rows(self) -> dict[tuple[int, int], int]:
        layout = self.layout
        return {(n, r): layout.step_row(n, r) for n in range(layout.passes) for r in range(layout.rows)}

    def _step_rows(self, sheet: int, steps: Header) -> dict[tuple[int, int], int]:
        """The row of each example in each pass, by the numbers in the column 'row'."""
        layout, column, at, usual = self.layout, steps[1]["row"], steps[0], self.layout.header
        found: dict[tuple[int, int], int] = {}
        near = max(3, min(12, layout.rows - 1))  # a number that is gone must not be found in the next pass
        for number in range(layout.passes):
            for row in range(layout.rows):
                at += layout.step_row(number, row) - usual
                usual = layout.step_row(number, row)
                look, bottom = at, at + near
                while look <= bottom and self.plan.constants.get(pack(sheet, look, column)) != row + 1.0:
                    look += 1
                if look > bottom:
                    look = at  # its number is gone: it is where it would be
                at = found[number, row] = look
        return found

    def _epoch_rows(self, sheet: int, epochs: Header) -> list[int]:
        column, at, found = epochs[1]["epoch"], epochs[0], []
        bottom = self.plan.extents[sheet][0]
        for _ in range(self.layout.passes):
            at += 1
            look = at
            while look <= bottom and not self._held(sheet, look, column):
                look += 1
            at = look if look <= bottom else at
            found.append(at)
        return found

    def _held(self, sheet: int, row: int, column: int) -> bool:
        key = pack(sheet, row, column)
        return key in self.plan.formulas or self.plan.constants.get(key) is not None

    # ---- inputs and examples

    def _input(self, name: str, sheet: int) -> int:
        """Where its name leads, if its label stands left of that; else by the label."""
        usual, label = self.layout.inputs[name], name.replace("start_", "start ")
        named = self._named(self.layout.name(name))
        if named is not None:
            there, row, column = unpack(named)
            if any(text == label and c < column for c, text in self.texts.get(there, {}).get(row, {}).items()):
                return named
        if self.texts.get(sheet, {}).get(usual.row, {}).get(usual.column - 2) == label:
            return self._right_of(sheet, usual.row, usual.column - 2)
        if named is not None:
            return named
        for row, texts in self.texts.get(sheet, {}).items():
            for column, text in texts.items():
                if text == label:
                    return self._right_of(sheet, row, column)
        raise GradsheetError(f"the input '{label}' was not found: start from the file as it was handed out")

    def _named(self, name: str) -> int | None:
        """The one cell that a defined name leads to."""
        where, _, cell = self.plan.workbook.names.get(name, "").removeprefix("=").rpartition("!")
        where = where.strip("'").replace("''", "'")
        try:
            first = parse_range(cell).first
        except GradsheetError:
            return None
        return pack(self.names.index(where), first.row, first.column) if where in self.names else None

    def _right_of(self, sheet: int, row: int, label: int) -> int:
        """A label's cell: two columns on, or what holds something next where columns were put between."""
        for column in range(label + 2, label + 2 + _BETWEEN):
            if self._held(sheet, row, column):
                return pack(sheet, row, column)
        return pack(sheet, row, label + 2)

    def _axes(self) -> list[str]:
        """What stands over the numbers of an example: x and y."""
        return list(self.layout.experiment.axes)

    def _examples(self, found: Places) -> None:
        """The examples, on the data sheet or wherever x stands over y's neighbour."""
        layout = self.layout
        name, first = layout.data
        order = sorted(range(len(self.names)), key=lambda i: self.names[i] != name)
        wanted = self._axes()
        usual = [layout.data_cell(0, place).column for place in range(len(wanted))]
        for sheet in order:
            if self.names[sheet] == found.sheet:
                continue
            rows = self.texts.get(sheet, {})
            for row in (first.row - 1, *rows):
                texts = rows.get(row, {})
                by_text = {text: column for column, text in sorted(texts.items(), reverse=True)}
                columns = [
                    c if texts.get(c) == text else by_text.get(text) for c, text in zip(usual, wanted, strict=True)
                ]
                if None in columns:
                    continue
                for i, point in enumerate(self.key.points, 1):
                    found.actual |= {at: pack(sheet, row + i, c) for at, c in zip(point, columns, strict=True) if c}
                if (row, columns) != (first.row - 1, usual):
                    found.notes.append("the examples were moved: they were found by their labels")
                return
        raise GradsheetError(f"the sheet '{name}' with the examples was not found: start from the file as handed out")
