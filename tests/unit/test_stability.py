"""What explodes and what trains: a row's stretch, and the radius of the whole epoch's update.

The figures were computed apart from this code: 1/9802, 2.5e-5, single rows at 3.5 while the epoch contracts by 0.904,
and 2.3. By hand: for one neuron ‖∇pred‖² is x² + 1, 99² + 1 at most.
"""

from __future__ import annotations

import pytest
import torch

from gradsheet import GradsheetError, run, stability

LINE = {"a": 2.0, "b": 30.0}


def test_one_neuron_by_hand() -> None:
    """Two examples, one update each: the product of two 2×2 matrices, written out."""
    from dataclasses import replace

    from gradsheet.experiments import experiment

    entry = replace(experiment("one_neuron"), data=((1.0, 32.0), (2.0, 34.0)), carry="updated")
    found = stability(entry, LINE, 0.1)
    rows = [torch.tensor([1.0, x], dtype=torch.float64) for x in (1.0, 2.0)]  # ∇pred by b and a
    first, second = (torch.eye(2, dtype=torch.float64) - 0.2 * torch.outer(g, g) for g in rows)
    expected = sorted(torch.linalg.eigvals(second @ first).abs().tolist(), reverse=True)
    assert found.moduli == pytest.approx(expected, rel=1e-12)
    assert found.stretch.tolist() == pytest.approx([0.2, 0.5])


def test_limits_of_a_single_row() -> None:
    assert stability("one_neuron", LINE, 1e-4).limit == pytest.approx(1 / 9802, rel=1e-12)
    root = 2**0.5
    balanced = {"a": root, "b": 1.0, "c": root, "d": 30 - root}
    assert stability("two_neuron", balanced, 1e-4).limit == pytest.approx(2.532413994721942e-05, rel=1e-9)


def test_one_neuron_trains_beyond_a_rows_limit() -> None:
    """It trains at 2e-4 and 3e-4, three times a row's limit, and fails at 4e-4."""
    for lr, trains in ((1e-4, True), (2e-4, True), (3e-4, True), (4e-4, False)):
        assert (stability("one_neuron", LINE, lr).radius < 1) is trains
        losses = run("one_neuron", 40, lr=lr, gradient="analytic", keep="epochs").epochs["root_sum"][0]
        assert bool(losses[40] < losses[5]) is trains


def test_two_neurons_at_the_solution_that_they_find() -> None:
    epochs = run("two_neuron", 700, lr=6e-5, gradient="analytic", keep="epochs").epochs
    assert epochs["root_sum"][0, -1] < 1e-6
    found = {w: epochs[w][0, -1].item() for w in "abcd"}
    at = stability("two_neuron", found, 6e-5)
    assert at.largest == pytest.approx(3.5, abs=0.05)
    assert at.radius == pytest.approx(0.904, abs=5e-4)
    assert stability("two_neuron", found, 8e-5).radius == pytest.approx(2.3, abs=0.05)


def test_a_missing_weight_is_named() -> None:
    with pytest.raises(GradsheetError, match="no value for c, d"):
        stability("two_neuron", LINE, 1e-4)
