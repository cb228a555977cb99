"""XlsxWriter with whole numbers: all 17 digits in the file, and the same bytes for the same content.

XlsxWriter writes number cells as ``%.16G``, which changes a quarter of random doubles. A worksheet class of
our own writes the shortest text that reads back as the same double. (A formula's cached value is written
whole already.) The creation date is fixed, since it is the only thing in the file that is not content.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from gradsheet.errors import GradsheetError

_CREATED = datetime(2026, 1, 1)


class ExactWorksheet(Worksheet):  # type: ignore[misc]
    """A worksheet whose numbers read back as the same doubles."""

    def _xml_number_element(self, number: float, attributes: Any = ()) -> None:
        text = "".join(f' {key}="{self._escape_attributes(value)}"' for key, value in attributes)
        self.fh.write(f"<c{text}><v>{float(number)!r}</v></c>")


class ExactWorkbook(xlsxwriter.Workbook):  # type: ignore[misc]
    """A workbook of exact worksheets, with a fixed creation date."""

    def __init__(self, path: Path, properties: dict[str, str]) -> None:
        super().__init__(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
        self.set_properties({**properties, "created": _CREATED})
        self.set_calc_mode("auto")

    def sheet(self, name: str) -> Any:
        """A new worksheet."""
        return self.add_worksheet(name, worksheet_class=ExactWorksheet)


@contextlib.contextmanager
def whole_or_not_at_all(path: Path) -> Iterator[Path]:
    """A temporary name beside `path`, moved there if all went well, removed if not.

    Raises:
        GradsheetError: the folder cannot be written to, or `path` is a folder.
    """
    if path.is_dir():
        raise GradsheetError(f"{path} is a folder: give the name of a file in it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=path.suffix)
    except OSError as error:
        raise GradsheetError(f"{path} cannot be written ({error.strerror}): choose another folder") from None
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        draft.chmod(0o666 & ~_umask())
        draft.replace(path)
    except OSError as error:
        raise GradsheetError(f"{path} cannot be written ({error.strerror}): is it open in another program?") from None
    finally:
        draft.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
