"""Programs: on floats equal to the recalculation, on tensors equal lane by lane, gradients by hand."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gradsheet.errors import GradsheetError
from gradsheet.formula.book import Book
from gradsheet.formula.cells import Error, Workbook

Course = Callable[[str], tuple[Workbook, dict[str, object]]]


def test_the_headline_of_the_course(course: Course) -> None:
    book = Book(course("fastai/graddesc-course22p2.xlsx")[0])
    program = book.program(inputs=["basic!F1"], outputs=["basic!rmse", "basic!C32"])
    assert program({"basic!F1": 1e-4})["basic!rmse"] == 150.75521153771854  # cached in basic!F33
    assert "basic_F33 = sqrt(" in program.source


def lanes_equal_floats(book: Book, inputs: list[str], outputs: list[str], values: dict[str, list[float]]) -> None:
    program = book.program(inputs, outputs)
    batch = program({k: torch.tensor(v, dtype=torch.float64) for k, v in values.items()})
    for i in range(len(next(iter(values.values())))):
        alone = program({k: v[i] for k, v in values.items()})
        for name, one in alone.items():
            lane = batch[name][i].item()
            if isinstance(one, Error):
                assert math.isnan(lane), (name, i, one)
            else:
                assert lane == one, (name, i)


@pytest.mark.parametrize("sheet", ["basic", "momentum", "rmsprop", "adam", "adam_ann"])
def test_every_lane_equals_its_own_run(sheet: str, course: Course) -> None:
    book = Book(course("fastai/graddesc-course22p2.xlsx")[0])
    rates = torch.logspace(-7, 300, 60, dtype=torch.float64).tolist()
    names = {"basic": "basic!F1", "rmsprop": "rmsprop!D2", "adam_ann": "adam_ann!D2"}
    outputs = [f"{sheet}!C32", f"{sheet}!D32", f"{sheet}!E20"]
    lanes_equal_floats(book, [names.get(sheet, f"{sheet}!lr")], outputs, {names.get(sheet, f"{sheet}!lr"): rates})


MIXED = {
    "A1": 1, "B1": 2,
    "C1": "=IF(A1>B1,A1/(A1-B1),SQRT(B1-A1))",
    "C2": "=MAX(A1*A1,B1)-MIN(A1,0)",
    "C3": "=EXP(A1)+LN(B1)+TANH(A1)",
    "C4": "=1/(A1*B1)+ABS(A1)^3",
    "C5": "=IF(AND(A1>0,B1>0),A1^B1,-1)",
    "C6": "=SUMPRODUCT(A1:B1,A1:B1)/SUM(A1:B1)",
    "C7": "=ROUND(A1,2)+MOD(A1,3)",
    "C8": "=IFERROR(1/A1,99)+VLOOKUP(B1,A1:B1,1)",
    "C9": "=MAX(0-1E308*A1,0)",
    "D1": "=1/A1", "D2": "=SQRT(B1)", "D3": "=A1*1E200",
    "C10": "=COUNT(D1:D3)+SIGN(A1*A1*B1)",
    "C11": "=MATCH(A1,D1:D3,0)",
    "C12": "=INDEX(D1:D3,B1)",
    "C13": "=IF(OR(A1=B1,NOT(A1<0)),D1,D2)",
    "C14": "=1/(1+EXP(-A1))+SUMSQ(D1:D2)",
}  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0, 1e200, -1e308])] * 2),
        min_size=1,
        max_size=8,
    )
)
def test_any_lanes_equal_their_own_runs(pairs: list[tuple[float, float]]) -> None:
    book = Book.of({"s": MIXED})
    values = {"s!A1": [a for a, _ in pairs], "s!B1": [b for _, b in pairs]}
    for row in range(1, 15):
        lanes_equal_floats(book, ["s!A1", "s!B1"], [f"s!C{row}"], values)


def test_gradients_are_those_of_the_branch_taken() -> None:
    book = Book.of({"s": {"A1": 4, "B1": "=IF(A1>0,SQRT(A1),0)", "B2": "=MAX(0,A1)", "B3": "=A1^3+EXP(0*A1)"}})
    x = torch.tensor([4.0, 0.0, -1.0], dtype=torch.float64, requires_grad=True)
    expected = {"s!B1": [0.25, 0.0, 0.0], "s!B2": [1.0, 0.0, 0.0], "s!B3": [48.0, 0.0, 3.0]}  # by hand
    for name, slopes in expected.items():
        result = book.program(["s!A1"], [name])({"s!A1": x})[name]
        (slope,) = torch.autograd.grad(result.sum(), x)
        assert slope.tolist() == slopes, name


def test_gradients_through_look_ups_are_those_of_the_entry_found() -> None:
    cells: dict[str, object] = {"A1": 1, "B1": "=A1*3", "B2": "=A1^2", "C1": 1, "C2": 2}
    formulas = {"D1": "=INDEX(B1:B2,MATCH(A1,C1:C2,1))", "D2": "=VLOOKUP(A1,{1,10;2,20},2)*A1"}
    book = Book.of({"s": {**cells, **formulas}})
    x = torch.tensor([1.5, 5.0], dtype=torch.float64, requires_grad=True)
    for name, slopes in {"s!D1": [3.0, 10.0], "s!D2": [10.0, 20.0]}.items():  # 3, 2·5; 10, 20
        result = book.program(["s!A1"], [name])({"s!A1": x})[name]
        (slope,) = torch.autograd.grad(result.sum(), x)
        assert slope.tolist() == slopes, name
    lanes_equal_floats(book, ["s!A1"], ["s!D1", "s!D2"], {"s!A1": [0.5, 1.0, 1.5, 2.0, 9.0, 1e200]})


def test_errors_are_told_by_lane() -> None:
    program = Book.of({"s": {"A1": 1, "A2": "=1/A1", "A3": "=SQRT(A1)"}}).program(["s!A1"], ["s!A2", "s!A3"])
    lanes = {"s!A1": torch.tensor([1.0, 0.0, -1.0], dtype=torch.float64)}
    assert program(lanes)["s!A2"].isnan().tolist() == [False, True, False]
    assert program.errors(lanes) == {"s!A2": {1: Error.DIV0}, "s!A3": {2: Error.NUM}}


def test_an_error_is_not_revived_by_max() -> None:
    program = Book.of({"s": {"A1": 1, "A2": "=-A1*A1", "A3": "=MAX(A2,0)"}}).program(["s!A1"], ["s!A3"])
    assert program({"s!A1": 1e200}) == {"s!A3": Error.NUM}
    assert program({"s!A1": torch.tensor([1e200], dtype=torch.float64)})["s!A3"].isnan().all()


def test_a_formula_can_be_an_input() -> None:
    program = Book.of({"s": {"A1": 1, "A2": "=A1+1", "A3": "=A2*10"}}).program(["s!A2"], ["s!A3"])
    assert program({"s!A2": 7.0}) == {"s!A3": 70.0}
    assert program() == {"s!A3": 20.0}


def test_unknown_cells_are_named_in_one_sentence() -> None:
    book = Book.of({"s": {"A1": 1, "A2": "=A1"}})
    with pytest.raises(GradsheetError, match="no sheet 'nope'"):
        book.program(["nope!A1"], ["s!A2"])
    with pytest.raises(GradsheetError, match="'s!slope' is neither a cell nor a defined name"):
        book.program(["s!slope"], ["s!A2"])
    with pytest.raises(GradsheetError, match="'s!B9' is no input"):
        book.program(["s!A1"], ["s!A2"])({"s!B9": 1.0})
