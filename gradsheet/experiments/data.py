"""The course's 29 training examples: y = 2·x + 30 exactly, x as the course drew it.

Source: graddesc.xlsx, basic!A4:B32.
"""

from __future__ import annotations

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
