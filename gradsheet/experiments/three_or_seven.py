"""Is it a three or a seven? One neuron reads 64 pixels.

Source: Howard and Gugger, fastbook, chapter 4; forums.fast.ai, lessons 3 and 4.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradsheet.experiments import Topic
from gradsheet.experiments.digits import DIGITS
from gradsheet.experiments.entry import Experiment
from gradsheet.models.three_or_seven import reader
from gradsheet.optimisers import Input
from gradsheet.optimisers.sgd import sgd

TOPIC = Topic(
    "three_or_seven",
    "Is it a three or a seven?",
    "One neuron reads an image of 8×8 pixels: how multiplying and adding tells two digits apart.",
    "An image is a grid of numbers. The neuron has a weight for every pixel: it multiplies each pixel by its weight, "
    "adds all of that up and adds a bias. Above 0 it says three. Training nudges the 64 weights and the bias so that "
    "threes come out higher and sevens lower.",
    "The sheet one_image shows it for one image: choose which, and after how many epochs of training.",
    "what is learnt: a weight for every pixel, and the bias",
    "The mean loss, by epoch",
    "Does the loss come down?",
    "The images",
    data="the images: 64 pixels from 0 (empty) to 1 (ink), and whether it is a three",
)


def drawn(seed: int, weights: int) -> Sequence[float]:
    """fast.ai's start: normal numbers, the weights first and then the bias, as torch draws them by this seed.

    Example:
        >>> [round(w, 4) for w in drawn(0, 65)[:3]]
        [-0.4584, -2.3104, -0.3733]
    """
    import torch

    chance = torch.Generator().manual_seed(seed)
    pixels = torch.randn(weights - 1, 1, dtype=torch.float64, generator=chance)
    bias = torch.randn(1, dtype=torch.float64, generator=chance)
    return [*bias.tolist(), *pixels[:, 0].tolist()]


_digits = Experiment(
    "three_or_seven",
    "Is it a three or a seven?",
    "Each pixel times its weight, all added up, plus the bias: above 0 it says three. The weights start as chance.",
    reader(),
    sgd,
    carry="updated",
    batch="full",
    overrides={"lr": 1.0},
    look_for="The accuracy starts near what guessing gives and climbs, while the loss creeps down. Images whose "
    "sigmoid is near 0 or 1 have a dloss/dpred of almost 0: they teach nothing, even where they are wrong.",
    try_out="lr = 10: all images right within ten epochs. threshold = 2: the weights learn exactly the same, only the "
    "accuracy is counted otherwise. Zeros for all start weights on the sheet data: then the weights of one_image "
    "come to look like a three minus a seven.",
    data=DIGITS,
    source="fastbook, chapter 4; scikit-learn's digits",
    topic="three_or_seven",
    data_words="threes and sevens of scikit-learn's digits.",
    axes=("pixels", "three?"),
    axes_notes=("Its pixels.", "What it is: 1 for a three, 0 for a seven."),
    knobs={
        "seed": Input(0.0, "by which the start weights are drawn", low=-1.0),
        "threshold": Input(0.0, "above this pred it says three"),
    },
    starts=drawn,
    on_sheet=40,
    usual_epochs=20,
)

EXPERIMENTS = (_digits,)
