"""Three or seven: torch's own layers, the figures of golden.json and arithmetic by hand are the oracles."""

from __future__ import annotations

import gzip
import json
import math
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner

import gradsheet
from gradsheet import GradsheetError, export, run
from gradsheet.cli import main
from gradsheet.experiments import experiment
from gradsheet.experiments.digits import DIGITS
from gradsheet.experiments.idx import IMAGES, LABELS, read_idx, read_mnist
from gradsheet.proof.book import read_book
from gradsheet.proof.own import own_sheets
from gradsheet.report.weights import read_image, read_weights
from gradsheet.workbook.export import layout_of
from gradsheet.workbook.values import Values

ENTRY = experiment("three_or_seven")
FEW = DIGITS[:12]


def trained_by_torch(lr: float, epochs: int, seed: int, batch: int = 362) -> torch.Tensor:
    """fast.ai's loop: linear1, sigmoid, mnist_loss, backward, step. The bias first, then the weights."""
    points = torch.tensor(DIGITS.rows, dtype=torch.float64)
    torch.manual_seed(seed)
    weights = torch.randn(64, 1, dtype=torch.float64).requires_grad_()
    bias = torch.randn(1, dtype=torch.float64).requires_grad_()
    for _ in range(epochs):
        for at in range(0, len(points) - batch + 1, batch):
            xb, target = points[at : at + batch, :-1], points[at : at + batch, -1:]
            share = (xb @ weights + bias).sigmoid()
            loss = torch.where(target == 1, 1 - share, share).mean()
            grads = torch.autograd.grad(loss, (weights, bias))
            with torch.no_grad():
                weights -= lr * grads[0]
                bias -= lr * grads[1]
    return torch.cat([bias, weights[:, 0]]).detach()


@pytest.mark.parametrize(("lr", "batch"), [(1.0, 362), (10.0, 362), (1.0, 60)])
def test_training_is_what_torch_does(lr: float, batch: int) -> None:
    how: dict[str, Any] = {} if batch == 362 else {"batch": batch}
    trace = run(ENTRY, 4, lr=lr, seed=3, keep="epochs", **how)
    ours = torch.stack([trace.epochs[w][0, 4] for w in ENTRY.model.weights])
    torch.testing.assert_close(ours, trained_by_torch(lr, 4, 3, batch), rtol=1e-12, atol=1e-13)


