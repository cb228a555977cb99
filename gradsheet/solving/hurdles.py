"""What stands in a solver's way, said in one sentence before, or after, it runs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gradsheet.errors import GradsheetError
from gradsheet.formula.book import Book
from gradsheet.formula.cells import Error
from gradsheet.solving.problem import Problem
from gradsheet.solving.solution import Held

Array = NDArray[np.float64]
ENDLESS = 1e12  # times the value before
ANNEAL = "--method annealing needs no gradient"


def _some(names: list[str], most: int = 3) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most:,} more" if len(names) > most else "")


def method(book: Book, problem: Problem, wanted: str | None) -> tuple[str, list[str]]:
    """The method to use, and what has to be said of it.

    Raises:
        GradsheetError: the cell has no gradient, or does not depend on what may change.
    """
    program, notes = problem.program, []
    reached = program.reached
    if not reached:
        shown = book.recalculate().get(problem.cell)
        if isinstance(shown, Error):
            raise GradsheetError(f"{problem.cell} shows {shown} whatever {_some(problem.names)} hold: mend it first")
        raise GradsheetError(
            f"{problem.cell} does not depend on {_some(problem.names)}: name cells that it is calculated from"
        )
    idle = [name for name in problem.names if name not in set(reached)]
    if idle:
        notes.append(f"{problem.cell} does not depend on {_some(idle)}: left as drawn or as found.")
    if problem.cell in book.volatile():
        notes.append(f"{problem.cell} depends on random numbers or the clock: drawn once, by the seed.")
    if wanted == "annealing":
        if problem.general:
            raise GradsheetError("annealing keeps bounds of changing cells only: leave out the other conditions")
        return wanted, notes
    if not program.differentiable:
        raise GradsheetError(f"{problem.cell} has no gradient ({_some(program.flat)}): {ANNEAL}")
    if program.flat:
        notes.append(f"No gradient passes {_some(program.flat)}: what they do is not seen; {ANNEAL}.")
    if problem.general and wanted in ("adam", "lm"):
        raise GradsheetError(f"{wanted} keeps bounds of changing cells only: leave --method out for other conditions")
    if problem.aim is not None and wanted in ("adam", "lm"):
        raise GradsheetError(f"{wanted} does not seek a value: leave --method out")
    return wanted or "lbfgs", notes


def check_values(book: Book, problem: Problem, before: Array) -> None:
    """At least one start must show a number.

    Raises:
        GradsheetError: the cell shows text, or an error at every start.
    """
    if np.isfinite(before).any():
        return
    found = book.recalculate().get(problem.cell)
    unsupported = dict(book.unsupported).get(problem.cell)
    if unsupported is not None:
        raise GradsheetError(f"{problem.cell} cannot be calculated: {unsupported}")
    if isinstance(found, str):
        raise GradsheetError(f"{problem.cell} shows the text '{found[:40]}', no number: name another cell")
    more = "" if len(before) > 2 else ", or try other numbers with --starts 20"
    raise GradsheetError(f"{problem.cell} shows {found} at every start: change the numbers that it starts from{more}")


def check_gradient(problem: Problem, name: str, points: Array) -> None:
    """The gradient must not be 0 everywhere.

    Raises:
        GradsheetError: it is, and rounding or the like is the reason.
    """
    if name == "annealing" or not problem.program.flat:
        return
    if not any(point.gradient.any() for point in problem.points(points)):
        raise GradsheetError(
            f"{problem.cell} has the gradient 0 at every start ({_some(problem.program.flat)}): {ANNEAL}"
        )


def afterwards(problem: Problem, held: list[Held], before: float, after: float | None, aim: float | None) -> list[str]:
    """What the result has to say for itself."""
    notes = []
    if after is not None and aim is None and abs(after) > ENDLESS * max(1.0, abs(before) if before == before else 1.0):
        notes.append(f"{problem.cell} seems to go on without end: bound the changing cells with --subject-to.")
    if aim is None and after == before and problem.program.differentiable and not problem.gradient_norm(problem.own):
        notes.append(
            f"{problem.cell} has the gradient 0 where the search began, and stayed: begin elsewhere with --starts 20; "
            f"{ANNEAL}."
        )
    broken = [one.text for one in held if not one.met]
    if broken:
        notes.append(f"No point was found that meets {_some(broken)}: the nearest is shown.")
    if aim is not None and after is not None and abs(after - aim) > 1e-9 * max(1.0, abs(aim)):
        notes.append(f"{problem.cell} was not found to show {aim:g}: the nearest is shown.")
    return notes
