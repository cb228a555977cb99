"""What must hold of every entry of the catalogue, so that an addition needs no test of its own."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch

from gradsheet import run
from gradsheet.experiments import Experiment, catalogue
from gradsheet.models import squared
from gradsheet.table import references

ENTRIES = list(catalogue().values())
READS_AS_CELL = re.compile(r"(?i)[a-z]{1,3}\d{1,7}|r\d*(c\d*)?|c\d*")


@pytest.fixture(params=ENTRIES, ids=lambda e: e.name)
def entry(request: pytest.FixtureRequest) -> Experiment:
    """Each experiment in turn."""
    found = request.param
    assert isinstance(found, Experiment)
    return found


@pytest.fixture(params=[e for e in ENTRIES if e.trains], ids=lambda e: e.name)
def trained(request: pytest.FixtureRequest) -> Experiment:
    """Each experiment in which something is learnt."""
    found = request.param
    assert isinstance(found, Experiment)
    return found


def test_no_defined_name_reads_as_a_cell(entry: Experiment) -> None:
    for name in entry.inputs:
        assert not READS_AS_CELL.fullmatch(name), name
        assert not READS_AS_CELL.fullmatch(f"{entry.name}_{name}"), name


def test_states_and_columns_have_the_same_names(entry: Experiment) -> None:
    trace = run(entry, 0)
    state = {c.name.removesuffix("_{w}") for c in entry.optimiser.columns if c.role == "state" or not entry.trains}
    found = entry.optimiser.init(trace.setup.start, trace.setup.here)._fields
    assert set(found) == state


def test_every_reference_is_known(entry: Experiment) -> None:
    known = {c.name for c in (*entry.steps, *entry.epochs)} | {*entry.inputs, *entry.spans, "epoch"}
    for column in (*entry.steps, *entry.epochs):
        for formula in (column.formula, column.first):
            assert {r.name for r in references(formula)} <= known, (column.name, formula)


def test_every_column_has_a_note_and_every_entry_its_words(entry: Experiment) -> None:
    assert entry.purpose.endswith(".")
    assert entry.look_for
    assert entry.try_out
    assert entry.source
    for column in (*entry.steps, *entry.epochs):
        assert column.note, column.name
    for name, one in entry.inputs.items():
        assert one.note, name


def test_autograd_agrees_with_the_stated_gradient(trained: Experiment) -> None:
    """torch's own derivative of the loss is the oracle."""
    if trained.model.wide:
        pytest.skip("reads whole images at once: test_three_or_seven.py asks torch")
    ours, theirs = run(trained, 2, gradient="analytic"), run(trained, 2, gradient="autograd")
    for w in trained.model.weights:
        one, other = ours.epochs[w].nan_to_num(1.5), theirs.epochs[w].nan_to_num(1.5)
        if trained.model.loss.compute is squared.compute:
            assert torch.equal(one, other)
        else:  # a polynomial's slope is stated by its roots, and autograd adds up its terms
            torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-12)


def test_finite_differences_come_near(trained: Experiment) -> None:
    """A forward difference is off by h/2 times the second derivative, and by rounding. Near the start all is tame."""
    if trained.model.wide:
        pytest.skip("has no estimates: 65 weights would be nudged for each image")
    entry, h = trained, 1e-3
    given: dict[str, Any] = {"h": h, **({"lr": 1e-9} if "lr" in entry.inputs else {})}
    trace = run(entry, 0, gradient="numeric", dtype=torch.float64, **given)
    weights = torch.stack([trace.steps[w][0, -1] for w in entry.model.weights]).requires_grad_()
    x, y = trace.steps["x"][0, -1], trace.steps["y"][0, -1]
    loss = entry.model.loss.compute(entry.model.predict(weights, x)["pred"], y)
    (exact,) = torch.autograd.grad(loss.sum(), weights, create_graph=True)
    for i, w in enumerate(entry.model.weights):
        (curved,) = torch.autograd.grad(exact[i].sum(), weights, retain_graph=True)
        rounding = trace.steps[entry.model.loss.column.name][0, -1] * 1e-12 / h + 1e-9
        off = (trace.steps[f"est_{w}"][0, -1] - exact[i]).abs()
        assert (off <= h / 2 * curved[i].abs() * 1.01 + rounding).all()
