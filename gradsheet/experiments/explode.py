"""One weight, one example, two classic accidents: a learning rate too large, and gradients that nobody zeroes.

The loss is (x² − 9)²; x = 3 and x = −3 make it 0. The forum told these stories in float32, and so do the runs here; the
cells of their workbook are float64, as all cells are, and say so.

Source: forums.fast.ai, lesson 3, official topic.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from gradsheet.experiments import Topic
from gradsheet.experiments.entry import Experiment
from gradsheet.models.square import square
from gradsheet.optimisers.sgd import sgd
from gradsheet.optimisers.unzeroed import unzeroed

TOPIC = Topic(
    "explode",
    "How training explodes, and what un-zeroed gradients do",
    "One weight, x, and one wish: x² should be 9. Two accidents, and their remedies.",
    "A row is one step: square x, see how far that is from 9, take the gradient of the error², change x. The learning "
    "rate decides whether the steps get shorter or longer: the valley at x = 3 curves by 72, so steps that are not to "
    "grow there need a learning rate below 2/72. The cells compute in float64; told in float32, as the forum did, the "
    "same stories end a step or two sooner, and gradsheet run prints them so.",
    "x should end at 3: 3² is 9.",
    "what is learnt: x",
    "The four compared: |x² − 9|, by step",
    "Who gets to 9, who circles, who leaves?",
    "The one example: which x makes x² = 9?",
)


def printout(trace: Any) -> str:
    """The lines that the forum's loop printed: the loss before a step, x after it; up to where numbers end."""
    lines: list[str] = []
    losses, after = trace.steps["err2"][0].flatten(), trace.steps["new_w"][0].flatten()
    for step, (loss, x) in enumerate(zip(losses.tolist(), after, strict=True)):
        if not math.isfinite(loss):
            return "\n".join([*lines, f"step={step}; loss={loss}; the numbers end here"])
        lines.append(f"step={step}; loss={loss:.2f}; x={x.detach().reshape(1).requires_grad_()}")
    return "\n".join(lines)


_explode = Experiment(
    "explode",
    "A learning rate too large",
    "Every step overshoots by more than it was off before, until the numbers end.",
    square,
    sgd,
    carry="updated",
    overrides={"lr": 0.1, "start_w": 2.0},
    data=((1.0, 9.0),),
    data_words="One example: whatever goes in, 9 should come out.",
    axes=("example", "wanted"),
    stretch=True,
    topic="explode",
    usual_epochs=29,
    dtype="float32",
    printout=printout,
    look_for="x: 2, 6, −58.8, 81,049 … The steeper the place where a step lands, the longer the next step. The "
    "stretch is lr·(2x)²: above 1 a step makes the error larger. It is 1.6 at the start, then 14, then 1,383. After "
    "six steps float64 holds no larger number, and Excel shows #NUM!; float32 is at its end after four.",
    try_out="lr = 0.027, just below 2/72: it settles, slowly. lr = 0.028, just above: it never does, it circles 3. "
    "lr = 0.06 explodes; lr = 0.025 hits 3 in one step.",
    source="forums.fast.ai, lesson 3",
)

_small = replace(
    _explode,
    name="explode_small_lr",
    title="The remedy: a smaller learning rate",
    purpose="The same start with a tenth of the learning rate: below 2/72 the steps get shorter.",
    overrides={"lr": 0.01, "start_w": 2.0},
    look_for="The stretch stays below 1: 0.16 at the start, 0.36 in the valley. Each step leaves 1 − 2·0.36 = 0.28 of "
    "the distance to 3, so x is 3 to four digits after eight steps.",
    try_out="lr = 0.025: the first step lands on 3. lr = 0.05: it stays finite and circles for ever. start x = 10: "
    "even this learning rate explodes from there, since the slope grows with x³.",
)

_unzeroed = replace(
    _explode,
    name="unzeroed",
    title="Gradients that nobody zeroes",
    purpose="PyTorch adds each gradient to the ones before, unless told to forget them: x swings past 3 and back for "
    "ever.",
    optimiser=unzeroed,
    stretch=False,
    overrides={"start_w": 1.0},
    look_for="x runs past 3, to 4.13, though the gradient has long changed its sign: the sum of all gradients so far "
    "still points forward. It is momentum without friction (beta = 1, undamped): a ball that rolls through the "
    "valley, up the other side, and back, for ever.",
    try_out="lr = 0.001: the same swing in smaller steps. The remedy is not a smaller lr but zero_grad(): the sheet "
    "zeroed.",
)

_zeroed = replace(
    _unzeroed,
    name="zeroed",
    title="The remedy: zero_grad()",
    purpose="The same start and learning rate, each step along its own gradient only.",
    optimiser=sgd,
    stretch=True,
    overrides={"lr": 0.01, "start_w": 1.0},
    look_for="x = 2.9994 after step 9: no swing. The gradient shrinks as x nears 3, and so do the steps.",
    try_out="lr = 0.03, above 2/72: now it circles, too. start x = −1: it finds −3, which is just as good.",
)

EXPERIMENTS = (_explode, _small, _unzeroed, _zeroed)
