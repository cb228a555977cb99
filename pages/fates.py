"""What becomes of a run, told from its losses: trains, bounces, explodes, dies."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from gradsheet import run
from gradsheet.experiments.data import ROWS
from gradsheet.plotting.style import DASHES

FATES = ("trains", "bounces", "explodes", "dies")
GONE = 1e6
"""A pass whose root of summed error² is above this has exploded."""
CONSTANT = math.sqrt(sum((y - sum(y for _, y in ROWS) / len(ROWS)) ** 2 for _, y in ROWS))
"""The loss of the best constant model: the root of the summed squares around the mean, 294.128."""
LAST = 10
LOOKS: dict[str, dict[str, Any]] = {
    "trains": {"facecolor": "#1B7F4B", "hatch": ""},
    "bounces": {"facecolor": "#E3B34C", "hatch": "//"},
    "explodes": {"facecolor": "#C2452D", "hatch": "xx"},
    "dies": {"facecolor": "#9AA5B4", "hatch": ".."},
}
MODELS = {
    "one_neuron": ("one neuron", "#1B7F4B", "-"),
    "two_neuron": ("two neurons", "#C2452D", DASHES["dash"]),
    "two_neuron_relu": ("two neurons, ReLU", "#1F63B5", DASHES["long_dash_dot"]),
}
"""The thread's models: how they are called and drawn."""


def fates(name: str, epochs: int, **settings: Any) -> tuple[Tensor, Tensor]:
    """The fate of each lane, as an index into `FATES`, and its losses, (B, epochs + 1).

    - *explodes*: a pass has a loss above a million, or none;
    - *dies*: after the last epoch no example passes the ReLU;
    - *trains*: the loss is below that of the best constant model, and lower than ten epochs before;
    - *bounces*: everything else: it stays, and goes nowhere.
    """
    trace = run(name, epochs, keep="epochs", **settings)
    loss = trace.epochs["root_sum"]
    falls = (loss[:, -1] < CONSTANT) & (loss[:, -1] < loss[:, -1 - LAST])
    found = torch.where(falls, 0, 1)
    if name.endswith("relu"):
        a, b, x = trace.epochs["a"][:, -1, None], trace.epochs["b"][:, -1, None], trace.setup.x[:, 0]
        found = torch.where((a * x + b <= 0).all(1), 3, found)
    return torch.where((loss <= GONE).all(1), found, 2), loss


def segments(rates: list[float], found: list[int]) -> list[tuple[int, float, float]]:
    """Neighbours of one fate as (fate, first, last).

    Example:
        >>> segments([1.0, 2.0, 3.0], [0, 0, 2])
        [(0, 1.0, 3.0), (2, 3.0, 3.0)]
    """
    out: list[tuple[int, float, float]] = []
    for rate, fate in zip(rates, found, strict=True):
        if out:
            out[-1] = (out[-1][0], out[-1][1], rate)
        if not out or out[-1][0] != fate:
            out.append((fate, rate, rate))
    return out
