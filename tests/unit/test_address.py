"""Addresses: the round trips, and spellings whose reading Excel's documentation fixes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import column_index_from_string, get_column_letter, quote_sheetname

from gradsheet import address
from gradsheet.address import MAX_COLUMN, MAX_ROW, Cell, Range
from gradsheet.errors import GradsheetError

columns = st.integers(1, MAX_COLUMN)
cells = st.builds(Cell, st.integers(1, MAX_ROW), columns)
# What Excel allows in a sheet's name: 1 to 31 characters, none of these seven, no quote at either end.
sheets = st.text(
    st.characters(codec="utf-8", exclude_characters="[]:*?/\\", exclude_categories=["Cc", "Cs"]),
    min_size=1,
    max_size=31,
).filter(lambda name: not name.startswith("'") and not name.endswith("'"))


@given(columns)
def test_column_letters_agree_with_openpyxl(number: int) -> None:
    assert address.letters(number) == get_column_letter(number)
    assert address.column(address.letters(number)) == number == column_index_from_string(get_column_letter(number))


@given(sheets, cells)
def test_a_qualified_cell_comes_back(sheet: str, cell: Cell) -> None:
    assert address.split(address.qualified(sheet, cell)) == (sheet, str(cell))
    assert address.parse_cell(str(cell)) == cell


@given(cells, cells)
def test_a_range_comes_back_whichever_corners_are_named(one: Cell, other: Cell) -> None:
    rectangle = address.parse_range(f"{one}:{other}")
    assert rectangle.holds(one)
    assert rectangle.holds(other)
    assert address.parse_range(str(rectangle)) == rectangle


@given(sheets)
def test_quotes_wherever_openpyxl_would_need_none_to_read_it_back(sheet: str) -> None:
    assert address.quoted(sheet) in (sheet, quote_sheetname(sheet))


@pytest.mark.parametrize(
    ("sheet", "spelt"),
    [
        ("basic", "basic"),
        ("Übung_1.a", "Übung_1.a"),
        ("2 neurons", "'2 neurons'"),
        ("R1C1", "'R1C1'"),  # these read as cells, so Excel quotes them
        ("rc", "'rc'"),
        ("D1", "'D1'"),
        ("TRUE", "'TRUE'"),
        ("RNN 'wide'", "'RNN ''wide'''"),
        ("a!b", "'a!b'"),
    ],
)
def test_quoting_as_excel_does_it(sheet: str, spelt: str) -> None:
    assert address.qualified(sheet, "A1") == f"{spelt}!A1"


@pytest.mark.parametrize("wrong", ["", "F", "33", "F0", "FF0", "XFE1", "A1048577", "A1:B2", "ABCD1", "A-1", "A１"])
def test_what_is_no_cell_is_refused_by_name(wrong: str) -> None:
    with pytest.raises(GradsheetError, match=r"F33|XFD"):
        address.parse_cell(wrong)


@pytest.mark.parametrize("wrong", ["!A1", "basic!", "'basic!A1", "ba'sic!A1", "''!A1"])
def test_an_address_without_sheet_or_cell_is_refused(wrong: str) -> None:
    with pytest.raises(GradsheetError, match="basic!F33"):
        address.split(wrong)


@pytest.mark.parametrize(("text", "whole"), [("B:B", "B1:B1048576"), ("$2:$3", "A2:XFD3"), ("B3:A1", "A1:B3")])
def test_whole_columns_rows_and_swapped_corners(text: str, whole: str) -> None:
    assert str(address.parse_range(text)) == whole


@pytest.mark.parametrize("wrong", ["A1:", ":B3", "A:3", "A1:B0", "A1:B2:C3", "1:A"])
def test_what_is_no_range_is_refused(wrong: str) -> None:
    with pytest.raises(GradsheetError, match=r"A1:B3|F33|XFD"):
        address.parse_range(wrong)


def test_cells_come_row_by_row() -> None:
    assert list(address.cells_of("A1:B2")) == [Cell(1, 1), Cell(1, 2), Cell(2, 1), Cell(2, 2)]
    assert Range(Cell(1, 1), Cell(2, 3)).shape == (2, 3)
