"""The sheets of fast.ai's graddesc.xlsx, and textbook variants of those that depart from the papers.

Defaults are those of the newest edition (course22p2), and of the edition for the 2017 course (dl1) for the
sheets that only it has. Warm-up and carry-over are what the workbook's macros do on `reset` and on one more
epoch; in the textbook variants there is no warm-up and the last update of a pass is kept.
"""

from __future__ import annotations

from dataclasses import replace

from gradsheet.experiments import Topic
from gradsheet.experiments.entry import Experiment
from gradsheet.models.line import line
from gradsheet.optimisers.adagrad import adagrad
from gradsheet.optimisers.adagrad_ann import adagrad_ann
from gradsheet.optimisers.adagrad_textbook import adagrad_textbook
from gradsheet.optimisers.adam import adam
from gradsheet.optimisers.adam_ann import adam_ann
from gradsheet.optimisers.adam_textbook import adam_textbook
from gradsheet.optimisers.eve import eve
from gradsheet.optimisers.momentum import momentum
from gradsheet.optimisers.rmsprop import rmsprop
from gradsheet.optimisers.rmsprop_textbook import rmsprop_textbook
from gradsheet.optimisers.sgd import sgd

NEWEST = "graddesc.xlsx (course22p2), sheet "
DL1 = "graddesc.xlsx (dl1), sheet "

TOPIC = Topic(
    "graddesc",
    "Gradient descent, one row at a time",
    "How a model learns a straight line from {examples}, and what the optimisers change.",
    "Every sheet trains the same model, pred = a·x + b, on the same {examples}. A row is one example: predict, "
    "see how wrong it was, take the gradient, change the weights; the next row starts from there. Once through "
    "all of them is an epoch, and the next epoch continues below: no macros, nothing hidden but the warm-up.",
    "The examples come from y = 2·x + 30, so a should end at 2 and b at 30; for most optimisers ten epochs are not "
    "enough.",
    "what is learnt: the slope a and the intercept b",
    "The optimisers compared: root of the summed error², by epoch",
    "Which optimiser gets the loss down?",
    "The examples: which straight line goes through them?",
)

_basic = Experiment(
    "basic",
    "Basic SGD",
    "One step downhill per row: nudge each weight against its gradient.",
    line,
    sgd,
    beside=("numeric",),
    look_for="The slope a leaps from 1 to 2.9 in three rows, then swings around 2.5; the intercept b has only come to "
    "1.5 after ten epochs, on its way to 30: its gradient lacks the factor x. The estimates err by h·x².",
    try_out="lr = 0.0002: b moves twice as fast, but a swings wider, so the loss is worse. lr = 0.00001: a hardly "
    "swings, so the loss is better, and b stands still. lr = 0.001 explodes: in which row does error² pass a "
    "million? h = 1: poor estimates; h = 0.0001: good ones.",
    source=NEWEST + "basic",
)

_momentum = Experiment(
    "momentum",
    "Momentum",
    "Step along a moving average of the gradient: small zig-zags cancel, a steady slope adds up.",
    line,
    momentum,
    warmup=(("velocity",),),
    look_for="The velocity lags behind the gradient, then outlives it: the slope runs past 2, to 3.2, and has to come "
    "back.",
    try_out="beta = 0 (plain SGD, to the last digit), beta = 0.99 (overshoots for whole epochs), lr = 0.001 (the loss "
    "grows fivefold with every epoch).",
    source=NEWEST + "momentum",
)

_adagrad = Experiment(
    "adagrad",
    "AdaGrad",
    "Give each weight its own learning rate: lr divided by how large its gradients were in the pass before.",
    line,
    adagrad,
    carry="updated",
    warmup=(("scale",),),
    look_for="b has a larger learning rate than a, since its gradients are smaller. As gradients shrink, both rates "
    "grow.",
    try_out="lr = 0.01 (ten times the pace), lr = 0.1: the loss falls for a while, the rates grow with it, and in "
    "epoch 4 it explodes.",
    source=DL1 + "adagrad",
)

_rmsprop = Experiment(
    "rmsprop",
    "RMSprop",
    "Divide each gradient by its usual size, a moving average: every weight then moves by about lr.",
    line,
    rmsprop,
    warmup=(("square",), ("square",)),
    look_for="a and b move at the same pace, though a's gradient is x times b's. The size is that of the row above, as "
    "in the course's sheet, so one surprise makes a giant step.",
    try_out="lr = 0.2 (ten times the pace: b gets to 25), beta = 0.5 (a short memory), lr = 1 (it never settles).",
    source=NEWEST + "rmsprop",
)

