"""The engine against torch.optim and against autograd: how far apart the same run ends.

Where torch.optim has the sheet's rule, it is given the sheet's primed state and told to leave its own
corrections out; it steps through the same rows, and a pass ends as the macro ends it. The order of operations
differs, so equality is not expected to the bit: the largest difference is reported. RMSprop has no twin, since
torch divides by the updated average (its row shows how far that leads).

Source: torch.optim; FACTS of the course's macros in docs/graddesc.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gradsheet.engine import Trace, run
from gradsheet.experiments import Experiment, experiment

FAR = 1e9  # a step count at which Adam's bias corrections are exactly 1


@dataclass(frozen=True)
class TorchDifference:
    """One comparison.

    Attributes:
        experiment: whose rule.
        against: the optimiser of torch, with its settings.
        epochs: after how many.
        largest: the largest difference of a weight, over all epochs.
    """

    experiment: str
    against: str
    epochs: int
    largest: float


def _sgd(weights: list[Tensor], trace: Trace) -> torch.optim.Optimizer:
    return torch.optim.SGD(weights, lr=float(trace.inputs["lr"][0]))


def _momentum(weights: list[Tensor], trace: Trace) -> torch.optim.Optimizer:
    beta = float(trace.inputs["beta"][0])
    optimiser = torch.optim.SGD(weights, lr=float(trace.inputs["lr"][0]), momentum=beta, dampening=beta)
    for w, name in zip(weights, trace.experiment.model.weights, strict=True):
        optimiser.state[w]["momentum_buffer"] = trace.epochs[f"velocity_{name}"][:1, 0].clone()
    return optimiser


def _adam(weights: list[Tensor], trace: Trace) -> torch.optim.Optimizer:
    betas = float(trace.inputs["beta1"][0]), float(trace.inputs["beta2"][0])
    optimiser = torch.optim.Adam(weights, lr=float(trace.inputs["lr"][0]), betas=betas, eps=0.0)
    for w, name in zip(weights, trace.experiment.model.weights, strict=True):
        optimiser.state[w] = {
            "step": torch.tensor(FAR),
            "exp_avg": trace.epochs[f"average_{name}"][:1, 0].clone(),
            "exp_avg_sq": trace.epochs[f"square_{name}"][:1, 0].clone(),
        }
    return optimiser


def _rmsprop(weights: list[Tensor], trace: Trace) -> torch.optim.Optimizer:
    beta = float(trace.inputs["beta"][0])
    eps = float(trace.inputs["eps"][0]) if "eps" in trace.inputs else 0.0
    optimiser = torch.optim.RMSprop(weights, lr=float(trace.inputs["lr"][0]), alpha=beta, eps=eps)
    for w, name in zip(weights, trace.experiment.model.weights, strict=True):
        optimiser.state[w] = {"step": torch.tensor(0.0), "square_avg": trace.epochs[f"square_{name}"][:1, 0].clone()}
    return optimiser


def _adam_textbook(weights: list[Tensor], trace: Trace) -> torch.optim.Optimizer:
    i = {n: float(t[0]) for n, t in trace.inputs.items()}
    return torch.optim.Adam(weights, lr=i["lr"], betas=(i["beta1"], i["beta2"]), eps=i["eps"])


def _adagrad_textbook(weights: list[Tensor], trace: Trace) -> torch.optim.Optimizer:
    return torch.optim.Adagrad(weights, lr=float(trace.inputs["lr"][0]), eps=float(trace.inputs["eps"][0]))


TWINS: dict[str, tuple[str, Callable[[list[Tensor], Trace], torch.optim.Optimizer]]] = {
    "basic": ("SGD", _sgd),
    "momentum": ("SGD(momentum=β, dampening=β), primed", _momentum),
    "rmsprop": ("RMSprop, primed (divides by the updated average)", _rmsprop),
    "adam": ("Adam(eps=0), primed, uncorrected", _adam),
    "adam_ann": ("Adam(eps=0), primed, uncorrected", _adam),
    "rmsprop_textbook": ("RMSprop", _rmsprop),
    "adam_textbook": ("Adam", _adam_textbook),
    "adagrad_textbook": ("Adagrad", _adagrad_textbook),
}


def against_torch(name: str, epochs: int, **inputs: Any) -> TorchDifference:
    """How far torch.optim ends from the engine, after any of the epochs.

    Args:
        name: an experiment that has a twin in `TWINS`.
        epochs: how many.
        **inputs: as in `run`.

    Example:
        >>> against_torch("basic", 1).largest
        0.0
    """
    trace = run(name, epochs, dtype=torch.float64, **inputs)
    entry = trace.experiment
    against, make = TWINS[name]
    weights = [trace.epochs[w][:1, 0].clone().requires_grad_() for w in entry.model.weights]
    optimiser = make(weights, trace)
    largest = 0.0
    for epoch in range(epochs):
        if "lr" in trace.epochs:
            optimiser.param_groups[0]["lr"] = float(trace.epochs["lr"][0, epoch])
        _epoch(optimiser, weights, entry, trace)
        for w, name_ in zip(weights, entry.model.weights, strict=True):
            ours = float(trace.epochs[name_][0, epoch + 1])
            largest = max(largest, abs(w.item() - ours))
    return TorchDifference(entry.name, f"torch.optim.{against}", epochs, largest)


def _epoch(optimiser: torch.optim.Optimizer, weights: list[Tensor], entry: Experiment, trace: Trace) -> None:
    last = [w.detach().clone() for w in weights]
    for x, y in zip(trace.setup.x, trace.setup.y, strict=True):
        last = [w.detach().clone() for w in weights]
        optimiser.zero_grad()
        error = entry.model.predict(weights, x)["pred"] - y
        (error * error).sum().backward()
        optimiser.step()
    if entry.carry == "entering":
        with torch.no_grad():
            for w, old in zip(weights, last, strict=True):
                w.copy_(old)


def against_autograd(name: str, epochs: int = 1) -> TorchDifference:
    """How far the run with autograd's gradients ends from the one with the model's own.

    Example:
        >>> against_autograd("momentum").largest
        0.0
    """
    entry = experiment(name)
    ours, theirs = (run(entry, epochs, gradient=kind, dtype=torch.float64) for kind in ("analytic", "autograd"))
    largest = 0.0
    for w in entry.model.weights:
        a, b = ours.epochs[w], theirs.epochs[w]
        same = (a == b) | (a.isnan() & b.isnan())  # where one explodes, so does the other
        apart = torch.where(same, 0.0, (a - b).abs()).nan_to_num(torch.inf)
        largest = max(largest, float(apart.max()))
    return TorchDifference(name, "autograd's gradients", epochs, largest)
