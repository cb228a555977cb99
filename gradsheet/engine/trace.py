"""What a run leaves: every column of the sheet, every row, every epoch, or what was asked for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from gradsheet.engine.setup import Setup
from gradsheet.errors import GradsheetError
from gradsheet.experiments import Experiment

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Trace:
    """A run of B lanes over K passes (warm-up and repeated ones included) of N rows.

    Attributes:
        setup: what the run started from.
        asked: the number of epochs.
        steps: the steps table, column name → (B, K, N); only what was kept.
        passes: the epochs table, column name → (B, K).
        epoch: which epoch each pass belongs to, (B, K).
        accepted: whether it stands; warm-up passes and repeated ones do not, (B, K).
        broken: the first row, from 0, of each pass that is not finite, or −1, (B, K).

    Example:
        >>> from gradsheet import run
        >>> trace = run("momentum", epochs=2)
        >>> trace.passes["velocity_b"].shape, trace.steps["velocity_b"].shape
        (torch.Size([1, 4]), torch.Size([1, 4, 29]))
        >>> trace
        momentum: 1 lane, 2 epochs, 4 passes (1 warm-up) of 29 rows
    """

    setup: Setup
    asked: int
    steps: Mapping[str, Tensor]
    passes: Mapping[str, Tensor]
    epoch: Tensor
    accepted: Tensor
    broken: Tensor

    @property
    def experiment(self) -> Experiment:
        """The experiment, with gradient and carry-over as they ran."""
        return self.setup.experiment

    @property
    def warm(self) -> int:
        """How many warm-up passes lead the trace."""
        return len(self.experiment.warmup)

    @property
    def inputs(self) -> dict[str, Tensor]:
        """Every input, (B,) each."""
        return self.setup.inputs

    @cached_property
    def epochs(self) -> dict[str, Tensor]:
        """The epochs table without warm-up and repeated passes, column name → (B, epochs + 1).

        Entry k holds the weights after k epochs and the errors of the pass that starts from them. A lane that
        ran out of passes (a schedule that repeats for ever) has NaN. With mini-batches it is the epoch's first batch.
        """
        if bool((self.accepted[:, self.warm :]).all()):
            batches = self.setup.batches
            return {name: t[:, self.warm :: batches][:, : self.asked + 1] for name, t in self.passes.items()}
        at = torch.zeros(len(self.epoch), self.asked + 1, dtype=torch.long, device=self.epoch.device)
        found = torch.zeros_like(at, dtype=torch.bool)
        wanted = self.accepted & (self.epoch <= self.asked)
        lane, k = wanted.nonzero(as_tuple=True)
        at[lane, self.epoch[lane, k]] = k
        found[lane, self.epoch[lane, k]] = True
        out = {}
        for name, t in self.passes.items():
            value = t.gather(1, at)
            out[name] = torch.where(found, value, torch.nan) if value.is_floating_point() else value
        return out

    @cached_property
    def first_broken(self) -> tuple[Tensor, Tensor]:
        """Per lane the pass and the row (both from 0) where it left the finite numbers first; −1 where it never did."""
        bad = self.broken >= 0
        k = torch.where(bad.any(1), bad.to(torch.long).argmax(1), -1)
        row = self.broken.gather(1, k.clamp(min=0)[:, None])[:, 0]
        return k, torch.where(k < 0, -1, row)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a careful reader should know, one sentence each: odd settings, the row where a run exploded."""
        notes = list(self.setup.notes)
        k, row = self.first_broken
        lanes = (k >= 0).nonzero()[:, 0].tolist()
        if lanes:
            lane = lanes[0]
            at = int(k[lane])
            where = "warm-up" if at < self.warm else f"epoch {int(self.epoch[lane, at])}"
            who = "the run leaves" if len(self.broken) == 1 else f"{len(lanes)} of {len(self.broken)} runs leave"
            lr = f" (lr = {float(self.inputs['lr'][lane]):g})" if "lr" in self.inputs else ""
            held = "finite numbers" if self.setup.start.dtype == torch.float64 else "numbers that float32 holds"
            then = "from there on Excel shows #NUM! (#DIV/0! where it divides by 0)"
            then = then if self.setup.start.dtype == torch.float64 else "cells, in float64, go on a little longer"
            first = "" if len(self.broken) == 1 else f", lane {lane} first"
            notes.append(
                f"{self.experiment.name}: {who} the {held} in {where}, row {int(row[lane]) + 1}{first}{lr}; {then}."
            )
        finished = (self.accepted & (self.epoch == self.asked)).any(1)
        unfinished = int((~finished).sum())
        if unfinished:
            notes.append(
                f"{self.experiment.name}: {unfinished} of {len(self.epoch)} runs did not finish {self.asked} epochs in "
                f"{self.epoch.shape[1]} passes: a pass that does not stand is run again, and again."
            )
        return tuple(notes)

    def to_frame(self, table: str = "steps", lane: int = 0) -> pd.DataFrame:
        """One lane as a pandas frame, indexed by pass (and row).

        Args:
            table: "steps", a row per example, or "epochs", a row per pass.
            lane: which of the B runs.

        Example:
            >>> from gradsheet import run
            >>> run("basic", epochs=1).to_frame().loc[(0, 1), ["x", "pred", "err2"]].tolist()
            [14.0, 15.0, 1849.0]
        """
        import pandas as pd

        if not -len(self.epoch) <= lane < len(self.epoch):
            raise GradsheetError(f"no lane {lane}: this run of {self.experiment.name} has {len(self.epoch)}, from 0")
        count = self.epoch.shape[1]
        index = pd.Index(range(count), name="pass")
        marks = pd.DataFrame(
            {
                "epoch": self.epoch[lane].tolist(),
                "warm_up": [k < self.warm for k in range(count)],
                "accepted": self.accepted[lane].tolist(),
            },
            index=index,
        )
        if table == "epochs":
            columns = {n: t[lane].cpu().numpy() for n, t in self.passes.items() if n != "accepted"}
            return marks.join(pd.DataFrame(columns, index=index))
        if table != "steps":
            raise GradsheetError(f"no table {table!r}: choose steps or epochs")
        if not self.steps:
            raise GradsheetError(f"this run of {self.experiment.name} kept no rows: run it with keep='all'")
        rows = self.setup.rows
        both = pd.MultiIndex.from_product([range(count), range(1, rows + 1)], names=["pass", "row"])
        columns = {n: t[lane].reshape(-1).cpu().numpy() for n, t in self.steps.items()}
        return pd.DataFrame(columns, index=both).join(marks, on="pass")

    def plot(self, lane: int = 0) -> Figure:
        """Draw one lane: loss, weights, errors, and for two weights the loss surface with the path on it.

        Example:
            >>> from gradsheet import run
            >>> len(run("basic", epochs=2).plot().axes)  # the weights have an axis each
            5
        """
        import gradsheet  # by its public name, as a notebook would: the engine knows no pictures

        return gradsheet.plot(self, lane=lane)

    def __repr__(self) -> str:
        """One line."""
        lanes, count = self.epoch.shape
        warm = f" ({self.warm} warm-up)" if self.warm else ""
        lane_word = "lane" if lanes == 1 else "lanes"
        return (
            f"{self.experiment.name}: {lanes:,} {lane_word}, {self.asked} epochs, {count} passes{warm} "
            f"of {self.setup.rows} rows"
        )

    def _repr_html_(self) -> str:
        """The epochs table of the first lane, for a notebook."""
        html: str = self.to_frame("epochs").to_html()
        return f"<p>{self!r}</p>{html}"


