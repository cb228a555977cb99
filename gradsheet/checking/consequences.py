"""What follows from a slip: cells that are right in themselves, and off because of one that they read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from gradsheet.checking.feedback import FINE, Verdict
from gradsheet.checking.groups import cells_read
from gradsheet.formula.address import unpack
from gradsheet.formula.plan import Plan

MOST = 3  # cells that are named as the reason


def causes(
    plan: Plan, order: Iterable[int], verdicts: Mapping[int, Verdict], off: Callable[[int], bool]
) -> dict[int, tuple[int, ...]]:
    """For each formula cell the nearest cells that are not right, going back from it.

    Args:
        plan: the submission's formulas.
        order: its formula cells, precedents first.
        verdicts: of the open cells, and of given ones that were changed.
        off: whether a cell shows another number than the key: one that is wrong and shows the right one spoils nothing.
    """
    found: dict[int, tuple[int, ...]] = {}
    for cell in order:
        direct: dict[int, None] = {}
        behind: set[int] = set()
        for one in cells_read(plan, cell):
            if verdicts.get(one, "correct") in FINE:
                behind.update(found.get(one, ()))
            elif off(one):
                direct[one] = None
                if len(direct) >= MOST:
                    break
        found[cell] = tuple(direct or _nearest(behind))[:MOST]
    return found


def _nearest(cells: Iterable[int]) -> list[int]:
    """Of each column the last."""
    last: dict[int, int] = {}
    for cell in cells:
        column = unpack(cell)[2]
        last[column] = max(cell, last.get(column, 0))
    return sorted(last.values())
