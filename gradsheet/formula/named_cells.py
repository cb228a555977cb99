"""Cells as people name them outside formulas: ``linear!R4:AA4,AC4``, ``weights``, ``Sales[Amount]``."""

from __future__ import annotations

import re

from gradsheet.errors import GradsheetError
from gradsheet.formula import syntax as s
from gradsheet.formula.address import pack
from gradsheet.formula.parser import parse
from gradsheet.formula.scope import Scope, Unsupported

MOST = 100_000


def cells_named(scope: Scope, text: str, sheet: int | None) -> list[int]:
    """The cells that a text names, row by row, each once.

    Args:
        scope: the workbook's sheets, names and tables.
        text: cells, ranges, defined names and table columns, joined by commas; a part without a sheet is on
            that of the part before it.
        sheet: the sheet of a first part that names none; None where one has to be named.

    Raises:
        GradsheetError: in one sentence, what the text is not.
    """
    quoted = text
    for name in scope.sheet_names:  # quotes around a title may be left out
        if not name.isidentifier():
            title = "'" + name.replace("'", "''") + "'!"
            parts = re.split(rf"(?:^|(?<=,))\s*{re.escape(name)}!", quoted)
            quoted = title.join(parts)
    try:
        node = parse(f"=({quoted})")
    except GradsheetError:
        raise _unknown(scope, text) from None
    found: dict[int, None] = {}
    own = sheet if sheet is not None else 0 if len(scope.sheet_names) == 1 else None

    def walk(node: s.Node) -> None:
        nonlocal own
        match node:
            case s.Infix(",", left, right):
                walk(left)
                walk(right)
            case s.CellRef(name, row, column):
                take(name, *(x.resolve(1) for x in (row, column, row, column)))
            case s.AreaRef(name, top, left, bottom, right):
                take(name, *(x.resolve(1) for x in (top, left, bottom, right)))
            case s.Name(prefix, name) if (key := scope.find(prefix, name, -1 if own is None else own)) is not None:
                if own is None and key[0] is not None:
                    own = key[0]
                walk(scope.meaning(key))
            case s.Name(None, name) if scope.table(name, 0, 0, 0) is not None:
                walk(scope.region(s.Structured(name, (), None, None), 0, 0, 0))
            case s.Structured():
                walk(scope.region(node, 0, 0, 0))
            case _:
                raise _unknown(scope, text)

    def take(name: str | None, top: int, left: int, bottom: int, right: int) -> None:
        nonlocal own
        try:
            at = own if name is None else scope.sheet(name, 0)
        except Unsupported as reason:
            raise GradsheetError(f"'{text}' is {reason}: name cells of this workbook") from None
        if at is None:
            if name is None:
                raise GradsheetError(f"'{text}' names no sheet: write it as Sheet!A1")
            raise GradsheetError(f"there is no sheet '{name}' (sheets: {', '.join(scope.sheet_names)})")
        own = at
        (top, bottom), (left, right) = sorted((top, bottom)), sorted((left, right))
        if (bottom - top + 1) * (right - left + 1) > MOST:
            raise GradsheetError(f"'{text}' has more than {MOST:,} cells: name fewer")
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                found[pack(at, row, column)] = None

    walk(node)
    return list(found)


def _unknown(scope: Scope, text: str) -> GradsheetError:
    return GradsheetError(
        f"'{text}' names no cells: write a cell, a range or a defined name of this workbook, such as "
        f"{scope.sheet_names[0]}!A1:B3 (sheets: {', '.join(scope.sheet_names)})"
    )
