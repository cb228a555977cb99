"""Evaluating formulas on other numbers than those of the sheet: every cell that is *free* holds a drawn one.

Two formulas that agree on a dozen independent draws of whatever they read are the same function, however they
are written; a typed number, a literal rate or a drifting reference gives itself away. A cell that is not free
computes as it does on the sheet, so a formula that reads further back, or writes a column in, is followed there.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from copy import copy
from functools import lru_cache
from typing import Any

from gradsheet.checking.domains import ANY, domains
from gradsheet.checking.key import Key
from gradsheet.formula.cells import Error
from gradsheet.formula.chance import uniform
from gradsheet.formula.evaluation import Evaluation
from gradsheet.formula.plan import Plan

MOST = 50_000
"""Numbers of an exercise that are kept from one submission to the next."""
KEPT = 24
"""Sheets of the key on which a submission's formulas are kept."""
Draw = Callable[[int, int], float | bool]
"""(a cell of the exercise, the number of the draw) → what stands there in that draw."""


class Calm(Evaluation):
    """An evaluation in which cells that read one another in a circle are an error and not the end.

    Attributes:
        rings: the cells that do.
    """

    def __init__(self, plan: Plan, given: Mapping[int, Any] | None = None) -> None:
        super().__init__(plan, given)
        self.rings: set[int] = set()

    def circular(self, key: int) -> Any:
        """A cell that is read while it is calculated."""
        path = list(self.active)
        self.rings.update(path[path.index(key) :])
        return Error.REF


class Side:
    """A workbook to draw in: a submission's, or the key's.

    Args:
        plan: the workbook.
        known: the exercise's cell for each of the workbook's cells that is one.
    """

    def __init__(self, plan: Plan, known: Mapping[int, int]) -> None:
        self.plan, self.known = plan, known
        self.bare = copy(plan)
        self.bare.constants = {k: v for k, v in plan.constants.items() if k not in known}
        self._on: list[OnKey] = []

    def on(self, keys: Evaluation) -> OnKey:
        """Its formulas on the key's cells; the last ones are kept, since many formulas are tried on one sheet."""
        for one in self._on:
            if one.keys_ is keys:
                return one
        self._on = [OnKey(self, keys), *self._on[: KEPT - 1]]
        return self._on[0]


class Drawn(Calm):
    """A workbook with drawn numbers in its free cells.

    Args:
        side: the workbook.
        free: the exercise's cells that are drawn.
        draw: the numbers.
        number: which draw.
    """

    def __init__(self, side: Side, free: Container[int], draw: Draw, number: int) -> None:
        super().__init__(side.bare)
        self.known, self.held = side.known, side.plan.constants
        self.free, self.draw_of, self.number = free, draw, number

    def __missing__(self, key: int) -> Any:
        at = self.known.get(key)
        if at is not None:
            if at in self.free:
                value = self[key] = self.draw_of(at, self.number)
                return value
            if key not in self.plan.formulas:
                return self.held.get(key)
        return super().__missing__(key)


class Across(Calm):
    """The key's formulas on a submission's own cells.

    Args:
        plan: the key's.
        own: the submission's values.
        actual: where the exercise's cells stand there.
    """

    def __init__(self, plan: Plan, own: Evaluation, actual: Mapping[int, int]) -> None:
        super().__init__(plan)
        self.own, self.actual = own, actual

    def __missing__(self, key: int) -> Any:
        at = self.actual.get(key)
        return None if at is None else self.own[at]


class OnKey(Calm):
    """A submission's formulas on the key's cells: what they would give if all else were right.

    Args:
        side: the submission.
        keys: the key's values.
    """

    def __init__(self, side: Side, keys: Evaluation) -> None:
        super().__init__(side.bare)
        self.known, self.keys_ = side.known, keys

    def __missing__(self, key: int) -> Any:
        at = self.known.get(key)
        return super().__missing__(key) if at is None else self.keys_.read(at)


def free_draw(key: Key) -> Draw:
    """Independent numbers for every cell: positive in every third draw, of either sign in the others.

    In every sixth draw the numbers of the tables are tiny, so that beside them an eps of 1E-10 shows. All are whole
    multiples of 1/128 (the tiny ones of 2^-27): sums and products of a few of them are exact, so a formula that was
    expanded or regrouped gives the same bits, and none seems wrong because two large numbers nearly cancelled.
    The weights of pixels are an eighth of that: with all of them near 1 every sigmoid is 0 or 1, and no slope is seen.
    """
    held, inputs = domains(key), set(key.inputs.values())
    light = _of_pixels(key)

    @lru_cache(MOST)
    def draw(at: int, number: int) -> float | bool:
        chance = uniform(number + 1, at, 0)
        domain = held.get(at, ANY)
        match domain.kind:
            case "truth":
                return chance < 0.5
            case "flag":
                return float(chance < 0.5)
            case "count" if at in inputs:
                return 2.0 + int(chance * 2)  # whatever counts may reach it, and does not pass it
            case "count":
                return domain.low + int(chance * max(2, 3 - domain.low))
            case "share":
                return (2 + int(chance * 29)) / 32
            case kind:
                size = (40 + int(chance * 281)) / 128
                if number % 6 == 3 and at not in inputs:
                    size /= 2**20
                if at in light:
                    size /= 8
                negative = kind != "positive" and number % 3 and uniform(number + 1, at, 1) < 0.45
                return -size if negative else size

    return draw


def _of_pixels(key: Key) -> frozenset[int]:
    """The weights of pixels and their starts, where examples are images."""
    model = key.layout.experiment.model
    weights = set(model.weights[1:]) if model.wide else set()
    starts = (key.inputs[f"start_{weight}"] for weight in weights)
    return frozenset((*starts, *(at for at, content in key.contents.items() if content.column in weights)))
