"""A copy of a workbook with marks on it: colours and notes at cells, a sheet in front; all else as it is.

Charts, pictures, names, protection and conditional formats stay, since the parts of the file are copied byte by byte
and only what is new is written into them. Conditional formats go where they are said to hide the colours.

Source: ECMA-376 part 1, 18.2.19 and 18.2.20 (sheets), 18.2.5 (definedName), 18.3 (worksheets).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

from gradsheet.address import Cell, letters, parse_cell
from gradsheet.workbook.draft import MAIN, RELATED, Draft
from gradsheet.workbook.gate import Limits
from gradsheet.workbook.in_place import with_cells
from gradsheet.workbook.looks import EMPTY, Look, Looks
from gradsheet.workbook.markup import Element, edited, elements
from gradsheet.workbook.notes import add_notes
from gradsheet.workbook.recalculated import Value, calculated_anew, text_of, with_value

_STYLES = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_STYLE = re.compile(rb"\ss\s*=\s*[\"']\d*[\"']")


@dataclass(frozen=True)
class Text:
    """A cell of the sheet in front.

    Attributes:
        text: what it says; text stays text, whatever it begins with.
        look: how it looks.
        link: a cell that it leads to, with its sheet.
    """

    text: str
    look: Look = field(default_factory=Look)
    link: str = ""


@dataclass(frozen=True)
class Front:
    """The sheet in front.

    Attributes:
        title: its name; numbered where it is taken.
        widths: of its columns.
        rows: each a height in points (0 for the usual one) and its cells from column A on.
    """

    title: str
    widths: Sequence[float]
    rows: Sequence[tuple[float, Sequence[Text]]]


def write_annotated(
    path: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    fills: Mapping[str, Mapping[str, str]],
    notes: Mapping[str, Mapping[str, str]],
    values: Mapping[str, Mapping[str, Value]],
    front: Front,
    hiding: re.Pattern[bytes] | None = None,
    limits: Limits | None = None,
) -> Path:
    """Write a copy of a workbook with marks on it.

    Args:
        path: the workbook, which is not touched.
        out: the copy, written whole or not at all.
        fills: by sheet and address the colour of cells, RGB in hexadecimal.
        notes: by sheet and address.
        values: what cells show, by sheet and address; one with a formula keeps it.
        front: a sheet before all others.
        hiding: what the XML of conditional formats has that would hide the fills; they go.
        limits: of the gate.

    Returns:
        The path of the copy.

    Raises:
        GradsheetError: the workbook is refused at the gate, or the copy cannot be written.
    """
    draft = Draft(path, limits)
    styles = draft.related(draft.book, "styles") or draft.add(draft.book, "xl/styles#.xml", EMPTY, "styles", _STYLES)
    looks = Looks(draft[styles[0]])
    for sheet in dict.fromkeys((*fills, *values)):
        part = draft.sheets[sheet]
        xml = draft[part] if hiding is None else _seen(draft[part], hiding)
        draft[part] = _coloured(xml, looks, fills.get(sheet, {}), values.get(sheet, {}))
    for sheet, said in notes.items():
        add_notes(draft, sheet, said)
    _put_in_front(draft, looks, front)
    draft[styles[0]] = looks.xml
    draft[draft.book] = calculated_anew(draft[draft.book])
    target = Path(out)
    draft.write(target)
    return target


def _coloured(part: bytes, looks: Looks, fills: Mapping[str, str], values: Mapping[str, Value]) -> bytes:
    """A sheet's XML with other fills and values in some cells."""
    rows, columns = _usual_styles(part)

    def write(cell: Cell, found: Element | None, prefix: bytes) -> bytes:
        at = str(cell)
        if at in values:
            text = with_value(part, cell, found, prefix, values[at])
        elif found is not None:
            text = part[found.start : found.end]
        else:
            text = b'<%sc r="%s"/>' % (prefix, at.encode())
        if at not in fills:
            return text
        own = found.get("s") if found is not None else None
        usual = int(own) if own else rows.get(cell.row, columns.get(cell.column, 0)) if found is None else 0
        return _styled(text, looks.filled(usual, fills[at]))

    return with_cells(part, map(parse_cell, {*fills, *values}), write)


def _seen(part: bytes, hiding: re.Pattern[bytes]) -> bytes:
    """A sheet's XML without the conditional formats that would hide the colours."""
    rules = (one for one in elements(part) if one.tag == "conditionalFormatting")
    return edited(part, [(one.start, one.end, b"") for one in rules if hiding.search(part, one.start, one.end)])


