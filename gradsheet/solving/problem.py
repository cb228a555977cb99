"""A problem as an optimiser sees it: numbers in, a value, its gradient and the conditions out, many points at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from gradsheet.errors import GradsheetError
from gradsheet.formula.book import Book
from gradsheet.solving.asked import Condition

Array = NDArray[np.float64]
TOLERANCE = 1e-9  # how far a condition may be missed, relative to the size of what it compares


class Point(NamedTuple):
    """What an optimiser is told about a point."""

    value: float  # to be minimised
    gradient: Array
    margins: Array  # of each condition that is no bound: at least 0, or equal to 0
    slopes: Array  # their gradients, a row each


class Problem:
    """The cell to minimise as a function of the changing cells.

    Args:
        book: the workbook.
        cell: the address of the cell.
        sense: 1 to minimise it, −1 to maximise it.
        start: the changing cells and their values.
        conditions: what must hold.
        seed: for random numbers in the workbook.
        aim: where given, the distance to this value is minimised instead.
    """

    def __init__(
        self,
        book: Book,
        cell: str,
        sense: int,
        start: dict[str, float],
        conditions: Sequence[Condition],
        seed: int,
        aim: float | None = None,
    ) -> None:
        self.cell, self.sense, self.aim = cell, sense, aim
        self.names = list(start)
        self.own = np.array(list(start.values()), dtype=np.float64)
        places = {name: i for i, name in enumerate(self.names)}
        self.lower = np.full(len(start), -math.inf)
        self.upper = np.full(len(start), math.inf)
        self.general: list[Condition] = []
        self.conditions = list(conditions)
        for one in conditions:
            at = places.get(one.cell)
            if at is None or not isinstance(one.bound, float) or one.sign == "=":
                self.general.append(one)
            elif one.sign == ">=":
                self.lower[at] = max(self.lower[at], one.bound)
            else:
                self.upper[at] = min(self.upper[at], one.bound)
        more: dict[str, None] = {}
        for one in self.general:
            more.update(dict.fromkeys([one.cell, *([one.bound] if isinstance(one.bound, str) else [])]))
        more.pop(cell, None)
        self.outputs = [cell, *more]
        self.program = book.program(self.names, self.outputs, seed)
        self.evaluations = 0

    @property
    def bounded(self) -> bool:
        """Whether any changing cell has a bound."""
        return bool(np.isfinite(self.lower).any() or np.isfinite(self.upper).any())

    @contextmanager
    def single(self) -> Iterator[None]:
        """While it lasts torch keeps to one thread: what is calculated here is too small to share out."""
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)

    def cells(self, points: Array) -> Array:
        """All outputs ``(outputs, lanes)`` at points ``(lanes, cells)``; NaN for an error or text."""
        if not self.program.differentiable:
            self.evaluations += len(points)
            return np.array([self._one_by_one(point) for point in points]).T
        with torch.no_grad():
            found = self.program.batch(torch.from_numpy(np.ascontiguousarray(points.T)))
        self.evaluations += len(points)
        return np.asarray(found.numpy(), dtype=np.float64)

    def _one_by_one(self, point: Array) -> list[float]:
        shown = self.program(dict(zip(self.names, point.tolist(), strict=True))).values()
        return [float(value) if isinstance(value, float | bool) else math.nan for value in shown]

    def values(self, points: Array) -> Array:
        """What is minimised, at many points; infinite where the cell shows an error."""
        found = self._minimised(torch.from_numpy(self.cells(points)[0])).numpy()
        return np.where(np.isfinite(found), found, math.inf)

    def points(self, points: Array) -> list[Point]:
        """Value, gradient and conditions at many points."""
        inputs = torch.from_numpy(np.ascontiguousarray(points.T)).requires_grad_()
        found = self.program.batch(inputs)
        self.evaluations += len(points)
        rows = dict(zip(self.outputs, found.unbind(0), strict=True))
        value = self._minimised(rows[self.cell])
        margins = [self._margin(one, rows) for one in self.general]
        wanted = [value, *margins]
        gradients = [self._gradient(x, inputs) for x in wanted]
        table = np.stack([x.detach().numpy() for x in wanted])
        return [
            Point(float(table[0, i]), gradients[0][i], table[1:, i], np.array([g[i] for g in gradients[1:]]))
            for i in range(len(points))
        ]

    def gradient_norm(self, point: Array) -> float | None:
        """The Euclidean norm of the gradient at a point; None where there is none."""
        if not self.program.differentiable:
            return None
        try:
            return float(np.linalg.norm(self.points(point[None])[0].gradient))
        except GradsheetError:  # a look-up passes by an error there
            return None

    def _minimised(self, shown: Any) -> Any:
        if self.aim is not None:
            return (shown - self.aim) * (shown - self.aim)
        return shown if self.sense > 0 else -shown

    @staticmethod
    def _margin(one: Condition, rows: dict[str, Any]) -> Any:
        left, bound = rows[one.cell], one.bound
        right = rows[bound] if isinstance(bound, str) else bound
        return right - left if one.sign == "<=" else left - right

    @staticmethod
    def _gradient(value: Any, inputs: Any) -> Array:
        if not value.requires_grad:
            return np.zeros((inputs.shape[1], inputs.shape[0]))
        (gradient,) = torch.autograd.grad(value.sum(), inputs, retain_graph=True)
        return np.nan_to_num(np.asarray(gradient.numpy(), dtype=np.float64).T, nan=0.0, posinf=0.0, neginf=0.0)

    def met(self, point: Array) -> list[tuple[Condition, float, bool]]:
        """Each condition with its left side's value at a point, and whether it holds."""
        shown = dict(zip(self.outputs, self.cells(point[None])[:, 0], strict=True))
        shown.update(zip(self.names, point, strict=True))
        result = []
        for one in self.conditions:
            left = float(shown[one.cell])
            right = float(shown[one.bound]) if isinstance(one.bound, str) else one.bound
            room = TOLERANCE * max(1.0, abs(right))
            holds = {"<=": left <= right + room, ">=": left >= right - room, "=": abs(left - right) <= room}[one.sign]
            result.append((one, left, holds))
        return result

    def broken(self, margins: Array) -> float:
        """How far a point is from meeting the conditions that are no bounds."""
        misses = [
            abs(m) if one.sign == "=" else max(0.0, -m) for one, m in zip(self.general, margins.tolist(), strict=True)
        ]
        return max((m if math.isfinite(m) else math.inf for m in misses), default=0.0)

    def starts(self, count: int, seed: int) -> Array:
        """The workbook's own values first, then random ones of their size; within bounds, all of them."""
        draw = np.random.default_rng(seed)
        middle, spread = float(self.own.mean()), float(self.own.std())
        spread = spread if spread > 1e-6 else max(abs(middle), 1.0)
        found = [self.own]
        for _ in range(count - 1):
            free = draw.normal(middle, spread, len(self.own))
            within = draw.random(len(self.own))
            both = np.isfinite(self.lower) & np.isfinite(self.upper)
            with np.errstate(invalid="ignore"):
                found.append(np.where(both, self.lower + within * (self.upper - self.lower), free))
        return np.clip(np.array(found), self.lower, self.upper)
