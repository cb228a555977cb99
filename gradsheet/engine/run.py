"""The one step loop.

A pass is run plainly, without looking at what comes out. Only where it ends in something that is not a finite
number is it run again *carefully*: a lane whose state has left the finite numbers gets NaN weights from that
row on, as a cell that reads an error is an error in Excel, even where floating point would revive it (a finite
step divided by infinity is 0).
"""

from __future__ import annotations

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor

from gradsheet.engine.recorder import Recorder
from gradsheet.engine.setup import Number, Setup, check_size, prepare
from gradsheet.engine.trace import Trace, join
from gradsheet.errors import GradsheetError
from gradsheet.experiments import Experiment, experiment
from gradsheet.numerics import sqrt

BLOCK = 32_768
"""Lanes at a time: what a row computes then stays in the caches."""

Keep = Literal["all", "epochs"] | Collection[str]


class Pass(NamedTuple):
    """What one pass leaves behind."""

    weights: Tensor  # after the last row, (P, B)
    last: Tensor  # entering the last row, (P, B)
    state: Any
    err2: Tensor  # summed, (B,)
    grad2: Tensor  # summed, (P, B)
    broken: Tensor  # the first row (from 0) that is not finite, or -1, (B,)


def run(
    name: str | Experiment,
    epochs: int = 10,
    *,
    gradient: str | None = None,
    carry: str | None = None,
    data: Any = None,
    keep: Keep = "all",
    device: str = "cpu",
    dtype: torch.dtype = torch.float64,
    **inputs: Number,
) -> Trace:
    """Run an experiment, any number of settings at once.

    Args:
        name: an entry of the catalogue, or its name.
        epochs: how many passes over the data; the trace also holds the pass that starts from the last weights.
        gradient: "analytic", "numeric" (finite differences) or "autograd"; the entry's own where not given.
        carry: "entering" or "updated": which weights a pass hands to the next.
        data: training examples, (N, 2) or (B, N, 2); the course's 29 rows where not given.
        keep: "all" columns of every row, only the "epochs" table, or the names of the columns that are wanted.
        device: "cpu", or "cuda" where there is one.
        dtype: float64 is what spreadsheets compute in.
        **inputs: any input of the experiment, a number or one value per lane, (B,); ``start`` sets all weights.

    Returns:
        A `Trace`; its tensors lead with the batch axis.

    Raises:
        GradsheetError: an unknown name or input, a value that is no number, no such device.

    Example:
        >>> trace = run("basic", epochs=1)
        >>> trace.epochs["root_sum"].tolist()
        [[150.75521153771854, 104.74921026693299]]
        >>> run("basic", epochs=1, lr=[1e-4, 2e-4]).epochs["root_sum"].shape
        torch.Size([2, 2])

    Source: graddesc.xlsx, basic!F33.
    """
    entry = experiment(name).configured(gradient, carry)
    if not isinstance(epochs, int) or isinstance(epochs, bool) or epochs < 0:
        raise GradsheetError(f"{entry.name}: epochs is {epochs!r}; give a whole number, 0 or more")
    _check_device(device)
    setup = prepare(entry, inputs, data, device, dtype)
    columns = len(entry.steps) if keep == "all" else len(keep) if isinstance(keep, list | tuple | set) else 0
    check_size(setup, len(entry.warmup) + epochs + 1, columns)
    with torch.no_grad():
        return join(setup, [_loop(part, epochs, keep) for part in setup.blocks(BLOCK)])


def _loop(setup: Setup, epochs: int, keep: Keep) -> Trace:
    entry, warm = setup.experiment, len(setup.experiment.warmup)
    rule = entry.optimiser
    most = warm + epochs + 1 if not rule.retries else warm + 8 * (epochs + 1) + 64
    recorder = Recorder(setup, keep)
    weights, state = setup.start, _shaped(setup, rule.init(setup.start, setup.here))
    epoch = torch.zeros(setup.lanes, dtype=torch.long, device=weights.device)
    held: Any = None
    sums: Any = None
    for at in range(most):
        if rule.first and rule.begin:
            handed = 0 < at <= warm and bool(set(entry.warmup[at - 1]) & set(held._fields))
            if at > warm or handed:
                held = _shaped(setup, rule.begin(state, setup.here, held, sums))
            else:
                held = _shaped(setup, rule.first(state, setup.here, held))
        recorder.enter(at, weights, state, held)
        done = _pass(setup, weights, state, held, recorder)
        sums = SimpleNamespace(
            grad2=done.grad2, count=len(setup.x), epoch=epoch, root_sum=sqrt(done.err2), err2=done.err2
        )
        footers = rule.close(held, sums, setup.here) if rule.close else None
        if footers is not None:
            footers = _shaped(setup, footers)
            vars(sums).update(footers._asdict())
        accepted = torch.full_like(epoch, at >= warm, dtype=torch.bool)
        if rule.retries:
            accepted = sums.accepted & accepted
        recorder.close(epoch, accepted, sums, footers, done.broken)
        epoch = epoch + accepted
        if bool((epoch > epochs).all()):
            break
        if at < warm:
            state = _primed(entry.warmup[at], state, done.state)
        else:
            carried = done.weights if entry.carry == "updated" else done.last
            weights, state = _accepted(rule.retries, accepted, (carried, done.state), (weights, state))
    return recorder.trace(epochs)


