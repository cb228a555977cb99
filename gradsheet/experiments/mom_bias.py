"""The moving average inside momentum and Adam, with and without correction for its start at 0.

Source: mom_bias.xlsx (fast.ai, 2019 course), Sheet1.
"""

from __future__ import annotations

from gradsheet.experiments import Topic
from gradsheet.experiments.entry import Experiment
from gradsheet.models.relu import nothing
from gradsheet.optimisers.corrected_average import corrected_average

TOPIC = Topic(
    "mom_bias",
    "Why an average that starts from 0 has to be corrected",
    "A moving average of {examples}, with and without correction.",
    "Each row mixes beta parts of the average so far with 1 − beta parts of a new value. The first average is 0, an "
    "average of nothing, and it takes many rows until that 0 is forgotten. How much of it is left is known, beta^n, so "
    "it can be divided out: that is Adam's bias correction. The course's momentum and Adam sheets do without, and "
    "prime their averages with warm-up passes instead.",
    "",
    "nothing is learnt here",
    "",
    "",
    "The values that are averaged",
)

EXPERIMENTS = (
    Experiment(
        "mom_bias",
        "A moving average, corrected",
        "A moving average that starts from 0 is too small at first; dividing by 1 − beta^n mends that.",
        nothing,
        corrected_average,
        curves=(("y", False), ("average", False), ("corrected", False)),
        data=tuple(zip(map(float, range(1, 10)), (5.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 5.0, 1.0), strict=True)),
        data_words="The values of nine batches.",
        axes=("batch", "value"),
        topic="mom_bias",
        usual_epochs=0,
        look_for="The first value is 5, the moving average says 0.5, the corrected one 5. After nine rows 39 % of the "
        "plain average is still its start, 0. The corrected one is right from the first row, and follows the value: "
        "here from 5 down to 1.4, up at the second 5, and down again.",
        try_out="beta = 0.5 and rest = 0.5: a short memory, and the correction hardly matters. beta = 0.99 and rest = "
        "0.01: without correction the average hardly leaves 0. Change beta and rest together: they should add up to 1.",
        source="mom_bias.xlsx, Sheet1",
    ),
)
