"""The experiments against figures computed from the course's workbooks by their own formulas and macros.

tests/golden/graddesc.json holds them; see its first line. Equality is to the bit.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gradsheet import run

GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "graddesc.json").read_text())["sheets"]
QUIRK = "graddesc-dl1/adam_ann"  # J5 reads a blank cell: tests/parity/test_course.py, which has the workbook

EVE_BEFORE_RESET = {
    # what eve!K32:N32 of dl1 shows as saved, which its macro carries over
    "average0_b": -21.532780911887304,
    "average0_a": -934.1358119704252,
    "square0_b": 5181.43828786623,
    "square0_a": 26145088.52257432,
}


def settings(key: str) -> tuple[str, dict[str, Any]]:
    """Experiment and inputs of a sheet of the course."""
    name = key.split("/")[1].removesuffix(" SGD")
    if key == "graddesc-dl1/adam":
        return name, {"beta1": 0.7}
    return name, EVE_BEFORE_RESET if name == "eve" else {}


@pytest.mark.parametrize("key", [k for k in GOLDEN if k != QUIRK])
def test_26_epochs_equal_the_workbook_to_the_bit(key: str) -> None:
    name, inputs = settings(key)
    if name == "eve":
        from dataclasses import replace

        from gradsheet.experiments import experiment

        trace = run(replace(experiment("eve"), warmup=()), 25, **inputs)
    else:
        trace = run(name, 25, **inputs)
    for row in GOLDEN[key]["epochs"]:
        k = row["epoch"]
        found = {n: trace.epochs[n][0, k].item() for n in ("a", "b", "root_sum")}
        assert found == {"a": row["slope"], "b": row["intercept"], "root_sum": row["root_sum"]}, (key, k)
        if "lr" in trace.epochs:
            assert trace.epochs["lr"][0, k].item() == row["lr"]


def test_rmse_is_the_root_of_the_mean() -> None:
    """150.755… is the root of the sum over 29 rows; by hand: 150.755… / √29 = 27.9945…"""
    epochs = run("basic", 0).epochs
    assert epochs["root_sum"].item() == 150.75521153771854
    assert epochs["rmse"].item() == pytest.approx(150.75521153771854 / 29**0.5, rel=1e-15)


def test_numeric_gradient_drives_the_update() -> None:
    """Figures of golden.json, one_neuron_numeric_vs_analytic: root sums that start pass 1 and pass 2."""
    trace = run("basic", 1, gradient="numeric")
    assert trace.epochs["root_sum"][0, 0].item() == 150.70215194390218
    assert trace.epochs["a"][0, 1].item() == 2.56911907402523
    # the figure squares with libm's pow, which finite differences amplify; the sheet squares by a product
    assert trace.epochs["root_sum"][0, 1].item() == pytest.approx(104.76057412808872, rel=1e-13)


def test_adagrad_ann_repeats_passes() -> None:
    """25 epochs take 41 passes: counted on the course's sheet, whose macro halves lr and computes again."""
    trace = run("adagrad_ann", 25)
    assert trace.epoch.shape == (1, 41)
    assert trace.accepted.sum().item() == 26


def test_carry_updated_keeps_the_last_update() -> None:
    """With carry="updated" epoch 1 starts from the weights that the course's macro drops: basic!M32, N32."""
    trace = run("basic", 1, carry="updated")
    assert (trace.epochs["a"][0, 1].item(), trace.epochs["b"][0, 1].item()) == (2.613084491952597, 1.0715160204418617)
