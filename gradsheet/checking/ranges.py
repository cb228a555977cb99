"""Ranges that are too short, too long, or elsewhere: with the rule's range in its place the formula is right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gradsheet.checking.candidates import Candidates, agrees
from gradsheet.checking.groups import Group
from gradsheet.checking.policy import same
from gradsheet.checking.relations import RUNS
from gradsheet.checking.sheets import Sheets
from gradsheet.checking.trees import Function, mapped, nodes
from gradsheet.formula import syntax as s
from gradsheet.formula.scope import Unsupported

_CELL = (1 << 36) - 1


def tried(sheets: Sheets, tree: s.Node, group: Group, made: Candidates) -> Iterator[Any]:
    """Another formula in the group's cell, under the draws, one at a time: most part from the rule at once."""
    try:
        function = Function(sheets.plan, tree, group.cell)
    except Unsupported:
        return
    for number, _ in made.draws:
        yield function(sheets.grid(number))


def misplaced(sheets: Sheets, group: Group, made: Candidates) -> tuple[str, ...]:
    """The mistake, if with the rule's range in place of the learner's the formula is right; else none."""
    if sheets.places.moved:
        return ()
    own = sheets.plan.formulas[group.cell].tree
    rule = sheets.key.plan.formulas[group.at].tree
    meant = [n for n in nodes(rule) if isinstance(n, s.AreaRef)]
    written = [n for n in nodes(own) if isinstance(n, s.AreaRef)]
    right = tuple(v for _, v in made.draws)
    off = dict.fromkeys(area for area in written if area not in meant)
    lost = dict.fromkeys(area for area in meant if area not in written)
    both: dict[s.Node, s.AreaRef] = dict(zip(written, meant, strict=False))
    short = [area for area in off if area in both]  # ranges that must be of one length are short together
    if len(short) > 1 and agrees(right, tried(sheets, mapped(own, both.get), group, made)):
        return (_range_slug(sheets, group, short[0], both[short[0]]),)
    for area in off:
        for other in lost or dict.fromkeys(meant):
            mended = mapped(own, lambda n: other if n == area else None)  # noqa: B023
            if agrees(right, tried(sheets, mended, group, made)) or _holds(sheets, mended, group):
                return (_range_slug(sheets, group, area, other),)
    return ()


def _holds(sheets: Sheets, tree: s.Node, group: Group) -> bool:
    """Whether another formula in the group's cell gives what the rule gives, on the key's own sheet and others."""
    rules = sheets.rules
    try:
        function = Function(sheets.plan, tree, group.cell)
    except Unsupported:
        return False
    keys = (rules.run(number) for number in range(RUNS))
    return all(same(function(sheets.side.on(one)), one.peek(group.at)) for one in keys)


def _range_slug(sheets: Sheets, group: Group, area: s.AreaRef, meant: s.AreaRef) -> str:
    row, column = (group.cell & _CELL) >> 15, group.cell & 0x7FFF
    one, two = (
        (n.top.resolve(row), n.left.resolve(column), n.bottom.resolve(row), n.right.resolve(column))
        for n in (area, meant)
    )
    top, left, bottom, right = (abs(a - b) for a, b in zip(one, two, strict=True))
    if (left and right) or ((left or right) and (top or bottom)):
        return "wrong_range"
    if one[0] <= sheets.key.layout.header:
        return "header_in_range"
    return "range_off_by_one" if max(top, left, bottom, right) <= 2 else "wrong_range"
