"""Sweeps: every value is that of a run alone, whatever the chunks, the file, and the way it ended the first time."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from click.testing import CliRunner

from gradsheet import GradsheetError, export, run, sweep
from gradsheet.cli import main
from gradsheet.errors import GradsheetWarning
from gradsheet.sweeping.axes import axis
from gradsheet.sweeping.grid import Grid
from gradsheet.sweeping.parts import check_format
from gradsheet.sweeping.picture import picture
from gradsheet.sweeping.study import _updates
from gradsheet.sweeping.work import work_of

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT.parent / "shared" / "data" / "golden.json"


def frame(*arguments: Any, **more: Any) -> pd.DataFrame:
    found = sweep(*arguments, **more)
    assert isinstance(found, pd.DataFrame)
    return found


def test_the_last_axis_goes_fastest() -> None:
    grid = Grid((axis("lr=1,2"), axis("a=0:1:3")))
    assert grid.shape == (2, 3)
    whole = grid.part(0, 6)
    assert whole["lr"].tolist() == [1, 1, 1, 2, 2, 2]
    assert whole["a"].tolist() == [0, 0.5, 1, 0, 0.5, 1]
    assert grid.part(2, 5)["a"].tolist() == [1, 0, 0.5]


@pytest.mark.parametrize("text", ["a=uniform:-3:3:200000", "a=normal:1:2:200000", "a=1e-7:1:200000:log", "a=0:1:7"])
def test_a_value_depends_on_its_place_alone(text: str) -> None:
    one = axis(text)
    whole = one.at(np.arange(one.count), seed=3)
    places = np.array([one.count - 1, 3, 70_000 % one.count, 0])
    assert one.at(places, seed=3).tolist() == whole[places].tolist()
    if text.startswith("a=uniform"):
        assert abs(whole.mean()) < 0.05  # of 200,000 draws from -3 to 3: 12 standard errors
        assert (one.at(places, seed=4) != whole[places]).all()
    if ":log" in text:
        assert whole[0] == 1e-7
        assert whole[-1] == 1
        assert np.allclose(np.diff(np.log(whole)), np.log(1e7) / 199_999)


def test_drawn_axes_are_drawn_together() -> None:
    grid = Grid((axis("lr=1,2"), axis("a=uniform:0:1:5"), axis("b=uniform:0:1:5")), seed=1)
    assert len(grid) == 10
    part = grid.part(0, 10)
    assert part["a"][:5].tolist() == part["a"][5:].tolist()
    assert (part["a"] != part["b"]).all()


@pytest.mark.parametrize("name", ["basic", "adagrad_ann", "two_neuron"])
def test_values_are_those_of_a_run_alone(name: str) -> None:
    lr = run(name, 0).inputs["lr"].item()
    found = frame(name, [f"lr={lr / 10}:{lr * 1e3}:41:log", "a=0.5,1"], ["root_sum", "b", "root_sum@0"], 2, chunk=7)
    assert len(found) == 82
    for k in (0, 6, 7, 40, 63, 81):
        alone = run(name, 2, lr=found["lr"][k], start_a=found["a"][k]).epochs
        for column, at in (("root_sum", -1), ("b", -1), ("root_sum", 0)):
            expected = alone[column][0, at].item()
            actual = found[f"{column}@0" if at == 0 else column][k]
            assert actual == expected or (np.isnan(actual) and np.isnan(expected)), (column, k)


def test_first_row_above_a_million_is_the_reference_figure() -> None:
    """golden.json: two neurons, finite differences, from all ones; computed apart from this project."""
    if not GOLDEN.is_file():
        pytest.skip("golden.json is not beside the project (../shared/data)")
    rows = json.loads(GOLDEN.read_text())["two_neuron"]["lr_sweep_numeric_init1"]
    for relu, name in ((False, "two_neuron"), (True, "two_neuron_relu")):
        expected = [row for row in rows if row["relu"] is relu]
        rates = ",".join(repr(row["lr"]) for row in expected)
        found = frame(name, f"lr={rates}", ["root_sum@0", "root_sum", "above"], 1)
        for k, row in enumerate(expected):
            assert found["root_sum@0"][k] == pytest.approx(row["pass1"], rel=1e-12)
            first = found["above_row"][k] if found["above_epoch"][k] == 0 else None
            assert first == row["first_row_err2_ge_1e6"], row["lr"]


def test_broke_is_where_the_run_leaves_the_finite_numbers() -> None:
    """As the trace says it: lr = 1 in epoch 1, row 18."""
    found = frame("basic", "lr=0.0001,1", "broke", 3)
    assert found["broke_row"].isna().tolist() == [True, False]
    assert (found["broke_epoch"][1], found["broke_row"][1]) == (1, 18)


def test_fates() -> None:
    """FACTS.md 5: two neurons explode at 1e-4 and train at 1e-5; with ReLU 1e-4 kills the first neuron."""
    assert frame("two_neuron", "lr=1e-5,1e-4", "fate", 1)["fate"].tolist() == ["trains", "explodes"]
    assert frame("two_neuron_relu", "lr=1e-5,1e-4", "fate", 2)["fate"].tolist() == ["trains", "dies"]


@pytest.mark.parametrize(("name", "column"), [("three_or_seven", "mean_loss"), ("quadratic", "root_sum")])
def test_what_a_run_draws_is_set_like_an_input(name: str, column: str) -> None:
    """Start weights of the one, examples of the other: the run's own --seed."""
    words = ["sweep", name, "--over", "lr=1e-5,1e-4", "--set", "seed=3", "--epochs", "1", "--format", "json"]
    found = json.loads(CliRunner().invoke(main, words).stdout)
    alone = [run(name, 1, seed=3, lr=lr).epochs[column][0, 1].item() for lr in (1e-5, 1e-4)]
    assert [row[column] for row in found] == alone
    assert alone != [run(name, 1, lr=lr).epochs[column][0, 1].item() for lr in (1e-5, 1e-4)]
    with pytest.raises(GradsheetError, match="nothing is drawn in it"):
        sweep("basic", "lr=1,2", inputs={"seed": 3})
    with pytest.raises(GradsheetError, match="give one whole number"):
        sweep("quadratic", "lr=1,2", inputs={"seed": 0.5})


