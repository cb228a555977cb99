"""Feedback in the terminal, and as a CSV of the class."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from gradsheet.checking.feedback import FINE, WORDS, CellFeedback, Feedback
from gradsheet.report.said_once import alike, where
from gradsheet.report.terminal import number

COLOURS = {
    "correct": "green",
    "follow_on": "cyan",
    "fragile": "yellow",
    "hard_coded": "yellow",
    "wrong": "red",
    "missing": "magenta",
    "unreadable": "red",
}
CLASS_COLUMNS = (
    "file", "learner", "exercise", "status", "score", "max_score", "right", "follow_on", "wrong", "mistakes", "reason",
)  # fmt: skip


def show_feedback(feedback: Feedback, console: Console) -> None:
    """One submission for a person: what is not right cell by cell; what follows and what is right in a line each."""
    who = f"{escape(feedback.learner)}, " if feedback.learner else ""
    console.print(f"[bold]{escape(Path(feedback.file).name)}[/bold]")
    if feedback.status == "ungradable":
        console.print(Padding(Text(f"not graded: {feedback.reason}", style="yellow"), (0, 0, 1, 2)))
        return
    console.print(f"  {who}{feedback.exercise}: {number(feedback.score)} of {number(feedback.max_score)}")
    if feedback.reason:
        console.print(Padding(Text(f"Note: {feedback.reason}.", style="dim"), (0, 0, 0, 2)))
    right, following = [], []
    for column, group in groupby(feedback.cells, key=lambda c: c.column):
        cells = list(group)
        if any(cell.verdict not in FINE for cell in cells):
            _show_column(column, cells, console)
        elif any(cell.verdict == "follow_on" for cell in cells):
            following.append((column, next(cell for cell in cells if cell.verdict == "follow_on")))
        else:
            right.append(column)
    if following:
        causes = list(dict.fromkeys(cause for _, cell in following for cause in cell.because))
        told = (
            f"right in {'itself' if len(following) == 1 else 'themselves'}: {', '.join(c for c, _ in following)} "
            f"(off because of {' and '.join(causes[:3])}{' …' * (len(causes) > 3)}; will follow when that is mended)"
        )
        console.print(Padding(Text(told, style=COLOURS["follow_on"]), (0, 0, 0, 2)))
    if right:
        told = "all right" if len(right) == len(feedback.marks) else f"right: {', '.join(right)}"
        console.print(Padding(Text(told, style=COLOURS["correct"]), (0, 0, 0, 2)))
    console.print()


def _show_column(column: str, cells: Sequence[CellFeedback], console: Console) -> None:
    """What is not right in a column, cell by cell."""
    console.print(Text(f"  {column}", style="bold"))
    for same in alike(cells):
        one = same[0]
        if one.verdict in FINE:
            continue
        line = Text.assemble(
            (where(same), f"bold {COLOURS[one.verdict]}"), f" {WORDS[one.verdict]}: {one.message.partition(': ')[2]}"
        )
        console.print(Padding(line, (0, 0, 0, 4)))


def class_rows(found: Sequence[Feedback]) -> list[list[object]]:
    """A row for each submission."""
    rows: list[list[object]] = []
    for one in found:
        slugs = sorted({slug for cell in one.cells if cell.mistake for slug in cell.mistake.split("+")})
        counts = one.counts
        wrong = sum(n for verdict, n in counts.items() if verdict not in ("correct", "follow_on"))
        graded = one.status == "graded"
        rows.append(
            [
                one.file, one.learner, one.exercise, one.status, one.score if graded else None,
                one.max_score if graded else None, counts["correct"], counts["follow_on"], wrong,
                " ".join(slugs), one.reason,
            ]
        )  # fmt: skip
    return rows
