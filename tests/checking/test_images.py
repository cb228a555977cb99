"""An exercise of images: scikit-learn's pixels and torch's autograd are the oracles; what learners write is right."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
import torch
from rich.console import Console

import gradsheet
from gradsheet.address import parse_cell
from gradsheet.checking.key import key_of
from gradsheet.checking.own import numbers
from gradsheet.checking.spec import make, read_code
from gradsheet.experiments.digits import threes_and_sevens
from gradsheet.experiments.few_digits import few_digits
from gradsheet.report.feedback import show_feedback
from gradsheet.workbook.fill import Fill
from tests.checking.learner import Learner

NAME = "three_or_seven"


def test_the_handful_of_digits_is_scikit_learns() -> None:
    assert few_digits() == threes_and_sevens()[: len(few_digits())]


def test_every_learner_has_eight_images_as_many_threes_as_sevens() -> None:
    everyone = numbers(make(NAME))
    assert everyone == numbers(make(NAME, learner="ada"))  # own data are asked for
    found = [numbers(make(NAME, learner=who, own_data=True)) for who in ("ada", "grace")]
    for inputs, points in (everyone, *found):
        assert [row[-1] for row in points] == [1.0, 0.0] * 4
        assert len(set(points)) == 8
        assert len([name for name in inputs if name.startswith("start_")]) == 65
    assert found[0][1] != found[1][1]
    assert found[0][0] != found[1][0]


@pytest.mark.parametrize("who", ["", "ada"])
def test_the_key_computes_what_the_engine_computes_to_the_last_bit(who: str) -> None:
    exercise = make(NAME, "level 3", 3, who, bool(who))
    inputs, points = numbers(exercise)
    key, run = key_of(exercise), gradsheet.run(NAME, 2, data=points, **inputs)  # type: ignore[arg-type]
    values = key.values(inputs, points)
    for (table, column, number, row), at in key.places.items():
        if column in ("epoch", "y") or column.startswith("pixel_"):
            continue
        trace = run.epochs[column][0, number] if table == "epochs" else run.steps[column][0, number, row or 0]
        assert trace.item() == values[at], (column, number, row)


def test_one_step_is_torchs() -> None:
    """fast.ai's linear1, sigmoid, mnist_loss and step, by autograd."""
    exercise = make(NAME, "level 3")
    inputs, points = numbers(exercise)
    weights = torch.tensor(
        [[inputs[f"start_{w}"]] for w in exercise.experiment.model.weights], dtype=torch.float64, requires_grad=True
    )
    batch = torch.tensor(points, dtype=torch.float64)
    share = (batch[:, :-1] @ weights[1:] + weights[0]).sigmoid()
    (grad,) = torch.autograd.grad(torch.where(batch[:, -1:] == 1, 1 - share, share).mean(), weights)
    after = (weights - inputs["lr"] * grad).detach()[:, 0].tolist()
    key = key_of(exercise)
    values = key.values(inputs, points)
    ours = [values[key.places["epochs", f"new_{w}", 0, None]] for w in exercise.experiment.model.weights]
    assert ours == pytest.approx(after, rel=1e-13, abs=1e-16)


def test_a_line_of_weights_is_one_answer(tmp_path: Path) -> None:
    exercise = make(NAME, "grad_w,new_bias,w")
    assert read_code(exercise.code) == exercise
    assert len(exercise.code) < 120
    found = Learner.solving(exercise).checked()
    assert (found.ok, found.max_score) == (True, 3)
    assert {c.column for c in found.cells} == {"w", "grad_w", "new_bias"}
    (path,) = gradsheet.exercise(NAME, tmp_path, level=2)
    sheet = openpyxl.load_workbook(path)[NAME]
    open_ = {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked}
    # two passes: a slope for each of 8 images, a gradient and a new weight for 64 pixels and the bias
    assert len(open_) == 2 * (8 + 2 * 65)
    assert {"G15", "K23", "BW24", "L35"} <= open_
    assert sheet["L24"].value is None
    assert sheet["D15"].value == "=SUMPRODUCT(L15:BW15,$L$14:$BW$14)+$K$14"


