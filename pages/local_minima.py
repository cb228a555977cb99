"""Numbers and pictures of docs/local-minima.md: five methods in two valleys, once and 10,000 times."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradsheet import run
from gradsheet.engine.valleys import ends
from gradsheet.experiments import experiment, topics
from gradsheet.experiments.local_minima import ANSWERS, PASSES
from gradsheet.plotting.style import DASHES, Picture
from gradsheet.workbook.style import INK, ROLES
from pages.page import recorded

RUNS = 10_000
METHODS = {
    "local_minima": "gradient descent",
    "local_minima_noise": "noise",
    "local_minima_decay": "noise that decays",
    "local_minima_restarts": "restarts",
    "local_minima_annealing": "annealing",
}
LOW, HIGH = -2.0, 3.0
EDGES = np.linspace(LOW - 0.05, HIGH + 0.05, 52)  # the minima lie in the middle of a bar
FALSE, TRUE, GREEN = ROLES["gradient"].colour, ROLES["state"].colour, ROLES["weights"].colour


def at_length() -> dict[str, Any]:
    """How ten thousand runs of each method end."""
    found = {}
    for entry in topics()["local_minima"]:
        anywhere, wrong = ends(entry, RUNS), ends(entry, RUNS, LOW)
        found[entry.name] = {
            "valley": anywhere.valley,
            "settled": anywhere.settled,
            "wrong_valley": wrong.valley,
            "wrong_settled": wrong.settled,
            "counts": np.histogram(anywhere.places.numpy(), EDGES)[0].tolist(),
        }
    return found


def numbers() -> dict[str, Any]:
    """The shares as recorded; the five paths of the workbook as they are now."""
    shares = recorded("local-minima")
    return {
        "runs": RUNS,
        "shares": {METHODS[name]: share for name, share in shares.items()},
        "paths": {METHODS[name]: _path(name) for name in METHODS},
        "stands": {METHODS[name]: _stands(name) for name in METHODS},
    }


def _path(name: str) -> list[float]:
    column = "kept_w" if name.endswith("annealing") else "w"
    return [float(v) for v in run(name, PASSES - 1).steps[column][0].reshape(-1)]


def _stands(name: str) -> float:
    answer = ANSWERS.get(experiment(name).optimiser.name, "w")
    return run(name, PASSES - 1).steps[answer][0, -1, -1].item()


def draw_paths(numbers: dict[str, Any]) -> Picture:
    """The five paths, each on the loss."""
    picture = Picture(11, 5.4)
    places = np.linspace(-2.1, 3.1, 300)
    for i, (name, path) in enumerate(numbers["paths"].items()):
        axes = picture.add_subplot(2, 3, i + 1)
        w = np.array(path)
        axes.plot(places, _loss(places), color="#A9B0BA")
        axes.plot(w, _loss(w), color=GREEN, linewidth=0.4, marker="o", markersize=3)
        end = np.array([numbers["stands"][name]])
        axes.plot(end, _loss(end), color=INK, marker="D", markersize=7, linestyle="")
        axes.set_xlim(-2.2, 3.1)
        axes.set_ylim(-4, 66)
        axes.set_title(name)
        axes.set_xlabel("w")
        axes.set_ylabel("" if i % 3 else "loss")
    axes = picture.add_subplot(2, 3, 6)
    axes.axis("off")
    told = ("All start at w = −2 with the same draws.", "A dot is a step, the diamond what it ends with.",
            "False minimum: 27 at w = −1.", "Hill: 32 at w = 0. True minimum: 0 at w = 2.")  # fmt: skip
    for i, line in enumerate(told):
        axes.text(0, 0.8 - 0.15 * i, line, color=INK)
    return picture


def draw_ends(numbers: dict[str, Any]) -> Picture:
    """Where ten thousand runs stand, method by method."""
    picture = Picture(11, 5)
    for i, (name, share) in enumerate(numbers["shares"].items()):
        axes = picture.add_subplot(len(METHODS), 1, i + 1)
        axes.stairs(np.array(share["counts"]) / numbers["runs"], EDGES, fill=True, color=GREEN)
        axes.set_axisbelow(True)
        for place, colour in ((-1.0, FALSE), (2.0, TRUE)):
            axes.axvline(place, color=colour, linestyle=DASHES["dash"], linewidth=1)
        axes.set_xlim(EDGES[0], EDGES[-1])
        axes.set_ylim(0, None)
        axes.set_ylabel(name, rotation=0, ha="right", va="center")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        if i < len(METHODS) - 1:
            axes.set_xticklabels([])
    axes.set_xlabel("where the run stands after 200 steps; dashed: the false minimum and the true one")
    return picture


def _loss(w: Any) -> Any:
    return 3 * w**4 - 4 * w**3 - 12 * w**2 + 32


PICTURES = {"minima-paths": draw_paths, "minima-ends": draw_ends}
