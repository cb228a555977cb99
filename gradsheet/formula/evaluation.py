"""One recalculation: values by key, each formula calculated when it is first read.

The cells are walked in the order of their precedents, so that reading rarely has to calculate; what only
shows at run time (OFFSET, spills) is calculated on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from gradsheet.errors import GradsheetError
from gradsheet.formula.address import a1, pack, unpack
from gradsheet.formula.cells import Error, Formula
from gradsheet.formula.chance import uniform
from gradsheet.formula.plan import Plan
from gradsheet.formula.registry import Here
from gradsheet.formula.scope import Unsupported
from gradsheet.formula.values import Area, Array, Lambda, Value


class Evaluation(dict[int, Any]):
    """The values of a workbook's cells in one recalculation; blanks read as None.

    Args:
        plan: the workbook.
        given: values that replace what cells hold, formulas included.
        seed: for random numbers.
    """

    def __init__(self, plan: Plan, given: Mapping[int, Any] | None = None, seed: int = 0) -> None:
        super().__init__(plan.constants)
        self.plan = plan
        self.seed = seed
        self.given = dict(given or {})
        self.update(self.given)
        self.owners = dict(plan.owners)
        self.spills: dict[int, tuple[int, int]] = {}
        self.unsupported: dict[int, str] = {}
        self.active: dict[int, None] = {}
        self.draws: dict[int, int] = {}
        self.frozen: dict[int, Any] | None = None  # values of the iteration before, inside a cycle
        self._run = plan.bind(self, self.here, self.named)

    def __missing__(self, key: int) -> Any:
        if key in self.plan.formulas:
            return self.compute(key)
        owner = self.owners.get(key)
        if owner is not None and owner not in self and owner not in self.active:
            self.compute(owner)
            return self.get(key)
        if owner is not None and owner in self.active:
            self.circular(owner)
        return None

    def extent(self, sheet: int) -> tuple[int, int]:
        """The last row and column in use."""
        return self.plan.extents[sheet]

    def here(self, key: int) -> Here:
        """What a function is told about the cell that calls it."""
        return Here(self, key, self.draw)

    def draw(self, key: int) -> float:
        """The cell's next random number."""
        count = self.draws.get(key, 0)
        self.draws[key] = count + 1
        return uniform(self.seed, key, count)

    def named(self, name: tuple[int | None, str], sheet: int, k: int, r: int, c: int) -> Value:
        """The value of a defined name, for the cell that uses it."""
        return self.plan.named(name, sheet)(self, self.here, self.named, k, r, c)

    def spilled(self, area: Value) -> Value:
        """``A1#``: the area that the dynamic array at A1 fills."""
        if not isinstance(area, Area):
            return area if isinstance(area, Error) else Error.REF
        key = pack(area.sheet, area.top, area.left)
        value = self[key]
        if isinstance(value, Error) and key not in self.spills:
            return value
        height, width = self.spills.get(key, (0, 0))
        if not height:
            return Error.REF
        return Area(self, area.sheet, area.top, area.left, area.top + height - 1, area.left + width - 1)

    # ---- calculating

    def compute(self, key: int) -> Any:
        """Calculates one formula and keeps its value."""
        if key in self.active:
            return self.circular(key)
        pattern = self.plan.formulas[key]
        reason = self.unsupported.get(key) or pattern.unsupported
        if reason is not None:
            self.unsupported[key] = reason
            raise _Lacking(key)
        _, row, column = unpack(key)
        self.active[key] = None
        try:
            value = self._run[pattern.number](key, row, column)
        except _Lacking as lacking:
            self.unsupported[key] = f"depends on {self.plan.label(lacking.key)}"
            raise
        except Unsupported as reason_:
            self.unsupported[key] = str(reason_)
            raise _Lacking(key) from None
        except RecursionError:
            value = Error.NUM
        finally:
            del self.active[key]
        return self.keep(key, value)

    def read(self, key: int) -> Any:
        """A cell's value, calculated if need be; None for a blank, and for what cannot be calculated."""
        try:
            return self[key]
        except _Lacking:
            return None

    def peek(self, key: int) -> Any:
        """What a cell's formula gives here, whatever stands in the cell; nothing is kept. None: not calculable."""
        pattern = self.plan.formulas[key]
        if pattern.unsupported is not None:
            return None
        _, row, column = unpack(key)
        return self.outcome(lambda: self._run[pattern.number](key, row, column))

    def outcome(self, compute: Callable[[], Value]) -> Any:
        """The one value that a cell would show of what is computed; None: not calculable."""
        try:
            value = compute()
        except (_Lacking, Unsupported):
            return None
        except RecursionError:
            return Error.NUM
        if type(value) is Array:
            value = value.rows[0][0]
        elif type(value) is Area:
            value = value.at(0, 0)
        elif type(value) is Lambda:
            value = Error.CALC
        return 0.0 if value is None else value

    def keep(self, key: int, value: Value) -> Any:
        """Stores a result as its cell shows it, and what it fills beside."""
        kind = type(value)
        if kind is Array:
            pattern = self.plan.formulas[key]
            if pattern.dynamic:
                return self.spill(key, value)
            if not pattern.array:
                value = value.rows[0][0]
        elif kind is Lambda:
            value = Error.CALC
        if key in self.plan.ranges and not self.plan.formulas[key].dynamic:
            return self.fill(key, value)
        if kind is Area:
            value = value.at(0, 0)
        if value is None:
            value = 0.0
        self[key] = value
        if self.plan.formulas[key].dynamic:
            self.spills[key] = (1, 1)
        return value

    def fill(self, key: int, value: Value) -> Any:
        """An array formula's result over its range; one row or column repeats, what lacks is #N/A."""
        sheet, _, _ = unpack(key)
        top, left, bottom, right = self.plan.ranges[key]
        rows = value.rows if isinstance(value, Array) else [[value]]
        height, width = len(rows), len(rows[0])
        for i in range(bottom - top + 1):
            for j in range(right - left + 1):
                r, c = 0 if height == 1 else i, 0 if width == 1 else j
                item = rows[r][c] if r < height and c < width else Error.NA
                at = pack(sheet, top + i, left + j)
                if at not in self.given:
                    self[at] = 0.0 if item is None else item
        return self[key]

    def spill(self, key: int, value: Array) -> Any:
        """A dynamic array's result over as many cells as it has, if they are free."""
        sheet, row, column = unpack(key)
        height, width = value.shape
        cells = [
            (pack(sheet, row + i, column + j), item) for i, line in enumerate(value.rows) for j, item in enumerate(line)
        ]
        for at, _ in cells[1:]:
            taken = at in self.plan.formulas or self.owners.get(at, key) != key
            if taken or (at in self.plan.constants and self.plan.constants[at] is not None):
                self[key] = Error.SPILL
                return Error.SPILL
        for at, item in cells:
            self[at] = 0.0 if item is None else item
        self.spills[key] = (height, width)
        return self[key]

    def formula(self, key: int) -> str | None:
        """The text of a cell's formula."""
        sheet, row, column = unpack(key)
        held = self.plan.workbook.sheets[self.plan.scope.sheet_names[sheet]].cells.get(a1(row, column))
        return held.text if isinstance(held, Formula) else None

    def visible(self, area: Area, hidden: bool, nested: bool) -> Iterator[Any]:
        """The cells that SUBTOTAL counts: without other SUBTOTALs, and where asked without hidden rows."""
        rows_hidden = self.plan.workbook.sheets[self.plan.scope.sheet_names[area.sheet]].hidden_rows
        last_row, last_column = self.extent(area.sheet)
        for row in range(area.top, min(area.bottom, last_row) + 1):
            if hidden and row in rows_hidden:
                continue
            for column in range(area.left, min(area.right, last_column) + 1):
                key = pack(area.sheet, row, column)
                pattern = self.plan.formulas.get(key)
                if nested and pattern is not None and "SUBTOTAL(" in pattern.text.upper():
                    continue
                yield self[key]

    def circular(self, key: int) -> Any:
        """A cell that is read while it is calculated."""
        if self.frozen is not None:
            return self.frozen.get(key, 0.0)
        path = list(self.active)
        cycle = [self.plan.label(k) for k in [*path[path.index(key) :], key]]
        if len(cycle) > 8:
            cycle = [*cycle[:4], f"… {len(cycle) - 7} more …", *cycle[-3:]]
        raise GradsheetError(
            f"circular reference: {' → '.join(cycle)}; break the circle, or switch on iterative calculation"
        )

    def run(self, order: Iterable[int]) -> None:
        """Calculates the cells in the given order."""
        for key in order:
            if key not in self and key not in self.unsupported:
                try:
                    self.compute(key)
                except _Lacking:
                    continue


