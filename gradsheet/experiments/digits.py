"""Threes and sevens: scikit-learn's digits, 8×8 pixels, loaded when someone looks at them.

Source: Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998; sklearn.datasets.load_digits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, overload

Rows = tuple[tuple[float, ...], ...]
WHITE = 16.0
"""The brightest pixel in scikit-learn's digits; here they go from 0 to 1."""


class Lazily(Sequence[tuple[float, ...]]):
    """Rows that are loaded when they are first looked at: the catalogue must be quick to read."""

    def __init__(self, load: Callable[[], Rows]) -> None:
        self._load = load

    @cached_property
    def rows(self) -> Rows:
        """All of them."""
        return self._load()

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, at: int) -> tuple[float, ...]: ...
    @overload
    def __getitem__(self, at: slice) -> Rows: ...
    def __getitem__(self, at: int | slice) -> Any:
        return self.rows[at]


def threes_and_sevens() -> Rows:
    """183 threes and 179 sevens in turn: 64 pixels from 0 to 1, then 1 for a three and 0 for a seven.

    Example:
        >>> rows = threes_and_sevens()
        >>> len(rows), sum(row[-1] for row in rows), len(rows[0])
        (362, 183.0, 65)
    """
    from sklearn.datasets import load_digits  # type: ignore[import-untyped]

    found: Any = load_digits()
    return tuple(map(tuple, in_turn(found.data / WHITE, found.target).tolist()))


def in_turn(pixels: Any, labels: Any) -> Any:
    """Of images, (N, F), and what they are, (N,): threes and sevens in turn, then what is left, (N, F + 1)."""
    import numpy as np

    threes, sevens = (np.flatnonzero(labels == digit) for digit in (3, 7))
    both = min(len(threes), len(sevens))
    turns = np.stack([threes[:both], sevens[:both]], 1).reshape(-1)
    order = np.concatenate([turns, threes[both:], sevens[both:]])
    truth = (labels[order] == 3).astype(float)
    return np.column_stack([pixels[order], truth])


DIGITS = Lazily(threes_and_sevens)
