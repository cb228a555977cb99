"""The ways to search, each for one start: scipy's optimisers, asking for points.

Quasi-Newton with bounds (L-BFGS-B), sequential least squares for other conditions (SLSQP), least squares by
residuals (MINPACK's Levenberg–Marquardt, or trust regions within bounds), and annealing for what has no gradient.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gradsheet.solving.lockstep import Ask
from gradsheet.solving.problem import Problem

Array = NDArray[np.float64]
FAR = 1e100  # what an optimiser is told where the cell shows an error


class Ended(NamedTuple):
    """How a start's search ended."""

    iterations: int
    message: str


def lbfgs(problem: Problem, start: Array, most: int) -> Callable[[Ask], Ended]:
    """L-BFGS-B with exact gradients, down to where rounding ends it."""
    from scipy.optimize import minimize

    def task(ask: Ask) -> Ended:
        def fun(x: Array) -> tuple[float, Array]:
            point = ask(x.copy())
            return (point.value, point.gradient) if math.isfinite(point.value) else (FAR, np.zeros_like(x))

        bounds = list(zip(problem.lower, problem.upper, strict=True)) if problem.bounded else None
        options = {"maxiter": most, "maxfun": 4 * most, "maxcor": 20, "ftol": 0.0, "gtol": 1e-12}
        found = minimize(fun, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
        return Ended(int(found.nit), str(found.message))

    return task


def slsqp(problem: Problem, start: Array, most: int) -> Callable[[Ask], Ended]:
    """SLSQP with exact gradients, for conditions other than bounds."""
    from scipy.optimize import minimize

    equal = np.array([one.sign == "=" for one in problem.general])

    def task(ask: Ask) -> Ended:
        last: dict[str, Any] = {}

        def at(x: Array) -> Any:
            if last.get("x") is None or not np.array_equal(last["x"], x):
                last["x"], last["point"] = x.copy(), ask(x.copy())
            return last["point"]

        def fun(x: Array) -> tuple[float, Array]:
            point = at(x)
            return (point.value, point.gradient) if math.isfinite(point.value) else (FAR, np.zeros_like(x))

        held = [
            {
                "type": kind,
                "fun": lambda x, rows=rows: np.nan_to_num(at(x).margins[rows], nan=-FAR),
                "jac": lambda x, rows=rows: at(x).slopes[rows],
            }
            for kind, rows in (("eq", equal), ("ineq", ~equal))
            if rows.any()
        ]
        bounds = list(zip(problem.lower, problem.upper, strict=True)) if problem.bounded else None
        options = {"maxiter": most, "ftol": 1e-15}
        found = minimize(fun, start, jac=True, method="SLSQP", bounds=bounds, constraints=held, options=options)
        return Ended(int(found.nit), str(found.message))

    return task


def annealing(problem: Problem, start: Array, most: int, seed: int) -> Callable[[Ask], Ended]:
    """Generalised annealing, which needs values only."""
    from scipy.optimize import dual_annealing

    reach = 10 * np.maximum(np.abs(problem.own), 1.0)
    lower = np.where(np.isfinite(problem.lower), problem.lower, np.minimum(start, problem.own) - reach)
    upper = np.where(np.isfinite(problem.upper), problem.upper, np.maximum(start, problem.own) + reach)
    upper = np.maximum(upper, np.nextafter(lower, math.inf))

    def task(ask: Ask) -> Ended:
        def fun(x: Array) -> float:
            value = ask(np.asarray(x, dtype=np.float64).copy())
            return value if math.isfinite(value) else FAR

        found = dual_annealing(
            fun,
            list(zip(lower, upper, strict=True)),
            maxiter=most,
            rng=np.random.default_rng(seed),
            x0=np.clip(start, lower, upper),
            no_local_search=True,
        )
        return Ended(int(found.nit), " ".join(found.message) if isinstance(found.message, list) else str(found.message))

    return task
