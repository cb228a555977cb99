"""What is said to the learner: the cell first, kindly, briefly."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gradsheet.checking.feedback import CellFeedback
from gradsheet.checking.mistakes import mistakes
from gradsheet.checking.policy import same
from gradsheet.checking.sheets import Sheets
from gradsheet.checking.trees import names_in, written
from gradsheet.formula import syntax as s
from gradsheet.formula.address import a1, pack, unpack
from gradsheet.formula.cells import Error


def message(one: CellFeedback, told: Callable[[], str] = str, called: str = "") -> str:
    """A sentence or two about a cell that is not right.

    Args:
        one: the cell.
        told: what its formula computes, in words; asked for where no mistake was recognised.
        called: the column's header on the sheet.
    """
    return f"{one.cell}: {_said(one, told, called or one.column)}"


def right(cell: str) -> str:
    """What is said of most cells."""
    return f"{cell}: right."


def follows(cell: str, because: tuple[str, ...]) -> str:
    """What is said of a cell that is right in itself."""
    cells = " and ".join(because)
    return f"{cell}: your formula is fine; its number is off because of {cells}, and follows when that is mended."


def said(sheets: Sheets, cell: int, at: int) -> str:
    """What a formula computes, in the names of the sheet, and what it does not read that the rule reads."""
    pattern = sheets.plan.formulas.get(cell)
    if pattern is None:
        return ""
    if pattern.unsupported is not None:
        reason = pattern.unsupported.rpartition(": ")[2]
        if " " in reason:
            return f"This could not be read: {reason}."
        return f"The function {reason} cannot be calculated here: write it with others, by their English names."
    if cell in sheets.values.rings:
        return "It reads itself, by way of the cells that it reads: a circle, in which nothing can be calculated."
    unknown = [n for n in names_in(pattern.tree) if sheets.plan.scope.find(None, n, cell >> 36) is None]
    if unknown and sheets.values.get(cell) is Error.NAME:
        return f"There is no name {unknown[0]} in this workbook: click on the cell that you mean."
    names = Names(sheets, cell)
    text = written(pattern.tree, names.place, " · ")
    own = {names.one(other) for other in sheets.reads(cell)}
    rule = Names(sheets, sheets.places.actual[at])
    meant = {rule.one(sheets.places.actual.get(other, -1)) for other in _reads(sheets, at)} - {""}
    parts = [f"It computes {text}."]
    if lacking := sorted(meant - own):
        parts.append(f"It does not read {' and '.join(lacking[:3])}.")
    elif extra := sorted(own - meant - {""}):
        parts.append(f"The rule does not read {' and '.join(extra[:3])}.")
    return " ".join(parts)


def _reads(sheets: Sheets, at: int) -> Iterator[int]:
    plan = sheets.key.plan
    _, row, column = unpack(at)
    for sheet, top, left, bottom, right in plan.formulas[at].reads:
        for r in range(top.resolve(row), bottom.resolve(row) + 1):
            for c in range(left.resolve(column), right.resolve(column) + 1):
                yield pack(sheet, r, c)


class Names:
    """What cells are called, as seen from one of them: ``velocity b↑`` is one row up."""

    def __init__(self, sheets: Sheets, cell: int) -> None:
        self.sheets, self.cell = sheets, cell
        e = sheets.key.layout.experiment
        self.titles = {c.name: c.title or c.name for c in (*e.epochs, *e.steps)}
        self.inputs = {at: name for name, at in sheets.key.inputs.items()}

    def one(self, cell: int) -> str:
        """The name of a cell."""
        sheets = self.sheets
        at = sheets.places.exercise.get(cell)
        content = sheets.key.contents.get(at) if at is not None else None
        if at is None or content is None:
            if at in self.inputs:
                return self.inputs[at].replace("start_", "start ")
            point = sheets.key.rows_of_points.get(at) if at is not None else None
            if point is not None:
                return point[1]
            if at is not None:
                return "row" if at in sheets.key.counts else ""
            return "" if cell < 0 else a1(*unpack(cell)[1:])
        title = self.titles.get(content.column, content.column)
        here = sheets.key.contents.get(sheets.places.exercise.get(self.cell, -1))
        if content.table == "epochs" or here is None or here.row is None or content.row is None:
            return title if content.row is None or here is None or here.row is not None else f"{title} of its rows"
        if content.number != here.number or content.row > here.row:
            return f"{title} in {a1(*unpack(cell)[1:])}"
        return title + "↑" * min(here.row - content.row, 3)

    def place(self, node: s.Node) -> str:
        """A reference in the learner's formula."""
        sheet, row, column = unpack(self.cell)
        if isinstance(node, s.CellRef):
            at = self.sheets.plan.scope.sheet(node.sheet, sheet)
            return self.one(pack(at, node.row.resolve(row), node.column.resolve(column))) if at is not None else "#REF!"
        if isinstance(node, s.AreaRef):
            corners = [
                a1(r.resolve(row), c.resolve(column)) for r, c in ((node.top, node.left), (node.bottom, node.right))
            ]
            return ":".join(corners)
        if isinstance(node, s.Name):
            return node.name.removeprefix(f"{self.sheets.key.layout.experiment.name}_")
        return "…"


def number(value: object) -> str:
    """A number with as many digits as one can look at.

    Example:
        >>> number(150.75521153771854), number(None), number(-2.0), number(True)
        ('150.755', 'nothing', '-2', 'TRUE')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _said(one: CellFeedback, told: Callable[[], str], called: str) -> str:
    known = [mistakes()[slug] for slug in (one.mistake or "").split("+") if slug in mistakes()]
    if known:
        words = " ".join(f"{mistake.why} {mistake.hint}" for mistake in known)
        if one.mistake == "given_cell_changed":
            return f"{words} It was {number(one.expected)} and is {number(one.actual)}."
        return (
            f"It gives the right number here, and would not elsewhere. {words}" if one.verdict == "fragile" else words
        )
    match one.verdict:
        case "missing":
            return f"Write a formula for {called} here."
        case "hard_coded":
            return f"{number(one.actual)} is the right number, but it is typed in. Write the formula that gives it."
        case "fragile":
            return f"{told()} That is right here, and would not be with other inputs or examples.".strip()
        case "unreadable":
            return told() or "This could not be read as a formula. Type it again, beginning with =."
    if isinstance(one.expected, str) and one.expected == one.actual:
        return f"{told()} With your other cells as they are, nothing comes out here but {one.actual}.".strip()
    meant, got = number(one.expected), number(one.actual)
    if same(one.expected, one.actual):
        return f"{told()} That is {got} here as it happens, and another number than is meant elsewhere.".strip()
    return f"{told()} With your other cells as they are, {meant} is expected; this gives {got}.".strip()
