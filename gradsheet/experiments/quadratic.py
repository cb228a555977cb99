"""The end-to-end example of stochastic gradient descent: a speed measured over time, and a parabola fitted to it.

Source: fast.ai, "Deep Learning for Coders", chapter 4, where the times are 0 to 19 and 9.5 is their mean.
"""

from __future__ import annotations

from dataclasses import replace

from gradsheet.experiments import Topic
from gradsheet.experiments.data import speed
from gradsheet.experiments.entry import Experiment
from gradsheet.models.quadratic import quadratic
from gradsheet.models.quadratic_scaled import quadratic_scaled
from gradsheet.optimisers.sgd import sgd

TOPIC = Topic(
    "quadratic",
    "A parabola, fitted by gradient descent",
    "How three weights learn a curve from {examples}: all at once, in batches, one by one, and with time scaled.",
    "A roller coaster goes over a hump: fast, slow at the top, fast again. Its speed was measured at times 0 to 19, "
    "not quite exactly. Every sheet fits a parabola to the same {examples}: predict, see how wrong it was, take the "
    "derivative by each of the three weights, change them. What differs is after how many examples, and how time is "
    "measured.",
    "The speeds come from 0.75·(t − 9.5)² + 1 and noise of size 3, so an rmse of 2 or 3 is as good as it gets.",
    "what is learnt: a, b and c of the parabola",
    "The ways to fit compared: the rmse of each epoch (of its first batch, where there are several)",
    "Which way gets the loss down?",
    "The examples: which parabola goes through them?",
    loss=1,
)

_full = Experiment(
    "quadratic",
    "A parabola, all examples at once",
    "Full batch: the weights change once a pass, against the mean of all examples' gradients.",
    quadratic,
    sgd,
    carry="updated",
    batch="full",
    overrides={"lr": 1e-5},
    look_for="The loss falls from 158 to 25 in five epochs, then stands still: the curve has found its height at late "
    "times, but not its valley. The mean of de/da is hundreds of times that of de/dc, so an lr that a can bear "
    "hardly moves c.",
    try_out="lr = 0.00003: the steps overshoot at first. lr = 0.00004: they explode. Then see the sheet with time "
    "scaled: the same data, and the curve fits.",
    data=speed(42),
    data_words="20 speeds at times 0 to 19: 0.75·(t − 9.5)² + 1, and normal noise of size 3.",
    axes=("time", "speed"),
    draw=speed,
    curve=True,
    topic="quadratic",
    source="fast.ai, Deep Learning for Coders, chapter 4: an end-to-end SGD example",
)

EXPERIMENTS = (
    _full,
    replace(
        _full,
        name="quadratic_batches",
        title="A parabola, in mini-batches",
        purpose="The weights change after every five examples, drawn anew in each epoch: four noisy steps instead of "
        "one.",
        batch=5,
        shuffle=1,
        look_for="Four passes an epoch, each over five examples: every gradient is a guess at the full one. "
        "One epoch takes the loss as far down as three of the full batch; from then on it jumps with what was drawn.",
        try_out="lr = 0.00002: faster, and wilder. Compare the mean de/da of one batch with the next.",
    ),
    replace(
        _full,
        name="quadratic_rows",
        title="A parabola, example by example",
        purpose="The weights change after every example, as on the course's sheets: twenty steps an epoch.",
        batch="row",
        overrides={"lr": 2e-6},
        look_for="Late times pull hardest: their de/da is t² times their de/dc. So each pass ends with a curve that "
        "suits the last rows best.",
        try_out="lr = 0.00001: in single rows the error comes out larger, on the other side, and the pass as a whole "
        "still learns. lr = 0.00004: it does not.",
    ),
    replace(
        _full,
        name="quadratic_scaled",
        title="A parabola, with time scaled",
        purpose="Full batch again, over u = (t − 9.5)/9.5 instead of t: the three derivatives are now of one size.",
        model=quadratic_scaled,
        overrides={"lr": 0.7},
        look_for="In ten epochs the curve bends into the examples: the rmse falls below 6, on its way to the noise's 2 "
        "or 3. Nothing changed but the unit of time.",
        try_out="lr = 0.3: slower. lr = 0.9: it overshoots, and explodes.",
    ),
)
