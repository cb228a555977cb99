"""Properties that hold of any run, found by hypothesis rather than chosen by us."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gradsheet import run
from gradsheet.experiments import catalogue
from gradsheet.workbook.export import layout_of
from gradsheet.workbook.values import Values

NAMES = st.sampled_from([entry.name for entry in catalogue().values() if entry.trains and not entry.model.wide])
FACTORS = st.floats(1e-3, 1e3)
KNOBS = {name: next(n for n in ("lr", *entry.inputs) if n in entry.inputs) for name, entry in catalogue().items()}
"""The learning rate, or where a rule has none its first input."""
STARTS = st.floats(-50, 50)
POINTS = st.lists(st.tuples(st.floats(-100, 100), st.floats(-300, 300)), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(NAMES, FACTORS, STARTS, POINTS)
def test_torch_equals_the_rendered_formulas(
    name: str, factor: float, start: float, data: list[tuple[float, float]]
) -> None:
    """Every formula cell, computed by gradsheet.formula, which knows nothing of experiments: 0 ULP."""
    entry, knob = catalogue()[name], KNOBS[name]
    assume(isinstance(entry.batch, str) or entry.batch <= len(data))  # a batch of more rows than there are is refused
    given: dict[str, Any] = {knob: entry.inputs[knob].default * factor}
    trace = run(name, 3, start=start, data=data, dtype=torch.float64, **given)
    assert Values(layout_of(trace), trace).prove().differ == 0


@settings(max_examples=25, deadline=None)
@given(NAMES, st.lists(FACTORS, min_size=2, max_size=5))
def test_a_batch_equals_its_runs(name: str, factors: list[float]) -> None:
    entry, knob = catalogue()[name], KNOBS[name]
    given = [entry.inputs[knob].default * f for f in factors]
    together = run(name, 2, **{knob: given}).epochs[entry.losses[0]]  # type: ignore[arg-type]
    for lane, value in enumerate(given):
        alone = run(name, 2, **{knob: value}).epochs[entry.losses[0]][0]  # type: ignore[arg-type]
        assert torch.equal(together[lane].nan_to_num(-1.0), alone.nan_to_num(-1.0))


@settings(max_examples=20, deadline=None)
@given(st.floats(1e-6, 1e-4), STARTS)
def test_momentum_without_memory_is_plain_sgd(lr: float, start: float) -> None:
    """v = v·0 + (1 − 0)·g = g, to the bit."""
    one = run("momentum", 2, lr=lr, start=start, beta=0.0).epochs
    other = run("basic", 2, lr=lr, start=start).epochs
    assert torch.equal(one["a"], other["a"])
    assert torch.equal(one["b"], other["b"])


@settings(max_examples=20, deadline=None)
@given(st.floats(1e-6, 1e-4), STARTS, STARTS)
def test_a_small_step_of_the_whole_sum_goes_downhill(lr: float, a: float, b: float) -> None:
    """With one example and a step below the limit lr·(1 + x²) < 1, the error shrinks: the mathematics."""
    trace = run("basic", 1, carry="updated", lr=lr, start_a=a, start_b=b, data=[(9.0, 48.0)])
    before, after = trace.epochs["root_sum"][0].tolist()
    assert after <= before or math.isclose(after, before)


@pytest.mark.parametrize("name", ["basic", "momentum", "rmsprop", "adam"])
def test_float32_stays_near(name: str) -> None:
    """Sanity of the dtype argument: the same figure to float32's precision."""
    single = run(name, 1, dtype=torch.float32)
    assert single.epochs["a"].dtype == torch.float32
    assert single.epochs["root_sum"][0, 0].item() == pytest.approx(
        run(name, 1).epochs["root_sum"][0, 0].item(), rel=1e-4
    )
