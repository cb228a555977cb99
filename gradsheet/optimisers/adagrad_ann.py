"""AdaGrad, annealed: a pass whose steps came out more than twice as large is run again with half the lr.

Source: graddesc.xlsx (dl1), adagrad_ann!F33:H33, J1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gradsheet.numerics import total, where
from gradsheet.optimisers import Fields, Here, Input, Nothing
from gradsheet.optimisers.adagrad import RATE, SCALE_NOTE, adagrad
from gradsheet.optimisers.adagrad import size as scale_of
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor


class Epoch(NamedTuple):
    """What holds for a pass: lr and the step size last accepted, (B,); G and lr/G, (P, B)."""

    lr: Tensor
    limit: Tensor
    scale: Tensor
    rate: Tensor


class Footers(NamedTuple):
    """What a pass leaves: its own G, (P, B), how large its steps were and whether it stands, (B,)."""

    hist: Tensor
    size: Tensor
    accepted: Tensor


def first(state: Nothing, here: Here, before: Epoch | None) -> Epoch:
    """G starts from `scale0`, a million by default: tiny steps, which nothing primes."""
    return Epoch(here.lr, here.limit0, here.scale0, here.lr / here.scale0)


def close(epoch: Epoch, sums: Fields, here: Here) -> Footers:
    """The first pass always stands; a later one unless its steps exceed twice the limit."""
    hist = scale_of(sums)
    size = total(hist * epoch.rate)
    return Footers(hist, size, (sums.epoch == 0) | ~(size > 2 * epoch.limit))


def begin(state: Nothing, here: Here, before: Epoch, sums: Fields) -> Epoch:
    """After a pass that stands: its G, its step size as limit. After one that does not: half the lr."""
    lr = where(sums.accepted, before.lr, before.lr / 2)
    limit = where(sums.accepted & (sums.epoch > 0), sums.size, before.limit)
    scale = where(sums.accepted, sums.hist, before.scale)
    return Epoch(lr, limit, scale, lr / scale)


adagrad_ann = replace(
    adagrad,
    name="adagrad_ann",
    inputs={
        "lr": replace(adagrad.inputs["lr"], default=0.5),
        "scale0": Input(1e6, "the gradients' size before the first pass", low=0.0),
        "limit0": Input(100.0, "the step size that the first passes are held to", low=0.0),
    },
    first=first,
    begin=begin,
    close=close,
    epoch_columns=(
        Column(
            "lr",
            "=IF(prev(accepted),prev(lr),prev(lr)/2)",
            first="=lr",
            role="schedule",
            title="lr",
            note="This pass's learning rate: halved when the pass before did not stand.",
        ),
        Column(
            "limit",
            "=IF(AND(prev(accepted),prev(epoch)>0),prev(size),prev(limit))",
            first="=limit0",
            role="schedule",
            title="limit",
            note="The step size of the last pass that stood. This pass may take at most twice that.",
        ),
        Column(
            "scale_{w}",
            "=IF(prev(accepted),prev(hist_{w}),prev(scale_{w}))",
            first="=scale0",
            role="schedule",
            title="G for {w}",
            note=SCALE_NOTE,
        ),
        RATE,
    ),
    footers=(
        Column(
            "hist_{w}",
            "=SQRT(last(sum2_{w}))/COUNT(grad_{w})",
            role="schedule",
            title="new G for {w}",
            note="The root of the sum of this pass's squared gradients, divided by their number.",
        ),
        Column(
            "size",
            "=[+ hist_{w}*rate_{w}]",
            role="schedule",
            title="step size",
            note="How large this pass's steps were: its own G times the rate it ran with, added over the weights.",
        ),
        Column(
            "accepted",
            "=OR(epoch=0,NOT(size>2*limit))",
            role="schedule",
            title="stands?",
            note="TRUE: the pass stands. FALSE: its steps grew more than twofold; it is run again with half the lr.",
        ),
    ),
)
