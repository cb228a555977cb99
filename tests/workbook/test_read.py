"""Reading: real workbooks against openpyxl's own readings, and one small workbook per way to write a cell."""

import struct
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.pivot.table import TableDefinition
from openpyxl.reader.workbook import WorkbookParser
from openpyxl.worksheet.formula import ArrayFormula

from gradsheet.address import cells_of, qualified
from gradsheet.errors import GradsheetError
from gradsheet.formula.cells import Error, Formula, Iteration, Table
from gradsheet.proof.stripped import strip
from gradsheet.workbook.gate import Limits
from gradsheet.workbook.read import Contents, cached, contents, read

Book = Callable[..., Path]  # the fixture `book` of conftest.py
SHARED = Path(__file__).parents[2].parent / "shared" / "data"
BOOKS = sorted(SHARED.glob("*/*.xlsx"))
real = pytest.mark.skipif(not BOOKS, reason="the course workbooks lie beside the repository, in shared/data")


def row(*cells: str) -> str:
    return '<row r="1">' + "".join(cells) + "</row>"


def basic(path: Path) -> dict[str, Any]:
    return dict(read(path).sheets["basic"].cells)


# --- real workbooks ----------------------------------------------------------------------------------------


@pytest.fixture
def without_pivots(monkeypatch: pytest.MonkeyPatch) -> None:
    """openpyxl 3.1.5 dies of collab_filter.xlsx's pivot cache; it may leave pivots out for the comparison."""
    monkeypatch.setattr(WorkbookParser, "pivot_caches", property(lambda _: {}))
    monkeypatch.setattr(TableDefinition, "rel_type", "none")


@real
@pytest.mark.usefixtures("without_pivots")
@pytest.mark.filterwarnings("ignore:.*extension is not supported", "ignore:DrawingML support is incomplete")
@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.name)
def test_every_cell_as_openpyxl_reads_it(path: Path) -> None:
    ours = contents(path)
    formulas, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    assert list(ours.workbook.sheets) == formulas.sheetnames
    for sheet in formulas.worksheets:
        cells, filled = ours.workbook.sheets[sheet.title].cells, set()
        for line in sheet.iter_rows():
            for cell in line:
                here, value = cell.coordinate, cell.value
                shown = ours.cached.get(qualified(sheet.title, here))
                if isinstance(value, ArrayFormula):
                    assert cells[here] == Formula(str(value.text), value.ref, cells[here].dynamic)  # type: ignore[union-attr]
                    filled |= {str(place) for place in cells_of(value.ref)} - {here}
                elif cell.data_type == "f" and value != "=":  # so openpyxl reads <f ca="1"/> inside an array
                    assert cells[here] == Formula(str(value))
                elif here in filled or value is None:
                    assert here not in cells
                else:
                    assert shown is None
                    assert cells[here] == value
                    assert isinstance(cells[here], bool) == isinstance(value, bool)
                if shown is not None:
                    assert (shown or None) == (values[sheet.title][here].value or None)


@real
@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.name)
def test_without_its_cached_values_a_workbook_is_the_same(path: Path, tmp_path: Path) -> None:
    stripped = tmp_path / path.name
    strip(path, stripped)
    ours, bare = contents(path), contents(stripped)
    assert ours.cached
    assert not bare.cached
    assert bare.workbook == ours.workbook


@real
def test_the_course_workbook() -> None:
    """What Excel shows in basic!F33, and the name that adam's sheet keeps for itself."""
    path = SHARED / "fastai" / "graddesc-course22p2.xlsx"
    book, values = read(path), cached(path)
    assert values["basic!F33"] == 150.75521153771854
    assert book.names["adam", "lr"] == "adam!$D$2"
    assert isinstance(book.sheets["basic"].cells["F33"], Formula)


@real
def test_dynamic_arrays_are_told_from_array_formulas() -> None:
    cells = read(SHARED / "aibyhand" / "RNN.xlsx").sheets
    arrays = [
        cell
        for sheet in cells.values()
        for cell in sheet.cells.values()
        if isinstance(cell, Formula) and cell.array is not None
    ]
    # Counted in the file's XML: 148 cells with t="array", 142 of them with cm="1".
    assert (len(arrays), sum(cell.dynamic for cell in arrays)) == (148, 142)


