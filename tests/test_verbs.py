"""Every verb takes every experiment by its name: nothing in the catalogue is an exception nobody thought of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gradsheet.cli import main
from gradsheet.experiments import Experiment, catalogue

ENTRIES = [pytest.param(entry, id=name) for name, entry in catalogue().items()]


def call(*words: str, status: int = 0) -> str:
    result = CliRunner().invoke(main, words)
    assert result.exit_code == status, (words, result.output)
    return result.stdout


def first_input(entry: Experiment) -> tuple[str, float]:
    name = next(n for n in ("lr", *entry.inputs) if n in entry.inputs)
    return name, entry.inputs[name].default


@pytest.mark.parametrize("entry", ENTRIES)
def test_run_and_sweep(entry: Experiment) -> None:
    """A sweep's first run is the run alone, and its second another one."""
    ran = json.loads(call("run", entry.name, "--epochs", "1", "--rows", "--format", "json"))
    assert ran
    knob, usual = first_input(entry)
    words = ("--over", f"{knob}={usual},{usual / 2}", "--epochs", "1", "--format", "json")
    swept = json.loads(call("sweep", entry.name, *words))
    assert [row[knob] for row in swept] == [usual, usual / 2]
    outputs = [name for name in swept[0] if name != knob]
    assert outputs
    if entry.trains:
        alone = json.loads(call("run", entry.name, "--epochs", "1", "--format", "json"))["epochs"][-1]
        assert swept[0] == {knob: usual, **{name: alone[name] for name in outputs}}
    else:
        assert swept[0] == {knob: usual, **{name: ran[-1][name] for name in outputs}}
        assert swept[0] != {**swept[1], knob: usual}


@pytest.mark.parametrize("entry", ENTRIES)
def test_export_parity_and_solve(entry: Experiment, tmp_path: Path) -> None:
    """The exported sheet under parity; then its loss made small (or a cell made equal to a value), into a copy."""
    path, solved = str(tmp_path / f"{entry.name}.xlsx"), str(tmp_path / "solved.xlsx")
    call("export", entry.name, "--epochs", "1", "--out", path)
    compared = json.loads(call("parity", path, "--oracle", "cached", "--format", "json"))
    assert compared["oracles"]["cached"]["exact"] == compared["oracles"]["cached"]["cells"] > 0
    goal = ["--iterations", "2"]
    if not entry.trains:
        goal = ["--target", f"{entry.curves[-1][0]}@3", "--value", "2", "--by-changing", first_input(entry)[0]]
    found = json.loads(call("solve", entry.name, *goal, "--out", solved, "--format", "json"))
    assert found["workbook"] == entry.name
    assert found["before"] == found["stored"]
    if entry.trains:
        assert found["after"] < found["before"]
        assert len(found["cells"]) == len(entry.model.weights)
    else:
        assert found["after"] == pytest.approx(2, rel=1e-9)
    assert Path(solved).is_file()


@pytest.mark.parametrize("entry", ENTRIES)
def test_plot_and_race(entry: Experiment, tmp_path: Path) -> None:
    picture = str(tmp_path / "run.svg")
    call("plot", entry.name, "--epochs", "1", "--out", picture)
    assert "<svg" in Path(picture).read_text()
    words = ("race", entry.name, "--optimisers", "sgd,adam", "--epochs", "1")
    if not entry.trains:
        assert "nothing is learnt here" in CliRunner().invoke(main, words).stderr
        return
    told = json.loads(call(*words, "--format", "json"))
    assert [one["optimiser"] for one in told["runs"]] == ["sgd", "adam"]
