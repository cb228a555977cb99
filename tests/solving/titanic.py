"""Workbooks like the course's Titanic one, made up: about 714 rows, dummies, a regression and two small nets.

`linear` is a regression: a SUMPRODUCT a row over its dummies and a row of weights. `net` is two linear layers
with a ReLU between, a column for each unit. `mm` is the same net with the first layer as one MMULT over a block,
its columns called by table references. All loss cells are the mean of squared errors.
"""

from __future__ import annotations

import random
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table

RAW = ["Survived", "Pclass", "Sex", "Age", "SibSp", "Parch", "Fare", "Embarked"]
FEATURES = ["Age_N", "log_Fare", "Pclass_1", "Pclass_2", "Emb_S", "Emb_C", "Male", "SibSp", "Parch", "Ones"]


def passengers(rows: int, seed: int = 7) -> list[list[object]]:
    """Made-up passengers, women and first class more often saved."""
    draw = random.Random(seed)
    made: list[list[object]] = []
    for _ in range(rows):
        group, sex = draw.choice([1, 2, 3, 3]), draw.choice(["male", "male", "female"])
        age = round(draw.uniform(1, 75), 1) if draw.random() < 0.9 else draw.randint(1, 75)
        chance = 0.15 + 0.5 * (sex == "female") + 0.2 * (group == 1) - 0.002 * age
        fare = round(draw.lognormvariate(4.2 - 0.8 * group, 0.6), 4) if draw.random() < 0.98 else 0
        made.append([int(draw.random() < chance), group, sex, age, draw.choice([0, 0, 0, 1, 1, 3]),
                     draw.choice([0, 0, 0, 1, 2]), fare, draw.choice(["S", "S", "S", "C", "Q"])])  # fmt: skip
    return made


def write(path: Path, rows: int = 714, seed: int = 7) -> Path:
    """Writes the workbook; no cached values, as openpyxl leaves it."""
    book = Workbook()
    del book["Sheet"]
    data = book.create_sheet("data")
    data.append([*RAW, *FEATURES])
    last = rows + 1
    for number, person in enumerate(passengers(rows, seed), start=2):
        data.append([*person, f"=D{number}/MAX(D$2:D${last})", f"=LOG10(G{number}+1)", f"=IF(B{number}=1,1,0)",
                     f"=IF(B{number}=2,1,0)", f'=IF(H{number}="S",1,0)', f'=IF(H{number}="C",1,0)',
                     f'=IF(C{number}="male",1,0)', f"=E{number}", f"=F{number}", 1])  # fmt: skip
    width = len(RAW) + len(FEATURES)
    data.add_table(Table(displayName="Titanic", ref=f"A1:{get_column_letter(width)}{last}"))
    draw = random.Random(seed + 1)
    _linear(book, rows, draw)
    _net(book, rows, draw)
    _mm(book, rows, draw)
    book.save(path)
    return path


def _weights(draw: random.Random) -> list[float]:
    return [round(draw.random() - 0.5, 4) for _ in FEATURES]


def _linear(book: Workbook, rows: int, draw: random.Random) -> None:
    """Weights B1:K1, a prediction and an error a row, the loss in N1."""
    sheet = book.create_sheet("linear")
    sheet.append(["weights", *_weights(draw), None, "loss", f"=AVERAGE(B3:B{rows + 2})"])
    sheet.append(["Linear", "Err"])
    for row in range(2, rows + 2):
        sheet.append([f"=SUMPRODUCT(data!I{row}:R{row},$B$1:$K$1)", f"=(A{row + 1}-data!A{row})^2"])


def _net(book: Workbook, rows: int, draw: random.Random) -> None:
    """Two rows of weights B1:K2, a unit a column, IF as ReLU in one, MAX in the other; the loss in N1."""
    sheet = book.create_sheet("net")
    sheet.append(["unit 1", *_weights(draw), None, "loss", f"=AVERAGE(F4:F{rows + 3})"])
    sheet.append(["unit 2", *_weights(draw)])
    sheet.append(["Lin1", "Lin2", "Relu1", "Relu2", "Pred", "Err"])
    for row in range(2, rows + 2):
        at = row + 2
        sheet.append([f"=SUMPRODUCT(data!I{row}:R{row},$B$1:$K$1)", f"=SUMPRODUCT(data!I{row}:R{row},$B$2:$K$2)",
                      f"=IF(A{at}<0,0,A{at})", f"=MAX(B{at},0)", f"=C{at}+D{at}",
                      f"=(E{at}-data!A{row})^2"])  # fmt: skip


def _mm(book: Workbook, rows: int, draw: random.Random) -> None:
    """Weights in the block K3:L12, one MMULT down A and B, table references for the rest; the loss in N1."""
    sheet = book.create_sheet("mm")
    sheet["N1"] = "=AVERAGE(Errors[Err])"
    for row, header in ((2, ["Lin1", "Lin2", "Relu1", "Relu2", "Pred", "Err"]),):
        for column, text in enumerate(header, start=1):
            sheet.cell(row, column, text)
    last = rows + 2
    sheet["A3"] = ArrayFormula(f"A3:B{last}", "=MMULT(Titanic[[Age_N]:[Ones]],K3:L12)")
    for row, (one, other) in enumerate(zip(_weights(draw), _weights(draw), strict=True), start=3):
        sheet[f"K{row}"], sheet[f"L{row}"] = one, other
    for row in range(3, last + 1):
        sheet[f"C{row}"] = f"=IF(A{row}>0,A{row},0)"
        sheet[f"D{row}"] = f"=IF(B{row}>0,B{row},0)"
        sheet[f"E{row}"] = "=Errors[[#This Row],[Relu1]]+Errors[[#This Row],[Relu2]]"
        sheet[f"F{row}"] = "=(Errors[[#This Row],[Pred]]-INDEX(Titanic[Survived],ROW()-2))^2"
    sheet.add_table(Table(displayName="Errors", ref=f"C2:F{last}"))
