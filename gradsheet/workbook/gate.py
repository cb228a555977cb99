"""The one gate that every workbook passes before any parser sees it.

A workbook comes from anyone: it may be another kind of file, cut short, or made to fill the memory of
whoever opens it. `admit` looks at bytes only, in the order in which looking becomes more costly, and
either hands out the parts of the workbook, inflated once and in UTF-8, or says in one sentence what is
wrong and what to do. Nothing in a workbook is ever followed or run: no link, no macro, no embedded object.

Source: Apache POI, ZipSecureFile; ECMA-376 part 2, 6.2.2 (part names) and 8.2 (no DTDs).
"""

from __future__ import annotations

import io
import os
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from defusedxml.ElementTree import fromstring

from gradsheet.errors import GradsheetError
from gradsheet.workbook.kind import fault_of_file, fault_of_zip
from gradsheet.workbook.measure import ExcessError, Limits, cells_in

__all__ = ["Limits", "Package", "admit", "examine"]

_AGAIN = "copy or download it again, or open it in Excel and save it again"
_BLOCK = 1 << 20
_UTF8 = {"utf-8", "utf8", "us-ascii", "ascii"}
_LATIN = {"iso-8859-1", "latin-1", "latin1", "windows-1252"}
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"']*)[\"']")


@dataclass(frozen=True)
class Package:
    """A workbook that has passed the gate.

    Args:
        name: the file as its user called it, for messages.
        data: the file.
        names: all parts in the file.
        parts: its XML parts by name, inflated, in UTF-8; pictures and other binary parts are left out.
        limits: those that it has passed.
    """

    name: str
    data: bytes
    names: tuple[str, ...]
    parts: dict[str, bytes]
    limits: Limits


def admit(path: str | os.PathLike[str], limits: Limits | None = None) -> Package:
    """Let a workbook in, or say why not.

    Args:
        path: an .xlsx, .xlsm, .xltx or .xltm, whatever its name ends in.
        limits: the usual ones where none are given.

    Returns:
        The file and its parts.

    Raises:
        GradsheetError: in one sentence the file, what is wrong with it and what to do.

    Example:
        >>> admit("nowhere.xlsx")
        Traceback (most recent call last):
        ...
        gradsheet.errors.GradsheetError: nowhere.xlsx: there is no such file: check its name and folder
    """
    limits = limits or Limits()
    name, file = os.fspath(path), Path(path)
    try:
        if file.is_dir():
            raise GradsheetError(f"{name}: this is a folder: name a workbook in it")
        if not file.exists():
            raise GradsheetError(f"{name}: there is no such file: check its name and folder")
        if not file.is_file():
            raise GradsheetError(f"{name}: this is not a file: name a workbook")
        with file.open("rb") as stream:
            data = stream.read(limits.size + 1)  # a file that grows while it is read stays within bounds
    except OSError as problem:
        raise GradsheetError(f"{name}: it cannot be read ({problem.strerror}): check its permissions") from problem
    return examine(data, name, limits)


def examine(data: bytes, name: str, limits: Limits | None = None) -> Package:
    """Let in a workbook that is already in memory, an upload say; see `admit`."""
    limits = limits or Limits()
    if not data:
        raise GradsheetError(f"{name}: it is empty: save the workbook again")
    if Path(name).name.startswith("~$"):
        raise GradsheetError(f"{name}: it is the mark that Excel leaves while a workbook is open: name the workbook")
    if len(data) > limits.size:
        raise GradsheetError(f"{name}: it is larger than {limits.size / 1e6:g} MB: remove pictures and data from it")
    if fault := fault_of_file(data):
        raise GradsheetError(f"{name}: it {fault}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_entries(archive, limits)
            parts = _inflate(archive, limits)
            names = tuple(archive.namelist())
    except ExcessError as excess:
        raise GradsheetError(f"{name}: {excess}") from excess
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
    ) as flaw:
        raise GradsheetError(f"{name}: it is cut short or damaged: {_AGAIN}") from flaw
    package = Package(name, data, names, parts, limits)
    cells = 0
    for part, content in parts.items():
        try:
            cells += cells_in(content, limits)
            if cells > limits.cells:
                raise ExcessError(f"more than {limits.cells:,} cells are too many: hand in a smaller workbook")
        except ExcessError as excess:
            raise GradsheetError(f"{name}{_sheet_of(package, part)}: {excess}") from excess
    return package


