"""The engine: lanes, what is kept, what explodes, what is refused."""

from __future__ import annotations

import importlib
import math

import pytest
import torch

from gradsheet import GradsheetError, run
from gradsheet.experiments import catalogue, experiment
from gradsheet.numerics import sqrt, total

NAMES = [entry.name for entry in catalogue().values() if entry.trains]


@pytest.mark.parametrize("name", NAMES)
def test_every_lane_equals_a_run_alone(name: str) -> None:
    inputs = experiment(name).inputs
    knob = "lr" if "lr" in inputs else next(iter(inputs))
    rates = [inputs[knob].default * f for f in (0.1, 0.5, 1.0, 3.0, 1e6)]  # the last one explodes in most experiments
    together = run(name, 3, **{knob: rates})  # type: ignore[arg-type]
    for lane, lr in enumerate(rates):
        alone = run(name, 3, **{knob: lr})  # type: ignore[arg-type]
        entry = experiment(name)
        for column in (*entry.model.weights, *entry.losses):
            assert torch.equal(
                together.epochs[column][lane].nan_to_num(1.5), alone.epochs[column][0].nan_to_num(1.5)
            ), (column, lr)


def test_trace_holds_every_column_of_both_tables() -> None:
    for entry in catalogue().values():
        trace = run(entry, 1)
        assert set(trace.steps) == {c.name for c in entry.steps}
        assert set(trace.passes) == {c.name for c in entry.epochs}


def test_frames() -> None:
    trace = run("momentum", 2)
    steps, epochs = trace.to_frame(), trace.to_frame("epochs")
    assert len(steps) == 4 * 29
    assert epochs["warm_up"].tolist() == [True, False, False, False]
    assert steps.loc[(1, 1), "velocity_a"] == trace.steps["velocity_a"][0, 1, 0].item()
    with pytest.raises(GradsheetError, match="no table 'rows'"):
        trace.to_frame("rows")


def test_keep_bounds_what_is_held() -> None:
    assert run("basic", 1, keep="epochs").steps == {}
    assert set(run("basic", 1, keep=["a", "err2"]).steps) == {"a", "err2"}
    with pytest.raises(GradsheetError, match="has no column 'vel'"):
        run("basic", 1, keep=["vel"])
    with pytest.raises(GradsheetError, match="keep='epochs'"):
        run("basic", 50, lr=torch.full((200_000,), 1e-4))
    with pytest.raises(GradsheetError, match="fewer columns"):
        run("basic", 500, keep=["a"], lr=torch.full((200_000,), 1e-4))


def test_100000_learning_rates_at_once() -> None:
    trace = run("momentum", 1, keep="epochs", lr=torch.logspace(-7, -2, 100_000, dtype=torch.float64))
    assert trace.epochs["root_sum"].shape == (100_000, 2)


def test_explosion_is_reported_with_its_row_and_goes_on() -> None:
    """lr = 1: by hand the error grows about 2·x² times a row; 1e308 is passed in the second epoch."""
    trace = run("basic", 3, lr=1.0)
    assert len(trace.notes) == 1
    assert "leaves the finite numbers in epoch 1, row 18" in trace.notes[0]
    assert not trace.epochs["root_sum"][0, 1:].isfinite().any()


def test_an_error_is_not_revived() -> None:
    """A finite step divided by an infinite root is 0 in floating point, and #NUM! in Excel."""
    trace = run("adam", 2, lr=1e200)
    k, row = (t.item() for t in trace.first_broken)
    assert k >= 0
    assert row >= 0
    after = trace.steps["new_a"][0, int(k), int(row) :]
    assert not after.isfinite().any()


