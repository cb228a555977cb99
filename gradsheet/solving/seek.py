"""Goal seek: the cells for which another shows a given value."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gradsheet.solving.lockstep import Ask
from gradsheet.solving.methods import Ended
from gradsheet.solving.problem import Problem

Array = NDArray[np.float64]


def root(problem: Problem, aim: float) -> Array | None:
    """The value of one changing cell at which the cell shows `aim`: of several the nearest to its own; or None.

    Points ever farther away, on both sides, are calculated at once; between two neighbours of different sign
    scipy's brentq closes in.
    """
    from scipy.optimize import brentq

    own = float(problem.own[0])
    reach = max(abs(own), 1.0) * 2.0 ** np.arange(-20, 41, 0.5)
    places = np.concatenate([own - reach[::-1], [own], own + reach])
    places = np.unique(np.clip(places, problem.lower[0], problem.upper[0]))
    misses = problem.cells(places[:, None])[0] - aim

    def miss(x: float) -> float:
        found = float(problem.cells(np.array([[x]]))[0, 0]) - aim
        if not math.isfinite(found):
            raise ValueError
        return found

    pairs = [
        (i, i + 1)
        for i in range(len(places) - 1)
        if np.isfinite(misses[i : i + 2]).all() and _turns(*misses[i : i + 2])
    ]
    for i, j in sorted(pairs, key=lambda pair: min(abs(places[k] - own) for k in pair)):
        try:
            x = float(brentq(miss, places[i], places[j], xtol=1e-300, rtol=9e-16, maxiter=500))
            near = [
                y for y in (x, np.nextafter(x, -math.inf), np.nextafter(x, math.inf)) if places[i] <= y <= places[j]
            ]
            x = float(min(near, key=lambda y: abs(miss(float(y)))))
            if abs(miss(x)) <= 1e-6 * max(abs(misses[i]), abs(misses[j])):  # else it jumps there
                return np.array([x])
        except ValueError:
            continue
    return None


def _turns(first: float, second: float) -> bool:
    if not (math.isfinite(first) and math.isfinite(second)):
        return False
    return bool(first == 0 or second == 0 or (first < 0) != (second < 0))


def newton(problem: Problem, start: Array, most: int) -> Callable[[Ask], Ended]:
    """Gauss–Newton within trust regions, for several changing cells and one value (scipy's least_squares)."""
    from scipy.optimize import least_squares

    def task(ask: Ask) -> Ended:
        last: dict[str, Array] = {}

        def miss(x: Array) -> Array:
            point = ask(x.copy())  # the square of the miss, and its gradient
            size = math.sqrt(point.value) if math.isfinite(point.value) else 1e100
            last["slope"] = point.gradient / (2 * size) if 0 < size < 1e100 else np.zeros_like(x)
            return np.array([size])

        found = least_squares(
            miss,
            np.clip(start, problem.lower, problem.upper),
            jac=lambda x: last["slope"][None],
            bounds=(problem.lower, problem.upper),
            xtol=3e-16,
            ftol=None,
            gtol=3e-16,
            max_nfev=most,
        )
        return Ended(int(found.nfev), str(found.message))

    return task