def test_where_nothing_is_learnt_rows_are_swept() -> None:
    """beta = rest = 0.5 of 5, 1: 2.5, then 1.75; corrected by 1 − 0.5²: 7/3. By hand."""
    found = frame("mom_bias", "beta=0.5,0.9", ["average@2", "corrected@2", "average"], inputs={"rest": 0.5})
    assert found["average@2"][0] == 1.75
    assert found["corrected@2"][0] == 1.75 / 0.75
    assert found["average"].tolist() == [
        run("mom_bias", beta=b, rest=0.5).steps["average"][0, 0, -1] for b in (0.5, 0.9)
    ]
    assert list(frame("relu_demo", "a=1,2").columns) == ["a", "linear", "relu"]
    for output, says in (("average@10", "NAME@ROW with a row from 1 to 9"), ("fate", "has no output 'fate'")):
        with pytest.raises(GradsheetError, match=says):
            sweep("mom_bias", "beta=0.5", output)


def test_images_of_ones_own_are_swept() -> None:
    data = [(*(float(k % n == 0) for k in range(4)), float(n == 2)) for n in (2, 3, 4)]
    found = frame("three_or_seven", "lr=1,10", epochs=2, data=np.array(data))
    assert (
        found["mean_loss"].tolist()
        == run("three_or_seven", 2, lr=[1.0, 10.0], data=data).epochs["mean_loss"][:, 2].tolist()
    )


def test_the_work_is_counted_in_rows_of_all_batches() -> None:
    """What compiling is weighed against: passes × rows × runs."""

    def updates(name: str, **options: Any) -> float:
        return _updates(work_of(name, [axis("lr=1,2,3")], [], 4, options, {}, None, 1e6, 0, "cpu"))

    assert updates("basic") == 3 * 5 * 29
    assert updates("basic", batch=5) == 3 * 5 * 5 * 5  # 4 of 29 rows do not fill a batch
    assert updates("momentum") == 3 * 6 * 29  # a warm-up pass


def test_a_workbook_by_address_and_by_name(tmp_path: Path) -> None:
    book = export("basic", tmp_path / "basic.xlsx", epochs=0)
    found = frame(str(book), "basic_lr=1e-6:1e-3:9:log", "basic!U14")
    assert found["basic!U14"].tolist() == frame("basic", "lr=1e-6:1e-3:9:log", epochs=0)["root_sum"].tolist()
    with pytest.raises(GradsheetError, match="say which cells"):
        sweep(str(book), "basic_lr=1,2")


