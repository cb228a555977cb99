"""Numbers and pictures of docs/explode.md: one weight x, the loss (x² − 9)², four runs and a sweep."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from gradsheet import run
from gradsheet.experiments import experiment
from gradsheet.plotting.style import DASHES, Picture
from gradsheet.workbook.style import INK, ROLES

LIMIT = 2 / 72
RATES, SHOWN, LONG = 700, 40, 1500
STORIES = ((0.1, "leaves"), (0.05, "circles"), (0.01, "arrives"))
GREEN, RED, BLUE, PURPLE = (ROLES[role].colour for role in ("weights", "gradient", "state", "error"))


def numbers() -> dict[str, Any]:
    """The stories in float32, as printed; the sweep in float64."""
    explode = run("explode")
    zeroed, unzeroed = run("zeroed"), run("unzeroed")
    table = [
        {
            "step": k,
            "x": explode.steps["w"][0, k, 0].item(),
            "loss": explode.steps["err2"][0, k, 0].item(),
            "gradient": explode.steps["d_w"][0, k, 0].item(),
        }
        for k in range(4)
    ]
    rates = torch.linspace(0.001, 0.06, RATES, dtype=torch.float64)
    sweep = run("explode", LONG, lr=rates, dtype=torch.float64, keep=["w"])
    last = sweep.steps["w"][:, -SHOWN:, 0]
    stays = last.isfinite().all(1)
    settles = ((last - 3).abs() < 1e-6).all(1)
    return {
        "table": table,
        "in_float64": 1 + int((~run("explode", dtype=torch.float64).steps["err2"][0, :, 0].isfinite()).nonzero()[0]),
        "limit": LIMIT,
        "printed": experiment("unzeroed").printout(unzeroed).splitlines(),  # type: ignore[misc]
        "swing": unzeroed.steps["new_w"][0, :, 0].tolist(),
        "arrives": zeroed.steps["new_w"][0, :, 0].tolist(),
        "gradient": unzeroed.steps["d_w"][0, :, 0].tolist(),
        "accumulated": unzeroed.steps["accumulated_w"][0, :, 0].tolist(),
        "rates": rates.tolist(),
        "ends": [row if stay else [] for row, stay in zip(last.tolist(), stays.tolist(), strict=True)],
        "settles_up_to": rates[settles].max().item(),
        "lost_from": rates[~stays].min().item(),
        "steps": {str(lr): _steps(lr) for lr, _ in STORIES},
        "rate_count": RATES,
        "long": LONG,
    }


def _steps(lr: float) -> list[float]:
    x = run("explode", 12, lr=lr, dtype=torch.float64, keep=["w"]).steps["w"][0, :, 0]
    return [float(v) for v in x if v.isfinite()]


def draw_steps(numbers: dict[str, Any]) -> Picture:
    """The same start, three learning rates, on the loss."""
    picture = Picture(11, 3.6)
    for i, (lr, word) in enumerate(STORIES):
        axes = picture.add_subplot(1, 3, i + 1)
        far = 6.4 if word == "leaves" else 4.4
        x = np.linspace(-far, far, 400)
        axes.plot(x, (x * x - 9) ** 2, color=PURPLE)
        steps = np.array(numbers["steps"][str(lr)])
        steps = steps[: 3 if word == "leaves" else 12]
        axes.plot(steps, (steps * steps - 9) ** 2, color=GREEN, linestyle=DASHES["dash"], marker="o", markersize=5)
        axes.annotate("start", (steps[0], 25), (-8, 8), textcoords="offset points", ha="right", fontweight="bold")
        axes.set_xlim(-far, far)
        axes.set_ylim(-25, 800 if word == "leaves" else 130)
        axes.set_title(f"lr = {lr:g}: {word}")
        axes.set_xlabel("x")
        axes.set_ylabel("loss" if not i else "")
        if word == "leaves":
            axes.annotate(
                f"next: x = {numbers['steps'][str(lr)][2]:.1f}".replace("-", "−"), (steps[1], 729), (-14, -30),
                textcoords="offset points", ha="right", color=GREEN, fontweight="bold",
            )  # fmt: skip
    return picture


def draw_fates(numbers: dict[str, Any]) -> Picture:
    """Where x is in the end, for every learning rate."""
    picture = Picture(11, 4.2)
    axes = picture.add_subplot()
    points = [(lr, x) for lr, ends in zip(numbers["rates"], numbers["ends"], strict=True) for x in ends]
    rates, places = zip(*points, strict=True)
    axes.scatter(rates, places, s=1.2, color=GREEN, linewidths=0, rasterized=True)
    axes.axvline(LIMIT, color=RED, linestyle=DASHES["dash"])
    axes.axvspan(numbers["lost_from"], 0.06, facecolor="#F3F4F6", hatch="///", edgecolor="#D7DBE0", linewidth=0)
    for x, word, colour, align in (
        (LIMIT, "  2/72", RED, "left"), (0.013, "arrives at 3", INK, "center"),
        (0.035, "circles for ever", INK, "center"), (numbers["lost_from"], "explodes  ", INK, "right"),
    ):  # fmt: skip
        axes.text(x, 1.03, word, transform=axes.get_xaxis_transform(), color=colour, ha=align, fontweight="bold")
    axes.set_xlim(0, 0.06)
    axes.set_xlabel("learning rate")
    axes.set_ylabel(f"x in the last {SHOWN} of {LONG:,} steps")
    return picture


def draw_swing(numbers: dict[str, Any]) -> Picture:
    """Un-zeroed against zeroed, and the two gradients."""
    picture = Picture(11, 3.6)
    left, right = picture.add_subplot(1, 2, 1), picture.add_subplot(1, 2, 2)
    steps = range(len(numbers["swing"]))
    left.axhline(3, color="#D7DBE0")
    left.plot(
        steps, numbers["swing"], color=BLUE, linestyle=DASHES["dash"], marker="o", markersize=3, label="un-zeroed"
    )
    left.plot(steps, numbers["arrives"], color=GREEN, marker="s", markersize=3, label="zeroed")
    left.set_title("x after each step")
    right.axhline(0, color="#D7DBE0")
    right.plot(steps, numbers["gradient"], color=RED, label="this step's gradient")
    right.plot(steps, numbers["accumulated"], color=BLUE, linestyle=DASHES["dash"], label="what .grad holds: their sum")
    right.set_title("The gradient, and what the step goes along")
    for axes in (left, right):
        axes.set_xlabel("step")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=2)
    return picture


PICTURES = {"explode-steps": draw_steps, "explode-fates": draw_fates, "explode-swing": draw_swing}