def test_unusual_settings_are_said() -> None:
    assert run("basic", 0, lr=-0.1).notes == ("basic: lr is negative, so every step goes uphill.",)
    assert run("basic", 0, lr=0.0).notes == ("basic: lr is 0, so the weights never move.",)
    assert "outside 0 to 1" in run("momentum", 0, beta=1.5).notes[0]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"name": "momentun"}, "did you mean 'momentum'"),
        ({"name": "basic", "epochs": -1}, "whole number"),
        ({"name": "basic", "lt": 1}, "has no input 'lt': did you mean 'lr'"),
        ({"name": "basic", "lr": "fast"}, "no number; write it like 0.0001"),
        ({"name": "basic", "lr": math.nan}, "no finite number"),
        ({"name": "basic", "lr": [1e-4, 2e-4], "h": [0.1, 0.2, 0.3]}, "different numbers of lanes"),
        ({"name": "basic", "lr": [[1e-4]]}, "one value per lane"),
        ({"name": "basic", "lr": []}, "is empty"),
        ({"name": "basic", "gradient": "guess"}, "no gradient 'guess'"),
        ({"name": "basic", "carry": "all"}, "no carry 'all'"),
        ({"name": "basic", "data": [(1, 2, 3)]}, "rows of"),
        ({"name": "basic", "data": [(1, math.inf)]}, "row 1 of the data"),
        ({"name": "basic", "data": "text"}, "not a table of numbers"),
        ({"name": "basic", "device": "cuda:99"}, "no device"),
        ({"name": "basic", "dtype": torch.int32}, "give torch.float64"),
        ({"name": "basic", "keep": None}, "keep is None"),
        ({"name": 3}, "is no experiment"),
        ({"name": "MOMENTUM"}, "did you mean 'momentum'"),
    ],
)
def test_bad_input_is_one_sentence(arguments: dict[str, object], says: str) -> None:
    with pytest.raises(GradsheetError, match=says) as caught:
        run(**arguments)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_inputs_per_weight_and_start() -> None:
    trace = run("momentum", 0, velocity0_b=1.0, start=3.0)
    assert trace.passes["velocity_b"][0, 0].item() == 1.0
    assert trace.passes["velocity_a"][0, 0].item() == 0.0
    assert trace.epochs["a"].item() == trace.epochs["b"].item() == 3.0


def test_own_data_per_lane() -> None:
    data = torch.tensor([[[1.0, 2.0], [2.0, 4.0]], [[1.0, 3.0], [2.0, 6.0]]], dtype=torch.float64)
    trace = run("basic", 0, data=data)
    # by hand: the first row predicts 1 + 1·1 = 2; off by 0 and by 1
    assert trace.steps["err2"][:, 0, 0].tolist() == [0.0, 1.0]


def test_sqrt_is_correctly_rounded_and_differentiable() -> None:
    """IEEE 754 demands it; math.sqrt gives it."""
    values = torch.rand(2000, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) * 1e6
    assert sqrt(values).tolist() == [math.sqrt(v) for v in values.tolist()]
    leaf = torch.tensor([4.0], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(sqrt(leaf).sum(), leaf)
    assert slope.item() == 0.25


def test_total_adds_from_first_to_last() -> None:
    """By hand: ((1 + 1e-16) + 1e-16) + … stays 1, while adding the small ones first does not."""
    assert total(torch.tensor([1.0] + [1e-16] * 8, dtype=torch.float64)).item() == 1.0


@pytest.mark.parametrize("name", ["momentum", "adagrad_ann"])
def test_blocks_of_lanes_change_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """adagrad_ann takes a different number of passes in each block."""
    default = experiment(name).inputs["lr"].default
    rates = [default * f for f in (0.01, 0.1, 1.0, 3.0, 30.0)]
    whole = run(name, 6, lr=rates)
    monkeypatch.setattr(importlib.import_module("gradsheet.engine.run"), "BLOCK", 2)
    parts = run(name, 6, lr=rates)
    for column in whole.epochs:
        assert torch.equal(whole.epochs[column].nan_to_num(-7.0), parts.epochs[column].nan_to_num(-7.0)), column
    assert whole.notes == parts.notes