def test_files_hold_the_same(tmp_path: Path) -> None:
    arguments: dict[str, Any] = {"outputs": ["root_sum", "broke", "fate"], "epochs": 2, "chunk": 3}
    over = "lr=1e-5,1e-4,1e-3,1,1e200"
    whole = frame("basic", over, **arguments)
    files = [sweep("basic", over, out=tmp_path / f"s{end}", **arguments) for end in (".parquet", ".csv", ".xlsx")]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["s.csv", "s.parquet", "s.xlsx"]
    pd.testing.assert_frame_equal(pd.read_parquet(files[0]), whole)  # type: ignore[arg-type]
    for read in (pd.read_csv(files[1]), pd.read_excel(files[2], na_values=["#NUM!"])):  # type: ignore[arg-type]
        for column in whole:
            ours, theirs = (
                whole[column].replace([np.inf, -np.inf], np.nan),
                read[column].replace([np.inf, -np.inf], np.nan),
            )
            assert ours.isna().tolist() == theirs.isna().tolist(), column
            assert ours.dropna().tolist() == theirs.dropna().tolist(), column


KILLED = """
import os, signal, sys
from gradsheet import sweep
from gradsheet.sweeping.parts import Parts
add = Parts.add
def dying(self, chunk, table):
    if chunk == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    add(self, chunk, table)
Parts.add = dying
sweep("momentum", "lr=1e-6:1:100:log", "root_sum", 1, out=sys.argv[1], chunk=13)
"""


def test_a_killed_sweep_goes_on_to_the_same_file(tmp_path: Path) -> None:
    """SIGKILL leaves no time to tidy up."""
    arguments = ("momentum", "lr=1e-6:1:100:log", "root_sum", 1)
    undisturbed = sweep(*arguments, out=tmp_path / "whole.parquet", chunk=13)
    out = tmp_path / "killed.parquet"
    died = subprocess.run([sys.executable, "-c", KILLED, str(out)], cwd=ROOT, check=False)
    assert died.returncode == -9
    assert not out.exists()
    with pytest.raises(GradsheetError, match="add --resume, or remove it"):
        sweep(*arguments, out=out, chunk=13)
    with pytest.raises(GradsheetError, match="holds another sweep \\(epochs was 1, now it is 2"):
        sweep(*arguments[:3], 2, out=out, chunk=13, resume=True)
    seen: list[int] = []
    sweep(*arguments, out=out, chunk=13, resume=True, tell=lambda done, total: seen.append(done))
    assert seen[0] == 39  # three chunks were there
    assert out.read_bytes() == Path(str(undisturbed)).read_bytes()
    assert not (tmp_path / "killed.parquet.parts").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("basic", "lr"), "is no axis"),
        (("basic", "lr=1:2"), "is no axis"),
        (("basic", "lr=fast"), "'fast' is no number"),
        (("basic", "lr=1:2:0"), "no number of values"),
        (("basic", "lr=-1:2:5:log"), "two numbers above 0"),
        (("basic", ()), "at least one --over"),
        (("basic", ("lr=1,2", "lr=3")), "swept twice"),
        (("basic", ("a=uniform:0:1:5", "b=uniform:0:1:6")), "all the same count"),
        (("basic", "lt=1,2"), "did you mean 'lr'"),
        (("basic", "lr=1,2", "rootsum"), "did you mean 'root_sum'"),
        (("basic", "lr=1,2", "root_sum@11"), "an epoch from 0 to 10"),
        (("basik", "lr=1,2"), "did you mean 'basic'"),
        (("none.xlsx", "lr=1,2"), "no such file"),
    ],
)
def test_bad_sweeps_are_one_sentence(arguments: tuple[Any, ...], says: str) -> None:
    with pytest.raises(GradsheetError, match=says) as caught:
        sweep(*arguments)
    assert "\n" not in str(caught.value)


def test_a_sheet_has_so_many_rows() -> None:
    check_format(Path("a.xlsx"), 1_048_575)
    with pytest.raises(GradsheetError, match=r"write .parquet or .csv"):
        check_format(Path("a.xlsx"), 1_048_576)
    with pytest.raises(GradsheetError, match="end the name with one of them"):
        check_format(Path("a.txt"), 1)


