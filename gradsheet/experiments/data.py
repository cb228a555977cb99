"""The course's 29 training examples: y = 2·x + 30 exactly, x as the course drew it; and examples that are drawn.

Source: graddesc.xlsx, basic!A4:B32; fast.ai, "Deep Learning for Coders", chapter 4.
"""

from __future__ import annotations

import random

SLOPE, INTERCEPT = 2.0, 30.0

_X = (
    14,
    86,
    28,
    51,
    28,
    29,
    72,
    62,
    84,
    15,
    42,
    62,
    47,
    35,
    9,
    38,
    44,
    99,
    13,
    21,
    28,
    20,
    8,
    64,
    99,
    70,
    27,
    17,
    8,
)

ROWS: tuple[tuple[float, float], ...] = tuple((float(x), SLOPE * x + INTERCEPT) for x in _X)

LINE_WORDS = "29 examples of y = 2·x + 30, in the course's order."


def speed(seed: int, noise: float = 3.0) -> tuple[tuple[float, float], ...]:
    """A speed at times 0 to 19: 0.75·(t − 9.5)² + 1, and normal noise of size `noise`; read off to four places.

    Example:
        >>> speed(1, noise=0)[:2]
        ((0.0, 68.6875), (1.0, 55.1875))
        >>> speed(1) == speed(1), speed(1) == speed(2)
        (True, False)
    """
    drawn = random.Random(seed)
    return tuple((float(t), round(0.75 * (t - 9.5) ** 2 + 1 + drawn.gauss(0, 1) * noise, 4)) for t in range(20))
