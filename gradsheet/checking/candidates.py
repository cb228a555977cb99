"""The rules of those who make a mistake, for one cell: spelt in its place, compiled, and under the draws.

Like the rules they are the same for every submission, and kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, count, islice
from typing import Any, Generic, TypeVar

from gradsheet.address import Cell, letters
from gradsheet.checking.mistakes import mistakes
from gradsheet.checking.mistakes.rule import Rule
from gradsheet.checking.policy import LEAST, same, usable
from gradsheet.checking.rules import Rules
from gradsheet.checking.trees import Function, mapped, written
from gradsheet.errors import GradsheetError
from gradsheet.formula import syntax as s
from gradsheet.formula.address import a1, unpack
from gradsheet.formula.parser import parse
from gradsheet.formula.scope import Unsupported
from gradsheet.table import references

MOST_PAIRS = 500
MOST_OPENED = 20  # rules written out in which a second mistake is looked for
_T = TypeVar("_T")


class Growing(Generic[_T]):
    """What an iterator gives, kept: made only as far as someone has looked."""

    def __init__(self, source: Iterator[_T]) -> None:
        self._source, self._kept = source, list[_T]()

    def __iter__(self) -> Iterator[_T]:
        for i in count():
            if i == len(self._kept):
                try:
                    self._kept.append(next(self._source))
                except StopIteration:
                    return
            yield self._kept[i]


@dataclass(frozen=True)
class Candidate:
    """A rewritten rule.

    Attributes:
        slugs: the mistakes in it.
        tree: in names.
        function: in its cell.
        values: under the draws of the rule, as far as someone has looked: most differ from a formula in the first.
    """

    slugs: tuple[str, ...]
    tree: s.Node
    function: Function
    values: Growing[Any]


class Candidates:
    """All rewritten rules of one cell.

    Args:
        rules: of the exercise.
        at: the cell.
    """

    def __init__(self, rules: Rules, at: int) -> None:
        self.rules, self.at = rules, at
        self.content = rules.key.contents[at]
        layout = rules.key.layout
        self.rule = Rule(layout.experiment, (self.content.table, self.content.column), rules.key.rule(at))
        self.draws = rules.draws(at)
        self._seen: set[str] = set()
        self._spots: dict[str, s.Node] = {}
        self.plain = Growing(self._made(0))
        """One mistake in the rule as it stands."""
        self.opened = Growing(self._opened())
        """One mistake in the rule written out with the columns that it reads."""
        self.pairs = Growing(islice(self._pairs(), MOST_PAIRS))
        """Two mistakes at once."""

    def _opened(self) -> Iterator[Candidate]:
        for _ in self.plain:
            pass  # the shorter ones come first
        for depth in range(1, len(self.rule.trees)):
            yield from self._made(depth)

    def _pairs(self) -> Iterator[Candidate]:
        for one in chain(self.plain, islice(self.opened, MOST_OPENED)):
            for mistake in mistakes().values():
                if mistake.rewrite is None or mistake.slug in one.slugs:
                    continue
                if mistake.roles and self.rule.role not in mistake.roles:
                    continue
                for tree in mistake.rewrite(self.rule, one.tree):
                    made = self.candidate((*one.slugs, mistake.slug), tree)
                    if made is not None:
                        yield made

    def _made(self, depth: int) -> Iterator[Candidate]:
        for slug, mistake in mistakes().items():
            for tree in mistake.of(self.rule, depth):
                made = self.candidate((slug,), tree)
                if made is not None:
                    yield made

    def candidate(self, slugs: tuple[str, ...], tree: s.Node, again: bool = False) -> Candidate | None:
        """A rewritten rule, unless it was there before, has no meaning in this cell, or is no mistake."""
        if not again:
            text = written(tree)
            if text in self._seen:
                return None
            self._seen.add(text)
        function = self.function(tree)
        if function is None:
            return None
        values = Growing(function(self.rules.grid(number)) for number, _ in self.draws)
        few = next(islice(filter(usable, values), LEAST // 2 - 1, None), None) is None
        if few or all(same(value, right) for value, (_, right) in zip(values, self.draws, strict=True)):
            return None
        return Candidate(slugs, tree, function, values)

    def function(self, tree: s.Node) -> Function | None:
        """A formula in names, in this cell; None where it has no meaning here."""
        key = self.rules.key
        _, row, column = unpack(self.at)
        try:
            tree = mapped(tree, lambda node: self._spot(node, row, column) if isinstance(node, s.Name) else None)
            return Function(key.plan, tree, self.at)
        except (KeyError, GradsheetError, Unsupported):
            return None

    def _spot(self, node: s.Name, row: int, column: int) -> s.Node:
        """What a name stands for in this cell."""
        if node.name not in self._spots:
            self._spots[node.name] = parse(self._place(node), row, column)
        return self._spots[node.name]

    def _place(self, node: s.Name) -> str:
        layout, content = self.rules.key.layout, self.content
        if node.name.startswith("$"):
            return node.name  # a cell, by its address
        if node.name.startswith("enter("):
            entering = node.name[6:-1]
            at = layout.epoch_cell(entering, content.number)
            return f"${letters(at.column)}${at.row}"
        (reference,) = references(f"={node.name}")
        try:
            return layout.place(content, reference)
        except KeyError:
            if not reference.back or content.row != 0 or ("steps", reference.name) not in layout.names:
                raise
            above = Cell(content.at.row - 1, layout.names["steps", reference.name])
            if above.row <= layout.header:
                raise
            return str(above)


def candidates_of(rules: Rules, at: int) -> Candidates:
    """The rewritten rules of a cell, made once."""
    found = rules.kept.get(at)
    if not isinstance(found, Candidates):
        found = rules.kept[at] = Candidates(rules, at)
    return found


def by_address(cell: int) -> s.Name:
    """A cell as a name in a tree."""
    _, row, column = unpack(cell)
    return s.Name(None, f"${a1(row, column)}")


def agreeing(candidates: Iterable[Candidate], values: Iterable[Any]) -> tuple[str, ...]:
    """The mistakes of the first candidate that gives these values."""
    for one in candidates:
        if agrees(one.values, values):
            return one.slugs
    return ()


def agrees(meant: Iterable[Any], values: Iterable[Any]) -> bool:
    """Whether two functions are one, as far as the draws say."""
    proven = 0
    for one, other in zip(meant, values, strict=False):
        if not usable(one):
            if usable(other):
                return False
            continue
        if not same(one, other):
            return False
        proven += 1
    return proven >= LEAST // 2
