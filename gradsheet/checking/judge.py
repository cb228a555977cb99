"""A verdict for each open cell, by what its formula does and not by how it is written."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from functools import cached_property
from typing import Any

from gradsheet.checking.consequences import causes
from gradsheet.checking.cuts import Cut, shallow
from gradsheet.checking.draws import Across, Calm, Drawn, Side
from gradsheet.checking.families import family
from gradsheet.checking.feedback import Verdict
from gradsheet.checking.finder import Places
from gradsheet.checking.groups import Group, cells_read
from gradsheet.checking.policy import FOLLOWED, LEAST, MOST, apart, same, same_drawn, usable
from gradsheet.checking.relations import related
from gradsheet.checking.rules import Rules, reads_of
from gradsheet.checking.spec import Answer
from gradsheet.formula.address import pack, unpack
from gradsheet.formula.cells import Error
from gradsheet.formula.evaluation import Evaluation
from gradsheet.formula.plan import Plan

MOST_KEPT = 4  # sets of cells whose draws are kept while a submission is judged


class Judge:
    """One submission against the rules.

    Args:
        rules: of the exercise.
        plan: the submission's formulas.
        places: where the exercise's cells stand in it.
        given: the numbers of the exercise, by the exercise's cells.
        blanks: the open columns.
    """

    def __init__(
        self, rules: Rules, plan: Plan, places: Places, given: dict[int, float], blanks: tuple[Answer, ...]
    ) -> None:
        self.rules, self.plan, self.places, self.given = rules, plan, places, given
        self.key = rules.key
        order: dict[tuple[str, str], int] = {}
        for table, column in blanks:
            order.setdefault((table, family(column)), len(order))
        open_ = set(blanks)
        answers = ((at, c) for at, c in self.key.contents.items() if (c.table, c.column) in open_)
        ordered_ = sorted((order[c.table, family(c.column)], at) for at, c in answers)
        self.answers = [at for _, at in ordered_]
        self.side = Side(plan, places.exercise)
        self.order = plan.order([cell for cell in places.exercise if cell in plan.formulas])  # and what those read
        self.values = Calm(plan)
        self.values.run(self.order)
        self.expected = self.key.evaluated(given)
        self.across = Across(self.key.plan, self.values, places.actual)
        self.groups: dict[int, Group] = {}
        self.because: dict[int, tuple[int, ...]] = {}  # the nearest cells that are not right
        self._grids: dict[int, Drawn] = {}
        self._kept: dict[frozenset[int], dict[int, tuple[Drawn, Drawn]]] = {}
        self._group()

    # ---- formulas

    def _group(self) -> None:
        """Sort the formulas in the open cells, and in given cells that were changed, into groups, and judge them."""
        found: dict[tuple[Any, ...], Group] = {}
        for at in (*self.answers, *self.changed_formulas):
            cell = self.places.actual[at]
            if cell not in self.plan.formulas:
                continue
            content = self.key.contents[at]
            reads = reads_of(self.plan, cell, at, self.places.exercise, self.key)
            pattern = self.plan.formulas[cell].number
            mark = content.table, family(content.column), pattern, reads, self.rules.codes[at]
            found.setdefault(mark, Group(at, cell)).cells.append(cell)
        tops: dict[Hashable, tuple[Hashable, ...]] = {}  # what each text reads where it is right
        for (*text, reads, code), group in found.items():
            mark = *text, code
            self._judge(group, strayed=mark in tops and self._strays(group.cell, reads, tops[mark]))
            if group.right:
                tops.setdefault(mark, reads)
            self.groups.update(dict.fromkeys(group.cells, group))

    @cached_property
    def changed_formulas(self) -> list[int]:
        """The exercise's given cells whose formula is written otherwise than it was handed out."""
        open_, workbook = set(self.answers), self.plan.workbook
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

    def grid(self, number: int) -> Drawn:
        """The submission with every cell of the exercise drawn."""
        if number not in self._grids:
            self._grids[number] = Drawn(self.side, self.rules.free, self.rules.draw, number)
        return self._grids[number]

    def _judge(self, group: Group, *, strayed: bool) -> None:
        pattern = self.plan.formulas[group.cell]
        if pattern.unsupported is not None:
            return
        group.typed = not pattern.reads and group.cell not in self._volatile
        if group.typed:
            return
        group.header = self._takes_in_header(group)
        if self._everything_drawn(group):
            group.right = True
            return
        if strayed:
            return
        # what a cell computes from further back depends on where it stands: a window of two rows is right in the second
        places = dict.fromkeys((group.cell, group.cells[-1], group.cells[len(group.cells) // 2]))
        group.right = not any(map(self._off, places)) and all(map(self._follows, places))

    def _strays(self, cell: int, reads: tuple[Hashable, ...], meant: tuple[Hashable, ...]) -> bool:
        """Whether a text that is right elsewhere reads here, in place of inputs or examples, what is not equal to them.

        On independent numbers it is not the rule, and what is drawn is equal to nothing but itself: no cut mends that.

        Args:
            cell: the formula's.
            reads: what it reads.
            meant: what it reads where it is right.
        """
        keys = self.rules.run(0)
        seen, (_, row, column) = self.side.on(keys), unpack(cell)
        places = zip(reads, meant, self.plan.formulas[cell].reads, strict=True)
        for is_, was, (sheet, top, left, _, _) in places:
            if is_ == was:
                continue
            if not (isinstance(was, tuple) and was[0] == "given" and was[1] in self.rules.given):
                return False
            if same(seen.read(pack(sheet, top.resolve(row), left.resolve(column))), keys.read(was[1])):
                return False
        return True

    def _off(self, cell: int) -> bool:
        """Whether a formula gives another number than its rule, on own cells and on the key's: no cut mends that.

        On the sheet as it stands, and where it computes from other inputs and examples.
        """
        at = self.places.exercise[cell]
        here = apart(self.values.get(cell), self.rule_value(at))
        if here and apart(self.side.on(self.expected).peek(cell), self.expected[at]):
            return True
        keys = self.rules.run(0)
        return apart(self.side.on(keys).peek(cell), keys.peek(at)) and apart(self.other.get(cell), self.rerun.peek(at))

    @cached_property
    def other(self) -> Drawn:
        """The submission with other inputs and examples."""
        found = Drawn(self.side, self.rules.given, self.rules.tame, 0)
        found.run(self.order)
        return found

    @cached_property
    def rerun(self) -> Across:
        """The rules on it."""
        return self._rule_on(self.other)

    def _follows(self, cell: int) -> bool:
        """Whether a formula follows the rule, on the learner's own cells or on the key's, under some cut."""
        at, leaves = self.places.exercise[cell], self.leaves(cell)
        if any(self._followed(cell, at, cut) for cut in shallow(self.rules, at, leaves)):
            return True
        return related(self.rules, self.side, cell, at, leaves)

    def _takes_in_header(self, group: Group) -> bool:
        _, row, _ = unpack(group.cell)
        header = self.places.header
        for sheet, first, left, last, right in self.plan.formulas[group.cell].reads:
            one_cell = first is last and left is right
            if sheet == group.cell >> 36 and not one_cell and first.resolve(row) <= header <= last.resolve(row):
                return last.resolve(row) < 1_000_000
        return False

    @cached_property
    def _volatile(self) -> set[int]:
        return self.plan.volatile()

    def _everything_drawn(self, group: Group) -> bool:
        """The rule and the formula on independent numbers in every cell."""
        draws = self.rules.draws(group.at)
        if len(draws) < LEAST:
            return False
        return all(same_drawn(self.grid(number).peek(group.cell), value) for number, value in draws)

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
            grid, keys = self._drawn(cut.free, number)
            for one in mine:
                grid.read(one)
            for one in cut.order:
                keys.read(one)
            formula, rule, right = grid.peek(cell), self._rule_on(grid).peek(at), keys.peek(at)
            for one, values in still.items():
                values.add(keys.read(one))
            if usable(rule) or usable(right):
                decided += 1
                own = own and usable(rule) and same(formula, rule)
                alone = alone and usable(right) and same(self.side.on(keys).peek(cell), right)
            if not own and not alone:
                return False
            if decided >= FOLLOWED or (number >= 2 * FOLLOWED and decided >= LEAST):
                break
        if decided < LEAST or any(len(values) < 2 for values in still.values()):
            return False
        return own or alone

    def _drawn(self, free: frozenset[int], number: int) -> tuple[Drawn, Drawn]:
        """The submission and the key with these cells drawn; kept, since many formulas of a line ask for the same."""
        if free not in self._kept:
            self._kept = {**dict(list(self._kept.items())[1 - MOST_KEPT :]), free: {}}
        kept = self._kept[free]
        if number not in kept:
            drawn = (Drawn(side, free, self.rules.draw, number) for side in (self.side, self.rules.side))
            kept[number] = next(drawn), next(drawn)
        return kept[number]

    def _rule_on(self, values: Evaluation) -> Across:
        return Across(self.key.plan, values, self.places.actual)

    def leaves(self, cell: int) -> frozenset[int]:
        """The exercise's cells that a formula reads, through helper cells of the learner's own."""
        found: set[int] = set()
        seen = {cell}
        todo = [cell]
        while todo:
            for one in self.reads(todo.pop()):
                at = self.places.exercise.get(one)
                if at is not None:
                    if at in self.rules.free:
                        found.add(at)
                elif one not in seen and one in self.plan.formulas:
                    seen.add(one)
                    todo.append(one)
        return frozenset(found)

    def reads(self, cell: int) -> Iterator[int]:
        """Every cell that a formula reads, blank ones, too."""
        return cells_read(self.plan, cell)

    # ---- cells

    def rule_value(self, at: int) -> Any:
        """What the rule gives on the learner's own cells."""
        if self.rules.reads(at) <= self.alike:
            return self.expected[at]
        return self.across.peek(at)

    @cached_property
    def alike(self) -> frozenset[int]:
        """The exercise's cells that show what the key shows there."""
        rules = ((at, self.expected[at]) for at in self.key.contents)
        held = ((at, meant) for at, meant in (*rules, *self.given.items()))
        own, actual = self.values, self.places.actual
        return frozenset(at for at, meant in held if type(one := own.get(actual[at])) is type(meant) and one == meant)

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
        if self.rules.constant(at) and same(value, self.expected[at]):
            return "correct"  # the rule itself is a number, such as a start at 0
        if group is None:
            if value is None or (isinstance(value, str) and not value.strip()):
                return "missing"
            if isinstance(value, str):
                return "unreadable"
            return "hard_coded" if self._matches(at, value) else "wrong"
        if not self.values.unsupported.get(cell, "depends on").startswith("depends on"):
            return "unreadable"
        if group.right:
            return "correct"
        matches = not isinstance(value, Error) and self._matches(at, value)
        if group.typed:
            return "hard_coded" if matches else "wrong"
        if matches:
            return "hard_coded" if self._idle(group) else "fragile"
        return "wrong"

    def _matches(self, at: int, value: object) -> bool:
        return same(value, self.rule_value(at)) or same(value, self.expected[at])

    def _idle(self, group: Group) -> bool:
        """Whether a formula gives one number whatever it reads: a typed number in disguise."""
        found = [self.grid(number).peek(group.cell) for number in range(4)]
        return all(same(found[0], other) for other in found[1:])

    @cached_property
    def changed(self) -> list[int]:
        """The exercise's given cells that are not as they were handed out."""
        out = []
        for at in self.changed_formulas:
            group = self.groups.get(self.places.actual[at])
            if group is None or not group.right:
                out.append(at)
        return [
            *out,
            *(at for at, value in self.given.items() if not same(self.values.get(self.places.actual[at]), value)),
        ]

    # ---- consequences

    def _follow(self, found: dict[int, Verdict]) -> None:
        """Cells that are right in themselves and differ from the key, since a cell that they read is not."""
        if any(verdict != "correct" for verdict in found.values()):
            self.because = causes(self.plan, self.order, found, self._differs)
        for cell, causing in self.because.items():
            if causing and found.get(cell) == "correct" and self._differs(cell):
                found[cell] = "follow_on"

    def _differs(self, cell: int) -> bool:
        """Whether a cell of the exercise shows another number than the key's."""
        at = self.places.exercise[cell]
        return not same(self.values.get(cell), self.expected[at] if at in self.key.contents else self.given[at])
