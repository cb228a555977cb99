"""Formulas that are right because of what else is on the sheet: `alive` says whether z > 0, an estimate is slope + h.

Judged on the key's cells alone: what stands in the learner's own may break the relation.
"""

from __future__ import annotations

from typing import Any

from gradsheet.checking.cuts import Cut, deep
from gradsheet.checking.draws import Side
from gradsheet.checking.policy import FOLLOWED, LARGE, LEAST, MOST, apart, same, usable
from gradsheet.checking.rules import Rules

RUNS = 3  # with other inputs, on which a formula is tried before anything is cut


def related(rules: Rules, side: Side, cell: int, at: int, leaves: frozenset[int]) -> bool:
    """Whether a formula gives what its rule gives wherever the key's other rules hold.

    Args:
        rules: of the exercise.
        side: the submission.
        cell: the formula's, there.
        at: the exercise's cell that it is.
        leaves: the exercise's cells that it reads.
    """
    hidden = any(pattern.reaches_further for pattern in side.plan.patterns)  # what OFFSET reads shows as it runs
    order = None if hidden else rules.upstream({at, *leaves})
    for number in range(RUNS):
        keys = rules.run(number, order)
        if apart(side.on(keys).peek(cell), keys.peek(at)):
            return False  # whatever holds on every sheet holds where a whole run computes
    return any(_agrees(rules, side, cell, at, cut, order) for cut in deep(rules, at, leaves))


def _agrees(rules: Rules, side: Side, cell: int, at: int, cut: Cut, order: tuple[int, ...] | None) -> bool:
    """Under one cut: what computes must be seen to move, and each branch of the rule to be taken.

    Numbers that a run has blown up prove nothing: beside them, what was added or rounded away is lost.
    """
    still = {one: set[Any]() for one in cut.opened}
    conditions = rules.conditions(at)
    branches = [set[Any]() for _ in conditions]
    decided = 0
    for number in range(MOST):
        keys = rules.run(number, order) if cut.run else rules.cut(cut.free, number, cut.order)
        right = keys.peek(at)
        if usable(right) and abs(right) < LARGE:
            if not same(side.on(keys).peek(cell), right):
                return False
            decided += 1
            for one, values in still.items():
                values.add(keys.read(one))
            for condition, seen in zip(conditions, branches, strict=True):
                seen.add(condition(keys))
        if decided >= FOLLOWED or (number >= 2 * FOLLOWED and decided >= LEAST):
            break
    return decided >= LEAST and all(len(values) > 1 for values in (*still.values(), *branches))
