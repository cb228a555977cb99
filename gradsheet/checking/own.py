"""Inputs and data of a learner's own, drawn from a seed made of exercise and learner; and those of everyone.

What is drawn is round, comes from the same neighbourhood as the catalogue's numbers, and trains: where a run
would explode, the learning rate is halved until it does not.
"""

from __future__ import annotations

import hashlib
import random

from gradsheet.checking.key import calm, key_of
from gradsheet.checking.spec import Exercise
from gradsheet.experiments import Experiment

Points = list[tuple[float, float]]

_TRIES = 12


def numbers(exercise: Exercise) -> tuple[dict[str, float], Points]:
    """The inputs and the examples of an exercise.

    Example:
        >>> from gradsheet.checking.spec import make
        >>> inputs, points = numbers(make("momentum"))
        >>> inputs["lr"], points[0]
        (0.0001, (14.0, 58.0))
        >>> numbers(make("momentum", learner="ada", own_data=True)) == numbers(
        ...     make("momentum", learner="ada", own_data=True))
        True
    """
    entry = exercise.experiment
    inputs = {name: one.default for name, one in entry.inputs.items()}
    points = [(float(x), float(y)) for x, y in entry.data]
    if exercise.own_data:
        chance = random.Random(hashlib.sha256(f"{exercise.name}|{exercise.learner}".encode()).digest())
        points = _points(entry, chance)
        if "lr" in inputs:
            inputs["lr"] = _round(inputs["lr"] * chance.choice((0.8, 0.9, 1.0, 1.1, 1.2)))
        for name in inputs:
            if name.startswith("start_"):
                inputs[name] = _round(inputs[name] * chance.choice((0.5, 1.0, 1.5, 2.0)))
    key = key_of(exercise)
    for _ in range(_TRIES):
        if "lr" not in inputs or calm(key.values(inputs, points)):
            break
        inputs["lr"] = _round(inputs["lr"] / 2)
    return inputs, points


def _points(entry: Experiment, chance: random.Random) -> Points:
    """Other examples of the same kind: of another line where they lie on one, else in another order."""
    points = [(float(x), float(y)) for x, y in entry.data]
    chance.shuffle(points)
    xs = [x for x, _ in points]
    line = _line(points)
    if line is None or any(x != int(x) for x in xs) or max(xs) - min(xs) < 20:
        return points
    slope, intercept = line
    slope = _round(slope * chance.choice((0.75, 1.25, 1.5)))
    intercept = _round(intercept + chance.choice((-10, -5, 5, 10)))
    low, high = min(xs), max(xs)
    drawn = [min(max(x + chance.randint(-4, 4), low), high) for x in xs]
    return [(x, slope * x + intercept) for x in drawn]


def _line(points: Points) -> tuple[float, float] | None:
    """Slope and intercept, where all examples lie on one line."""
    if len(points) < 3:
        return None
    (x1, y1), (x2, y2) = min(points), max(points)
    if x1 == x2:
        return None
    slope = (y2 - y1) / (x2 - x1)
    fits = all(abs(y1 + slope * (x - x1) - y) <= 1e-9 * (1 + abs(y)) for x, y in points)
    return (slope, y1 - slope * x1) if fits else None


def _round(value: float) -> float:
    return float(f"{value:.3g}")
