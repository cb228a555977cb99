"""Solving: against least squares, hand-written torch, textbook optima and arithmetic by hand."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

import gradsheet
from gradsheet.cli import main
from gradsheet.errors import GradsheetError
from gradsheet.solving import best as best_module
from tests.solving.conftest import Write


def design(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Features and outcomes, as the workbook's own formulas make them of its data."""
    values = gradsheet.load(path)
    shown, held = values.recalculate(), values.workbook.sheets["data"].cells
    rows = max(int(a[1:]) for a in held if a.startswith("A"))
    x = [[float(shown.get(f"data!{c}{r}", held.get(f"{c}{r}"))) for c in "IJKLMNOPQR"] for r in range(2, rows + 1)]  # type: ignore[arg-type]
    return np.array(x), np.array([float(held[f"A{r}"]) for r in range(2, rows + 1)])  # type: ignore[arg-type]


def test_a_regression_reaches_least_squares_from_every_start(titanic: Path) -> None:
    found = gradsheet.solve(titanic, minimize="linear!N1", by_changing="linear!B1:K1", starts=5)
    x, y = design(titanic)
    weights = np.linalg.lstsq(x, y, rcond=None)[0]
    least = float(np.mean((x @ weights - y) ** 2))
    for start in found.starts:
        assert start.after == pytest.approx(least, rel=1e-13)
    assert [after for _, after in found.cells.values()] == pytest.approx(weights.tolist(), rel=1e-6)
    assert found.gradient_norm is not None
    assert found.gradient_norm < 1e-7
    assert found.stored is None  # openpyxl stores no values
    assert found.before == gradsheet.load(titanic).recalculate()["linear!N1"]


