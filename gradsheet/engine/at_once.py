"""A pass whose examples are many numbers each: all rows at once, the sums still from the first cell to the last."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from gradsheet.engine.passes import Pass, poisoned
from gradsheet.engine.recorder import Recorder
from gradsheet.engine.setup import Setup
from gradsheet.gradients import Gradient
from gradsheet.models import Model
from gradsheet.numerics import total
from gradsheet.optimisers import Nothing


def at_once(
    setup: Setup, order: Sequence[int], weights: Tensor, state: Any, held: Any, recorder: Recorder, careful: bool
) -> Pass:
    """One update, by the mean of the rows' gradients; the same weights read every row.

    Args:
        setup: its x is (N, F, 1 or B).
        order: which of its rows the pass goes through.
        weights: bias and weights, (F + 1, B).
        state: what the rule remembers.
        held: what holds for the pass.
        recorder: is told what every row shows.
        careful: whether lanes that left the finite numbers are marked and kept out of them.
    """
    model = setup.experiment.model
    here = SimpleNamespace(**vars(setup.here) | (held._asdict() if held else {}))
    at = slice(order[0], order[-1] + 1) if list(order) == list(range(order[0], order[-1] + 1)) else list(order)
    x, y = setup.x[at], setup.y[at]
    shown = model.predict(weights, x.transpose(0, 1))
    shown["y"] = y.expand(len(order), setup.lanes)
    losses = model.loss.compute(shown[model.columns[-1].name], y)
    shown[model.loss.column.name] = losses
    h = setup.inputs.get("h", setup.start.new_ones(1))
    for gradient in setup.experiment.gradients:
        shown |= _by_column(gradient, gradient.compute(model, weights, x.transpose(0, 1), y, shown, h), model)
    slopes = shown[setup.experiment.drive.columns(model)[-1].name]
    if model.beside:
        shown |= model.beside.compute(weights, x, shown, here)
    for row in range(len(order)):
        recorder.row({name: cells[row] for name, cells in shown.items()}, Nothing())

    err2 = total(losses)
    summed = total(slopes), total(slope * pixels for slope, pixels in zip(slopes, x, strict=True))
    grad = torch.cat([summed[0][None], summed[1]]) / len(order)
    new, after = setup.experiment.optimiser.update(weights, grad, state, here)
    broken = torch.full((setup.lanes,), -1, dtype=torch.long, device=weights.device)
    if careful:
        new, bad = poisoned(new, grad, after, held)
        lost = ~(losses.isfinite() & slopes.isfinite())
        broken = torch.where(bad, len(order), broken)
        broken = torch.where(lost.any(0), lost.to(torch.long).argmax(0), broken)
    averages = {"accuracy": total(shown["right"]), "called_three": total(shown["says"])}
    footers = {name: added / len(order) for name, added in averages.items()}
    return Pass(new, weights, after, err2, grad * grad, broken, 1, {"grad": grad, "new": new, **footers})


def _by_column(gradient: Gradient, computed: dict[str, Tensor], model: Model) -> dict[str, Tensor]:
    """What a gradient computed, by the names of its columns: one number an image each."""
    values = [value[0] if gradient.prefix == "est" else value for value in computed.values()]
    return dict(zip((column.name for column in gradient.columns(model)), values, strict=True))
