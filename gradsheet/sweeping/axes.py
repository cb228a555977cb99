"""What a sweep goes over: an axis is a name and a number of values, made when they are needed.

========================= =======================================================
``lr=1e-6:1e-2:1000:log`` 1000 values between two numbers, a constant factor apart
``a=-3:3:200``            200 values, a constant step apart
``lr=0.1,0.2,0.5``        these values
``a=uniform:-3:3:1000``   drawn between two numbers
``a=normal:0:1:1000``     drawn around a mean, with a standard deviation
========================= =======================================================

All axes that are drawn are drawn together, one value of each a run; other axes make a grid.
A value depends on its place alone, never on the chunk in which it is made.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gradsheet.errors import GradsheetError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Kind = Literal["linear", "log", "values", "uniform", "normal"]
DRAWN = ("uniform", "normal")
TOGETHER = 65_536
"""So many values are drawn at a time, whoever asks for them."""

HOW = "write NAME=FROM:TO:COUNT, with :log behind it or not, NAME=VALUE,VALUE or NAME=uniform:FROM:TO:COUNT"


@dataclass(frozen=True)
class Axis:
    """One input and its values.

    Attributes:
        name: of the input, or a cell's address.
        kind: how the values lie.
        first: the first value; the mean where they are drawn from a normal distribution.
        last: the last value; the standard deviation likewise.
        count: how many.
        values: all of them, where they are listed.
    """

    name: str
    kind: Kind
    first: float
    last: float
    count: int
    values: tuple[float, ...] = ()

    @property
    def drawn(self) -> bool:
        """Whether its values are drawn at random."""
        return self.kind in DRAWN

    def at(self, places: NDArray[np.int64], seed: int = 0) -> NDArray[np.float64]:
        """The values at some places, from 0.

        Example:
            >>> import numpy as np
            >>> axis("lr=1e-6:1e-2:5:log").at(np.arange(5)).tolist()
            [1e-06, 1e-05, 0.0001, 0.001, 0.01]
            >>> axis("a=0:1:11").at(np.arange(11)).tolist()[:4]
            [0.0, 0.1, 0.2, 0.3]
        """
        import numpy as np

        if self.kind == "values":
            return np.array(self.values)[places]
        if self.drawn:
            return self._drawn(places, seed)
        if self.count == 1:
            return np.full(len(places), self.first)
        found, back = np.unique(places, return_inverse=True)
        spaced = self._log(found) if self.kind == "log" else self._linear(found)
        spaced[found == self.count - 1] = self.last
        return spaced[back]

    def _linear(self, places: NDArray[np.int64]) -> NDArray[np.float64]:
        spaced: NDArray[np.float64] = self.first + (self.last - self.first) * places / (self.count - 1)
        return spaced

    def _log(self, places: NDArray[np.int64]) -> NDArray[np.float64]:
        """10^exponent by the mathematics library, one by one; of a long axis only every 1024th, then by products."""
        import numpy as np

        sign, low = math.copysign(1.0, self.first), math.log10(abs(self.first))
        step = (math.log10(abs(self.last)) - low) / (self.count - 1)
        if self.count <= 100_000:
            return sign * np.array([math.pow(10.0, low + k * step) for k in places.tolist()])
        within = np.array([math.pow(10.0, k * step) for k in range(1024)])
        blocks, back = np.unique(places // 1024, return_inverse=True)
        starts = np.array([math.pow(10.0, low + k * 1024 * step) for k in blocks.tolist()])
        spaced: NDArray[np.float64] = sign * starts[back] * within[places % 1024]
        return spaced

    def _drawn(self, places: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
        import numpy as np

        values = np.empty(len(places))
        key = zlib.crc32(self.name.encode())
        for block in np.unique(places // TOGETHER).tolist():
            source = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, key, block])))
            if self.kind == "uniform":
                drawn = source.uniform(self.first, self.last, TOGETHER)
            else:
                drawn = source.normal(self.first, self.last, TOGETHER)
            here = places // TOGETHER == block
            values[here] = drawn[places[here] % TOGETHER]
        return values

    def __str__(self) -> str:
        if self.kind == "values":
            return f"{self.name}={','.join(map(repr, self.values))}"
        ends = f"{self.first!r}:{self.last!r}:{self.count}"
        if self.drawn:
            return f"{self.name}={self.kind}:{ends}"
        return f"{self.name}={ends}{':log' if self.kind == 'log' else ''}"


def axis(text: str) -> Axis:
    """Read an axis.

    Raises:
        GradsheetError: it is not written as one.
    """
    name, sign, rest = text.rpartition("=")
    name = name.strip()
    if not sign or not name or not rest.strip():
        raise GradsheetError(f"--over {text} is no axis: {HOW}")
    if ":" not in rest:
        values = tuple(_number(text, part) for part in rest.split(","))
        return Axis(name, "values", values[0], values[-1], len(values), values)
    parts = [part.strip() for part in rest.split(":")]
    kind: Kind = "linear"
    if parts[0] in DRAWN:
        kind = "uniform" if parts.pop(0) == "uniform" else "normal"
    elif parts[-1] in ("log", "lin"):
        kind = "log" if parts.pop() == "log" else "linear"
    if len(parts) != 3:
        raise GradsheetError(f"--over {text} is no axis: {HOW}")
    first, last = _number(text, parts[0]), _number(text, parts[1])
    count = _number(text, parts[2])
    if count < 1 or count != int(count):
        raise GradsheetError(f"--over {text}: {parts[2]} is no number of values; give a whole number, 1 or more")
    if kind == "log" and (first == 0 or last == 0 or (first > 0) != (last > 0)):
        raise GradsheetError(f"--over {text}: a logarithmic axis needs two numbers above 0")
    return Axis(name, kind, first, last, int(count))


def _number(text: str, part: str) -> float:
    try:
        value = float(part)
    except ValueError:
        raise GradsheetError(f"--over {text}: {part.strip()!r} is no number; {HOW}") from None
    if not math.isfinite(value):
        raise GradsheetError(f"--over {text}: {part.strip()!r} is no finite number")
    return value