@pytest.mark.parametrize(("cell", "cells"), [("net!N1", "net!B1:K2"), ("mm!N1", "mm!K3:L12")])
def test_torch_goes_no_lower_from_the_solution_of_a_net(titanic: Path, cell: str, cells: str) -> None:
    found = gradsheet.solve(titanic, minimize=cell, by_changing=cells)
    x, y = (torch.from_numpy(part) for part in design(titanic))

    def loss(flat: torch.Tensor) -> torch.Tensor:
        weights = flat.reshape(2, 10) if cell == "net!N1" else flat.reshape(10, 2).T
        return ((torch.relu(x @ weights.T).sum(1) - y) ** 2).mean()

    own, solved = (torch.tensor(v, dtype=torch.float64) for v in zip(*found.cells.values(), strict=True))
    assert found.before == pytest.approx(loss(own).item(), rel=1e-13)
    assert found.after == pytest.approx(loss(solved).item(), rel=1e-13)
    weights = solved.clone().requires_grad_()
    optimiser = torch.optim.LBFGS([weights], max_iter=200, tolerance_grad=1e-12, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        value = loss(weights)
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    assert loss(weights).item() == pytest.approx(loss(solved).item(), rel=1e-6)


def test_the_best_of_several_starts_wins_and_a_seed_repeats_them(titanic: Path) -> None:
    one, again, other = (
        gradsheet.solve(titanic, minimize="net!N1", by_changing="net!B1:K2", starts=4, seed=seed, iterations=30)
        for seed in (1, 1, 2)
    )
    assert one.cells == again.cells
    assert one.after == min(start.after for start in one.starts if start.after is not None)
    assert one.starts[one.winner - 1].after == one.after
    assert one.starts[0].before == one.before == other.starts[0].before  # the workbook's own numbers come first
    assert one.starts[1].before != other.starts[1].before


def test_conditions_are_kept(sheet: Write) -> None:
    # Nocedal and Wright, example 16.4: the minimum of (x−1)² + (y−2.5)² under five conditions is at (1.4, 1.7).
    path = sheet(A1=0, B1=0, C1="=(A1-1)^2+(B1-2.5)^2", D1="=A1-2*B1+2", D2="=-A1-2*B1+6", D3="=-A1+2*B1+2")
    rules = ["D1:D3>=0", "A1>=0", "B1>=0"]
    found = gradsheet.solve(path, minimize="s!C1", by_changing="A1,B1", subject_to=rules)
    assert [after for _, after in found.cells.values()] == pytest.approx([1.4, 1.7], abs=1e-9)
    assert [one.met for one in found.conditions] == [True] * 5
    assert found.ok
    bounded = gradsheet.solve(path, minimize="s!C1", by_changing="A1:B1", subject_to="A1:B1<=0.5")
    assert [after for _, after in bounded.cells.values()] == [0.5, 0.5]  # both bounds are active
    equal = gradsheet.solve(path, minimize="C1", by_changing="s!A1:B1", subject_to="B1=A1")
    assert [after for _, after in equal.cells.values()] == pytest.approx([1.75, 1.75], abs=1e-9)  # the mean


def test_conditions_that_contradict_one_another_are_said_so(sheet: Write) -> None:
    path = sheet(A1=1, B1="=A1^2", C1="=A1+1")
    found = gradsheet.solve(path, minimize="s!B1", by_changing="A1", subject_to=["C1>=3", "A1<=1"])
    assert not found.ok
    assert any("No point was found that meets s!C1>=3" in note for note in found.notes)


def test_a_cell_can_be_made_large(sheet: Write) -> None:
    found = gradsheet.solve(sheet(A1=1, B1="=3-(A1-2)^2"), maximize="s!B1", by_changing="A1")
    assert found.after == 3.0
    assert found.cells["s!A1"][1] == pytest.approx(2.0, abs=1e-7)


def test_goal_seek_finds_the_root_nearest_to_the_cell(sheet: Write) -> None:
    path = sheet(A1=1, B1="=A1^2", C1=2, C2=3, D1="=C1*C2+EXP(C1)", E1=1, F1="=1/E1")
    found = gradsheet.solve(path, target="s!B1", value=2, by_changing="A1")
    assert found.cells["s!A1"][1] == math.sqrt(2)
    assert found.after == pytest.approx(2, rel=3e-16)
    several = gradsheet.solve(path, target="s!D1", value=10.5, by_changing="C1:C2")
    assert several.after == pytest.approx(10.5, rel=1e-12)
    assert several.ok
    nowhere = gradsheet.solve(path, target="s!B1", value=-1, by_changing="A1")
    assert not nowhere.ok
    assert any("was not found to show -1" in note for note in nowhere.notes)
    pole = gradsheet.solve(path, target="s!F1", value=0, by_changing="E1")  # it jumps at 0, and never shows 0
    assert pole.after != 0


def test_annealing_needs_no_gradient(sheet: Write) -> None:
    path = sheet(A1=7, B1="=ABS(ROUND(A1,0)-3)+COS(3*A1)*0")
    with pytest.raises(GradsheetError, match=r"gradient 0 at every start \(ROUND in s!B1\): --method annealing"):
        gradsheet.solve(path, minimize="s!B1", by_changing="A1")
    found = gradsheet.solve(path, minimize="s!B1", by_changing="A1", method="annealing", subject_to="A1:A1>=-10")
    assert found.after == 0.0
    assert found.gradient_norm is not None


def test_least_squares_finds_what_is_squared(titanic: Path, sheet: Write) -> None:
    found = gradsheet.solve(titanic, minimize="linear!N1", by_changing="linear!B1:K1", method="lm", starts=2)
    x, y = design(titanic)
    weights, residuals = np.linalg.lstsq(x, y, rcond=None)[:2]
    for start in found.starts:
        assert start.after == pytest.approx(float(residuals[0]) / len(y), rel=1e-13)
        assert start.iterations <= 5
    assert [after for _, after in found.cells.values()] == pytest.approx(weights.tolist(), rel=1e-7)
    # NIST's Misra1a is fitted by b1·(1 − exp(−b2·x)); here with data made of 2 and 0.5, which it finds again.
    cells = {f"A{i}": i for i in range(1, 9)} | {f"B{i}": 2 * (1 - math.exp(-0.5 * i)) for i in range(1, 9)}
    path = sheet(**cells, D1=1, D2=1, **{f"C{i}": f"=(B{i}-D$1*(1-EXP(-D$2*A{i})))^2" for i in range(1, 9)},
                     E1="=SQRT(AVERAGE(C1:C8))", F1="=D1+D2")  # fmt: skip
    fitted = gradsheet.solve(path, minimize="s!E1", by_changing="D1:D2", method="lm")
    assert [after for _, after in fitted.cells.values()] == pytest.approx([2, 0.5], rel=1e-9)
    with pytest.raises(GradsheetError, match="F1 is not seen to be a sum of squares"):
        gradsheet.solve(path, minimize="s!F1", by_changing="D1:D2", method="lm")


def test_adam_goes_down_from_all_starts(titanic: Path) -> None:
    found = gradsheet.solve(titanic, minimize="mm!N1", by_changing="mm!K3:L12", method="adam", starts=2, iterations=60)
    for start in found.starts:
        assert start.after is not None
        assert start.before is not None
        assert start.after < start.before


@pytest.mark.parametrize("method", ["lbfgs", "adam", "annealing"])
def test_ctrl_c_keeps_the_best_so_far(titanic: Path, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    calls = 0
    tell = best_module.Best._tell

    def stop(self: best_module.Best, active: int) -> None:
        nonlocal calls
        calls += 1
        tell(self, active)
        if calls == 12:
            raise KeyboardInterrupt

    monkeypatch.setattr(best_module.Best, "_tell", stop)
    found = gradsheet.solve(titanic, minimize="linear!N1", by_changing="linear!B1:K1", starts=3, method=method)
    assert found.interrupted
    assert found.after is not None
    assert found.before is not None
    assert found.after < found.before


SENTENCES = {
    ("s!B9", "A1"): "s!B9 is empty, no formula",
    ("s!A1", "A2"): "s!A1 holds 1.0, no formula",
    ("t!B1", "A1"): "there is no sheet 't' \\(sheets: s\\)",
    ("s!B1", "B2"): "s!B2 holds the formula =A1\\+A2",
    ("s!B1", "C1"): "s!C1 holds the text 'hello'",
    ("s!B1", "A1:A"): "'A1:A' names no cells",
    ("s!B1", "nope"): "'nope' names no cells",
    ("s!B1", "A2"): "s!B1 does not depend on s!A2",
    ("s!B3", "A1"): "s!B3 shows #DIV/0! at every start",
    ("s!B4", "A1"): "s!B4 has no gradient \\(a number as text in s!B4\\): --method annealing",
    ("s!B1:B2", "A1"): "'s!B1:B2' is 2 cells: name one",
}


@pytest.mark.parametrize(("asked", "said"), SENTENCES.items())
def test_mistakes_are_told_in_one_sentence(sheet: Write, asked: tuple[str, str], said: str) -> None:
    path = sheet(A1=1, A2=2, B1="=A1^2", B2="=A1+A2", B3="=1/(A1-A1)", B4='=LEN("x"&A1)', C1="hello")
    with pytest.raises(GradsheetError, match=said) as error:
        gradsheet.solve(path, minimize=asked[0], by_changing=asked[1])
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("rule", ["A1", "A1<>2", "A1>=", "A1>=int", "A1>=0>=1"])
def test_conditions_that_are_none_are_told(sheet: Write, rule: str) -> None:
    with pytest.raises(GradsheetError, match=re_escape(rule)):
        gradsheet.solve(sheet(A1=1, B1="=A1^2"), minimize="s!B1", by_changing="A1", subject_to=rule)


def re_escape(text: str) -> str:
    """The text as it stands, in a pattern."""
    return "".join("\\" + sign if sign in ".^$*+?{}[]|()" else sign for sign in text)


def test_an_error_at_the_start_is_overcome_by_other_starts(sheet: Write) -> None:
    path = sheet(A1=0, B1="=(A1-3)^2+A1/A1")
    with pytest.raises(GradsheetError, match="try other numbers with --starts 20"):
        gradsheet.solve(path, minimize="s!B1", by_changing="A1")
    found = gradsheet.solve(path, minimize="s!B1", by_changing="A1", starts=5)
    assert found.before is None
    assert found.after == 1.0


def test_what_has_no_least_value_is_said(sheet: Write) -> None:
    path = sheet(A1=1, B1="=3*A1", C1='=IF(A1>2,"big",A1^2)')
    found = gradsheet.solve(path, maximize="s!B1", by_changing="A1", iterations=60)
    assert any("without end" in note for note in found.notes)
    text = gradsheet.solve(path, minimize="s!C1", by_changing="A1", method="annealing", iterations=20)
    assert text.after is not None  # text on the way is passed by
    assert text.after < 1
    assert text.gradient_norm is None


def test_random_numbers_are_drawn_once(sheet: Write) -> None:
    path = sheet(A1=1, B1="=(A1-C1)^2", C1="=RANDBETWEEN(1,1000)", D1="=(D2-2)^2")
    found = gradsheet.solve(path, minimize="s!B1", by_changing="A1,D2", seed=4)
    assert found.cells["s!A1"][1] == pytest.approx(gradsheet.load(path).recalculate(4)["s!C1"], rel=1e-9)
    assert any("random numbers" in note for note in found.notes)
    assert any("does not depend on s!D2" in note for note in found.notes)
    blank = gradsheet.solve(path, minimize="s!D1", by_changing="D2")  # an empty cell counts as 0
    assert blank.cells["s!D2"][0] == 0.0
    assert blank.cells["s!D2"][1] == pytest.approx(2.0, abs=1e-7)


def test_our_own_workbook_can_be_solved(tmp_path: Path) -> None:
    path = gradsheet.export("basic", tmp_path / "basic.xlsx", epochs=1)
    found = gradsheet.solve(path, minimize="basic!U15", by_changing="basic_lr")
    assert found.stored == found.before  # an exported workbook has its values with it
    assert found.after is not None
    assert found.before is not None
    assert found.after < found.before


def test_the_command_prints_a_table_or_json(sheet: Write) -> None:
    path = str(sheet(A1=1, B1="=(A1-3)^2"))
    words = ["solve", path, "--minimize", "s!B1", "--by-changing", "s!A1", "--subject-to", "A1<=2"]
    table = CliRunner().invoke(main, words)
    assert table.exit_code == 0, table.output
    assert "s!B1 made small" in table.stdout
    found = json.loads(CliRunner().invoke(main, [*words, "--format", "json"]).stdout)
    assert (found["before"], found["after"], found["ok"]) == (4.0, 1.0, True)
    assert found["cells"] == [{"cell": "s!A1", "before": 1.0, "after": 2.0}]
    seek = CliRunner().invoke(main, ["solve", path, "--minimize", "B1", "--value", "-5", "--by-changing", "A1"])
    assert seek.exit_code == 1  # not to be had
    large = CliRunner().invoke(main, [*words, "--maximize", "--subject-to", "A1>=0", "--format", "json"])
    assert json.loads(large.stdout)["after"] == 9.0
    wrong = CliRunner().invoke(main, ["solve", path, "--minimize", "s!B1", "--by-changing", "s!Z1"])
    assert wrong.exit_code == 2
    assert wrong.stderr.count("\n") == 1
