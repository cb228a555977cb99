"""L-BFGS on all starts at once, each with its own curvature and its own place in its own line search.

scipy's has one point at a time, and a program that calculates twenty points costs little more than one with one:
so here a round is a point for every start that still goes. The line search halves and doubles until the weak
Wolfe conditions hold, which also works where ReLU makes kinks; close to the minimum, where values no longer tell
points apart, it goes by the gradient alone.

Source: Nocedal and Wright, "Numerical Optimization" (2006), algorithm 7.4; Lewis and Overton, "Nonsmooth
optimization via quasi-Newton methods" (2013), algorithm 2.6; Hager and Zhang, "A new conjugate gradient method with
guaranteed descent" (2005), (4.1).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gradsheet.solving.best import Best

Array = NDArray[np.float64]
PAIRS = 20  # of steps and changes of the gradient that are remembered
LONGEST = 50  # points on one line
IDLE = 8  # steps that lower nothing but the gradient, before a start has arrived
ENOUGH, LESS = 1e-4, 0.9  # Wolfe's constants: of the descent that the slope promises, and of the slope


class Descent:
    """All starts on their way down.

    Args:
        best: answers, and keeps the best points.
        starts: a row each.
    """

    def __init__(self, best: Best, starts: Array) -> None:
        count, size = starts.shape
        self._best = best
        self.x = starts.copy()
        self.steps = np.zeros(count, dtype=np.int64)
        self.going = np.ones(count, dtype=bool)
        self._s = np.zeros((count, PAIRS, size))
        self._y = np.zeros((count, PAIRS, size))
        self._pairs = np.zeros(count, dtype=np.int64)
        self._idle = np.zeros(count, dtype=np.int64)
        self._first = np.zeros(count, dtype=np.int64)  # steps before this one are forgotten
        self.f, self.g = self._asked(np.arange(count), self.x)
        self.going &= np.isfinite(self.f)
        self._aim(np.flatnonzero(self.going))

    def _asked(self, lanes: NDArray[np.int64], points: Array) -> tuple[Array, Array]:
        found = self._best.with_gradients(list(zip(lanes.tolist(), points, strict=True)))
        return np.array([p.value for p in found]), np.array([p.gradient for p in found])

    def run(self, most: int) -> None:
        """Goes down until every start has arrived, or taken so many steps."""
        while self.going.any():
            lanes = np.flatnonzero(self.going)
            points = self.x[lanes] + self._t[lanes, None] * self._d[lanes]
            f, g = self._asked(lanes, points)
            self._judge(lanes, points, f, g)
            self.going &= self.steps < most

    def _judge(self, lanes: NDArray[np.int64], points: Array, f: Array, g: Array) -> None:
        """Each start's point: too far, not far enough, or the next step."""
        t, slope, before = self._t[lanes], self._slope[lanes], self.f[lanes]
        with np.errstate(invalid="ignore"):
            there = (g * self._d[lanes]).sum(1)
            flat = f <= before + 1e-15 * np.abs(before)
            by_gradient = flat & ((2 * ENOUGH - 1) * slope >= there)
            low = np.isfinite(f) & ((f <= before + ENOUGH * t * slope) | by_gradient)
        far = ~low
        near = low & (there < LESS * slope)
        done = low & ~near
        self._high[lanes[far]] = t[far]
        self._low[lanes[near]] = t[near]
        high, least = self._high[lanes], self._low[lanes]
        self._t[lanes] = np.where(np.isinf(high), 2 * least, 0.5 * (least + np.where(np.isinf(high), 0.0, high)))
        self._tries[lanes] += 1
        stuck = ~done & (
            (self._tries[lanes] >= LONGEST) | (high - least <= 1e-16 * np.where(np.isinf(high), 0.0, high))
        )
        done |= stuck & near  # lower, if not flat: better than nothing
        self._step(lanes[done], points[done], f[done], g[done])
        self._again(lanes[stuck & ~done])

    def _step(self, lanes: NDArray[np.int64], points: Array, f: Array, g: Array) -> None:
        s, y = points - self.x[lanes], g - self.g[lanes]
        curved = (s * y).sum(1) > 1e-300
        place = self._pairs[lanes] % PAIRS
        keep = lanes[curved]
        self._s[keep, place[curved]], self._y[keep, place[curved]] = s[curved], y[curved]
        self._pairs[keep] += 1
        lower = f < self.f[lanes] - 1e-15 * np.abs(self.f[lanes])
        self._idle[lanes] = np.where(lower, 0, self._idle[lanes] + 1)
        still = self._idle[lanes] >= IDLE
        self.x[lanes], self.f[lanes], self.g[lanes] = points, f, g
        self.steps[lanes] += 1
        self.going[lanes[still]] = False
        self._aim(lanes[~still])

    def _again(self, lanes: NDArray[np.int64]) -> None:
        """A line without a better point: once more straight down, and if that was it, the start has arrived."""
        fresh = self._pairs[lanes] == self._first[lanes]
        self.going[lanes[fresh]] = False
        old = lanes[~fresh]
        self._first[old] = self._pairs[old]
        self._aim(old)

    def _aim(self, lanes: NDArray[np.int64]) -> None:
        """The next line of some starts."""
        if not hasattr(self, "_d"):
            count = len(self.x)
            self._d, self._slope = np.zeros_like(self.x), np.zeros(count)
            self._t, self._low, self._high = np.ones(count), np.zeros(count), np.full(count, np.inf)
            self._tries = np.zeros(count, dtype=np.int64)
        if not len(lanes):
            return
        d = -self._curved(lanes, self.g[lanes].copy())
        slope = (d * self.g[lanes]).sum(1)
        uphill = ~(slope < 0)
        self._first[lanes[uphill]] = self._pairs[lanes[uphill]]
        d[uphill] = -self.g[lanes[uphill]]
        slope[uphill] = -(self.g[lanes[uphill]] ** 2).sum(1)
        self.going[lanes[slope == 0]] = False  # the gradient is 0
        fresh = self._pairs[lanes] == self._first[lanes]
        size = np.maximum(1.0, np.sqrt((self.g[lanes] ** 2).sum(1)))
        self._d[lanes], self._slope[lanes] = d, slope
        self._t[lanes] = np.where(fresh, 1 / size, 1.0)
        self._low[lanes], self._high[lanes], self._tries[lanes] = 0.0, np.inf, 0

    def _curved(self, lanes: NDArray[np.int64], q: Array) -> Array:
        """The gradient times the estimated inverse of the curvature, by the two loops."""
        held = np.minimum(self._pairs[lanes] - self._first[lanes], PAIRS)
        pairs = []
        for age in range(int(held.max(initial=0))):
            place = (self._pairs[lanes] - 1 - age) % PAIRS
            s, y = self._s[lanes, place], self._y[lanes, place]
            product = (s * y).sum(1)
            rho = np.where((age < held) & (product > 0), 1 / np.where(product > 0, product, 1.0), 0.0)
            a = rho * (s * q).sum(1)
            q -= a[:, None] * y
            pairs.append((s, y, rho, a))
        if pairs:
            s, y, rho, _ = pairs[0]
            norm = (y * y).sum(1)
            q *= np.where(rho > 0, (s * y).sum(1) / np.where(norm > 0, norm, 1.0), 1.0)[:, None]
        for s, y, rho, a in reversed(pairs):
            q += (a - rho * (y * q).sum(1))[:, None] * s
        return q
