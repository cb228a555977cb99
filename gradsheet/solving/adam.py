"""Adam on all starts at once: the rule of the course's sheets, with Kingma and Ba's corrections."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gradsheet.solving.best import Best

Array = NDArray[np.float64]


def adam(best: Best, starts: Array, most: int, lr: float) -> list[int]:
    """Steps down from every start; the rate falls to 0 along half a cosine.

    Args:
        best: answers, and keeps the best points.
        starts: a row each.
        most: how many steps.
        lr: the first rate, a step's length in each cell.

    Returns:
        How many steps each start took.

    Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015), algorithm 1.
    """
    x = starts.copy()
    average, square = np.zeros_like(x), np.zeros_like(x)
    problem = best.problem
    for step in range(1, most + 1):
        points = best.with_gradients([(i, row) for i, row in enumerate(x)])
        gradient = np.array([p.gradient for p in points])
        average += 0.1 * (gradient - average)
        square += 0.001 * (gradient * gradient - square)
        rate = lr * 0.5 * (1 + np.cos(np.pi * (step - 1) / most))
        move = average / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        x = np.clip(x - rate * move, problem.lower, problem.upper)
    best.with_gradients([(i, row) for i, row in enumerate(x)])
    return [most] * len(x)
