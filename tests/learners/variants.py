"""A battery of right answers: every column of an exercise, written otherwise in each of many ways.

The solved sheet's own formulas are parsed, rewritten (`tests.learners.rewrites`), and typed back in; cells with the
same rule get the same variant, so a column stays one that was filled down. Whatever the checker says against one is a
false alarm.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from gradsheet.checking.feedback import CellFeedback
from gradsheet.checking.spec import Exercise, spellings
from gradsheet.checking.trees import mapped, nodes, once, written
from gradsheet.formula import syntax as s
from gradsheet.formula.address import letters
from gradsheet.formula.cells import Formula
from gradsheet.formula.parser import parse
from gradsheet.workbook.layout import Content
from tests.checking.learner import Learner
from tests.learners.rewrites import WAYS

Inlined = tuple[tuple[s.Node, s.Node], ...]
"""References, and the formulas of the cells that they mean, as seen from the reading cell."""


@dataclass(frozen=True)
class Variant:
    """One way to write a formula.

    Attributes:
        ways: what was done, in order.
        tree: what came of it.
        spelling: how its references are written.
    """

    ways: tuple[str, ...]
    tree: s.Node
    spelling: str = "plain"


@dataclass(frozen=True)
class Sheet:
    """What spelling needs to know.

    Attributes:
        name: the sheet's.
        inputs: the cell of each defined name.
    """

    name: str
    inputs: Mapping[str, tuple[int, int]]


def one_step(tree: s.Node) -> Iterator[tuple[str, s.Node]]:
    """A tree with one way applied: in each of its places, and everywhere."""
    for name, way in WAYS.items():
        seen = {tree}
        for other in once(tree, way):
            if other not in seen:
                seen.add(other)
                yield name, other
        everywhere = mapped(tree, lambda n: next(iter(way(n)), None))  # noqa: B023
        if everywhere not in seen:
            yield f"{name} everywhere", everywhere


@cache
def singles(tree: s.Node, inlined: Inlined) -> tuple[Variant, ...]:
    """A formula in every way once."""
    found = [Variant((name,), other) for name, other in one_step(tree)]
    for reference, formula in inlined:
        found.append(Variant(("inlined",), mapped(tree, lambda n: formula if n == reference else None)))  # noqa: B023
    found += [Variant((spelling,), tree, spelling) for spelling in SPELLINGS if spelling != "plain"]
    kept: dict[tuple[s.Node, str], Variant] = {(tree, "plain"): Variant((), tree)}
    for one in found:
        kept.setdefault((one.tree, one.spelling), one)
    return tuple(kept.values())[1:]


@cache
def combined(tree: s.Node, inlined: Inlined, number: int) -> Variant:
    """Two ways one after the other, and a spelling; the same number gives the same."""
    chance = random.Random(number)
    first = chance.choice(singles(tree, inlined))
    steps = list(one_step(first.tree))
    name, other = chance.choice(steps) if steps else ("", first.tree)
    return Variant((*first.ways, name), other, chance.choice(list(SPELLINGS)))


# ---- spelling

Place = Callable[[s.Node, int, int, Sheet], str]


def _plain(node: s.Node, row: int, column: int, sheet: Sheet, dollars: str = "") -> str:
    def corner(r: s.Place, c: s.Place) -> str:
        lead = "$" if c.absolute or "c" in dollars else ""
        fixed = "$" if r.absolute or "r" in dollars else ""
        return f"{lead}{letters(c.resolve(column))}{fixed}{r.resolve(row)}"

    match node:
        case s.CellRef(where, r, c):
            return (f"{where}!" if where else "") + corner(r, c)
        case s.AreaRef(where, top, left, bottom, right):
            return (f"{where}!" if where else "") + f"{corner(top, left)}:{corner(bottom, right)}"
        case s.Name(_, name):
            return name
    raise TypeError(node)


def _cells(node: s.Node, row: int, column: int, sheet: Sheet, dollars: str = "$$") -> str:
    if isinstance(node, s.Name):
        r, c = sheet.inputs[node.name]
        return f"{dollars[0].strip()}{letters(c)}{dollars[1].strip()}{r}"
    return _plain(node, row, column, sheet)


def _qualified(node: s.Node, row: int, column: int, sheet: Sheet) -> str:
    text = _cells(node, row, column, sheet)
    return text if "!" in text else f"{sheet.name}!{text}"


SPELLINGS: dict[str, Place] = {
    "plain": _plain,
    "cells for names": _cells,
    "mixed cells for names": lambda n, r, c, sheet: _cells(n, r, c, sheet, " $"),
    "with the sheet's name": _qualified,
    "columns absolute": lambda n, r, c, sheet: _plain(n, r, c, sheet, "c"),
    "all absolute": lambda n, r, c, sheet: _plain(n, r, c, sheet, "rc"),
    "in brackets": lambda n, r, c, sheet: f"({_plain(n, r, c, sheet)})",
    "after a plus": lambda n, r, c, sheet: f"+{_plain(n, r, c, sheet)}",
    "in small letters": lambda n, r, c, sheet: _plain(n, r, c, sheet).lower(),
}
_RANGED = ("in brackets", "after a plus")  # not in front of a range


def spell(variant: Variant, row: int, column: int, sheet: Sheet) -> str:
    """A variant as text in its cell."""
    place = SPELLINGS[variant.spelling]
    if variant.spelling in _RANGED and any(isinstance(n, s.AreaRef) for n in nodes(variant.tree)):
        place = _plain
    text = written(variant.tree, lambda node: place(node, row, column, sheet))
    return "=" + (text.lower() if variant.spelling == "in small letters" else text)


# ---- answers


class Battery:
    """The variants of every open column of an exercise.

    Args:
        exercise: which.
    """

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.solved = Learner.solving(exercise)
        layout = exercise.layout
        self.sheet = Sheet(
            exercise.experiment.name, {layout.name(n): (at.row, at.column) for n, at in layout.inputs.items()}
        )
        self.columns = [spellings(exercise.experiment)[one] for one in exercise.blanks]
        self._parts: dict[str, list[tuple[Content, s.Node, Inlined]]] = {}

    def parts(self, column: str) -> list[tuple[Content, s.Node, Inlined]]:
        """Each cell of a column with its formula, and those of the cells that it reads."""
        if column not in self._parts:
            found = self._parts[column] = []
            for content in self.solved.contents(column):
                held = self.solved.cells[str(content.at)]
                assert isinstance(held, Formula)
                tree = parse(held.text, *content.at)
                found.append((content, tree, self._inlined(tree, content)))
        return self._parts[column]

    def _inlined(self, tree: s.Node, content: Content) -> Inlined:
        row, column = content.at
        found: dict[s.Node, s.Node] = {}
        for node in nodes(tree):
            if isinstance(node, s.CellRef) and node.sheet is None:
                at = f"{letters(node.column.resolve(column))}{node.row.resolve(row)}"
                held = self.solved.cells.get(at)
                if isinstance(held, Formula):
                    found[node] = parse(held.text, row, column)
        return tuple(found.items())

    def count(self, column: str) -> int:
        """How many single variants a column's widest rule has."""
        return max(len(singles(tree, inlined)) for _, tree, inlined in self.parts(column))

    def answers(self, column: str, number: int) -> dict[str, tuple[Variant, str]]:
        """A column in its variant of a number: the singles one after the other, then pairs."""
        found = {}
        for content, tree, inlined in self.parts(column):
            known = singles(tree, inlined)
            one = known[number] if number < len(known) else combined(tree, inlined, number)
            found[str(content.at)] = one, spell(one, *content.at, self.sheet)
        return found

    def checked(self, answers: Mapping[str, tuple[Variant, str]]) -> list[CellFeedback]:
        """What the checker has against these answers."""
        learner = Learner.solving(self.exercise)
        for cell, (_, text) in answers.items():
            learner.put(cell, text)
        return [one for one in learner.checked().cells if one.verdict != "correct"]
