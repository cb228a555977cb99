"""Estimates by finite differences: the step h, there and back."""

from __future__ import annotations

from collections.abc import Iterator

from gradsheet.checking.mistakes.rule import (
    Mistake,
    Rule,
    instead,
    is_name,
    minus,
    name,
    number,
    over,
    plus,
    times,
    without_factor,
)
from gradsheet.checking.trees import once, renamed, rule_tree
from gradsheet.formula import syntax as s


def _undivided(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    yield from without_factor(tree, is_name("h"))
    yield from once(
        tree,
        lambda n: [times(n.left, n.right)] if isinstance(n, s.Infix) and n.op == "/" and n.right == name("h") else [],
    )


def _central(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    """(f(w+h) − f(w−h)) / 2h, with the second error written out."""
    shifted = f"err_{rule.weight}"
    if shifted not in rule.columns or not rule.name.startswith("est_"):
        return
    forward = rule_tree(rule.columns[shifted].formula)
    back = once(
        forward,
        lambda n: (
            [minus(n.left, n.right)] if isinstance(n, s.Infix) and n == plus(name(rule.weight), name("h")) else []
        ),
    )
    for other in back:
        yield over(minus(name(shifted), other), times(number(2.0), name("h")))
        yield over(minus(forward, other), times(number(2.0), name("h")))


def _other_h(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    h = name("h")
    for by in (times(number(2.0), h), over(h, number(2.0)), times(h, h), times(number(10.0), h), over(h, number(10.0))):
        yield from instead(tree, "h", by)
    if rule.role == "error":
        yield renamed(tree, {"h": number(0.0)})
        for w in rule.entry.model.weights:
            yield renamed(tree, {"h": number(0.0), w: plus(name(w), h)})


MISTAKES = (
    Mistake(
        "not_divided_by_h",
        "the difference is not divided by h",
        "=err_b-err2 for (err_b-err2)/h",
        "This is how much the error changed, not how fast: the step h is not divided out.",
        "A slope is rise over run. Which cell is the run?",
        _undivided,
        ("gradient",),
        26,
    ),
    Mistake(
        "central_difference",
        "a central difference where the sheet takes a forward one",
        "=(f(b+h)-f(b-h))/(2*h) for (f(b+h)-f(b))/h",
        "This goes h up and h down. It is the better estimate, but the sheet goes up only.",
        "Compare with the error where you stand.",
        _central,
        ("gradient",),
        27,
    ),
    Mistake(
        "h_mismatch",
        "h in one place is not the h in the other",
        "=(err_b-err2)/(2*h) for (err_b-err2)/h",
        "The step that was taken and the step that is used here are not the same.",
        "By how much was the weight nudged? The same h belongs in both places.",
        _other_h,
        (),
        15,
    ),
)
