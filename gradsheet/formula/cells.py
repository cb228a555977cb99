"""What a workbook holds, as plain data: cells, formulas, names, tables. A file reader fills it in.

Nothing here computes. `gradsheet.formula.book.Book` takes a `Workbook` and does.

How each thing in a file is to be written down:

=============================  ==========================================================================
in the file                    here
=============================  ==========================================================================
empty cell                     absent from `Sheet.cells`
number, date                   ``float`` (a date is its serial number, 1904 dates too: `Workbook.date1904`)
text, rich text                ``str``, as it stands, even where it begins with ``=``
TRUE, FALSE                    ``bool``
``#N/A`` as a constant         `Error.NA`
formula                        ``Formula("=A1+1")``; a shared formula is written out for each of its cells
{array formula} over F3:F9     ``Formula("=…", array="F3:F9")`` at F3; F4 to F9 are absent
dynamic array, ``cm="1"``      ``Formula("=…", array=…, dynamic=True)`` at the anchor; its spill is absent
data table (What-If)           ``Formula("=TABLE(F1,F2)", array="C4:F9")`` at its first cell
cached values                  nowhere: they are never looked at
defined name                   ``Workbook.names["lr"]``; on a sheet: ``Workbook.names["basic", "slope"]``
table (ListObject)             `Workbook.tables`
=============================  ==========================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Error(Enum):
    """An error as Excel shows it: a value like any other, which passes through whatever reads it.

    Example:
        >>> str(Error.NUM), Error("#DIV/0!") is Error.DIV0
        ('#NUM!', True)

    Source: Microsoft, "ERROR.TYPE function".
    """

    NULL = "#NULL!"
    DIV0 = "#DIV/0!"
    VALUE = "#VALUE!"
    REF = "#REF!"
    NAME = "#NAME?"
    NUM = "#NUM!"
    NA = "#N/A"
    GETTING_DATA = "#GETTING_DATA"
    SPILL = "#SPILL!"
    CALC = "#CALC!"

    def __str__(self) -> str:
        return self.value

    def __repr__(self) -> str:
        return self.value


Constant = float | bool | str | Error


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as its cell holds it.

    Args:
        text: as in the file, with its leading ``=`` (added where it is missing) and ``_xlfn.`` prefixes.
        array: for array formulas and data tables, the range that they fill; for a dynamic array, the range
            that it filled when the file was saved (its real extent is computed).
        dynamic: whether the result spills (today's Excel) instead of being cut to `array` or to one cell.

    Example:
        >>> Formula("C4+D4*A4").text
        '=C4+D4*A4'
    """

    text: str
    array: str | None = None
    dynamic: bool = False

    def __post_init__(self) -> None:
        if not self.text.startswith("="):
            object.__setattr__(self, "text", "=" + self.text)


Cell = Constant | Formula


@dataclass(slots=True)
class Sheet:
    """The cells of a sheet by their A1 address without dollars, and the rows that are hidden (SUBTOTAL)."""

    cells: dict[str, Cell] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """A table, which formulas call by its name: ``Sales[Amount]``.

    Args:
        sheet: the sheet that it is on.
        ref: its whole range, header and totals rows included, such as ``"A1:C9"``.
        columns: the names of its columns, from left to right.
        header_rows: 1, or 0 where the table shows no header.
        totals_rows: 1 where a totals row is shown, else 0.
    """

    sheet: str
    ref: str
    columns: tuple[str, ...]
    header_rows: int = 1
    totals_rows: int = 0


@dataclass(frozen=True, slots=True)
class Iteration:
    """Excel's "enable iterative calculation": how often at most, and the change that ends it."""

    count: int = 100
    delta: float = 0.001


@dataclass(slots=True)
class Workbook:
    """A workbook as plain data, sheets in the order of their tabs.

    Args:
        sheets: by name.
        names: what each defined name stands for, with or without a leading ``=``: a reference
            (``"basic!$F$1"``), a constant, a formula or a LAMBDA. The key is the name, or a pair of sheet
            and name where the name belongs to one sheet.
        tables: by name.
        date1904: whether day 0 is 1 January 1904.
        iteration: set where the workbook switches iterative calculation on.
        origin: the file's name, for messages.

    Example:
        >>> book = Workbook.of({"s": {"A1": 2, "A2": "=A1*lr"}}, names={"lr": "0.5"})
        >>> book.sheets["s"].cells
        {'A1': 2.0, 'A2': Formula(text='=A1*lr', array=None, dynamic=False)}
    """

    sheets: dict[str, Sheet]
    names: dict[str | tuple[str, str], str] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    date1904: bool = False
    iteration: Iteration | None = None
    origin: str = field(default="", compare=False)

    @classmethod
    def of(
        cls,
        sheets: Mapping[str, Mapping[str, object]],
        names: Mapping[str | tuple[str, str], str] | None = None,
        tables: Mapping[str, Table] | None = None,
        *,
        date1904: bool = False,
        iteration: Iteration | None = None,
    ) -> Workbook:
        """A workbook typed by hand: here, and only here, text that begins with ``=`` is a formula."""
        return cls(
            {name: Sheet({a: _typed(v) for a, v in cells.items() if v is not None}) for name, cells in sheets.items()},
            dict(names or {}),
            dict(tables or {}),
            date1904,
            iteration,
        )


def _typed(value: object) -> Cell:
    """What typing `value` into a cell would enter."""
    if isinstance(value, str):
        return Formula(value) if value.startswith("=") and len(value) > 1 else value
    if isinstance(value, bool | Error | Formula):
        return value
    if isinstance(value, int | float):
        return float(value)
    raise TypeError(f"a cell holds numbers, text, booleans, errors and formulas, not {type(value).__name__}")