VARIANTS = {
    "pred": [
        "=bias+SUMPRODUCT(weights,pixels)",
        "=SUMPRODUCT(weights*pixels)+bias",
        "=SUM(bias,SUMPRODUCT(pixels,weights))",
    ],
    "share": ["=EXP(pred)/(1+EXP(pred))", "=1-1/(1+EXP(pred))", "=(1+EXP(-pred))^-1", "=1/(1+EXP(0-pred))"],
    "loss": ["=y*(1-share)+(1-y)*share", "=ABS(y-share)", "=IF(y=0,share,1-share)", "=IF(y>0.5,1-share,share)"],
    "slope": ["=(1-2*y)*share*(1-share)", "=IF(y=1,share^2-share,share-share^2)", "=share*(1-share)*IF(y=0,1,-1)"],
    "says": ["=(pred>threshold)*1", "=--(pred>threshold)", "=IF(pred<=threshold,0,1)", "=IF(pred-threshold>0,1,0)"],
    "right": ["=1-ABS(says-y)", "=(says=y)*1", "=IF((pred>threshold)=(y=1),1,0)", "=IF(says<>y,0,1)"],
    "grad_bias": ["=AVERAGE(slope)", "=SUM(slope)/ROWS(slope)", "=SUM(slope)/8"],
    "new_bias": ["=-lr*grad_bias+bias", "=bias-AVERAGE(slope)*lr"],
    "mean_loss": ["=SUM(loss)/COUNT(loss)", "=(SUMPRODUCT(y,1-share)+SUMPRODUCT(1-y,share))/8"],
    "accuracy": ["=SUM(right)/COUNT(y)", "=1-SUMXMY2(says,y)/8"],
}


@pytest.mark.parametrize(("column", "formula"), [(c, f) for c, texts in VARIANTS.items() for f in texts])
def test_an_equivalent_formula_is_right(column: str, formula: str) -> None:
    found = Learner.of(NAME, "level 3").write(column, formula).checked()
    assert found.ok, [c.message for c in found.cells if c.verdict != "correct"][:2]


@pytest.mark.parametrize(
    ("column", "first", "formula"),
    [
        ("grad_w", 0, "=SUMPRODUCT($G$15:$G$22,L$15:L$22)/COUNT($G$15:$G$22)"),
        ("grad_w", 64, "=SUMPRODUCT($G$27:$G$34*data!C$6:C$13)/8"),  # the second pass, from the sheet data
        ("new_w", 0, "=L14-$C$8*L23"),
        ("new_w", 0, "=L14-$C$8*SUMPRODUCT($G15:$G22,L15:L22)/COUNT($G15:$G22)"),
    ],
)
def test_a_line_filled_to_the_right_is_right(column: str, first: int, formula: str) -> None:
    learner = Learner.of(NAME, "level 3")
    cells = sorted(learner.contents(column), key=lambda c: (c.number, c.at.column))[first : first + 64]
    for content in cells:
        learner.put(str(content.at), Fill(formula, cells[0].at).at(content.at))
    found = learner.checked()
    assert found.ok, [c.message for c in found.cells if c.verdict != "correct"][:2]


def test_a_changed_pixel_and_a_changed_weight_are_named() -> None:
    learner = Learner.of(NAME, "pred").put("M14", 0.9)
    learner.book.sheets["data"].cells["D6"] = 0.7
    found = {(c.cell, c.column): c for c in learner.checked().cells if c.mistake}
    assert set(found) == {("M14", "start_w_1_2"), ("D6", "pixel_w_1_2")}
    assert {c.mistake for c in found.values()} == {"given_cell_changed"}


def test_a_slip_in_one_image_costs_one_cell() -> None:
    learner = Learner.of(NAME, "level 2")
    learner.put("G17", "=IF(C17=1,1,-1)*E17*(1-E17)")
    found = learner.checked()
    assert [c.cell for c in found.cells if c.verdict == "wrong"] == ["G17"]
    said = {c.cell: c for c in found.cells}
    assert (said["L23"].verdict, said["N23"].verdict, said["N23"].because) == ("correct", "follow_on", ("G17",))
    assert found.score == pytest.approx(5 - 1 / 16, abs=0.01)


def test_a_line_that_drifts_is_said_once_though_it_fits_where_pixels_are_empty() -> None:
    learner = Learner.of(NAME, "level 2")
    for content in (c for c in learner.contents("new_w") if c.number == 0):
        learner.put(str(content.at), Fill("=L14-L23*C8", parse_cell("L24")).at(content.at))
    found = learner.checked()
    drifted = {c.verdict for c in found.cells if c.mistake == "lr_drift" and c.cell != "L24"}
    assert drifted == {"wrong"}
    said = io.StringIO()
    show_feedback(found, Console(file=said, width=200))
    assert "M24:BW24 wrong: The reference to the learning rate moved" in said.getvalue()
    assert said.getvalue().count("The reference to the learning rate moved") == 2  # there, and where it was filled from
