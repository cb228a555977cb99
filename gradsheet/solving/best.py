"""The best point so far of every start, whatever ends the search."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gradsheet.solving.problem import TOLERANCE, Point, Problem

Array = NDArray[np.float64]
Say = Callable[[str], None]


class Best:
    """Answers the optimisers' questions and remembers, for each start, the best point that it has seen.

    Args:
        problem: what is solved.
        points: the starts, a row each.
        say: is told how far it is.
    """

    def __init__(self, problem: Problem, points: Array, say: Say | None = None) -> None:
        self.problem = problem
        self.points = points.copy()
        self.values = np.full(len(points), math.inf)
        self.broken = np.full(len(points), math.inf)
        self.rounds = 0
        self._say = say

    def note(self, start: int, point: Array, value: float, broken: float = 0.0) -> None:
        """Keeps a point if it is better: one that meets the conditions, then one with a smaller value."""
        if not math.isfinite(value):
            return
        before = (self.broken[start] > TOLERANCE, self.broken[start] if self.broken[start] > TOLERANCE else 0.0)
        now = (broken > TOLERANCE, broken if broken > TOLERANCE else 0.0)
        if (now, value) < (before, self.values[start]):
            self.points[start], self.values[start], self.broken[start] = point, value, broken

    def with_gradients(self, asked: list[tuple[int, Array]]) -> list[Point]:
        """The optimisers' points, calculated together."""
        points = self.problem.points(np.array([x for _, x in asked]))
        for (start, x), point in zip(asked, points, strict=True):
            self.note(start, x, point.value, self.problem.broken(point.margins))
        self._tell(len(asked))
        return points

    def plainly(self, asked: list[tuple[int, Array]]) -> list[float]:
        """Their values only, for what has no gradient."""
        points = np.array([x for _, x in asked])
        values = self.problem.values(points)
        for (start, x), value in zip(asked, values.tolist(), strict=True):
            self.note(start, x, value)
        self._tell(len(asked))
        return [float(v) for v in values]

    @property
    def winner(self) -> int:
        """The start whose best point is the best of all."""
        ranks = [(b if b > TOLERANCE else 0.0, v) for b, v in zip(self.broken, self.values, strict=True)]
        return min(range(len(ranks)), key=ranks.__getitem__)

    def _tell(self, active: int) -> None:
        self.rounds += 1
        if self._say is not None and self.rounds % 10 == 1:
            value = self.problem.sense * float(self.values.min())
            starts = f", {active} of {len(self.values)} starts going" if len(self.values) > 1 else ""
            self._say(f"round {self.rounds}: {value:.10g}{starts}")
