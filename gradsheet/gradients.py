"""Where the gradient comes from: the model's own formula, finite differences, or autograd.

Each is a row of `GRADIENTS`; any of them can drive any optimiser. Finite differences follow from `predict`
alone, so a model never states them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradsheet.models import Model
from gradsheet.numerics import stack
from gradsheet.table import Column, rename

if TYPE_CHECKING:
    from torch import Tensor

    Compute = Callable[[Model, Tensor, Tensor, Tensor, dict[str, Tensor], Tensor], dict[str, Tensor]]


@dataclass(frozen=True)
class Gradient:
    """One way to a gradient.

    Attributes:
        name: as given to ``--gradient``.
        prefix: the gradient's columns are ``{prefix}_{w}``.
        columns: the formulas for a model.
        compute: ``(model, weights (P, B), x, y, shown, h) -> {prefix: (P, B)}``, and what it shows beside it. Where an
            example is many numbers it is the derivative by pred, (…): each weight's is that times its feature.
    """

    name: str
    prefix: str
    columns: Callable[[Model], tuple[Column, ...]]
    compute: Compute


def _analytic(
    model: Model, weights: Tensor, x: Tensor, y: Tensor, shown: dict[str, Tensor], h: Tensor
) -> dict[str, Tensor]:
    return {"d": model.gradient(weights, x, y, shown)}


def _autograd(
    model: Model, weights: Tensor, x: Tensor, y: Tensor, shown: dict[str, Tensor], h: Tensor
) -> dict[str, Tensor]:
    import torch

    with torch.enable_grad():
        leaf = weights.detach().requires_grad_()
        told = model.predict(leaf, x)
        loss = model.loss.compute(told[model.columns[-1].name], y)
        (grad,) = torch.autograd.grad(loss.sum(), told["pred"] if model.wide else leaf)
    return {"d": grad}


def _numeric(
    model: Model, weights: Tensor, x: Tensor, y: Tensor, shown: dict[str, Tensor], h: Tensor
) -> dict[str, Tensor]:
    errors = []
    for i in range(len(_nudged_weights(model))):
        shifted = list(weights)
        shifted[i] = shifted[i] + h
        errors.append(model.loss.compute(model.predict(shifted, x)[model.columns[-1].name], y))
    err = stack(errors)
    return {"err": err, "est": (err - shown[model.loss.column.name]) / h}


def _nudged_weights(model: Model) -> tuple[str, ...]:
    """All of them; where an example is many numbers the bias, which moves pred by as much as it is nudged."""
    return model.weights[:1] if model.wide else model.weights


def _numeric_columns(model: Model) -> tuple[Column, ...]:
    """The prediction with one weight shifted, in one formula: helper columns become brackets."""
    columns: list[Column] = []
    for w in _nudged_weights(model):
        text = model.columns[-1].formula[1:]
        loss = model.loss.column
        for helper in reversed(model.columns[:-1]):
            text = rename(text, {helper.name: f"({helper.formula[1:]})"})
        text = rename(text, {w: f"({w}+h)"})
        columns += [
            Column(
                f"err_{w}",
                _nudged(model, text),
                role="error",
                title=f"{loss.title.replace('error', 'err')} at {w}+h",
                note=f"The error again, with {w} nudged up by h and everything else left alone.",
            ),
            Column(
                f"est_{w}",
                f"=(err_{w}-{loss.name})/h",
                role="gradient",
                title=f"est de/d{w}",
                note=f"Finite difference: how much {loss.title} changed when {w} grew by h, divided by h. "
                f"Compare it with the exact derivative.",
            ),
        ]
    return tuple(columns)


def _nudged(model: Model, text: str) -> str:
    """The loss of a nudged prediction; brackets only where the loss does more to it than subtract y."""
    bare = model.loss.nudged.replace("(pred-y)", f"({text}-y)")
    return rename(bare, {"pred": f"({text})"})


def _analytic_columns(model: Model) -> tuple[Column, ...]:
    return model.gradient_columns


GRADIENTS: Mapping[str, Gradient] = {
    g.name: g
    for g in (
        Gradient("analytic", "d", _analytic_columns, _analytic),
        Gradient("numeric", "est", _numeric_columns, _numeric),
        Gradient("autograd", "d", _analytic_columns, _autograd),
    )
}
