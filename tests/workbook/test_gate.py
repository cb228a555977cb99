"""The gate: one small file per fault, each refused in one sentence that names the file and the remedy.

What must be refused follows Apache POI's guards and Excel's own limits; what must be let in are files that
Excel, LibreOffice and XlsxWriter wrote.
"""

import io
import os
import random
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from gradsheet.errors import GradsheetError
from gradsheet.workbook.gate import Limits, admit, examine
from gradsheet.workbook.measure import nesting

Book = Callable[..., Path]  # the fixture `book` of conftest.py
SHARED = Path(__file__).parents[2].parent / "shared" / "data"
BOOKS = sorted(SHARED.glob("*/*.xlsx"))
DOCTYPE = '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
XXE = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>'


def refused(path: Path, limits: Limits | None = None) -> str:
    """The one sentence with which the gate refuses a file; it names the file first."""
    with pytest.raises(GradsheetError) as caught:
        admit(path, limits)
    sentence = str(caught.value)
    assert sentence.startswith(str(path))
    assert "\n" not in sentence
    assert len(sentence.removeprefix(str(path))) < 300
    return sentence


def cell(address: str, content: str, attributes: str = "") -> str:
    return f'<row r="{address.lstrip("ABCDFX")}"><c r="{address}" {attributes}>{content}</c></row>'


# --- not a workbook at all ---------------------------------------------------------------------------------


def test_no_such_file(tmp_path: Path) -> None:
    assert "there is no such file: check its name" in refused(tmp_path / "nowhere.xlsx")


def test_a_folder(tmp_path: Path) -> None:
    assert "this is a folder: name a workbook in it" in refused(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="named pipes are a matter of POSIX")
