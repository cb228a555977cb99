"""The numbers and pictures of two-neurons.md."""

from __future__ import annotations

import math
from typing import Any

import torch

from gradsheet import run, stability
from gradsheet.engine import Trace
from gradsheet.plotting.style import COLOURS, LINES, Picture, log_where_wide
from pages.page import Numbers, recorded

FLAT = {"a": 2.0, "b": 30.0}
EPOCHS = 500
SHOWN = 10  # every so many epochs is drawn
RATES = torch.logspace(-7, -1, 121, dtype=torch.float64)
NAMES = ("one_neuron", "two_neuron", "two_neuron_relu")
WORDS = {"one_neuron": "one neuron", "two_neuron": "two neurons", "two_neuron_relu": "two with ReLU"}
MILLION = 1e6
NUDGES = [0.1, 0.01, 0.001, 0.0001, 0.00001]
LONG = 5000
LONGEST = 10_000


def at_length() -> Numbers:
    """Where finite differences stop, by h; and one neuron, exactly, for very long."""
    one = run("one_neuron", LONG, h=NUDGES, keep="epochs").epochs["root_sum"]
    two = run("two_neuron", LONG, lr=6e-5, h=NUDGES, keep="epochs").epochs["root_sum"]
    alone = run("one_neuron", LONGEST, gradient="analytic", keep="epochs").epochs["root_sum"]
    return {"one": one[:, -1].tolist(), "two": two[:, -1].tolist(), "alone": alone[0, -1].item()}


def numbers() -> Numbers:
    """Runs of the catalogue's entries; everything the page says."""
    first = {name: run(name, 10) for name in NAMES}
    dead = first["two_neuron_relu"].steps["alive"][0].reshape(-1).nonzero()[-1].item() + 2
    rates = run("one_neuron", EPOCHS, gradient="analytic", keep="epochs").epochs["root_sum"][0].tolist()
    ends = {name: run(name, EPOCHS, lr=6e-5, gradient="analytic", keep="epochs").epochs for name in NAMES[1:]}
    exact = {name: epochs["root_sum"][0].tolist() for name, epochs in ends.items()}
    by_h = run("two_neuron", EPOCHS, lr=6e-5, keep="epochs").epochs["root_sum"]
    kept = recorded("two-neurons")
    floors = zip(NUDGES, kept["one"], kept["two"], strict=True)
    early = {name: run(name, 2, lr=1e-5, keep="epochs").epochs["root_sum"][0].tolist() for name in NAMES}
    there = {w: ends["two_neuron"][w][0, -1].item() for w in "abcd"}
    return {
        "first": {n: t.epochs["root_sum"][0, 0].item() for n, t in first.items()},
        "second": {n: t.epochs["root_sum"][0, 1].item() for n, t in first.items()},
        "tenth": {n: t.epochs["root_sum"][0, 10].item() for n, t in first.items()},
        "err2": {n: t.steps["err2"][0, 0].tolist() for n, t in first.items()},
        "stretch": {n: t.steps["stretch"][0, 0].tolist() for n, t in first.items()},
        "dead": int(dead),
        "frozen": all(bool((first["two_neuron"].steps[f"est_{w}"][0, 1:] == 0).all()) for w in "abcd"),
        "floor": _floor(first["one_neuron"]),
        "limit_one": stability("one_neuron", FLAT, 1e-4).limit,
        "limit_two": stability("two_neuron", _balanced(), 1e-4).limit,
        "radius_one": [[lr, stability("one_neuron", FLAT, lr).radius] for lr in (1e-4, 2e-4, 3e-4, 4e-4)],
        "radius_two": [[lr, *_held(there, lr)] for lr in (2.5e-5, 5e-5, 6e-5, 7e-5, 8e-5)],
        "one": rates[::SHOWN],
        "exact": exact["two_neuron"][::SHOWN],
        "same": exact["two_neuron"] == exact["two_neuron_relu"],
        "estimated": by_h[0, ::SHOWN].tolist(),
        "stuck": by_h[0, -1].item(),
        "overtakes": next(k for k, v in enumerate(exact["two_neuron"]) if k > 1 and v < rates[k]),
        "early": early,
        "floors": [list(each) for each in floors],
        "alone": kept["alone"],
        "fate": {name: _fates(name) for name in NAMES},
        "start": run("two_neuron", 10, start_d=30.0, keep="epochs").epochs["root_sum"][0].tolist(),
    }


