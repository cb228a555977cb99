"""Table references: the part in brackets of ``Sales[[#Headers],[amount]]``.

    structured = "[" "]" | "[" column "]" | "[" item "]" | "[@" [ column | span ] "]" | "[" part { "," part } "]"
    part       = "[" item "]" | span
    span       = "[" column "]" [ ":" "[" column "]" ]
    item       = "#All" | "#Data" | "#Headers" | "#Totals" | "#This Row"

In a column's name an apostrophe takes the next sign literally: ``[a'#b]`` is the column ``a#b``.

Source: Microsoft, "Using structured references with Excel tables".
"""

from __future__ import annotations

import re

from gradsheet.formula.syntax import Structured

_PART = re.compile(r"\[((?:'.|[^\[\]'])*)\]|([:,])|\s+|(@)|((?:'.|[^\[\]',:@])+)")


def parse_structured(table: str | None, bracket: str) -> Structured:
    """The reference that `bracket`, with its outer brackets, makes into `table`.

    Example:
        >>> parse_structured("Sales", "[[#Headers],[a]:[b]]")
        Structured(table='Sales', items=('#headers',), first='a', last='b')
        >>> parse_structured(None, "[@amount]")
        Structured(table=None, items=('#this row',), first='amount', last=None)
    """
    body = bracket[1:-1]
    items: list[str] = []
    columns: list[str] = []
    if body.startswith("@"):
        items.append("#this row")
        body = body[1:]
    if "[" not in body:
        _sort(body, items, columns)
    else:
        for match in _PART.finditer(body):
            part = match[1] if match[1] is not None else match[4]
            if part is not None and part.strip():
                _sort(part, items, columns)
    return Structured(table, tuple(items), columns[0] if columns else None, columns[1] if len(columns) > 1 else None)


def _sort(part: str, items: list[str], columns: list[str]) -> None:
    text = part.strip()
    if text.startswith("#"):
        items.append(text.lower())
    elif text:
        columns.append(re.sub(r"'(.)", r"\1", text))
