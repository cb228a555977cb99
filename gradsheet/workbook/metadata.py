"""What ``xl/metadata.xml`` says about cells: which arrays are dynamic, which #VALUE! is a #SPILL!.

Excel 365 writes a dynamic array as an array formula that older versions can show, and marks the cell with
``cm``, a number of an entry in this part whose type is XLDAPR. In the same way it writes #SPILL! and #CALC!
as #VALUE! and marks the cell with ``vm``, an entry that leads to a rich value of the structure ``_error``.

Source: [MS-XLSX] 2.2.4.11 (XLDAPR), 2.3.6 and 2.4 (rich values); ECMA-376 part 1, 18.9.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, fromstring

from gradsheet.workbook.sheet import MAIN

_RICH_ERRORS = {"8": "#SPILL!", "13": "#CALC!"}


def dynamic_marks(parts: Mapping[str, bytes]) -> frozenset[str]:
    """The values of ``cm`` that mark a dynamic array.

    Args:
        parts: the XML parts of a workbook.

    Example:
        >>> dynamic_marks({})
        frozenset()
    """
    metadata = _metadata(parts)
    if metadata is None:
        return frozenset()
    return frozenset(mark for mark, kind, _ in _entries(metadata, "cellMetadata") if kind == "XLDAPR")


def rich_errors(parts: Mapping[str, bytes]) -> dict[str, str]:
    """For values of ``vm``, the error that the cell really shows.

    Args:
        parts: the XML parts of a workbook.

    Example:
        >>> rich_errors({})
        {}
    """
    metadata = _metadata(parts)
    values, structures = (parts.get(f"xl/richData/{name}.xml") for name in ("rdrichvalue", "rdrichvaluestructure"))
    if metadata is None or values is None or structures is None:
        return {}
    keys = [[key.get("n") for key in structure] for structure in fromstring(structures)]
    kinds = [structure.get("t") for structure in fromstring(structures)]
    rich = []
    for value in fromstring(values):
        number = int(value.get("s", "0"))
        named = dict(zip(keys[number], (field.text for field in value), strict=False))
        rich.append(named.get("errorType") if kinds[number] == "_error" else None)
    # futureMetadata's entries hold <rvb i="…"/>, the number of a rich value.
    numbers = [
        int(block.get("i", "-1"))
        for future in metadata.iterfind(MAIN + "futureMetadata")
        if future.get("name") == "XLRICHVALUE"
        for block in future.iter()
        if block.tag.endswith("}rvb")
    ]
    errors = {}
    for mark, kind, index in _entries(metadata, "valueMetadata"):
        if kind == "XLRICHVALUE" and index < len(numbers) and numbers[index] < len(rich):
            error = _RICH_ERRORS.get(rich[numbers[index]] or "")
            if error:
                errors[mark] = error
    return errors


def _metadata(parts: Mapping[str, bytes]) -> Element | None:
    part = parts.get("xl/metadata.xml")
    return None if part is None else fromstring(part)


def _entries(metadata: Element, tag: str) -> Iterator[tuple[str, str | None, int]]:
    """For each entry its mark (they count from 1), the name of its type and its index there."""
    kinds = [kind.get("name") for kind in metadata.iterfind(f"{MAIN}metadataTypes/{MAIN}metadataType")]
    for mark, block in enumerate(metadata.iterfind(f"{MAIN}{tag}/{MAIN}bk"), start=1):
        for record in block.iterfind(MAIN + "rc"):
            number = int(record.get("t", "0")) - 1
            yield str(mark), kinds[number] if 0 <= number < len(kinds) else None, int(record.get("v", "0"))
