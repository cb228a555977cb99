"""The rules of an exercise under draws: what each of its cells ought to give, whatever it reads.

They are the same for every submission, so they are computed once and kept.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from functools import cache, cached_property
from typing import Any

from gradsheet.checking.draws import Drawn, Side, free_draw
from gradsheet.checking.families import family
from gradsheet.checking.groups import cells_read
from gradsheet.checking.key import Key, key_of
from gradsheet.checking.policy import DRAWS, LEAST, MOST, usable
from gradsheet.checking.spec import Exercise
from gradsheet.checking.trees import Function, nodes
from gradsheet.formula import syntax as s
from gradsheet.formula.address import unpack
from gradsheet.formula.plan import Plan
from gradsheet.formula.precedents import ordered


class Rules:
    """What the key says of its cells, under draws of everything."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self.side = Side(key.plan, {at: at for at in (*key.contents, *key.counts, *_constants(key))})
        rows = {at for at in key.counts if unpack(at)[2] == key.layout.names["steps", "row"]}
        self.free = frozenset(self.side.known) - rows
        self.base = frozenset(_constants(key))
        self.given = self.base - set(key.counts)
        self.draw = free_draw(key)
        self._grids: dict[int, Drawn] = {}
        self._runs: dict[int, Drawn] = {}
        self._whole: set[int] = set()  # those that are computed to the end
        self._draws: dict[int, tuple[tuple[int, Any], ...]] = {}
        self._conditions: dict[int, list[Function]] = {}
        self._reads: dict[int, frozenset[int]] = {}
        self._feeds: dict[int, tuple[int, ...]] = {}
        self.kept: dict[int, Any] = {}  # the candidates of cells, made where they are asked for

    def reads(self, at: int) -> frozenset[int]:
        """Every cell that the rule of a cell reads."""
        if at not in self._reads:
            self._reads[at] = frozenset(cells_read(self.key.plan, at))
        return self._reads[at]

    def feeds(self, at: int) -> tuple[int, ...]:
        """The cells with rules among them, in the order of the formula."""
        if at not in self._feeds:
            self._feeds[at] = tuple(self.key.plan.reads(at))
        return self._feeds[at]

    @cached_property
    def between(self) -> frozenset[int]:
        """The cells with rules, but for weights: what a row or a pass computes from the weights that enter it."""
        weights = {*self.key.layout.experiment.model.weights}
        return frozenset(at for at, content in self.key.contents.items() if content.column not in weights)

    def grid(self, number: int) -> Drawn:
        """The key's sheet with every cell drawn."""
        if number not in self._grids:
            self._grids[number] = Drawn(self.side, self.free, self.draw, number)
        return self._grids[number]

    def cut(self, free: frozenset[int], number: int, order: Iterable[int]) -> Drawn:
        """The key's sheet with some cells drawn and others computed, in their order."""
        grid = Drawn(self.side, free, self.draw, number)
        for at in order:
            grid.read(at)
        return grid

    def run(self, number: int, order: Iterable[int] | None = None) -> Drawn:
        """The key's sheet with other inputs and examples: all of it, or as far as these cells, in their order."""
        if number not in self._runs:
            self._runs[number] = Drawn(self.side, self.given, self.tame, number)
        grid = self._runs[number]
        if number not in self._whole:
            for at in self.key.order if order is None else order:
                grid.read(at)
            if order is None:
                self._whole.add(number)
        return grid

    def upstream(self, cells: Iterable[int]) -> tuple[int, ...]:
        """Some cells with rules and all that they compute from, precedents first."""
        return tuple(ordered([at for at in cells if at in self.key.contents], self.feeds))

    def tame(self, at: int, number: int) -> float | bool:
        """A draw with which most runs stay among numbers of a usual size: a learning rate 32 times smaller."""
        value = self.draw(at, number)
        return value / 32 if at == self.key.inputs.get("lr") else value

    def draws(self, at: int) -> tuple[tuple[int, Any], ...]:
        """For a cell of the key, the numbers of the draws in which its rule gives a value, and the values."""
        found = self._draws.get(at)
        if found is None:
            collected: list[tuple[int, Any]] = []
            for number in range(MOST):
                value = self.grid(number).peek(at)
                if usable(value):
                    collected.append((number, value))
                if len(collected) >= DRAWS or (number >= 2 * DRAWS and len(collected) >= LEAST):
                    break
            found = self._draws[at] = tuple(collected)
        return found

    def constant(self, at: int) -> bool:
        """Whether a cell's rule reads nothing: a start at 0."""
        return not self.key.plan.formulas[at].reads

    def conditions(self, at: int) -> list[Function]:
        """Where a cell's rule branches: nothing is proven of what computes before each was seen both ways."""
        if at not in self._conditions:
            plan = self.key.plan
            found = dict.fromkeys(_conditions(plan.formulas[at].tree))
            self._conditions[at] = [Function(plan, node, at) for node in found]
        return self._conditions[at]

    @cached_property
    def codes(self) -> dict[int, tuple[int, tuple[Hashable, ...]]]:
        """For every cell of the key, what its rule reads: equal for cells that have the same rule."""
        plan = self.key.plan
        return {
            at: (plan.formulas[at].number, reads_of(plan, at, at, self.side.known, self.key))
            for at in self.key.contents
        }


