"""One neuron that reads an image: every pixel times its weight, added up, plus the bias; a sigmoid makes it a share.

As fast.ai builds it for MNIST: ``linear1(xb) = xb@weights + bias``, ``mnist_loss`` the mean of
``where(target == 1, 1 − p, p)`` with p the sigmoid, and accuracy by ``(preds > 0.0) == target``. The threshold in place
of 0.0 is an input; it decides what counts as right, and training knows nothing of it.

Source: Howard and Gugger, fastbook, chapter 4; forums.fast.ai, lessons 3 and 4.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from gradsheet.models import Beside, Loss, Model
from gradsheet.numerics import exp, where
from gradsheet.table import Column

if TYPE_CHECKING:
    from torch import Tensor

BIAS = "bias"


def predict(weights: Iterable[Tensor], x: Tensor) -> dict[str, Tensor]:
    """Pixel times weight, added up from the first to the last, plus the bias; then the sigmoid.

    Args:
        weights: the bias, then a weight a pixel, each (B,).
        x: pixels, (F, …): a row is one pixel of all images.
    """
    bias, *others = weights
    added = others[0] * x[0]
    for weight, pixel in zip(others[1:], x[1:], strict=True):
        added = added + weight * pixel
    pred = added + bias
    power = exp(-pred)
    return {"pred": pred, "share": 1 / (1 + power) + (power - power)}  # EXP too large is an error, not 0


def gradient(weights: Iterable[Tensor], x: Tensor, y: Tensor, shown: dict[str, Tensor]) -> Tensor:
    """∂loss/∂pred: ∓p·(1 − p); each weight's is that times its pixel."""
    share = shown["share"]
    return where(y == 1, -1.0, 1.0) * share * (1 - share)


def _loss(share: Tensor, y: Tensor) -> Tensor:
    return where(y == 1, 1 - share, share)


def _decide(weights: Iterable[Tensor], x: Any, shown: dict[str, Tensor], here: Any) -> dict[str, Tensor]:
    pred = shown["pred"]
    says = (pred > here.threshold).to(pred.dtype) + (pred - pred)  # an error stays one
    return {"says": says, "right": (says == shown["y"]).to(pred.dtype) + (pred - pred)}


mnist_loss = Loss(
    Column(
        "loss",
        "=IF(y=1,1-share,share)",
        role="error",
        title="loss",
        note="How far the share is from the truth: 1 − share for a three, share for a seven. 0 is sure and right, 1 is "
        "sure and wrong.",
    ),
    "=IF(y=1,1-pred,pred)",
    _loss,
    (
        Column(
            "mean_loss",
            "=AVERAGE(loss)",
            role="error",
            title="mean loss",
            note="fast.ai's mnist_loss: the average of the images' losses. Training makes this smaller.",
        ),
        Column(
            "accuracy",
            "=AVERAGE(right)",
            role="error",
            title="accuracy",
            note="The share of images that are decided right, (preds > 0.0) == target. Training cannot see this: "
            "nudging a weight a little mostly changes nothing in it.",
        ),
        Column(
            "called_three",
            "=AVERAGE(says)",
            role="prediction",
            title="called a three",
            note="The share of images whose pred is above the threshold.",
        ),
    ),
    {"mean_loss": lambda total, rows: total / rows},
)


@cache
def reader(side: int = 8) -> Model:
    """The model for images of side × side pixels.

    Example:
        >>> reader().weights[:3], len(reader().weights)
        (('bias', 'w_1_1', 'w_1_2'), 65)
    """
    return Model(
        "three_or_seven",
        "share = sigmoid(Σ pixel·weight + bias)",
        (BIAS, *(f"w_{row}_{column}" for row in range(1, side + 1) for column in range(1, side + 1))),
        predict,
        (
            Column(
                "pred",
                f"=SUMPRODUCT(pixels,weights)+{BIAS}",
                role="prediction",
                title="pred",
                note="Multiply and add: every pixel times its weight, all added up, plus the bias. Above the threshold "
                "it means a three.",
            ),
            Column(
                "share",
                "=1/(1+EXP(-pred))",
                role="prediction",
                title="sigmoid",
                note="The prediction squeezed between 0 and 1: how sure it is that this is a three.",
            ),
        ),
        gradient,
        (
            Column(
                "slope",
                "=IF(y=1,-1,1)*share*(1-share)",
                role="gradient",
                title="dloss/dpred",
                note="How fast the loss grows as pred grows. Nearly 0 where the sigmoid is nearly 0 or 1: an image "
                "that is decided, right or wrong, teaches nothing.",
            ),
        ),
        loss=mnist_loss,
        beside=Beside(
            (
                Column(
                    "says",
                    "=IF(pred>threshold,1,0)",
                    role="prediction",
                    title="says three",
                    note="1 if pred is above the threshold, else 0. The loss does not read this.",
                ),
                Column(
                    "right",
                    "=IF(says=y,1,0)",
                    role="error",
                    title="right?",
                    note="1 if it says what the image is.",
                ),
            ),
            _decide,
        ),
        features=side * side,
        sized=reader,
    )