class _Lacking(Exception):  # noqa: N818
    """A cell that cannot be calculated was read."""

    def __init__(self, key: int) -> None:
        super().__init__(key)
        self.key = key


def evaluate(
    plan: Plan,
    keys: Iterable[int] | None = None,
    given: Mapping[int, Any] | None = None,
    seed: int = 0,
    order: Sequence[int] | None = None,
) -> Evaluation:
    """A whole recalculation, or of what `keys` need; repeated until spills keep their extent."""
    if order is None:
        order = plan.order(None if keys is None else [k for k in keys if k in plan.formulas])
    known: dict[int, tuple[int, int]] = {
        key: (b - t + 1, r - c + 1) for key, (t, c, b, r) in plan.ranges.items() if plan.formulas[key].dynamic
    }
    if plan.workbook.iteration is not None:
        return _iterated(plan, order, given, seed)
    for _ in range(20):
        run = Evaluation(plan, given, seed)
        for key, (height, width) in known.items():
            sheet, row, column = unpack(key)
            for i in range(height):
                for j in range(width):
                    if i or j:
                        run.owners[pack(sheet, row + i, column + j)] = key
        run.run(order)
        if all(known.get(key, (1, 1)) == shape for key, shape in run.spills.items()):
            return run
        known = dict(run.spills)
    return run


def _iterated(plan: Plan, order: Iterable[int], given: Mapping[int, Any] | None, seed: int) -> Evaluation:
    """With circles allowed: again and again from 0, until nothing moves by more than the delta."""
    assert plan.workbook.iteration is not None
    before: dict[int, Any] = {}
    run = Evaluation(plan, given, seed)
    for _ in range(plan.workbook.iteration.count):
        run = Evaluation(plan, given, seed)
        run.frozen = before
        run.run(order)
        moved = [
            abs(run[k] - before.get(k, 0.0))
            for k in plan.formulas
            if type(run.get(k)) is float and type(before.get(k, 0.0)) is float
        ]
        before = {k: run[k] for k in plan.formulas if k in run}
        if max(moved, default=0.0) < plan.workbook.iteration.delta:
            break
    return run
