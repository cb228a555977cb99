"""Tables for people, 80 columns wide where that can be."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table


def number(value: Any, digits: int = 6) -> str:
    """A number that a person can read; what is not finite as Excel shows it.

    Example:
        >>> number(150.75521153771854), number(None), number(4.513e32), number(True)
        ('150.755', '#NUM!', '4.513e+32', 'yes')
    """
    if value is None:
        return "#NUM!"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.{digits}g}" if isinstance(value, float) else str(value)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, left: Sequence[str] = ()) -> Table:
    """A rich table: numbers to the right, the columns named in `left` to the left."""
    made = Table(title=title, box=SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False)
    for column in columns:
        made.add_column(column, justify="left" if column in left else "right", overflow="fold")
    for row in rows:
        made.add_row(*(cell if isinstance(cell, str) else number(cell) for cell in row))
    return made


def show(*parts: Any) -> None:
    """Print to stdout; colours only where that is a terminal."""
    console = Console(highlight=False)
    for part in parts:
        console.print(part)


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    r"""Rows as CSV; text that a spreadsheet would run as a formula is quoted, numbers stay whole.

    Example:
        >>> csv_text(["name", "value"], [["=1+1", 0.1]])
        "name,value\n'=1+1,0.1\n"
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_safe(cell) for cell in row])
    return out.getvalue()


def _safe(cell: Any) -> Any:
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{cell}"
    return "" if cell is None else cell
