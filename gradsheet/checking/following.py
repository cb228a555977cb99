"""Whether a formula follows its rule: on independent numbers, or where the relations of the sheet hold."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import cached_property
from typing import Any

from gradsheet.checking.cuts import Cut, shallow
from gradsheet.checking.families import family
from gradsheet.checking.groups import Group, verbatim
from gradsheet.checking.policy import FOLLOWED, LEAST, MOST, apart, same, same_drawn, usable
from gradsheet.checking.relations import related
from gradsheet.checking.rules import reads_of
from gradsheet.checking.sheets import Sheets
from gradsheet.formula.address import pack, unpack


class Following:
    """What formulas of a submission do, beside what they ought to.

    Args:
        sheets: the submission and the rules.
    """

    def __init__(self, sheets: Sheets) -> None:
        self.sheets, self.rules = sheets, sheets.rules
        self.plan, self.places = sheets.plan, sheets.places

    def judged(self, cells: Iterable[int]) -> dict[int, Group]:
        """The formulas in some of the exercise's cells, sorted into groups, by the submission's cells."""
        found: dict[tuple[Any, ...], Group] = {}
        for at in cells:
            cell = self.places.actual[at]
            if cell not in self.plan.formulas:
                continue
            content = self.sheets.key.contents[at]
            reads = reads_of(self.plan, cell, at, self.places.exercise, self.sheets.key)
            pattern = self.plan.formulas[cell].number
            mark = content.table, family(content.column), pattern, reads, self.rules.codes[at]
            found.setdefault(mark, Group(at, cell, reads)).cells.append(cell)
        tops: dict[Hashable, Group] = {}  # of each text the first that is the rule
        for (*text, _, code), group in found.items():
            mark = *text, code
            self._judge(group, tops.get(mark))
            if group.always:
                tops.setdefault(mark, group)
        return {cell: group for group in found.values() for cell in group.cells}

    def _judge(self, group: Group, top: Group | None) -> None:
        """Whether it is right; `top` has the same text and is the rule on any numbers."""
        pattern = self.plan.formulas[group.cell]
        if pattern.unsupported is not None:
            return
        group.typed = not pattern.reads and group.cell not in self._volatile
        if group.typed:
            return
        group.header = self._takes_in_header(group)
        group.right = group.always = self._is_the_rule(group) or self._everything_drawn(group)
        if group.right:
            return
        if top is not None and self._strays(group, top):
            return
        # what a cell computes from further back depends on where it stands: a window of two rows is right in the second
        places = dict.fromkeys((group.cell, group.cells[-1], group.cells[len(group.cells) // 2]))
        group.right = not any(map(self._off, places)) and all(map(self._follows, places))

    @cached_property
    def _volatile(self) -> set[int]:
        return self.plan.volatile()

    def _takes_in_header(self, group: Group) -> bool:
        _, row, _ = unpack(group.cell)
        header = self.places.header
        for sheet, first, left, last, right in self.plan.formulas[group.cell].reads:
            one_cell = first is last and left is right
            if sheet == group.cell >> 36 and not one_cell and first.resolve(row) <= header <= last.resolve(row):
                return last.resolve(row) < 1_000_000
        return False

    def _is_the_rule(self, group: Group) -> bool:
        """Whether it is written as in the key, and reads the same cells."""
        if self.places.moved or group.reads != self.rules.codes[group.at][1]:
            return False
        return verbatim(self.plan, group.cell, self.sheets.key.plan, group.at)

    def _everything_drawn(self, group: Group) -> bool:
        """The rule and the formula on independent numbers in every cell."""
        draws = self.rules.draws(group.at)
        if len(draws) < LEAST:
            return False
        return all(same_drawn(self.sheets.grid(number).peek(group.cell), value) for number, value in draws)

    def _strays(self, group: Group, top: Group) -> bool:
        """Whether a text that is the rule elsewhere reads here, in place of inputs, what is not equal to them.

        On independent numbers it is not the rule, and an input is equal to nothing but itself: no cut mends that.
        """
        keys = self.rules.run(0)
        seen, (_, row, column) = self.sheets.side.on(keys), unpack(group.cell)
        places = zip(group.reads, top.reads, self.plan.formulas[group.cell].reads, strict=True)
        for is_, was, (sheet, first, left, _, _) in places:
            if is_ == was:
                continue
            if not (isinstance(was, tuple) and was[0] == "given" and was[1] in self.rules.given):
                return False
            if same(seen.read(pack(sheet, first.resolve(row), left.resolve(column))), keys.read(was[1])):
                return False
        return True

    def _off(self, cell: int) -> bool:
        """Whether a formula gives another number than its rule, on own cells and on the key's: no cut mends that.

        On the sheet as it stands, and where it computes from other inputs and examples.
        """
        at, sheets = self.places.exercise[cell], self.sheets
        here = apart(sheets.values.get(cell), sheets.rule_value(at))
        if here and apart(sheets.side.on(sheets.expected).peek(cell), sheets.expected[at]):
            return True
        keys = self.rules.run(0)
        on_key = apart(sheets.side.on(keys).peek(cell), keys.peek(at))
        return on_key and apart(sheets.other.get(cell), sheets.rerun.peek(at))

    def _follows(self, cell: int) -> bool:
        """Whether a formula follows the rule, on the learner's own cells or on the key's, under some cut."""
        at, leaves = self.places.exercise[cell], self.sheets.leaves(cell)
        if any(self._followed(cell, at, cut) for cut in shallow(self.rules, at, leaves)):
            return True
        return related(self.rules, self.sheets.side, cell, at, leaves)

    def _followed(self, cell: int, at: int, cut: Cut) -> bool:
        """The rule and the formula where only some cells are drawn and the others compute.

        Cells that the formula reads and that do not move in spite of all draws prove nothing: a change that is 0 in the
        first pass hides whatever is done with it.
        """
        still = {one: set[Any]() for one in cut.opened}
        mine = [self.places.actual[one] for one in cut.order if one in self.places.actual]
        own = alone = True
        decided = 0
        for number in range(MOST):
            grid, keys = self.sheets.drawn(cut.free, number)
            for one in mine:
                grid.read(one)
            for one in cut.order:
                keys.read(one)
            formula, rule, right = grid.peek(cell), self.sheets.rule_on(grid).peek(at), keys.peek(at)
            for one, values in still.items():
                values.add(keys.read(one))
            if usable(rule) or usable(right):
                decided += 1
                own = own and usable(rule) and same(formula, rule)
                alone = alone and usable(right) and same(self.sheets.side.on(keys).peek(cell), right)
            if not own and not alone:
                return False
            if decided >= FOLLOWED or (number >= 2 * FOLLOWED and decided >= LEAST):
                break
        if decided < LEAST or any(len(values) < 2 for values in still.values()):
            return False
        return own or alone