def _conditions(tree: s.Node) -> Iterator[s.Node]:
    for node in nodes(tree):
        match node:
            case s.Infix("<" | ">" | "<=" | ">=" | "=" | "<>"):
                yield node
            case s.Call("MAX" | "MIN", (one, other)):
                yield s.Infix(">", one, other)
            case s.Call("ABS", (one,)):
                yield s.Infix(">", one, s.Number(0.0))
            case s.Call("IF", (s.CellRef() as one, _, _)) | s.Call("NOT", (s.CellRef() as one,)):
                yield one
            case s.Call("AND" | "OR", args):
                yield from (one for one in args if isinstance(one, s.CellRef))


def reads_of(plan: Plan, cell: int, at: int, known: Any, key: Key) -> tuple[Hashable, ...]:
    """What a formula reads, as seen from its own row: two cells with equal texts and reads are one function.

    Args:
        plan: the workbook of the formula.
        cell: its key there.
        at: the exercise's cell that it is.
        known: the exercise's cell for each of the workbook's.
        key: the exercise's cells.
    """
    _, row, column = unpack(cell)
    found: list[Hashable] = []
    for sheet, top, left, bottom, right in plan.formulas[cell].reads:
        base = sheet << 36
        r1 = top.at if top.absolute else row + top.at
        c1 = left.at if left.absolute else column + left.at
        first = base + (r1 << 15) + c1
        if top is bottom and left is right:
            found.append(_code(first, at, known, key, False))
            continue
        r2 = bottom.at if bottom.absolute else row + bottom.at
        c2 = right.at if right.absolute else column + right.at
        found.append((_code(first, at, known, key, True), _code(base + (r2 << 15) + c2, at, known, key, True)))
    return tuple(found)


def _code(cell: int, at: int, known: Any, key: Key, corner: bool) -> Hashable:
    """A cell that is read, as seen from the reading cell; what is no cell of the exercise is itself."""
    place = known.get(cell)
    if place is None:
        return cell
    here, there = key.contents.get(at), key.contents.get(place) or key.typed.get(place)
    one_of_many = here is not None and family(here.column) != here.column  # filled to the right, pixel by pixel
    if there is None or here is None:
        point = key.rows_of_points.get(place)
        if point is not None and here is not None and here.row is not None:
            return "point", point[1], point[0] - here.row
        if point is not None and one_of_many:
            return "point", family(point[1]), _right(place, at), point[0]
        return "given", place
    column: Hashable = there.column
    if one_of_many and family(there.column) != there.column:
        column = family(there.column), _right(place, at)
    passes = there.number - here.number
    if there.row is None or here.row is None:
        return there.table, column, passes, there.row
    if passes or corner:
        return there.table, column, passes, there.row - here.row, there.row
    return there.table, column, 0, there.row - here.row


def _right(place: int, at: int) -> int:
    """How many columns a cell stands to the right of another."""
    return unpack(place)[2] - unpack(at)[2]


def _constants(key: Key) -> list[int]:
    return [*key.inputs.values(), *(at for pair in key.points for at in pair)]


@cache
def _rules(key: Key) -> Rules:
    return Rules(key)


def rules_of(exercise: Exercise) -> Rules:
    """The rules of an exercise, kept from one submission to the next."""
    return _rules(key_of(exercise))


def forget() -> None:
    """Let go of what is kept between submissions: where a check was cut off, it may be half made."""
    _rules.cache_clear()
