"""How much stands in a part of a workbook: cells, how far they reach, formulas, texts; against the limits.

Two looks. The quick one runs a few searches over the bytes and only asks whether *anything* could be
amiss or unusual; nearly every part of nearly every workbook stops there, after a hundredth of the time
that parsing takes. The exact one reads the part with expat and decides, and it knows the cell.

The quick look may call an innocent part suspicious, never the other way round: a tag that it would
overlook (a namespace prefix, a comment, CDATA) makes the part suspicious.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.parsers import expat

from gradsheet import address
from gradsheet.errors import GradsheetError

_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What a workbook may hold at most; raise a limit for a workbook that you know and trust.

    Args:
        size: bytes of the file.
        entries: parts in its zip archive.
        part: bytes of one part, inflated.
        total: bytes of all parts, inflated.
        ratio: compressed over inflated size of a part, at least. Real sheets: 0.07 and more, measured.
        ratio_from: bytes of a part up to which its ratio does not matter.
        tags: in one part; a tree of them takes some 100 bytes each.
        cells: in all sheets together, empty cells that have a format included, and as many results of
            array formulas.
        extent: rows × columns of the rectangle from A1 to the last cell of a sheet that holds something.
            Whoever lays out a sheet as a rectangle dies of two cells, A1 and XFD1048576.
        formula: characters of a formula, Excel's own limit.
        nesting: levels of parentheses or signs in a formula, Excel's own limit.
        text: characters of a text, Excel's own limit.
        written: characters of all formulas, shared ones written out for each of their cells.

    Source: "Excel specifications and limits", support.microsoft.com; Apache POI's ZipSecureFile for the
    ratio and the number of entries.
    """

    size: int = 10 * _MEGABYTE
    entries: int = 1_000
    part: int = 50 * _MEGABYTE
    total: int = 100 * _MEGABYTE
    ratio: float = 0.01
    ratio_from: int = 100 * 1024
    tags: int = 2_500_000
    cells: int = 200_000
    extent: int = 20_000_000
    formula: int = 8_192
    nesting: int = 64
    text: int = 32_767
    written: int = 50 * _MEGABYTE


class ExcessError(Exception):
    """A part holds more than the limits allow; the message says what, where, and what to do."""


_CELL = re.compile(rb"<c[\s/>]")
_PREFIXED_CELL = re.compile(rb"<[^\s<>/:!?]+:c[\s/>]")
_PREFIXED_FORMULA = re.compile(rb"<[^\s<>/:!?]+:(?:f|definedName)[\s>]")
_REFERENCE = re.compile(rb'<c r="([A-Z]+)([1-9][0-9]*)"')
# No attribute holds a <, so [^<] ends at the next tag: no pattern here looks at a byte more than twice.
_FORMULA = re.compile(rb"<(?:f|definedName)[^<>]*>([^<]*)")
_FILLED = re.compile(rb'<f\s[^<]*?ref="([^"<]*)')
_SIGNS = re.compile(rb"[-+@\s]{20}")
_FUTURE = re.compile(r"_xl(?:fn|ws|pm|udf)\.")
_TOKEN = re.compile(r""""(?:[^"]|"")*"|'(?:[^']|'')*'|[({]|[)}]|[-+@\s]+|[^"'(){}\-+@\s]+|["']""")


def cells_in(part: bytes, limits: Limits) -> int:
    """Count the cells of a part in UTF-8 (0 where it is no sheet), having held all of it to the limits.

    Raises:
        ExcessError: something is too large; nothing was parsed that could hurt.

    Example:
        >>> sheet = b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>'
        >>> cells_in(sheet, Limits())
        1
        >>> cells_in(sheet.replace(b"A1", b"XFD1048576"), Limits())
        Traceback (most recent call last):
        ...
        gradsheet.workbook.measure.ExcessError: cell XFD1048576 lies too far out: delete what stands there...
    """
    if part.count(b"<") > limits.tags:
        raise ExcessError(f"more than {limits.tags:,} tags are too many: hand in a smaller workbook")
    is_sheet = b"sheetData" in part
    if not is_sheet and b"definedName" not in part and b"si>" not in part:
        return 0
    cells = len(_CELL.findall(part)) if is_sheet else 0
    if b":c" in part:
        cells += len(_PREFIXED_CELL.findall(part))
    if cells > limits.cells:
        raise ExcessError(_too_many(cells, limits))
    if _suspicious(part, cells, limits):
        _Exact(limits).read(part)
    return cells


def _too_many(cells: int, limits: Limits) -> str:
    return f"{cells:,} cells are too many (at most {limits.cells:,}): hand in a smaller workbook"


