"""Places: where a reference is, and what stands there."""

from __future__ import annotations

from gradsheet.formula.address import MAX_COLUMN, MAX_ROW, letters, pack, unpack
from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.registry import (
    Either,
    Here,
    Logical,
    Number,
    Plain,
    Range,
    Reference,
    Text,
    function,
)
from gradsheet.formula.values import (
    Area,
    Areas,
    Array,
    Value,
    array_of,
)


@function("ROW")
def row_number(here: Here, area: Range = None) -> Value:
    """The row of a reference, or of the formula's own cell."""
    if area is None:
        return float(unpack(here.key)[1])
    if not isinstance(area, Area):
        raise Failed(Error.VALUE)
    if area.shape[0] == 1:
        return float(area.top)
    return Array([[float(r)] for r in range(area.top, area.bottom + 1)])


@function("COLUMN")
def column_of(here: Here, area: Range = None) -> Value:
    """The column of a reference, or of the formula's own cell."""
    if area is None:
        return float(unpack(here.key)[2])
    if not isinstance(area, Area):
        raise Failed(Error.VALUE)
    if area.shape[1] == 1:
        return float(area.left)
    return Array([[float(c) for c in range(area.left, area.right + 1)]])


@function("ROWS")
def height_of(area: Either) -> float:
    """How many rows."""
    return float(area.shape[0] if isinstance(area, Area) else array_of(area).shape[0])


@function("COLUMNS")
def width_of(area: Either) -> float:
    """How many columns."""
    return float(area.shape[1] if isinstance(area, Area) else array_of(area).shape[1])


@function("AREAS")
def areas_of(area: Range) -> float:
    """How many areas a reference has."""
    return float(len(area.areas) if isinstance(area, Areas) else 1)


@function("ADDRESS", empty_is_default=True)
def address(row: Number, column: Number, kind: Number = 1.0, style: Logical = True, sheet: Text | None = None) -> str:
    """A cell's address as text."""
    r, c = int(row), int(column)
    if not (1 <= r <= MAX_ROW and 1 <= c <= MAX_COLUMN and 1 <= kind < 5):
        raise Failed(Error.VALUE)
    across, down = kind in (1, 3), kind in (1, 2)
    if style:
        text = f"{'$' if across else ''}{letters(c)}{'$' if down else ''}{r}"
    else:
        text = (f"R{r}" if down else f"R[{r}]") + (f"C{c}" if across else f"C[{c}]")
    if sheet is None:
        return text
    quoted = sheet if sheet.replace("_", "").isalnum() and not sheet[:1].isdigit() else f"'{sheet}'"
    return f"{quoted}!{text}"


@function("FORMULATEXT")
def formula_text(area: Reference) -> str:
    """The formula of a cell."""
    text = area.grid.formula(pack(area.sheet, area.top, area.left))  # type: ignore[attr-defined]
    if text is None:
        raise Failed(Error.NA)
    return str(text)


@function("HYPERLINK")
def hyperlink(link: Text, name: Plain = None) -> Value:
    """What a link shows: its name, or where it leads."""
    return link if name is None else name
