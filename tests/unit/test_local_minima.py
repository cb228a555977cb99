"""Two valleys: calculus, a loop written by hand, and Boltzmann's law are the oracles."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from gradsheet import GradsheetError, run
from gradsheet.engine.valleys import ends
from gradsheet.experiments import experiment, topics
from gradsheet.experiments.local_minima import draws
from gradsheet.models.valleys import FALSE, HILL, TRUE
from gradsheet.numerics import exp
from gradsheet.workbook.export import layout_of
from gradsheet.workbook.values import Values

METHODS = [entry.name for entry in topics()["local_minima"]]
LOSS = np.polynomial.Polynomial([32, 0, -12, -4, 3])


def test_the_landscape_is_as_told() -> None:
    """numpy's roots of the derivative; the second derivative tells valley from hill."""
    assert LOSS.deriv().roots() == pytest.approx([FALSE, HILL, TRUE])
    assert [LOSS(w) for w in (FALSE, HILL, TRUE)] == [27, 32, 0]
    assert [LOSS.deriv(2)(w) > 0 for w in (FALSE, HILL, TRUE)] == [True, False, True]
    for start in (-1.7, 0.3, 2.6):
        trace = run("local_minima", 0, start_w=start)
        assert trace.steps["loss"][0, 0, 0].item() == pytest.approx(LOSS(start), rel=1e-14)
        assert trace.steps["d_w"][0, 0, 0].item() == pytest.approx(LOSS.deriv()(start), rel=1e-13)


def by_hand(name: str, start: float = -2.0, steps: int = 100) -> list[float]:
    """The rules as books have them, one number at a time: where each step stands."""
    w, rate, heat, kept, found = start, 0.01, 10.0, math.nan, []
    height = math.inf
    for step, (nudge, luck) in enumerate(draws(0)[:steps], 1):
        if name == "local_minima_annealing":
            heat *= 0.98
            if LOSS(w) <= height or luck < math.exp(-(LOSS(w) - height) / heat):
                kept, height = w, LOSS(w)
            found.append(kept)
            w = kept + 0.5 * nudge
            continue
        found.append(w)
        slope = LOSS.deriv()(w)
        if name in ("local_minima_noise", "local_minima_decay"):
            slope += 30 * nudge
        rate *= 0.99 if name == "local_minima_decay" else 1.0
        w = w - rate * slope
        if name == "local_minima_restarts" and step % 20 == 0:
            w = -2 + 5 * luck
    return found


@pytest.mark.parametrize("name", METHODS)
def test_each_method_is_the_textbooks(name: str) -> None:
    column = "kept_w" if name.endswith("annealing") else "w"
    found = run(name, 4).steps[column][0].reshape(-1).tolist()
    assert found == pytest.approx(by_hand(name), rel=1e-9, abs=1e-9)


def test_restarts_remember_the_best() -> None:
    trace = run("local_minima_restarts", 10)
    loss, best = trace.steps["loss"][0].reshape(-1), trace.steps["best_loss"][0].reshape(-1)
    assert torch.allclose(best, loss.cummin(0).values, rtol=0, atol=1e-8)
    assert trace.steps["best_w"][0, -1, -1].item() == pytest.approx(TRUE, abs=1e-5)  # better means by 1e-9


def test_annealing_at_one_temperature_samples_boltzmanns_law() -> None:
    """After many steps a place is held with probability ∝ exp(−loss/T), whatever the start."""
    heat = 20.0
    places = np.linspace(-6, 6, 120_001)
    weights = np.exp(-LOSS(places) / heat)
    share = weights[places > HILL].sum() / weights.sum()
    runs = 4000
    found = ends(experiment("local_minima_annealing"), runs, heat0=heat, cooling=1.0, reach=1.0)
    assert found.valley == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / runs))


def test_shares_from_many_starts() -> None:
    shares = {name: ends(experiment(name), 2000) for name in METHODS}
    # uniform on −2 to 3: three fifths start right of the hill
    assert shares["local_minima"].valley == pytest.approx(0.6, abs=4 * math.sqrt(0.24 / 2000))
    assert shares["local_minima"].settled == shares["local_minima"].valley
    assert shares["local_minima_noise"].valley > 0.95
    assert shares["local_minima_noise"].settled < 0.3
    assert shares["local_minima_decay"].settled > 2 * shares["local_minima_noise"].settled
    assert shares["local_minima_decay"].valley < shares["local_minima_noise"].valley
    # 10 descents, each right with probability 3/5, and a first one: 1 − 0.4^10
    assert shares["local_minima_restarts"].valley > 0.999
    assert shares["local_minima_annealing"].settled > 0.85


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize(
    "given", [{"lr": 0.5}, {"lr": 3.0}, {"heat0": 0.01}, {"heat0": 1e-307, "cooling": 0.01}, {"every": 0.0}]
)
def test_engine_equals_formulas_even_where_it_explodes(name: str, given: dict[str, Any]) -> None:
    if not set(given) <= set(experiment(name).inputs):
        pytest.skip(f"{name} has no such input")
    trace = run(name, 10, **given)
    assert Values(layout_of(trace), trace).prove().differ == 0


def test_passes_go_on_where_they_stopped() -> None:
    trace = run("local_minima_noise", 10)
    seen = list(zip(trace.steps["x"][0].reshape(-1).tolist(), trace.steps["y"][0].reshape(-1).tolist(), strict=True))
    assert seen == list(draws(0))
    again = run("local_minima_noise", 11).steps["x"][0, 11]
    assert again.tolist() == [x for x, _ in draws(0)[:20]]


def test_rules_that_read_rows_refuse_batches() -> None:
    with pytest.raises(GradsheetError, match="reads each row's own numbers: give it batch row"):
        run("local_minima_noise", 1, batch="full")
    assert run("local_minima", 1, batch="full").setup.rows == 220


def test_exponentials_are_the_librarys() -> None:
    values = torch.linspace(-750, 720, 20_000, dtype=torch.float64)
    expected = [math.inf if v > 709.782712893384 else math.exp(v) for v in values.tolist()]
    assert exp(values).tolist() == expected
    assert torch.autograd.gradcheck(exp, torch.linspace(-2, 2, 5, dtype=torch.float64, requires_grad=True))
    assert exp(torch.tensor([math.nan])).isnan().all()
