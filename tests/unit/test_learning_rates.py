"""Learning rates and starts of two neurons: figures computed outside (tests/golden/learning_rates.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from gradsheet import run
from pages.beat_one_neuron import EVERY, RACES
from pages.fates import CONSTANT, FATES, fates
from pages.page import recorded

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent.parent / "golden" / "learning_rates.json").read_text())


@pytest.mark.parametrize("relu", [False, True])
def test_every_rate_comes_out(relu: bool) -> None:
    """All rates as lanes of one run: losses of passes 1, 2, 6 and 51, the row that passes a million, the row of "
    "death."""
    told = [one for one in GOLDEN["rates"] if one["relu"] is relu]
    name = "two_neuron_relu" if relu else "two_neuron"
    rates = [one["lr"] for one in told]
    losses = run(name, 50, lr=rates, keep="epochs").epochs["root_sum"]
    steps = run(name, 0, lr=rates, keep=["err2", *(["alive"] if relu else [])]).steps
    for lane, one in enumerate(told):
        for number in (1, 2, 6, 51):
            expected = one[f"pass{number}"]
            assert losses[lane, number - 1].item() == pytest.approx(float(expected), rel=1e-9), (one["lr"], number)
        large = (steps["err2"][lane, 0] >= 1e6).nonzero()
        assert (int(large[0]) + 1 if len(large) else None) == one["first_row_err2_ge_1e6"], one["lr"]
        if relu and one["dead_from_row"]:
            alive = steps["alive"][lane, 0].nonzero()
            assert int(alive[-1]) + 2 == one["dead_from_row"], one["lr"]


def test_every_start_comes_out() -> None:
    starts = torch.tensor([one["init"] for one in GOLDEN["starts"]], dtype=torch.float64).T
    given = dict(zip(("start_a", "start_b", "start_c", "start_d"), starts, strict=True))
    losses = run("two_neuron", 10, keep="epochs", **given).epochs["root_sum"]
    for lane, one in enumerate(GOLDEN["starts"]):
        found = losses[lane, [0, 1, 2, 3, 4, 5]].tolist()
        assert found[:2] == pytest.approx(one["passes"][:2], rel=1e-9), one["init"]


def test_fates_are_told_apart() -> None:
    """The thread's stories: 1e-4 explodes, with ReLU it dies; 2e-5 trains; one neuron fails at 4e-4."""
    for name, lr, expected in (
        ("two_neuron", 1e-4, "explodes"), ("two_neuron_relu", 1e-4, "dies"), ("two_neuron", 2e-5, "trains"),
        ("one_neuron", 3e-4, "trains"), ("one_neuron", 4e-4, "bounces"),
    ):  # fmt: skip
        found, _ = fates(name, 50, lr=lr)
        assert FATES[int(found)] == expected, (name, lr)
    assert pytest.approx(294.1282854059807, rel=1e-14) == CONSTANT


def test_what_is_recorded_is_what_runs() -> None:
    """The pages' long races, as far as a test has time for; and FACTS: 4.4e-6 by epoch 501, where one neuron has "
    "42.4."""
    races = recorded("beat-one-neuron")["races"]
    for (name, lr, *_), race in zip(RACES, races, strict=True):
        loss = run(name, 2 * EVERY, lr=lr, gradient="analytic", keep="epochs").epochs["root_sum"][0]
        assert race[:3] == pytest.approx(loss[::EVERY].tolist(), rel=1e-12), (name, lr)
    assert races[3][500 // EVERY] == pytest.approx(4.4e-6, rel=0.02)
    assert races[0][500 // EVERY] == pytest.approx(42.4, rel=0.002)
    assert races[4] == races[3]
