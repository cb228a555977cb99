"""The submission again, annotated: colours and notes at its cells, a summary before its sheets.

The original is read once more and never written to. Charts and pictures stay with the original: the library that copies
the workbook does not carry them over.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from gradsheet.address import qualified
from gradsheet.checking.feedback import WORDS, Feedback, Verdict
from gradsheet.errors import GradsheetError
from gradsheet.formula.cells import Error
from gradsheet.formula.context import calculating
from gradsheet.formula.evaluation import evaluate
from gradsheet.formula.plan import Plan
from gradsheet.report.said_once import alike, runs, where
from gradsheet.workbook.exact import whole_or_not_at_all
from gradsheet.workbook.read import contents

FILLS: Mapping[Verdict, str] = {
    "correct": "C9EBD3",
    "follow_on": "CFE6F5",
    "fragile": "FFE9A8",
    "hard_coded": "FFD9A0",
    "wrong": "FFC4BC",
    "missing": "E3D3F2",
    "unreadable": "F5B5C8",
}
_LINE = re.compile(rb'<c r="([A-Z]+\d+)"([^>]*)><f>(.*?)</f><v ?/?>(?:</v>)?</c>', re.DOTALL)


def annotate(feedback: Feedback, folder: str | os.PathLike[str] | None = None) -> Path | None:
    """Write ``NAME.feedback.xlsx`` beside a submission, or in a folder.

    Args:
        feedback: on a submission that could be graded; for any other nothing is written.
        folder: where to; beside the submission where not given.

    Returns:
        The file, or None where nothing could be annotated.

    Raises:
        GradsheetError: the file cannot be written, or the library that copies it cannot read it.
    """
    if feedback.status != "graded":
        return None
    source = Path(feedback.file)
    path = (Path(folder) if folder is not None else source.parent) / f"{source.stem}.feedback.xlsx"
    held = contents(source)  # through the gate once more: the file may be another by now
    import openpyxl

    try:
        book = openpyxl.load_workbook(source)
    except Exception as problem:
        raise GradsheetError(f"{source} cannot be annotated ({problem}): its feedback is in the report") from None
    _mark(book, feedback)
    _summary(book, feedback)
    with calculating(held.workbook):
        plan = Plan(held.workbook, strict=False)
        values = {plan.label(key): value for key, value in evaluate(plan).items() if key in plan.formulas}
    with whole_or_not_at_all(path) as draft:
        book.save(draft)
        _fill_in(draft, [one.title for one in book.worksheets], values)
    return path


def _mark(book: Any, feedback: Feedback) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    fills = {verdict: PatternFill("solid", start_color=colour) for verdict, colour in FILLS.items()}
    for run in runs(feedback.cells):
        for one in run:
            book[one.sheet][one.cell].fill = fills[one.verdict]
        first = run[0]
        if first.verdict != "correct":
            note = Comment(first.message, "gradsheet", height=150, width=320)
            book[first.sheet][first.cell].comment = note


def _summary(book: Any, feedback: Feedback) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.worksheet.properties import PageSetupProperties

    taken = {one.title.casefold() for one in book.worksheets}
    title = next(t for t in ("feedback", *(f"feedback {i}" for i in range(2, 99))) if t not in taken)
    sheet = book.create_sheet(title, 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    sheet.sheet_view.showGridLines = False
    for letter, width in zip("ABCD", (30, 24, 92, 14), strict=True):
        sheet.column_dimensions[letter].width = width

    def put(row: int, column: int, value: object, **look: Any) -> Any:
        cell = sheet.cell(row, column)
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"  # text stays text, whatever it begins with
        cell.font = Font(name="Calibri", size=look.get("size", 11), bold=look.get("bold", False))
        cell.alignment = Alignment(vertical="top", wrap_text=look.get("wrap", False))
        return cell

    who = f"{feedback.learner}, " if feedback.learner else ""
    sheet.row_dimensions[1].height = 28
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    put(1, 1, f"{who}{feedback.exercise}", size=18, bold=True)
    put(2, 1, f"{feedback.score:g} of {feedback.max_score:g}", size=13)
    row = 3
    if feedback.reason:
        put(row, 1, feedback.reason)
        row += 1
    row += 1
    for column, text in enumerate(("cells", "verdict", "what is said", "column"), 1):
        put(row, column, text, bold=True)
    for same in alike(feedback.cells):
        row += 1
        first = same[0]
        cell = put(row, 1, where(same))
        cell.hyperlink = f"#{qualified(first.sheet, first.cell)}"
        put(row, 2, WORDS[first.verdict].partition(",")[0], wrap=True).fill = PatternFill(
            "solid", start_color=FILLS[first.verdict]
        )
        told = first.message.partition(": ")[2]
        put(row, 3, told, wrap=True)
        sheet.row_dimensions[row].height = 15.5 * (1 + len(told) // 95)
        put(row, 4, first.column)
    put(row + 2, 1, "This is a copy: your own file is as you handed it in. Its charts are there.")


def _fill_in(path: Path, titles: list[str], values: Mapping[str, Any]) -> None:
    """What the formulas compute, for viewers that do not compute: openpyxl writes formulas bare."""
    with zipfile.ZipFile(path) as archive:
        parts = [(item, archive.read(item)) for item in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for item, part in parts:
            found = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", item.filename)
            if found:
                part = _LINE.sub(partial(_with_value, titles[int(found[1]) - 1], values), part)
            archive.writestr(item, part)


def _with_value(title: str, values: Mapping[str, Any], match: re.Match[bytes]) -> bytes:
    value = values.get(f"{title}!{match[1].decode()}")
    kind = {bool: "b", str: "str", Error: "e"}.get(type(value), "")
    if value is None:
        return match[0]
    text = str(int(value)) if kind == "b" else repr(value) if isinstance(value, float) else escape(str(value))
    attributes = re.sub(rb' t="\w+"', b"", match[2]) + (f' t="{kind}"'.encode() if kind else b"")
    return b'<c r="%b"%b><f>%b</f><v>%b</v></c>' % (match[1], attributes, match[3], text.encode())
