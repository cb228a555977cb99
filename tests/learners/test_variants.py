"""No false alarm: right answers written otherwise are right.

A sample; ``python scripts/battery.py`` goes through all.
"""

from __future__ import annotations

import pytest

from gradsheet.checking.feedback import FINE
from gradsheet.checking.spec import make
from gradsheet.experiments import catalogue
from tests.learners.variants import Battery

# what school algebra and a spreadsheet's manual say of one rule each; written by hand
BY_HAND = {
    ("basic", "err2"): {
        "=(G14-D14)^2", "=(D14-G14)*(D14-G14)", "=POWER(D14-G14,2)", "=SUMXMY2(D14,G14)", "=D14^2-2*D14*G14+G14^2",
        "=LET(parta,D14-G14,parta^2)", "=(D14-($E$14+$F$14*C14))^2".replace("$", ""), "=(basic!D14-basic!G14)^2",
    },
    ("rmsprop", "new_b"): {
        "=-(I14*rmsprop_lr/SQRT($S$14))+E14", "=E14-I14*(rmsprop_lr/SQRT($S$14))", "=E14-I14*$C$7/SQRT($S$14)",
        "=E14-I14*rmsprop_lr/$S$14^0.5", "=SUM(E14,-(I14*rmsprop_lr/SQRT($S$14)))",
    },
    ("two_neuron_relu", "relu"): {"=IF(I15>0,I15,0)", "=(I15>0)*I15", "=MAX(0,I15)", "=(I15+ABS(I15))/2"},
}  # fmt: skip


@pytest.mark.parametrize(("name", "column"), BY_HAND)
def test_the_battery_has_what_one_would_write_by_hand(name: str, column: str) -> None:
    battery = Battery(make(name, "level 3"))
    first = str(battery.parts(column)[0][0].at)
    texts = {battery.answers(column, number)[first][1] for number in range(battery.count(column))}
    assert texts >= BY_HAND[name, column], sorted(texts)


def test_a_wrong_answer_among_them_is_found() -> None:
    battery = Battery(make("momentum", "level 3"))
    answers = {cell: one for column in battery.columns for cell, one in battery.answers(column, 3).items()}
    cell = battery.solved.at("new_b", row=5)
    variant, text = answers[cell]
    answers[cell] = variant, f"{text}*1.000001"
    found = [one for one in battery.checked(answers) if one.verdict not in FINE]
    assert [one.cell for one in found] == [cell]


@pytest.mark.parametrize("name", list(catalogue()))
def test_no_false_alarm(name: str) -> None:
    battery = Battery(make(name, "level 3"))
    most = max(map(battery.count, battery.columns))
    for number in (7 * len(name) % most, most + 1):
        answers = {cell: one for column in battery.columns for cell, one in battery.answers(column, number).items()}
        found = battery.checked(answers)
        assert not found, [(one.cell, answers.get(one.cell), one.verdict, one.mistake) for one in found][:3]
