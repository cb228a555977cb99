"""Simulated annealing: try a place nearby; keep it if it is lower, and now and then although it is higher.

A row's weight is the place that is tried. A worse one is kept with probability exp(−(S_new − S_old)/T): if the row's y,
a number between 0 and 1, is below that. The temperature T falls by a factor a row; no gradient is needed.

Source: Kirkpatrick, Gelatt and Vecchi, "Optimization by simulated annealing", 1983; Metropolis et al., 1953.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gradsheet.numerics import exp, where
from gradsheet.optimisers import Here, Input, Optimiser
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor

NOTHING_YET = 1e300


class State(NamedTuple):
    """The temperature, whether the last place was kept, where it stands, (P, B), and the loss there."""

    heat: Tensor
    taken: Tensor
    kept: Tensor
    kept_loss: Tensor


def init(weights: Tensor, here: Here) -> State:
    """Nothing is kept: the first place is taken, whatever its loss."""
    none = here.heat0 * 0
    return State(here.heat0, none, weights, none + NOTHING_YET)


def update(weights: Tensor, grad: Tensor, state: State, here: Here) -> tuple[Tensor, State]:
    """T ← T·cooling; keep the tried place or the old one; w ← kept + reach·x."""
    heat = state.heat * here.cooling
    rise = here.err2 - state.kept_loss
    share = -rise / heat
    lucky = where(here.y < exp(share), 1.0, 0.0) + (share - share)
    taken = where(rise <= 0, 1.0, lucky)
    kept = where(taken == 1, weights, state.kept)
    kept_loss = where(taken == 1, here.err2, state.kept_loss)
    return kept + here.reach * here.x, State(heat, taken, kept, kept_loss)


annealing = Optimiser(
    "annealing",
    {
        "heat0": Input(10.0, "the temperature at first", low=0.0),
        "cooling": Input(0.98, "what is left of the temperature after each step", low=0.0, high=1.0),
        "reach": Input(1.0, "how far away it tries: a standard deviation", low=0.0),
    },
    init,
    update,
    (
        Column(
            "heat",
            "=prev(heat)*cooling",
            first="=heat0",
            title="temperature",
            note="The temperature T of this row: the one of the row above, times cooling.",
        ),
        Column(
            "taken",
            "=IF(err2-prev(kept_loss)<=0,1,IF(y<EXP(-(err2-prev(kept_loss))/heat),1,0))",
            first="=0",
            title="kept?",
            note="1 if the place tried in this row is kept: always when it is no higher than the place kept before; "
            "when it is higher, if this row's luck is below exp(−(how much higher)/T).",
        ),
        Column(
            "kept_{w}",
            "=IF(taken=1,{w},prev(kept_{w}))",
            first="=start_{w}",
            title="kept {w}",
            note="Where it stands after this row: the place tried, if it is kept; else where it stood.",
        ),
        Column(
            "kept_loss",
            "=IF(taken=1,err2,prev(kept_loss))",
            first="=1E+300",
            title="kept loss",
            note="The loss there; before the first row a number larger than any, so that the first place is kept.",
        ),
        Column(
            "new_{w}",
            "=kept_{w}+reach*x",
            role="weights",
            title="tries next",
            note="The place that the next row tries: where it stands, and reach times this row's nudge from there.",
        ),
    ),
)
