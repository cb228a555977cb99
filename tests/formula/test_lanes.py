"""Programs on tensors: lanes that equal runs on floats, gradients that equal finite differences."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pytest
import torch

from gradsheet.errors import GradsheetError
from gradsheet.formula.book import Book
from gradsheet.formula.cells import Error, Formula, Table, Workbook

CELLS: dict[str, object] = {
    **{"A1": 1.5, "A2": 2.5, "A3": -0.75, "A4": 4, "B1": 2, "B2": 3, "B3": 5, "B4": 7},
    **{"C1": "a", "C2": "b", "C3": "a", "C4": "c", "D1": "=A1*A2", "D2": "=A2/A3", "D3": "=A3^2-A1", "D4": "=SQRT(A4)"},
}
NAMES: dict[str | tuple[str, str], str] = {"moved": "OFFSET(s!$A$1,1,0,2,1)", "twice": "LAMBDA(x,2*x)"}
FORMULAS = """
    IFERROR(A1/A2,0)+A3  IFERROR(1/(A1-A1),A2^2)  OFFSET(A1,1,0)*A3  SUM(OFFSET(A1,0,0,3,1))  SUM(moved)*A1
    INDEX(A1:A4,3)*A2  INDEX(D1:D4,MATCH("b",C1:C4,0))  VLOOKUP(2.5,B1:D4,3)  LET(x,A1*A2,y,x+1,x*y)  twice(A1)*A2
    CHOOSE(2,A1,A2*A3,A4)  SWITCH("b","a",A1,"b",A2*A3)  IFS(A1>9,A2,A1>0,A2*A3,TRUE,0)  IF("x"="x",A1*A3,A2)
    VAR.P(A1:A4)  VAR.S(D1:D4)  STDEV.P(A1:A4)  STDEV.S(A1:A3,B1)  DEVSQ(A1:A4)  SUMSQ(A1:B2)  PRODUCT(A1:A4)
    SUMIF(C1:C4,"a",A1:A4)  SUMIF(A1:A4,">0")  SUMIF(A1:A4,">=2",D1:D4)  AVERAGEIF(A1:A4,"<3")
    COUNTIF(A1:A4,">1")+A1  SUMIFS(A1:A4,C1:C4,"a",B1:B4,">2")  SUMIFS(A1:A4,A1:A4,">0",A1:A4,"<4.5")
    AVERAGEIFS(D1:D4,C1:C4,"a")  IF(AND(A1,A2),A3,0)*A1  IF(OR(A1>9,A2>2),A1*A1,A2)  IF(NOT(A1>9),A2^3,A1)
    MAX(A1:A4)*A1  MIN(A1:A4,-9)+A1  MAX(A1,A2,0)  SUMPRODUCT(A1:A4,B1:B4)  SUMPRODUCT((A1:A4>0)*A1:A4)
    SUMPRODUCT(--(C1:C4="a"),D1:D4)  SUMXMY2(A1:A4,B1:B4)  SUM(EXP(A1:A4))  SUM(A1:A4*D1:D4)
    SUM(TRANSPOSE(A1:A4)*A1)  SUM(MMULT(A1:B2,A1:B2))  AVERAGE(IF(A1:A4>0,A1:A4,0))  SUM(IF(A1:A4>0,A1:A4,A1*2))
    SUM(MAP(A1:A4,LAMBDA(x,x*x)))  REDUCE(0,A1:A4,LAMBDA(a,x,a+x*x))  SUM(BYROW(A1:B4,SUM))
    SUM(HSTACK(A1:A4,D1:D4))  SUM(TAKE(A1:A4,2))*A1  INDEX(MMULT(A1:B2,A1:B2),2,1)  SLOPE(A1:A4,B1:B4)
    COVARIANCE.P(A1:A4,B1:B4)  MOD(A4,A2)+A1  LOG(A4,A2)  POWER(A4,A2)  A4^A3  A4^-2  (-A4)^3  ATAN(A1)*TANH(A2)
    ABS(A3)*A3  -A1%  LN(A4)+LOG10(A2)  SUMX2MY2(A1:A4,B1:B4)  AVEDEV(A1:A4)  XLOOKUP("c",C1:C4,D1:D4)
    AVERAGE(A1:A4,D1)  N(A1)*A2  IF(ISERROR(A1/A2),0,A1)  IF(ISNUMBER(A1),A1*A2,0)  IF(A1>1,IF(A2>9,A1,A2*A3),A4)
    XLOOKUP(A1,A1:A4,D1:D4)  HLOOKUP(A1,A1:B2,2)  IF(A1>1,0.1,0.7)+A2  SUM(IF(A1:A4>0,0.1,0.7))*A2
