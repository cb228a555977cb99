"""A copy of a workbook without cached values, so that no engine can echo the answers it is asked for.

Worked on the XML text of the sheets: in every cell that a formula fills, the stored value goes and its type
becomes t="n", the default written out (IronCalc prints a line per cell that has neither value nor type);
every other byte of the sheets stays. Pivot tables are cut off and their cells stay as constants: LibreOffice
would refresh them on loading, in a layout of its own, over whatever cells lie there.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from gradsheet.proof.book import area_cells

_CELL = re.compile(r"<c(?P<attributes>\s[^>]*[^>/])>(?P<content>.*?)</c>", re.DOTALL)
_ADDRESS = re.compile(r'\sr="([A-Z]+[0-9]+)"')
_TYPE = re.compile(r'\st="[a-zA-Z]+"')
_STORED = re.compile(r"<v(?:\s[^>]*)?/>|<v(?:\s[^>]*)?>.*?</v>|<is>.*?</is>", re.DOTALL)
_ARRAY = re.compile(r"<f\s[^>]*t=\"array\"[^>]*>")
_PIVOT = re.compile(r"<Relationship\s[^>]*/relationships/pivotTable\"[^>]*/>")
_AREA = re.compile(r'\sref="([^"]+)"')


def strip(source: str | Path, target: str | Path) -> int:
    """Writes a copy of a workbook in which no formula has a cached value.

    Args:
        source: the workbook.
        target: where the copy goes; overwritten.

    Returns:
        How many stored values were taken out.

    **Source**: ECMA-376, part 1, 18.3.1.96 (v): "the last calculated value".
    """
    count = 0
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", part.filename):
                text, taken = strip_sheet(content.decode("utf-8"))
                content, count = text.encode("utf-8"), count + taken
            elif re.fullmatch(r"xl/worksheets/_rels/[^/]+\.rels", part.filename):
                content = _PIVOT.sub("", content.decode("utf-8")).encode("utf-8")
            new.writestr(part.filename, content)
    return count


def strip_sheet(text: str) -> tuple[str, int]:
    """A sheet's XML without the stored values of its formulas, and how many there were.

    Example:
        >>> strip_sheet('<c r="A1"><v>1</v></c><c r="A2" s="3" t="str"><f>A1&amp;""</f><v>1</v></c>')
        ('<c r="A1"><v>1</v></c><c r="A2" s="3" t="n"><f>A1&amp;""</f></c>', 1)
    """
    filled: set[str] = set()
    for formula in _ARRAY.finditer(text):  # an array formula's further cells may hold a value alone
        area = _AREA.search(formula[0])
        if area:
            filled.update(area_cells(area[1]))
    count = 0

    def without_value(cell: re.Match[str]) -> str:
        nonlocal count
        attributes, content = cell["attributes"], cell["content"]
        address = _ADDRESS.search(attributes)
        if "<f" not in content and not (address and address[1] in filled):
            return cell[0]
        kept, taken = _STORED.subn("", content)
        count += taken
        return f'<c{_TYPE.sub("", attributes)} t="n">{kept}</c>'

    return _CELL.sub(without_value, text), count
