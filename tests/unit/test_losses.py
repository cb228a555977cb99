"""A loss other than the square, and a loss without data: models that a test makes up, in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from gradsheet import export, run
from gradsheet.experiments import experiment
from gradsheet.models import Loss, Model
from gradsheet.models.line import line
from gradsheet.proof.book import read_book
from gradsheet.report.runs import run_json
from gradsheet.table import Column
from gradsheet.workbook.export import layout_of
from gradsheet.workbook.values import Values

MEAN = (Column("mean_loss", "=AVERAGE(off)", role="error", title="mean", note="The mean of the losses."),)
ABSOLUTE = Loss(
    Column("off", "=ABS(pred-y)", role="error", title="|error|", note="How far off."),
    "=ABS(pred-y)",
    lambda pred, y: (pred - y).abs(),
    MEAN,
    {"mean_loss": lambda total, rows: total / rows},
)


def _signs(weights: Iterable[Tensor], x: Tensor, y: Tensor, shown: dict[str, Tensor]) -> Tensor:
    sign = (shown["pred"] - y).sign()
    return torch.stack(torch.broadcast_tensors(sign, sign * x))  # type: ignore[no-untyped-call]


ABS_LINE = replace(
    line,
    name="abs_line",
    loss=ABSOLUTE,
    gradient=_signs,
    gradient_columns=(
        Column("d_b", "=SIGN(pred-y)", role="gradient", note="The sign of the error."),
        Column("d_a", "=d_b*x", role="gradient", note="Times x."),
    ),
)

WELL = Model(
    "well",
    "w⁴ − 3·w² + w",
    ("w",),
    lambda weights, x: {"pred": (w := next(iter(weights))) * w * (w * w) - 3 * (w * w) + w},
    (Column("pred", "=w^2*w^2-3*w^2+w", role="prediction", note="The loss itself."),),
    lambda weights, x, y, shown: torch.stack([4 * ((w := next(iter(weights))) * w * w) - 6 * w + 1]),
    (Column("d_w", "=4*(w^2*w)-6*w+1", role="gradient", note="Its slope."),),
    loss=Loss(
        Column("off", "=pred", role="error", title="loss", note="What is to be small."),
        "=pred",
        lambda pred, y: pred,
        MEAN,
        {"mean_loss": lambda total, rows: total / rows},
    ),
)


def made(model: Model, **changes: Any) -> Any:
    return replace(experiment("basic"), name=model.name, model=model, beside=(), **changes)


@pytest.mark.parametrize("gradient", ["analytic", "numeric"])
@pytest.mark.parametrize("rule", ["sgd", "adam", "eve", "adagrad_ann"])
@pytest.mark.parametrize("model", [ABS_LINE, WELL], ids=lambda m: m.name)
@pytest.mark.parametrize("batch", ["row", "full"])
def test_engine_equals_formulas(model: Model, rule: str, gradient: str, batch: str) -> None:
    trace = run(made(model), 3, optimiser=rule, gradient=gradient, batch=batch)
    checked = Values(layout_of(trace), trace).prove()
    assert (checked.differ, checked.cells > 100) == (0, True)


def test_torch_agrees() -> None:
    """L1Loss over all rows, SGD, and autograd."""
    trace = run(made(ABS_LINE), 5, batch="full", lr=1e-3)
    weights = torch.ones(2, dtype=torch.float64, requires_grad=True)
    x, y = trace.setup.x[:, 0], trace.setup.y[:, 0]
    for _ in range(5):
        loss = torch.nn.functional.l1_loss(weights[0] * x + weights[1], y)
        (slopes,) = torch.autograd.grad(loss, weights)
        weights = (weights.detach() - 1e-3 * slopes).requires_grad_()
    assert [trace.epochs[w][0, 5].item() for w in "ab"] == pytest.approx(weights.tolist(), rel=1e-12)
    assert torch.equal(
        trace.epochs["a"], run(made(ABS_LINE), 5, batch="full", lr=1e-3, gradient="autograd").epochs["a"]
    )


def test_a_loss_without_data_goes_downhill_and_is_told(tmp_path: Path) -> None:
    """w⁴ − 3w² + w has its minima at −1.3008… and 1.1309…: the roots of its slope, 4w³ − 6w + 1."""
    entry = made(WELL, data=((0.0, 0.0),), overrides={"lr": 0.05}, carry="updated")
    for start, low in ((0.5, 1.1309011), (-0.5, -1.3008395)):
        assert run(entry, 200, start_w=start).epochs["w"][0, -1].item() == pytest.approx(low, abs=1e-6)
    assert set(run_json(run(entry, 1))["epochs"][1]) == {"epoch", "weights", "mean_loss", "lr"}
    book = read_book(export(entry, tmp_path / "well.xlsx", epochs=2))
    assert "mean" in str(book.constants)
