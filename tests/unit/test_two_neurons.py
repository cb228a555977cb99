"""Two neurons, with and without ReLU, by the thread's rule: figures computed from the thread's own formulas.

tests/golden/two_neurons.json holds them; see its first line. Equality is to the bit, libm's pow or not.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch

from gradsheet import Trace, run
from gradsheet.experiments import Experiment, experiment, topics
from gradsheet.workbook.export import layout_of
from gradsheet.workbook.values import Values

GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "two_neurons.json").read_text())
RULES = [entry.optimiser.name for entry in topics()["graddesc"]]


@pytest.mark.parametrize("key", list(GOLDEN["runs"]))
def test_every_row_of_the_first_epoch_and_ten_more_epochs(key: str) -> None:
    gold: dict[str, Any] = GOLDEN["runs"][key]
    trace = run(gold["experiment"], 10, gradient=gold["gradient"])
    for column, cells in gold["rows"].items():
        assert trace.steps[column][0, 0].tolist() == cells, column
    for epoch, figures in gold["epochs"].items():
        found = {n: trace.epochs[n][0, int(epoch)].item() for n in figures}
        assert {n: v if math.isfinite(v) else None for n, v in found.items()} == figures, epoch


@pytest.mark.parametrize("batch", ["row", "full"])
@pytest.mark.parametrize("name", ["two_neuron", "two_neuron_relu"])
@pytest.mark.parametrize("rule", RULES)
def test_every_optimiser_drives_two_neurons(rule: str, name: str, batch: str) -> None:
    """Each gradient, to the bit, the explosions and divisions by 0 included."""
    for gradient in ("numeric", "analytic"):
        trace = run(name, 2, optimiser=rule, gradient=gradient, batch=batch)
        assert trace.experiment.warmup == next(e for e in topics()["graddesc"] if e.optimiser.name == rule).warmup
        checked = Values(layout_of(trace), trace).prove()
        assert checked.differ == 0
        assert checked.cells > 0


def test_a_dead_relu_divides_by_zero_as_excel_does() -> None:
    """AdaGrad divides by the gradients' size in the pass before, which is 0 for a, b and c once nothing passes."""
    trace = run("two_neuron_relu", 2, optimiser="adagrad", start_b=-1e4)
    values = Values(layout_of(trace), trace)
    shown = {c.column: values(c) for c in values.layout.contents() if c.row is None and c.number == trace.warm}
    assert shown["scale_a"] == 0
    assert shown["rate_a"] == "#DIV/0!"
    assert values.prove().differ == 0


def test_an_error_does_not_pass_the_relu() -> None:
    """In floating point max(−inf, 0) is 0; in Excel MAX(#NUM!, 0) is #NUM!."""
    trace = run("two_neuron_relu", 1, start_a=-1e308)
    assert not trace.steps["relu"][0, 0, 1:].isfinite().any()
    values = Values(layout_of(trace), trace)
    content = next(c for c in values.layout.contents() if c.column == "relu" and c.row == 0)
    assert values(content) == "#NUM!"
    assert values.prove().differ == 0


@pytest.mark.parametrize("name", ["two_neuron_adam", "two_neuron_relu_adagrad_paper", "two_neuron_relu_rmsprop_paper"])
def test_a_sheet_of_another_optimiser_is_found_by_its_name(name: str) -> None:
    entry = experiment(name)
    assert (entry.name, len(name) <= 31) == (name, True)


def dead_from(trace: Trace) -> int:
    """The data row, from 1, after which nothing passes the ReLU any more."""
    alive = trace.steps["alive"][0].reshape(-1)
    return int(alive.nonzero()[-1]) + 2


def test_relu_dies_at_row_26() -> None:
    trace = run("two_neuron_relu", 3)
    assert dead_from(trace) == 26
    for w in "abc":
        assert len(set(trace.steps[w][0].reshape(-1)[25:].tolist())) == 1, w
    assert trace.steps["d"][0, 1, 0] != trace.steps["d"][0, 0, 26]


def test_the_collapsed_line_is_the_same_function() -> None:
    trace = run("two_neuron", 5, lr=6e-5)
    line = trace.epochs["slope"][0, 5] * trace.steps["x"][0, 5] + trace.epochs["intercept"][0, 5]
    a, b, c, d = (trace.epochs[w][0, 5] for w in "abcd")
    assert torch.allclose(line, c * (a * trace.steps["x"][0, 5] + b) + d, rtol=1e-14)


