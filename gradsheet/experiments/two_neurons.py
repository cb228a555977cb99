"""Two neurons where one would do: the forum's question why they explode, and whether ReLU is what saves them.

Same data, start and learning rate as the course's first sheet, and finite differences, as in the thread.

Source: forums.fast.ai/t/live-coding-16/97059.
"""

from __future__ import annotations

from dataclasses import replace

from gradsheet.experiments import Topic
from gradsheet.experiments.entry import Experiment
from gradsheet.models.line import line
from gradsheet.models.two_neuron import two_neuron
from gradsheet.models.two_neuron_relu import two_neuron_relu
from gradsheet.optimisers.sgd import sgd

TOPIC = Topic(
    "two_neurons",
    "Two neurons where one would do",
    "One neuron learns the line. Two in a row explode. Is ReLU what saves them? The same {examples}, side by side.",
    "A row is one of the {examples}: predict, see how wrong it was, nudge each weight to find its gradient, change the "
    "weights; the next row starts from there. The column stretch says how wild a row is: above 1, the update makes "
    "this row's own error larger. Two neurons stretch more, because each weight's gradient contains the other weights.",
    "The examples come from y = 2·x + 30: one neuron needs a = 2 and b = 30; two need a·c = 2 and c·b + d = 30.",
    "what is learnt: a and b in the first neuron, c and d in the second",
    "One neuron and two compared: root of the summed error², by epoch",
    "Which model gets the loss down?",
    "The examples: one neuron can draw this line",
)

_one = Experiment(
    "one_neuron",
    "One neuron",
    "The straight line a·x + b, for comparison: the same data, learning rate and finite differences as two neurons.",
    line,
    sgd,
    gradient="numeric",
    stretch=True,
    look_for="The stretch of a row is lr·(x² + 1), whatever the weights: at most 0.98 here, for x = 99. So no row's "
    "update makes its own error larger, and the loss falls in every epoch.",
    try_out="lr = 0.0003: single rows stretch to 2.9, yet after the first epoch the loss still falls. lr = 0.0004: it "
    "rises. What decides is the whole epoch, not one row.",
    topic="two_neurons",
    source="forums.fast.ai/t/live-coding-16/97059; graddesc.xlsx, basic, columns I to L",
)

_two = replace(
    _one,
    name="two_neuron",
    title="Two neurons, no activation",
    purpose="One neuron's output is another's input: still a straight line, and it explodes where one neuron learns.",
    model=two_neuron,
    look_for="Error² is moderate until row 25 (x = 99); then it is 4 million, and in the last row 2E+65. The stretch "
    "says why: it is made of the weights themselves, so each wild step makes the next one wilder. From epoch 1 on "
    "nudging a weight by h is lost in rounding: every estimate is exactly 0, and nothing moves.",
    try_out="lr = 0.00001: it trains, and its second pass is better than one neuron's. start d = 30: it trains even at "
    "this lr. lr = 0.0004 bursts in row 10, lr = 0.0003 in row 4: not even the order is simple.",
    source="forums.fast.ai/t/live-coding-16/97059/21",
)

_relu = replace(
    _one,
    name="two_neuron_relu",
    title="Two neurons with ReLU",
    purpose="What the first neuron says passes only where it is above 0. It does not explode. Look at what it does "
    "instead.",
    model=two_neuron_relu,
    look_for="The column alive?: the step of row 25 makes a negative, and from row 26 on a·x + b is below 0 for every "
    "x. Nothing passes; a, b and c get no gradient any more; only d learns. That is a dead ReLU, not a trained one: "
    "the second pass is worse than the first, and the loss then creeps toward a constant's, 294.",
    try_out="lr = 0.00001: it trains, with the same numbers as without ReLU, digit for digit. So it is the learning "
    "rate that makes it train. lr = 0.0002: the ReLU dies in row 4.",
    source="forums.fast.ai/t/live-coding-16/97059/24",
)

EXPERIMENTS = (_one, _two, _relu)
