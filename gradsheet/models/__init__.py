"""Models: one file each. `predict` is the only maths that a model must state twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor

    Shown = dict[str, Tensor]


@dataclass(frozen=True)
class Model:
    """A model in both languages.

    Attributes:
        name: as in the catalogue.
        equation: for people.
        weights: their names, in the order of the page.
        predict: ``(weights (P, B) or P tensors, x (B,)) -> {column: (B,)}``; the last one is ``pred``.
        columns: the same as formulas, the last one is ``pred``.
        gradient: ``(weights, x, y, shown) -> (P, B)``, the derivative of (pred − y)² by each weight.
        gradient_columns: the same as formulas, named ``d_{w}``; in the order of computation.
    """

    name: str
    equation: str
    weights: tuple[str, ...]
    predict: Callable[[Iterable[Tensor], Tensor], Shown]
    columns: tuple[Column, ...]
    gradient: Callable[[Iterable[Tensor], Tensor, Tensor, Shown], Tensor]
    gradient_columns: tuple[Column, ...]
