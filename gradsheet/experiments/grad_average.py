"""The average of gradients built in cells, for the intuition behind momentum.

Source: forums.fast.ai, the thread on lesson 3's spreadsheet: "average of gradients built in Excel".
"""

from __future__ import annotations

from gradsheet.experiments import Topic
from gradsheet.experiments.entry import Experiment
from gradsheet.models.line import line
from gradsheet.optimisers.averaged import averaged

TOPIC = Topic(
    "grad_average",
    "The average of gradients, built in cells",
    "What momentum steps along, from {examples}: an average that remembers, and forgets.",
    "A row is one of the {examples}: predict, see how wrong it was, take the gradient, mix it into the average, step "
    "along the average. A single gradient says what this one example wants; their average says what most of them want. "
    "The average starts from 0 and is divided by how much of it is real, so it needs no warm-up.",
    "The examples come from y = 2·x + 30, so a should end at 2 and b at 30.",
    "what is learnt: the slope a and the intercept b",
    "The loss, epoch by epoch: root of the summed error²",
    "Does the average get the loss down?",
    "The examples: which straight line goes through them?",
)

EXPERIMENTS = (
    Experiment(
        "grad_average",
        "Step along the average gradient",
        "Momentum without warm-up: a moving average of the gradients, corrected for its start at 0.",
        line,
        averaged,
        carry="updated",
        topic="grad_average",
        look_for="The first row: the corrected average is the gradient itself, the plain average a tenth of it. Later "
        "the two come together, as beta^step fades. Rows 7 to 9 have large gradients; rows 10 to 16 all point the "
        "other way, and yet the average keeps its sign until row 16. That is memory.",
        try_out="beta = 0: the average is the gradient, and this is plain SGD. beta = 0.99: it remembers a hundred "
        "rows, three epochs and more, and overshoots.",
        source="forums.fast.ai, lesson 3",
    ),
)
