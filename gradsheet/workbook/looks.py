"""More styles in a workbook's styles part: a cell's own with another fill, or new ones; those that are there stay.

Source: ECMA-376 part 1, 18.8 (styles).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from gradsheet.workbook.markup import Element, edited, elements

EMPTY = (
    b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<fonts count="1"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    b'<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    b'</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    b'<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    b'<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs></styleSheet>'
)


@dataclass(frozen=True)
class Look:
    """What a new cell looks like.

    Attributes:
        fill: RGB in hexadecimal; none where empty.
        size: of the letters, in points.
        bold: whether they are.
        wrap: whether long text goes on in the next line.
        colour: of the letters, RGB.
    """

    fill: str = ""
    size: float = 11
    bold: bool = False
    wrap: bool = False
    colour: str = "1F2937"


class Looks:
    """A styles part, to be added to.

    Args:
        part: its XML.
    """

    def __init__(self, part: bytes) -> None:
        self._part = part
        self._sections = {one.tag: one for one in elements(part)}
        self._new: dict[str, list[bytes]] = {"fonts": [], "fills": [], "cellXfs": []}
        self._known: dict[object, int] = {}
        self._prefix = self._sections["cellXfs"].name.removesuffix(b"cellXfs")

    def filled(self, style: int, colour: str) -> int:
        """A style's number, with another fill."""

        def made() -> bytes:
            xfs = self._sections["cellXfs"].children
            one = xfs[style if style < len(xfs) else 0]
            return _with_fill(self._part[one.start : one.end], one, self._fill(colour))

        return self._added("cellXfs", ("filled", style, colour), made)

    def made(self, look: Look) -> int:
        """The number of a style that looks so."""

        def written() -> bytes:
            font, fill = self._font(look), self._fill(look.fill) if look.fill else 0
            wrap = b' wrapText="1"' if look.wrap else b""
            return self._tagged(
                b'<xf numFmtId="0" fontId="%d" fillId="%d" borderId="0" xfId="0" applyFont="1" applyFill="1" '
                b'applyAlignment="1"><alignment vertical="top"%s/></xf>' % (font, fill, wrap)
            )

        return self._added("cellXfs", look, written)

    @property
    def xml(self) -> bytes:
        """The part with all that was added."""
        edits = []
        for tag, new in self._new.items():
            if new:
                section = self._sections[tag]
                count = b'count="%d"' % (len(section.children) + len(new))
                head = self._part[section.start : section.inner]
                counted = re.sub(rb"count\s*=\s*[\"']\d*[\"']", count, head)
                edits.append((section.start, section.inner, counted))
                at = section.children[-1].end
                edits.append((at, at, b"".join(new)))
        return edited(self._part, edits)

    def _fill(self, colour: str) -> int:
        text = (
            b'<fill><patternFill patternType="solid"><fgColor rgb="FF%s"/><bgColor indexed="64"/></patternFill></fill>'
        )
        return self._added("fills", ("fill", colour), lambda: self._tagged(text % colour.encode()))

    def _font(self, look: Look) -> int:
        bold = b"<b/>" if look.bold else b""
        text = b'<font>%s<sz val="%g"/><color rgb="FF%s"/><name val="Calibri"/><family val="2"/></font>'
        mark = "font", look.bold, look.size, look.colour
        return self._added("fonts", mark, lambda: self._tagged(text % (bold, look.size, look.colour.encode())))

    def _added(self, section: str, mark: object, made: Callable[[], bytes]) -> int:
        if mark not in self._known:
            content = made()
            self._known[mark] = len(self._sections[section].children) + len(self._new[section])
            self._new[section].append(content)
        return self._known[mark]

    def _tagged(self, text: bytes) -> bytes:
        """With the prefix that the part gives its elements, if it does."""
        return re.sub(rb"<(/?)(?=\w)", rb"<\1" + self._prefix, text) if self._prefix else text


def _with_fill(xf: bytes, element: Element, fill: int) -> bytes:
    """A cell format's XML with another fill."""
    end = element.inner - element.start
    head, rest = xf[:end], xf[end:]
    head = re.sub(rb"\s(?:fillId|applyFill)\s*=\s*[\"'][^\"']*[\"']", b"", head)
    name = re.match(rb"<[^\s/>]+", head)
    assert name is not None
    return name[0] + b' fillId="%d" applyFill="1"' % fill + head[name.end() :] + rest
