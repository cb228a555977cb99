"""IF and its kin where the test differs from lane to lane; AND, OR, NOT; SUMIF and its kin."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from gradsheet.formula.cells import Error
from gradsheet.formula.criteria import condition
from gradsheet.formula.failed import Failed
from gradsheet.formula.functions import FUNCTIONS
from gradsheet.formula.graph import Traced, Untraceable
from gradsheet.formula.traced_operators import NAMES, flag_of, select
from gradsheet.formula.traced_registry import graph_of, traced, varies
from gradsheet.formula.values import MISSING, Area, Areas, Array, Value, corner, lift, parse_number, spread

Thunk = Callable[[], Value]


def _branch(branch: Thunk) -> Value:
    value = branch()
    if isinstance(value, Area):
        if value.shape != (1, 1):
            raise Untraceable("a reference that differs from lane to lane")
        return value.at(0, 0)
    return 0.0 if value is MISSING else value


def _either(test: Traced, yes: Value, no: Value) -> Value:
    if isinstance(yes, Array) or isinstance(no, Array):
        return lift(lambda a, b: select(test, a, b), yes, no)
    return select(test, yes, no)


@traced("IF", always=True)
def if_(test: Value, then: Thunk, otherwise: Thunk = lambda: False) -> Value:
    """IF: of the two branches a lane gets the value, and the gradient, of its own."""
    if not varies(test):
        return FUNCTIONS["IF"](test, then, otherwise)
    if isinstance(test, Array):
        yes, no = (spread(0.0 if x is MISSING else x) for x in (then(), otherwise()))
        return lift(_chosen, test, yes, no)
    return _either(flag_of(test), _branch(then), _branch(otherwise))


def _chosen(flag: Value, yes: Value, no: Value) -> Value:
    try:
        test = flag_of(flag)
    except Failed as failed:
        return failed.error
    return select(test, yes, no) if isinstance(test, Traced) else yes if test else no


@traced("IFS", always=True)
def ifs(test: Thunk, value: Thunk, *more: Thunk) -> Value:
    """IFS, as IFs within one another."""
    return if_(test(), value, lambda: ifs(*more) if more else Error.NA)


@traced("IFERROR", always=True)
def if_error(value: Thunk, otherwise: Thunk) -> Value:
    """IFERROR."""
    found = spread(value())
    if not varies(found):
        return FUNCTIONS["IFERROR"](lambda: found, otherwise)
    instead = spread(otherwise())

    def one(x: Value, y: Value) -> Value:
        if not isinstance(x, Traced):
            return y if isinstance(x, Error) else x
        return select(x.graph.flag("is_error", x), 0.0 if y is None or y is MISSING else y, x)

    return lift(one, found, instead) if isinstance(found, Array) else one(found, instead)


@traced("IFNA", always=True)
def if_na(value: Thunk, otherwise: Thunk) -> Value:
    """IFNA: which error a lane holds is not known."""
    found = spread(value())
    if varies(found):
        raise Untraceable("IFNA")
    return FUNCTIONS["IFNA"](lambda: found, otherwise)


@traced("SWITCH", always=True)
def switch(subject: Value, *rest: Thunk) -> Value:
    """SWITCH, as IFs within one another."""
    if not rest:
        return Error.NA
    if len(rest) == 1:
        return _branch(rest[0])
    same = NAMES["equal"](corner(subject), corner(rest[0]()))
    return if_(same, rest[1], lambda: switch(subject, *rest[2:]))


@traced("CHOOSE", always=True)
def choose(which: Value, *options: Thunk) -> Value:
    """CHOOSE by a number that differs from lane to lane: the entry at its place."""
    if not varies(which):
        return FUNCTIONS["CHOOSE"](which, *options)
    from gradsheet.formula.traced_lookup import picked

    return picked(corner(which), [_branch(option) for option in options], "CHOOSE")


# ---- truth over ranges


def _flags(values: tuple[Value, ...]) -> list[Any]:
    """The truth values that AND counts: in ranges text and blanks do not."""
    result: list[Any] = []
    for value in values:
        if isinstance(value, Array | Area | Areas):
            for cell in value.cells():
                if isinstance(cell, Error):
                    raise Failed(cell)
                if isinstance(cell, bool | float | Traced):
                    result.append(flag_of(cell))
        else:
            result.append(flag_of(value))
    if not result:
        raise Failed(Error.VALUE)
    return result


@traced("AND")
def and_(*values: Value) -> Value:
    """AND: an error where any is."""
    flags = _flags(values)
    return graph_of(*flags).flag("every", *flags) if any(isinstance(x, Traced) for x in flags) else all(flags)


@traced("OR")
def or_(*values: Value) -> Value:
    """OR: an error where any is."""
    flags = _flags(values)
    return graph_of(*flags).flag("some", *flags) if any(isinstance(x, Traced) for x in flags) else any(flags)


@traced("NOT")
def not_(value: Value) -> Value:
    """NOT."""
    if isinstance(value, Array):
        return lift(lambda x: not_(x) if isinstance(x, Traced) else FUNCTIONS["NOT"](x), value)
    return graph_of(value).flag("opposite", flag_of(value))


# ---- sums, counts and means of the cells that meet conditions

_NAMES = {"": "equal", "=": "equal", "<>": "unequal", "<": "less", ">": "greater", "<=": "at_most", ">=": "at_least"}
_CRITERION = re.compile(r"(<=|>=|<>|<|>|=)?(.*)", re.DOTALL)


def _test(criterion: Value) -> Callable[[Value], Any]:
    """Whether a cell meets a condition: a truth value of one lane or of all."""
    value = corner(criterion)
    if isinstance(value, Traced):
        raise Untraceable("a condition that differs from lane to lane")
    plain = condition(value)
    match = _CRITERION.fullmatch(value) if isinstance(value, str) else None
    sign, operand = (match[1] or "", match[2]) if match else ("", value)
    bound: Any
    try:
        bound = parse_number(operand) if isinstance(operand, str) else 0.0 if operand is None else operand
    except Failed:
        bound = None

    def meets(cell: Value) -> Any:
        if not isinstance(cell, Traced):
            return plain(cell)
        if type(cell) is not Traced or type(bound) is not float:
            raise Untraceable("a condition on other than numbers")
        graph = cell.graph
        held = graph.flag("equal" if sign == "<>" else _NAMES[sign], graph.finite(cell), bound)
        held = graph.flag("or_zero", held)  # an error meets no condition but <>
        return graph.flag("opposite", held) if sign == "<>" else held

    return meets


def _meeting(tests: tuple[Value, ...], *targets: Value) -> list[tuple[Any, list[Value]]]:
    """For each place where the conditions may be met: whether they are, and what the targets hold there."""
    areas, criteria = tests[::2], tests[1::2]
    if not all(isinstance(a, Area) for a in (*areas, *targets)):
        raise Failed(Error.VALUE)
    if any(a.shape != areas[0].shape for a in areas):
        raise Failed(Error.VALUE)
    height, width = areas[0].shape
    if height * width > 200_000:
        raise Untraceable("a condition on a whole column")
    checks = [_test(c) for c in criteria]
    found = []
    for r in range(height):
        for c in range(width):
            flags = [check(area.at(r, c)) for area, check in zip(areas, checks, strict=True)]
            if any(flag is False for flag in flags):
                continue
            moving = [flag for flag in flags if flag is not True]
            held = moving[0].graph.flag("every", *moving) if moving else True
            found.append((held, [t.at(r, c) for t in targets]))
    return found


def _summed(target: Value, tests: tuple[Value, ...]) -> tuple[Any, Any]:
    """The sum of the target's numbers where the conditions hold, and how many they are."""
    terms: list[Any] = []
    counts: list[Any] = []
    for held, (cell,) in _meeting(tests, target):
        if isinstance(cell, Error):
            if held is True:
                raise Failed(cell)
            terms.append(held.graph.node("select", held, float("nan"), 0.0))
        elif type(cell) is float or type(cell) is Traced:
            terms.append(cell if held is True else held.graph.node("select", held, cell, 0.0))
            counts.append(1.0 if held is True else held)
    graph = graph_of(target, *tests)
    return (graph.total(terms) if terms else 0.0), (graph.total(counts) if counts else 0.0)


