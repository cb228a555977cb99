"""Numbers and pictures of docs/momentum-bias.md: a moving average that starts from 0."""

from __future__ import annotations

from typing import Any

from gradsheet import run
from gradsheet.plotting.style import DASHES, Picture
from gradsheet.workbook.style import ROLES


def numbers() -> dict[str, Any]:
    """The course's nine values, and the average of gradients beside momentum's two ways to begin."""
    steps = {name: cells[0, 0].tolist() for name, cells in run("mom_bias").steps.items()}
    average = run("grad_average", 10)
    rows = {name: average.steps[name][0, 0].tolist() for name in ("d_a", "average_a", "corrected_a", "left")}
    plain = run("momentum", 10)
    return {
        **steps,
        "rows": rows,
        "loss": average.epochs["root_sum"][0].tolist(),
        "momentum_loss": plain.epochs["root_sum"][0].tolist(),
        "primed": plain.passes["velocity_a"][0, plain.warm].item(),
    }


def draw_bias(numbers: dict[str, Any]) -> Picture:
    """The value, its average, and the average corrected."""
    picture = Picture(11, 3.4)
    axes = picture.add_subplot()
    colours = {"y": ROLES["data"].colour, "average": ROLES["state"].colour, "corrected": ROLES["gradient"].colour}
    lines = (("y", "value", "-", "o"), ("average", "moving average", DASHES["dash"], "s"),
             ("corrected", "corrected", DASHES["long_dash_dot"], "D"))  # fmt: skip
    for name, label, dash, marker in lines:
        axes.plot(
            numbers["x"], numbers[name], color=colours[name], linestyle=dash, marker=marker, markersize=4, label=label
        )
    axes.set_xlabel("batch")
    axes.set_ylim(0, 5.4)
    axes.legend(ncols=3)
    return picture


def draw_average(numbers: dict[str, Any]) -> Picture:
    """Gradients of the first epoch and their average."""
    picture = Picture(11, 3.4)
    axes = picture.add_subplot()
    steps = range(1, len(numbers["rows"]["d_a"]) + 1)
    axes.axhline(0, color="#D7DBE0")
    axes.plot(
        steps, numbers["rows"]["d_a"], color=ROLES["gradient"].colour, marker="o", markersize=3, label="gradient of a"
    )
    axes.plot(
        steps, numbers["rows"]["average_a"], color=ROLES["state"].colour, linestyle=DASHES["dash"], label="its average"
    )
    axes.plot(
        steps, numbers["rows"]["corrected_a"], color="#22313F", linestyle=DASHES["long_dash_dot"], label="corrected"
    )
    axes.set_xlabel("row of the first epoch")
    axes.legend(ncols=3)
    return picture


PICTURES = {"bias-average": draw_bias, "bias-gradients": draw_average}
