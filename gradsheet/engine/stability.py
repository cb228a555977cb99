"""Whether training holds near a solution: each row's stretch, and the radius of a whole epoch's linearised update.

Near weights that fit every row, a row's update is w ← (I − 2·lr·g·gᵀ)·w for small deviations w, g = ∇pred. It
multiplies that row's own error by 1 − 2·stretch with stretch = lr·‖g‖²: above 1 a single row overshoots. Training holds
nevertheless while the product of all rows' updates contracts: what decides is its spectral radius.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from gradsheet.errors import GradsheetError
from gradsheet.experiments import Experiment, experiment
from gradsheet.numerics import stack

SAME = 1e-9
"""Singular values below this part of the largest are directions in which the predictions do not change."""


@dataclass(frozen=True)
class Stability:
    """What an epoch does to small deviations from given weights.

    Attributes:
        stretch: lr·‖∇pred‖² of each row, (N,).
        limit: the learning rate below which no row stretches beyond 1.
        moduli: the sizes of the epoch's eigenvalues, largest first, directions that leave every prediction as it is
            left out (they are neither shrunk nor stretched).
        radius: the largest of them: below 1 deviations shrink from epoch to epoch.

    Example:
        >>> round(stability("one_neuron", {"a": 2, "b": 30}, 1e-4).limit * 9802, 12)
        1.0
    """

    stretch: Tensor
    limit: float
    moduli: tuple[float, ...]

    @property
    def radius(self) -> float:
        """Below 1 deviations shrink."""
        return self.moduli[0]

    @property
    def largest(self) -> float:
        """The largest stretch of a row."""
        return float(self.stretch.max())


def stability(name: str | Experiment, weights: Mapping[str, float], lr: float, *, rows: int | None = None) -> Stability:
    """Linearise an epoch of plain SGD, one update a row, at given weights.

    Args:
        name: an entry of the catalogue, or its name; its model, data and carry-over count.
        weights: where, by name.
        lr: the learning rate.
        rows: how many updates an epoch hands on; all but the last where the experiment drops it, as the course does.

    Returns:
        Each row's stretch, and the radius of the epoch's update.

    Raises:
        GradsheetError: a weight that is missing.

    Example:
        >>> at = {"a": 2, "b": 30}
        >>> [round(stability("one_neuron", at, lr).radius, 3) for lr in (1e-4, 3e-4, 4e-4)]
        [0.998, 0.99, 1.003]

    Source: the mean-value argument of any text on linear maps; forums.fast.ai/t/live-coding-16/97059 for the question.
    """
    entry = experiment(name)
    missing = [w for w in entry.model.weights if w not in weights]
    if missing:
        raise GradsheetError(f"{entry.name}: no value for {', '.join(missing)}: give all of its weights")
    at = torch.tensor([float(weights[w]) for w in entry.model.weights], dtype=torch.float64)
    x, y = (torch.tensor(column, dtype=torch.float64) for column in zip(*entry.data, strict=True))
    count = rows if rows is not None else len(x) - (entry.carry == "entering")

    def predict(flat: Tensor) -> Tensor:
        return entry.model.predict(flat[:, None], x)["pred"]

    def epoch(flat: Tensor) -> Tensor:
        now = flat[:, None]
        for i in range(count):
            shown = entry.model.predict(now, x[i : i + 1])
            now = now - lr * stack(entry.model.gradient(now, x[i : i + 1], y[i : i + 1], shown))
        return now[:, 0]

    across = _jacobian(predict, at)
    _, sizes, basis = torch.linalg.svd(across, full_matrices=False)
    felt = basis[: int((sizes > SAME * sizes[0]).sum())].T
    moduli = torch.linalg.eigvals(felt.T @ _jacobian(epoch, at) @ felt).abs()
    norms = (across * across).sum(1)
    return Stability(lr * norms, 1 / float(norms.max()), tuple(sorted(moduli.tolist(), reverse=True)))


def _jacobian(function: object, at: Tensor) -> Tensor:
    found: Tensor = torch.autograd.functional.jacobian(function, at)  # type: ignore[no-untyped-call]
    return found
