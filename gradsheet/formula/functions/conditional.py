"""Sums, counts and means of the cells that meet conditions."""

from __future__ import annotations

from gradsheet.formula.cells import Error
from gradsheet.formula.criteria import condition
from gradsheet.formula.failed import Failed
from gradsheet.formula.functions.math import add_up
from gradsheet.formula.functions.statistics import mean
from gradsheet.formula.registry import Plain, Reference, function
from gradsheet.formula.values import Area, Scalar, Value


def _clip(*areas: Area) -> tuple[int, int]:
    """The height and width that have to be looked at: up to the sheets' last used cells."""
    height, width = areas[0].shape
    rows = max(area.grid.extent(area.sheet)[0] - area.top + 1 for area in areas)
    columns = max(area.grid.extent(area.sheet)[1] - area.left + 1 for area in areas)
    return min(height, max(rows, 1)), min(width, max(columns, 1))


def _chosen(tests: tuple[Value, ...], *targets: Area) -> list[tuple[int, int]]:
    """The places, counted from each area's corner, where every area meets its criterion."""
    areas, criteria = tests[::2], tests[1::2]
    if any(area.shape != areas[0].shape for area in areas):
        raise Failed(Error.VALUE)
    height, width = _clip(*areas, *targets)
    checks = [condition(c) for c in criteria]
    return [
        (r, c)
        for r in range(height)
        for c in range(width)
        if all(check(area.at(r, c)) for area, check in zip(areas, checks, strict=True))
    ]


def _numbers(target: Area, places: list[tuple[int, int]]) -> list[float]:
    result: list[float] = []
    for r, c in places:
        cell: Scalar = target.at(r, c)
        if isinstance(cell, Error):
            raise Failed(cell)
        if type(cell) is float:
            result.append(cell)
    return result


def _same_shape(target: Area, area: Area) -> None:
    if target.shape != area.shape:
        raise Failed(Error.VALUE)


@function("SUMIF")
def sum_if(area: Reference, criterion: Plain, target: Reference | None = None) -> float:
    """The sum of the cells beside those that meet a condition."""
    goal = area if target is None else target
    return add_up(_numbers(goal, _chosen((area, criterion), goal)))


@function("AVERAGEIF")
def average_if(area: Reference, criterion: Plain, target: Reference | None = None) -> float:
    """The mean of the cells beside those that meet a condition."""
    goal = area if target is None else target
    return mean(_numbers(goal, _chosen((area, criterion), goal)))


@function("COUNTIF")
def count_if(area: Reference, criterion: Plain) -> float:
    """How many cells meet a condition."""
    return count_ifs(area, criterion)


@function("SUMIFS", repeats=2)
def sum_ifs(target: Reference, area: Reference, criterion: Plain, *more: Plain) -> float:
    """The sum of the cells where every condition is met."""
    _same_shape(target, area)
    return add_up(_numbers(target, _chosen((area, criterion, *more), target)))


@function("AVERAGEIFS", repeats=2)
def average_ifs(target: Reference, area: Reference, criterion: Plain, *more: Plain) -> float:
    """The mean of the cells where every condition is met."""
    _same_shape(target, area)
    return mean(_numbers(target, _chosen((area, criterion, *more), target)))


@function("COUNTIFS", repeats=2)
def count_ifs(area: Reference, criterion: Plain, *more: Plain) -> float:
    """How many places meet every condition."""
    found = len(_chosen((area, criterion, *more)))
    if not more:
        check = condition(criterion)
        height, width = area.shape
        seen_height, seen_width = _clip(area)
        if check(None):
            found += height * width - seen_height * seen_width
    return float(found)


@function("MAXIFS", repeats=2)
def max_ifs(target: Reference, area: Reference, criterion: Plain, *more: Plain) -> float:
    """The largest of the cells where every condition is met."""
    _same_shape(target, area)
    return max(_numbers(target, _chosen((area, criterion, *more), target)), default=0.0)


@function("MINIFS", repeats=2)
def min_ifs(target: Reference, area: Reference, criterion: Plain, *more: Plain) -> float:
    """The smallest of the cells where every condition is met."""
    _same_shape(target, area)
    return min(_numbers(target, _chosen((area, criterion, *more), target)), default=0.0)
