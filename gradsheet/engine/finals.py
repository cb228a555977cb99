"""What a sweep keeps of a run: chosen columns of chosen epochs, and the first row in which it went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from gradsheet.engine.compiled import LANES
from gradsheet.engine.quick import quick, shared_out, suits
from gradsheet.engine.recorder import Recorder
from gradsheet.engine.run import BLOCK, loop, passes
from gradsheet.engine.setup import Setup
from gradsheet.engine.written import Rows, narrow
from gradsheet.memory import empty, kept

Wanted = Sequence[tuple[str, int]]  # a column of the epochs table, and an epoch
NEVER = -1


def finals(
    setup: Setup, epochs: int, wanted: Wanted, *, above: float | None = None, compiled: bool = False
) -> dict[str, Tensor]:
    """Run all lanes, keep what is wanted.

    Args:
        setup: the lanes.
        epochs: how many.
        wanted: columns of the epochs table, each with an epoch.
        above: a threshold for the loss of a row, where one is watched.
        compiled: with torch.compile.

    Returns:
        ``column@epoch`` → (B,); and `broke_epoch`, `broke_row` (from 1): where the run left the finite numbers first,
        0 in `broke_row` where it never did; with a threshold `above_epoch` and `above_row` likewise.

    Example:
        >>> from gradsheet.engine.setup import prepare
        >>> from gradsheet.experiments import experiment
        >>> finals(prepare(experiment("basic"), {}), 0, [("root_sum", 0)])["root_sum@0"].item()
        150.75521153771854
    """
    rows = passes(setup.experiment) if above is None else _watching(passes(setup.experiment), above)
    blocks = list(setup.blocks(LANES if compiled else BLOCK))
    if suits(setup):
        rows = quick(rows, setup, compiled)

    def run(block: Setup) -> dict[str, Tensor]:
        recorder = Finals(block, wanted)
        loop(block, epochs, recorder, rows)
        return recorder.found

    with kept():
        parts = shared_out(run, blocks, 1 if compiled else None)
        return {name: _joined([part[name] for part in parts]) for name in parts[0]}


class Finals(Recorder):
    """Keeps of each pass only what is wanted."""

    def __init__(self, setup: Setup, wanted: Wanted) -> None:
        super().__init__(setup, "epochs")
        self._at = -len(setup.experiment.warmup)
        self._chosen: dict[int, list[str]] = {}
        for name, epoch in wanted:
            self._chosen.setdefault(epoch, []).append(name)
        self._entered: Any = None
        self._updated: Any = None
        self.found = {f"{name}@{epoch}": self._filled(torch.nan) for name, epoch in wanted}
        for name in ("broke_epoch", "broke_row"):
            self.found[name] = self._filled(0)

    def shows(self, footer: str) -> bool:
        """Whether it is wanted of any epoch."""
        return any(footer in names for names in self._chosen.values())

    def enter(self, weights: Tensor, state: Any, held: Any) -> None:
        """A pass begins."""
        self._entered, self._updated = (weights, state, held), None

    def update(self, shown: Mapping[str, Tensor], state: Any) -> None:
        """The one update of a pass over a batch."""
        self._updated = shown, state

    def close(self, epoch: Tensor, accepted: Tensor, sums: Any, footers: Any, done: Any) -> None:
        """A pass ends."""
        self._first("broke", done.broken, epoch)
        if done.above is not None:
            self._first("above", done.above, epoch)
        begins = self._at >= 0 and (self._at % self.setup.batches == 0 or self.setup.experiment.optimiser.retries)
        reached = narrow(epoch), narrow(accepted)
        chosen = {k for k in self._chosen if begins and bool(((reached[0] == k) & reached[1]).any())}
        self._at += 1
        if not chosen:
            return
        super().enter(*self._entered)
        if self._updated is not None:
            super().update(*self._updated)
        super().close(epoch, accepted, sums, footers, done)
        for k in chosen:
            here = (reached[0] == k) & reached[1]
            for name in self._chosen[k]:
                value = self._passes[name][-1]
                value = value.to(self.setup.start.dtype) if value.dtype == torch.bool else value
                key = f"{name}@{k}"
                self.found[key] = value if bool(here.all()) else torch.where(here, value, self.found[key])
        self._passes.clear()
        self._marks.clear()

    def _first(self, what: str, row: Tensor, epoch: Tensor) -> None:
        """Note the first row ever, pass by pass."""
        at = self.found.setdefault(f"{what}_epoch", self._filled(0))
        rows = self.found.setdefault(f"{what}_row", self._filled(0))
        if row.stride(0) == 0 and int(row[0]) == NEVER:
            return
        new = (rows == 0) & (row != NEVER)
        number = epoch if self._at >= 0 else torch.full_like(epoch, self._at)
        self.found[f"{what}_epoch"] = torch.where(new, number, at)
        self.found[f"{what}_row"] = torch.where(new, row + 1, rows)

    def _filled(self, value: float) -> Tensor:
        dtype = self.setup.start.dtype if isinstance(value, float) else torch.long
        return torch.full((1,), value, dtype=dtype, device=self.setup.start.device).expand(self.setup.lanes)


def _joined(parts: list[Tensor]) -> Tensor:
    """One after the other; a value that all lanes share takes no room, as before."""
    if all(part.stride(0) == 0 and bool(part[0] == parts[0][0]) for part in parts):
        return parts[0][:1].expand(sum(map(len, parts)))
    if len(parts) == 1:
        return parts[0]
    if parts[0].device.type != "cpu":
        return torch.cat(parts)
    return torch.cat(parts, out=empty((sum(map(len, parts)),), parts[0].dtype))


@lru_cache(maxsize=16)
def _watching(rows: Rows, threshold: float) -> Rows:
    """The same pass; beside it, the first row whose loss reaches a threshold."""

    def watched(
        setup: Setup, examples: Any, weights: Tensor, state: Any, held: Any, recorder: Any, careful: bool
    ) -> Any:
        watch = _Watch(recorder, setup.experiment.model.loss.column.name, threshold, weights.device)
        done = rows(setup, examples, weights, state, held, watch, careful)
        return done._replace(above=watch.found.expand(setup.lanes) if isinstance(watch.found, Tensor) else watch.found)

    return watched


class _Watch:
    """A recorder that looks at each row's loss on its way to another."""

    def __init__(self, recorder: Any, loss: str, threshold: float, device: Any) -> None:
        self._recorder, self._loss, self._threshold = recorder, loss, threshold
        self._number = 0
        self.found: Any = torch.full((1,), NEVER, device=device)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._recorder, name)

    def row(self, shown: Mapping[str, Tensor], state: Any) -> None:
        """What is no number has passed every threshold."""
        beyond = ~(shown[self._loss] < self._threshold)
        self.found = torch.where((self.found < 0) & beyond, self._number, self.found)
        self._number += 1
        self._recorder.row(shown, state)
