"""`gradsheet.solve`: the one call."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradsheet.address import qualified, split
from gradsheet.errors import GradsheetError
from gradsheet.experiments import Experiment
from gradsheet.formula.book import Book
from gradsheet.solving import asked, hurdles
from gradsheet.solving.best import Best
from gradsheet.solving.copy import check_out, write_copy
from gradsheet.solving.lockstep import together
from gradsheet.solving.methods import Ended, annealing, lbfgs, slsqp
from gradsheet.solving.problem import Problem
from gradsheet.solving.residuals import check_squares, fit
from gradsheet.solving.seek import newton, root
from gradsheet.solving.sheet import named, sheet_of
from gradsheet.solving.solution import Held, Solution, Start, shown
from gradsheet.workbook.read import contents

Array = NDArray[np.float64]
METHODS = ("lbfgs", "adam", "lm", "annealing")
MOST = {"lbfgs": 2000, "adam": 2000, "lm": 200, "annealing": 1000}


def solve(
    workbook: str | os.PathLike[str] | Experiment,
    *,
    minimize: str | None = None,
    maximize: str | None = None,
    target: str | None = None,
    value: float | None = None,
    by_changing: str | Sequence[str] = (),
    subject_to: str | Sequence[str] = (),
    method: str | None = None,
    starts: int = 1,
    seed: int = 0,
    iterations: int | None = None,
    lr: float = 0.05,
    out: str | os.PathLike[str] | None = None,
    say: Callable[[str], None] | None = None,
    epochs: int | None = None,
    inputs: Mapping[str, float] | None = None,
    data: Any = None,
    **settings: Any,
) -> Solution:
    """Change some cells of a workbook until another is as small, as large, or equal to a value.

    Args:
        workbook: an .xlsx or .xlsm file; it is never changed. Or an experiment's name: its sheet is solved, names such
            as ``lr``, ``a`` and ``root_sum@3`` stand for its cells, and where nothing else is asked for, the loss is
            made small by the weights.
        minimize: the cell to make small; or
        maximize: the cell to make large; or
        target: the cell that is to show `value`.
        value: what the target is to show (goal seek).
        by_changing: the cells to change, which hold numbers: addresses, ranges and names, joined by commas.
        subject_to: conditions such as ``"R4:AA4>=0"`` or ``"B1<=C1"``.
        method: ``lbfgs`` (default), ``adam``, ``lm`` (least squares) or ``annealing`` (needs no gradient).
        starts: how many: the first is the workbook's own numbers, the others are drawn at random.
        seed: of the random starts, and of random numbers in the workbook, which are drawn once.
        iterations: at most, for each start.
        lr: Adam's first rate.
        out: where to write a copy of the workbook with the solution in it.
        say: is told how far it is.
        epochs: of an experiment; where only weights change none, so that the loss is that of the pass they start.
        inputs: of an experiment: values for its inputs.
        data: of an experiment: its examples, as in `run`.
        **settings: of an experiment: gradient, carry, optimiser and batch, as in `run`.

    Returns:
        A `Solution`.

    Raises:
        GradsheetError: a cell, condition or method that cannot be used; one sentence says what to do.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import mkdtemp
        >>> from gradsheet import export
        >>> path = export("basic", Path(mkdtemp()) / "basic.xlsx", epochs=0)
        >>> found = solve(path, minimize="basic!U14", by_changing="basic_lr", starts=1)
        >>> found.before, found.ok, found.after < found.before
        (150.75521153771854, True, True)
        >>> found = solve("basic")  # its weights, by name: the examples are y = 2·x + 30
        >>> {cell: round(after, 6) for cell, (_, after) in found.cells.items()}
        {'basic!J8': 30.0, 'basic!J9': 2.0}
    """
    texts = [t for t in ([by_changing] if isinstance(by_changing, str) else by_changing) if t]
    rules = [r for r in ([subject_to] if isinstance(subject_to, str) else subject_to) if r]
    how: dict[str, Any] = {
        "value": value, "method": method, "starts": starts, "seed": seed, "iterations": iterations, "lr": lr,
        "out": out, "say": say,
    }  # fmt: skip
    if isinstance(workbook, Experiment) or named(workbook):
        with sheet_of(workbook, texts, epochs, settings, data, inputs or {}) as sheet:
            if not (minimize or maximize or target) and sheet.entry.losses:
                minimize = sheet.entry.losses[0]
            cells: dict[str, Any] = {
                n: t and sheet.wanted(t) for n, t in (("minimize", minimize), ("maximize", maximize))
            }
            weights = ",".join(sheet.entry.model.weights)
            texts = [sheet.spelled(text) for text in texts or [weights] if text]
            rules = [sheet.spelled(rule) for rule in rules]
            try:
                found = _solve(sheet.path, texts, rules, target=target and sheet.wanted(target), **cells, **how)
            except GradsheetError as error:
                raise GradsheetError(str(error).replace(f"{sheet.path}", sheet.entry.name)) from None
            return replace(found, workbook=sheet.entry.name)
    given = [n for n, v in {"epochs": epochs, "inputs": inputs, "data": data, **settings}.items() if v is not None]
    if given:
        raise GradsheetError(f"{workbook} is a workbook, which has no {given[0]} to set: change its cells instead")
    return _solve(workbook, texts, rules, minimize=minimize, maximize=maximize, target=target, **how)


def _solve(
    workbook: str | os.PathLike[str],
    texts: Sequence[str],
    rules: Sequence[str],
    *,
    minimize: str | None,
    maximize: str | None,
    target: str | None,
    value: float | None,
    method: str | None,
    starts: int,
    seed: int,
    iterations: int | None,
    lr: float,
    out: str | os.PathLike[str] | None,
    say: Callable[[str], None] | None,
) -> Solution:
    """Of a file, with cells."""
    began = time.perf_counter()
    if out is not None:
        check_out(workbook, out)
    cell, goal = _goal(minimize, maximize, target, value)
    if method is not None and method not in METHODS:
        raise GradsheetError(f"there is no method '{method}': choose one of {', '.join(METHODS)}")
    if starts < 1:
        raise GradsheetError(f"{starts} starts are none: give 1 or more")
    file = contents(workbook)
    book = Book(file.workbook)
    cell = asked.objective(book, cell)
    start = asked.changing(book, texts, cell)
    conditions = asked.conditions(book, rules, cell)
    problem = Problem(book, cell, -1 if goal == "maximize" else 1, start, conditions, seed, value)
    method, notes = hurdles.method(book, problem, method)
    points = problem.starts(starts, seed)
    before = problem.cells(np.concatenate([problem.own[None], points]))[0]
    hurdles.check_values(book, problem, before)
    best = Best(problem, points, say)
    for i, row in enumerate(points):
        if not problem.general:
            best.note(i, row, float(problem.values(row[None])[0]))
    hurdles.check_gradient(problem, method, points)
    with problem.single():
        ended, interrupted = _search(problem, best, points, method, iterations or MOST[method], seed, lr)
    winner = best.winner
    point = best.points[winner]
    after = shown(float(problem.cells(point[None])[0, 0]))
    held = [Held(one.text, shown(left), met) for one, left, met in problem.met(point)]
    notes += hurdles.afterwards(problem, held, float(before[0]), after, value)
    gradient = None if goal == "value" else problem.gradient_norm(point)
    found = Solution(
        workbook=os.fspath(workbook),
        cell=cell,
        goal=goal,
        aim=value,
        method=method,
        before=shown(float(before[0])),
        stored=file.cached.get(qualified(*split(cell))),
        after=after,
        gradient_norm=gradient,
        cells={n: (float(a), float(b)) for n, a, b in zip(problem.names, problem.own, point, strict=True)},
        starts=_starts(problem, best, before[1:], ended),
        winner=winner + 1,
        conditions=held,
        evaluations=problem.evaluations,
        seconds=time.perf_counter() - began,
        interrupted=interrupted,
        notes=notes,
    )
    if out is not None:
        write_copy(workbook, out, file.workbook, dict(zip(problem.names, point.tolist(), strict=True)), seed)
    return found


def _goal(minimize: str | None, maximize: str | None, target: str | None, value: float | None) -> tuple[str, str]:
    """The cell, and what is wanted of it."""
    if value is not None:
        named = [x for x in (target, minimize) if x]
        if maximize or len(named) != 1:
            raise GradsheetError("for a value give one cell: --target CELL --value V")
        if not math.isfinite(value):
            raise GradsheetError(f"{value} is no value that a cell can show")
        return named[0], "value"
    if target:
        raise GradsheetError(f"which value is {target} to show? Add --value V")
    if bool(minimize) == bool(maximize):
        raise GradsheetError("name one cell: --minimize CELL, --maximize CELL, or --target CELL --value V")
    return (minimize, "minimize") if minimize else (str(maximize), "maximize")


def _search(
    problem: Problem, best: Best, points: Array, method: str, most: int, seed: int, lr: float
) -> tuple[list[Ended | None], bool]:
    """Searches from every start; how each ended, and whether Ctrl-C did it."""
    tasks: list[Any]
    if method == "adam":
        from gradsheet.solving.adam import adam

        try:
            return [Ended(n, "all steps taken") for n in adam(best, points, most, lr)], False
        except KeyboardInterrupt:
            return [None] * len(points), True
    if method == "lbfgs" and not problem.bounded and not problem.general and problem.aim is None:
        return _descend(best, points, most)
    if method == "lm":
        check_squares(best)
        ways: list[Ended | None] = [None] * len(points)
        try:
            fit(best, points, most, ways)
        except KeyboardInterrupt:
            return ways, True
        return ways, False
    if problem.aim is not None and len(problem.names) == 1 and not problem.general and method != "annealing":
        found = root(problem, problem.aim)
        if found is not None:
            best.note(0, found, float(problem.values(found[None])[0]))
            return [Ended(1, "a root between two points of different sign"), *([None] * (len(points) - 1))], False
    if method == "annealing":
        tasks = [annealing(problem, row, most, seed + i) for i, row in enumerate(points)]
        return together(tasks, best.plainly)
    way = slsqp if problem.general else newton if problem.aim is not None else lbfgs
    tasks = [partial(way, problem, row, most)() for row in points]
    return together(tasks, best.with_gradients)


def _descend(best: Best, points: Array, most: int) -> tuple[list[Ended | None], bool]:
    """All starts at once, down their own L-BFGS."""
    from gradsheet.solving.lbfgs import Descent

    descent: Descent | None = None
    try:
        descent = Descent(best, points)
        descent.run(most)
    except KeyboardInterrupt:
        steps = [0] * len(points) if descent is None else descent.steps.tolist()
        return [Ended(n, "stopped") for n in steps], True
    words = {True: "all steps taken", False: "no lower point on its line"}
    return [Ended(int(n), words[bool(n >= most)]) for n in descent.steps], False


def _starts(problem: Problem, best: Best, before: Array, ended: list[Ended | None]) -> list[Start]:
    after = problem.cells(best.points)[0]
    return [
        Start(shown(float(a)), shown(float(b)), e.iterations if e else 0, e.message if e else "stopped")
        for a, b, e in zip(before, after, ended, strict=True)
    ]
