"""Numbers and pictures of docs/beat-one-neuron.md: races of one neuron and two, starts, and finite differences."""

from __future__ import annotations

from typing import Any

import torch

from gradsheet import run
from gradsheet.plotting.style import DASHES, Picture
from pages.fates import GONE
from pages.page import recorded

LONG, EVERY = 1000, 5
RACES = (
    ("one_neuron", 1e-4, "one neuron, lr 1e-4", "#1B7F4B", "-"),
    ("one_neuron", 3e-4, "one neuron, lr 3e-4 (its best)", "#1B7F4B", DASHES["dash"]),
    ("two_neuron", 2e-5, "two neurons, lr 2e-5", "#C2452D", "-"),
    ("two_neuron", 6e-5, "two neurons, lr 6e-5 (their best)", "#C2452D", DASHES["dash"]),
    ("two_neuron_relu", 6e-5, "with ReLU, lr 6e-5: the same", "#1F63B5", DASHES["square_dot"]),
    ("two_neuron_relu", 6.5e-5, "with ReLU, lr 6.5e-5: dead", "#1F63B5", DASHES["long_dash"]),
)
NUDGES = (0.1, 0.03, 0.01, 0.003, 1e-3, 1e-4, 1e-5, 1e-6)
FLOOR_EPOCHS = {"one_neuron": (3e-4, 4000), "two_neuron": (6e-5, 1500)}
MILLION, WIDE = 1_000_000, 2.0
GRID = 90


def numbers() -> dict[str, Any]:
    """The races and the sweeps as recorded; the map of starts computed now."""
    found = recorded("beat-one-neuron")
    return {**found, "map": _map(), "every": EVERY}


def _map() -> dict[str, Any]:
    """Starts a = c over d, b = 1, at lr 1e-4: which pass they finish, and whether they beat one neuron there."""
    slopes, offsets = (
        torch.linspace(0, 2.2, GRID, dtype=torch.float64),
        torch.linspace(-20, 80, GRID, dtype=torch.float64),
    )
    a, d = slopes.repeat(GRID), offsets.repeat_interleave(GRID)
    loss = run("two_neuron", 1, keep="epochs", start_a=a, start_c=a, start_d=d).epochs["root_sum"]
    one = run("one_neuron", 1).epochs["root_sum"][0]
    fine = loss <= GONE
    level = fine[:, 0].long() + fine.all(1).long() + (fine.all(1) & (loss[:, 1] < one[1])).long()
    return {"level": level.reshape(GRID, GRID).tolist(), "a": [0.0, 2.2], "d": [-20.0, 80.0]}


def at_length() -> dict[str, Any]:
    """The races, the floors of finite differences, a million starts."""
    out: dict[str, Any] = {"long": LONG, "races": [], "million": MILLION, "wide": WIDE, "starts": {}, "floors": {}}
    whole: list[list[float]] = []
    for name in dict.fromkeys(race[0] for race in RACES):
        rates = [race[1] for race in RACES if race[0] == name]
        loss = run(name, LONG, lr=rates, gradient="analytic", keep="epochs").epochs["root_sum"]
        whole += loss.tolist()
    out["races"] = [loss[::EVERY] for loss in whole]
    out["overtakes"] = {
        told: next(k for k, (two, one) in enumerate(zip(whole[3], whole[i], strict=True)) if k and two < one)
        for told, i in (("1e-4", 0), ("3e-4", 1))
    }
    for name, (lr, epochs) in FLOOR_EPOCHS.items():
        loss = run(name, epochs, lr=lr, h=list(NUDGES), keep="epochs").epochs["root_sum"]
        exact = run(name, epochs, lr=lr, gradient="analytic", keep="epochs").epochs["root_sum"][0, -1].item()
        out["floors"][name] = {
            "lr": lr,
            "epochs": epochs,
            "h": list(NUDGES),
            "loss": loss[:, -1].tolist(),
            "exact": exact,
        }
    chance = torch.Generator().manual_seed(2022)
    starts = (torch.rand(4, MILLION, generator=chance, dtype=torch.float64) * 2 - 1) * WIDE
    one = run("one_neuron", 1).epochs["root_sum"][0]
    for name, called in (("two_neuron", "two neurons"), ("two_neuron_relu", "two neurons, ReLU")):
        given = dict(zip(("start_a", "start_b", "start_c", "start_d"), starts, strict=True))
        for words, more in (
            (f"d, too, from −{WIDE:g} to {WIDE:g}", {}),
            ("d from 0 to 60", {"start_d": starts[3] * 15 + 30}),
        ):
            loss = run(name, 1, keep="epochs", **{**given, **more}).epochs["root_sum"]
            fine = loss <= GONE
            out["starts"][f"{called}; {words}"] = {
                "pass_1": fine[:, 0].double().mean().item(),
                "pass_2": fine.all(1).double().mean().item(),
                "beat": (fine.all(1) & (loss[:, 1] < one[1])).double().mean().item(),
                "best": loss[:, 1][fine.all(1)].min().item(),
            }
    out["one"] = one[1].item()
    return out


