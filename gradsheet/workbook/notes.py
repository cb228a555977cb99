"""Notes at cells of a sheet that may have some already: the comments part, and the boxes that show them.

Excel keeps each note twice: its text in a comments part, its box in a drawing in VML.

Source: ECMA-376 part 1, 18.7 (comments), 18.3.1.57 (legacyDrawing); part 4, 19.4 (VML for spreadsheets).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from gradsheet.address import Cell, parse_cell
from gradsheet.workbook.draft import MAIN, RELATED, Draft, appended
from gradsheet.workbook.markup import Element, edited, elements
from gradsheet.workbook.recalculated import text_of

AUTHOR = "gradsheet"
_COMMENTS = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_BEHIND = {
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
    "AlternateContent",
}  # fmt: skip
_EMPTY_VML = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"></xml>'
)
_SHAPE_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_WIDE, _LETTERS = 5, 52  # columns of a box, and what fits into a line of it


def add_notes(draft: Draft, sheet: str, notes: Mapping[str, str]) -> None:
    """Put notes at cells of a sheet; where a cell has one, its text follows the new one.

    Args:
        draft: the workbook.
        sheet: its title.
        notes: by address.
    """
    if not notes:
        return
    part = draft.sheets[sheet]
    found = draft.related(part, "comments")
    if found is None:
        empty = f'<comments xmlns="{MAIN}"><authors/><commentList/></comments>'.encode()
        found = draft.add(part, "xl/comments#.xml", empty, "comments", _COMMENTS)
    draft[found[0]], new = _commented(draft[found[0]], notes)
    boxes = draft.related(part, "vmlDrawing")
    if boxes is None:
        boxes = draft.add(part, "xl/drawings/vmlDrawing#.vml", _EMPTY_VML.encode(), "vmlDrawing", _VML)
        draft[part] = _pointing(draft[part], boxes[1])
    draft[boxes[0]] = _boxed(draft[boxes[0]], {cell: notes[cell] for cell in new})


def _commented(part: bytes, notes: Mapping[str, str]) -> tuple[bytes, list[str]]:
    """The comments part with the notes, and the cells that had none."""
    sections = {one.tag: one for one in elements(part)}
    authors, listed = sections["authors"], sections["commentList"]
    prefix = authors.name.removesuffix(b"authors")
    there = {one.get("ref"): one for one in listed.children}
    edits = [_within(part, authors, b"<%sauthor>%s</%sauthor>" % (prefix, AUTHOR.encode(), prefix))]
    new, added = [], b""
    for cell, text in notes.items():
        said = _run(prefix, text + "\n\n" * (cell in there))
        if cell in there:
            edits += _before(part, next(e for e in there[cell].children if e.tag == "text"), said, prefix)
            continue
        new.append(cell)
        inner = b"<%stext>%s</%stext>" % (prefix, said, prefix)
        added += b'<%scomment ref="%s" authorId="%d">%s</%scomment>' % (
            prefix, cell.encode(), len(authors.children), inner, prefix,
        )  # fmt: skip
    edits.append(_within(part, listed, added))
    return edited(part, edits), new


def _run(prefix: bytes, text: str) -> bytes:
    look = b'<%srPr><%ssz val="10"/><%srFont val="Calibri"/><%sfamily val="2"/></%srPr>'.replace(b"%s", prefix)
    body = b'<%st xml:space="preserve">' % prefix + text_of(text) + b"</%st>" % prefix
    return b"<%sr>" % prefix + look + body + b"</%sr>" % prefix


def _before(part: bytes, text: Element, said: bytes, prefix: bytes) -> list[tuple[int, int, bytes]]:
    """A run in front of a note's text; a text without runs becomes one."""
    edits = [(text.inner, text.inner, said)]
    for one in text.children:
        if one.tag == "t":
            whole = b"<%sr>" % prefix + part[one.start : one.end] + b"</%sr>" % prefix
            edits.append((one.start, one.end, whole))
    return edits


def _within(part: bytes, element: Element, content: bytes) -> tuple[int, int, bytes]:
    """Something more at the end of an element."""
    if element.empty:
        head = part[element.start : element.end].rstrip(b">").rstrip().removesuffix(b"/").rstrip()
        return element.start, element.end, head + b">" + content + b"</" + element.name + b">"
    at = element.children[-1].end if element.children else element.inner
    return at, at, content


def _boxed(part: bytes, notes: Mapping[str, str]) -> bytes:
    """The drawing with a hidden box for each note; VML may not be well-formed, so it is only appended to."""
    last = max((int(n) for n in re.findall(rb"_x0000_s(\d+)", part)), default=1024)
    shapes = "" if b"_x0000_t202" in part else _SHAPE_TYPE
    for number, (cell, text) in enumerate(notes.items(), last + 1):
        shapes += _shape(number, parse_cell(cell), text)
    return appended(part, shapes.encode())


def _shape(number: int, cell: Cell, text: str) -> str:
    high = 2 + sum(1 + len(line) // _LETTERS for line in text.split("\n"))
    row, column = cell.row - 1, cell.column - 1
    box = f"{column + 1}, 12, {max(row - 1, 0)}, 8, {column + 1 + _WIDE}, 12, {max(row - 1, 0) + high}, 8"
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;width:280pt;height:{15 * high}pt;'
        f'z-index:{number};visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
        '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{box}</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column>"
        "</x:ClientData></v:shape>"
    )


def _pointing(part: bytes, relation: str) -> bytes:
    """A sheet's XML that refers to the boxes, in the place that the order of elements gives."""
    children = elements(part)
    prefix = children[0].name.removesuffix(children[0].tag.encode())
    said = b'<%slegacyDrawing xmlns:rel="%s" rel:id="%s"/>' % (prefix, RELATED.encode(), relation.encode())
    behind = next((one for one in children if one.tag in _BEHIND), None)
    return appended(part, said) if behind is None else edited(part, [(behind.start, behind.start, said)])