def _suspicious(part: bytes, cells: int, limits: Limits) -> bool:
    """Whether the exact look is needed."""
    # Comments, CDATA and processing instructions could cut a formula or a text in two, or hide one.
    if b"<!" in part or part.find(b"<?", 1) > 0:
        return True
    if b":f" in part and _PREFIXED_FORMULA.search(part):
        return True
    references = _REFERENCE.findall(part)
    if len(references) < cells:
        return True
    if references:
        columns, rows = map(set, zip(*references, strict=True))
        last_row, last = max(map(int, rows)), max(columns, key=lambda name: (len(name), name))
        if last_row > address.MAX_ROW or (len(last), last) > (3, b"XFD"):
            return True
        if last_row * address.column(last.decode()) > limits.extent:
            return True
    formulas = _FORMULA.findall(part)
    if max(map(len, formulas), default=0) > min(limits.nesting, limits.formula):
        for text in [text for text in formulas if len(text) > min(limits.nesting, limits.formula)]:
            if len(text) > limits.formula or text.count(b"(") + text.count(b"{") > limits.nesting:
                return True
            if _SIGNS.search(text):
                return True
    if part.count(b"ref") > part.count(b'ref="'):  # spelt otherwise, or in a text
        return True
    if formulas and any(_area(ref.decode("utf-8", "replace")) > limits.cells for ref in _FILLED.findall(part)):
        return True
    # A text beyond the limit fills at least one of these blocks without a tag.
    block = max(limits.text // 2, 1)
    if any(part.find(b"<", at, at + block) < 0 for at in range(0, len(part) - block, block)):
        return True
    return any(len(text) > limits.text for end in (b"</si>", b"</is>") if end in part for text in part.split(end))


def _area(reference: str) -> float:
    """Cells in a range; more than any limit where it is no range."""
    try:
        rows, columns = address.parse_range(reference).shape
    except GradsheetError:
        return float("inf")
    return rows * columns


def nesting(formula: str) -> int:
    """Levels of parentheses, braces and signs, texts and quoted names left out.

    Signs count because ``=------A1`` nests as deeply as parentheses do, in any parser.

    Example:
        >>> nesting("IF(A1>0,MAX(A1,B1),0)"), nesting('"((("&A1'), nesting("---A1")
        (2, 0, 3)
    """
    depth = deepest = 0
    for token in _TOKEN.findall(formula):
        if token in "({":
            depth += 1
        elif token in ")}":
            depth -= 1
        signs = sum(map(token.count, "-+@")) if token[0] in "-+@ \n\t\r" else 0
        deepest = max(deepest, depth + signs)
    return deepest


class _Exact:
    """Reads a part with expat, without a tree; keeps only where it stands and what it is collecting."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.row = self.column = 0
        self.last_row = self.last_column = 0
        self.filled = 0.0
        self.text: list[str] | None = None
        self.in_string = False
        self.length = 0

    def read(self, part: bytes) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.buffer_text = True
        try:
            parser.Parse(part, True)
        except expat.ExpatError as problem:
            raise ExcessError(
                f"a part of the file is damaged ({problem}): open it in Excel and save it again"
            ) from problem

    @property
    def here(self) -> str:
        return f"cell {address.Cell(self.row, self.column)}" if self.row else "a defined name or text"

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "row":
            self.row, self.column = self.place(attributes.get("r"), self.row + 1), 0
        elif name == "c":
            self.cell(attributes.get("r"))
        elif name in ("v", "f", "is", "definedName"):
            self.occupy()
            self.text = []
            if name == "f" and attributes.get("t") in ("array", "dataTable"):
                self.fill(attributes.get("ref", ""))
        elif name == "si":
            self.text = []

    def place(self, number: str | None, following: int) -> int:
        if number is None:
            return following
        if not number.isdecimal() or not 1 <= int(number) <= address.MAX_ROW:
            raise ExcessError(f"there is no row {number[:20]!r}: open it in Excel and save it again")
        return int(number)

    def cell(self, reference: str | None) -> None:
        if reference is None:
            self.row, self.column = max(self.row, 1), self.column + 1
        else:
            try:
                self.row, self.column = address.parse_cell(reference)
            except GradsheetError as problem:
                raise ExcessError(
                    f"there is no cell {reference[:20]!r}: open it in Excel and save it again"
                ) from problem
        if self.column > address.MAX_COLUMN:
            raise ExcessError(f"row {self.row} has too many cells: open it in Excel and save it again")

    def occupy(self) -> None:
        """The cell holds something; only then does it count for the extent."""
        self.last_row = max(self.last_row, self.row)
        self.last_column = max(self.last_column, self.column)
        if self.last_row * self.last_column > self.limits.extent:
            raise ExcessError(
                f"{self.here} lies too far out: delete what stands there, or move it nearer to A1, and save again"
            )

    def fill(self, reference: str) -> None:
        self.filled += _area(reference)
        if self.filled > self.limits.cells:
            raise ExcessError(f"{self.here} fills {reference[:40]!r}, too many cells: use a smaller range")

    def characters(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if self.text is None or name not in ("v", "f", "is", "si", "definedName"):
            return
        text, self.text = "".join(self.text), None
        if name not in ("f", "definedName"):
            if len(text) > self.limits.text:
                raise ExcessError(
                    f"{self.here} holds a text of {len(text):,} characters (at most {self.limits.text:,}): shorten it"
                )
            return
        # The prefixes of newer functions stand in the file only, and do not count in Excel either.
        if len(text) > self.limits.formula and len(_FUTURE.sub("", text)) > self.limits.formula:
            raise ExcessError(
                f"{self.here} holds a formula of {len(text):,} characters (at most {self.limits.formula:,}):"
                " split it over several cells"
            )
        if (deep := nesting(text)) > self.limits.nesting:
            raise ExcessError(
                f"{self.here} holds a formula nested {deep} levels deep (at most {self.limits.nesting}):"
                " split it over several cells"
            )
