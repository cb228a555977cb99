"""The step: which weight, which state, which row, how far."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from gradsheet.checking.mistakes.rule import Mistake, Rule, instead, is_name, name, number, over, times, without_factor
from gradsheet.checking.trees import names_in, once, renamed
from gradsheet.formula import syntax as s


def _updated_weight(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    weights = [w for w in rule.entry.model.weights if f"new_{w}" in rule.columns]
    reads = names_in(tree)
    for w in (w for w in weights if w in reads):
        for new in weights:
            if f"new_{new}" != rule.name:
                yield from instead(tree, w, name(f"new_{new}"))
    for w in rule.entry.model.weights:
        yield from instead(tree, f"prev(last({w}))", name(f"prev(last(new_{w}))"))
    if rule.role == "error":
        for two in combinations([w for w in weights if w in reads], 2):
            yield renamed(tree, {w: name(f"new_{w}") for w in two})
    if len(weights) > 1:
        yield renamed(tree, {w: name(f"new_{w}") for w in weights if f"new_{w}" != rule.name})


def _previous_state(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    own = [n for n in rule.states if n in names_in(tree)]
    for state in own:
        yield from instead(tree, state, name(f"prev({state})"))
    if len(own) > 1:
        yield renamed(tree, {state: name(f"prev({state})") for state in own})


def _updated_state(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    own = [n for n in rule.states if f"prev({n})" in names_in(tree) and n != rule.name]
    for state in own:
        yield from instead(tree, f"prev({state})", name(state))


def _previous_row(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    for one in names_in(tree):
        if one in rule.columns and one not in rule.states:
            yield from instead(tree, one, name(f"prev({one})"))
    weights = [w for w in rule.entry.model.weights if w in names_in(tree)]
    if len(weights) > 1:
        yield renamed(tree, {w: name(f"prev({w})") for w in weights})


def _factor_10(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    for factor in (10.0, 0.1):
        yield from instead(tree, "lr", times(name("lr"), number(factor)))
    yield from instead(tree, "lr", over(name("lr"), number(10.0)))
    rates = [n for n in names_in(tree) if n.startswith("rate_")]
    for rate in rates:
        yield from instead(tree, rate, times(name(rate), number(10.0)))
        yield from instead(tree, rate, over(name(rate), number(10.0)))


def _without_lr(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    def divided(node: s.Node) -> Iterator[s.Node]:
        if isinstance(node, s.Infix) and node.op == "*" and node.right == name("lr"):
            yield over(node.left, node.right)
        if isinstance(node, s.Infix) and node.op == "/" and node.left == name("lr"):
            yield from (over(node.right, node.left), over(number(1.0), node.right))

    yield from without_factor(tree, is_name("lr", f"rate_{rule.weight}"))
    yield from once(tree, divided)


def _without_term(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    yield from once(tree, lambda n: [n.left, n.right] if isinstance(n, s.Infix) and n.op in "+-" else [])


MISTAKES = (
    Mistake(
        "used_updated_weight",
        "a weight that this row has already changed is used where the row's own is meant",
        "=b+new_a*x for b+a*x",
        "A new weight is used within the row that makes it. All of a row is computed from the weights that enter it.",
        "Which weights did the row start from?",
        _updated_weight,
        (),
        40,
    ),
    Mistake(
        "used_previous_state",
        "the state of the row above is used where this row's is meant",
        "=b-velocity_b↑*lr for b-velocity_b*lr",
        "The step is taken along what was remembered one row up; this row has already updated it.",
        "Which comes first in this sheet: updating the memory, or the step?",
        _previous_state,
        (),
        42,
    ),
    Mistake(
        "used_updated_state",
        "this row's state is used where that of the row above is meant",
        "=b-d_b*lr/SQRT(square_b) for b-d_b*lr/SQRT(square_b↑)",
        "The state that this row has just updated is used; this sheet still reads the one above it.",
        "Point at the header: of which row does it speak?",
        _updated_state,
        (),
        43,
    ),
    Mistake(
        "lr_factor_10",
        "a learning rate ten times too large or too small",
        "=b-d_b*lr*10 for b-d_b*lr",
        "The learning rate is off by a factor of ten.",
        "Compare with the input lr.",
        _factor_10,
        (),
        58,
    ),
    Mistake(
        "lr_missing",
        "the learning rate is missing, or divides",
        "=b-d_b for b-d_b*lr",
        "The learning rate does not scale the step here.",
        "How far should the step go?",
        _without_lr,
        (),
        59,
    ),
    Mistake(
        "missing_term",
        "one part of a sum is missing",
        "=a*x for b+a*x",
        "One part of the sum is missing.",
        "Read the hint at the header again: is everything in it that goes in?",
        _without_term,
        (),
        70,
    ),
    Mistake(
        "previous_row",
        "the row above is read where this row is meant",
        "=2*(H13-D14) for 2*(H14-D14)",
        "A cell of the row above is read.",
        "Which row does each reference point at?",
        _previous_row,
        (),
        72,
    ),
)
