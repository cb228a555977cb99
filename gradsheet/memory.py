"""Memory that is used again, from pass to pass and from one chunk of a sweep to the next.

Memory fresh from the system is given page by page at its first touch, which for a million lanes can take longer than
a pass does.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SHAPES = 16
"""Of which arrays are kept, those last asked for: lanes that explode come in ever other numbers."""


class Pool:
    """Arrays, each of which is handed out again once no tensor reads it any more.

    Example:
        >>> pool = Pool()
        >>> first = pool.take((2, 3), torch.float64)
        >>> where, row = first.data_ptr(), first[1]
        >>> del first
        >>> pool.take((2, 3), torch.float64).data_ptr() == where  # `row` still reads it
        False
        >>> del row
        >>> pool.take((2, 3), torch.float64).data_ptr() == where
        True
    """

    def __init__(self) -> None:
        self._arrays: dict[tuple[tuple[int, ...], torch.dtype], list[NDArray[np.generic]]] = {}
        self._taking = threading.Lock()

    def take(self, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        """A tensor of whatever numbers were left in it."""
        with self._taking:
            arrays = self._arrays[shape, dtype] = self._arrays.pop((shape, dtype), [])
            if len(self._arrays) > SHAPES:
                del self._arrays[next(iter(self._arrays))]
            at = _unread(arrays, _IDLE)
            if at is None:
                at = len(arrays)
                arrays.append(np.empty(shape, torch.empty(0, dtype=dtype).numpy().dtype))
            return torch.from_numpy(arrays[at])


def _unread(arrays: list[NDArray[np.generic]], idle: int) -> int | None:
    """The first array that nothing refers to but the list: its tensor, and any part of it, would."""
    return next((k for k, array in enumerate(arrays) if sys.getrefcount(array) <= idle), None)


_IDLE = next(n for n in range(1, 9) if _unread([np.empty(0)], n) is not None)
"""References that looking at it makes by itself: another number in other Pythons."""

_pool: Pool | None = None


@contextmanager
def kept() -> Iterator[None]:
    """Until the end of this, what `empty` gives is used again; inside another one, until the end of that."""
    global _pool
    if _pool is not None:
        yield
        return
    _pool = Pool()
    try:
        yield
    finally:
        _pool = None


def empty(shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    """A tensor on the cpu, of whatever numbers."""
    pool = _pool
    return torch.empty(shape, dtype=dtype) if pool is None else pool.take(shape, dtype)