@real
def test_pivot_tables_of_which_openpyxl_dies_and_a_table() -> None:
    got = contents(SHARED / "fastai" / "collab_filter.xlsx")
    assert got.left_out == ("pivot tables",)
    columns = ("Word id", "Vocab", "Embeddings", "1", "2", "3", "4")
    assert got.workbook.tables == {"Table1": Table("word_emb", "A25:G39", columns, 1, 0)}


# --- one way to write a cell each --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("<c r='A1'><v>0.1</v></c>", 0.1),
        ('<c r="A1"><v>0.30000000000000004</v></c>', 0.1 + 0.2),
        ('<c r="A1"><v>4.9406564584124654E-324</v></c>', 5e-324),
        ('<c r="A1"><v>1</v></c>', 1.0),
        ('<c r="A1" t="n"><v>-0</v></c>', -0.0),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="b"><v>0</v></c>', False),
        ('<c r="A1" t="e"><v>#N/A</v></c>', Error.NA),
        ('<c r="A1" t="e"><v>#DIV/0!</v></c>', Error.DIV0),
        ('<c r="A1" t="s"><v>0</v></c>', "plain"),
        ('<c r="A1" t="s"><v>1</v></c>', "rich text"),
        ('<c r="A1" t="s"><v>2</v></c>', "=A2 is text"),
        ('<c r="A1" t="s"><v>3</v></c>', " two\r\nlines "),
        ('<c r="A1" t="s"><v>4</v></c>', "_x000D_ as typed"),
        ('<c r="A1" t="inlineStr"><is><t>in</t></is></c>', "in"),
        ('<c r="A1" t="inlineStr"><is><r><t>in </t></r><r><t>line</t></r></is></c>', "in line"),
        ('<c r="A1" t="str"><v>=text</v></c>', "=text"),
        ('<c r="A1" t="d"><v>2024-02-29T12:00:00</v></c>', 45351.5),
        ('<c r="$a$1"><v>1</v></c>', 1.0),
        ("<c><v>1</v></c>", 1.0),
        ('<c r="A1"><v>NaN</v></c>', Error.NUM),
        ('<c r="A1"><f></f><v>7</v></c>', 7.0),
    ],
)
def test_a_constant(book: Book, cell: str, value: object) -> None:
    strings = (
        "<si><t>plain</t></si><si><r><t>rich </t></r><r><t>text</t></r><rPh><t>rubi</t></rPh></si>"
        "<si><t>=A2 is text</t></si><si><t xml:space='preserve'> two_x000D_\nlines </t></si>"
        "<si><t>_x005F_x000D_ as typed</t></si>"
    )
    got = basic(book(cells=row(cell), strings=strings))["A1"]
    assert got == value
    assert type(got) is type(value)
    if isinstance(value, float):
        assert struct.pack("d", got) == struct.pack("d", value)


@pytest.mark.parametrize("cell", ['<c r="A1"/>', '<c r="A1" s="1"><v/></c>', '<c r="A1" t="s"/>'])
def test_an_empty_cell_is_absent(book: Book, cell: str) -> None:
    assert basic(book(cells=row(cell))) == {}


@pytest.mark.parametrize(
    "cell",
    ["<v>1,5</v>", "<v>one</v>", "t='s'><v>9", "t='b'><v>yes", "t='e'><v>#OOPS!", "t='q'><v>1", "t='d'><v>x"],
)
def test_a_value_that_cannot_be_read_names_its_cell(book: Book, cell: str) -> None:
    if not cell.startswith("t="):
        cell = ">" + cell
    path = book("odd.xlsx", cells=row(f'<c r="B1" {cell.removesuffix("</v>")}</v></c>'))
    if "'b'" in cell:  # whatever is not 1 or true is FALSE
        assert basic(path)["B1"] is False
        return
    with pytest.raises(GradsheetError, match=r"odd.xlsx, sheet basic, cell B1: .*: type it in again$"):
        read(path)


