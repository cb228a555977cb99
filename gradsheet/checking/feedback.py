"""What a checker says: a verdict for each cell, a result for each submission. Plain data, and its JSON."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Verdict = Literal["correct", "hard_coded", "wrong", "follow_on", "fragile", "missing", "unreadable"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
FINE: tuple[Verdict, ...] = ("correct", "follow_on")

WORDS: dict[Verdict, str] = {
    "correct": "right",
    "hard_coded": "typed in",
    "wrong": "wrong",
    "follow_on": "right in itself, an earlier cell is not",
    "fragile": "right only here, breaks when inputs change",
    "missing": "still open",
    "unreadable": "cannot be read",
}


@dataclass(frozen=True)
class CellFeedback:
    """What is said of one cell.

    Attributes:
        sheet: as it is called in the submission.
        cell: its address there.
        column: the exercise's name of its column; of an input or example that was changed, its name.
        verdict: one of seven.
        mistake: a slug of the catalogue of mistakes, where one was recognised; several are joined by ``+``.
        because: for `follow_on`, the nearest cells that are not right.
        formula: what the learner wrote.
        expected: what the rule gives on the learner's own cells.
        actual: what the learner's cell computes.
        message: for the learner; it names the cell first.
    """

    sheet: str
    cell: str
    column: str
    verdict: Verdict
    mistake: str | None = None
    because: tuple[str, ...] = ()
    formula: str | None = None
    expected: float | bool | str | None = None
    actual: float | bool | str | None = None
    message: str = ""

    def to_json(self) -> dict[str, Any]:
        """As in the contract of ``--format json``."""
        return {
            "sheet": self.sheet,
            "cell": self.cell,
            "column": self.column,
            "verdict": self.verdict,
            "mistake": self.mistake,
            "because": list(self.because),
            "formula": self.formula,
            "expected": _plain(self.expected),
            "actual": _plain(self.actual),
            "message": self.message,
        }


@dataclass(frozen=True)
class Feedback:
    """What is said of one submission.

    Attributes:
        file: as it was given.
        status: ``graded``, or ``ungradable``, which costs no mark by itself.
        reason: why it could not be graded, and what to do; for a graded one, what the checker wants to be known.
        exercise: the experiment's name.
        learner: whose it is.
        score: marks, out of `max_score`.
        max_score: of all open columns.
        cells: every open cell, and given cells that were changed.
        marks: what each column earned, of how much.
    """

    file: str
    status: Literal["graded", "ungradable"]
    reason: str = ""
    exercise: str = ""
    learner: str = ""
    score: float = 0.0
    max_score: float = 0.0
    cells: tuple[CellFeedback, ...] = ()
    marks: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether everything is right."""
        return self.status == "graded" and all(cell.verdict == "correct" for cell in self.cells)

    @property
    def counts(self) -> Counter[Verdict]:
        """How often each verdict was given."""
        return Counter(cell.verdict for cell in self.cells)

    def to_json(self) -> dict[str, Any]:
        """As in the contract of ``--format json``."""
        return {
            "file": self.file,
            "status": self.status,
            "reason": self.reason,
            "exercise": self.exercise,
            "learner": self.learner,
            "score": self.score,
            "max_score": self.max_score,
            "cells": [cell.to_json() for cell in self.cells],
        }


def _plain(value: object) -> object:
    """A value that strict JSON holds."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
