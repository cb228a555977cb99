"""Numbers and pictures of docs/relu.md: a neuron with and without ReLU, over x from −80 to 120."""

from __future__ import annotations

from typing import Any

from gradsheet import run
from gradsheet.plotting.style import DASHES, Picture
from gradsheet.workbook.style import ROLES

SETTINGS = ((1.0, 0.0), (1.0, 40.0), (-1.0, 0.0), (0.5, -10.0))


def numbers() -> dict[str, Any]:
    """Four settings at once."""
    steps = run("relu_demo", a=[a for a, _ in SETTINGS], b=[b for _, b in SETTINGS]).steps
    wanted = steps["y"][0, 0]
    return {
        "x": steps["x"][0, 0].tolist(),
        "wanted": wanted.tolist(),
        "linear": steps["linear"][:, 0].tolist(),
        "relu": steps["relu"][:, 0].tolist(),
        "best_line": float((wanted - wanted.mean()).square().mean().sqrt()),
        "reached": bool((steps["relu"][3, 0] == wanted).all()),
        "dead": float(run("relu_demo", a=0.5, b=-60.0).steps["relu"].max()),
    }


def draw_bends(numbers: dict[str, Any]) -> Picture:
    """A panel a setting."""
    picture = Picture(11, 3.2)
    for i, (a, b) in enumerate(SETTINGS):
        axes = picture.add_subplot(1, 4, i + 1)
        axes.axhline(0, color="#D7DBE0")
        if i == 3:
            axes.plot(numbers["x"], numbers["wanted"], "o", color=ROLES["weights"].colour, markersize=5, label="wanted")
        axes.plot(numbers["x"], numbers["linear"][i], color=ROLES["data"].colour, label="a·x + b")
        axes.plot(
            numbers["x"], numbers["relu"][i], color=ROLES["state"].colour, linestyle=DASHES["dash"], linewidth=2.4,
            label="ReLU",
        )  # fmt: skip
        axes.set_title(f"a = {a:g}, b = {b:g}".replace("-", "−"))
        axes.set_xlabel("x")
        axes.set_ylim(-130, 170)
        if i in (0, 3):
            axes.legend(loc="upper left" if i == 3 else "lower right", fontsize=8)
    return picture


PICTURES = {"relu-bends": draw_bends}
