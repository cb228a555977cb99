"""How results leave: strict JSON, CSV, or a table that fits a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import click


def print_json(value: Any) -> None:
    """Strict JSON: no NaN."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def print_rows(title: str, columns: Sequence[str], rows: list[Any], format_: str, left: Sequence[str] = ()) -> None:
    """Rows in the format that was asked for; `left` names the columns that are set flush left."""
    from gradsheet.report.terminal import csv_text, show, table

    if format_ == "csv":
        sys.stdout.write(csv_text(columns, rows))
    elif format_ == "json":
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        show(table(title, columns, rows, left=left))
