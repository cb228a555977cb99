"""Excel's operators where a number differs from lane to lane; what does not differ goes the usual way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradsheet.formula import operators
from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.graph import Traced, TracedFlag, Untraceable
from gradsheet.formula.operators import LARGEST_PRODUCT
from gradsheet.formula.values import MISSING, Area, Areas, Array, Lambda, Value, corner, lift, number


def _operator(name: str, write: Callable[[Any, Any], Value]) -> Callable[[Value, Value], Value]:
    plain = getattr(operators, name)

    def run(left: Value, right: Value) -> Value:
        if type(left) is float and type(right) is float:
            return plain(left, right)
        if isinstance(left, Array) or isinstance(right, Array):
            return lift(run, left, right)
        if not isinstance(left, Traced) and not isinstance(right, Traced):
            return plain(left, right)
        try:
            return write(number(left), number(right))
        except Failed as failed:
            return failed.error

    return run


def _divided(left: Any, right: Any) -> Value:
    return Error.DIV0 if type(right) is float and right == 0.0 else left / right


def raised(base: Any, exponent: Any) -> Value:
    """``base ^ exponent``: a product for a whole exponent."""
    if type(exponent) is not float:
        return exponent.graph.node("power", base, exponent)
    graph = base.graph
    if exponent == 2.0:
        return base * base
    if exponent == int(exponent) and 0 < abs(exponent) <= LARGEST_PRODUCT:
        if exponent < 0:
            base = graph.finite(base)
        return graph.node("whole_power", base, extra=int(exponent))
    return graph.node("power", base, exponent)


def negate(value: Value) -> Value:
    """``-value``."""
    if isinstance(value, Array):
        return lift(negate, value)
    return -number(value) if isinstance(value, Traced) else operators.negate(value)


def percent(value: Value) -> Value:
    """``value%``."""
    return NAMES["divide"](value, 100.0)


def join(left: Value, right: Value) -> Value:
    """``left & right``: text, which no lane holds."""
    if isinstance(left, Traced) or isinstance(right, Traced):
        raise Untraceable("a number as text")
    return (
        lift(join, left, right) if isinstance(left, Array) or isinstance(right, Array) else operators.join(left, right)
    )


def _comparison(name: str, holds: Callable[[int], bool]) -> Callable[[Value, Value], Value]:
    plain = getattr(operators, name)

    def compare(left: Value, right: Value) -> Value:
        if isinstance(left, Array) or isinstance(right, Array):
            return lift(compare, left, right)
        if not isinstance(left, Traced) and not isinstance(right, Traced):
            return plain(left, right)
        return compared(name, holds, left, right)

    return compare


def compared(name: str, holds: Callable[[int], bool], left: Value, right: Value) -> Value:
    """A comparison by lane: numbers stand before text, text before FALSE and TRUE."""
    for side in (left, right):
        if isinstance(side, Error):
            return side
        if isinstance(side, Area | Areas):
            return Error.VALUE
    graph = (left if isinstance(left, Traced) else right).graph
    a, b = _filled(left, right), _filled(right, left)
    ranks = _rank(a), _rank(b)
    if ranks[0] == ranks[1]:
        return graph.flag(name, graph.finite(a), graph.finite(b))
    known = graph.finite(a if isinstance(a, Traced) else b)  # all but its errors is known
    truth = graph.flag("equal", known, known)
    return truth if holds(-1 if ranks[0] < ranks[1] else 1) else graph.flag("opposite", truth)


def _filled(value: Value, other: Value) -> Value:
    """A blank as what it stands for beside the other."""
    if value is None or value is MISSING:
        return False if isinstance(other, TracedFlag) else 0.0
    return value


def _rank(value: Value) -> int:
    return 2 if isinstance(value, TracedFlag | bool) else 1 if isinstance(value, str) else 0


def flag_of(value: Value) -> Value:
    """A scalar as a truth value, of one lane or of all.

    Raises:
        Failed: for an error, or text that spells no truth value.
    """
    from gradsheet.formula.values import logical

    one = corner(value)
    if isinstance(one, TracedFlag):
        return one
    if isinstance(one, Traced):
        return one.graph.flag("unequal", one.graph.finite(one), 0.0)
    return logical(one)


def select(test: Traced, yes: Value, no: Value) -> Value:
    """On each lane one value or the other; both must be of one kind.

    Raises:
        Untraceable: where one is a number and the other text or a truth value.
    """
    yes, no = (0.0 if x is None or x is MISSING else x for x in (yes, no))
    if isinstance(yes, str) or isinstance(no, str):
        if yes == no if isinstance(yes, str) and isinstance(no, str) else False:
            return yes
        raise Untraceable("text on some lanes")
    kinds = {isinstance(x, bool | TracedFlag) for x in (yes, no) if not isinstance(x, Error)}
    if len(kinds) == 2:
        raise Untraceable("a number on some lanes, TRUE or FALSE on others")
    if any(isinstance(x, Array | Area | Areas | Lambda) for x in (yes, no)):
        raise Untraceable("a reference that differs from lane to lane")
    a, b = (float("nan") if isinstance(x, Error) else x for x in (yes, no))
    write = test.graph.flag if kinds == {True} else test.graph.node
    return write("select", test, a, b)


NAMES: dict[str, Any] = {
    "add": _operator("add", lambda a, b: a + b),
    "subtract": _operator("subtract", lambda a, b: a - b),
    "multiply": _operator("multiply", lambda a, b: a * b),
    "divide": _operator("divide", _divided),
    "power": _operator("power", raised),
    "negate": negate,
    "percent": percent,
    "join": join,
    "equal": _comparison("equal", lambda sign: sign == 0),
    "unequal": _comparison("unequal", lambda sign: sign != 0),
    "less": _comparison("less", lambda sign: sign < 0),
    "greater": _comparison("greater", lambda sign: sign > 0),
    "at_most": _comparison("at_most", lambda sign: sign <= 0),
    "at_least": _comparison("at_least", lambda sign: sign >= 0),
}
