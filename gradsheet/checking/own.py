"""Inputs and data of a learner's own, drawn from a seed made of exercise and learner; and those of everyone.

What is drawn is round, comes from the same neighbourhood as the catalogue's numbers, and trains: where a run
would explode, the learning rate is halved until it does not.
"""

from __future__ import annotations

import hashlib
import math
import random
from functools import lru_cache

from gradsheet.checking.key import calm, key_of
from gradsheet.checking.spec import IMAGES, Exercise
from gradsheet.experiments import Experiment
from gradsheet.experiments.few_digits import few_digits

Points = list[tuple[float, ...]]

_TRIES = 12
_KEPT = 64
_SPREAD = 0.1  # of start weights that are drawn: with fast.ai's 1 most sigmoids are 0 or 1, and nothing moves


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
    whose = exercise.learner if exercise.own_data else ""
    inputs, points = _drawn(Exercise(exercise.name, (), exercise.epochs, whose, exercise.own_data))
    return dict(inputs), list(points)


@lru_cache(_KEPT)
def _drawn(exercise: Exercise) -> tuple[dict[str, float], Points]:
    """The same for all whom it is the same for."""
    entry = exercise.experiment
    inputs = {name: one.default for name, one in entry.inputs.items()}
    points: Points = [tuple(map(float, row)) for row in entry.data]
    chance = random.Random(hashlib.sha256(f"{exercise.name}|{exercise.learner}".encode()).digest())
    if exercise.own_data:
        points = _images(chance) if entry.model.wide else _points(entry, chance)
        if "lr" in inputs:
            inputs["lr"] = _round(inputs["lr"] * chance.choice((0.8, 0.9, 1.0, 1.1, 1.2)))
    starts = [name for name in inputs if name.startswith("start_")]
    if entry.model.wide:
        inputs |= {name: normal(chance, _SPREAD) for name in starts}
    elif exercise.own_data:
        inputs |= {name: _round(inputs[name] * chance.choice((0.5, 1.0, 1.5, 2.0))) for name in starts}
    key = key_of(exercise)
    for _ in range(_TRIES):
        if "lr" not in inputs or calm(key.values(inputs, points)):
            break
        inputs["lr"] = _round(inputs["lr"] / 2)
    return inputs, points


def normal(chance: random.Random, spread: float) -> float:
    """A nearly normal number of two digits: the sum of twelve uniform ones less 6, which needs no logarithm or root.

    Example:
        >>> chance = random.Random(b"three")
        >>> [normal(chance, 0.1) for _ in range(4)]
        [-0.02, 0.07, 0.01, 0.1]
    """
    return round(spread * (math.fsum(chance.random() for _ in range(12)) - 6), 2) + 0.0


def _images(chance: random.Random) -> Points:
    """As many threes as sevens, in turn."""
    known = few_digits()
    threes, sevens = (chance.sample([row for row in known if row[-1] == truth], IMAGES // 2) for truth in (1.0, 0.0))
    return [row for pair in zip(threes, sevens, strict=True) for row in pair]


def _points(entry: Experiment, chance: random.Random) -> Points:
    """Other examples of the same kind: of another line where they lie on one, else in another order."""
    points: Points = [(float(x), float(y)) for x, y in entry.data]
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