def test_formulas_and_their_cached_values_are_kept_apart(book: Book) -> None:
    path = book(
        cells=row(
            '<c r="A1"><f>B1*2</f><v>0.30000000000000004</v></c>',
            '<c r="B1" t="str"><f>"a"&amp;"_x000D_"</f><v>a_x000D_</v></c>',
            '<c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
            '<c r="D1" t="b"><f>TRUE</f><v>1</v></c>',
            '<c r="E1" t="str"><f>""</f><v></v></c>',
            '<c r="F1"><f>NOW()</f></c>',
        )
    )
    got = contents(path)
    assert got.workbook.sheets["basic"].cells == {
        "A1": Formula("=B1*2"),
        "B1": Formula('="a"&"\r"'),
        "C1": Formula("=1/0"),
        "D1": Formula("=TRUE"),
        "E1": Formula('=""'),
        "F1": Formula("=NOW()"),
    }
    assert got.cached == {
        "basic!A1": 0.30000000000000004,
        "basic!B1": "a\r",
        "basic!C1": "#DIV/0!",
        "basic!D1": True,
        "basic!E1": "",
    }


def test_a_shared_formula_is_written_out(book: Book) -> None:
    shared = (
        '<c r="A1"><f t="shared" ref="A1:A3" si="0">$B$1*C1+SUM(C$1:C1)</f><v>1</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/><v>2</v></c></row>'
        '<row r="3"><c r="A3"><f t="shared" si="0"></f><v>3</v></c>'
    )
    cells = basic(book(cells=row(shared)))
    assert [cells[cell].text for cell in ("A1", "A2", "A3")] == [
        "=$B$1*C1+SUM(C$1:C1)",
        "=$B$1*C2+SUM(C$1:C2)",
        "=$B$1*C3+SUM(C$1:C3)",
    ]


def test_a_shared_formula_without_its_first_is_named(book: Book) -> None:
    with pytest.raises(GradsheetError, match="sheet basic, cell A1: its formula is missing: type it in again"):
        read(book(cells=row('<c r="A1"><f t="shared" si="7"/></c>')))


def test_shared_formulas_that_explode_when_written_out(book: Book) -> None:
    cells = f'<c r="A1"><f t="shared" ref="A1:J1" si="0">{"A1+" * 300}1</f></c>' + "".join(
        f'<c r="{column}1"><f t="shared" si="0"/></c>' for column in "BCDEFGHIJ"
    )
    with pytest.raises(GradsheetError, match="cell I1: the formulas so far are too long when written out"):
        read(book(cells=row(cells)), Limits(written=7_000))


def test_array_formulas_and_the_cells_that_they_fill(book: Book) -> None:
    rich = "".join(f'<bk><rvb xmlns="u" i="{index}"/></bk>' for index in (1, 0))
    metadata = f"""<metadata xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><metadataTypes>
        <metadataType name="XLRICHVALUE"/><metadataType name="XLDAPR"/></metadataTypes>
        <futureMetadata name="XLRICHVALUE">{rich}</futureMetadata>
        <cellMetadata><bk><rc t="1" v="0"/></bk><bk><rc t="2" v="0"/></bk></cellMetadata>
        <valueMetadata><bk><rc t="1" v="0"/></bk><bk><rc t="1" v="1"/></bk></valueMetadata></metadata>"""
    structures = '<a><s t="_error"><k n="subType"/><k n="errorType"/></s></a>'
    values = '<a><rv s="0"><v>1</v><v>13</v></rv><rv s="0"><v>1</v><v>8</v></rv></a>'
    path = book(
        cells=row(
            '<c r="A1"><f t="array" ref="A1:B1">{1,2}*2</f><v>2</v></c><c r="B1"><v>4</v></c>',
            '<c r="C1" cm="2"><f t="array" ref="C1:D1">_xlfn.SEQUENCE(1,2)</f><v>1</v></c>',
            '<c r="D1"><v>2</v></c>',
            '<c r="E1" cm="1"><f t="array" ref="E1">1</f><v>1</v></c>',
            '<c r="F1" t="e" vm="1" cm="2"><f t="array" ref="F1">_xlfn.SEQUENCE(9)</f><v>#VALUE!</v></c>',
            '<c r="G1" t="e" vm="2"><f>_xlfn.FILTER(1,0)</f><v>#VALUE!</v></c>',
        ),
        extra={
            "xl/metadata.xml": metadata,
            "xl/richData/rdrichvaluestructure.xml": structures,
            "xl/richData/rdrichvalue.xml": values,
        },
    )
    got = contents(path)
    assert got.workbook.sheets["basic"].cells == {
        "A1": Formula("={1,2}*2", "A1:B1"),
        "C1": Formula("=_xlfn.SEQUENCE(1,2)", "C1:D1", dynamic=True),
        "E1": Formula("=1", "E1"),
        "F1": Formula("=_xlfn.SEQUENCE(9)", "F1", dynamic=True),
        "G1": Formula("=_xlfn.FILTER(1,0)"),
    }
    assert {address.removeprefix("basic!"): value for address, value in got.cached.items()} == {
        "A1": 2.0,
        "B1": 4.0,
        "C1": 1.0,
        "D1": 2.0,
        "E1": 1.0,
        "F1": "#SPILL!",
        "G1": "#CALC!",
    }


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ('dt2D="1" dtr="1" r1="F1" r2="F2"', "=TABLE(F1,F2)"),
        ('dtr="1" r1="F1"', "=TABLE(F1,)"),
        ('r1="F1"', "=TABLE(,F1)"),
        ('r1="F1" del1="1"', "=TABLE(,#REF!)"),
    ],
)
def test_a_data_table_is_spelt_as_excel_shows_it(book: Book, attributes: str, text: str) -> None:
    cells = f'<c r="A1"><f t="dataTable" ref="A1:B1" {attributes}/><v>1</v></c><c r="B1"><v>2</v></c>'
    got = contents(book(cells=row(cells)))
    assert got.workbook.sheets["basic"].cells == {"A1": Formula(text, "A1:B1")}
    assert got.cached == {"basic!A1": 1.0, "basic!B1": 2.0}


