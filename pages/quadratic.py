"""The numbers and pictures of quadratic.md."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from gradsheet import run
from gradsheet.experiments import experiment, topics
from gradsheet.plotting.style import COLOURS, LINES, Picture, log_where_wide
from pages.page import Numbers

SHOWN = (0, 1, 2, 5, 10)
WORDS = {
    "quadratic": "all examples at once",
    "quadratic_batches": "five at a time",
    "quadratic_rows": "one by one",
    "quadratic_scaled": "all at once, time scaled",
}


def numbers() -> Numbers:
    """Runs of the four entries, and the least squares that numpy finds."""
    runs = {entry.name: run(entry, 10) for entry in topics()["quadratic"]}
    data = np.array(experiment("quadratic").data)
    best = np.polyfit(data[:, 0], data[:, 1], 2)
    full = runs["quadratic"]
    long = run("quadratic_scaled", 300, keep="epochs").epochs["rmse"][0]
    curves = {n: [runs[n].steps["pred"][0, k].tolist() for k in SHOWN] for n in ("quadratic", "quadratic_scaled")}
    return {
        "rmse": {name: _over_all(name, trace.epochs) for name, trace in runs.items()},
        "slopes": {w: full.passes[f"grad_{w}"][0, 0].item() for w in "abc"},
        "scaled_slopes": {w: runs["quadratic_scaled"].passes[f"grad_{w}"][0, 0].item() for w in "abc"},
        "data": data.tolist(),
        "curves": curves,
        "least": float(np.sqrt(np.mean((np.polyval(best, data[:, 0]) - data[:, 1]) ** 2))),
        "long": long[-1].item(),
    }


def _over_all(name: str, epochs: Any) -> list[float]:
    """The rmse over all examples, with the weights after each epoch."""
    entry = experiment(name)
    points = torch.tensor(entry.data, dtype=torch.float64)
    weights = torch.stack([epochs[w][0] for w in entry.model.weights])
    off = entry.model.predict(weights[:, None, :], points[:, :1])["pred"] - points[:, 1:]
    return (off * off).mean(0).sqrt().tolist()


def curves(told: Numbers) -> Picture:
    """The curve after some epochs, over t and over scaled time."""
    picture = Picture(11, 3.8)
    for axes, name in zip(picture.subplots(1, 2), told["curves"], strict=True):
        axes.scatter(*zip(*told["data"], strict=True), color="#22313F", s=14, zorder=3, label="examples")
        for i, (epoch, line) in enumerate(zip(SHOWN, told["curves"][name], strict=True)):
            axes.plot(range(20), line, color=COLOURS[i], linestyle=LINES[i], label=f"epoch {epoch}")
        axes.set_ylim(-10, 130)
        axes.set_title(WORDS[name])
        axes.set_xlabel("time")
    picture.axes[0].set_ylabel("speed")
    picture.axes[1].legend(ncols=2)
    return picture


def losses(told: Numbers) -> Picture:
    """The rmse over all examples, epoch by epoch."""
    picture = Picture(11, 3.6)
    axes: Any = picture.subplots()
    for i, (name, found) in enumerate(told["rmse"].items()):
        axes.plot(range(11), found, color=COLOURS[i], linestyle=LINES[i], marker="o", markersize=3, label=WORDS[name])
    log_where_wide(axes, [v for found in told["rmse"].values() for v in found])
    axes.set_title("rmse over all examples, by epoch")
    axes.set_xlabel("epoch")
    axes.legend()
    return picture


PICTURES = {"quadratic-curves": curves, "quadratic-losses": losses}
