"""One submission: read, recognised, recalculated, judged, marked."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from gradsheet.address import qualified
from gradsheet.checking.diagnosis import Diagnosis
from gradsheet.checking.families import spoken
from gradsheet.checking.feedback import CellFeedback, Feedback, Verdict
from gradsheet.checking.find import formula_at, identity, lost_names, places
from gradsheet.checking.judge import Judge
from gradsheet.checking.key import shown
from gradsheet.checking.marks import Marks
from gradsheet.checking.messages import follows, message, right, said
from gradsheet.checking.own import numbers
from gradsheet.checking.policy import same
from gradsheet.checking.rules import rules_of
from gradsheet.checking.self_check import without_self_check
from gradsheet.checking.sheets import Sheets
from gradsheet.checking.spec import Exercise, spellings
from gradsheet.errors import GradsheetError
from gradsheet.formula.address import a1, unpack
from gradsheet.formula.cells import Error
from gradsheet.formula.context import calculating
from gradsheet.formula.plan import Plan
from gradsheet.workbook.gate import Limits
from gradsheet.workbook.read import Contents, contents


def check_file(
    path: str | os.PathLike[str], marks: Marks | None = None, learner: str | None = None, limits: Limits | None = None
) -> Feedback:
    """Check one submission; a file that cannot be graded says why, and is no error.

    Args:
        path: the workbook that was handed in.
        marks: weights of columns.
        learner: whose it must be, if that is known.
        limits: of the gate.
    """
    name = os.fspath(path)
    try:
        return _checked(name, contents(path, limits), marks or Marks(), learner)
    except GradsheetError as error:
        return Feedback(name, "ungradable", str(error).removeprefix(f"{name}: "))


def _checked(name: str, read: Contents, marks: Marks, learner: str | None) -> Feedback:
    exercise = identity(read.workbook)
    if learner is not None and exercise.learner.casefold() != learner.casefold():
        whose = f"it is {exercise.learner}'s exercise" if exercise.learner else "it is nobody's exercise in particular"
        raise GradsheetError(f"{whose}, not {learner}'s: hand in your own")
    with calculating(read.workbook):
        return judged(name, read, exercise, marks)


def judged(name: str, read: Contents, exercise: Exercise, marks: Marks) -> Feedback:
    """The feedback on a submission that is known to be this exercise."""
    rules = rules_of(exercise)
    plan = Plan(without_self_check(read.workbook), strict=False)
    where = places(plan, rules.key)
    if lost := lost_names(plan, where, rules.key):
        plan = Plan(replace(plan.workbook, names={**plan.workbook.names, **lost}), strict=False)
        where = places(plan, rules.key)
        where.notes.append("names of inputs led to a sheet that is gone: they were read as the inputs found by labels")
    inputs, points = numbers(exercise)
    judge = Judge(Sheets(rules, plan, where, rules.key.given(inputs, points)), exercise.blanks)
    diagnosis = Diagnosis(judge)
    cells: list[CellFeedback] = []
    columns: dict[str, list[Verdict]] = {}
    labels = spellings(exercise.experiment)
    for at in judge.answers:
        content = rules.key.contents[at]
        column = labels[content.table, content.column]
        one = _cell(diagnosis, at, column)
        cells.append(one)
        columns.setdefault(column, []).append("fragile" if at in diagnosis.filled else one.verdict)
    by_input = {at: name for name, at in rules.key.inputs.items()}
    for at in judge.changed:
        found = rules.key.contents.get(at)
        said = found.column if found else by_input.get(at) or rules.key.rows_of_points.get(at, (0, "row"))[1]
        cells.append(_cell(diagnosis, at, said))
    earned = marks.of(columns)
    notes = [*judge.places.notes, *_stale(judge, read)]
    return Feedback(
        name,
        "graded",
        "; ".join(notes),
        exercise.name,
        exercise.learner,
        round(sum(one for one, _ in earned.values()), 2),
        round(sum(weight for _, weight in earned.values()), 2),
        tuple(cells),
        earned,
    )


def _cell(diagnosis: Diagnosis, at: int, column: str) -> CellFeedback:
    judge = diagnosis.judge
    cell = judge.places.actual[at]
    verdict = diagnosis.verdicts[cell]
    sheet, where = _sheet(judge, cell), address(cell)
    expected = judge.sheets.rule_value(at) if at in judge.key.contents else judge.sheets.given[at]
    formula, shows = formula_at(judge.sheets.plan, sheet, where), (_value(expected), _value(judge.values.get(cell)))
    if verdict == "correct":
        return CellFeedback(sheet, where, column, verdict, None, (), formula, *shows, message=right(where))
    if verdict == "follow_on":
        because = tuple(label(judge, other) for other in judge.because.get(cell, ()))
        told = follows(where, because)
        return CellFeedback(sheet, where, column, verdict, None, because, formula, *shows, message=told)
    slugs = "+".join(diagnosis.slugs.get(cell, ())) or None
    one = CellFeedback(sheet, where, column, verdict, slugs, (), formula, *shows)
    content = judge.key.contents.get(at)
    called = spoken(judge.key.titles[content.table, content.column]) if content is not None else column
    return replace(one, message=message(one, lambda: said(judge.sheets, cell, at), called))


def address(cell: int) -> str:
    """A cell without its sheet."""
    _, row, column = unpack(cell)
    return a1(row, column)


def label(judge: Judge, cell: int) -> str:
    """A cell, with its sheet where that is not the exercise's."""
    sheet = _sheet(judge, cell)
    return address(cell) if sheet == judge.places.sheet else qualified(sheet, address(cell))


def _sheet(judge: Judge, cell: int) -> str:
    return judge.sheets.plan.scope.sheet_names[cell >> 36]


def _value(value: Any) -> float | bool | str | None:
    return None if value is None else shown(value)


def _stale(judge: Judge, read: Contents) -> list[str]:
    """Cells whose stored value is not what their formula gives."""
    found = []
    prefix = qualified(judge.places.sheet, "")
    for at in judge.key.contents:
        cell = judge.places.actual[at]
        stored = read.cached.get(prefix + address(cell))
        value = judge.values.get(cell)
        now = value.value if isinstance(value, Error) else value
        if stored is None or cell not in judge.sheets.plan.formulas or same(stored, now):
            continue
        if isinstance(stored, float) and isinstance(now, float) and abs(stored - now) <= 1e-6 * abs(now):
            continue
        found.append(address(cell))
    if not found:
        return []
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return [
        f"the file shows other numbers than its formulas give (in {', '.join(found[:3])}{more}); "
        "the formulas were computed again and count"
    ]