def test_autograd_is_what_torch_does() -> None:
    trace = run(ENTRY, 4, seed=3, keep="epochs", gradient="autograd")
    ours = torch.stack([trace.epochs[w][0, 4] for w in ENTRY.model.weights])
    torch.testing.assert_close(ours, trained_by_torch(1.0, 4, 3), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("h", [0.5, 0.01])
def test_a_finite_difference_nudges_pred(h: float) -> None:
    """By torch's own sigmoid; h is in the estimate, and the smaller it is, the nearer it comes to the derivative."""
    trace = run(ENTRY, 0, data=FEW, gradient="numeric", h=h)
    pred, est = trace.steps["pred"][0, 0], trace.steps["est_bias"][0, 0]
    sign = torch.tensor([1.0 if row[-1] else -1.0 for row in FEW], dtype=torch.float64)
    expected = -sign * (torch.sigmoid(pred + h) - torch.sigmoid(pred)) / h
    torch.testing.assert_close(est, expected, rtol=1e-9, atol=1e-12)
    slope = run(ENTRY, 0, data=FEW).steps["slope"][0, 0]
    assert (est - slope).abs().max() < 0.1 * h


def test_a_thousand_starts_have_the_known_shares() -> None:
    """shared/data/golden.json, digits_3v7: seeds 0 to 999, torch's normal numbers, pixels from 0 to 1."""
    trace = run(ENTRY, 0, seed=list(range(1000)), keep="epochs")
    above, accuracy = trace.epochs["called_three"][:, 0], trace.epochs["accuracy"][:, 0]
    assert (sum(row[-1] == 1 for row in DIGITS), sum(row[-1] == 0 for row in DIGITS)) == (183, 179)
    assert above.mean().item() == pytest.approx(0.48369060773480665, rel=1e-14)
    assert above.std(unbiased=False).item() == pytest.approx(0.37789086753768364, rel=1e-14)
    assert ((above >= 0.45) & (above <= 0.55)).double().mean().item() == pytest.approx(0.054)
    assert accuracy.mean().item() == pytest.approx(0.4903756906077348, rel=1e-14)
    assert accuracy.std(unbiased=False).item() == pytest.approx(0.1290395256103513, rel=1e-14)
    assert ((accuracy >= 0.45) & (accuracy <= 0.55)).double().mean().item() == pytest.approx(0.549)


def test_a_picture_and_a_sweep(tmp_path: Path) -> None:
    titles = [axes.get_title(loc="left") for axes in gradsheet.plot(ENTRY, tmp_path / "run.png", epochs=1, seed=2).axes]
    assert titles == ["Loss by epoch", "The weights on their way"]
    frame: Any = gradsheet.sweep(ENTRY.name, "lr=1,10", ["mean_loss"], epochs=1)
    assert frame["mean_loss"].tolist() == [
        run(ENTRY, 1, lr=lr, keep="epochs").epochs["mean_loss"][0, 1].item() for lr in (1.0, 10.0)
    ]
    with pytest.raises(GradsheetError, match="has no root_sum, by which a fate is told: ask for mean_loss and broke"):
        gradsheet.sweep(ENTRY.name, "lr=1,10", ["fate"], epochs=1)


def test_the_sign_is_arbitrary() -> None:
    """Labels and start turned round: the same run in a mirror, but for rounding (golden.json: 4.4e-16)."""
    start = {f"start_{w}": value for w, value in zip(ENTRY.model.weights, ENTRY.starts(0, 65), strict=True)}  # type: ignore[misc]
    turned = [(*row[:-1], 1 - row[-1]) for row in DIGITS]
    one: Any = run(ENTRY, 10, keep="epochs", **start)
    other: Any = run(ENTRY, 10, keep="epochs", data=turned, **{name: -value for name, value in start.items()})
    apart = max((one.epochs[w] + other.epochs[w]).abs().max().item() for w in ENTRY.model.weights)
    assert apart <= 2e-15
    assert torch.equal(one.epochs["accuracy"], other.epochs["accuracy"])
    assert torch.allclose(
        one.epochs["called_three"] + other.epochs["called_three"], torch.tensor(1.0, dtype=torch.float64)
    )


def test_the_threshold_is_arbitrary() -> None:
    limits = [-2.0, -1.0, 0.0, 1.0, 2.0]
    trace = run(ENTRY, 20, lr=10.0, threshold=limits, keep="epochs")
    assert all(torch.equal(trace.epochs[w][0], trace.epochs[w][lane]) for w in ENTRY.model.weights for lane in range(5))
    assert (trace.epochs["accuracy"][:, -1] > 0.9).all()
    # a loss that knows the threshold is a bias that starts elsewhere
    bias = torch.tensor(ENTRY.starts(0, 65)[0]) - torch.tensor(limits)  # type: ignore[misc]
    told = run(ENTRY, 20, lr=10.0, start_bias=bias, keep="epochs")
    assert (told.epochs["accuracy"][:, -1] > 0.95).all()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"gradient": "numeric"},
        {"gradient": "numeric", "lr": 1e305},
        {"lr": 1e4},
        {"lr": 1e305},
        {"start": 0.0},
        {"batch": 5},
        {"optimiser": "adam"},
        {"threshold": 2.0},
    ],
    ids=str,
)
def test_engine_equals_formulas(given: dict[str, Any]) -> None:
    trace = run(ENTRY, 3, data=FEW, **given)
    assert Values(layout_of(trace), trace).prove().differ == 0


def test_where_exp_is_too_large_both_sides_have_errors() -> None:
    trace = run(ENTRY, 2, data=FEW, start=-100.0)
    checked = Values(layout_of(trace), trace).prove()
    assert (checked.differ, checked.after > 0) == (0, True)
    assert "leaves the finite numbers" in trace.notes[0]


def test_every_lane_equals_a_run_alone() -> None:
    together = run(ENTRY, 3, lr=[1.0, 10.0, 1e305], seed=[0, 1, 2], keep="epochs")
    for lane, (lr, seed) in enumerate([(1.0, 0), (10.0, 1), (1e305, 2)]):
        alone = run(ENTRY, 3, lr=lr, seed=seed, keep="epochs")
        for name, values in alone.epochs.items():
            assert torch.equal(values[0].nan_to_num(-1.0), together.epochs[name][lane].nan_to_num(-1.0)), name


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export("three_or_seven", tmp_path_factory.mktemp("images") / "few.xlsx", epochs=2)


