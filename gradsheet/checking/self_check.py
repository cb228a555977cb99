"""Cells that turn green or red by themselves, and do not give the answer away.

Beside each open cell stands, in a hidden column of the same sheet, a number that the right value leads to and
that does not lead back: its first digits, multiplied and reduced. A hidden cell does the same to what the
learner's cell shows and compares; the colour is a condition on that cell. Only fills change, never formats of
numbers, which LibreOffice 7.4 does not survive.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

from gradsheet.address import Cell, letters
from gradsheet.checking.key import Key
from gradsheet.checking.page import LockedFormats
from gradsheet.checking.spec import Exercise
from gradsheet.formula.cells import Formula, Workbook
from gradsheet.formula.evaluation import Evaluation

GAP = 4  # columns between the tables and what is hidden
PRIME, FACTOR = 99_991, 7_919
STRETCH = 1.37  # before a number's size is taken, so that 1 and 0.1 are far from where that changes
RIGHT, WRONG = "#C6EFCE", "#FFC7CE"
COLOURS = re.compile(rb"AND\(ISNUMBER\((\$[A-Z]+\d+)\),\1=[01]\)")
"""What the conditional formats have, in the XML of a sheet."""


def fingerprint(value: float, digits: int, salt: int) -> int:
    """The first digits of a number, scrambled.

    Example:
        >>> fingerprint(1.2345678, 5, 3) == fingerprint(1.23457, 5, 3) != fingerprint(-1.2345678, 5, 3)
        True
    """
    if value == 0:
        return salt % PRIME
    stretched = abs(value) * STRETCH
    size = math.floor(math.log10(stretched))
    return int((math.floor(stretched / 10.0 ** (size - digits + 1) + 0.5) * FACTOR + size + salt) % PRIME) + (
        PRIME if value < 0 else 0
    )


def formula(cell: str, digits: str) -> str:
    """The same in a cell; its row is the salt, so that one formula fills the column."""
    stretched = f"ABS({cell})*{STRETCH}"
    size = f"INT(LOG10({stretched}))"
    scaled = f"INT({stretched}/10^({size}-{digits}+1)+0.5)"
    salt = f"ROW({cell})"
    return f"IF({cell}=0,MOD({salt},{PRIME}),MOD({scaled}*{FACTOR}+{size}+{salt},{PRIME})+IF({cell}<0,{PRIME},0))"


def without_self_check(workbook: Workbook) -> Workbook:
    """The workbook without the hidden cells that compare: a checker has no use for them, and they are many.

    LibreOffice and Google Sheets write them as they were; a comparison that was edited simply stays.
    """
    sheets = {
        name: replace(
            sheet,
            cells={a: c for a, c in sheet.cells.items() if not (isinstance(c, Formula) and _ours(c.text))},
        )
        for name, sheet in workbook.sheets.items()
    }
    return replace(workbook, sheets=sheets)


def _ours(text: str) -> bool:
    return text.startswith("=IF(ISBLANK(") and f"*{FACTOR}+" in text and f",{PRIME})" in text


def steady(value: float) -> int:
    """How many digits to look at, so that no rounding of the last bits moves them."""
    for digits in (6, 5, 4):
        if value == 0:
            break
        stretched = abs(value) * STRETCH
        size = math.floor(math.log10(stretched))
        scaled = stretched / 10.0 ** (size - digits + 1) + 0.5
        edges = abs(scaled - round(scaled)), abs(math.log10(stretched) - round(math.log10(stretched)))
        if edges[0] > 1e-6 and (edges[1] > 1e-9):
            return digits
    return 0


def write_self_check(
    book: Any, f: LockedFormats, sheet: Any, exercise: Exercise, key: Key, values: Evaluation, *, solved: bool
) -> None:
    """The hidden columns and the colours of the open cells."""
    layout = exercise.layout
    column = max(layout.names.values()) + 14 + GAP
    first = column
    blank = set(exercise.blanks)
    columns: dict[int, dict[int, Cell]] = {}
    for at, content in key.contents.items():
        if (content.table, content.column) in blank:
            columns.setdefault(content.at.column, {})[at] = content.at
    for _, cells in sorted(columns.items()):
        for at, cell in cells.items():
            value = values[at]
            number = float(value) if isinstance(value, float | bool) and math.isfinite(value) else None
            digits = steady(number) if number is not None else 0
            if number is None or (digits == 0 and number != 0):
                continue
            hidden, size = Cell(cell.row, column), Cell(cell.row, column + 1)
            sheet.write_number(cell.row - 1, column - 1, fingerprint(number, digits, cell.row), f())
            sheet.write_number(cell.row - 1, column, digits, f())
            told = formula(str(cell), str(size))
            test = f'=IF(ISBLANK({cell}),"",IF(ISNUMBER({cell}+0),IF({told}={hidden},1,0),0))'
            sheet.write_formula(cell.row - 1, column + 1, test, f(), 1.0 if solved else "")
        top, bottom = min(cells.values()), max(cells.values())
        for mark, colour in ((1, RIGHT), (0, WRONG)):
            rule = {
                "type": "formula",
                "criteria": f"=AND(ISNUMBER(${letters(column + 2)}{top.row}),${letters(column + 2)}{top.row}={mark})",
                "format": book.add_format({"bg_color": colour}),
            }
            sheet.conditional_format(top.row - 1, top.column - 1, bottom.row - 1, bottom.column - 1, rule)
        column += 3
    sheet.set_column(first - 1, column, None, None, {"hidden": True})
