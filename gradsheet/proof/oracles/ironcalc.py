"""IronCalc, a spreadsheet engine in Rust (optional: the extra ``bench``)."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from openpyxl.utils.cell import coordinate_to_tuple

from gradsheet.errors import GradsheetError
from gradsheet.proof.book import Value, read_book
from gradsheet.proof.oracles import OracleValues
from gradsheet.proof.references import unknown_function
from gradsheet.proof.stripped import strip

_NO_EXCEL_ERROR = {
    "#CIRC!": "circular reference",
    "#ERROR!": "a formula that it cannot parse",
    "#N/IMPL!": "a function not implemented",
}


def available() -> str | None:
    """Why IronCalc cannot be asked, or None."""
    if find_spec("ironcalc") is None:
        return "IronCalc is not installed: pip install 'gradsheet[bench]'"
    return None


def values(path: str | Path, cells: Collection[str] | None = None) -> OracleValues:
    """The workbook's formulas as IronCalc computes them.

    Args:
        path: the workbook; a copy without cached values is what IronCalc gets.
        cells: the cells to give (it computes all in any case); None for every one that a formula fills.

    Raises:
        GradsheetError: IronCalc is missing or cannot read the file.
    """
    reason = available()
    if reason:
        raise GradsheetError(reason)
    import ironcalc

    book = read_book(path)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "stripped.xlsx"
        strip(path, copy)
        try:
            model = ironcalc.load_from_xlsx(str(copy), "en", "UTC", "en")
            model.evaluate()
        except ironcalc.WorkbookError as problem:
            raise GradsheetError(f"{path}: IronCalc cannot read it ({problem})") from problem
    sheets = {sheet["name"]: at for at, sheet in enumerate(model.get_worksheets_properties())}
    found: dict[str, Value] = {}
    unsupported: list[tuple[str, str]] = []
    for key in book.computed:
        if cells is not None and key not in cells:
            continue
        sheet, _, address = key.rpartition("!")
        at = (sheets[sheet], *coordinate_to_tuple(address))
        value = model.get_cell_value(*at)
        function = _unsupported(value, model.get_cell_formula(*at) or "")
        if function:
            unsupported.append((key, function))
        else:
            found[key] = value
    return OracleValues(found, unsupported, "", metadata.version("ironcalc"))


def _unsupported(value: Value, shown: str) -> str | None:
    if value == "#NAME?":
        return unknown_function(shown)
    return _NO_EXCEL_ERROR.get(value) if isinstance(value, str) else None
