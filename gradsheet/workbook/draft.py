"""A workbook file in the making: the parts of another, some of them changed, others added, all else byte for byte.

Source: ECMA-376 part 2, 6.5 (relationships), 7.2 (content types).
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from pathlib import Path
from posixpath import basename, dirname, join, normpath
from xml.sax.saxutils import quoteattr

from gradsheet.workbook.exact import whole_or_not_at_all
from gradsheet.workbook.gate import Limits, admit
from gradsheet.workbook.markup import Element, edited, elements
from gradsheet.workbook.read import sheet_parts

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "[Content_Types].xml"
_STRICT = {
    MAIN.encode(): b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    RELATED.encode(): b"http://purl.oclc.org/ooxml/officeDocument/relationships",
}


class Draft:
    """The parts of a workbook, to be changed and written as another file.

    Args:
        path: the workbook, which is not touched.
        limits: of the gate.

    Attributes:
        book: the workbook's own part.
        sheets: the part of each sheet, by its title.

    Raises:
        GradsheetError: the workbook is refused at the gate.
    """

    def __init__(self, path: str | os.PathLike[str], limits: Limits | None = None) -> None:
        self.package = admit(path, limits)
        self.book, self.sheets = sheet_parts(self.package)
        self.changed: dict[str, bytes] = {}
        self._names = {name.casefold(): name for name in self.package.names}
        self._strict = b"http://purl.oclc.org/ooxml/" in self.package.parts[self.book]

    def __getitem__(self, part: str) -> bytes:
        return self.changed.get(part) or self.package.parts[part]

    def __setitem__(self, part: str, content: bytes) -> None:
        if self._strict:
            for usual, strict in _STRICT.items():
                content = content.replace(usual, strict)
        self.changed[part] = content

    def __contains__(self, part: str) -> bool:
        return part in self.changed or part in self.package.parts

    def related(self, part: str, kind: str) -> tuple[str, str] | None:
        """The first part of a kind that another refers to, and by which id: its name and the id."""
        for one in self._relations(part):
            if basename(one.get("Type") or "") == kind and one.get("TargetMode") != "External":
                name = normpath(join("/", dirname(part), one.get("Target") or "")).removeprefix("/")
                found = self._names.get(name.casefold(), name)
                if found in self:
                    return found, one.get("Id") or ""
        return None

    def add(self, beside: str, name: str, content: bytes, kind: str, content_type: str) -> tuple[str, str]:
        """A new part that another refers to: its full name and the id.

        Args:
            beside: the part that refers to it.
            name: the part's, with ``#`` for a number that makes it new.
            content: its XML.
            kind: of the relationship.
            content_type: of the part.
        """
        number = next(n for n in range(1, 10_000) if name.replace("#", str(n)).casefold() not in self._names)
        part = name.replace("#", str(number))
        self._names[part.casefold()] = part
        self[part] = content
        self._type(part, content_type)
        return part, self._relate(beside, part, kind)

    def write(self, path: Path) -> None:
        """The file, whole or not at all.

        Raises:
            GradsheetError: it cannot be written.
        """
        with (
            whole_or_not_at_all(path) as draft,
            zipfile.ZipFile(io.BytesIO(self.package.data)) as archive,
            zipfile.ZipFile(draft, "w") as copy,
        ):
            left = dict(self.changed)
            for entry in archive.infolist():
                content = left.pop(entry.filename, None)
                copy.writestr(entry, archive.read(entry) if content is None else content, entry.compress_type)
            for name, content in left.items():
                copy.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)

    # ---- the package

    def _relations(self, part: str) -> list[Element]:
        name = self._relations_of(part)
        return elements(self[name]) if name in self else []

    def _relations_of(self, part: str) -> str:
        name = join(dirname(part), "_rels", basename(part) + ".rels")
        return self._names.get(name.casefold(), name)

    def _relate(self, part: str, other: str, kind: str) -> str:
        name = self._relations_of(part)
        taken = {one.get("Id") for one in self._relations(part)}
        new = next(f"rId{n}" for n in range(1, 10_000) if f"rId{n}" not in taken)
        entry = f'<Relationship Id="{new}" Type="{RELATED}/{kind}" Target={quoteattr("/" + other)}/>'
        if name in self:
            self[name] = appended(self[name], entry.encode())
        else:
            space = "http://schemas.openxmlformats.org/package/2006/relationships"
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
            self[name] = f'{head}<Relationships xmlns="{space}">{entry}</Relationships>'.encode()
        return new

    def _type(self, part: str, content_type: str) -> None:
        entry = f'<Override PartName={quoteattr("/" + part)} ContentType="{content_type}"/>'
        self[_TYPES] = appended(self[_TYPES], entry.encode())


def appended(part: bytes, content: bytes) -> bytes:
    """XML with something more at the end of its root element.

    Example:
        >>> appended(b"<a><b/></a>", b"<c/>"), appended(b"<x:a/>", b"<c/>")
        (b'<a><b/><c/></a>', b'<x:a><c/></x:a>')
    """
    if found := re.search(rb"</[^<>]*>\s*$", part):
        return edited(part, [(found.start(), found.start(), content)])
    start = part.rindex(b"<")
    name = re.match(rb"<([^\s/>]+)", part[start:])
    assert name is not None
    return part[: part.rindex(b"/>")] + b">" + content + b"</" + name[1] + b">"
