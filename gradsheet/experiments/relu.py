"""What ReLU is: a straight line that is cut off at 0, over x from −80 to 120.

Source: forums.fast.ai/t/live-coding-16/97059, the thread's line chart with a secondary axis.
"""

from __future__ import annotations

from gradsheet.experiments import Topic
from gradsheet.experiments.entry import Experiment
from gradsheet.models.relu import relu
from gradsheet.optimisers import Input
from gradsheet.optimisers.still import still

TOPIC = Topic(
    "relu",
    "What ReLU does to a line",
    "A neuron is a straight line; ReLU cuts it off at 0. Over {examples} of x, side by side.",
    "Each row takes one x and computes a·x + b; beside it stands the same, cut off at 0. That one bend is all that "
    "ReLU adds, and it is why neurons with ReLU, added up, can follow any curve, while neurons without it add up to "
    "one more straight line.",
    "",
    "the straight line, before ReLU",
    "",
    "",
    "What should come out: which line bends like this?",
)

EXPERIMENTS = (
    Experiment(
        "relu_demo",
        "Linear against ReLU",
        "The same neuron with and without ReLU.",
        relu,
        still,
        knobs={"a": Input(1.0, "the slope"), "b": Input(0.0, "the intercept: it moves the bend to x = −b/a")},
        curves=(("linear", False), ("relu", True)),
        data=tuple((float(x), max(0.5 * x - 10, 0.0)) for x in range(-80, 121, 10)),
        data_words="x from −80 to 120 in steps of 10, and a bend at 20 that no straight line can follow.",
        axes=("x", "wanted"),
        topic="relu",
        usual_epochs=0,
        look_for="The bend, at x = 0. Left of it ReLU is flat: its slope is 0 there, so a neuron whose every x lies "
        "left of the bend gets no gradient any more: it is dead. The chart has an axis for each line; the second one "
        "begins at 0, below which ReLU never goes.",
        try_out="a = 0.5, b = −10: ReLU now gives what is wanted in every row, which no straight line can. b = 40: the "
        "bend moves left. a = −1: the line falls, and the right side is flat. a = 0.5, b = −60: the bend is at 120, "
        "and nothing passes any more.",
        source="forums.fast.ai/t/live-coding-16/97059",
    ),
)