def _pass(setup: Setup, weights: Tensor, state: Any, held: Any, recorder: Recorder) -> Pass:
    """Plainly; carefully where that left the finite numbers."""
    mark = recorder.mark()
    done = _rows(setup, weights, state, held, recorder, careful=False)
    finite = [done.weights, done.err2, done.grad2, *done.state, *(held or ())]
    if all(bool(t.isfinite().all()) for t in finite):
        return done
    recorder.rewind(mark)
    return _rows(setup, weights, state, held, recorder, careful=True)


def _rows(setup: Setup, weights: Tensor, state: Any, held: Any, recorder: Recorder, careful: bool) -> Pass:
    entry, model, rule = setup.experiment, setup.experiment.model, setup.experiment.optimiser
    here = SimpleNamespace(**vars(setup.here) | (held._asdict() if held else {}))
    h = setup.inputs.get("h", weights.new_ones(1))
    prefix, sums_grad2 = entry.drive.prefix, rule.begin is not None
    err2 = weights.new_zeros(setup.lanes)
    grad2 = torch.zeros_like(weights)
    broken = torch.full((setup.lanes,), -1, dtype=torch.long, device=weights.device)
    last = weights
    gradients = [g for g in entry.gradients if g is entry.drive or recorder.wants(f"{g.prefix}_", "err_")]
    for row, (x, y) in enumerate(zip(setup.x, setup.y, strict=True)):
        here.row = row
        shown = model.predict(weights, x)
        error = y - shown["pred"]
        shown["err2"] = error * error
        shown["weights"], shown["x"], shown["y"] = weights, x, y
        for gradient in gradients:
            shown |= gradient.compute(model, weights, x, y, shown, h)
        grad = shown[prefix]
        err2 = err2 + shown["err2"]
        if sums_grad2:
            grad2 = grad2 + grad * grad
            shown["sum2"] = grad2
        shown["sum_err2"] = err2
        last = weights
        weights, state = rule.update(weights, grad, state, here)
        if careful:
            weights, bad = _poisoned(weights, grad, state, held)
            bad = bad | ~shown["err2"].isfinite()
            broken = torch.where((broken < 0) & bad, row, broken)
        shown["new"] = weights
        recorder.row(shown, state)
    return Pass(weights, last, state, err2, grad2, broken)


def _poisoned(weights: Tensor, grad: Tensor, state: Any, held: Any) -> tuple[Tensor, Tensor]:
    """NaN for every weight whose gradient, state or schedule is not finite; and the lanes that have one."""
    bad = ~(weights.isfinite() & grad.isfinite())
    for field in (*state, *(held or ())):
        bad = bad | ~field.isfinite() if field.is_floating_point() else bad
    return torch.where(bad, torch.nan, weights), bad.any(0)


def _primed(handed: tuple[str, ...], before: Any, after: Any) -> Any:
    """A warm-up pass hands on only what it is there for."""
    return type(before)(
        *(new if n in handed else old for n, old, new in zip(before._fields, before, after, strict=True))
    )


def _accepted(retries: bool, accepted: Tensor, new: tuple[Tensor, Any], old: tuple[Tensor, Any]) -> tuple[Tensor, Any]:
    """Where a pass does not stand, the next one starts from where it started."""
    if not retries:
        return new
    weights = torch.where(accepted, new[0], old[0])
    return weights, type(old[1])(*(torch.where(accepted, n, o) for n, o in zip(new[1], old[1], strict=True)))


def _shaped(setup: Setup, fields: Any) -> Any:
    """Fields of the columns that stand once per weight become (P, B), all others (B,)."""
    rule = setup.experiment.optimiser
    each = {c.name[:-4] for c in (*rule.columns, *rule.epoch_columns, *rule.footers) if c.name.endswith("_{w}")}
    shape = setup.start.shape
    return type(fields)(
        *(t.expand(shape if n in each else shape[1:]) for n, t in zip(fields._fields, fields, strict=True))
    )


def _check_device(device: str) -> None:
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError):
        raise GradsheetError(f"no device {device!r} on this machine: leave --device out to run on the cpu") from None