def draw_races(numbers: dict[str, Any]) -> Picture:
    """Loss by epoch, everyone from all ones."""
    picture = Picture(11, 4.4)
    axes = picture.add_subplot()
    epochs = [k * EVERY for k in range(LONG // EVERY + 1)]
    for (_, _, label, colour, dash), loss in zip(RACES, numbers["races"], strict=True):
        wide = 2.6 if "same" in label else 1.6
        axes.plot(epochs, loss, color=colour, linestyle=dash, linewidth=wide, label=label)
    axes.set_yscale("log")
    axes.set_ylim(1e-13, 3e3)
    axes.set_xlabel("epoch")
    axes.set_ylabel("root of summed error² (log)")
    axes.legend(loc="lower left")
    return picture


def draw_floors(numbers: dict[str, Any]) -> Picture:
    """What finite differences leave, over h."""
    picture = Picture(11, 3.4)
    axes = picture.add_subplot()
    for (name, floor), colour, marker in zip(
        numbers["floors"].items(), ("#1B7F4B", "#C2452D"), ("o", "s"), strict=True
    ):
        label = f"{name.replace('_', ' ')}, {floor['epochs']:,} epochs at lr {floor['lr']:g}"
        axes.plot(floor["h"], floor["loss"], color=colour, marker=marker, label=label)
        axes.axhline(floor["exact"], color=colour, linestyle=DASHES["dash"], linewidth=0.9)
    axes.text(1e-6, 3e-11, "exact derivatives", color="#5B6472", fontsize=8.5)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("h, how far a weight is nudged")
    axes.set_ylabel("loss (log)")
    axes.legend()
    return picture


def draw_starts(numbers: dict[str, Any]) -> Picture:
    """A map of starts."""
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    picture = Picture(11, 4.2)
    axes = picture.add_subplot()
    colours = ("#C2452D", "#E3B34C", "#BFD9C8", "#1B7F4B")
    words = ("explodes in pass 1", "explodes in pass 2", "finishes both", "and beats one neuron")
    found = numbers["map"]
    axes.imshow(
        found["level"], origin="lower", aspect="auto", extent=(*found["a"], *found["d"]), cmap=ListedColormap(colours),
        vmin=0, vmax=3, interpolation="nearest",
    )  # fmt: skip
    axes.plot([1], [1], "o", color="black", markeredgecolor="white", markersize=9)
    axes.annotate("all ones", (1, 1), (9, 6), textcoords="offset points", fontweight="bold")
    axes.plot([1], [30], "*", color="black", markeredgecolor="white", markersize=13)
    axes.annotate("(1, 1, 1, 30)", (1, 30), (9, 6), textcoords="offset points", fontweight="bold")
    axes.grid(visible=False)
    axes.set_xlabel("start of a and of c (b = 1)")
    axes.set_ylabel("start of d")
    patches = [Patch(color=colour, label=word) for colour, word in zip(colours, words, strict=True)]
    axes.legend(handles=patches, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4)
    return picture


PICTURES = {"beat-races": draw_races, "beat-floors": draw_floors, "beat-starts": draw_starts}
