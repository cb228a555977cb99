"""A column's formula for people, in the colours of its roles: error² = (y − pred)²."""

from __future__ import annotations

from collections.abc import Mapping

from gradsheet.table import Column, Role, parts

_SIGNS = (("*", "·"), ("-", " − "), ("+", " + "), ("^2", "²"), ("SQRT", "√"), ("/", " / "))


def equation(column: Column, roles: Mapping[str, Role], titles: Mapping[str, str]) -> list[tuple[str, Role]]:
    """A formula as coloured pieces.

    Args:
        column: whose formula.
        roles: of every name that may stand in it.
        titles: their headers.

    Returns:
        Pieces of text, each with the role that colours it; ``count`` for what has none.

    Example:
        >>> pieces = equation(Column("pred", "=b+a*x", title="pred"), {}, {})
        >>> "".join(text for text, _ in pieces)
        'pred = b + a·x'
    """
    out: list[tuple[str, Role]] = [(column.title or column.name, column.role), (" = ", "count")]
    for part in parts(column.formula.removeprefix("=")):
        if isinstance(part, str):
            for sign, shown in _SIGNS:
                part = part.replace(sign, shown)
            if part:
                out.append((part, "count"))
        else:
            name = titles.get(part.name, part.name) or part.name
            out.append((name + "↑" * part.back, roles.get(part.name, "input")))
    return out
