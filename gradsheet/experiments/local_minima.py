"""Two valleys, one of them false: what gets out of the wrong one, and what comes to rest in the right one.

Five methods on one loss, from the same start, with the same drawn numbers. Each row of the data is a pair of draws: a
nudge, normal with mean 0 and standard deviation 1, and luck, between 0 and 1. Each row of a sheet uses the next pair.

Source: forums.fast.ai, threads on lesson 4; Kirkpatrick, Gelatt and Vecchi, "Optimization by simulated annealing",
1983.
"""

from __future__ import annotations

import random
from dataclasses import replace

from gradsheet.experiments import Topic
from gradsheet.experiments.entry import Experiment
from gradsheet.models.valleys import DEPTH as DEPTH
from gradsheet.models.valleys import HILL as HILL
from gradsheet.models.valleys import TRUE as TRUE
from gradsheet.models.valleys import valleys
from gradsheet.optimisers.annealing import annealing
from gradsheet.optimisers.decayed import decayed
from gradsheet.optimisers.noisy import noisy
from gradsheet.optimisers.restarts import restarts
from gradsheet.optimisers.sgd import sgd

STEPS, PASSES = 20, 11
START = -2.0
ANSWERS = {"restarts": "best_w", "annealing": "kept_w"}
"""Where a rule stands, if not at the weight that its row tries."""


def draws(seed: int, rows: int = STEPS * PASSES) -> tuple[tuple[float, float], ...]:
    """Nudge and luck for so many steps, with four decimals.

    Example:
        >>> len(draws(0)), draws(1) == draws(1)
        (220, True)
    """
    chance = random.Random(f"two valleys, {seed}")
    return tuple((round(chance.gauss(0.0, 1.0), 4), round(chance.random(), 4)) for _ in range(rows))


TOPIC = Topic(
    "local_minima",
    "Two valleys, one of them false",
    "Five ways downhill on one loss, from the same start: which get out of the wrong valley, and which come to rest?",
    "The loss 3w⁴ − 4w³ − 12w² + 32 has two valleys: a false minimum, 27 at w = −1, and the true one, 0 at w = 2, with "
    "a hill of 32 between them at w = 0. Every row is one step of w. All five sheets start at w = −2 and read the same "
    "drawn numbers, so they differ in nothing but their rule. After 20 steps a row of the table at the right sums up.",
    "The sheet landscape draws the valleys, the five paths side by side, and says how ten thousand starts end.",
    "what is learnt: one weight, the place w",
    "The five methods compared: mean loss of 20 steps, by epoch",
    "Which gets the loss down?",
    "The draws: nothing but chance",
    data="drawn numbers: a nudge (normal) and luck (0 to 1)",
)

_descent = Experiment(
    "local_minima",
    "Gradient descent: where it gets stuck",
    "Always downhill: which valley it ends in was settled by where it started.",
    valleys,
    sgd,
    carry="updated",
    overrides={"lr": 0.01, "start_w": START},
    look_for="From −2 it slides to −1 within ten steps and stays: there the slope is 0, and nothing says that this is "
    "the wrong valley. Every start left of the hill ends here.",
    try_out="start w = 0.1: the other side of the hill, the true minimum. start w = 0: on top of the hill the slope is "
    "0, too, so it never moves. lr = 0.03: the first step is so long that it jumps over the hill by accident, and "
    "then bounces from one side of 2 to the other for ever.",
    data=draws(0),
    source="forums.fast.ai, lesson 4",
    topic="local_minima",
    portion=STEPS,
    data_words="220 pairs of draws: a nudge (mean 0, standard deviation 1) and luck (between 0 and 1).",
    axes=("nudge", "luck"),
    axes_notes=(
        "A drawn number: normal, with mean 0 and standard deviation 1. The methods with noise and the one that tries "
        "places read it.",
        "A drawn number between 0 and 1. Restarts and annealing read it.",
    ),
    draw=draws,
)

_noise = replace(
    _descent,
    name="local_minima_noise",
    title="Noise: what mini-batches add",
    purpose="The slope is off by a drawn number, as a mini-batch's is: that kicks it over the hill, and never lets it "
    "rest.",
    optimiser=noisy,
    look_for="It climbs around in the false valley, crosses the hill, and from then on bounces in the true valley: the "
    "way back is six times as high. It gets there, but it never stays at 2.",
    try_out="noise = 0: gradient descent, to the last digit. noise = 20: too weak to get out within these 220 steps. "
    "noise = 40: it crosses the hill both ways.",
)

_decay = replace(
    _descent,
    name="local_minima_decay",
    title="Decay: noise that dies down",
    purpose="The same noise, but each step is 1 % shorter than the one before: it comes to rest in the valley it is "
    "in.",
    optimiser=decayed,
    look_for="The bouncing dies down, as it should, but here too soon: it comes to rest in the false valley, with the "
    "same draws by which noise alone got out.",
    try_out="decay = 1: the sheet with noise alone, to the last digit. decay = 0.995: it gets over the hill before it "
    "calms down. decay = 0.9: after 50 steps it hardly moves.",
)

_restarts = replace(
    _descent,
    name="local_minima_restarts",
    title="Restarts: begin again somewhere else",
    purpose="Gradient descent again and again from drawn places; the best place seen is remembered.",
    optimiser=restarts,
    look_for="Each stretch of 20 steps is a plain descent into one valley or the other. The column best w keeps the "
    "best: once one start lies right of the hill, the true minimum is found for good.",
    try_out="every = 5: more starts, each with less time to settle. low = −3 and high = 0: every start lies in the "
    "wrong valley, and no number of them helps.",
)

_annealing = replace(
    _descent,
    name="local_minima_annealing",
    title="Annealing: worse is kept now and then",
    purpose="Try a place nearby: keep it if it is lower, and if it is higher, keep it with probability exp(−rise/T).",
    optimiser=annealing,
    overrides={"start_w": START, "reach": 0.5},
    look_for="While the temperature T is high, worse places are kept often, and that is how it crosses the hill. As T "
    "falls they are kept ever more rarely, and it settles near 2. It never reads the slope: that column is only for "
    "comparison.",
    try_out="heat0 = 0.5: too cold to climb, it stays in the false valley. cooling = 1: it never settles. reach = 3: "
    "it need not climb, it jumps.",
    source="Kirkpatrick, Gelatt and Vecchi, 1983",
)

EXPERIMENTS = (_descent, _noise, _decay, _restarts, _annealing)
