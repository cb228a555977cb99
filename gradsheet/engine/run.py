"""The one step loop.

A pass is run plainly, without looking at what comes out. Only where it ends in something that is not a finite
number is it run again *carefully*: a lane whose state has left the finite numbers gets NaN weights from that
row on, as a cell that reads an error is an error in Excel, even where floating point would revive it (a finite
step divided by infinity is 0).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from types import SimpleNamespace
from typing import Any, Literal, cast

import torch
from torch import Tensor

from gradsheet.engine.at_once import at_once
from gradsheet.engine.passes import Pass, poisoned
from gradsheet.engine.quick import Quick, quick, shared_out, suits
from gradsheet.engine.recorder import Recorder
from gradsheet.engine.setup import Number, Setup, check_size, prepare
from gradsheet.engine.trace import Trace, join
from gradsheet.errors import GradsheetError
from gradsheet.experiments import Experiment, experiment
from gradsheet.numerics import sqrt
from gradsheet.optimisers import Nothing

BLOCK = 32_768
"""Lanes at a time: what a row computes then stays in the caches."""

Rows = Callable[..., Any]
Examples = Sequence[tuple[Tensor, Tensor]]
Keep = Literal["all", "epochs"] | Collection[str]


def run(
    name: str | Experiment,
    epochs: int | None = None,
    *,
    gradient: str | None = None,
    carry: str | None = None,
    optimiser: str | None = None,
    batch: str | int | None = None,
    seed: Number | None = None,
    data: Any = None,
    keep: Keep = "all",
    device: str = "cpu",
    dtype: torch.dtype | None = None,
    **inputs: Number,
) -> Trace:
    """Run an experiment, any number of settings at once.

    Args:
        name: an entry of the catalogue, or its name.
        epochs: how many passes over the data, the experiment's usual number (10 for most) where not given; the trace
            also holds the pass that starts from the last weights.
        gradient: "analytic", "numeric" (finite differences) or "autograd"; the entry's own where not given.
        carry: "entering" or "updated": which weights a pass hands to the next.
        optimiser: another rule than the entry's own ("sgd", "adam" …), with its sheet's defaults and warm-up.
        batch: "row", "full" or the number of rows of a mini-batch: after how many rows the weights are updated.
        seed: draws the examples anew, or the start weights, where they are drawn; for start weights also one a lane.
        data: training examples, (N, 2) or (B, N, 2); the entry's own where not given.
        keep: "all" columns of every row, only the "epochs" table, or the names of the columns that are wanted.
        device: "cpu", or "cuda" where there is one.
        dtype: float64, which is what spreadsheets compute in; float32 where the experiment is told in it.
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
    entry = experiment(name)
    if entry.starts and seed is not None:
        inputs, seed = {**inputs, "seed": seed}, None  # an input like others: each lane may have its own
    entry = entry.configured(gradient, carry, optimiser, batch, cast(int | None, seed))
    epochs = entry.usual_epochs if epochs is None else epochs
    if not isinstance(epochs, int) or isinstance(epochs, bool) or epochs < 0:
        raise GradsheetError(f"{entry.name}: epochs is {epochs!r}; give a whole number, 0 or more")
    _check_device(device)
    setup = prepare(entry, inputs, data, device, dtype or getattr(torch, entry.dtype))
    columns = len(entry.steps) if keep == "all" else len(keep) if isinstance(keep, list | tuple | set) else 0
    check_size(setup, len(entry.warmup) + (epochs + 1) * setup.batches, columns)
    rows = passes(entry)
    if keep == "epochs" and suits(setup):
        rows = quick(rows, setup)
        return join(setup, shared_out(lambda part: _traced(part, epochs, keep, rows), setup.blocks(BLOCK)))
    block = max(BLOCK // setup.experiment.model.features, 1)
    with torch.no_grad():
        return join(setup, [_traced(part, epochs, keep, rows) for part in setup.blocks(block)])


def _traced(setup: Setup, epochs: int, keep: Keep, rows: Rows) -> Trace:
    recorder = Recorder(setup, keep)
    loop(setup, epochs, recorder, rows)
    return recorder.trace(epochs)


def loop(setup: Setup, epochs: int, recorder: Recorder, rows: Rows) -> None:
    """All passes of some lanes, told to a recorder.

    Args:
        setup: the lanes.
        epochs: how many passes after the warm-up, and one more.
        recorder: what is kept.
        rows: how a pass is run: `passes` of the setup, or faster.
    """
    entry, warm = setup.experiment, len(setup.experiment.warmup)
    rule = entry.optimiser
    batches = setup.batches
    most = warm + (epochs + 1) * batches if not rule.retries else warm + 8 * (epochs + 1) + 64
    weights, state = setup.start, _shaped(setup, rule.init(setup.start, setup.here))
    epoch = torch.zeros(setup.lanes if rule.retries else 1, dtype=torch.long, device=weights.device)
    held: Any = None
    sums: Any = None
    for at in range(most):
        if rule.first and rule.begin:
            handed = 0 < at <= warm and bool(set(entry.warmup[at - 1]) & set(held._fields))
            if at > warm or handed:
                held = _shaped(setup, rule.begin(state, setup.here, held, sums))
            else:
                held = _shaped(setup, rule.first(state, setup.here, held))
        recorder.enter(weights, state, held)
        done = _pass(setup, at, weights, state, held, recorder, rows)
        sums = SimpleNamespace(grad2=done.grad2, count=done.grads, epoch=epoch, err2=done.err2)
        if rule.begin or rule.close:
            sums.root_sum = sqrt(done.err2)
        footers = rule.close(held, sums, setup.here) if rule.close else None
        if footers is not None:
            footers = _shaped(setup, footers)
            vars(sums).update(footers._asdict())
        accepted = torch.full_like(epoch, at >= warm, dtype=torch.bool)
        if rule.retries:
            accepted = sums.accepted & accepted
        recorder.close(epoch.expand(setup.lanes), accepted.expand(setup.lanes), sums, footers, done)
        if (at - warm + 1) % batches == 0:
            epoch = epoch + accepted
        if bool((epoch > epochs).all()):
            break
        if at < warm:
            state = _primed(entry.warmup[at], state, done.state)
        else:
            carried = done.weights if entry.carry == "updated" else done.last
            weights, state = _accepted(rule.retries, accepted, (carried, done.state), (weights, state))


def passes(entry: Experiment) -> Rows:
    """How a pass of an experiment is run in the plain way."""
    if not entry.trains:
        return _table
    if entry.model.wide:
        return at_once
    return _rows if entry.batch == "row" else _batch


def _pass(setup: Setup, number: int, weights: Tensor, state: Any, held: Any, recorder: Recorder, rows: Rows) -> Pass:
    """Plainly; carefully where that left the finite numbers."""
    mark = recorder.mark()
    wide = setup.experiment.model.wide
    examples: Any = setup.experiment.order(len(setup.x), number) if wide else setup.examples(number)
    done: Pass = rows(setup, examples, weights, state, held, recorder, careful=False)
    finite = [done.weights, done.err2, done.grad2, *done.state, *(held or ())]
    if done.fine or all(_finite(t) for t in finite):
        pass
    elif isinstance(rows, Quick):
        done = rows.mended(done, setup, examples, weights, state, held)
    else:
        recorder.rewind(mark)
        done = rows(setup, examples, weights, state, held, recorder, careful=True)
    if done.shown is not None:
        recorder.update(done.shown, done.state)
    return done


def _finite(tensor: Tensor) -> bool:
    """Whether all of it is; a sum says so faster where it does not overflow."""
    return math.isfinite(float(tensor.sum())) or bool(tensor.isfinite().all())


def _rows(
    setup: Setup, examples: Examples, weights: Tensor, state: Any, held: Any, recorder: Recorder, careful: bool
) -> Pass:
    """An update a row."""
    entry, rule = setup.experiment, setup.experiment.optimiser
    here = SimpleNamespace(**vars(setup.here) | (held._asdict() if held else {}))
    show = _shower(setup, recorder, here)
    prefix, sums_grad2 = entry.drive.prefix, rule.begin is not None
    loss = entry.model.loss.column.name
    err2 = weights.new_zeros(setup.lanes)
    grad2 = torch.zeros_like(weights)
    broken = torch.full((setup.lanes,), -1, dtype=torch.long, device=weights.device)
    last = weights
    for row, (x, y) in enumerate(examples):
        here.row = row
        shown = show(weights, x, y)
        grad = shown[prefix]
        here.x, here.y, here.err2 = x, y, shown[loss]
        err2 = err2 + shown[loss]
        if sums_grad2:
            grad2 = grad2 + grad * grad
            shown["sum2"] = grad2
        shown["sum_err2"] = err2
        last = weights
        weights, state = rule.update(weights, grad, state, here)
        if careful:
            weights, bad = poisoned(weights, grad, state, held)
            bad = bad | ~shown[loss].isfinite()
            broken = torch.where((broken < 0) & bad, row, broken)
        shown["new"] = weights
        recorder.row(shown, state)
    return Pass(weights, last, state, err2, grad2, broken, len(examples))


def _batch(
    setup: Setup, examples: Examples, weights: Tensor, state: Any, held: Any, recorder: Recorder, careful: bool
) -> Pass:
    """One update a pass, by the mean of the rows' gradients."""
    entry = setup.experiment
    here = SimpleNamespace(**vars(setup.here) | (held._asdict() if held else {}))
    show = _shower(setup, recorder, here)
    loss = entry.model.loss.column.name
    err2 = weights.new_zeros(setup.lanes)
    total = torch.zeros_like(weights)
    broken = torch.full((setup.lanes,), -1, dtype=torch.long, device=weights.device)
    for row, (x, y) in enumerate(examples):
        here.row = row
        shown = show(weights, x, y)
        total = total + shown[entry.drive.prefix]
        err2 = err2 + shown[loss]
        if careful:
            bad = (~total.isfinite()).any(0) | ~err2.isfinite()
            broken = torch.where((broken < 0) & bad, row, broken)
        shown["total"], shown["sum_err2"] = total, err2
        recorder.row(shown, Nothing())
    grad = total / len(examples)
    new, state = entry.optimiser.update(weights, grad, state, here)
    if careful:
        new, bad = poisoned(new, grad, state, held)
        broken = torch.where((broken < 0) & bad, len(examples), broken)
    grad2 = grad * grad
    shown = {"grad": grad, "new": new}
    if any(c.name == "sum2_{w}" for c in entry.optimiser.columns):
        shown["sum2"] = grad2
    return Pass(new, weights, state, err2, grad2, broken, 1, shown)


def _table(
    setup: Setup, examples: Examples, weights: Tensor, state: Any, held: Any, recorder: Recorder, careful: bool
) -> Pass:
    """Nothing is learnt: what the rows show, and what the rule remembers from one to the next."""
    entry = setup.experiment
    here = SimpleNamespace(**vars(setup.here))
    lost = weights.new_zeros(setup.lanes)
    broken = torch.full((setup.lanes,), -1, dtype=torch.long, device=weights.device)
    for row, (x, y) in enumerate(examples):
        here.row, here.x, here.y = row, x, y
        shown = {"x": x, "y": y}
        if entry.model.beside:
            shown |= entry.model.beside.compute((), x, shown, here)
        _, state = entry.optimiser.update(weights, weights, state, here)
        for value in (*shown.values(), *state):
            lost = lost + value * 0  # NaN from the first value on that is not finite
        broken = torch.where((broken < 0) & ~lost.isfinite(), row, broken)
        recorder.row(shown, state)
    return Pass(weights, weights, state, lost, weights, broken, len(examples))


def _shower(setup: Setup, recorder: Recorder, here: SimpleNamespace) -> Callable[..., dict[str, Tensor]]:
    """What a row shows of its weights, as far as it is wanted: prediction, loss, gradients."""
    entry, model = setup.experiment, setup.experiment.model
    h = setup.inputs.get("h", setup.start.new_ones(1))
    loss = model.loss
    gradients = [g for g in entry.gradients if g is entry.drive or recorder.wants(f"{g.prefix}_", "err_")]
    shows = (model.beside, model.stretch if entry.stretch else None)
    beside = [b for b in shows if b is not None and recorder.wants_any(b.columns)]

    def show(weights: Tensor, x: Tensor, y: Tensor) -> dict[str, Tensor]:
        shown = model.predict(weights, x)
        shown[loss.column.name] = loss.compute(shown["pred"], y)
        for more in beside:
            shown |= more.compute(weights, x, shown, here)
        shown["weights"], shown["x"], shown["y"] = weights, x, y
        for gradient in gradients:
            shown |= gradient.compute(model, weights, x, y, shown, h)
        return shown

    return show


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
