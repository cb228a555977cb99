"""Gradients: signs, factors, the chain rule."""

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
    unsquared,
    without_factor,
)
from gradsheet.checking.trees import names_in, once, renamed
from gradsheet.formula import syntax as s
from gradsheet.table import Role


def _flipped(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    def change(node: s.Node) -> Iterator[s.Node]:
        if isinstance(node, s.Infix) and node.op in "+-":
            yield s.Infix("-" if node.op == "+" else "+", node.left, node.right)
            yield minus(node.right, node.left)

    yield s.Prefix("-", tree)
    yield from once(tree, change)


def _error_flipped(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    reads = names_in(tree)
    if rule.entry.model.loss.column.name != "err2":
        return  # another loss has no difference to be turned round
    if "y" in reads or (any("y" in names_in(t) for t in rule.trees[:2]) and rule.trees[0] != tree):
        yield s.Prefix("-", tree)


def _two(node: s.Node) -> bool:
    return node == number(2.0)


def _without_two(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    yield from without_factor(tree, _two)


def _halved(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    yield from once(tree, lambda n: [number(0.5)] if _two(n) else [])
    yield over(tree, number(2.0))


def _mean(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    """SUM for AVERAGE, and the reverse; a total over the number of rows, and not."""
    other = {"SUM": "AVERAGE", "AVERAGE": "SUM"}
    yield from once(
        tree, lambda n: [s.Call(other[n.name], n.args)] if isinstance(n, s.Call) and n.name in other else []
    )
    yield from without_factor(tree, lambda n: calls(n, "COUNT"))
    if rule.role in ("gradient", "error", "schedule"):
        rows = number(float(len(rule.entry.data)))
        yield over(tree, rows)
        yield from once(tree, lambda n: [s.Call("SQRT", (over(n.args[0], rows),))] if calls(n, "SQRT") else [])


def _without_x(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    yield from without_factor(tree, is_name("x"))
    squared = s.Infix("^", name("x"), number(2.0))
    if rule.role == "gradient":
        yield from once(tree, lambda n: [name("x")] if n == squared else [])
    yield from without_factor(tree, lambda n: n == squared)
    yield from once(tree, lambda n: [number(1.0)] if n == name("x") and rule.weight == "a" else [])
    yield from once(tree, _without_pixel)


def _without_pixel(node: s.Node) -> list[s.Node]:
    """A sum of products that leaves the pixel out."""
    if not (isinstance(node, s.Call) and node.name == "SUMPRODUCT"):
        return []
    kept = tuple(n for n in node.args if not (isinstance(n, s.Name) and n.name.startswith("pixel_")))
    return [s.Call("SUM", kept)] if kept and kept != node.args else []


def _chain(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    inner = [*rule.entry.model.weights, *(c.name for c in rule.entry.model.columns[:-1])]
    if len(rule.entry.model.columns) > 1:  # a chain has more than one link
        yield from without_factor(tree, is_name(*inner))


def _mask(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    if "z" in rule.columns:
        yield from once(
            tree, lambda n: [n.args[1]] if isinstance(n, s.Call) and n.name == "IF" and len(n.args) == 3 else []
        )
    yield from once(tree, lambda n: [n.args[0]] if isinstance(n, s.Call) and n.name == "MAX" else [])
    if "z" in rule.columns:
        yield from instead(tree, "relu", name("z"))


def _wrong_mask(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    if "z" not in rule.columns:
        return
    others = [n for n in ("pred", "a", "b", "c", "x", "d_d") if n in rule.columns]

    def change(node: s.Node) -> Iterator[s.Node]:
        if isinstance(node, s.Call) and node.name == "IF" and len(node.args) == 3 and isinstance(node.args[0], s.Infix):
            test = node.args[0]
            for other in others:
                yield s.Call("IF", (s.Infix(test.op, name(other), test.right), *node.args[1:]))
            yield s.Call("IF", (s.Infix("<", test.left, test.right), *node.args[1:]))
        if isinstance(node, s.Call) and node.name == "MAX" and len(node.args) == 2:
            yield s.Call("MIN", node.args)
            for other in others:
                yield s.Call("IF", (s.Infix(">", name(other), number(0.0)), *node.args))

    yield from once(tree, change)
    if rule.name == "pred":
        yield s.Call("MAX", (renamed(tree, {"relu": name("z")}), number(0.0)))


def _accumulated(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    yield plus(name(f"prev({rule.name})"), tree)


def _without_square(rule: Rule, tree: s.Node) -> Iterator[s.Node]:
    if rule.role == "error" or "y" in names_in(tree):
        yield from unsquared(tree)


GRADIENT: tuple[Role, ...] = ("gradient",)
MISTAKES = (
    Mistake(
        "error_sign",
        "the error is taken as y − pred, with the sign that belongs to pred − y",
        "=2*(y-pred) for 2*(pred-y)",
        "The error is turned round: y − pred where pred − y is meant, so the gradient points downhill.",
        "Which way does error² move if the prediction grows a little while it is too high?",
        _error_flipped,
        GRADIENT,
        10,
    ),
    Mistake(
        "sign",
        "a plus where a minus is meant, or the reverse",
        "=b+d_b*lr for b-d_b*lr",
        "A sign is turned round.",
        "Uphill is where the gradient points, and training goes downhill. Check each plus and minus.",
        _flipped,
        (),
        12,
    ),
    Mistake(
        "missing_factor_2",
        "the 2 of the derivative of a square is missing",
        "=pred-y for 2*(pred-y)",
        "The derivative of a square has a factor that is missing here.",
        "What is the derivative of u² by u?",
        _without_two,
        GRADIENT,
        14,
    ),
    Mistake(
        "half_factor",
        "half of what is meant: ½ where 2 or 1 should stand",
        "=(pred-y)/2 for 2*(pred-y)",
        "A factor ½ has come in. Some books define the error with ½ in front; this sheet does not.",
        "Compare with the error² of this sheet: is anything halved there?",
        _halved,
        ("gradient", "error", "prediction"),
        16,
    ),
    Mistake(
        "missing_x",
        "the factor x, or the pixel, of a weight's gradient is missing",
        "=d_b for d_b*x",
        "The prediction multiplies this weight by x, or by its pixel, so its change counts that often; it is missing.",
        "How much does the prediction move if this weight grows by 1?",
        _without_x,
        ("gradient", "prediction", "error"),
        18,
    ),
    Mistake(
        "relu_mask_missing",
        "what does not pass the ReLU is counted all the same",
        "=d_d*c for IF(z>0,d_d*c,0)",
        "Where the first neuron is below 0 nothing passes, and nothing comes back; here it does.",
        "In which rows does this weight reach the prediction at all?",
        _mask,
        ("gradient", "prediction", "error"),
        20,
    ),
    Mistake(
        "relu_mask_wrong",
        "the ReLU's test looks at the wrong number, or the wrong way round",
        "=IF(pred>0,d_d*c,0) for IF(z>0,d_d*c,0)",
        "The test whether anything passes looks at another number than the one that enters the ReLU.",
        "Which number does the ReLU cut off?",
        _wrong_mask,
        ("gradient", "prediction", "error"),
        21,
    ),
    Mistake(
        "chain_factor_missing",
        "a factor of the chain rule is missing",
        "=d_d for d_d*c",
        "Between this weight and the prediction stands another factor, and it is missing here.",
        "Follow the weight to the prediction: by what is it multiplied on the way?",
        _chain,
        ("gradient", "prediction", "error"),
        22,
    ),
    Mistake(
        "accumulated_gradient",
        "the gradient of the row above is added: gradients are not zeroed",
        "=I14+2*(H15-D15) for 2*(H15-D15)",
        "The gradient of the row above is still in it: each row's gradient starts from 0.",
        "Does this row's gradient depend on the row above?",
        _accumulated,
        GRADIENT,
        24,
    ),
    Mistake(
        "not_squared",
        "the error is not squared",
        "=y-pred for (y-pred)^2",
        "This is the error; its square is meant, which is never negative.",
        "What does the column's header say?",
        _without_square,
        ("error", "schedule"),
        30,
    ),
    Mistake(
        "mean_for_sum",
        "a mean where the sum is meant, or the reverse",
        "=SQRT(AVERAGE(H14:H42)) for SQRT(SUM(H14:H42))",
        "A sum and a mean are mixed up: they differ by the number of rows.",
        "Does the header speak of a sum or of a mean?",
        _mean,
        (),
        32,
    ),
)
