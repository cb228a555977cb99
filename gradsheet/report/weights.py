"""Trained weights in a file, and what they say of new images: JSON, which cannot do anything when it is opened."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from gradsheet.engine import Trace
from gradsheet.errors import GradsheetError
from gradsheet.experiments import experiment
from gradsheet.workbook.exact import whole_or_not_at_all

LARGEST = 50_000_000
"""Bytes of a file of weights or of an image that are read."""


def write_weights(trace: Trace, path: str | Path, lane: int = 0) -> Path:
    """Keep the weights after the last epoch.

    Raises:
        GradsheetError: weights that are no numbers any more, or a place that cannot be written to.

    Example:
        >>> import tempfile
        >>> from gradsheet import run
        >>> path = Path(tempfile.mkdtemp()) / "weights.json"
        >>> read_weights(write_weights(run("basic", 1), path)).weights["a"]
        2.5741401222765083
    """
    path = Path(path)
    weights = {w: trace.epochs[w][lane, -1].item() for w in trace.experiment.model.weights}
    if not all(map(math.isfinite, weights.values())):
        raise GradsheetError(f"{trace.experiment.name}: these weights are no numbers any more; train with a smaller lr")
    threshold = trace.inputs["threshold"][lane].item() if "threshold" in trace.inputs else None
    told = {"experiment": trace.experiment.name, "epochs": trace.asked, "threshold": threshold, "weights": weights}
    with whole_or_not_at_all(path) as draft:
        draft.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return path


@dataclass(frozen=True)
class Trained:
    """Weights out of a file.

    Attributes:
        experiment: what they were trained in.
        weights: by name.
        threshold: above it three_or_seven says three.
    """

    experiment: str
    weights: dict[str, float]
    threshold: float = 0.0

    @property
    def side(self) -> int:
        """Pixels a side of the images that they read."""
        return math.isqrt(len(self.weights) - 1)

    def predict(self, pixels: torch.Tensor) -> tuple[float, float]:
        """Pred, and how sure it is of a three, for an image of (side·side,) pixels from 0 to 1."""
        model = experiment(self.experiment).sized(len(self.weights)).model
        values = torch.tensor([self.weights[w] for w in model.weights], dtype=torch.float64)[:, None]
        shown = model.predict(values, pixels.to(torch.float64)[:, None])
        return shown["pred"].item(), shown["share"].item()


def read_weights(path: str | Path) -> Trained:
    """Weights as `write_weights` keeps them.

    Raises:
        GradsheetError: the file is missing, too large, or holds something else.
    """
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST:
            raise GradsheetError(f"{path} is too large for a file of weights: give one that --save-weights wrote")
        told: Any = json.loads(path.read_text(encoding="utf-8"))
        weights = {str(w): float(v) for w, v in told["weights"].items()}
        trained = Trained(str(told["experiment"]), weights, float(told.get("threshold") or 0.0))
    except OSError as error:
        raise GradsheetError(f"{path} cannot be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise GradsheetError(f"{path} holds no weights: give a file that --save-weights wrote") from None
    known = experiment(trained.experiment)
    if known.model.wide:
        known = known.sized(len(weights))
    if set(weights) != set(known.model.weights) or not all(map(math.isfinite, weights.values())):
        raise GradsheetError(f"{path} does not have the weights of {known.name}: train again with --save-weights")
    return trained


def read_image(path: str | Path, side: int) -> tuple[torch.Tensor, str]:
    """An image as (side·side,) pixels from 0 (empty) to 1 (ink), and what was done to it, in words.

    Args:
        path: a picture such as a PNG, or a text file of numbers: side rows of side numbers, 0 to 16 or 0 to 1.
        side: pixels a side that are wanted.

    Raises:
        GradsheetError: it cannot be read, or has another size than a text of numbers must have.
    """
    path = Path(path)
    if not path.is_file():
        raise GradsheetError(f"{path}: no such file")
    if path.stat().st_size > LARGEST:
        raise GradsheetError(f"{path} is too large for an image of {side}×{side} pixels")
    if path.suffix.lower() in (".txt", ".csv"):
        return _of_numbers(path, side)
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            grey = picture.convert("L").resize((side, side), Image.Resampling.BOX)
            values = torch.frombuffer(bytearray(grey.tobytes()), dtype=torch.uint8).to(torch.float64) / 255
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise GradsheetError(f"{path} is no picture that can be read: give a PNG, or numbers in a .txt") from None
    grid = values.reshape(side, side)
    rim = torch.cat([grid[0], grid[-1], grid[:, 0], grid[:, -1]])
    if rim.mean() > 0.5:
        return 1 - values, "dark on light: turned round"
    return values, "light on dark"


def _of_numbers(path: Path, side: int) -> tuple[torch.Tensor, str]:
    try:
        text = path.read_text(encoding="utf-8").replace(",", " ").replace(";", " ")
        numbers = [float(word) for word in text.split()]
    except ValueError:
        raise GradsheetError(f"{path} holds something that is no number: give {side} rows of {side} numbers") from None
    if len(numbers) != side * side:
        raise GradsheetError(f"{path} has {len(numbers)} numbers: {side} rows of {side} are expected")
    most = max(numbers)
    if min(numbers) < 0 or most > 255 or not all(map(math.isfinite, numbers)):
        raise GradsheetError(
            f"{path}: its numbers go from {min(numbers):g} to {most:g}: give 0 (empty) to 1 or 16 (ink)"
        )
    scale = 1.0 if most <= 1 else 16.0 if most <= 16 else 255.0
    return torch.tensor(numbers, dtype=torch.float64) / scale, f"numbers from 0 to {scale:g}"