def test_the_workbook_is_recognised_and_computes_itself(workbook: Path) -> None:
    book = read_book(workbook)
    (sheet,) = own_sheets(book)
    assert sheet.left == []
    assert all(book.cached[cell] == value for cell, value in sheet.modelled.items())
    import gradsheet

    computed = gradsheet.load(workbook).recalculate()
    beside = [cell for cell in book.formulas if cell.startswith(("one_image!", "new_images!"))]
    assert len(beside) > 3 * 64
    assert {cell: computed[cell] for cell in beside} == {cell: book.cached[cell] for cell in beside}


@pytest.mark.parametrize("gradient", ["numeric", "autograd"])
def test_other_gradients_have_a_workbook_too(gradient: str, tmp_path: Path) -> None:
    path = export("three_or_seven", tmp_path / "g.xlsx", epochs=1, gradient=gradient, data=FEW)
    (sheet,) = own_sheets(read_book(path))
    assert sheet.left == []
    assert sheet.trace.experiment.gradient == ("numeric" if gradient == "numeric" else "analytic")
    assert gradsheet.parity(path, oracles=["program"]).ok


def test_one_image_adds_up_to_the_pred_of_the_training_sheet(workbook: Path) -> None:
    book = read_book(workbook)
    trace = run(ENTRY, 2, data=DIGITS[:40])
    pred = trace.steps["pred"][0, 2, 0].item()
    assert pred in [v for k, v in book.cached.items() if k.startswith("one_image!")]
    seen = {v for k, v in book.constants.items() if k.startswith("new_images!") and isinstance(v, float)}
    assert set(DIGITS[40]) <= seen


def write_idx(path: Path, numbers: Any, packed: bool = False) -> None:
    numbers = np.asarray(numbers, dtype=np.uint8)
    data = bytes([0, 0, 8, numbers.ndim]) + struct.pack(f">{numbers.ndim}I", *numbers.shape) + numbers.tobytes()
    path.write_bytes(gzip.compress(data) if packed else data)


@pytest.mark.parametrize("packed", [False, True])
def test_mnist_files_are_read_and_run(tmp_path: Path, packed: bool) -> None:
    pixels = np.arange(6 * 16).reshape(6, 4, 4)
    end = ".gz" if packed else ""
    write_idx(tmp_path / (IMAGES + end), pixels, packed)
    write_idx(tmp_path / (LABELS + end), [7, 3, 1, 3, 7, 3], packed)
    found = read_mnist(tmp_path)
    assert found[:, -1].tolist() == [1, 0, 1, 0, 1]
    assert found[0, :-1].tolist() == (pixels[1].reshape(-1) / 255).tolist()
    trace = run(ENTRY, 2, data=found)
    assert len(trace.experiment.model.weights) == 17
    result = CliRunner().invoke(main, ["run", "three_or_seven", "--data", str(tmp_path), "--epochs", "1"])
    assert result.exit_code == 0, result.output
    assert Values(layout_of(trace), trace).prove().differ == 0


GOOD = bytes([0, 0, 8, 1, 0, 0, 0, 2, 3, 7])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "does not begin as one"),
        (b"PK\3\4 something else", "does not begin as one"),
        (bytes([0, 0, 13, 1, 0, 0, 0, 2, 3, 7]), "type 0x0d"),
        (bytes([0, 0, 8, 3]) + bytes(12), "are the images and the labels exchanged"),
        (bytes([0, 0, 8, 1, 255, 255, 255, 255, 3]), "which cannot be"),
        (GOOD[:-1], "and has 1"),
        (GOOD + b"\0", "and has more"),
        (gzip.compress(GOOD, mtime=0)[:-6], "cannot be read"),
    ],
)
def test_damaged_files_are_refused_in_a_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "labels"
    path.write_bytes(content)
    with pytest.raises(GradsheetError, match=says):
        read_idx(path, 1)


def test_folders_without_what_is_needed_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GradsheetError, match="has no train-images-idx3-ubyte"):
        read_mnist(tmp_path)
    write_idx(tmp_path / IMAGES, np.zeros((2, 4, 4)))
    write_idx(tmp_path / LABELS, [3, 3])
    with pytest.raises(GradsheetError, match="no 7 is among its labels"):
        read_mnist(tmp_path)
    write_idx(tmp_path / LABELS, [3, 7, 7])
    with pytest.raises(GradsheetError, match=r"2 images and .* 3 labels"):
        read_mnist(tmp_path)


