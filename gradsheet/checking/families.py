"""Columns that belong to the pixels of an image are one answer: one formula, filled to the right."""

from __future__ import annotations

import re
from functools import cache

_NUMBERED = re.compile(r"w_\d+_\d+")
_PIXEL = re.compile(r"((?:.*_)?w)_\d+_\d+")


@cache
def family(column: str) -> str:
    """What a column is called together with those of the other pixels; its own name where there are none.

    Example:
        >>> family("grad_w_1_8"), family("w_1_1"), family("grad_bias"), family("new_a")
        ('grad_w', 'w', 'grad_bias', 'new_a')
    """
    found = _PIXEL.fullmatch(column)
    return found[1] if found else column


def spoken(title: str) -> str:
    """A title of one pixel's column as that of all.

    Example:
        >>> spoken("dloss/dw_1_8"), spoken("pred")
        ('dloss/dw', 'pred')
    """
    return _NUMBERED.sub("w", title)
