"""Many lanes on buffers: the same bits as the step loop, rule by rule, explosions included."""

from __future__ import annotations

import importlib
import shutil
from typing import Any

import pytest
import torch

from gradsheet import run
from gradsheet.engine import quick
from gradsheet.engine.compiled import Compiled
from gradsheet.engine.finals import finals
from gradsheet.engine.quick import Quick
from gradsheet.engine.setup import prepare
from gradsheet.engine.trace import Trace
from gradsheet.experiments import catalogue, experiment

LANES = 50


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few lanes are enough, in blocks of which the last is not full."""
    monkeypatch.setattr(quick, "FEWEST", 2)
    monkeypatch.setattr(importlib.import_module("gradsheet.engine.run"), "BLOCK", 16)


def same(one: Trace, other: Trace) -> None:
    """Equal to the bit; NaN is one value."""
    assert one.passes.keys() == other.passes.keys()
    for name in one.passes:
        assert torch.equal(one.passes[name].nan_to_num(-7.5), other.passes[name].nan_to_num(-7.5)), name
    for part in ("epoch", "accepted", "broken"):
        assert torch.equal(getattr(one, part), getattr(other, part)), part
    assert one.notes == other.notes


def rates(name: str) -> torch.Tensor:
    """From far below the default to where everything explodes."""
    return experiment(name).inputs["lr"].default * torch.logspace(-2, 60, LANES, dtype=torch.float64)


@pytest.mark.parametrize("gradient", ["analytic", "numeric"])
@pytest.mark.parametrize("name", [n for n, e in catalogue().items() if "lr" in e.inputs and not e.model.wide])
def test_bits_are_those_of_the_step_loop(
    name: str, gradient: str, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast = run(name, 3, gradient=gradient, keep="epochs", lr=rates(name), dtype=torch.float64)
    monkeypatch.setattr(quick, "FEWEST", 10**9)
    same(fast, run(name, 3, gradient=gradient, keep="epochs", lr=rates(name), dtype=torch.float64))


def test_one_step_for_a_batch_inputs_of_their_own_and_data_of_their_own(
    at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    each = torch.linspace(0.1, 0.9, LANES, dtype=torch.float64)
    data = torch.stack([torch.arange(14.0, dtype=torch.float64).reshape(7, 2) + one for one in each])
    cases: list[dict[str, Any]] = [
        {"name": "adam_textbook", "beta1": each, "start_a": -each},
        {"name": "momentum", "batch": 5, "lr": rates("momentum")},
        {"name": "adagrad", "batch": "full", "lr": rates("adagrad")},
        {"name": "basic", "gradient": "autograd", "lr": rates("basic")},
        {"name": "adam", "square0_b": each * 100, "data": data},
        {"name": "basic", "lr": rates("basic")[:30], "dtype": torch.float32},
    ]
    for case in cases:
        monkeypatch.setattr(quick, "FEWEST", 2)
        fast = run(**case, epochs=2, keep="epochs")
        monkeypatch.setattr(quick, "FEWEST", 10**9)
        same(fast, run(**case, epochs=2, keep="epochs"))


@pytest.mark.parametrize("name", [n for n, e in catalogue().items() if "lr" in e.inputs and not e.model.wide])
def test_every_rule_can_be_written_down(name: str, at_once: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot is run the slow way, which no one would notice."""
    made: list[Quick] = []
    first = Quick.__init__

    def noted(self: Quick, *arguments: object) -> None:
        first(self, *arguments)  # type: ignore[arg-type]
        made.append(self)

    monkeypatch.setattr(Quick, "__init__", noted)
    quick._known.cache_clear()
    run(name, 1, keep="epochs", lr=rates(name), dtype=torch.float64)
    assert made
    assert made[0]._wrote
    assert all(made[0]._wrote.values())


def test_threads_are_as_before(at_once: None) -> None:
    before = torch.get_num_threads()
    run("basic", 1, keep="epochs", lr=rates("basic"))
    assert torch.get_num_threads() == before


@pytest.mark.skipif(not shutil.which("g++"), reason="torch.compile needs a C++ compiler")
def test_compiled_bits_are_the_same_for_any_number_of_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    data = [(14.0, 58.0), (86.0, 202.0)]
    wanted = [("root_sum", 2), ("b", 2), ("a", 1)]
    momentum = experiment("momentum")
    calls: list[int] = []
    ran = Compiled._ran

    def counted(self: Compiled, arguments: list[torch.Tensor], outputs: list[torch.Tensor]) -> Any:
        calls.append(max(t.shape[-1] for t in arguments))
        return ran(self, arguments, outputs)

    monkeypatch.setattr(Compiled, "_ran", counted)
    for lanes in (4099, 5000):  # the rates explode towards their end
        setup = prepare(momentum, {"lr": torch.logspace(-6, 40, lanes, dtype=torch.float64)}, data)
        fast, plain = (finals(setup, 2, wanted, above=1e9, compiled=compiled) for compiled in (True, False))
        for name, value in plain.items():
            assert torch.equal(fast[name].nan_to_num(-7.5), value.nan_to_num(-7.5)), name
        assert fast["broke_row"].any()
    assert set(calls) == {4099, 5000}