"""
SMOOTH = re.split(r"\s\s+", FORMULAS.strip())
STEPS = {
    "ROUND(A1,1)+A2": "ROUND",
    "INT(A1)*A2": "INT",
    "INDEX(B1:B4,A1)*A2": "INDEX",
    "VLOOKUP(A1,B1:D4,3)": "VLOOKUP",
}


def book(formula: str) -> Book:
    return Book.of({"s": {**CELLS, "Z1": Formula("=" + formula, dynamic=True)}}, names=NAMES)


def inputs() -> dict[str, list[float]]:
    """The workbook's own values first, then others, errors among them."""
    own = {"s!A1": 1.5, "s!A2": 2.5, "s!A3": -0.75, "s!A4": 4.0}
    lanes = [[0.3, 1.7, -2.2, 3.1], [2.9, 0.9, 4.4, 1.2], [0.0, 0.0, 0.0, 0.0], [1e200, -1e200, 1e300, 2.0]]
    return {name: [x, *(lane[i] for lane in lanes)] for i, (name, x) in enumerate(own.items())}


@pytest.mark.parametrize("formula", [*SMOOTH, *STEPS])
def test_lanes_equal_runs_on_floats_to_the_last_bit(formula: str) -> None:
    program = book(formula).program(list(inputs()), ["s!Z1"])
    assert program.differentiable, program.flat
    lanes = program({k: torch.tensor(v, dtype=torch.float64) for k, v in inputs().items()})["s!Z1"].tolist()
    for i, lane in enumerate(lanes):
        alone = program({k: v[i] for k, v in inputs().items()})["s!Z1"]
        assert math.isnan(lane) if isinstance(alone, Error) else lane == alone, (i, lane, alone)


@pytest.mark.parametrize("formula", SMOOTH)
def test_gradients_are_near_finite_differences(formula: str) -> None:
    program = book(formula).program(list(inputs()), ["s!Z1"])
    start = {k: v[0] for k, v in inputs().items()}
    tensors = {k: torch.tensor([v], dtype=torch.float64, requires_grad=True) for k, v in start.items()}
    slopes = torch.autograd.grad(program(tensors)["s!Z1"].sum(), list(tensors.values()))
    for (name, x), slope in zip(start.items(), slopes, strict=True):
        up, down = (program({**start, name: x + h})["s!Z1"] for h in (1e-6, -1e-6))
        assert slope.item() == pytest.approx((up - down) / 2e-6, rel=1e-5, abs=1e-7), name


@pytest.mark.parametrize(("formula", "function"), STEPS.items())
def test_what_has_no_gradient_is_named_with_its_cell(formula: str, function: str) -> None:
    assert f"{function} in s!Z1" in book(formula).program(["s!A1", "s!A2"], ["s!Z1"]).flat


@pytest.mark.parametrize("formula", SMOOTH[::4])
def test_the_chain_rule_forward_is_the_one_backward(formula: str) -> None:
    squares = book(f"SUMSQ({formula},A1*A2)").program(list(inputs()), ["s!Z1"]).squares
    assert squares is not None
    own = torch.tensor([v[0] for v in inputs().values()], dtype=torch.float64)
    program = book(formula).program(list(inputs()), ["s!Z1"])
    x = own[:, None].clone().requires_grad_()
    (slope,) = torch.autograd.grad(program.batch(x).sum(), x)
    torch.testing.assert_close(squares.jacobian(own)[0], slope[:, 0], rtol=1e-12, atol=1e-14)
    assert squares.values(own)[0].item() == program.batch(own[:, None]).item()


def test_a_branch_not_taken_spoils_no_gradient() -> None:
    cells: dict[str, object] = {"A1": 0, "A2": "=IF(A1>0,SQRT(A1)/A1,A1)", "A3": "=IFERROR(SQRT(A1)/A1,3*A1)"}
    cells |= {"A4": "=SUM(IF(A1=0,5*A1,LN(A1)))", "A5": "=IFERROR(MATCH(A1,{1,2},0),A1^2)"}
    x = torch.tensor([0.0, 4.0], dtype=torch.float64, requires_grad=True)
    by_hand = {"A2": [1.0, -1 / 16], "A3": [3.0, -1 / 16], "A4": [5.0, 0.25]}  # (x^-1/2)' = -x^(-3/2)/2
    for cell, slopes in by_hand.items():
        result = Book.of({"s": cells}).program(["s!A1"], [f"s!{cell}"])({"s!A1": x})[f"s!{cell}"]
        assert torch.autograd.grad(result.sum(), x)[0].tolist() == slopes, cell


def test_a_column_is_one_operation_and_a_recurrence_one_a_row() -> None:
    rows = 200
    column: dict[str, object] = {f"A{i}": float(i) for i in range(1, rows + 1)}
    column |= {f"B{i}": f"=(A{i}*$D$1-3)^2" for i in range(1, rows + 1)}
    column |= {"D1": 2, "D2": f"=AVERAGE(B1:B{rows})"}
    program = Book.of({"s": column}).program(["s!D1"], ["s!D2"])
    assert sum(" = " in line for line in program.lanes_source.splitlines()) == 5  # *, -, square, sum, /
    chain: dict[str, object] = {"A1": 1.0, **{f"A{i}": f"=A{i - 1}*0.5+$A$1" for i in range(2, 21)}}
    program = Book.of({"s": chain}).program(["s!A1"], ["s!A20"])
    assert sum(" = " in line for line in program.lanes_source.splitlines()) == 2 * 19


