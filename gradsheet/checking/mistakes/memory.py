"""What the optimiser remembers: shares of the past, what is averaged, what is carried on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gradsheet.checking.mistakes.rule import (
    Mistake,
    Rule,
    instead,
    is_name,
    minus,
    name,
    number,
    rest,
    swapped,
    times,
    unsquared,
    without_factor,
)
from gradsheet.checking.trees import names_in, once, renamed
from gradsheet.formula import syntax as s


def _halves(node: s.Node, share: str) -> bool:
    """1 − beta, written out or in a cell of its own."""
    return node == rest(share) or (share == "beta" and node == name("rest"))


def _rest_by(tree: s.Node, share: str, by: Callable[[s.Node], s.Node]) -> Iterator[s.Node]:
    """1 − share replaced, in each place alone."""

    def change(node: s.Node) -> list[s.Node]:
        return [by(node)] if _halves(node, share) else []

    yield from once(tree, change)


def _beta_swapped(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    for share in rule.shares:
        if share in names_in(tree):
            for one in _rest_by(tree, share, lambda _: name("REST")):
                yield renamed(one, {share: rest(share), "REST": name(share)})
                yield renamed(one, {"REST": name(share)})
            yield from instead(tree, share, rest(share))
    if {"beta", "rest"} <= rule.entry.inputs.keys():
        yield swapped(tree, "beta", "rest")
        yield from instead(tree, "beta", name("rest"))
        yield from instead(tree, "rest", name("beta"))


def _heavy(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    for share in rule.shares:
        for one in _rest_by(tree, share, lambda _: name("REST")):
            for whole in without_factor(one, is_name("REST")):
                yield whole
                yield from without_factor(whole, is_name(share))  # and nothing of the past is forgotten


def _lr_inside(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    lr = name("lr")
    for share in rule.shares:
        for one in _rest_by(tree, share, lambda _: lr):
            yield one
            yield from once(one, lambda n: [minus(n.left, n.right)] if isinstance(n, s.Infix) and n.op == "+" else [])
        yield from _rest_by(tree, share, lambda n: times(n, lr))
    yield times(tree, lr)


def _reset(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    own = f"prev({rule.name})"
    if own in names_in(tree):
        yield renamed(tree, {own: number(0.0)})
        yield renamed(tree, {own: name(f"enter({rule.name})")})
    first = rule.columns[rule.name].first.removeprefix("=")
    if own in names_in(tree) and first.isidentifier():
        yield renamed(tree, {own: name(first)})


def _of_weights(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    grads = [n for n in names_in(tree) if n.startswith(("d_", "est_", "grad_")) and n in rule.columns]
    for grad in grads:
        yield from instead(tree, grad, name(rule.weight))


def _without_square(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    yield from unsquared(tree)


def _betas(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    if {"beta1", "beta2"} <= set(rule.shares):
        for one, other in (("beta1", "beta2"), ("beta2", "beta1"), ("left1", "left2"), ("left2", "left1")):
            yield from instead(tree, one, name(other))
        yield swapped(tree, "left1", "left2")


MISTAKES = (
    Mistake(
        "betas_swapped",
        "beta1 and beta2 are swapped",
        "=square_b↑*beta1+(1-beta1)*d_b^2 for … beta2 …",
        "Each average has a beta of its own; this is the other one's.",
        "Point at the inputs: which beta belongs to which average?",
        _betas,
        (),
        44,
    ),
    Mistake(
        "beta_swapped",
        "beta and 1 − beta are swapped",
        "=velocity_b↑*(1-beta)+beta*d_b for velocity_b↑*beta+(1-beta)*d_b",
        "The shares of the past and of the new gradient are swapped.",
        "With beta = 0.9, which of the two should count more?",
        _beta_swapped,
        ("state", "schedule"),
        45,
    ),
    Mistake(
        "lr_in_velocity",
        "the learning rate is inside the average",
        "=velocity_b↑*beta+lr*d_b for velocity_b↑*beta+(1-beta)*d_b",
        "The learning rate has come into what is remembered. Here it belongs to the step alone.",
        "What is this an average of? Gradients, or steps?",
        _lr_inside,
        ("state", "schedule"),
        46,
    ),
    Mistake(
        "heavy_ball",
        "the new gradient is added whole, without its share 1 − beta",
        "=velocity_b↑*beta+d_b for velocity_b↑*beta+(1-beta)*d_b",
        "The new gradient is added whole. That is the heavy ball; this sheet keeps an average: its shares add up to 1.",
        "If every gradient were 5, what should the average be?",
        _heavy,
        ("state", "schedule"),
        47,
    ),
    Mistake(
        "state_reset",
        "each row starts from nothing: what the row above remembered is lost",
        "=(1-beta)*d_b for velocity_b↑*beta+(1-beta)*d_b",
        "What the row above remembered is not carried on, so nothing is averaged or added up.",
        "What should be kept of the row above?",
        _reset,
        ("state", "schedule", "gradient"),
        48,
    ),
    Mistake(
        "velocity_of_weights",
        "the weight is averaged instead of its gradient",
        "=velocity_b↑*beta+(1-beta)*b for … d_b",
        "This is an average of the weight. The average of its gradient is meant.",
        "What does the optimiser want to remember: where it is, or which way it went?",
        _of_weights,
        ("state",),
        49,
    ),
    Mistake(
        "no_square",
        "the gradient is not squared",
        "=square_b↑*beta+(1-beta)*d_b for … d_b^2",
        "The gradient goes in as it is; its square is meant, so that the average is a size and never negative.",
        "What is this an average of?",
        _without_square,
        ("state", "schedule", "gradient"),
        50,
    ),
)
