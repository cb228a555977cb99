"""The small stories: one weight that explodes, gradients that nobody zeroes, ReLU, an average's bias.

Figures: tests/golden/stories.json (the forum's printouts in float32, torch's own loop in float64), and the values that
Excel stored in the course's mom_bias.xlsx.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import torch
from click.testing import CliRunner

from gradsheet import GradsheetError, run
from gradsheet.cli import main
from tests.conftest import COURSE

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent.parent / "golden" / "stories.json").read_text())


def test_the_unzeroed_table_comes_out_line_for_line() -> None:
    result = CliRunner().invoke(main, ["run", "unzeroed"])
    assert result.exit_code == 0
    assert result.stdout.splitlines() == GOLDEN["unzeroed_lines"]


def test_unzeroed_in_float32_to_the_last_bit() -> None:
    trace = run("unzeroed")
    assert trace.steps["new_w"][0, :, 0].tolist() == GOLDEN["unzeroed_x"]
    assert trace.steps["w"].dtype == torch.float32


def test_zeroing_is_the_remedy() -> None:
    """FACTS: x = 2.9994 at step 9."""
    line = CliRunner().invoke(main, ["run", "zeroed"]).stdout.splitlines()[9]
    assert line == "step=9; loss=0.00; x=tensor([2.9994], requires_grad=True)"


def test_explode_in_float32() -> None:
    """25, 729, …, and inf at the fifth loss."""
    trace = run("explode")
    for k, told in enumerate(GOLDEN["explode"]):
        assert trace.steps["w"][0, k, 0].item() == told["x"]
        assert trace.steps["err2"][0, k, 0].item() == float(told["loss"])
        assert trace.steps["d_w"][0, k, 0].item() == float(told["grad"])
    shown = CliRunner().invoke(main, ["run", "explode"]).stdout.splitlines()
    assert len(shown) == 5
    assert shown[4] == "step=4; loss=inf; the numbers end here"


def test_fates_around_the_stability_limit() -> None:
    """Settled, circling or gone, as torch's own loop found; 2/72 = 0.02778 stands between the first two."""
    rates = [float(lr) for lr in GOLDEN["fates"]]
    last = run("explode", 4000, lr=rates, dtype=torch.float64, keep="epochs").epochs["w"][:, -1].tolist()
    for lr, x, fate in zip(rates, last, GOLDEN["fates"].values(), strict=True):
        found = "converged" if abs(x - 3) < 1e-6 else "bounded" if math.isfinite(x) else "diverged"
        assert found == fate, (lr, x)


def test_relu_demo() -> None:
    """By hand: max(x, 0), and with b = 40 the bend at −40; two settings at once."""
    steps = run("relu_demo", a=[1.0, 0.5], b=[0.0, 40.0]).steps
    x = [float(v) for v in range(-80, 121, 10)]
    assert steps["x"][0, 0].tolist() == x
    assert steps["relu"][0, 0].tolist() == [max(v, 0.0) for v in x]
    assert steps["relu"][1, 0].tolist() == [max(0.5 * v + 40, 0.0) for v in x]
    with pytest.raises(GradsheetError, match="nothing is learnt here"):
        run("relu_demo", gradient="numeric")


def test_mom_bias_equals_what_excel_stored() -> None:
    """Every row of the course's sheet, all 64 bits; the column added up is blank in its first row."""
    path = COURSE / "mom_bias.xlsx"
    if not path.is_file():
        pytest.skip("the course's workbook mom_bias.xlsx is not beside the project (../shared/data/fastai)")
    sheet = openpyxl.load_workbook(path, data_only=True)["Sheet1"]
    inputs = {"beta": sheet["E2"].value, "rest": sheet["F2"].value}
    data = [[sheet[f"B{row}"].value, sheet[f"C{row}"].value] for row in range(5, 14)]
    steps = run("mom_bias", data=data, **inputs).steps
    for column, letter, first in (
        ("average", "D", 5),
        ("correction", "E", 5),
        ("corrected", "F", 5),
        ("rebuilt", "G", 6),
    ):
        stored = [sheet[f"{letter}{row}"].value for row in range(first, 14)]
        assert steps[column][0, 0, first - 5 :].tolist() == stored, column


def test_mom_bias_by_hand() -> None:
    """The first corrected average is the first value; and the uncorrected one forgets its 0 by beta a row."""
    steps = run("mom_bias").steps
    assert math.isclose(steps["corrected"][0, 0, 0].item(), 5.0)
    assert steps["average"][0, 0, 0].item() == 0.5
    assert math.isclose(steps["left"][0, 0, 8].item(), 0.9**9)


def test_the_average_of_gradients_by_hand() -> None:
    """Corrected, it is the mean of the gradients so far, weighted by 0.9^age; numpy's is the oracle."""
    import numpy as np

    steps = run("grad_average", 0).steps
    gradients = steps["d_a"][0, 0].numpy()
    for n in (1, 2, 10, 29):
        expected = np.average(gradients[:n], weights=0.9 ** np.arange(n - 1, -1, -1.0))
        assert math.isclose(steps["corrected_a"][0, 0, n - 1].item(), float(expected), rel_tol=1e-12)


def test_what_the_sheets_say() -> None:
    """The claims of look_for and try_out, each run."""
    x = run("explode", 12, dtype=torch.float64, keep=["w"]).steps["w"][0, :, 0]
    assert [round(v, 1) for v in x[:4].tolist()] == [2.0, 6.0, -58.8, 81048.5]
    assert [round(v) for v in run("explode").steps["stretch"][0, :3, 0].tolist()] == [2, 14, 1383]
    far = run("explode_small_lr", start_w=10.0, dtype=torch.float64).steps["w"][0, :, 0]
    assert not far.isfinite().all()
    assert run("explode", lr=0.025).steps["w"][0, 1, 0].item() == pytest.approx(3.0, rel=1e-6)
    assert run("explode_small_lr").steps["w"][0, 8, 0].item() == pytest.approx(3.0, abs=5e-4)
    circles = run("zeroed", 600, lr=0.03).steps["w"][0, -20:, 0]
    assert circles.isfinite().all()
    assert circles.max() - circles.min() > 0.1
    assert run("zeroed", start_w=-1.0).steps["w"][0, -1, 0].item() == pytest.approx(-3.0, rel=1e-5)
    assert run("unzeroed").steps["w"][0, :, 0].max().item() == pytest.approx(4.17, abs=0.01)
    assert (run("unzeroed", 400, lr=0.001).steps["w"][0, :, 0].max() > 4).item()
    shown = run("relu_demo", a=0.5, b=-10.0).steps
    assert shown["relu"].equal(shown["y"])
    average = run("grad_average", 0).steps
    assert (average["d_a"][0, 0, 9:16] < 0).all()
    assert (average["average_a"][0, 0, 9:16] > 0).all()
    assert run("grad_average", 2, beta=0.0).epochs["a"].equal(run("basic", 2, carry="updated").epochs["a"])
