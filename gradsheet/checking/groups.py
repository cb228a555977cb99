"""Cells that hold one formula for one rule, and what formulas read."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from gradsheet.checking.trees import nodes
from gradsheet.formula import syntax as s
from gradsheet.formula.address import unpack
from gradsheet.formula.plan import Plan


@dataclass(eq=False)
class Group:
    """Cells with one formula for one rule: one function, judged once.

    Attributes:
        at: the first of its cells in the exercise.
        cell: the same in the submission.
        reads: what it reads, as seen from its own row.
        cells: all of them, in the submission.
        right: whether it follows the rule on the learner's own cells, or gives what the key gives.
        always: whether it is the rule on any numbers, related or not.
        typed: whether it reads nothing, so that it is a number that was typed in.
        header: whether a range in it takes in the header.
    """

    at: int
    cell: int
    reads: tuple[Hashable, ...] = ()
    cells: list[int] = field(default_factory=list)
    right: bool = False
    always: bool = False
    typed: bool = False
    header: bool = False


def cells_read(plan: Plan, cell: int) -> Iterator[int]:
    """Every cell that a formula reads, blank ones, too."""
    _, row, column = unpack(cell)
    for sheet, top, left, bottom, right in plan.formulas[cell].reads:
        if top is bottom and left is right:
            yield (sheet << 36) + (top.resolve(row) << 15) + left.resolve(column)
            continue
        r1, r2 = sorted((top.resolve(row), bottom.resolve(row)))
        c1, c2 = sorted((left.resolve(column), right.resolve(column)))
        last_row, last_column = plan.extents[sheet]
        for r in range(r1, min(r2, max(last_row, r1)) + 1):
            for c in range(c1, min(c2, max(last_column, c1)) + 1):
                yield (sheet << 36) + (r << 15) + c


def verbatim(plan: Plan, cell: int, usual: Plan, at: int) -> bool:
    """Whether a formula is word for word another workbook's, and its words mean the same there.

    Which cells its references lead to is for the caller to compare.
    """
    one, other = plan.formulas[cell], usual.formulas[at]
    if (one.array, one.dynamic) != (other.array, other.dynamic) or one.tree != other.tree:
        return False
    found = (n for n in nodes(one.tree) if isinstance(n, s.Name | s.Call))
    words = {(n.sheet if isinstance(n, s.Name) else None, n.name) for n in found}
    for sheet, word in words:
        mine, theirs = plan.scope.find(sheet, word, cell >> 36), usual.scope.find(sheet, word, at >> 36)
        if mine is None and theirs is None:
            continue
        if mine is None or theirs is None or plan.scope.meaning(mine) != usual.scope.meaning(theirs):
            return False
    return True
