"""A verdict for each open cell, by what its formula does and not by how it is written."""

from __future__ import annotations

from functools import cached_property

from gradsheet.checking.consequences import causes
from gradsheet.checking.families import family
from gradsheet.checking.feedback import Verdict
from gradsheet.checking.following import Following
from gradsheet.checking.groups import Group
from gradsheet.checking.policy import same
from gradsheet.checking.sheets import Sheets
from gradsheet.checking.spec import Answer
from gradsheet.formula.cells import Error


class Judge:
    """One submission against the rules.

    Args:
        sheets: the submission and the rules.
        blanks: the open columns.

    Attributes:
        answers: the exercise's open cells, in the order of the columns.
        groups: the formulas in them, and in given cells that were changed, by the submission's cells.
        because: for each formula cell the nearest cells that are not right.
    """

    def __init__(self, sheets: Sheets, blanks: tuple[Answer, ...]) -> None:
        self.sheets, self.rules, self.key = sheets, sheets.rules, sheets.key
        self.values, self.places = sheets.values, sheets.places
        order: dict[tuple[str, str], int] = {}
        for table, column in blanks:
            order.setdefault((table, family(column)), len(order))
        open_ = set(blanks)
        answers = ((at, c) for at, c in self.key.contents.items() if (c.table, c.column) in open_)
        ordered_ = sorted((order[c.table, family(c.column)], at) for at, c in answers)
        self.answers = [at for _, at in ordered_]
        self.groups = Following(sheets).judged((*self.answers, *self.changed_formulas))
        self.because: dict[int, tuple[int, ...]] = {}
        self._idles: dict[Group, bool] = {}

    @cached_property
    def changed_formulas(self) -> list[int]:
        """The exercise's given cells whose formula is written otherwise than it was handed out."""
        open_, workbook = set(self.answers), self.sheets.plan.workbook
        cells = workbook.sheets[self.places.sheet].cells
        usual = self.key.workbook.sheets[self.key.layout.experiment.name].cells
        out = []
        for at, content in self.key.contents.items():
            if at in open_:
                continue
            address = str(content.at)
            if not self.places.moved and cells.get(address) == usual[address]:
                continue
            out.append(at)
        return out

    # ---- cells

    @cached_property
    def verdicts(self) -> dict[int, Verdict]:
        """The verdict of each open cell, and of changed given cells `wrong`, by the submission's cells."""
        found: dict[int, Verdict] = {}
        for at in self.answers:
            found[self.places.actual[at]] = self._own_verdict(at)
        for at in self.changed:
            found[self.places.actual[at]] = "wrong"
        self._follow(found)
        return found

    def _own_verdict(self, at: int) -> Verdict:
        """What a cell deserves by itself."""
        cell = self.places.actual[at]
        group = self.groups.get(cell)
        value = self.values.get(cell)
        if self.rules.constant(at) and same(value, self.sheets.expected[at]):
            return "correct"  # the rule itself is a number, such as a start at 0
        if group is None:
            if value is None or (isinstance(value, str) and not value.strip()):
                return "missing"
            if isinstance(value, str):
                return "unreadable"
            return "hard_coded" if self.sheets.matches(at, value) else "wrong"
        if not self.values.unsupported.get(cell, "depends on").startswith("depends on"):
            return "unreadable"
        if group.right:
            return "correct"
        matches = not isinstance(value, Error) and self.sheets.matches(at, value)
        if group.typed:
            return "hard_coded" if matches else "wrong"
        if matches:
            return "hard_coded" if self._idle(group) else "fragile"
        return "wrong"

    def _idle(self, group: Group) -> bool:
        """Whether a formula gives one number whatever it reads: a typed number in disguise."""
        if group not in self._idles:
            one, *others = (self.sheets.grid(number).peek(group.cell) for number in range(4))
            self._idles[group] = all(same(one, other) for other in others)
        return self._idles[group]

    @cached_property
    def changed(self) -> list[int]:
        """The exercise's given cells that are not as they were handed out."""
        out = []
        for at in self.changed_formulas:
            group = self.groups.get(self.places.actual[at])
            if group is None or not group.right:
                out.append(at)
        given = self.sheets.given.items()
        return [*out, *(at for at, value in given if not same(self.values.get(self.places.actual[at]), value))]

    # ---- consequences

    def _follow(self, found: dict[int, Verdict]) -> None:
        """Cells that are right in themselves and differ from the key, since a cell that they read is not."""
        if any(verdict != "correct" for verdict in found.values()):
            self.because = causes(self.sheets.plan, self.sheets.order, found, self.sheets.differs)
        for cell, causing in self.because.items():
            if causing and found.get(cell) == "correct" and self.sheets.differs(cell):
                found[cell] = "follow_on"