def test_weights_are_kept_and_decide_new_images(tmp_path: Path) -> None:
    from PIL import Image

    weights = tmp_path / "weights.json"
    result = CliRunner().invoke(
        main, ["run", "three_or_seven", "--epochs", "20", "--set", "lr=10", "--save-weights", str(weights)]
    )
    assert result.exit_code == 0, result.output
    images: list[Path] = []
    for row in (DIGITS[0], DIGITS[1]):  # a three and a seven
        grid = np.array(row[:-1]).reshape(8, 8)
        text, light, dark = (tmp_path / f"{len(images)}.{end}" for end in ("txt", "png", "dark.png"))
        text.write_text("\n".join(" ".join(f"{v * 16:g}" for v in line) for line in grid))
        Image.fromarray((grid * 255).astype(np.uint8)).save(light)
        large = Image.fromarray((255 - grid * 255).astype(np.uint8)).resize((64, 64), Image.Resampling.NEAREST)
        large.save(dark)
        images += [text, light, dark]
    result = CliRunner().invoke(main, ["infer", str(weights), *map(str, images), "--format", "json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)["images"]
    assert [one["says"] for one in told] == ["three"] * 3 + ["seven"] * 3
    trace = run(ENTRY, 20, lr=10.0)
    assert told[0]["pred"] == trace.steps["pred"][0, -1, 0].item()
    assert told[3]["sigmoid"] == trace.steps["share"][0, -1, 1].item()
    assert told[2]["read_as"] == "dark on light: turned round"


@pytest.mark.parametrize(
    ("content", "says"),
    [("{}", "holds no weights"), ("[1]", "holds no weights"), ("nothing", "holds no weights"),
     ('{"experiment": "three_or_seven", "weights": {"bias": 1, "w_1_1": 2}}', "three_or_seven"),
     ('{"experiment": "basic", "weights": {"a": NaN, "b": 1}}', "does not have the weights of basic")],
)  # fmt: skip
def test_what_holds_no_weights_is_refused(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "weights.json"
    path.write_text(content)
    with pytest.raises(GradsheetError, match=says):
        read_weights(path)


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    for name, content, says in (
        ("short.txt", "1 2 3", "has 3 numbers: 8 rows of 8"),
        ("words.txt", "a three", "no number"),
        ("large.txt", "300 " * 64, "from 300 to 300"),
        ("false.png", "no picture", "no picture that can be read"),
    ):
        (tmp_path / name).write_text(content)
        with pytest.raises(GradsheetError, match=says):
            read_image(tmp_path / name, 8)
    with pytest.raises(GradsheetError, match="no such file"):
        read_image(tmp_path / "missing.png", 8)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"batch": "row"}, "reads whole images"),
        ({"seed": 0.5}, "give a whole number"),
        ({"data": [(1.0,) * 11]}, "pixels of square images"),
        ({"batch": 1000}, "more than the 362"),
        ({"start_w_9_9": 1.0}, "no input"),
    ],
)
def test_what_cannot_be(given: dict[str, Any], says: str) -> None:
    with pytest.raises(GradsheetError, match=says):
        run(ENTRY, 1, **given)


def test_large_images_are_not_exported(tmp_path: Path) -> None:
    with pytest.raises(GradsheetError, match="thousands of columns"):
        export("three_or_seven", tmp_path / "x.xlsx", data=[(0.5,) * 784 + (1.0,), (0.1,) * 784 + (0.0,)])


def test_the_words_on_the_sheet_are_so() -> None:
    few: Any = DIGITS[:40]
    trace = run(ENTRY, 20, data=few)
    accuracy, loss = trace.epochs["accuracy"][0], trace.epochs["mean_loss"][0]
    assert abs(accuracy[0].item() - 0.5) < 0.25
    assert accuracy[-1] > 0.9
    assert (loss.diff() < 0).all()
    share, slope = trace.steps["share"][0], trace.steps["slope"][0]
    sure = (share < 0.01) | (share > 0.99)
    assert slope[sure].abs().max() < 0.01
    assert run(ENTRY, 10, data=few, lr=10.0).epochs["accuracy"][0, 10].item() == 1
    higher = run(ENTRY, 20, data=few, threshold=2.0)
    assert torch.equal(higher.epochs["w_4_4"], trace.epochs["w_4_4"])
    flat = run(ENTRY, 20, data=few, start=0.0)
    weights = torch.stack([flat.epochs[w][0, 20] for w in ENTRY.model.weights[1:]])
    points = torch.tensor(few, dtype=torch.float64)
    template = points[points[:, -1] == 1, :-1].mean(0) - points[points[:, -1] == 0, :-1].mean(0)
    assert torch.corrcoef(torch.stack([weights, template]))[0, 1] > 0.9
    assert math.isclose(flat.epochs["mean_loss"][0, 0].item(), 0.5)