_adam = Experiment(
    "adam",
    "Adam",
    "Momentum and RMSprop together: step along the average gradient, divided by its usual size.",
    line,
    adam,
    warmup=(("square",), ("average",)) * 2,
    look_for="The intercept is near 30 after ten epochs, where plain SGD needs more than a thousand. But with lr = 1 "
    "the steps stay large: the slope swings, and the loss with it.",
    try_out="lr = 0.3 and lr = 0.1: slower, calmer, and a lower loss. beta1 = 0.7 (less momentum), beta2 = 0.99 (a "
    "longer memory of sizes).",
    source=NEWEST + "adam",
)

_eve = Experiment(
    "eve",
    "Eve",
    "Adam's step, divided once more by how much the loss has been changing from epoch to epoch.",
    line,
    eve,
    warmup=(("average", "square"),) * 2,
    look_for="The damping in the epochs table: it follows the change of the loss, and Adam's step is divided by it. "
    "Below 1 it lengthens steps, above 1 it shortens them.",
    try_out="beta3 = 0.5: the damping follows jumps at once, up to 4.2, and the loss gets to 16. lr = 0.5, beta1 = "
    "0.9.",
    source=DL1 + "eve",
)

_adagrad_ann = Experiment(
    "adagrad_ann",
    "AdaGrad, annealed",
    "AdaGrad with a brake: a pass whose steps doubled is thrown away and run again with half the learning rate.",
    line,
    adagrad_ann,
    look_for="The passes marked FALSE: they do not stand. The next pass starts from the same weights with half the lr. "
    "Here a and b really get to 2 and 30.",
    try_out="lr = 2 (nine passes are thrown away instead of seven), scale0 = 1000 (a wild start).",
    source=DL1 + "adagrad_ann",
)

_adam_ann = Experiment(
    "adam_ann",
    "Adam, annealed",
    "Adam with a brake: when gradients grow to twice their lowest size, the learning rate falls to a quarter.",
    line,
    adam_ann,
    warmup=(("average", "square"),) * 2,
    look_for="lr in the epochs table: when it falls to a quarter, in epochs 7 and 8, the circling ends and the loss "
    "drops from 153 to 6.",
    try_out="lr = 2, beta2 = 0.9 (the brake comes two epochs sooner), and compare the loss after ten epochs with "
    "plain Adam's.",
    source=NEWEST + "adam_ann",
)

EXPERIMENTS = (
    _basic,
    _momentum,
    _adagrad,
    _rmsprop,
    _adam,
    _eve,
    _adagrad_ann,
    _adam_ann,
    replace(
        _adagrad,
        name="adagrad_textbook",
        follows="adagrad",
        carry="updated",
        warmup=(),
        title="AdaGrad, as published",
        purpose="Divide each gradient by the root of the sum of all its squares: the learning rate only ever falls.",
        optimiser=adagrad_textbook,
        look_for="The sum grows in every row, so the learning rate of a weight only ever falls. The course's sheet "
        "takes one mean a pass, and forgets it.",
        try_out="lr = 10 (the sum tames even that: b gets to 22), lr = 0.1 (its own sum brings it to a halt).",
        source="Duchi, Hazan and Singer, JMLR 12, 2011",
    ),
    replace(
        _rmsprop,
        name="rmsprop_textbook",
        follows="rmsprop",
        carry="updated",
        warmup=(),
        title="RMSprop, as published",
        purpose="Divide each gradient by its usual size, this row's gradient included.",
        optimiser=rmsprop_textbook,
        look_for="No step can be larger than lr/√(1−beta), 0.063 here: the gradient stands in its own divisor. In the "
        "course's sheet it does not, and the largest step is 0.107.",
        try_out="Compare the first ten rows with the sheet rmsprop.",
        source="Tieleman and Hinton, lecture 6e, 2012",
    ),
    replace(
        _adam,
        name="adam_textbook",
        follows="adam",
        carry="updated",
        warmup=(),
        title="Adam, as published",
        purpose="Adam with both averages corrected for their start at 0, and eps in the divisor.",
        optimiser=adam_textbook,
        look_for="beta^step: while it is near 1 the averages are mostly their start, and the correction is large. The "
        "course's sheet primes its averages with warm-up passes instead.",
        try_out="lr = 0.5 (after ten epochs a and b are within 2 % of 2 and 30), lr = 0.3, beta2 = 0.9 as in the "
        "course.",
        source="Kingma and Ba, arXiv:1412.6980",
    ),
)
