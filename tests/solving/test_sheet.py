"""Solving by an experiment's name: against least squares, the engine's own runs, and arithmetic by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from gradsheet import GradsheetError, export, load, run, solve
from gradsheet.cli import main
from gradsheet.experiments import experiment


def test_the_weights_of_a_curve_are_those_of_least_squares() -> None:
    found = solve("quadratic")
    x, y = np.array(experiment("quadratic").data).T
    weights, left, *_ = np.linalg.lstsq(np.stack([x * x, x, np.ones_like(x)], 1), y, rcond=None)
    assert found.workbook == "quadratic"
    assert sorted(after for _, after in found.cells.values()) == pytest.approx(sorted(weights.tolist()), rel=1e-5)
    assert found.after == pytest.approx(np.sqrt(left[0]), rel=1e-9)


def test_names_are_inputs_and_columns_of_an_epoch(tmp_path: Path) -> None:
    """What the solved cell shows is what a run with the solved learning rate shows in that epoch."""
    copy = tmp_path / "solved.xlsx"
    found = solve("basic", minimize="root_sum@2", by_changing="lr", subject_to="lr<=2e-5", epochs=3, out=copy)
    (lr,) = (after for _, after in found.cells.values())
    assert found.before == run("basic", 2).epochs["root_sum"][0, 2].item()
    assert found.after == run("basic", 2, lr=lr).epochs["root_sum"][0, 2].item()
    assert lr <= 2e-5
    assert load(copy).program(["basic_lr"], [found.cell])({"basic_lr": lr}) == {found.cell: found.after}


def test_an_epoch_that_was_run_again_is_not_the_one_that_stands() -> None:
    found = solve("adagrad_ann", minimize="root_sum@6", by_changing="lr", epochs=6, iterations=1)
    assert found.before == run("adagrad_ann", 6).epochs["root_sum"][0, 6].item()


def test_starts_that_are_drawn_are_solved_where_they_stand() -> None:
    found = solve("three_or_seven", iterations=1, inputs={"seed": 3})
    assert [before for before, _ in found.cells.values()] == list(experiment("three_or_seven").starts(3, 65))  # type: ignore[misc]
    assert {cell.partition("!")[0] for cell in found.cells} == {"data"}


def test_settings_are_those_of_a_run() -> None:
    data = [(1.0, 2.0), (2.0, 4.5), (3.0, 5.0)]
    options: dict[str, Any] = {"optimiser": "adam", "batch": "full", "data": data}
    found = solve("one_neuron", by_changing="lr", epochs=2, inputs={"start_a": 0.5}, iterations=1, **options)
    assert found.before == run("one_neuron", 2, start_a=0.5, **options).epochs["root_sum"][0, 2].item()
    assert found.cell.startswith("one_neuron_adam!")


def test_a_table_is_solved_by_row() -> None:
    """ReLU of a·x + 5 at x = −80 is 85 where a = −1: row 1."""
    found = solve("relu_demo", target="relu@1", value=85.0, by_changing="a", inputs={"a": -0.5, "b": 5.0})
    assert [after for _, after in found.cells.values()] == pytest.approx([-1.0])


def test_a_gradient_of_0_is_said() -> None:
    """Accuracy counts: nudging a weight changes nothing in it."""
    found = solve("three_or_seven", maximize="accuracy")
    assert found.after == found.before == 0.7  # 28 of the 40 images on the sheet
    assert any("gradient 0 where the search began" in note for note in found.notes)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["bsic"], "did you mean 'basic'?"),
        (["none.xlsx", "--minimize", "A1", "--by-changing", "B1"], "no such file"),
        (["basic", "--minimize", "root_sum@3"], "root_sum@3: basic has epochs from 0 to 0 here"),
        (["basic", "--minimize", "rootsum"], "rootsum"),
        (["basic", "--by-changing", "beta"], "beta"),
        (["quadratic", "--by-changing", "lr", "--epochs", "0"], "does not depend on"),
        (["mom_bias", "--by-changing", "beta"], "name one cell"),
        (["mom_bias", "--target", "average@3", "--value", "2"], "no cell may change"),
        (["basic", "--set", "seed=3"], "no input"),
        (["basic", "--set", "beta=3"], "has an input 'beta'"),
    ],
)
def test_what_cannot_be_is_one_sentence(words: list[str], says: str) -> None:
    result = CliRunner().invoke(main, ["solve", *words])
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_workbook_has_cells_and_no_settings(tmp_path: Path) -> None:
    path = export("basic", tmp_path / "basic.xlsx", epochs=0)
    with pytest.raises(GradsheetError, match="is a workbook, which has no epochs to set"):
        solve(path, minimize="basic!U14", by_changing="basic!J8", epochs=2)
