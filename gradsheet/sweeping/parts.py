"""Results as they come: a part file a chunk, and a manifest that says what is being swept.

A part is written under another name and moved where it belongs when it is whole, so whatever is there is whole, however
the program ended. When all parts are there they become one file, and go.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradsheet.errors import GradsheetError
from gradsheet.workbook.exact import ExactWorkbook, whole_or_not_at_all

if TYPE_CHECKING:
    import pyarrow as pa

FORMATS = (".parquet", ".csv", ".xlsx")
EXCEL_ROWS = 1_048_576


class Parts:
    """The folder beside the result in which it grows.

    Args:
        out: the file that is wanted.
        described: what is being swept, and the size of a chunk.
        resume: go on where a sweep stopped.

    Raises:
        GradsheetError: another sweep's parts are there, or a sweep that should be gone on with.
    """

    def __init__(self, out: Path, described: Mapping[str, Any], resume: bool) -> None:
        self.folder = out.with_name(out.name + ".parts")
        manifest = self.folder / "manifest.json"
        if manifest.is_file():
            before = json.loads(manifest.read_text(encoding="utf-8"))
            for name, value in described.items():
                if resume and before.get(name) != value:
                    raise GradsheetError(
                        f"{self.folder} holds another sweep ({name} was {_short(before.get(name))}, now it is "
                        f"{_short(value)}): give the same settings again, or remove it"
                    )
            if not resume:
                raise GradsheetError(f"{self.folder} holds a sweep that was stopped: add --resume, or remove it")
        elif self.folder.exists() and any(self.folder.iterdir()):
            raise GradsheetError(f"{self.folder} is no folder of a sweep: choose another --out")
        else:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise GradsheetError(f"{self.folder} cannot be made ({error.strerror}): choose another --out") from None
            self._moved(manifest, json.dumps(described, indent=1).encode())

    def path(self, chunk: int) -> Path:
        """Where a chunk belongs."""
        return self.folder / f"{chunk:08d}.parquet"

    def has(self, chunk: int) -> bool:
        """Whether a chunk is there."""
        return self.path(chunk).is_file()

    def add(self, chunk: int, table: pa.Table) -> None:
        """Write a chunk, whole or not at all."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        sink = pa.BufferOutputStream()
        pq.write_table(table, sink)
        self._moved(self.path(chunk), sink.getvalue())

    def _moved(self, path: Path, content: Any) -> None:
        draft = path.with_suffix(f".{os.getpid()}.draft")
        try:
            draft.write_bytes(content)
            draft.replace(path)
        except OSError as error:
            raise GradsheetError(f"{path} cannot be written ({error.strerror}): is the disk full?") from None

    def tables(self, chunks: int) -> Iterator[pa.Table]:
        """All chunks in order."""
        import pyarrow.parquet as pq

        for chunk in range(chunks):
            yield pq.read_table(self.path(chunk))

    def remove(self) -> None:
        """The result is whole: the parts may go."""
        shutil.rmtree(self.folder)


def assemble(tables: Iterator[pa.Table], out: Path) -> None:
    """One file of all parts, whole or not at all, a chunk in memory at a time."""
    write = {".parquet": _parquet, ".csv": _csv, ".xlsx": _xlsx}[out.suffix.lower()]
    with whole_or_not_at_all(out) as draft:
        write(tables, draft)


def check_format(out: Path, rows: int) -> None:
    """Refuse what cannot be written, before it is computed.

    Raises:
        GradsheetError: another ending, or more rows than a sheet has.
    """
    if out.suffix.lower() not in FORMATS:
        raise GradsheetError(f"{out}: the result is written as {', '.join(FORMATS)}; end the name with one of them")
    if out.suffix.lower() == ".xlsx" and rows >= EXCEL_ROWS:
        raise GradsheetError(
            f"{rows:,} runs and a header do not fit on a sheet of {EXCEL_ROWS:,} rows: write .parquet or .csv"
        )


def _parquet(tables: Iterator[pa.Table], path: Path) -> None:
    import pyarrow.parquet as pq

    first = next(tables)
    with pq.ParquetWriter(path, first.schema) as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table)


def _csv(tables: Iterator[pa.Table], path: Path) -> None:
    from pyarrow import csv

    first = next(tables)
    options = csv.WriteOptions(quoting_style="needed")
    with csv.CSVWriter(path, first.schema, write_options=options) as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table)


def _xlsx(tables: Iterator[pa.Table], path: Path) -> None:
    import math

    book = ExactWorkbook(path, {"title": "Sweep"})
    sheet = book.sheet("sweep")
    row = 0
    for table in tables:
        if not row:
            sheet.write_row(0, 0, table.column_names)
            sheet.freeze_panes(1, 0)
        for values in zip(*(column.to_pylist() for column in table.columns), strict=True):
            row += 1
            for at, value in enumerate(values):
                if isinstance(value, float) and not math.isfinite(value):
                    sheet.write_string(row, at, "#NUM!")
                elif value is not None:
                    sheet.write(row, at, value)
    book.close()


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
