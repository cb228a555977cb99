"""The submission again, annotated: colours and notes at its cells, a summary before its sheets.

The original is read once more and never written to; its charts, names and protection are in the copy, too.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path

from gradsheet.address import qualified
from gradsheet.checking.feedback import WORDS, Feedback, Verdict
from gradsheet.checking.self_check import COLOURS
from gradsheet.formula.address import a1, unpack
from gradsheet.formula.cells import Error
from gradsheet.formula.context import calculating
from gradsheet.formula.evaluation import evaluate
from gradsheet.formula.plan import Plan
from gradsheet.report.said_once import alike, runs, where
from gradsheet.workbook.annotated import Front, Text, write_annotated
from gradsheet.workbook.looks import Look
from gradsheet.workbook.read import contents
from gradsheet.workbook.recalculated import Value

FILLS: Mapping[Verdict, str] = {
    "correct": "C9EBD3",
    "follow_on": "CFE6F5",
    "fragile": "FFE9A8",
    "hard_coded": "FFD9A0",
    "wrong": "FFC4BC",
    "missing": "E3D3F2",
    "unreadable": "F5B5C8",
}
_RANK: Mapping[Verdict, int] = {"follow_on": 1, "correct": 2}


def annotate(feedback: Feedback, folder: str | os.PathLike[str] | None = None) -> Path | None:
    """Write ``NAME.feedback.xlsx`` beside a submission, or in a folder.

    Args:
        feedback: on a submission that could be graded; for any other nothing is written.
        folder: where to; beside the submission where not given.

    Returns:
        The file, or None where nothing could be annotated.

    Raises:
        GradsheetError: the file cannot be read any more, or the copy cannot be written.
    """
    if feedback.status != "graded":
        return None
    source = Path(feedback.file)
    path = (Path(folder) if folder is not None else source.parent) / f"{source.stem}.feedback.xlsx"
    held = contents(source)  # through the gate once more: the file may be another by now
    with calculating(held.workbook):
        plan = Plan(held.workbook, strict=False)
        found = evaluate(plan)
    values: dict[str, dict[str, Value]] = {}
    for key, value in found.items():
        known = isinstance(value, float | bool | str | Error) and key not in found.unsupported
        if key in plan.formulas and known and not (isinstance(value, float) and not math.isfinite(value)):
            sheet, row, column = unpack(key)
            values.setdefault(plan.scope.sheet_names[sheet], {})[a1(row, column)] = value
    fills: dict[str, dict[str, str]] = {}
    notes: dict[str, dict[str, str]] = {}
    for run in runs(feedback.cells):
        for one in run:
            fills.setdefault(one.sheet, {})[one.cell] = FILLS[one.verdict]
        if run[0].verdict != "correct":
            notes.setdefault(run[0].sheet, {})[run[0].cell] = run[0].message
    return write_annotated(
        source, path, fills=fills, notes=notes, values=values, front=_summary(feedback), hiding=COLOURS
    )


def _summary(feedback: Feedback) -> Front:
    """What is said, in front of the sheets: what is to be mended first."""
    who = f"{feedback.learner}, " if feedback.learner else ""
    plain, wrapped, head = Look(), Look(wrap=True), Look(bold=True)
    rows: list[tuple[float, list[Text]]] = [
        (28, [Text(f"{who}{feedback.exercise}", Look(size=18, bold=True))]),
        (20, [Text(f"{feedback.score:g} of {feedback.max_score:g}", Look(size=13))]),
    ]
    if feedback.reason:
        rows.append((0, [Text(f"Note: {feedback.reason}.", plain)]))
    rows += [(0, []), (0, [Text(word, head) for word in ("cells", "verdict", "what is said", "column")])]
    for same in sorted(alike(feedback.cells), key=lambda same: _RANK.get(same[0].verdict, 0)):
        first = same[0]
        told = first.message.partition(": ")[2]
        told = told[:1].upper() + told[1:]
        cells = [
            Text(where(same), Look(colour="0B57D0"), qualified(first.sheet, first.cell)),
            Text(WORDS[first.verdict].partition(",")[0], Look(fill=FILLS[first.verdict])),
            Text(told, wrapped),
            Text(first.column, plain),
        ]
        rows.append((15.5 * (1 + len(told) // 95), cells))
    rows += [(0, []), (0, [Text("This is a copy: your own file is as you handed it in.", Look(colour="5B6472"))])]
    return Front("feedback", (30, 24, 92, 16), rows)