def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    assert "this is not a file" in refused(tmp_path / "pipe.xlsx")


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.xlsx", b"", "it is empty: save the workbook again"),
        ("old.xls", OLE + "Workbook".encode("utf-16-le"), "is an .xls or has a password: open it in Excel"),
        (
            "secret.xlsx",
            OLE + "EncryptedPackage".encode("utf-16-le"),
            "has a password: open it in Excel and save",
        ),
        ("excel3.xls", b"\x09\x02\x06\x00\x00\x00\x10\x00", "before Excel 5: open it"),
        ("grades.csv", b"x,y\n1,2\n", "plain text or CSV, which holds no formulas: open it in Excel"),
        ("unicode.csv", "x,y\n1,2\n".encode("utf-16"), "plain text or CSV"),
        ("page.xlsx", b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "a web page"),
        (
            "2003.xml",
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "Excel 2003",
        ),
        ("print.pdf", b"%PDF-1.7\n\0", "a PDF, a picture of a workbook: hand in the workbook itself"),
        ("lesson.gnumeric", b"\x1f\x8b\x08\0", "Gnumeric"),
        ("photo.xlsx", b"\x89PNG\r\n\x1a\n\0", "a picture (PNG): hand in the workbook itself"),
        ("noise.xlsx", bytes(range(255)), "no workbook that gradsheet knows: open it"),
        ("pointer.xlsx", b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        ("~$lesson.xlsx", b"\x05Alice" + bytes(159), "the mark that Excel leaves while a workbook is open"),
        ("empty-zip.xlsx", b"PK\x05\x06" + bytes(18), "an empty zip archive"),
    ],
)
def test_another_kind_of_file(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert says in refused(path)


@pytest.mark.parametrize(
    ("name", "entries", "says"),
    [
        ("lesson.xlsx", {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, "is an ODS: open it"),
        ("text.xlsx", {"mimetype": "application/vnd.oasis.opendocument.text"}, "no spreadsheet"),
        ("binary.xlsx", {"[Content_Types].xml": "", "xl/workbook.bin": ""}, "an .xlsb, a binary workbook"),
        ("essay.xlsx", {"[Content_Types].xml": "", "word/document.xml": ""}, "a Word document"),
        ("slides.xlsx", {"[Content_Types].xml": "", "ppt/presentation.xml": ""}, "a PowerPoint"),
        ("new.numbers", {"Index/Document.iwa": ""}, "Numbers document: in Numbers choose File, Export To"),
        ("old.numbers", {"index.xml": ""}, "Numbers document"),
        ("all.zip", {"mine/lesson.xlsx": ""}, "a zip archive that holds 'mine/lesson.xlsx': unpack it"),
        ("photos.zip", {"cat.jpg": ""}, "a zip archive, but no workbook"),
    ],
)
def test_another_kind_of_zip(tmp_path: Path, name: str, entries: dict[str, str], says: str) -> None:
    path = tmp_path / name
    with zipfile.ZipFile(path, "w") as archive:
        for entry, content in entries.items():
            archive.writestr(entry, content)
    assert says in refused(path)


# --- the zip archive ---------------------------------------------------------------------------------------


def test_too_large_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "large.xlsx"
    with path.open("wb") as stream:
        stream.write(b"PK\x03\x04")
        stream.truncate(20_000_000_000)  # sparse: takes no space on the disk
    assert "larger than 10 MB: remove pictures" in refused(path)


@pytest.mark.parametrize("kept", [10, 200, -30])
def test_truncated(book: Book, kept: int) -> None:
    path = book("truncated.xlsx")
    path.write_bytes(path.read_bytes()[:kept])
    assert "cut short or damaged: copy or download it again" in refused(path)


def test_damaged_in_the_middle(book: Book) -> None:
    path = book("flipped.xlsx", cells=cell("A1", f"<v>{random.Random(1).random()}</v>" * 2))
    data = bytearray(path.read_bytes())
    at = data.index(b"xl/worksheets/sheet1.xml") + 60
    data[at] ^= 0xFF
    path.write_bytes(data)
    assert "cut short or damaged" in refused(path)


def test_two_thousand_entries(book: Book) -> None:
    path = book("many.xlsx", extra={f"xl/media/{n}.png": "" for n in range(2000)})
    assert "2,006 parts (at most 1,000)" in refused(path)


@pytest.mark.parametrize("name", ["../../evil.xml", "/etc/evil.xml", "xl\\..\\evil.xml", "C:/evil.xml"])
def test_a_part_that_points_outside(book: Book, name: str) -> None:
    assert "points outside the file: copy or download" in refused(book("outside.xlsx", extra={name: "<a/>"}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "XL/Worksheets/Sheet1.xml"])
def test_a_part_that_is_there_twice(book: Book, name: str) -> None:
    path = book("twice.xlsx")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, "<worksheet/>")
    assert "is there twice" in refused(path)


def test_an_encrypted_entry(book: Book) -> None:
    path = book("locked.xlsx")
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")  # the first entry of the central directory; its flags stand 8 bytes in
    data[at + 8] |= 1
    path.write_bytes(data)
    assert "a zip archive with a password: save the workbook as .xlsx without one" in refused(path)


def test_a_compression_that_excel_does_not_know(tmp_path: Path) -> None:
    path = tmp_path / "lzma.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    assert "compressed in a way that Excel cannot read" in refused(path)


def test_zip_bomb_a_comment_of_300_mb(book: Book) -> None:
    path = book("bomb.xlsx", extra={"xl/styles.xml": "<a><!--" + " " * 300_000_000 + "--></a>"})
    assert path.stat().st_size < 400_000
    tracemalloc.start()
    started = time.perf_counter()
    assert "inflates more than 100-fold, as a zip bomb does" in refused(path)
    assert time.perf_counter() - started < 5
    assert tracemalloc.get_traced_memory()[1] < 60_000_000
    tracemalloc.stop()


def test_zip_bomb_whose_header_claims_to_be_small(book: Book) -> None:
    path = book("liar.xlsx", extra={"xl/styles.xml": "<a>" + " " * 3_000_000 + "</a>"})
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")  # the last entry of the central directory: styles
    data[at + 24 : at + 28] = struct.pack("<I", 100)
    path.write_bytes(data)
    # Whoever trusts the header reads 100 bytes and finds that the checksum differs.
    assert "cut short or damaged" in refused(path)


def test_parts_that_inflate_too_far_without_being_repetitive(book: Book) -> None:
    noise = random.Random(2).randbytes(30_000).hex()
    path = book("long.xlsx", extra={f"xl/media/{n}.txt": noise for n in range(4)})
    limits = Limits(part=50_000)
    assert "inflates beyond 0.05 MB: remove what is not needed" in refused(path, limits)
    assert "inflates beyond 0.2 MB" in refused(path, Limits(total=200_000))
    admit(path, Limits(total=300_000))


# --- XML ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "part",
    [
        f'<?xml version="1.0"?>{DOCTYPE}<a>&b;</a>'.encode(),
        f'<?xml version="1.0" encoding="UTF-16"?>{XXE}<a>&x;</a>'.encode("utf-16"),
        f"<?xml version='1.0' encoding='UTF-16'?>{XXE}<a>&x;</a>".encode("utf-16-be"),
        f"{DOCTYPE}<a>&b;</a>".encode("utf-16-le"),
        b"\xef\xbb\xbf  \n" + f"{XXE}<a>&x;</a>".encode(),
        f'<?xml version="1.0" encoding="ISO-8859-1"?>{XXE}<a>&x;</a>'.encode("latin-1"),
    ],
    ids=["billion laughs", "XXE in UTF-16", "UTF-16 BE", "UTF-16 without a mark", "after a mark", "Latin 1"],
)
@pytest.mark.parametrize("where", ["xl/styles.xml", "xl/worksheets/sheet1.xml", "docProps/notes.bin"])
def test_declared_entities(book: Book, part: bytes, where: str) -> None:
    sentence = refused(book("laughs.xlsx", extra={where: part}))
    assert f"its part {where!r} declares entities" in sentence
    assert "open it in Excel and save it again" in sentence


