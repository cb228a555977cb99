"""Full and mini batches: torch's own training loop is the oracle."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from gradsheet import GradsheetError, export, run
from gradsheet.experiments import experiment
from gradsheet.experiments.data import ROWS
from gradsheet.proof.book import read_book
from gradsheet.proof.own import own_sheets
from gradsheet.workbook.export import layout_of
from gradsheet.workbook.values import Values

DATA = torch.tensor(ROWS, dtype=torch.float64)


def trained(batches: list[torch.Tensor], lr: float) -> list[float]:
    """A linear layer, MSELoss and SGD."""
    layer = torch.nn.Linear(1, 1).double()
    with torch.no_grad():
        layer.weight.fill_(1.0)
        layer.bias.fill_(1.0)
    optimiser = torch.optim.SGD(layer.parameters(), lr=lr)
    for batch in batches:
        loss = torch.nn.functional.mse_loss(layer(batch[:, :1]), batch[:, 1:])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return [layer.weight.item(), layer.bias.item()]


def weights(trace: Any, epoch: int) -> list[float]:
    return [trace.epochs[w][0, epoch].item() for w in "ab"]


def test_full_batch_is_what_torch_does() -> None:
    assert weights(run("basic", 3, batch="full"), 3) == pytest.approx(trained([DATA] * 3, 1e-4), rel=1e-14)


def test_mini_batches_are_what_torch_does_with_drop_last() -> None:
    loader: Any = torch.utils.data.DataLoader(DATA, batch_size=5, drop_last=True)  # type: ignore[arg-type]
    trace = run("basic", 3, batch=5)
    assert weights(trace, 3) == pytest.approx(trained(list(loader) * 3, 1e-4), rel=1e-14)
    assert trace.epoch[0].tolist() == [e for e in range(4) for _ in range(5)]
    assert "4 of 29 rows do not fill a batch of 5" in trace.notes[0]


def test_shuffled_batches_take_every_example_once() -> None:
    from dataclasses import replace

    entry = replace(experiment("basic").configured(batch=7), shuffle=3)
    trace = run(entry, 2, data=DATA[:28])
    for epoch in range(3):
        seen = trace.steps["x"][0, 4 * epoch : 4 * epoch + 4].reshape(-1)
        assert seen.tolist() != DATA[:28, 0].tolist()
        assert sorted(seen.tolist()) == sorted(DATA[:28, 0].tolist())
    assert trace.steps["x"][0, :4].tolist() != trace.steps["x"][0, 4:8].tolist()
    assert Values(layout_of(trace), trace).prove().differ == 0


@pytest.mark.parametrize("rule", ["sgd", "momentum", "rmsprop", "adam", "adam_textbook", "adagrad_textbook"])
@pytest.mark.parametrize("batch", ["full", 5])
def test_engine_equals_formulas(rule: str, batch: str | int) -> None:
    given: tuple[dict[str, Any], ...] = ({}, {"lr": 1e3})
    for inputs in given:
        trace = run("basic", 3, optimiser=rule, batch=batch, **inputs)
        assert Values(layout_of(trace), trace).prove().differ == 0


def test_a_batch_of_one_with_updated_weights_is_a_row() -> None:
    rows, ones = run("basic", 2, carry="updated"), run("basic", 2, batch=1)
    assert weights(rows, 2) == weights(ones, 2)


def test_an_exported_batch_is_recognised(tmp_path: Any) -> None:
    for batch in ("full", 5):
        path = export("basic", tmp_path / f"{batch}.xlsx", epochs=2, batch=batch, optimiser="momentum")
        (sheet,) = own_sheets(read_book(path))
        assert sheet.trace.experiment.batch == batch
        assert sheet.left == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"batch": 0}, "how many rows are in a batch"),
        ({"batch": "half"}, "how many rows are in a batch"),
        ({"batch": 30}, "more than the 29"),
        ({"batch": 5, "optimiser": "eve"}, "once a pass over all of the data"),
        ({"batch": "full", "carry": "entering"}, "cannot be dropped"),
        ({"optimiser": "adm"}, "no optimiser 'adm': choose sgd"),
    ],
)
def test_what_cannot_be(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(GradsheetError, match=says):
        run("basic", 1, **arguments)
