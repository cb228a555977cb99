"""Sigmoid, target and threshold: what goes wrong where something is decided."""

from __future__ import annotations

from collections.abc import Iterator

from gradsheet.checking.mistakes.rule import Mistake, Rule, calls, instead, minus, name, number, times
from gradsheet.checking.mistakes.rule import without_factor as without
from gradsheet.checking.trees import names_in, once, renamed, rule_tree
from gradsheet.formula import syntax as s

_SHARE, _PRED, _Y = name("share"), name("pred"), name("y")
_REST = minus(number(1.0), _SHARE)


def _decides(rule: Rule) -> bool:
    """Whether the model makes a share of its prediction."""
    return "share" in rule.columns


def _raw(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    if rule.name == "share":
        yield _PRED
    elif _decides(rule):
        yield from instead(tree, "share", _PRED)


def _sigmoid_sign(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    if _decides(rule):
        yield from once(
            tree,
            lambda n: (
                [s.Call("EXP", (n.args[0].operand,))]
                if isinstance(n, s.Call) and n.name == "EXP" and isinstance(n.args[0], s.Prefix)
                else []
            ),
        )


def _is_if(node: s.Node) -> bool:
    return calls(node, "IF") and len(s.children(node)) == 3


def _swapped(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    def change(node: s.Node) -> Iterator[s.Node]:
        if _is_if(node):
            test, one, other = s.children(node)
            if "z" not in names_in(test):  # of a ReLU one says it otherwise
                yield s.Call("IF", (test, other, one))

    yield from once(tree, change)


def _target_ignored(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    def change(node: s.Node) -> Iterator[s.Node]:
        if _is_if(node):
            test, one, other = s.children(node)
            if "y" in names_in(test):
                yield from (one, other)

    yield from once(tree, change)


def _threshold(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    if "threshold" in names_in(tree):
        half = {"threshold": number(0.5)}
        yield from (renamed(tree, {"pred": _SHARE}), renamed(tree, half), renamed(tree, {"pred": _SHARE, **half}))


def _sigmoids_slope(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    if not _decides(rule):
        return
    lacking = list(without(tree, lambda n: n in (_SHARE, _REST)))
    yield from lacking
    for one in lacking:
        yield from without(one, lambda n: n in (_SHARE, _REST))
    yield from once(tree, lambda n: [_SHARE] if n == _REST else [])
    yield from once(tree, lambda n: [times(n.left, _REST)] if isinstance(n, s.Infix) and n.right == _SHARE else [])


def _other_loss(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    """Cross-entropy and squares, and their gradients."""
    if not _decides(rule):
        return
    off = minus(_SHARE, _Y)
    if rule.name == rule.entry.model.loss.column.name:
        sure = s.Call("IF", (s.Infix("=", _Y, number(1.0)), _SHARE, _REST))
        yield from (s.Prefix("-", s.Call("LN", (sure,))), s.Infix("^", off, number(2.0)))
        yield from (off, minus(_Y, _SHARE), s.Infix("^", minus(_PRED, _Y), number(2.0)), s.Prefix("-", sure))
    elif rule.name == "slope":
        squares = times(times(off, _SHARE), _REST)
        yield from (off, times(number(2.0), off), squares, times(number(2.0), squares), minus(_Y, _SHARE))


def _not_learnt(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    """What enters a pass is what entered the one before, or the first."""
    first = rule.columns[rule.name].first.removeprefix("=")
    for last in names_in(tree):
        if last.startswith("prev(last("):
            yield from instead(tree, last, name(f"prev({rule.name})"))
            if first:
                yield from instead(tree, last, rule_tree(f"={first}"))
    for new in names_in(tree):
        if new.startswith("prev(new_"):
            yield from instead(tree, new, name(new.replace("new_", "")))


MISTAKES = (
    Mistake(
        "no_sigmoid",
        "the raw prediction is used where its sigmoid is meant",
        "=IF(y=1,1-pred,pred) for IF(y=1,1-sigmoid,sigmoid)",
        "pred goes in as it is. It can be any number; its sigmoid, which lies between 0 and 1, is meant.",
        "Which column says how sure the model is, as a share?",
        _raw,
        ("prediction", "error", "gradient"),
        8,
    ),
    Mistake(
        "sigmoid_sign",
        "the sigmoid has the wrong sign in its exponent",
        "=1/(1+EXP(pred)) for 1/(1+EXP(-pred))",
        "This falls as pred grows: a sure three comes out near 0. The sign in the exponent is turned round.",
        "What should come out for a large pred, and what for a very negative one?",
        _sigmoid_sign,
        (),
        9,
    ),
    Mistake(
        "sides_swapped",
        "the two sides of an IF are in each other's place",
        "=IF(y=1,sigmoid,1-sigmoid) for IF(y=1,1-sigmoid,sigmoid)",
        "What is meant where the test holds is done where it does not, and the reverse; perhaps by a minus too many.",
        "Take one row in which the test holds: should this number be large there, or small?",
        _swapped,
        (),
        9,
    ),
    Mistake(
        "target_ignored",
        "what the example is, is not asked",
        "=1-sigmoid for IF(y=1,1-sigmoid,sigmoid)",
        "All rows are treated alike here, whatever they are; the rule has one side for each of the two.",
        "Which column says what the example is?",
        _target_ignored,
        ("error", "gradient", "prediction"),
        19,
    ),
    Mistake(
        "wrong_threshold",
        "the threshold of one scale is used on the other",
        "=IF(pred>0.5,1,0) for IF(pred>threshold,1,0)",
        "The threshold and what is compared with it are of two scales: a raw prediction is decided at 0, its sigmoid "
        "at one half.",
        "Which cell is the threshold, and of which column does it speak?",
        _threshold,
        (),
        18,
    ),
    Mistake(
        "sigmoid_slope",
        "a factor of the sigmoid's own slope is missing, or another",
        "=IF(y=1,-1,1)*sigmoid for IF(y=1,-1,1)*sigmoid*(1-sigmoid)",
        "The loss reads the sigmoid and the sigmoid reads pred, so its slope is a factor here; that is not all there.",
        "What is the slope of the sigmoid, written with the sigmoid itself?",
        _sigmoids_slope,
        ("gradient",),
        19,
    ),
    Mistake(
        "other_loss",
        "another loss, or its gradient: cross-entropy or squares",
        "=sigmoid-y for IF(y=1,-1,1)*sigmoid*(1-sigmoid)",
        "This belongs to another loss, such as cross-entropy or the square of the error; this sheet's is the sigmoid's "
        "distance from what is true.",
        "Look at the column loss of this sheet: how does it grow as the sigmoid grows?",
        _other_loss,
        ("error", "gradient"),
        7,
    ),
    Mistake(
        "not_carried_on",
        "what enters a row or a pass is what entered the one before",
        "=L14 for L24",
        "This is what entered before, so nothing is learnt from one row or pass to the next.",
        "With what does the one before end?",
        _not_learnt,
        ("weights", "state"),
        38,
    ),
)
