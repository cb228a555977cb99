"""A submission beside its key: what each computes on its own cells, on the other's, and on drawn ones."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from gradsheet.checking.draws import Across, Calm, Drawn, Side
from gradsheet.checking.finder import Places
from gradsheet.checking.groups import cells_read
from gradsheet.checking.policy import same
from gradsheet.checking.rules import Rules
from gradsheet.formula.evaluation import Evaluation
from gradsheet.formula.plan import Plan

MOST_KEPT = 4  # sets of cells whose draws are kept while a submission is judged


class Sheets:
    """One submission and the rules.

    Args:
        rules: of the exercise.
        plan: the submission's formulas.
        places: where the exercise's cells stand in it.
        given: the numbers of the exercise, by the exercise's cells.

    Attributes:
        order: the formula cells of the exercise and what they read, precedents first.
        values: what the submission shows.
        expected: what the key shows.
        across: the rules on the submission's own cells.
    """

    def __init__(self, rules: Rules, plan: Plan, places: Places, given: dict[int, float]) -> None:
        self.rules, self.plan, self.places, self.given = rules, plan, places, given
        self.key = rules.key
        self.side = Side(plan, places.exercise)
        self.order = plan.order([cell for cell in places.exercise if cell in plan.formulas])
        self.values = Calm(plan)
        self.values.run(self.order)
        self.expected = self.key.evaluated(given)
        self.across = Across(self.key.plan, self.values, places.actual)
        self._grids: dict[int, Drawn] = {}
        self._kept: dict[frozenset[int], dict[int, tuple[Drawn, Drawn]]] = {}

    def grid(self, number: int) -> Drawn:
        """The submission with every cell of the exercise drawn."""
        if number not in self._grids:
            self._grids[number] = Drawn(self.side, self.rules.free, self.rules.draw, number)
        return self._grids[number]

    @cached_property
    def other(self) -> Drawn:
        """The submission with other inputs and examples."""
        found = Drawn(self.side, self.rules.given, self.rules.tame, 0)
        found.run(self.order)
        return found

    @cached_property
    def rerun(self) -> Across:
        """The rules on it."""
        return self.rule_on(self.other)

    def drawn(self, free: frozenset[int], number: int) -> tuple[Drawn, Drawn]:
        """The submission and the key with these cells drawn; kept, since many formulas of a line ask for the same."""
        if free not in self._kept:
            self._kept = {**dict(list(self._kept.items())[1 - MOST_KEPT :]), free: {}}
        kept = self._kept[free]
        if number not in kept:
            drawn = (Drawn(side, free, self.rules.draw, number) for side in (self.side, self.rules.side))
            kept[number] = next(drawn), next(drawn)
        return kept[number]

    def rule_on(self, values: Evaluation) -> Across:
        """The rules on other numbers in the submission's cells."""
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

    def matches(self, at: int, value: object) -> bool:
        """Whether a cell shows what its rule gives, on the learner's own cells or on the key's."""
        return same(value, self.rule_value(at)) or same(value, self.expected[at])

    def differs(self, cell: int) -> bool:
        """Whether a cell of the exercise shows another number than the key's."""
        at = self.places.exercise[cell]
        return not same(self.values.get(cell), self.expected[at] if at in self.key.contents else self.given[at])