@pytest.mark.parametrize("encoding", ["cp037", "utf-7", "utf-32", "rot13"])
def test_an_encoding_in_which_a_search_would_miss_them(book: Book, encoding: str) -> None:
    # expat reads the declaration as ASCII and the rest through Python's codec: here, EBCDIC.
    part = f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + f"{XXE}<a/>".encode("cp037")
    assert f"is written in {encoding!r}" in refused(book("ebcdic.xlsx", extra={"xl/styles.xml": part}))


def test_a_picture_may_have_a_doctype(book: Book) -> None:
    svg = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd"><svg/>'
    package = admit(book(extra={"xl/media/image1.svg": svg}))
    assert "xl/media/image1.svg" in package.names
    assert "xl/media/image1.svg" not in package.parts


def test_utf16_is_handed_on_as_utf8(book: Book) -> None:
    sheet = '<?xml version="1.0" encoding="UTF-16"?><worksheet><sheetData/></worksheet>'
    path = book(extra={"xl/worksheets/sheet1.xml": sheet.encode("utf-16")})
    assert admit(path).parts["xl/worksheets/sheet1.xml"] == b"<worksheet><sheetData/></worksheet>"


# --- what stands in the sheets -----------------------------------------------------------------------------


def test_cells_at_a1_and_xfd1048576(book: Book) -> None:
    path = book("far.xlsx", cells=cell("A1", "<v>1</v>") + cell("XFD1048576", "<v>1</v>"))
    sentence = refused(path)
    assert ", sheet basic: cell XFD1048576 lies too far out: delete what stands there" in sentence


def test_the_dimension_is_not_believed(book: Book) -> None:
    cells = "<sheetData><row><c><v>1</v></c></row></sheetData>"
    sheet = f'<worksheet><dimension ref="A1:XFD1048576"/>{cells}</worksheet>'
    admit(book(extra={"xl/worksheets/sheet1.xml": sheet}))


