"""Where to cut a sheet in two: cells that are drawn, and cells that compute from them.

A formula that reads other cells than its rule does can still be the rule: `alive` says whether z > 0, an estimate is
the derivative plus h. Such a relation holds only where the cells that it relates compute. So both sides are opened,
step by step, the rule's cells and the formula's, until they speak of the same ones; at last only inputs and examples
are drawn and the whole run computes. What agrees under one cut on all draws is right: drawn cells stand for any value,
computed ones for what the key makes of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gradsheet.checking.rules import Rules
from gradsheet.formula.precedents import ordered

DEEP = 3  # how often both sides are opened
LONG = 300  # cells between the drawn ones and a rule; where there are more, the whole run computes
LARGEST = 10_000  # cells of a sheet that runs whole


@dataclass(frozen=True)
class Cut:
    """One way to cut.

    Attributes:
        free: the exercise's cells that are drawn.
        order: the cells that compute, precedents first.
        opened: those of them that must be seen to move: a change that is 0 hides whatever is done with it.
        run: whether the whole run computes.
    """

    free: frozenset[int]
    order: tuple[int, ...]
    opened: frozenset[int] = frozenset()
    run: bool = False


def shallow(rules: Rules, at: int, leaves: frozenset[int]) -> Iterator[Cut]:
    """What a formula reads is drawn, all of it, or what of it does not follow from the rest.

    Where nothing computes between the drawn cells and the rule, nothing can be seen that independent numbers in every
    cell have not shown.

    Args:
        rules: of the exercise.
        at: the rule's cell.
        leaves: the exercise's cells that the formula reads.
    """
    yield from (cut for cut in _short(rules, at, leaves, leaves, frozenset()) if cut.order)
    own = _independent(rules, leaves)
    if own != leaves:
        yield from _short(rules, at, leaves, own, leaves - own)


def deep(rules: Rules, at: int, leaves: frozenset[int]) -> Iterator[Cut]:
    """Both sides opened until they speak of the same cells; and the whole run.

    Args:
        rules: of the exercise.
        at: the rule's cell.
        leaves: the exercise's cells that the formula reads.
    """
    meant = _reads(rules, at)
    opened: frozenset[int] = frozenset()
    seen: set[frozenset[int]] = set()
    for _ in range(DEEP):
        differ = _front(rules, leaves, opened) ^ _front(rules, meant, opened)
        more = frozenset(one for one in differ if one in rules.key.contents and one != at) - opened
        if not more:
            break
        opened |= more
        front = _front(rules, leaves | meant, opened)
        own = _independent(rules, front)
        for free, moving in ((front, opened), (own, opened | (front - own))):
            if at not in free and free not in seen:
                seen.add(free)
                yield from _short(rules, at, leaves, free, moving)
    if len(rules.key.contents) <= LARGEST:
        yield Cut(rules.given, (), frozenset(one for one in leaves | meant if not _counts(rules, one)), run=True)


def _short(
    rules: Rules, at: int, leaves: frozenset[int], free: frozenset[int], opened: frozenset[int]
) -> Iterator[Cut]:
    """The cut at these cells, unless too many lie between them and the rule."""
    free |= rules.base
    order = path(rules, at, free, leaves)
    if order is not None:
        yield Cut(free, order, opened)


def path(rules: Rules, at: int, free: frozenset[int], leaves: Iterable[int] = ()) -> tuple[int, ...] | None:
    """The exercise's formula cells between the free ones and a cell (and what a formula reads), precedents first.

    None where they are too many.
    """
    met = 0

    def feeds(one: int) -> tuple[int, ...]:
        nonlocal met
        if one in free and one != at:
            return ()
        met += 1
        if met > LONG:
            raise OverflowError
        return rules.feeds(one)

    try:
        order = ordered([at, *leaves], feeds)
    except OverflowError:
        return None
    return tuple(one for one in order if one != at and one not in free)


def _reads(rules: Rules, at: int) -> frozenset[int]:
    if at not in rules.key.contents:
        return frozenset()
    return rules.reads(at) & rules.free


def _front(rules: Rules, cells: frozenset[int], opened: frozenset[int]) -> frozenset[int]:
    """What cells come down to when the opened ones are replaced by what they read."""
    found, seen, todo = set[int](), set(cells), list(cells)
    while todo:
        one = todo.pop()
        if one not in opened:
            found.add(one)
            continue
        new = _reads(rules, one) - seen
        seen |= new
        todo += new
    return frozenset(found)


def _independent(rules: Rules, cells: frozenset[int]) -> frozenset[int]:
    """Those of the cells that none of the others feeds within a row or a pass: the rest compute from them."""

    def fed(at: int) -> bool:
        seen, todo = {at}, [at]
        while todo:
            reads = rules.reads(todo.pop())
            if (reads & cells) - {at}:
                return True
            new = (reads & rules.between) - seen
            seen |= new
            todo += new
        return False

    return frozenset(at for at in cells if at not in rules.key.contents or not fed(at))


def _counts(rules: Rules, at: int) -> bool:
    """Whether a cell numbers rows or passes, or is a constant."""
    content = rules.key.contents.get(at)
    return at in rules.key.counts or (content is not None and (content.column == "epoch" or rules.constant(at)))
