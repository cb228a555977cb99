"""The command line as a person meets it: what it prints, where, and with which exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gradsheet.cli import main
from gradsheet.experiments import catalogue


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_list_names_every_experiment_and_input() -> None:
    found = json.loads(call("list", "--format", "json").stdout)["experiments"]
    assert [e["name"] for e in found] == list(catalogue())
    for entry in found:
        assert {"name", "title", "inputs", "weights"} <= set(entry)
        assert entry["weights"] == sorted(catalogue()[entry["name"]].model.weights)
        for one in entry["inputs"].values():
            assert set(one) == {"default", "note"}
    for name in catalogue():
        assert name in call("list").stdout


def test_run_json_is_the_contract() -> None:
    """Figures of tests/golden: momentum, epochs 0 and 1."""
    found = json.loads(call("run", "momentum", "--epochs", "10", "--format", "json").stdout)
    assert found["experiment"] == "momentum"
    assert found["inputs"]["beta"] == 0.9
    assert [e["epoch"] for e in found["epochs"]] == list(range(11))
    first, second = found["epochs"][:2]
    assert first["weights"] == {"a": 1.0, "b": 1.0}
    assert first["root_sum"] == 200.9651846012761
    assert second["weights"] == {"a": 2.1338400353101528, "b": 1.063227727408411}
    assert second["lr"] == 0.0001


def test_repeated_passes_are_not_counted() -> None:
    found = json.loads(call("run", "adagrad_ann", "--epochs", "10", "--format", "json").stdout)
    assert len(found["epochs"]) == 11
    assert found["epochs"][10]["weights"] == {"a": 2.0217110111321754, "b": 29.406245790980623}  # adagrad_ann!C1:C2


def test_run_takes_inputs_gradient_carry_and_data(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("x,y\n1,2\n2,4\n")
    result = call(
        "run", "basic", "--set", "lr=0.01", "--set", "start=0", "--gradient", "numeric", "--carry", "updated",
        "--data", str(tmp_path / "mine.csv"), "--epochs", "1", "--format", "json",
    )  # fmt: skip
    found = json.loads(result.stdout)
    assert (found["gradient"], found["carry"]) == ("numeric", "updated")
    assert found["epochs"][0]["root_sum"] > 0


def test_rows_as_csv_hold_whole_numbers() -> None:
    lines = call("run", "basic", "--epochs", "0", "--rows", "--format", "csv").stdout.splitlines()
    assert len(lines) == 30
    assert "2.5741401222765083" in lines[-1]


def test_an_explosion_is_said_on_stderr_and_is_null_in_json() -> None:
    result = call("run", "basic", "--set", "lr=1", "--epochs", "2", "--format", "json")
    assert result.exit_code == 0
    assert "leaves the finite numbers in epoch 1, row 18" in result.stderr
    assert json.loads(result.stdout)["epochs"][2]["root_sum"] is None


def test_rows_of_an_explosion_are_strict_json() -> None:
    rows = json.loads(call("run", "basic", "--rows", "--set", "lr=1", "--epochs", "1", "--format", "json").stdout)
    assert rows[-1]["err2"] is None


def test_no_arguments_print_the_help() -> None:
    result = call()
    assert result.exit_code == 0
    assert "Commands:" in result.stdout


def test_an_experiment_named_twice_is_written_once(tmp_path: Path) -> None:
    assert call("export", "basic", "basic", "--epochs", "0", "--out", str(tmp_path / "b.xlsx")).exit_code == 0


def test_a_csv_with_semicolons_and_capitals(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("X;Y\n1;2\n2;4\n")
    assert call("run", "basic", "--data", str(tmp_path / "mine.csv"), "--epochs", "0").exit_code == 0


def test_export_and_parity(tmp_path: Path) -> None:
    path = str(tmp_path / "one.xlsx")
    assert call("export", "basic", "--epochs", "1", "--out", path).exit_code == 0
    result = call("parity", path, "--oracle", "cached", "--format", "json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["workbook"] == "one.xlsx"
    assert found["ok"] is True
    row = found["oracles"]["cached"]
    assert {"cells", "exact", "max_ulp", "max_rel", "unsupported", "volatile", "mismatches"} <= set(row)
    assert row["cells"] == row["exact"]


def test_a_mismatch_exits_with_1(tmp_path: Path) -> None:
    import zipfile

    path, wrong = tmp_path / "one.xlsx", tmp_path / "wrong.xlsx"
    call("export", "basic", "--epochs", "0", "--out", str(path))
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(wrong, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith("sheet3.xml"):
                data = data.replace(b"<v>-86</v>", b"<v>-86.5</v>").replace(b"<v>-86.0</v>", b"<v>-86.5</v>")
            target.writestr(name, data)
    assert call("parity", str(wrong), "--oracle", "cached").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "bsic"], "did you mean 'basic'?"),
        (["run", "basic", "--set", "lt=1"], "did you mean 'lr'?"),
        (["run", "basic", "--set", "lr=fast"], "'fast' is no number"),
        (["run", "basic", "--set", "lr"], "has no value"),
        (["run", "basic", "--set", "epochs=2"], "write --epochs 2"),
        (["run", "basic", "--set", "lr=nan"], "no finite number"),
        (["run", "basic", "--epochs", "-1"], "whole number"),
        (["run", "basic", "--epochs", "many"], "not a valid integer"),
        (["run", "basic", "--gradient", "guess"], "choose analytic, numeric, autograd"),
        (["run", "basic", "--carry", "all"], "choose entering or updated"),
        (["run", "basic", "--data", "none.csv"], "no such file"),
        (["run", "basic", "--device", "tpu"], "no device"),
        (["run", "basic", "--rows"], "--format csv"),
        (["export", "basic", "--epochs", "100000"], "at most 689"),
        (["export", "basic", "--set", "square0_b=1"], "no experiment here has an input"),
        (["export", "rmsprop", "--set", "square0_b=1"], "one cell for all weights"),
        (["run"], "Missing argument"),
        (["rn"], "No such command 'rn'"),
        (["export", "basic", "--out", "x.csv"], "does not end in .xlsx"),
        (["export", "basic", "--set", "beta=1"], "has an input 'beta'"),
        (["export", "basic", "--set", "strt_a=1"], "did you mean 'start_a'"),
        (["parity", "none.xlsx"], "none.xlsx"),
        (["parity", __file__], "test_cli.py"),
        (["parity", __file__, "--oracle", "excel"], "no oracle 'excel'"),
    ],
)
def test_bad_input_is_one_line_on_stderr_and_exit_2(arguments: list[str], says: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert says in result.stderr
    assert result.stderr.startswith("gradsheet: ")
    assert result.stderr.count("\n") == 1


def test_help_does_not_wait_for_torch_or_pandas() -> None:
    code = "import sys; sys.argv = ['gradsheet', '--help']\nfrom gradsheet.cli import main\n"
    code += (
        "try: main()\nexcept SystemExit: pass\nassert not {'torch', 'pandas', 'numpy', 'openpyxl'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_the_catalogue_needs_no_torch() -> None:
    """A checker of exercises reads the rules without waiting for torch."""
    code = "import sys\nfrom gradsheet.experiments import catalogue\ncatalogue()\nassert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_export_all_writes_a_workbook_a_topic(tmp_path: Path) -> None:
    from gradsheet.experiments import topics

    result = CliRunner().invoke(main, ["export", "--all", "--epochs", "0", "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert sorted(p.stem for p in tmp_path.iterdir()) == sorted(topics())
    assert CliRunner().invoke(main, ["export", "basic", "--all"]).exit_code == 2


def test_any_optimiser_drives_any_model_in_any_batch() -> None:
    words = ["run", "two_neuron", "--optimiser", "adam", "--batch", "full", "--epochs", "1", "--format", "json"]
    found = json.loads(CliRunner().invoke(main, words).stdout)
    assert (found["experiment"], found["optimiser"], found["batch"]) == ("two_neuron_adam", "adam", "full")
    assert list(found["epochs"][1]["weights"]) == ["a", "b", "c", "d"]