def test_one_overflow_spoils_a_whole_matrix_product() -> None:
    cells: dict[str, object] = {"A1": 1, "A2": 1, "B1": 2, "C1": Formula("=MMULT(A1:A2,B1:B1)", array="C1:C2")}
    program = Book.of({"s": cells}).program(["s!A1"], ["s!C2"])
    assert program({"s!A1": torch.tensor([1.0, 1e308], dtype=torch.float64)})["s!C2"].isnan().tolist() == [False, True]
    assert program({"s!A1": 1e308}) == {"s!C2": Error.NUM}


def test_what_is_read_by_offset_is_followed_on_floats_too() -> None:
    cells: dict[str, object] = {"A1": 1, "A2": "=A1*2", "B1": 1, "B2": "=OFFSET(A1,B1,0)+LEN(C1)", "C1": "xy"}
    program = Book.of({"s": cells}).program(["s!A1"], ["s!B2"])
    assert program({"s!A1": 5.0}) == {"s!B2": 12.0}
    assert program({"s!A1": torch.tensor([5.0, 6.0], dtype=torch.float64)})["s!B2"].tolist() == [12.0, 14.0]


def test_what_cannot_be_traced_goes_lane_by_lane_and_says_why() -> None:
    program = Book.of({"s": {"A1": 2, "A2": '=VALUE("1"&A1)'}}).program(["s!A1"], ["s!A2"])
    lanes = torch.tensor([2.0, 7.0], dtype=torch.float64)
    assert program({"s!A1": lanes})["s!A2"].tolist() == [12.0, 17.0]
    with pytest.raises(GradsheetError, match="no gradients through a number as text in s!A2"):
        program({"s!A1": lanes.requires_grad_()})


def test_table_references_and_array_formulas_go_at_once() -> None:
    rows = 30
    cells: dict[str, object] = {"A1": "x", "B1": "y", "E2": 0.5, "F2": -0.25}
    cells |= {f"A{i}": i / 7 for i in range(2, rows + 2)} | {
        f"B{i}": "=(T[[#This Row],[x]]-$E$2)^2" for i in range(2, 32)
    }
    cells |= {"H2": Formula("=MMULT(T[[x]:[y]],TRANSPOSE(E2:F2))", array="H2:H31"), "K1": "=SUMSQ(H2:H31)+SUM(T[y])"}
    book = Book(Workbook.of({"s": cells}, tables={"T": Table("s", "A1:B31", ("x", "y"))}))
    program = book.program(["s!E2", "s!F2"], ["s!K1"])
    e, f = (torch.tensor([v, 2 * v], dtype=torch.float64, requires_grad=True) for v in (0.5, -0.25))
    x = (torch.arange(2, rows + 2, dtype=torch.float64) / 7)[:, None]
    y = (x - e) ** 2  # by hand, in torch
    loss = ((x * e + y * f) ** 2).sum(0) + y.sum(0)
    mine = program({"s!E2": e, "s!F2": f})["s!K1"]
    for ours, theirs in zip(
        torch.autograd.grad(mine.sum(), (e, f)), torch.autograd.grad(loss.sum(), (e, f)), strict=True
    ):
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=0)
    assert mine[0].item() == book.recalculate()["s!K1"]


@pytest.mark.parametrize(
    ("output", "inputs"),
    [
        ("dotprod!V41", [f"dotprod!{c}{r}" for r in range(25, 40) for c in "BCDEF"]),
        ("movielens_emb!Y210", [f"dotprod!{c}{r}" for r in range(25, 40) for c in "BCDEF"]),
        ("movielens_1hot!BH210", [f"dotprod!{c}{r}" for r in range(25, 40) for c in "BCDEF"]),
        ("bias!V42", [f"bias!{c}{r}" for r in range(26, 41) for c in "ABCDEF"]),
    ],
)
def test_collaborative_filtering_of_the_course(
    output: str, inputs: list[str], course: Callable[[str], tuple[Workbook, dict[str, object]]]
) -> None:
    workbook, cached = course("fastai/collab_filter.xlsx")
    program = Book(workbook).program(inputs, [output])
    sheet = workbook.sheets[inputs[0].split("!")[0]].cells
    own = {name: torch.tensor([float(sheet[name.split("!")[1]])], dtype=torch.float64) for name in inputs}  # type: ignore[arg-type]
    assert program(own)[output].item() == pytest.approx(cached[output], rel=1e-15)  # Excel's own
    one = own[inputs[7]].requires_grad_()
    (slope,) = torch.autograd.grad(program(own)[output].sum(), one)
    with torch.no_grad():
        up, down = (program({**own, inputs[7]: one + h})[output].item() for h in (1e-5, -1e-5))
    assert slope.item() == pytest.approx((up - down) / 2e-5, rel=1e-4)