# --- the workbook around the cells -------------------------------------------------------------------------


def test_names_of_the_workbook_and_of_its_sheets(book: Book) -> None:
    names = """<definedNames><definedName name="lr">basic!$A$1</definedName>
        <definedName name="slope" localSheetId="0">basic!$B$1</definedName>
        <definedName name="gone">basic!#REF!</definedName>
        <definedName name="rate" hidden="1">0.5</definedName>
        <definedName name="square">_xlfn.LAMBDA(_xlpm.x,_xlpm.x*_xlpm.x)</definedName>
        <definedName name="_xlnm.Print_Titles" localSheetId="0">basic!$1:$1</definedName>
        <definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">basic!$A$1:$B$9</definedName>
        <definedName name="macro" function="1" vbProcedure="1">0</definedName>
        <definedName name="elsewhere" localSheetId="7">1</definedName></definedNames>"""
    assert read(book(workbook=names)).names == {
        "lr": "basic!$A$1",
        ("basic", "slope"): "basic!$B$1",
        "gone": "basic!#REF!",
        "rate": "0.5",
        "square": "_xlfn.LAMBDA(_xlpm.x,_xlpm.x*_xlpm.x)",
    }


@pytest.mark.parametrize(
    ("settings", "iteration"),
    [
        ("", None),
        ('<calcPr calcId="191029"/>', None),
        ('<calcPr iterate="1"/>', Iteration(100, 0.001)),
        ('<calcPr iterate="1" iterateCount="50" iterateDelta="1E-4"/>', Iteration(50, 1e-4)),
    ],
)
def test_iterative_calculation(book: Book, settings: str, iteration: Iteration | None) -> None:
    assert read(book(workbook=settings)).iteration == iteration


def test_dates_are_their_serial_numbers_in_both_calendars(tmp_path: Path) -> None:
    """Serial numbers from Microsoft's page on the two date systems: 5 July 1998 is 35981 or 34519."""
    for since1904, serial in ((False, 35981.0), (True, 34519.0)):
        path = tmp_path / "dates.xlsx"
        with xlsxwriter.Workbook(path, {"date_1904": since1904, "remove_timezone": True}) as workbook:
            date = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
            sheet = workbook.add_worksheet("basic")
            sheet.write_datetime("A1", datetime(1998, 7, 5, tzinfo=UTC), date)
            for line, number in enumerate([0, 59, 60, 61, 0.1, 44927.1234567891, 2_958_466], start=1):
                sheet.write_number(line, 0, number, date)
        book = read(path)
        assert book.date1904 is since1904
        # 60 is 29 February 1900, a day that only Excel knows, and 2,958,466 lies after 9999
        assert list(book.sheets["basic"].cells.values()) == [
            serial, 0.0, 59.0, 60.0, 61.0, 0.1, 44927.1234567891, 2_958_466.0,
        ]  # fmt: skip


