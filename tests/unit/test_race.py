"""A race: each run is what it is alone, and the workbook holds all of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner

from gradsheet import GradsheetError, race, run
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