def test_pictures(tmp_path: Path) -> None:
    one = [axis("lr=1e-6:1:40:log")]
    assert picture(frame("basic", one, ["root_sum", "fate"], 8), one, ["root_sum", "fate"], tmp_path / "a.png").exists()
    two = [axis("lr=1e-6:1:20:log"), axis("a=-1:1:10")]
    map_ = picture(frame("basic", two, ["root_sum"], 8), two, ["root_sum"], tmp_path / "b.svg").read_text()
    assert "not finite" in map_ or "<svg" in map_


def test_command_line(tmp_path: Path) -> None:
    words = ["sweep", "basic", "--over", "lr=1e-4,1", "--epochs", "2", "--outputs", "root_sum,broke"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert "never" in result.output
    out = tmp_path / "s.csv"
    words = ["sweep", "basic", "--over", "lr=1e-6:1e-2:9:log", "--out", str(out), "--plot", str(tmp_path / "s.png")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert len(out.read_text().splitlines()) == 10
    assert (tmp_path / "s.png").exists()
    result = CliRunner().invoke(main, ["sweep", "basic", "--over", "lr=1:2"])
    assert result.exit_code == 2
    assert "gradsheet: --over lr=1:2 is no axis" in result.output


def test_each_chunk_once_though_a_worker_is_killed(tmp_path: Path) -> None:
    """A local cluster of processes; one is killed when the first chunk is in."""
    distributed = pytest.importorskip("distributed")
    killed: list[int] = []
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, scheduler_port=0
        ) as cluster,
    ):

        def tell(done: int, total: int) -> None:
            if done and not killed:
                worker = next(iter(cluster.workers.values()))
                killed.append(worker.process.process.pid)
                worker.process.process.kill()
                time.sleep(0.2)

        arguments: dict[str, Any] = {"outputs": "root_sum", "epochs": 1, "chunk": 50}
        arguments |= {"scheduler": cluster.scheduler_address, "tell": tell}
        out = sweep("basic", "lr=1e-6:1:600:log", out=tmp_path / "d.parquet", **arguments)
    assert killed
    pd.testing.assert_frame_equal(pd.read_parquet(str(out)), frame("basic", "lr=1e-6:1:600:log", "root_sum", 1))


def test_without_a_compiler_a_sweep_goes_on_and_says_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def no_compiler(*_: Any, **__: Any) -> Any:
        def run(*_: Any) -> Any:
            tried.append(1)
            raise FileNotFoundError("backend='inductor' raised:\nno C++ compiler is found\nand more of it")

        return run

    monkeypatch.setattr(torch, "compile", no_compiler)
    over = "lr=1e-6:1:9001:log"
    arguments: dict[str, Any] = {"outputs": ["root_sum", "b"], "epochs": 1, "data": torch.tensor([(1.0, 7.0)])}
    with pytest.warns(GradsheetWarning, match=r"\(no C\+\+ compiler is found\): the runs go on without it") as said:
        found = frame("basic", over, compile="always", chunk=4500, **arguments)
    assert len(said) == len(tried) == 1
    pd.testing.assert_frame_equal(found, frame("basic", over, compile="never", **arguments), check_exact=True)


def test_the_command_says_in_one_line_that_it_cannot_compile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("inductor is not itself")

    monkeypatch.setattr(torch, "compile", broken)
    out = tmp_path / "o.parquet"
    command = ["sweep", "basic", "--gradient", "numeric", "--over", "lr=1e-6:1e-5:4321", "--epochs", "0"]
    command += ["--compile", "always", "--out", str(out)]
    done = CliRunner().invoke(main, command)
    assert (done.exit_code, done.stderr.count("\n")) == (0, 1), done.output
    assert done.stderr.startswith("note: torch.compile fails here (inductor is not itself): the runs go on without it")
    assert len(pd.read_parquet(out)) == 4321


def test_compiled_bits_are_those_of_the_step_loop() -> None:
    """One small pass through torch.compile, lanes that explode included."""
    import shutil

    if not shutil.which("g++"):
        pytest.skip("there is no C++ compiler")
    data = torch.tensor([(1.0, 3.0), (2.0, 5.0)])
    arguments: dict[str, Any] = {"outputs": ["root_sum", "a", "square_a"], "epochs": 3, "data": data}
    over = "lr=1e-3:1e200:5000:log"
    fast = frame("rmsprop_textbook", over, compile="always", **arguments)
    pd.testing.assert_frame_equal(fast, frame("rmsprop_textbook", over, compile="never", **arguments), check_exact=True)
    assert fast["root_sum"].isna().any()
