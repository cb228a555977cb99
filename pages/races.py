"""The numbers and the picture of races.md."""

from __future__ import annotations

import torch

from gradsheet import race
from gradsheet.plotting.contest import contest
from gradsheet.plotting.style import Picture
from pages.page import Numbers

RULES = ("sgd", "momentum", "rmsprop", "adam", "adagrad_textbook", "adam_ann")
MODELS = {"basic": "one neuron", "two_neuron_relu": "two neurons with ReLU"}


def numbers() -> Numbers:
    """A race on each model, from all ones, each optimiser at its own learning rate."""
    found = {name: race(name, RULES, 25).to_frame() for name in MODELS}
    return {
        "losses": {name: {rule: frame[rule].tolist() for rule in RULES} for name, frame in found.items()},
        "winner": {name: frame.iloc[-1].idxmin() for name, frame in found.items()},
        "best": {name: float(torch.tensor(frame.iloc[-1].tolist()).min()) for name, frame in found.items()},
    }


def races(told: Numbers) -> Picture:
    """The loss by epoch, a line an optimiser."""
    picture = Picture(11, 4.2)
    for axes, (name, words) in zip(picture.subplots(1, 2), MODELS.items(), strict=True):
        contest(axes, told["losses"][name])
        axes.set_title(words, pad=38)
        axes.set_ylabel("root of sum (log)" if axes.get_yscale() == "log" else "root of sum")
    return picture


PICTURES = {"races": races}
