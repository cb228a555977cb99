"""The parabola: its data, its three derivatives, full batch, mini-batches and rows, and what its sheets claim."""

from __future__ import annotations

import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gradsheet import GradsheetError, Trace, export, run
from gradsheet.experiments import experiment, topics
from gradsheet.experiments.data import speed
from gradsheet.proof.book import read_book
from gradsheet.proof.own import own_sheets

NOISE_FREE = [68.6875, 55.1875, 43.1875, 32.6875, 23.6875, 16.1875, 10.1875, 5.6875, 2.6875, 1.1875]
"""Of golden.json, speed_quadratic; the other ten mirror them."""


def rmse(trace: Trace) -> list[float]:
    found: list[float] = trace.epochs["rmse"][0].tolist()
    return found


def test_the_data() -> None:
    assert [y for _, y in speed(7, noise=0)] == NOISE_FREE + NOISE_FREE[::-1]
    assert [t for t, _ in speed(7)] == [float(t) for t in range(20)]
    assert experiment("quadratic").configured(seed=7).data == speed(7)
    with pytest.raises(GradsheetError, match="nothing to seed"):
        run("basic", 0, seed=1)


def test_partial_derivatives_of_the_mse() -> None:
    """Autograd on the mean of the squared errors."""
    trace = run("quadratic", 3)
    t, y = trace.steps["x"][0, 0], trace.steps["y"][0, 0]
    for k in range(4):
        weights = torch.stack([trace.passes[w][0, k] for w in "abc"]).requires_grad_()
        loss = torch.nn.functional.mse_loss(weights[0] * t**2 + weights[1] * t + weights[2], y)
        (slopes,) = torch.autograd.grad(loss, weights)
        found = torch.stack([trace.passes[f"grad_{w}"][0, k] for w in "abc"])
        assert torch.allclose(found, slopes, rtol=1e-12)


def test_scaled_time_finds_the_least_squares() -> None:
    """numpy's polyfit, over u = (t − 9.5)/9.5."""
    data = np.array(experiment("quadratic").data)
    best = np.polyfit((data[:, 0] - 9.5) / 9.5, data[:, 1], 2)
    trace = run("quadratic_scaled", 600, keep="epochs")
    assert [trace.epochs[w][0, -1].item() for w in "abc"] == pytest.approx(best.tolist(), rel=1e-9)


def test_full_batch_words() -> None:
    found = rmse(run("quadratic", 10))
    assert found[0] == pytest.approx(158, abs=0.5)
    assert found[5] == pytest.approx(25, abs=0.5)
    assert found[5] - found[10] < 0.2
    trace = run("quadratic", 0)
    assert trace.passes["grad_a"][0, 0] / trace.passes["grad_c"][0, 0] > 200
    wild = rmse(run("quadratic", 10, lr=3e-5))
    assert wild[1] > run("quadratic", 1, lr=2e-5).epochs["rmse"][0, 1]
    assert wild[10] < 26
    assert all(b > a for a, b in pairwise(rmse(run("quadratic", 10, lr=4e-5))))


def test_batches_and_rows_words() -> None:
    batches, full = run("quadratic_batches", 10), run("quadratic", 10)
    reached: dict[str, Any] = {f"start_{w}": batches.epochs[w][0, 1].item() for w in "abc"}
    over_all = run("quadratic", 0, **reached)
    assert rmse(over_all)[0] < rmse(full)[2]
    assert rmse(over_all)[0] == pytest.approx(rmse(full)[3], rel=0.15)
    steep = run("quadratic_rows", 10, lr=1e-5)
    assert rmse(steep)[10] < rmse(steep)[0]
    shown = steep.steps["x"][0, 0] ** 4 + steep.steps["x"][0, 0] ** 2 + 1
    assert (1e-5 * shown).max() > 1
    assert not rmse(run("quadratic_rows", 10, lr=4e-5))[10] < rmse(run("quadratic_rows", 0, lr=4e-5))[0]


def test_scaled_words() -> None:
    found = rmse(run("quadratic_scaled", 10))
    assert found[10] < 6
    assert rmse(run("quadratic_scaled", 10, lr=0.3))[10] > found[10]
    assert rmse(run("quadratic_scaled", 300, lr=0.9))[300] > 1e3
    assert run("quadratic_scaled", 100).epochs["rmse"][0, 100].item() < 3


def test_one_workbook_of_four_and_a_chart_of_the_curve(tmp_path: Path) -> None:
    path = export(list(topics()["quadratic"]), tmp_path / "q.xlsx", epochs=2)
    assert [(s.sheet, s.left) for s in own_sheets(read_book(path))] == [(e.name, []) for e in topics()["quadratic"]]
    with zipfile.ZipFile(path) as archive:
        charts = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/charts/chart")]
    assert sum("How the curve moves" in chart for chart in charts) == 4
    with pytest.raises(GradsheetError, match="have different data"):
        export(["basic", "quadratic"], tmp_path / "both.xlsx")
