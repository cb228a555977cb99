"""The first sheet, which says what to do, and the last one, hidden, which says what the file is."""

from __future__ import annotations

from typing import Any

from gradsheet.checking.page import LockedFormats
from gradsheet.checking.spec import Exercise
from gradsheet.workbook.style import INK, MUTED, ROLES

INSTRUCTIONS, IDENTITY, NAME = "instructions", "gradsheet", "gradsheet_exercise"

_READING = {
    "rows": "A row reads the row above it. The first row of a pass has none: there the cell that enters the pass is "
    "meant, which stands in the table of passes to the right. So a pass needs a formula for its first row and another "
    "for the rest, filled down to the pass's end.",
    "batches": "All rows of a pass are computed with the weights that stand in its row of the table of passes, to the "
    "right. The gradient of the pass and its new weights stand there, too, and the next pass begins with those.",
    "images": "A pass is a block. Its weights stand over the images, each over the pixels that it belongs to; the "
    "gradients and the new weights stand under them. Formulas are filled down from image to image, and to the right "
    "from pixel to pixel. The next block begins with the new weights of this one.",
}
"""How a table is read, which depends on where its weights stand."""


def write_instructions(book: Any, f: LockedFormats, exercise: Exercise, solved: bool, self_check: bool) -> None:
    """What to do, what the colours mean, how to hand it in, and the code of the exercise."""
    e, sheet = exercise.experiment, book.sheet(INSTRUCTIONS)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 2.5)
    sheet.set_column(1, 1, 20)
    sheet.set_column(2, 2, 84)
    sheet.write_string(0, 1, f"{e.title}: {'the key' if solved else 'an exercise'}", f.title())
    sheet.set_row(0, 32)
    sheet.write_string(1, 1, e.purpose, f.purpose())
    what = "columns and lines" if e.model.wide else "columns"
    what = what if "," in exercise.asked else "column"
    steps = [
        f"On the sheet '{e.name}' the {what} {exercise.asked} {'is' if what == 'column' else 'are'} left open: fill "
        "the framed cells with formulas. Everything else is there and computes.",
        "Write formulas, not results: a right number that is typed in does not count. Refer to cells; $C$7 or the name "
        "of an input are both fine, and so is any formula that computes the same.",
        _READING["images" if e.model.wide else "rows" if e.batch == "row" else "batches"],
        "Point at a header for a hint: it names what goes in, not how.",
        "Save as .xlsx and hand the file in. Do not rename headers or sheets; the code below says whose it is.",
    ]
    if self_check:
        steps.insert(3, "A cell turns green when its number is right and red while it is not.")
    sheet.write_string(3, 1, "What to do", f.heading())
    for i, text in enumerate(steps):
        sheet.write_number(4 + i, 1, i + 1, f(align="right", valign="top", indent=1, font_color=MUTED))
        sheet.write_string(4 + i, 2, text, f.text(font_size=11))
        sheet.set_row(4 + i, 8 + 15 * (1 + len(text) // 88))
    row = 5 + len(steps)
    sheet.write_string(row, 1, "What the colours mean", f.heading())
    legend: list[tuple[Any, str, str]] = [
        (f.answer(align="center", locked=True), "yours", "to be filled with a formula"),
        (f.input(align="center"), "given", "an input or an example: leave it as it is"),
    ]
    roles = dict.fromkeys(c.role for c in e.steps if c.role != "data")
    for role in roles:
        look = ROLES[role]
        legend.append((f(bg_color=look.tint, align="center"), look.word, "a column of that kind"))
    for i, (style, word, meaning) in enumerate(legend):
        sheet.write_string(row + 1 + i, 1, word, style)
        sheet.write_string(row + 1 + i, 2, meaning, f(indent=1))
    row += 2 + len(legend)
    sheet.write_string(row, 1, "This exercise", f.heading())
    sheet.write_string(row + 1, 1, "learner", f(font_color=MUTED))
    sheet.write_string(row + 1, 2, exercise.learner or "anyone", f(indent=1))
    sheet.write_string(row + 2, 1, "code", f(font_color=MUTED))
    sheet.write_string(row + 2, 2, exercise.code, f(indent=1, font_size=9, font_color=INK))
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.protect("")
    sheet.activate()
    sheet.set_first_sheet()


def write_identity(book: Any, exercise: Exercise) -> None:
    """The code again, on a hidden sheet and as a name of the workbook."""
    sheet = book.sheet(IDENTITY)
    sheet.write_string(0, 0, exercise.code)
    sheet.hide()
    sheet.protect("")
    text = exercise.code.replace('"', '""')
    if len(text) <= 250:
        book.define_name(NAME, f'="{text}"')