def _styled(cell: bytes, style: int) -> bytes:
    """A cell's XML with another style."""
    head, end, rest = cell.partition(b">")
    head = _STYLE.sub(b"", head)
    name = re.match(rb"<[^\s/>]+", head)
    assert name is not None
    return name[0] + b' s="%d"' % style + head[name.end() :] + end + rest


def _usual_styles(part: bytes) -> tuple[dict[int, int], dict[int, int]]:
    """The styles that rows and columns give to cells that are not there."""
    rows: dict[int, int] = {}
    columns: dict[int, int] = {}
    for section in elements(part):
        for one in section.children if section.tag in ("cols", "sheetData") else ():
            style = int(one.get("style") or one.get("s") or 0)
            if not style:
                continue
            if section.tag == "sheetData":
                rows[int(one.get("r") or 0)] = style
            else:
                first, last = int(one.get("min") or 1), min(int(one.get("max") or 1), 400)
                columns |= dict.fromkeys(range(first, last + 1), style)
    return rows, columns


def _put_in_front(draft: Draft, looks: Looks, front: Front) -> None:
    """A new sheet before all others, which is shown first."""
    taken = {title.casefold() for title in draft.sheets}
    title = next(t for t in (front.title, *(f"{front.title} {i}" for i in range(2, 999))) if t.casefold() not in taken)
    for part in draft.sheets.values():
        draft[part] = _not_chosen(draft[part])
    content = _sheet(front, looks)
    _, relation = draft.add(draft.book, "xl/worksheets/feedback#.xml", content, "worksheet", _SHEET)
    book = draft[draft.book]
    sections = {one.tag: one for one in elements(book)}
    sheets = sections["sheets"]
    number = max(int(one.get("sheetId") or 0) for one in sheets.children) + 1
    prefix = sheets.name.removesuffix(b"sheets")
    said = f'sheet name={quoteattr(title)} sheetId="{number}" xmlns:rel="{RELATED}" rel:id="{relation}"/>'.encode()
    edits = [(sheets.inner, sheets.inner, b"<" + prefix + said)]
    if "definedNames" in sections:
        for one in sections["definedNames"].children:
            edits += _moved(book, one, "localSheetId", lambda n: n + 1)
    if "bookViews" in sections:
        for one in sections["bookViews"].children:
            head = re.sub(rb"\s(?:activeTab|firstSheet)\s*=\s*[\"']\d*[\"']", b"", book[one.start : one.inner])
            edits.append((one.start, one.inner, head))
    draft[draft.book] = edited(book, edits)


def _moved(part: bytes, element: Element, name: str, change: Callable[[int], int]) -> list[tuple[int, int, bytes]]:
    """An attribute that is a number, changed."""
    head = part[element.start : element.inner]
    pattern = re.compile(rb"(\s" + name.encode() + rb"\s*=\s*[\"'])(\d+)")
    new = pattern.sub(lambda m: m[1] + b"%d" % change(int(m[2])), head)
    return [(element.start, element.inner, new)] if new != head else []


def _not_chosen(part: bytes) -> bytes:
    """A sheet's XML that does not claim to be the one on view."""
    views = next((one for one in elements(part) if one.tag == "sheetViews"), None)
    edits = []
    for view in views.children if views is not None else ():
        head = part[view.start : view.inner]
        edits.append((view.start, view.inner, re.sub(rb"\stabSelected\s*=\s*[\"']\w*[\"']", b"", head)))
    return edited(part, edits)


def _sheet(front: Front, looks: Looks) -> bytes:
    """The XML of the sheet in front."""
    rows, links = "", ""
    for number, (height, cells) in enumerate(front.rows, 1):
        tall = f' ht="{height:g}" customHeight="1"' if height else ""
        said = ""
        for column, cell in enumerate(cells, 1):
            at = f"{letters(column)}{number}"
            style = looks.made(cell.look)
            text = text_of(cell.text).decode()
            said += f'<c r="{at}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
            if cell.link:
                links += f'<hyperlink ref="{at}" location={quoteattr(cell.link)} display={quoteattr(cell.text)}/>'
        rows += f'<row r="{number}"{tall}>{said}</row>'
    columns = "".join(
        f'<col min="{i}" max="{i}" width="{w:g}" customWidth="1"/>' for i, w in enumerate(front.widths, 1)
    )
    links = f"<hyperlinks>{links}</hyperlinks>" if links else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="{MAIN}">'
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0"/></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>{rows}</sheetData>{links}'
        '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    ).encode()