def test_far_cells_that_are_only_formatted_are_let_in(book: Book) -> None:
    admit(book(cells=cell("A1", "<v>1</v>") + cell("XFD1048576", "", 's="1"')))


@pytest.mark.parametrize(
    "cells",
    [
        "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
        '<row r="1048576"><c t="n" r="XFD1048576"><v>1</v></c></row>',
        '<row r="1048576"><c s=">" r="XFD1048576"><v>1</v></c></row>',
        '<row r="1048576"><!-- <c r="A1"> --><c r="XFD1048576"><v>1</v></c></row>',
        '<x:row r="1048576" xmlns:x="u"><x:c r="xfd1048576"><x:v>1</x:v></x:c></x:row>',
        '<row r="1048576">' + "<c/>" * 100 + "<c><v>1</v></c></row>",
    ],
    ids=["quotes", "order", "angle in attribute", "comment", "prefix", "no addresses"],
)
def test_far_cells_in_another_spelling(book: Book, cells: str) -> None:
    assert "lies too far out" in refused(book("far.xlsx", cells=cells))


@pytest.mark.parametrize("address", ["XFE1", "A1048577", "A0", "ZZZZZ1", "1A", ""])
def test_cells_beyond_excel(book: Book, address: str) -> None:
    path = book("beyond.xlsx", cells=f'<row r="1"><c r="{address}"><v>1</v></c></row>')
    assert f"there is no cell {address!r}: open it in Excel and save it again" in refused(path)


@pytest.mark.parametrize("spelling", ["<c/>", "<c />", "<x:c/>", "<c\n/>"])
def test_more_than_200_000_cells(book: Book, spelling: str) -> None:
    rng = random.Random(3)  # not so repetitive as to be taken for a zip bomb
    rows = "".join(f'<row s="{rng.random()}">{spelling * 100}</row>' for _ in range(2001))
    assert "200,100 cells are too many (at most 200,000)" in refused(book("huge.xlsx", cells=rows))
    admit(book("huge.xlsx", cells=rows), Limits(cells=200_100))


def test_the_cells_of_all_sheets_count_together(book: Book) -> None:
    sheet = "<worksheet><sheetData><row><c/><c/></row></sheetData></worksheet>"
    path = book(extra={"xl/worksheets/sheet2.xml": sheet})
    assert "more than 2 cells are too many" in refused(path, Limits(cells=2))


def test_an_array_formula_that_fills_everything(book: Book) -> None:
    path = book("fill.xlsx", cells=cell("A1", '<f t="array" ref="A1:XFD1048576">1</f>'))
    assert "cell A1 fills 'A1:XFD1048576', too many cells: use a smaller range" in refused(path)


def test_a_formula_of_9_000_characters(book: Book) -> None:
    path = book("long.xlsx", cells=cell("B2", "<f>" + "1+" * 4500 + "1</f>"))
    assert ", sheet basic: cell B2 holds a formula of 9,001 characters (at most 8,192)" in refused(path)
    # Cut in two by CDATA, or by a comment, it is as long.
    for cut in ("<![CDATA[+]]>", "+<!-- -->", "+<?pi?>"):
        path = book("cut.xlsx", cells=cell("B2", "<f>" + "1+" * 2250 + "1" + cut + "1+" * 2250 + "1</f>"))
        assert "characters (at most 8,192): split it" in refused(path)


def test_prefixes_of_new_functions_do_not_count(book: Book) -> None:
    admit(book(cells=cell("A1", "<f>" + "+".join(["_xlfn.SIN(1)"] * 700) + "</f>")))


@pytest.mark.parametrize("opening", ["(", "SUM(", "1+(", "-", "+-"])
def test_a_formula_nested_70_deep(book: Book, opening: str) -> None:
    deep = opening * 70 + "1" + ")" * (70 if "(" in opening else 0)
    path = book("deep.xlsx", cells=cell("A1", f"<f>{deep}</f>"))
    assert "cell A1 holds a formula nested" in refused(path)
    assert "levels deep (at most 64): split it over several cells" in refused(path)


