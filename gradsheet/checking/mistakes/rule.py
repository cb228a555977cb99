"""What a mistake is made of: a rule as a tree, and ways to rewrite one place in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeGuard

from gradsheet.checking.spec import Answer
from gradsheet.checking.trees import names_in, once, renamed, rule_tree
from gradsheet.experiments.entry import Experiment
from gradsheet.formula import syntax as s
from gradsheet.table import Column, Role

DEEP = 4  # how often a rule is written out with the formulas of the columns that it reads


@dataclass(frozen=True)
class Rule:
    """A cell's rule.

    Attributes:
        entry: the experiment.
        answer: the table and the column.
        formula: in names; it may be a column's `first`.
    """

    entry: Experiment
    answer: Answer
    formula: str

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The columns of its table."""
        return {c.name: c for c in (self.entry.steps if self.answer[0] == "steps" else self.entry.epochs)}

    @property
    def name(self) -> str:
        """The column's name."""
        return self.answer[1]

    @property
    def role(self) -> Role:
        """The column's role; new weights are an update."""
        return self.columns[self.name].role

    @property
    def updates(self) -> bool:
        """Whether it is a weight's step."""
        return self.name.startswith("new_")

    @property
    def weight(self) -> str:
        """The weight that it belongs to, empty where to none."""
        return next((w for w in self.entry.model.weights if self.name == w or self.name.endswith(f"_{w}")), "")

    @cached_property
    def shares(self) -> tuple[str, ...]:
        """Inputs between 0 and 1: how much of the past is kept."""
        return tuple(n for n, one in self.entry.inputs.items() if one.low == 0 and one.high == 1)

    @cached_property
    def states(self) -> tuple[str, ...]:
        """The columns that the optimiser remembers."""
        return tuple(n for n, c in self.columns.items() if c.role == "state")

    @cached_property
    def tree(self) -> s.Node:
        """The rule as it stands."""
        return rule_tree(self.formula)

    @cached_property
    def trees(self) -> tuple[s.Node, ...]:
        """The rule, and the rule with the columns that it reads written out."""
        found = {self.tree: None}
        for roles in (("prediction", "error", "gradient"), ("prediction", "error", "gradient", "state", "schedule")):
            tree = self.tree
            for _ in range(DEEP):
                read = (self.columns[n] for n in names_in(tree) if n in self.columns)
                inner = {c.name: rule_tree(c.formula) for c in read if self._opens(c, roles)}
                if not inner:
                    break
                tree = renamed(tree, inner)
                found[tree] = None
                if len(inner) > 1:  # who writes one column in need not write all
                    found.update(dict.fromkeys(renamed(self.tree, {one: by}) for one, by in inner.items()))
        return tuple(found)

    def _opens(self, column: Column, roles: tuple[str, ...]) -> bool:
        return bool(column.formula) and column.role in roles and column.name != self.name


Rewrite = Callable[[Rule, s.Node], Iterable[s.Node]]


@dataclass(frozen=True)
class Mistake:
    """One way to misunderstand.

    Attributes:
        slug: its stable name.
        line: what it is, in one line.
        example: how it looks.
        why: for the learner: what was done, and why it is not what is meant.
        hint: where to look, without the formula.
        rewrite: ``(rule, tree) -> trees`` of those who make it; None where it is a matter of cells.
        roles: the columns that it is about; all where empty.
        rank: whose name a rewrite gets that two mistakes share: the lower one's.
    """

    slug: str
    line: str
    example: str
    why: str
    hint: str
    rewrite: Rewrite | None = None
    roles: tuple[Role, ...] = ()
    rank: int = 50

    def of(self, rule: Rule, depth: int = 0) -> Iterator[s.Node]:
        """The rules of those who make it, in the rule as it is or written out."""
        if self.rewrite is None or (self.roles and rule.role not in self.roles):
            return
        if depth == 0:
            yield from self.rewrite(rule, rule.tree)
        elif depth < len(rule.trees):
            yield from self.rewrite(rule, rule.trees[depth])


# ---- rewriting


def name(text: str) -> s.Name:
    """A name."""
    return s.Name(None, text)


def times(one: s.Node, other: s.Node) -> s.Node:
    """A product."""
    return s.Infix("*", one, other)


def over(one: s.Node, other: s.Node) -> s.Node:
    """A quotient."""
    return s.Infix("/", one, other)


def plus(one: s.Node, other: s.Node) -> s.Node:
    """A sum."""
    return s.Infix("+", one, other)


def minus(one: s.Node, other: s.Node) -> s.Node:
    """A difference."""
    return s.Infix("-", one, other)


def number(value: float) -> s.Node:
    """A number."""
    return s.Number(value)


def rest(share: str) -> s.Node:
    """1 − share."""
    return minus(number(1.0), name(share))


def swapped(tree: s.Node, one: str, other: str) -> s.Node:
    """Two names in each other's place."""
    return renamed(tree, {one: name(other), other: name(one)})


def instead(tree: s.Node, one: str, by: s.Node) -> Iterator[s.Node]:
    """A name replaced: everywhere, and where it stands more than once in each place alone."""
    if one not in names_in(tree):
        return
    yield renamed(tree, {one: by})
    yield from once(tree, lambda n: [by] if n == name(one) else [])


def without_factor(tree: s.Node, drop: Callable[[s.Node], bool]) -> Iterator[s.Node]:
    """A factor left out of a product, or a divisor of a quotient."""

    def change(node: s.Node) -> Iterator[s.Node]:
        if isinstance(node, s.Infix) and node.op == "*":
            if drop(node.left):
                yield node.right
            if drop(node.right):
                yield node.left
        elif isinstance(node, s.Infix) and node.op == "/" and drop(node.right):
            yield node.left

    yield from once(tree, change)


def unsquared(tree: s.Node) -> Iterator[s.Node]:
    """What should be squared left as it is, or doubled, or without its sign; a difference either way round."""

    def change(node: s.Node) -> Iterator[s.Node]:
        if isinstance(node, s.Infix) and node.op == "^" and node.right == number(2.0):
            inner = node.left
            yield from (inner, s.Call("ABS", (inner,)), times(number(2.0), inner))
            if isinstance(inner, s.Infix) and inner.op == "-":
                yield from (minus(inner.right, inner.left), times(number(2.0), minus(inner.right, inner.left)))

    yield from once(tree, change)


def is_name(*names: str) -> Callable[[s.Node], bool]:
    """Whether a node is one of these names."""
    return lambda node: isinstance(node, s.Name) and node.name in names


def calls(node: s.Node, function: str) -> TypeGuard[s.Call]:
    """Whether a node calls a function."""
    return isinstance(node, s.Call) and node.name == function