@pytest.mark.parametrize("entry", topics()["two_neurons"], ids=lambda e: e.name)
def test_stretch_is_lr_times_the_squared_gradient_of_the_prediction(entry: Experiment) -> None:
    """Autograd is the oracle."""
    trace = run(entry, 0, lr=6e-5)
    weights = torch.stack([trace.steps[w][0, 0] for w in entry.model.weights]).requires_grad_()
    (across,) = torch.autograd.grad(entry.model.predict(weights, trace.steps["x"][0, 0])["pred"].sum(), weights)
    assert torch.allclose(trace.steps["stretch"][0, 0], 6e-5 * (across**2).sum(0), rtol=1e-13)


def test_learning_rates_of_the_thread() -> None:
    """Root sums after 0, 1, 5 and 50 epochs, the first row above a million, the row from which the ReLU is dead."""
    for relu in (False, True):
        gold = [g for g in GOLDEN["rates"] if g["relu"] is relu]
        name = "two_neuron_relu" if relu else "two_neuron"
        rates = [g["lr"] for g in gold]
        table = run(name, 50, lr=rates, keep="epochs").epochs["root_sum"]
        rows = run(name, 0, lr=rates)
        for lane, one in enumerate(gold):
            found = {f"pass{k + 1}": table[lane, k].item() for k in (0, 1, 5, 50)}
            assert found == {k: one[k] for k in found}, one["lr"]
            over = (rows.steps["err2"][lane, 0] >= 1e6).nonzero()
            assert (int(over[0]) + 1 if len(over) else None) == one["first_row_err2_ge_1e6"]
            if relu and one["dead_from_row"]:
                assert not rows.steps["alive"][lane, 0, one["dead_from_row"] - 1 :].any()


@pytest.mark.parametrize("gold", GOLDEN["starts"], ids=lambda g: str(g["start"]))
def test_better_starts(gold: dict[str, Any]) -> None:
    starts = {f"start_{w}": v for w, v in zip("abcd", gold["start"], strict=True)}
    assert run("two_neuron", 5, keep="epochs", **starts).epochs["root_sum"][0].tolist() == gold["root_sums"]


def test_a_constant_is_the_floor_of_a_dead_relu() -> None:
    """By hand: the mean of y is the best constant; one step a row keeps d moving around it."""
    gold = GOLDEN["constant"]
    y = run("basic", 0).steps["y"][0, 0]
    assert y.mean().item() == pytest.approx(gold["mean_y"], rel=1e-15)
    assert ((y - y.mean()) ** 2).sum().sqrt().item() == pytest.approx(gold["best_rootsum"], rel=1e-14)
    dead = run("two_neuron_relu", 0, start_a=-5.6, start_c=-5.5, start_d=116.56092218415584)
    assert dead.epochs["root_sum"].item() == pytest.approx(294.445, abs=5e-4)
    assert run("two_neuron_relu", 1, start_a=-5.6, start_c=-5.5, start_d=116.56092218415584).epochs["d"][
        0, 1
    ].item() == pytest.approx(116.56092218415584, rel=1e-9)


def test_two_neurons_beat_one() -> None:
    """With analytic derivatives and 501 passes; the ReLU gives the same numbers; finite differences stick."""
    one = run("one_neuron", 500, gradient="analytic", keep="epochs").epochs["root_sum"][0, -1].item()
    assert one == pytest.approx(42.4, abs=0.05)
    two, relu = (
        run(n, 500, lr=6e-5, gradient="analytic", keep="epochs").epochs["root_sum"][0]
        for n in ("two_neuron", "two_neuron_relu")
    )
    assert two[-1].item() == pytest.approx(4.4e-6, abs=5e-8)
    assert torch.equal(two, relu)
    numeric = run("two_neuron", 500, lr=[6e-5, 7e-5], keep="epochs").epochs["root_sum"]
    assert 34 < numeric[0, -1].item() < 37
    assert not run("two_neuron", 500, lr=7e-5, gradient="analytic", keep="epochs").epochs["root_sum"][0, -1].isfinite()


def test_finite_differences_have_a_bias() -> None:
    """A forward difference of a square is off by h·(∂y/∂w)², by hand: (e + h·y')² − e² over h is 2·e·y' + h·y'²."""
    trace = run("two_neuron", 0, lr=6e-5)
    x, c = trace.steps["x"][0, 0], trace.steps["c"][0, 0]
    exact = 2 * (trace.steps["pred"][0, 0] - trace.steps["y"][0, 0]) * c * x
    assert torch.allclose(trace.steps["est_a"][0, 0] - exact, 0.01 * (c * x) ** 2, rtol=1e-6)
