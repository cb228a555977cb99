"""What came out: the cell before and after, the changed cells, how every start fared."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Start:
    """One start's search: the cell's value where it began and at its best, None for an error."""

    before: float | None
    after: float | None
    iterations: int
    message: str


@dataclass(frozen=True)
class Held:
    """A condition, its left side's value at the solution, and whether it holds."""

    text: str
    value: float | None
    met: bool


@dataclass(frozen=True)
class Solution:
    """A solved workbook.

    Args:
        workbook: the file's name.
        cell: the cell that was made small, large, or equal to `aim`.
        goal: ``minimize``, ``maximize`` or ``value``.
        aim: the value sought, for the goal ``value``.
        method: what searched.
        before: the cell's value with the workbook's own numbers, None where it shows an error.
        stored: the value that the file has stored for it, which is Excel's; None where it has none.
        after: its value at the solution.
        gradient_norm: the Euclidean norm of the gradient there, None where there is no gradient.
        cells: the changing cells, with their values before and after.
        starts: every start, the workbook's own first.
        winner: which of them is the solution, from 1.
        conditions: what had to hold.
        evaluations: how many points were calculated.
        seconds: how long it took.
        interrupted: whether Ctrl-C ended it.
        notes: one sentence each.
        changes: what every calculated cell shows at the solution; for a copy of the workbook.
    """

    workbook: str
    cell: str
    goal: str
    aim: float | None
    method: str
    before: float | None
    stored: float | str | bool | None
    after: float | None
    gradient_norm: float | None
    cells: dict[str, tuple[float, float]]
    starts: list[Start]
    winner: int
    conditions: list[Held]
    evaluations: int
    seconds: float
    interrupted: bool
    notes: list[str]
    changes: dict[str, Any] = field(repr=False, default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether there is a value, every condition holds, and a value sought is reached to 1e-9 of its size."""
        if self.after is None or not all(one.met for one in self.conditions):
            return False
        return self.aim is None or abs(self.after - self.aim) <= 1e-9 * max(1.0, abs(self.aim))

    def to_json(self) -> dict[str, Any]:
        """The contract of docs/json.md."""
        return {
            "workbook": self.workbook,
            "cell": self.cell,
            "goal": self.goal,
            "aim": self.aim,
            "method": self.method,
            "ok": self.ok,
            "before": self.before,
            "stored": self.stored,
            "after": self.after,
            "gradient_norm": self.gradient_norm,
            "cells": [{"cell": n, "before": a, "after": b} for n, (a, b) in self.cells.items()],
            "conditions": [{"condition": c.text, "value": c.value, "met": c.met} for c in self.conditions],
            "winner": self.winner,
            "starts": [
                {"before": s.before, "after": s.after, "iterations": s.iterations, "message": s.message}
                for s in self.starts
            ],
            "evaluations": self.evaluations,
            "seconds": round(self.seconds, 3),
            "interrupted": self.interrupted,
            "notes": list(self.notes),
        }


def shown(value: float) -> float | None:
    """A value as a cell shows it: None where it is no finite number."""
    return float(value) if math.isfinite(value) else None