def _check_entries(archive: zipfile.ZipFile, limits: Limits) -> None:
    """The table of contents: how many entries, what they are called, whether they can be read at all."""
    entries = archive.infolist()
    if len(entries) > limits.entries:
        raise ExcessError(f"it holds {len(entries):,} parts (at most {limits.entries:,}): {_AGAIN}")
    seen = set()
    for entry in entries:
        path = entry.filename.replace("\\", "/")
        if path.startswith("/") or ".." in path.split("/") or ":" in path:
            raise ExcessError(f"its part {entry.filename[:80]!r} points outside the file: {_AGAIN}")
        if path.casefold() in seen:  # part names differ by more than case
            raise ExcessError(f"its part {entry.filename[:80]!r} is there twice: {_AGAIN}")
        seen.add(path.casefold())
        if entry.flag_bits & 0x1:
            raise ExcessError("it is a zip archive with a password: save the workbook as .xlsx without one")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ExcessError(
                f"its part {entry.filename[:80]!r} is compressed in a way that Excel cannot read: {_AGAIN}"
            )
    if "mimetype" in archive.namelist():
        with archive.open("mimetype") as stream:
            mimetype = stream.read(100)
    else:
        mimetype = b""
    if fault := fault_of_zip(archive.namelist(), mimetype):
        raise ExcessError(f"it {fault}")


def _inflate(archive: zipfile.ZipFile, limits: Limits) -> dict[str, bytes]:
    """Every entry, counted while it inflates: the sizes in its header are claims."""
    parts, total = {}, 0
    for entry in archive.infolist():
        blocks, size = [], 0
        with archive.open(entry) as stream:
            while block := stream.read(_BLOCK):
                blocks.append(block)
                size += len(block)
                total += len(block)
                if size > limits.part or total > limits.total:
                    raise ExcessError(
                        f"its part {entry.filename[:80]!r} inflates beyond "
                        f"{(limits.part if size > limits.part else limits.total) / 1e6:g} MB: "
                        "remove what is not needed from the workbook"
                    )
                if size > limits.ratio_from and entry.compress_size < limits.ratio * size:
                    raise ExcessError(
                        f"its part {entry.filename[:80]!r} inflates more than {1 / limits.ratio:g}-fold, "
                        "as a zip bomb does: open it in Excel and save it again"
                    )
        # Pictures may be SVG with a DOCTYPE, and nothing here ever parses a picture.
        if not entry.filename.startswith("xl/media/"):
            content = _in_utf8(b"".join(blocks), entry.filename)
            if content is not None:
                parts[entry.filename] = content
    return parts


def _in_utf8(part: bytes, name: str) -> bytes | None:
    """An XML part in UTF-8, without entity declarations; None where it is no XML.

    expat reads UTF-16 with or without a byte order mark and, through Python, every 8-bit encoding that
    Python knows, EBCDIC too, in which no search for DOCTYPE would find one.
    """
    wide = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(part[:2])
    if wide:
        try:
            text = part.decode(wide)
        except UnicodeDecodeError:
            return None  # a binary part that happens to begin like this; expat would refuse it too
        part = _DECLARATION.sub("", text, count=1).encode()
    part = part.removeprefix(b"\xef\xbb\xbf")
    if not part.lstrip().startswith(b"<"):
        return None
    if not wide and (declared := _ENCODING.match(part)):
        encoding = declared[1].decode("ascii", "replace").lower()
        if encoding in _LATIN:
            text = part.decode("cp1252" if encoding == "windows-1252" else "latin-1", "replace")
            part = _DECLARATION.sub("", text, count=1).encode()
        elif encoding not in _UTF8:
            raise ExcessError(
                f"its part {name[:80]!r} is written in {encoding[:20]!r}: open it in Excel and save it again"
            )
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise ExcessError(
            f"its part {name[:80]!r} declares entities, which no workbook needs: open it in Excel and save it again"
        )
    return part


def _sheet_of(package: Package, part: str) -> str:
    """``", sheet basic"`` for the part that holds that sheet, else nothing; for messages only."""
    try:
        relations = fromstring(package.parts["xl/_rels/workbook.xml.rels"])
        ids = {r.get("Id") for r in relations if part.endswith("/" + r.get("Target", "").lstrip("/"))}
        ids |= {r.get("Id") for r in relations if r.get("Target") == "/" + part}
        for element in fromstring(package.parts["xl/workbook.xml"]).iter():
            if element.tag.endswith("}sheet") and ids & set(element.attrib.values()):
                return f", sheet {' '.join(element.get('name', '').split())}"
    except (KeyError, ValueError, SyntaxError):
        pass  # the workbook is damaged in another place as well
    return ""
