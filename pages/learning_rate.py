"""Numbers and pictures of docs/learning-rate.md: what becomes of one neuron and two, over seven decades of lr."""

from __future__ import annotations

from typing import Any

import torch

from gradsheet import run
from gradsheet.plotting.style import Picture
from pages.fates import CONSTANT, FATES, LOOKS, MODELS, fates, segments
from pages.page import recorded

LOW, HIGH, RATES, EPOCHS = 1e-7, 1e-1, 1200, 50
MILLION, BINS = 1_000_000, 120
CLOSE = (6e-5, 8e-5, 9e-5, 1e-4, 2e-4, 3e-4, 4e-4, 5e-4, 6e-4, 1e-3, 2e-3, 3e-3, 5e-3, 1e-2)


def numbers() -> dict[str, Any]:
    """The rows near 1e-4, computed now; the long sweeps as recorded."""
    found = recorded("learning-rate")
    linear, relu = (run(name, 0, lr=list(CLOSE), keep=["err2", column]).steps for name, column in
                    (("two_neuron", "a"), ("two_neuron_relu", "alive")))  # fmt: skip
    close = []
    for i, lr in enumerate(CLOSE):
        alive = relu["alive"][i, 0].nonzero()
        last = int(alive[-1]) + 1 if len(alive) else 0
        close.append(
            {
                "lr": lr,
                "linear": _first(linear["err2"][i, 0] > 1e6),
                "relu": _first(relu["err2"][i, 0] > 1e6),
                "dead": last + 1 if last < relu["alive"].shape[-1] else 0,
            }
        )
    limits = {}
    for name, parts in found["fates"].items():
        trains = [last for fate, _, last in parts if FATES[fate] == "trains"]
        explodes = [first for fate, first, _ in parts if FATES[fate] == "explodes"]
        limits[name] = {"trains": trains[-1] if trains else 0.0, "explodes": explodes[0] if explodes else 0.0}
    return {**found, "close": close, "limits": limits, "rates": RATES, "epochs": EPOCHS}


def _first(passed: torch.Tensor) -> int:
    """The first row, from 1; 0 where there is none."""
    return int(passed.nonzero()[0]) + 1 if passed.any() else 0


def at_length() -> dict[str, Any]:
    """1,200 rates for 50 epochs; a million for two passes."""
    rates = torch.logspace(-7, -1, RATES, dtype=torch.float64)
    out: dict[str, Any] = {"fates": {}, "loss": {}, "lr": rates[::4].tolist(), "finish": {}, "million": MILLION}
    for name in MODELS:
        found, loss = fates(name, EPOCHS, lr=rates)
        out["fates"][name] = segments(rates.tolist(), found.tolist())
        last = loss[::4, -1]
        out["loss"][name] = [value if value <= 1e6 else None for value in last.tolist()]
    many = torch.logspace(-7, -1, MILLION, dtype=torch.float64)
    for name in ("two_neuron", "two_neuron_relu"):
        passes = run(name, 1, lr=many, keep="epochs").epochs["root_sum"]
        fine = passes <= 1e6
        out["finish"][name] = {
            "share_1": fine[:, 0].double().mean().item(),
            "share_2": fine.all(1).double().mean().item(),
            "lowest_gone_1": many[~fine[:, 0]].min().item(),
            "lowest_gone_2": many[~fine.all(1)].min().item(),
            "highest_fine_2": many[fine.all(1)].max().item(),
        }
    return out


def draw_fates(numbers: dict[str, Any]) -> Picture:
    """A strip a model."""
    picture = Picture(11, 2.9)
    axes = picture.add_subplot()
    for row, (name, (called, _, _)) in enumerate(reversed(MODELS.items())):
        for fate, first, last in numbers["fates"][name]:
            axes.barh(
                row, max(last - first, first * 0.01), left=first, height=0.7, edgecolor="white", linewidth=0.2,
                **LOOKS[FATES[fate]],
            )  # fmt: skip
        axes.text(LOW * 0.8, row, called, ha="right", va="center")
    axes.set_xscale("log")
    axes.set_xlim(LOW, HIGH)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("learning rate")
    handles = [axes.barh(9, 0, label=fate, edgecolor="white", **LOOKS[fate]) for fate in FATES]
    axes.set_ylim(-0.6, 2.6)
    axes.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4)
    return picture


def draw_loss(numbers: dict[str, Any]) -> Picture:
    """What is left after fifty epochs."""
    picture = Picture(11, 3.6)
    axes = picture.add_subplot()
    for name, (called, colour, dash) in MODELS.items():
        values = [float("nan") if v is None else v for v in numbers["loss"][name]]
        axes.plot(numbers["lr"], values, color=colour, linestyle=dash, label=called)
    axes.axhline(CONSTANT, color="#9AA5B4", linewidth=0.9)
    axes.text(1.2e-7, 310, "the best constant", color="#5B6472", fontsize=8.5)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(30, 3000)
    axes.set_xlim(LOW, HIGH)
    axes.set_xlabel("learning rate")
    axes.set_ylabel(f"loss after {EPOCHS} epochs (log)")
    axes.legend(ncols=3, loc="upper right")
    return picture


PICTURES = {"rate-fates": draw_fates, "rate-loss": draw_loss}
