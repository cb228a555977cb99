"""Conditions such as ``">=5"`` or ``"a*"``, as SUMIF and its kin take them, and wildcards."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.operators import same
from gradsheet.formula.values import (
    Scalar,
    Value,
    corner,
    parse_number,
)

_OPERATOR = re.compile(r"(<=|>=|<>|<|>|=)?(.*)", re.DOTALL)


@lru_cache(256)
def wildcard(pattern: str) -> re.Pattern[str]:
    """A text with ``*`` and ``?`` as a regular expression; ``~`` takes the next sign literally.

    Example:
        >>> bool(wildcard("a?c*").fullmatch("ABC def")), bool(wildcard("a~*").fullmatch("a*"))
        (True, True)
    """
    parts, i = [], 0
    while i < len(pattern):
        sign = pattern[i]
        if sign == "~" and i + 1 < len(pattern) and pattern[i + 1] in "*?~":
            i += 1
            parts.append(re.escape(pattern[i]))
        else:
            parts.append({"*": ".*", "?": "."}.get(sign) or re.escape(sign))
        i += 1
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


def condition(criterion: Value) -> Callable[[Scalar], bool]:
    """The test that a criterion makes of a cell.

    Example:
        >>> test = condition(">=2")
        >>> test(2.0), test("2"), test(None)
        (True, False, False)

    Source: Microsoft, SUMIF function.
    """
    value = corner(criterion)
    if value is None:
        value = 0.0
    if isinstance(value, Error):
        return lambda cell: cell is value
    if isinstance(value, bool):
        return lambda cell: isinstance(cell, bool) and cell == value
    if not isinstance(value, str):
        wanted = float(value)
        return lambda cell: _as_number(cell) is not None and same(_as_number(cell) or 0.0, wanted)
    match = _OPERATOR.fullmatch(value)
    assert match is not None
    operator, operand = match[1] or "", match[2]
    if operator in ("", "=", "<>"):
        equal = _equality(operand, bool(operator))
        return (lambda cell: not equal(cell)) if operator == "<>" else equal
    return _inequality(operator, operand)


def _as_number(cell: Scalar) -> float | None:
    """A cell as a number, text that reads as one included."""
    if type(cell) is float:
        return cell
    if isinstance(cell, str):
        try:
            return parse_number(cell)
        except Failed:
            return None
    return None


def _equality(operand: str, explicit: bool) -> Callable[[Scalar], bool]:
    if operand == "":
        return (lambda cell: cell is None) if explicit else (lambda cell: cell is None or cell == "")
    if operand.upper() in ("TRUE", "FALSE"):
        flag = operand.upper() == "TRUE"
        return lambda cell: cell is flag
    try:
        error = Error(operand.upper())
    except ValueError:
        pass
    else:
        return lambda cell: cell is error
    try:
        wanted = parse_number(operand)
    except Failed:
        pattern = wildcard(operand)
        return lambda cell: isinstance(cell, str) and pattern.fullmatch(cell) is not None
    return lambda cell: (found := _as_number(cell)) is not None and same(found, wanted)


def _inequality(operator: str, operand: str) -> Callable[[Scalar], bool]:
    try:
        bound = parse_number(operand)
    except Failed:
        word = operand.casefold()

        def by_text(cell: Scalar) -> bool:
            return isinstance(cell, str) and _holds(operator, (cell.casefold() > word) - (cell.casefold() < word))

        return by_text

    def by_number(cell: Scalar) -> bool:
        if type(cell) is not float:
            return False
        return _holds(operator, 0 if same(cell, bound) else (cell > bound) - (cell < bound))

    return by_number


def _holds(operator: str, sign: int) -> bool:
    return (
        sign < 0 if operator == "<" else sign > 0 if operator == ">" else sign <= 0 if operator == "<=" else sign >= 0
    )
