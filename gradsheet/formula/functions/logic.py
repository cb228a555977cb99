"""Logic: what is calculated only when it is needed, and truth over ranges."""

from __future__ import annotations

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.operators import equal
from gradsheet.formula.registry import Lazy, Logical, Plain, Range, Test, function
from gradsheet.formula.values import (
    MISSING,
    Area,
    Areas,
    Array,
    Value,
    corner,
    lift,
    logical,
    spread,
)


def _chosen(value: Value) -> Value:
    """A branch's value: an argument left empty counts as 0."""
    return 0.0 if value is MISSING else value


@function("IF", refers=True)
def if_(test: Test, then: Lazy, otherwise: Lazy = lambda: False) -> Value:
    """One value or the other; over an array, each element its own."""
    if isinstance(test, Array):
        yes, no = spread(_chosen(then())), spread(_chosen(otherwise()))

        def choose(flag: Value, a: Value, b: Value) -> Value:
            try:
                return a if logical(flag) else b
            except Failed as failed:
                return failed.error

        return lift(choose, test, yes, no)
    return _chosen(then() if logical(test) else otherwise())


@function("IFS", refers=True, repeats=2)
def ifs(test: Lazy, value: Lazy, *more: Lazy) -> Value:
    """The value beside the first test that is true."""
    flag = test()
    if isinstance(flag, Array):
        return if_(flag, value, lambda: ifs(*more) if more else Error.NA)
    if logical(flag):
        return _chosen(value())
    if not more:
        raise Failed(Error.NA)
    return ifs(*more)


@function("IFERROR", refers=True)
def if_error(value: Lazy, otherwise: Lazy) -> Value:
    """The value, or another where it is an error."""
    return _instead(value(), otherwise, lambda x: isinstance(x, Error))


@function("IFNA", refers=True)
def if_na(value: Lazy, otherwise: Lazy) -> Value:
    """The value, or another where it is #N/A."""
    return _instead(value(), otherwise, lambda x: x is Error.NA)


def _instead(value: Value, otherwise: Lazy, bad: Test) -> Value:
    value = spread(_chosen(value))
    if isinstance(value, Array):
        return lift(lambda x, y: y if bad(x) else x, value, spread(_chosen(otherwise())))
    return _chosen(otherwise()) if bad(corner(value)) else value


@function("SWITCH", refers=True)
def switch(subject: Plain, *rest: Lazy) -> Value:
    """The result beside the first value that equals the subject, else the last, lone one."""
    if isinstance(subject, Error):
        raise Failed(subject)
    for value, result in zip(rest[::2], rest[1::2], strict=False):
        same = equal(subject, corner(value()))
        if isinstance(same, Error):
            raise Failed(same)
        if same:
            return _chosen(result())
    if len(rest) % 2:
        return _chosen(rest[-1]())
    raise Failed(Error.NA)


def _flags(values: tuple[Value, ...]) -> list[bool]:
    """The truth values that AND counts: in ranges text and blanks do not."""
    result: list[bool] = []
    for value in values:
        if isinstance(value, Array | Area | Areas):
            for cell in value.cells():
                if isinstance(cell, Error):
                    raise Failed(cell)
                if isinstance(cell, bool | float):
                    result.append(bool(cell))
        else:
            result.append(logical(value))  # an argument left empty is FALSE
    if not result:
        raise Failed(Error.VALUE)
    return result


@function("AND")
def and_(*values: Range) -> bool:
    """Whether all are true."""
    return all(_flags(values))


@function("OR")
def or_(*values: Range) -> bool:
    """Whether any is true."""
    return any(_flags(values))


@function("XOR")
def xor(*values: Range) -> bool:
    """Whether an odd number of them is true."""
    return sum(_flags(values)) % 2 == 1


@function("NOT")
def not_(value: Logical) -> bool:
    """The opposite."""
    return not value


@function("TRUE")
def true() -> bool:
    """TRUE."""
    return True


@function("FALSE")
def false() -> bool:
    """FALSE."""
    return False
