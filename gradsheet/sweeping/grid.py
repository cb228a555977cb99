"""All combinations of the axes' values, by number; never all of them at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradsheet.errors import GradsheetError
from gradsheet.sweeping.axes import Axis

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Grid:
    """Axes, and the order of the runs: the last axis goes fastest, those that are drawn go together.

    Example:
        >>> from gradsheet.sweeping.axes import axis
        >>> grid = Grid((axis("lr=1,2"), axis("a=0:1:2")))
        >>> {name: values.tolist() for name, values in grid.part(0, len(grid)).items()}
        {'lr': [1.0, 1.0, 2.0, 2.0], 'a': [0.0, 1.0, 0.0, 1.0]}
    """

    axes: tuple[Axis, ...]
    seed: int = 0

    def __post_init__(self) -> None:
        names = [axis.name for axis in self.axes]
        if not names:
            raise GradsheetError("a sweep needs at least one --over NAME=FROM:TO:COUNT")
        for name in names:
            if names.count(name) > 1:
                raise GradsheetError(f"{name} is swept twice: give it one --over")
        drawn = {axis.count for axis in self.axes if axis.drawn}
        if len(drawn) > 1:
            counts = " and ".join(map(str, sorted(drawn)))
            raise GradsheetError(f"axes that are drawn are drawn together: give all the same count, not {counts}")

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of values along each direction; what is drawn is one direction, the last."""
        fixed = tuple(axis.count for axis in self.axes if not axis.drawn)
        return fixed + tuple({axis.count for axis in self.axes if axis.drawn})

    def __len__(self) -> int:
        return math.prod(self.shape)

    def part(self, first: int, last: int) -> dict[str, NDArray[np.float64]]:
        """The values of each axis for the runs from `first` up to, not including, `last`."""
        import numpy as np

        numbers = np.arange(first, last, dtype=np.int64)
        places = dict(zip(self._directions(), np.unravel_index(numbers, self.shape), strict=True))
        return {axis.name: axis.at(places["drawn" if axis.drawn else axis.name], self.seed) for axis in self.axes}

    def _directions(self) -> Sequence[str]:
        fixed = [axis.name for axis in self.axes if not axis.drawn]
        return [*fixed, "drawn"] if len(fixed) < len(self.axes) else fixed
