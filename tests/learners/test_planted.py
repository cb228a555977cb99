"""What the checker makes of planted mistakes: a sample in which every kind occurs.

``python scripts/planted.py`` goes through all of them.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from gradsheet.checking.mistakes import mistakes
from gradsheet.checking.spec import make
from tests.checking.learner import Learner
from tests.learners.planted import Plant, bad, named, pairs, plants

REQUIRED = (
    "sign", "error_sign", "missing_factor_2", "half_factor", "missing_x", "used_updated_weight", "used_previous_state",
    "used_updated_state", "lr_literal", "lr_wrong_cell", "lr_drift", "lr_factor_10", "not_divided_by_h",
    "central_difference", "h_mismatch", "not_squared", "beta_swapped", "heavy_ball", "lr_in_velocity", "state_reset",
    "no_square", "no_sqrt", "eps_added", "bias_corrected", "moments_swapped", "betas_swapped", "relu_mask_missing",
    "chain_factor_missing", "range_off_by_one", "header_in_range", "not_filled_down", "reference_drift", "hard_coded",
    "rounded", "text_formula", "given_cell_changed", "mean_for_sum", "accumulated_gradient",
)  # fmt: skip


@cache
def sample() -> list[tuple[str, Plant]]:
    """Each kind of mistake in two places."""
    found: dict[str, list[tuple[str, Plant]]] = {}
    for name in ("basic", "momentum", "rmsprop", "adam", "adagrad", "three_or_seven", "two_neuron_relu"):
        for plant in plants(make(name, "level 3")):
            found.setdefault(plant.slug, []).append((name, plant))
    return [one for places in found.values() for one in places[:: max(1, len(places) - 1)][:2]]


def test_every_required_slug_exists_and_explains_itself() -> None:
    assert set(REQUIRED) <= set(mistakes())
    for one in mistakes().values():
        assert one.line, one.slug
        assert one.example, one.slug
        assert one.why.endswith("."), one.slug
        assert one.hint[-1] in ".?", one.slug


def test_every_required_mistake_is_planted() -> None:
    assert set(REQUIRED) <= {plant.slug for _, plant in sample()}


@pytest.mark.parametrize("slug", sorted({plant.slug for _, plant in sample()}))
def test_a_planted_mistake_is_found_named_and_costs_nothing_elsewhere(slug: str) -> None:
    for name, plant in sample():
        if plant.slug != slug:
            continue
        learner = Learner.of(name, "level 3")
        plant.do(learner)
        wrong = bad(learner.checked())
        assert set(wrong) == {plant.column}, (name, plant.column, plant.how)
        assert named(plant, wrong[plant.column]), (name, plant.column, plant.how, Counter(wrong[plant.column]))


def test_two_mistakes_at_once_are_both_found() -> None:
    named_, count = 0, 0
    for name in ("basic", "adam"):
        exercise = make(name, "level 3")
        for both in pairs(list(plants(exercise)), 5):
            learner = Learner.solving(exercise)
            for plant in both:
                plant.do(learner)
            wrong = bad(learner.checked())
            assert {plant.column for plant in both} <= set(wrong), both
            named_ += all(named(plant, wrong[plant.column]) for plant in both)
            count += 1
    assert named_ >= 0.9 * count


def test_a_wrong_rule_that_is_no_known_mistake_is_not_guessed() -> None:
    learner = Learner.of("momentum", "velocity_b").write("velocity_b", "=prev(velocity_b)*beta+d_b*x^3")
    one = learner.one(learner.at("velocity_b", row=3))
    assert (one.verdict, one.mistake) == ("wrong", None)
    assert "It computes velocity b↑ · beta+de/db · x^3." in one.message
    assert one.message.startswith(f"{one.cell}: ")


def test_two_mistakes_in_one_formula() -> None:
    learner = Learner.of("momentum", "velocity_b,new_b")
    learner.write("velocity_b", "=prev(velocity_b)*(1-beta)-beta*d_b").write("new_b", "=b+velocity_b*0.0001")
    slugs = {c.column: c.mistake for c in learner.checked().cells if c.cell.endswith("20")}
    assert set(str(slugs["velocity_b"]).split("+")) == {"sign", "beta_swapped"}
    assert set(str(slugs["new_b"]).split("+")) == {"sign", "lr_literal"}
