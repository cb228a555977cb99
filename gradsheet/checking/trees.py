"""Formulas as trees: written out again, rewritten at one place, compiled on their own.

A rule is a formula in names (`gradsheet.table`); its tree has its references as they are spelt, ``prev(velocity_b)``.
A learner's formula is in A1; written out with the sheet's names it says what the cell computes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from gradsheet.formula import syntax as s
from gradsheet.formula.address import unpack
from gradsheet.formula.evaluation import Evaluation
from gradsheet.formula.parser import parse
from gradsheet.formula.plan import NAMESPACE, Plan
from gradsheet.formula.translate import Translator
from gradsheet.table import Reference, parts

_BINDS = {"=": 1, "<>": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5}
_UNARY, _ATOM = 7, 9


@cache
def rule_tree(formula: str) -> s.Node:
    """The tree of a formula in names.

    Example:
        >>> rule_tree("=prev(v)*beta").left
        Name(sheet=None, name='prev(v)')
    """
    names: dict[str, str] = {}
    text = ""
    for i, part in enumerate(parts(formula)):
        if isinstance(part, str):
            text += part
        else:
            names[f"REF__{i}"] = spelt(part)
            text += f"ref__{i}"
    return renamed(parse(text), {key.lower(): s.Name(None, name) for key, name in names.items()})


def spelt(reference: Reference) -> str:
    """A reference as formulas in names spell it.

    Example:
        >>> spelt(Reference("b", 1, True))
        'prev(last(b))'
    """
    inner = f"last({reference.name})" if reference.last else reference.name
    return "prev(" * reference.back + inner + ")" * reference.back


def written(node: s.Node, place: Callable[[s.Node], str] | None = None, times: str = "*") -> str:
    """A tree as text, with the brackets that it needs.

    Args:
        node: the tree.
        place: how a reference is written; a name as it is where none is given.
        times: the sign of multiplication.

    Example:
        >>> written(rule_tree("=prev(v)*beta+(1-beta)*d_b^2"))
        'prev(v)*beta+(1-beta)*d_b^2'
    """

    def go(node: s.Node) -> tuple[str, int]:
        match node:
            case s.Number(value):
                return f"{value:.15g}", _ATOM
            case s.Text(value):
                return '"' + value.replace('"', '""') + '"', _ATOM
            case s.Boolean(value):
                return str(value).upper(), _ATOM
            case s.Fault(error):
                return error.value, _ATOM
            case s.Missing():
                return "", _ATOM
            case s.Name(_, name) if place is None:
                return name, _ATOM
            case s.CellRef() | s.AreaRef() | s.Name() | s.Structured():
                return (place(node) if place else "?"), _ATOM
            case s.Variable(name):
                return name.lower(), _ATOM
            case s.Prefix(op, x):
                return op + closed(x, _UNARY), _UNARY
            case s.Percent(x):
                return closed(x, _UNARY) + "%", _UNARY
            case s.Single(x) | s.Spill(x):
                return go(x)
            case s.Infix(op, left, right) if op in _BINDS:
                level = _BINDS[op]
                sign = times if op == "*" else op
                return closed(left, level) + sign + closed(right, level + 1), level
            case s.Infix(op, left, right):
                return go(left)[0] + op + go(right)[0], _ATOM
            case s.Call(name, args):
                return f"{name}({','.join(go(x)[0] for x in args)})", _ATOM
            case s.Let(bindings, body):
                said = ",".join(f"{name.lower()},{go(value)[0]}" for name, value in bindings)
                return f"LET({said},{go(body)[0]})", _ATOM
        return "…", _ATOM

    def closed(node: s.Node, least: int) -> str:
        text, level = go(node)
        return text if level >= least else f"({text})"

    return go(node)[0]


def with_children(node: s.Node, children: tuple[s.Node, ...]) -> s.Node:
    """The same node over other children, from left to right as `syntax.children` gives them."""
    match node:
        case s.Prefix() | s.Percent() | s.Single() | s.Spill():
            return replace(node, operand=children[0])
        case s.Infix():
            return replace(node, left=children[0], right=children[1])
        case s.Call():
            return replace(node, args=children)
        case s.Apply():
            return replace(node, function=children[0], args=children[1:])
        case s.Let(bindings, _):
            values = zip((name for name, _ in bindings), children[:-1], strict=True)
            return replace(node, bindings=tuple(values), body=children[-1])
        case s.Lambda():
            return replace(node, body=children[0])
    return node


def mapped(node: s.Node, change: Callable[[s.Node], s.Node | None]) -> s.Node:
    """The tree with every node that `change` answers for replaced, from the leaves up."""
    below = s.children(node)
    if below:
        node = with_children(node, tuple(mapped(child, change) for child in below))
    found = change(node)
    return node if found is None else found


def renamed(node: s.Node, names: Mapping[str, s.Node]) -> s.Node:
    """The tree with names replaced by expressions."""
    return mapped(node, lambda one: names.get(one.name) if isinstance(one, s.Name) else None)


def once(node: s.Node, change: Callable[[s.Node], Iterable[s.Node]]) -> Iterator[s.Node]:
    """The trees that come of changing one place.

    Example:
        >>> flip = lambda n: [s.Infix("-", n.left, n.right)] if isinstance(n, s.Infix) and n.op == "+" else []
        >>> [written(t) for t in once(rule_tree("=a+b*(c_+d_)"), flip)]
        ['a-b*(c_+d_)', 'a+b*(c_-d_)']
    """
    yield from change(node)
    below = s.children(node)
    for i, child in enumerate(below):
        for other in once(child, change):
            yield with_children(node, (*below[:i], other, *below[i + 1 :]))


def nodes(node: s.Node) -> Iterator[s.Node]:
    """The node and all below it."""
    yield node
    for child in s.children(node):
        yield from nodes(child)


def names_in(node: s.Node) -> tuple[str, ...]:
    """The names that a tree reads, each once."""
    return tuple(dict.fromkeys(one.name for one in nodes(node) if isinstance(one, s.Name)))


def numbers_in(node: s.Node) -> tuple[float, ...]:
    """The numbers that stand in a tree, each once; a minus before one belongs to it."""
    found = [one.value for one in nodes(node) if isinstance(one, s.Number)]
    found += [v / 100 for one in nodes(node) if isinstance(one, s.Percent) for v in numbers_in(one.operand)]
    found += [-v for one in nodes(node) if isinstance(one, s.Prefix) and one.op == "-" for v in numbers_in(one.operand)]
    return tuple(dict.fromkeys(found))


class Function:
    """A tree that stands in some cell, compiled on its own.

    Args:
        plan: of the workbook that it speaks of.
        tree: what it computes.
        cell: where it stands.
    """

    def __init__(self, plan: Plan, tree: s.Node, cell: int) -> None:
        self.cell = cell
        sheet, self.row, self.column = unpack(cell)
        code = Translator(plan.scope, sheet, self.row, self.column).expression(tree, False, False)
        self._run = eval(compile(f"lambda v, here, named, k, r, c: {code}", "<formula>", "eval"), dict(NAMESPACE))

    def __call__(self, grid: Evaluation) -> Any:
        """Its value on a grid; None where it has none."""
        return grid.outcome(lambda: self._run(grid, grid.here, grid.named, self.cell, self.row, self.column))
