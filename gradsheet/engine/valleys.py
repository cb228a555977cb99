"""Where many runs in the landscape of two valleys end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gradsheet.engine.run import run
from gradsheet.experiments import Experiment
from gradsheet.experiments.local_minima import ANSWERS, HILL, PASSES, STEPS, TRUE

NEAR = 0.1
WHERE = (-2.0, 3.0)
"""Starts are drawn from here, evenly."""


@dataclass(frozen=True)
class Ends:
    """How so many runs ended after 200 steps.

    Attributes:
        places: where each of them stands, (B,).
    """

    places: Tensor

    @property
    def valley(self) -> float:
        """The share of runs that stand in the true valley, right of the hill."""
        return (self.places > HILL).double().mean().item()

    @property
    def settled(self) -> float:
        """The share of runs that stand within 0.1 of the true minimum."""
        return ((self.places - TRUE).abs() < NEAR).double().mean().item()


def ends(entry: Experiment, runs: int = 10_000, start: float | None = None, seed: int = 0, **inputs: Any) -> Ends:
    """Run a method from many starts, each run with draws of its own.

    Args:
        entry: an experiment of the topic.
        runs: how many.
        start: where all of them start; drawn evenly between −2 and 3 where not given.
        seed: of starts and draws; the same for every method, so that luck is the same for all.
        **inputs: as for `run`.

    Example:
        >>> from gradsheet.experiments import experiment
        >>> ends(experiment("local_minima"), 100, start=-2.0).valley
        0.0
    """
    chance = torch.Generator().manual_seed(seed)
    low, high = WHERE
    starts = low + (high - low) * torch.rand(runs, dtype=torch.float64, generator=chance)
    shape = runs, STEPS * PASSES
    nudge = torch.randn(shape, dtype=torch.float64, generator=chance)
    luck = torch.rand(shape, dtype=torch.float64, generator=chance)
    starts = starts if start is None else torch.full_like(starts, start)
    trace = run(entry, PASSES - 1, data=torch.stack([nudge, luck], -1), keep="epochs", **{"start_w": starts, **inputs})
    return Ends(trace.epochs[ANSWERS.get(entry.optimiser.name, "w")][:, -1])
