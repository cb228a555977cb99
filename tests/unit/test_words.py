"""What the sheets tell learners to look for is so: each claim is run."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch

from gradsheet import Trace, run
from gradsheet.experiments.local_minima import ANSWERS


def losses(trace: Trace) -> list[float]:
    found: list[float] = trace.epochs["root_sum"][0].tolist()
    return found


def after(trace: Trace, weight: str, epochs: int = 10) -> float:
    return trace.epochs[weight][0, epochs].item()


def test_basic() -> None:
    trace = run("basic", 10)
    assert 2.9 < trace.steps["a"][0, 0, 2] < 3  # three rows
    assert after(trace, "b") == pytest.approx(1.5, abs=0.05)
    error = trace.steps["est_a"] - trace.steps["d_a"]
    assert torch.allclose(error, 0.01 * trace.steps["x"] ** 2, atol=1e-6)
    faster = run("basic", 10, lr=2e-4)
    assert after(faster, "b") - 1 > 1.9 * (after(trace, "b") - 1)
    assert losses(faster)[10] > losses(trace)[10] > losses(run("basic", 10, lr=1e-5))[10]
    exploding = run("basic", 0, lr=1e-3).steps["err2"][0, 0]
    assert int((exploding > 1e6).nonzero()[0]) == 8


def test_momentum() -> None:
    assert run("momentum", 1).steps["a"].max().item() == pytest.approx(3.2, abs=0.05)
    growing = losses(run("momentum", 10, lr=1e-3))
    assert all(4.5 < b / a < 6 for a, b in pairwise(growing))


def test_adagrad() -> None:
    found = losses(run("adagrad", 5, lr=0.1))
    assert found[3] < 50
    assert found[4] > 1e5


def test_rmsprop() -> None:
    assert after(run("rmsprop", 10, lr=0.2), "b") == pytest.approx(25, abs=0.5)
    published, sheet = run("rmsprop_textbook", 10), run("rmsprop", 10)
    steps = (published.steps["new_a"] - published.steps["a"]).abs().max().item()
    assert steps <= 0.02 / math.sqrt(1 - 0.9) * (1 + 1e-12)
    largest = (sheet.steps["new_a"] - sheet.steps["a"])[0, sheet.warm :].abs().max().item()
    assert largest == pytest.approx(0.107, abs=5e-4)


def test_adam() -> None:
    assert after(run("adam", 10), "b") == pytest.approx(30, abs=1)
    assert not (run("basic", 1000, keep="epochs").epochs["b"] > 29).any()
    calm, calmer = run("adam", 10, lr=0.3), run("adam", 10, lr=0.1)
    assert losses(run("adam", 10))[10] > losses(calm)[10] > losses(calmer)[10]
    halved = run("adam_textbook", 10, lr=0.5)
    assert after(halved, "a") == pytest.approx(2, rel=0.02)
    assert after(halved, "b") == pytest.approx(30, rel=0.02)


def test_eve() -> None:
    trace = run("eve", 10, beta3=0.5)
    assert trace.epochs["damp"].max().item() == pytest.approx(4.2, abs=0.05)
    assert min(losses(trace)) == pytest.approx(16, abs=0.5)


def test_annealed() -> None:
    trace = run("adagrad_ann", 10)
    assert (~trace.accepted).sum().item() == 7
    assert (~run("adagrad_ann", 10, lr=2.0).accepted).sum().item() == 9
    assert after(trace, "a") == pytest.approx(2, abs=0.05)
    assert after(trace, "b") == pytest.approx(30, abs=0.7)
    adam = run("adam_ann", 10)
    assert adam.epochs["lr"][0].tolist()[6:9] == [1.0, 0.25, 0.0625]
    assert losses(adam)[7] == pytest.approx(153, abs=1)
    assert losses(adam)[10] == pytest.approx(6, abs=0.5)
    assert run("adam_ann", 10, beta2=0.9).epochs["lr"][0, 5].item() == 0.25


def test_one_neuron() -> None:
    trace = run("one_neuron", 10)
    assert trace.steps["stretch"].max().item() == pytest.approx(0.98, abs=0.005)
    assert all(b < a for a, b in pairwise(losses(trace)))
    wild = run("one_neuron", 10, lr=3e-4)
    assert wild.steps["stretch"].max().item() == pytest.approx(2.9, abs=0.05)
    assert all(b < a for a, b in pairwise(losses(wild)[1:]))
    assert all(b > a for a, b in pairwise(losses(run("one_neuron", 10, lr=4e-4))))


def bursts(lr: float) -> int:
    """The row, from 1, whose error² passes a million first."""
    return int((run("two_neuron", 0, lr=lr).steps["err2"][0, 0] > 1e6).nonzero()[0]) + 1


def test_two_neurons() -> None:
    trace = run("two_neuron", 3)
    errors = trace.steps["err2"][0, 0]
    assert errors[:25].max() < 4e4
    assert errors[25].item() == pytest.approx(4e6, rel=0.05)
    assert errors[28].item() == pytest.approx(2e65, rel=0.05)
    assert all((trace.steps[f"est_{w}"][0, 1:] == 0).all() for w in "abcd")
    calm = losses(run("two_neuron", 10, lr=1e-5))
    assert all(b < a for a, b in pairwise(calm))
    assert calm[1] < losses(run("one_neuron", 10, lr=1e-5))[1]
    assert all(b < a for a, b in pairwise(losses(run("two_neuron", 10, start_d=30.0))))
    assert (bursts(3e-4), bursts(4e-4)) == (4, 10)


def test_relu() -> None:
    trace = run("two_neuron_relu", 10)
    assert trace.steps["a"][0, 0, 25] < 0 < trace.steps["a"][0, 0, 24]
    assert trace.steps["alive"][0, 0].tolist() == [1.0] * 25 + [0.0] * 4
    assert not trace.steps["alive"][0, 1:].any()
    found = losses(trace)
    assert found[1] > found[0]
    assert all(b < a for a, b in pairwise(found[1:]))
    assert torch.equal(*(run(n, 10, lr=1e-5).epochs["root_sum"] for n in ("two_neuron", "two_neuron_relu")))
    assert not run("two_neuron_relu", 0, lr=2e-4).steps["alive"][0, 0, 3:].any()


def ends_at(name: str, **inputs: float) -> float:
    """Where a method of local_minima stands after 200 steps."""
    trace = run(name, 10, **inputs)  # type: ignore[arg-type]
    return trace.epochs[ANSWERS.get(trace.experiment.optimiser.name, "w")][0, 10].item()


def test_local_minima() -> None:
    descent = run("local_minima", 0).steps["w"][0, 0]
    assert (descent[10:] + 1).abs().max() < 1e-2
    assert ends_at("local_minima", start_w=0.1) == pytest.approx(2)
    assert ends_at("local_minima", start_w=0.0) == 0
    bouncing = run("local_minima", 10, lr=0.03).steps["w"][0]
    assert bouncing[0, 1] > 0
    assert ((bouncing[-1, 1:] - 2) * (bouncing[-1, :-1] - 2) < 0).all()


def test_local_minima_with_noise() -> None:
    path = run("local_minima_noise", 10).steps["w"][0].reshape(-1)
    crossed = int((path > 0.5).nonzero()[0])
    assert crossed > 20
    assert (path[crossed:] > 0).all()
    assert (path[-100:] - 2).abs().max() > 0.5
    still = run("local_minima_noise", 10, noise=0.0).steps["w"]
    assert torch.equal(still, run("local_minima", 10).steps["w"])
    assert ends_at("local_minima_noise", noise=20.0) < 0
    wild = run("local_minima_noise", 10, noise=40.0).steps["w"][0].reshape(-1)
    assert ((wild[1:] > 1) & (wild[:-1] > 0)).any()
    assert (wild[60:] < -1).any()


def test_local_minima_with_decay() -> None:
    assert ends_at("local_minima_decay") == pytest.approx(-1, abs=0.1)
    noise = run("local_minima_noise", 10).steps["w"]
    assert torch.equal(run("local_minima_decay", 10, decay=1.0).steps["w"], noise)
    assert ends_at("local_minima_decay", decay=0.995) > 1.5
    early = run("local_minima_decay", 10, decay=0.9).steps["w"][0].reshape(-1)
    assert (early[50:] - early[50]).abs().max() < 0.01


def test_local_minima_with_restarts() -> None:
    best = run("local_minima_restarts", 10).steps["best_w"][0].reshape(-1)
    first = int((best > 0).nonzero()[0])
    assert (best[first:] > 0).all()
    assert best[-1].item() == pytest.approx(2, abs=1e-5)
    assert ends_at("local_minima_restarts", low=-3.0, high=0.0) == pytest.approx(-1, abs=1e-4)


def test_local_minima_with_annealing() -> None:
    trace = run("local_minima_annealing", 10)
    rises = (trace.steps["kept_loss"][0].reshape(-1).diff() > 0).reshape(-1)
    assert rises[:60].sum() > 2 * rises[-60:].sum()
    assert ends_at("local_minima_annealing") == pytest.approx(2, abs=0.1)
    assert ends_at("local_minima_annealing", heat0=0.5) == pytest.approx(-1, abs=0.1)
    still = run("local_minima_annealing", 10, cooling=1.0).steps["kept_w"][0, 5:]
    assert still.std() > 3 * trace.steps["kept_w"][0, 8:].std()
    jumps = run("local_minima_annealing", 10, reach=3.0).steps["kept_w"][0].reshape(-1)
    climbs = trace.steps["kept_w"][0].reshape(-1)
    assert int((jumps > 1).nonzero()[0]) < int((climbs > 1).nonzero()[0]) / 2
