"""Numbers and pictures of docs/three-or-seven.md: one neuron, 362 images, a thousand starts."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from matplotlib.colors import LinearSegmentedColormap

from gradsheet import run
from gradsheet.experiments import experiment
from gradsheet.experiments.digits import DIGITS
from gradsheet.plotting.style import DASHES, Picture
from gradsheet.workbook.images import ABOVE, BELOW, PENCIL
from gradsheet.workbook.style import INK, PAPER, ROLES

NAME, EPOCHS, SEEDS = "three_or_seven", 20, 1000
THRESHOLDS = (-2.0, -1.0, 0.0, 1.0, 2.0)
GREEN, RED, BLUE, PURPLE = (ROLES[role].colour for role in ("weights", "gradient", "state", "error"))


def numbers() -> dict[str, Any]:
    """A run, its mirror image, a run from zeros, and what a thousand starts say before anything is learnt."""
    names = experiment(NAME).model.weights
    begun = experiment(NAME).starts(0, len(names))  # type: ignore[misc]
    usual = run(NAME, EPOCHS, keep=["pred"])
    turned = [(*row[:-1], 1 - row[-1]) for row in DIGITS]
    flipped: dict[str, Any] = {f"start_{w}": -value for w, value in zip(names, begun, strict=True)}
    mirror = run(NAME, EPOCHS, data=turned, keep=["pred"], **flipped)
    one, other = (torch.stack([t.epochs[w][0, :] for w in names]) for t in (usual, mirror))
    zeros = run(NAME, EPOCHS, start=0.0, keep="epochs")
    chance = run(NAME, 0, seed=list(range(SEEDS)), keep=["pred"])
    preds, truth = chance.steps["pred"][:, 0, :], torch.tensor([row[-1] for row in DIGITS]) == 1
    below = (preds <= 0).double().mean(1)
    said = usual.steps["pred"][0]
    table = [
        {
            "threshold": limit,
            "starts": ((preds > limit) == truth).double().mean().item(),
            "before": ((said[0] > limit) == truth).double().mean().item(),
            "after": ((said[-1] > limit) == truth).double().mean().item(),
        }
        for limit in THRESHOLDS
    ]
    learnt = [zeros.epochs[w][0, -1].item() for w in names]
    pixels = list(DIGITS[0][:-1])
    return {
        "images": len(DIGITS),
        "threes": int(truth.sum()),
        "epochs": EPOCHS,
        "seeds": SEEDS,
        "table": table,
        "below": below.mean().item(),
        "even": ((below >= 0.45) & (below <= 0.55)).double().mean().item(),
        "lopsided": ((below <= 0.05) | (below >= 0.95)).double().mean().item(),
        "belows": np.histogram(below.numpy(), 20, (0.0, 1.0))[0].tolist(),
        "accuracy": usual.epochs["accuracy"][0].tolist(),
        "from_zeros": zeros.epochs["accuracy"][0, -1].item(),
        "loss": usual.epochs["mean_loss"][0].tolist(),
        "apart": bool((one + other).abs().max() < 1e-14),
        "same_accuracy": usual.epochs["accuracy"][0].tolist() == mirror.epochs["accuracy"][0].tolist(),
        "three": said[:, 0].tolist(),
        "three_mirrored": mirror.steps["pred"][0, :, 0].tolist(),
        "seven": said[:, 1].tolist(),
        "seven_mirrored": mirror.steps["pred"][0, :, 1].tolist(),
        "pixels": pixels,
        "weights": learnt[1:],
        "bias": learnt[0],
        "added": sum(p * w for p, w in zip(pixels, learnt[1:], strict=True)),
    }


def draw_products(numbers: dict[str, Any]) -> Picture:
    """An image, the weights, and their products."""
    picture = Picture(11, 3.6)
    pixels, weights = (np.array(numbers[name]).reshape(8, 8) for name in ("pixels", "weights"))
    widest = np.abs(weights).max()
    ink = LinearSegmentedColormap.from_list("ink", [PAPER, PENCIL])
    signs = LinearSegmentedColormap.from_list("signs", [BELOW, PAPER, ABOVE])  # as on the workbook's sheets
    shown = (("the image", pixels, ink, 0, 1), ("times the weights", weights, signs, -widest, widest),
             ("products, to be added up", pixels * weights, signs, -widest, widest))  # fmt: skip
    for i, (title, grid, colours, low, high) in enumerate(shown):
        axes = picture.add_subplot(1, 3, i + 1)
        axes.imshow(grid, cmap=colours, vmin=low, vmax=high)
        axes.set_title(title)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.grid(visible=False)
        for row, line in enumerate(grid):
            for column, value in enumerate(line):
                text = f"{value:.1f}".replace("-", "−") if abs(value) >= 0.05 else ""
                axes.text(column, row, text, color=INK, ha="center", va="center", fontsize=8)
    return picture


def draw_starts(numbers: dict[str, Any]) -> Picture:
    """How many predictions lie below 0 before anything is learnt."""
    picture = Picture(11, 3.2)
    axes = picture.add_subplot()
    axes.stairs(numbers["belows"], np.linspace(0, 100, 21), fill=True, color=BLUE)
    axes.set_axisbelow(True)
    axes.axvline(100 * numbers["below"], color=RED, linestyle=DASHES["dash"])
    axes.text(100 * numbers["below"] + 1, 0.92 * max(numbers["belows"]), "mean", color=RED, fontweight="bold")
    axes.set_xlim(0, 100)
    axes.set_xlabel("predictions not above 0 at the start, %")
    axes.set_ylabel(f"seeds, of {numbers['seeds']:,}")
    return picture


def draw_mirror(numbers: dict[str, Any]) -> Picture:
    """Predictions of one three and one seven, in the run and in its mirror image."""
    picture = Picture(11, 3.4)
    titles = ("three is 1, seven is 0", "seven is 1, three is 0, start weights turned round")
    for i, (title, end) in enumerate(zip(titles, ("", "_mirrored"), strict=True)):
        axes = picture.add_subplot(1, 2, i + 1)
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.plot(numbers[f"three{end}"], color=GREEN, marker="o", markersize=3, label="pred of the first three")
        line = DASHES["dash"]
        axes.plot(
            numbers[f"seven{end}"], color=PURPLE, linestyle=line, marker="s", markersize=3, label="of the first seven"
        )
        axes.set_title(title)
        axes.set_xlabel("epoch")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=2)
    return picture


PICTURES = {"digits-products": draw_products, "digits-starts": draw_starts, "digits-mirror": draw_mirror}
