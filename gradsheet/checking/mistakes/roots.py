"""Roots, eps, and the correction of averages for their start."""

from __future__ import annotations

from collections.abc import Iterator

from gradsheet.checking.mistakes.rule import (
    Mistake,
    Rule,
    calls,
    instead,
    is_name,
    minus,
    name,
    number,
    over,
    plus,
    swapped,
    times,
    without_factor,
)
from gradsheet.checking.trees import mapped, names_in, once, renamed
from gradsheet.formula import syntax as s


def _without_root(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    def bare(node: s.Node) -> s.Node | None:
        return node.args[0] if calls(node, "SQRT") else None

    yield from once(tree, lambda n: [inner] if (inner := bare(n)) is not None else [])
    yield mapped(tree, bare)


def _eps(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    """An eps that the sheet has not; where it has one, inside the root instead of beside it."""
    if "eps" in names_in(tree):
        bare = list(without_term(tree, "eps"))
        for one in bare:
            yield from _beside(one, name("eps"))
        yield from bare
        return
    for size in (1e-10, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0):
        yield from _beside(tree, number(size))


def without_term(tree: s.Node, term: str) -> Iterator[s.Node]:
    """A name left out of a sum."""

    def change(node: s.Node) -> Iterator[s.Node]:
        if isinstance(node, s.Infix) and node.op in "+-":
            if node.right == name(term):
                yield node.left
            if node.left == name(term) and node.op == "+":
                yield node.right

    yield from once(tree, change)


def _beside(tree: s.Node, eps: s.Node) -> Iterator[s.Node]:
    yield from once(
        tree, lambda n: [s.Call("SQRT", (plus(n.args[0], eps),))] if isinstance(n, s.Call) and n.name == "SQRT" else []
    )
    yield from once(tree, lambda n: [plus(n, eps)] if calls(n, "SQRT") else [])


def _corrected(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    """Averages over 1 − beta^step, where the sheet has no correction."""
    if "left1" in rule.columns or not (rule.updates or rule.role == "state"):
        return
    shares = [n for n in rule.shares if n in ("beta", "beta1", "beta2")]
    if not shares:
        return
    first, second = shares[0], shares[-1]
    rows = len(rule.entry.data)
    steps = (
        name("row"),
        plus(times(name("epoch"), number(float(rows))), name("row")),
        minus(name("row"), number(1.0)),
        plus(name("row"), number(1.0)),
        plus(name("epoch"), number(1.0)),
    )
    for step in steps:
        one = minus(number(1.0), s.Infix("^", name(first), step))
        two = minus(number(1.0), s.Infix("^", name(second), step))
        names = {}
        for state in rule.states:
            for spelt in (state, f"prev({state})"):
                if spelt in names_in(tree):
                    names[spelt] = over(name(spelt), two if state.startswith(("square", "total")) else one)
        if rule.role == "state":
            yield over(tree, two if rule.name.startswith(("square", "total")) else one)
            continue
        if names:
            yield renamed(tree, names)
        for spelt, by in names.items():
            yield renamed(tree, {spelt: by})


def _uncorrected(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    def divides(node: s.Node) -> bool:
        return isinstance(node, s.Infix) and node.op == "-" and any(n.startswith("left") for n in names_in(node))

    corrected = {n: name(n.replace("corrected", "average")) for n in names_in(tree) if n.startswith("corrected")}
    if corrected:
        yield renamed(tree, corrected)
    yield from without_factor(tree, is_name("correction"))
    dropped = list(without_factor(tree, divides))
    yield from dropped
    for one in dropped:
        yield from without_factor(one, divides)


def _uncorrected_step(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    found = {n: name(n.replace("left", "beta")) for n in names_in(tree) if n.startswith("left") and n in rule.columns}
    if found:
        yield renamed(tree, found)
    for one, by in found.items():
        yield renamed(tree, {one: by})
        yield renamed(tree, {one: name(f"prev({one})")})
        yield renamed(tree, {one: times(name(one), by)})
    for other in (minus(number(1.0), name("beta")), name("rest"), name("prev(correction)")):
        yield from instead(tree, "correction", other)


def _moments(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    w = rule.weight
    yield swapped(tree, f"average_{w}", f"square_{w}")
    yield from instead(tree, f"average_{w}", name(f"square_{w}"))
    yield from instead(tree, f"square_{w}", name(f"average_{w}"))
    if rule.name == f"average_{w}":
        yield swapped(tree, f"prev(average_{w})", f"prev(square_{w})")
    if rule.name == f"square_{w}":
        yield swapped(tree, f"prev(square_{w})", f"prev(average_{w})")


MISTAKES = (
    Mistake(
        "no_sqrt",
        "the root is missing",
        "=b-d_b*lr/square_b for b-d_b*lr/SQRT(square_b)",
        "A sum or an average of squares is used as it is. Its root has the units of what was squared.",
        "In which units is this number, and in which should it be?",
        _without_root,
        (),
        51,
    ),
    Mistake(
        "bias_corrected",
        "averages are corrected for their start, which this sheet does not do",
        "=b-average_b/(1-beta1^row)*lr/… for b-average_b*lr/…",
        "The averages are divided by 1 − beta^step, as in the paper. This sheet does without.",
        "Which column, or which input, takes care of the start here?",
        _corrected,
        (),
        52,
    ),
    Mistake(
        "bias_uncorrected",
        "the correction of the averages for their start is missing",
        "=b-lr*average_b/… for b-lr*(average_b/(1-left1))/…",
        "The averages start at 0 and are too small at first; the correction for that is missing.",
        "What are the columns beta^step for?",
        _uncorrected,
        (),
        53,
    ),
    Mistake(
        "bias_step",
        "the correction takes beta of another step",
        "=b-lr*(average_b/(1-beta1))/… for b-lr*(average_b/(1-left1))/…",
        "The correction is that of another step than this row's.",
        "Which column holds beta to the power of this step?",
        _uncorrected_step,
        (),
        54,
    ),
    Mistake(
        "eps_added",
        "an eps where the sheet has none, or in another place",
        "=b-d_b*lr/(SQRT(square_b)+1E-08) for b-d_b*lr/SQRT(square_b)",
        "An eps has come in, has gone, or stands in another place, inside the root or beside it.",
        "Point at the header: is there an eps, and what is it added to?",
        _eps,
        (),
        56,
    ),
    Mistake(
        "moments_swapped",
        "the average and the average of squares are swapped",
        "=b-square_b*lr/SQRT(average_b) for b-average_b*lr/SQRT(square_b)",
        "The two averages are in each other's place.",
        "Which of them says where to go, and which how large gradients are?",
        _moments,
        (),
        57,
    ),
)
