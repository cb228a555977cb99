"""Least squares: the numbers that the cell sums up the squares of, straight to scipy's Levenberg–Marquardt."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from gradsheet.errors import GradsheetError
from gradsheet.solving.best import Best
from gradsheet.solving.methods import Ended

Array = NDArray[np.float64]


def check_squares(best_of: Best) -> None:
    """The cell must be a sum of squares, or a mean or a root of one.

    Raises:
        GradsheetError: it is not.
    """
    problem = best_of.problem
    if problem.sense < 0 or problem.program.squares is None:
        raise GradsheetError(
            f"{problem.cell} is not seen to be a sum of squares, or a mean or root of one: lm needs that; use lbfgs"
        )


def fit(best: Best, starts: Array, most: int, ended: list[Ended | None]) -> None:
    """Fits from one start after the other: MINPACK's rule, or trust regions where cells have bounds.

    Args:
        best: keeps the best points.
        starts: a row each.
        most: Jacobians for each start.
        ended: is told how each start ended, as it ends.
    """
    from scipy.optimize import least_squares

    problem = best.problem
    squares = problem.program.squares
    assert squares is not None
    for i, start in enumerate(starts):

        def values(x: Array) -> Array:
            found = squares.values(torch.from_numpy(np.array(x))).numpy()
            problem.evaluations += 1
            return np.nan_to_num(np.asarray(found, dtype=np.float64), nan=1e100, posinf=1e100, neginf=-1e100)

        def slopes(x: Array, number: int = i) -> Array:
            best.plainly([(number, np.array(x))])
            problem.evaluations += len(x)
            return np.nan_to_num(np.asarray(squares.jacobian(torch.from_numpy(np.array(x))).numpy(), dtype=np.float64))

        many = len(values(start)) >= len(start)
        found = least_squares(
            values,
            start,
            jac=slopes,
            bounds=(problem.lower, problem.upper),
            method="lm" if many and not problem.bounded else "trf",
            xtol=3e-16,
            ftol=3e-16,
            gtol=3e-16,
            max_nfev=most * 4,
        )
        best.plainly([(i, found.x)])
        ended[i] = Ended(int(found.njev or found.nfev), str(found.message))
