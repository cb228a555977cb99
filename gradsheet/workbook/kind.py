"""What kind of file this is, by its first bytes and, for a zip, by what it holds; with the remedy.

A name says nothing: an .xls renamed to .xlsx, a workbook with a password and a saved web page all end in
.xlsx when they are handed in. Each kind that people do hand in gets its own sentence.

Source: ECMA-376 part 2 (packages), [MS-CFB] 2.2, [MS-OFFCRYPTO] 2.3.4.4, OpenDocument 1.3 part 2, 3.3.
"""

from __future__ import annotations

from collections.abc import Collection

_SAVE_AS = "open it in Excel or LibreOffice and save it as .xlsx"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP = b"PK\x03\x04"
# Excel 2 to 4 wrote bare records: a BOF record of version 2, 3, 4.
_BARE_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
_STARTS = (
    (b"%PDF", f"is a PDF, a picture of a workbook: hand in the workbook itself ({_SAVE_AS})"),
    (b"\x1f\x8b", f"is a gzip file, perhaps from Gnumeric: {_SAVE_AS}"),
    (b"PK\x05\x06", "is an empty zip archive: hand in the workbook itself"),
    (b"7z\xbc\xaf", "is a 7z archive: unpack it and hand in the workbook itself"),
    (b"Rar!", "is a RAR archive: unpack it and hand in the workbook itself"),
    (b"\x89PNG", "is a picture (PNG): hand in the workbook itself"),
    (b"\xff\xd8\xff", "is a picture (JPEG): hand in the workbook itself"),
    (
        b"version https://git-lfs",
        "is a Git LFS pointer, not the workbook: fetch the file with `git lfs pull`",
    ),
    (b"{\\rtf", f"is a text document (RTF): {_SAVE_AS}"),
)


def fault_of_file(data: bytes) -> str | None:
    """What is wrong with the kind of file, or None where it may be a workbook.

    Example:
        >>> fault_of_file(b"%PDF-1.7")
        'is a PDF, a picture of a workbook: hand in the workbook itself (open it in Excel ...'
        >>> fault_of_file(bytes.fromhex("504b0304")) is None
        True
    """
    if data.startswith(_ZIP):
        return None
    if data.startswith(_OLE):
        # Both are OLE files, which name their streams in UTF-16.
        if "EncryptedPackage".encode("utf-16-le") in data:
            return "has a password: open it in Excel and save it as .xlsx without one"
        return "is an .xls or has a password: open it in Excel and save it as .xlsx without one"
    for start, fault in _STARTS:
        if data.startswith(start):
            return fault
    if data.startswith(_BARE_BIFF):
        return f"is an .xls of the time before Excel 5: {_SAVE_AS}"
    head = data[:4096].lower()
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        return f"is an XML spreadsheet of Excel 2003: {_SAVE_AS}"
    if b"<html" in head or b"<!doctype html" in head:
        return f"is a web page, not a workbook: download the workbook itself, or {_SAVE_AS}"
    if b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return f"is plain text or CSV, which holds no formulas: {_SAVE_AS}"
    return f"is no workbook that gradsheet knows: {_SAVE_AS}"


def fault_of_zip(names: Collection[str], mimetype: bytes) -> str | None:
    """What is wrong with the kind of zip archive, or None where it is a workbook.

    Args:
        names: of all its entries.
        mimetype: the entry of that name, by which OpenDocument files say what they are.

    Example:
        >>> fault_of_zip(["xl/workbook.bin", "[Content_Types].xml"], b"")
        'is an .xlsb, a binary workbook: open it in Excel and save it as .xlsx'
        >>> fault_of_zip(["[Content_Types].xml", "xl/workbook.xml"], b"") is None
        True
    """
    if mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return f"is an ODS: {_SAVE_AS}"
    if mimetype.startswith(b"application/vnd.oasis."):
        return "is an OpenDocument file, but no spreadsheet: hand in the workbook itself"
    if "xl/workbook.bin" in names:
        return "is an .xlsb, a binary workbook: open it in Excel and save it as .xlsx"
    if "word/document.xml" in names:
        return "is a Word document: hand in the workbook itself"
    if "ppt/presentation.xml" in names:
        return "is a PowerPoint presentation: hand in the workbook itself"
    if any(name.endswith(".iwa") or name in ("Index.zip", "index.apxl", "index.xml") for name in names):
        return "is a Numbers document: in Numbers choose File, Export To, Excel and hand in the .xlsx"
    if "[Content_Types].xml" in names:
        return None
    inside = sorted(name for name in names if name.lower().endswith((".xlsx", ".xlsm")))
    if inside:
        return f"is a zip archive that holds {inside[0]!r}: unpack it and hand in the workbook itself"
    return f"is a zip archive, but no workbook: {_SAVE_AS}"