def test_a_name_nested_70_deep(book: Book) -> None:
    names = f'<definedNames><definedName name="deep">{"(" * 70}1{")" * 70}</definedName></definedNames>'
    assert "a defined name or text holds a formula nested 70" in refused(book("name.xlsx", workbook=names))


def test_what_only_looks_deep(book: Book) -> None:
    side_by_side = "+".join(["(1)"] * 100)
    in_a_text = '"' + "(" * 100 + "-" * 100 + '"'
    admit(book(cells=cell("A1", f"<f>{side_by_side}</f>") + cell("A2", f"<f>{in_a_text}</f>")))
    assert nesting(side_by_side) == 1
    assert nesting(in_a_text) == 0
    assert nesting("IF(" * 64 + "1" + ")" * 64) == 64


@pytest.mark.parametrize("kind", ["shared", "runs", "inline", "value"])
def test_a_text_of_40_000_characters(book: Book, kind: str) -> None:
    text = "x" * 40_000
    half = f"<r><t>{text[:20_000]}</t></r>"
    path = {
        "shared": lambda: book("text.xlsx", strings=f"<si><t>{text}</t></si>"),
        "runs": lambda: book("text.xlsx", strings=f"<si>{half}{half}</si>"),
        "inline": lambda: book("text.xlsx", cells=cell("A1", f"<is>{half}{half}</is>", 't="inlineStr"')),
        "value": lambda: book("text.xlsx", cells=cell("A1", f"<v>{text}</v>", 't="str"')),
    }[kind]()
    assert "holds a text of 40,000 characters (at most 32,767): shorten it" in refused(path)
    admit(path, Limits(text=40_000))


def test_a_text_as_long_as_excel_allows(book: Book) -> None:
    escaped = [f"&#x{code:x};" for code in random.Random(5).choices(range(0x4E00, 0x9FFF), k=32_767)]
    admit(book(strings=f"<si><t>{''.join(escaped)}</t></si>"))  # eight bytes a character


def test_a_sheet_that_is_no_xml(book: Book) -> None:
    path = book("broken.xlsx", cells="<row><c r='A1'><v>1</v>")
    assert "damaged" in refused(path)


# --- what is let in ----------------------------------------------------------------------------------------


@pytest.mark.skipif(not BOOKS, reason="the course workbooks lie beside the repository, in shared/data")
@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.name)
def test_real_workbooks_pass_far_from_any_limit(path: Path) -> None:
    package = admit(path)
    assert package.data == path.read_bytes()
    admit(path, Limits(ratio=0.05, cells=20_000, extent=100_000, nesting=32, size=200_000))


def test_a_repetitive_sheet_of_30_000_formulas_passes(tmp_path: Path) -> None:
    path = tmp_path / "steps.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("steps")
        for row in range(3_000):
            for column in range(10):
                sheet.write_formula(row, column, f"=$A$1*0.5+{'ABCDEFGHIJ'[column]}{row + 2}")
    package = admit(path, Limits(ratio=0.05))  # five times as strict as the usual limit
    assert package.parts["xl/worksheets/sheet1.xml"].count(b"<f>") == 30_000


def test_an_upload_in_memory(book: Book) -> None:
    data = book().read_bytes()
    assert examine(data, "alice.xlsx").name == "alice.xlsx"
    with pytest.raises(GradsheetError, match=r"^alice.xlsx: it is cut short"):
        examine(data[:-30], "alice.xlsx")


def test_a_part_at_a_time_of_the_size_of_a_block(book: Book) -> None:
    """A part that ends exactly where a block ends is read whole."""
    noise = io.BytesIO(random.Random(4).randbytes(1 << 19)).getvalue().hex()
    assert admit(book(extra={"a.xml": "<" + noise[1:]})).parts["a.xml"] == ("<" + noise[1:]).encode()