def _floor(trace: Trace) -> float:
    """The loss of the best constant."""
    y = trace.steps["y"][0, 0]
    return ((y - y.mean()) ** 2).sum().sqrt().item()


def _balanced() -> dict[str, float]:
    root = math.sqrt(2)
    return {"a": root, "b": 1.0, "c": root, "d": 30 - root}


def _held(at: dict[str, float], lr: float) -> tuple[float, float]:
    found = stability("two_neuron", at, lr)
    return found.largest, found.radius


def _fates(name: str) -> list[float]:
    """The loss of the eleventh pass at each learning rate, a million where it is larger or no number."""
    found = run(name, 10, lr=RATES, keep="epochs").epochs["root_sum"][:, 10]
    return found.nan_to_num(MILLION, MILLION, MILLION).clamp(max=MILLION).tolist()


def rows(told: Numbers) -> Picture:
    """Error² and stretch of each row of the first pass."""
    picture = Picture(11, 3.6)
    for axes, what, title in zip(
        picture.subplots(1, 2), ("err2", "stretch"), ("Error² by row, first pass", "Stretch by row"), strict=True
    ):
        for i, name in enumerate(NAMES):
            axes.plot(range(1, 30), told[what][name], color=COLOURS[i], linestyle=LINES[i], label=WORDS[name])
        log_where_wide(axes, [v for name in NAMES for v in told[what][name]])
        axes.set_title(title)
        axes.set_xlabel("row")
        if what == "stretch":
            axes.axhline(1.0, color="#9B2C1B", linewidth=1)
            axes.text(1, 60.0, "above 1 a row's error grows", color="#9B2C1B", fontsize=8.5)
    picture.axes[0].legend()
    return picture


def race(told: Numbers) -> Picture:
    """One neuron against two, epoch by epoch."""
    picture = Picture(11, 3.8)
    axes: Any = picture.subplots()
    lines = (
        ("one", "one neuron, lr 0.0001"),
        ("exact", "two neurons, exact derivatives, lr 0.00006 (ReLU or not)"),
        ("estimated", "two neurons, finite differences, lr 0.00006"),
    )
    for i, (name, label) in enumerate(lines):
        axes.plot(range(0, EPOCHS + 1, SHOWN), told[name], color=COLOURS[i], linestyle=LINES[i], label=label)
    log_where_wide(axes, [v for name, _ in lines for v in told[name]])
    axes.set_title("Can two neurons beat one?")
    axes.set_xlabel("epoch")
    axes.set_ylabel("root of summed error²")
    axes.legend(loc="lower left")
    return picture


def learning_rates(told: Numbers) -> Picture:
    """What ten epochs come to at each learning rate."""
    picture = Picture(11, 3.8)
    axes: Any = picture.subplots()
    for i, name in enumerate(NAMES):
        axes.plot(RATES.tolist(), told["fate"][name], color=COLOURS[i], linestyle=LINES[i], label=WORDS[name])
    axes.set_xscale("log")
    log_where_wide(axes, [v for name in NAMES for v in told["fate"][name]])
    axes.axhline(told["floor"], color="#5B6472", linewidth=1)
    axes.text(1.2e-7, told["floor"] * 1.15, "a constant", color="#5B6472", fontsize=8.5)
    axes.set_title("Loss after ten epochs, by learning rate (the top is: a million, or more, or no number)")
    axes.set_xlabel("lr")
    axes.legend(loc="upper left", bbox_to_anchor=(0.02, 0.85))
    return picture


PICTURES = {"two-neurons-rows": rows, "two-neurons-race": race, "two-neurons-rates": learning_rates}