def test_tables_hidden_rows_and_sheets(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("my data")
        columns = [{"header": "x"}, {"header": "y"}]
        sheet.add_table("B2:C5", {"name": "Points", "columns": columns, "total_row": True})
        sheet.add_table("E2:E3", {"name": "Bare", "header_row": False})
        sheet.set_row(2, None, None, {"hidden": True})
        workbook.add_worksheet("behind").hide()
        chart = workbook.add_chart({"type": "line"})
        chart.add_series({"values": "='my data'!$B$3:$B$5"})
        workbook.add_chartsheet("picture").set_chart(chart)
        workbook.add_worksheet("last").write_formula("A1", "='my data'!B3", None, 7)
        workbook.define_name("last!one", "=last!$A$1")
    got = contents(path)
    assert got.workbook.tables == {
        "Points": Table("my data", "B2:C5", ("x", "y"), 1, 1),
        "Bare": Table("my data", "E2:E3", ("Column1",), 0, 0),
    }
    assert list(got.workbook.sheets) == ["my data", "behind", "last"]
    assert got.workbook.sheets["my data"].hidden_rows == {3}
    assert got.workbook.names == {("last", "one"): "last!$A$1"}  # the chart sheet before it counts, too
    assert got.cached == {"last!A1": 7.0}
    assert got.left_out == ("chart sheets",)


def test_macros_are_neither_run_nor_read(book: Book) -> None:
    types = """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
        <Override PartName="/xl/workbook.xml"
                  ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>"""
    extra = {"[Content_Types].xml": types, "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 not even a project"}
    got = contents(book("lesson.xlsm", extra=extra))
    assert got.workbook.sheets["basic"].cells == {"A1": 1.0}
    assert got.left_out == ("macros",)


def test_strict_open_xml_is_the_same_language(tmp_path: Path, book: Book) -> None:
    usual, strict = book(cells=row('<c r="A1"><f>1+1</f><v>2</v></c>')), tmp_path / "strict.xlsx"
    with zipfile.ZipFile(usual) as source, zipfile.ZipFile(strict, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name != "[Content_Types].xml":
                part = part.replace(
                    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                    b"http://purl.oclc.org/ooxml/spreadsheetml/main",
                ).replace(
                    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                    b"http://purl.oclc.org/ooxml/officeDocument/relationships",
                )
            target.writestr(name, part)
    assert contents(strict) == contents(usual)


def test_a_part_spelt_in_another_case_and_a_prefix_for_every_tag(book: Book) -> None:
    sheet = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        '<x:row><x:c><x:f>1+1</x:f><x:v>2</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )  # fmt: skip
    path = book(extra={"xl/worksheets/sheet1.xml": None, "xl/Worksheets/Sheet1.xml": sheet})
    assert contents(path).cached == {"basic!A1": 2.0}
    assert contents(path).workbook.sheets["basic"].cells == {"A1": Formula("=1+1")}


# --- damaged inside ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl/workbook.xml", None),
        ("xl/workbook.xml", "<workbook/>"),
        ("xl/worksheets/sheet1.xml", None),
        ("xl/_rels/workbook.xml.rels", None),
        ("[Content_Types].xml", "<Types"),
        ("xl/sharedStrings.xml", "<sst><si></sst>"),
        ("xl/metadata.xml", "<metadata"),
    ],
)
def test_a_damaged_part_is_one_sentence(book: Book, part: str, content: str | None) -> None:
    path = book("damaged.xlsx", extra={part: content})
    with pytest.raises(GradsheetError, match=r"damaged.xlsx.*open it in Excel and save it again$") as caught:
        read(path)
    assert "\n" not in str(caught.value)


def test_two_sheets_of_one_name(book: Book) -> None:
    workbook = """<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>
        <sheet name="basic" sheetId="1" r:id="rId1"/><sheet name="basic" sheetId="2" r:id="rId1"/>
        </sheets></workbook>"""
    with pytest.raises(GradsheetError, match=r"^.*twins.xlsx: .*open it in Excel and save it again$"):
        read(book("twins.xlsx", extra={"xl/workbook.xml": workbook}))


def test_contents_is_one_pass_for_both(book: Book) -> None:
    path = book(cells=row('<c r="A1"><f>1+1</f><v>2</v></c>'))
    assert contents(path) == Contents(read(path), cached(path), ())
