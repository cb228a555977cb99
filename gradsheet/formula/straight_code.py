"""Small pieces of Python text, for straight-line code."""

from __future__ import annotations

import re
from typing import Any

ATOM = re.compile(r"-?[A-Za-z_0-9.]+")  # a name or a number: costs nothing to say twice
Code = str
Table = list[list["Code | None"]]  # None is a blank


class NotStraight(Exception):  # noqa: N818
    """A formula needs more than numbers; the text says what."""


def added(codes: list[Code]) -> Code:
    """The sum, first to last; a call where it is long."""
    if not codes:
        return "0.0"
    if len(codes) > 60:
        return f"total([{', '.join(codes)}])"
    return "(" + " + ".join(codes) + ")" if len(codes) > 1 else codes[0]


def square(code: Code) -> Code:
    """x·x; a compound x is kept on the way, which is cheaper than a call."""
    if ATOM.fullmatch(code) and not code.startswith("-"):
        return f"{code} * {code}"
    inner = code[1:-1] if enclosed(code) else code
    return f"(x := {inner}) * x"


def bare(code: Code) -> Code:
    """Without parentheses around the whole."""
    return code[1:-1] if enclosed(code) and not code.startswith("(x :=") else code


def enclosed(code: Code) -> bool:
    """Whether one pair of parentheses holds the whole code."""
    depth = 0
    for i, sign in enumerate(code):
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and i < len(code) - 1:
            return False
    return code.startswith("(")


def listed(codes: list[Any]) -> Code:
    """A list of codes."""
    return f"[{', '.join(codes)}]"
