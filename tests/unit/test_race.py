"""A race: each run is what it is alone, and the workbook holds all of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner

from gradsheet import GradsheetError, plot, race, run
from gradsheet.cli import main
from gradsheet.proof.book import read_book
from gradsheet.proof.own import own_sheets

RULES = ("sgd", "momentum", "adam", "adagrad_ann")


def test_each_runs_as_it_does_alone_from_the_same_start() -> None:
    found = race("two_neuron", RULES, 4, start=0.5)
    for rule in RULES:
        alone = run("two_neuron", 4, optimiser=rule, start=0.5)
        assert torch.equal(found.traces[rule].epochs["root_sum"], alone.epochs["root_sum"])
        assert found.traces[rule].epochs["a"][0, 0].item() == 0.5
    assert found.to_frame()["adam"].tolist() == found.traces["adam"].epochs["root_sum"][0].tolist()


def test_one_workbook_with_a_sheet_each(tmp_path: Path) -> None:
    path = race("basic", ("momentum", "adam"), 2).export(tmp_path / "race.xlsx")
    book = read_book(path)
    assert list(book.sheets) == ["start", "data", "basic_momentum", "basic_adam", "proof"]
    assert [sheet.left for sheet in own_sheets(book)] == [[], []]
    assert "A race" in str(book.constants["start!B1"])


def test_the_command(tmp_path: Path) -> None:
    words = ["race", "quadratic", "--optimisers", "sgd, adam", "--epochs", "1"]
    found = json.loads(CliRunner().invoke(main, [*words, "--format", "json"]).stdout)
    assert [r["optimiser"] for r in found["runs"]] == ["sgd", "adam"]
    result = CliRunner().invoke(main, [*words, "--out", str(tmp_path / "r.xlsx")])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "r.xlsx").is_file()


@pytest.mark.parametrize(
    ("rules", "inputs", "says"),
    [
        ((), {}, "at least one"),
        (("sgd", "adm"), {}, "no optimiser 'adm'"),
        (("sgd",), {"beta": 1.0}, "no optimiser here has an input 'beta'"),
        (("sgd",), {"lr": [1.0, 2.0]}, "one value each"),
    ],
)
def test_what_cannot_be(rules: tuple[str, ...], inputs: dict[str, Any], says: str) -> None:
    with pytest.raises(GradsheetError, match=says):
        race("basic", rules, 1, **inputs)


@pytest.mark.parametrize("end", ["png", "svg", "html"])
def test_the_chart_as_a_file(tmp_path: Path, end: str) -> None:
    path = tmp_path / f"race.{end}"
    words = ["race", "basic", "--optimisers", "sgd,adam", "--epochs", "2", "--plot", str(path)]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    begin = {"png": b"\x89PNG", "svg": b"<?xml", "html": b"<!DOCTYPE html>"}[end]
    assert path.read_bytes().startswith(begin)
    if end == "html":
        assert [f"<td>{x:.8g}</td>" in path.read_text() for x in race("basic", ("adam",), 2).to_frame()["adam"]]
    assert CliRunner().invoke(main, [*words[:-1], str(tmp_path / "race.txt")]).exit_code == 2


def test_the_chart_has_a_line_each_and_its_scale_is_that_of_who_does_not_explode() -> None:
    """Two neurons at 1e-4: SGD explodes to 1.5e34 and Adam stays below 405 (FACTS.md 5)."""
    (axes,) = race("two_neuron", ("sgd", "adam"), 3).plot().axes
    legend: Any = axes.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["sgd (explodes, to 1.5e+34)", "adam"]
    assert 395 < axes.get_ylim()[1] < 1000
    assert axes.get_xlabel() == "epoch"
    (axes,) = race("basic", ("sgd", "adam"), 3, lr=1.0).plot().axes
    legend = axes.get_legend()
    assert legend.get_texts()[0].get_text() == "sgd (#NUM! from epoch 1 on)"
    (axes,) = race("local_minima", ("sgd", "adam"), 5).plot().axes
    assert axes.get_yscale() == "log"


def test_a_race_that_is_run_cannot_be_set() -> None:
    with pytest.raises(GradsheetError, match="this race is done: lr cannot be set any more"):
        plot(race("basic", ("sgd",), 0), lr=1.0)