@traced("SUMIF")
def sum_if(area: Value, criterion: Value, target: Value = None) -> Value:
    """SUMIF."""
    return _summed(_beside(area, target), (area, criterion))[0]


@traced("AVERAGEIF")
def average_if(area: Value, criterion: Value, target: Value = None) -> Value:
    """AVERAGEIF."""
    sum_, count = _summed(_beside(area, target), (area, criterion))
    return NAMES["divide"](sum_, count)


def _beside(area: Value, target: Value) -> Value:
    """Where SUMIF sums: from the target's corner, as large as the area of the condition."""
    if target is None or target is MISSING:
        return area
    if not isinstance(target, Area) or not isinstance(area, Area):
        raise Failed(Error.VALUE)
    return target


@traced("SUMIFS")
def sum_ifs(target: Value, *tests: Value) -> Value:
    """SUMIFS."""
    _same_shape(target, tests[0])
    return _summed(target, tests)[0]


@traced("AVERAGEIFS")
def average_ifs(target: Value, *tests: Value) -> Value:
    """AVERAGEIFS."""
    _same_shape(target, tests[0])
    sum_, count = _summed(target, tests)
    return NAMES["divide"](sum_, count)


@traced("COUNTIF", "COUNTIFS")
def count_ifs(*tests: Value) -> Value:
    """COUNTIF and COUNTIFS."""
    counts = [1.0 if held is True else held for held, _ in _meeting(tests)]
    return graph_of(*tests).total(counts) if counts else 0.0


def _same_shape(target: Value, area: Value) -> None:
    if not isinstance(target, Area) or not isinstance(area, Area) or target.shape != area.shape:
        raise Failed(Error.VALUE)