def join(setup: Setup, traces: Sequence[Trace]) -> Trace:
    """The traces of blocks of lanes as one. Where a schedule took fewer passes in a block, the rest is NaN."""
    if len(traces) == 1:
        return replace(traces[0], setup=setup)
    passes = max(t.epoch.shape[1] for t in traces)

    def whole(parts: Sequence[Tensor], empty: float | None = None) -> Tensor:
        """One after the other; a part with too few passes gets `empty` ones, or its last one again."""
        out = []
        for part in parts:
            short = passes - part.shape[1]
            if short:
                last = part[:, -1:] if empty is None else torch.full_like(part[:, -1:], empty)
                part = torch.cat([part, last.expand(-1, short, *part.shape[2:])], 1)
            out.append(part)
        return torch.cat(out)

    def gap(part: Tensor) -> float:
        return math.nan if part.is_floating_point() else 0

    first = traces[0]
    return Trace(
        setup,
        first.asked,
        {n: whole([t.steps[n] for t in traces], gap(first.steps[n])) for n in first.steps},
        {n: whole([t.passes[n] for t in traces], gap(first.passes[n])) for n in first.passes},
        whole([t.epoch for t in traces]),
        whole([t.accepted for t in traces], 0),
        whole([t.broken for t in traces], -1),
    )
