"""Names become A1: the cells that a learner would write, told by hand from graddesc.xlsx's own formulas."""

from __future__ import annotations

from gradsheet.experiments import experiment
from gradsheet.workbook.layout import Layout


def formulas(name: str, passes: int) -> dict[str, str]:
    layout = Layout(experiment(name), 29, passes)
    return {str(c.at): c.formula for c in layout.contents()}


def test_momentum_reads_like_the_course_sheet() -> None:
    """Row 15 of ours is row 5 of momentum: C5 =H4, J5 =J4*$J$1+$K$1*F5, H5 =C5-J5*$D$2."""
    cells = formulas("momentum", 3)  # one warm-up pass and two epochs
    assert cells["E15"] == "=M14"
    assert cells["G15"] == "=E15+F15*C15"
    assert cells["H15"] == "=(D15-G15)^2"
    assert cells["I15"] == "=2*(G15-D15)"
    assert cells["K15"] == "=K14*momentum_beta+(1-momentum_beta)*I15"
    assert cells["M15"] == "=E15-K15*momentum_lr"


def test_a_pass_begins_with_what_enters_it() -> None:
    cells = formulas("momentum", 3)
    assert cells["E14"] == "=$Q$14"  # b of epoch 0
    assert cells["K14"] == "=$S$14*momentum_beta+(1-momentum_beta)*I14"
    assert cells["Q15"] == "=E42"  # epoch 1 starts from the b that entered the last row: the macro's C32
    assert cells["S15"] == "=K42"  # but from the velocity after it: J32
    assert cells["U14"] == "=SQRT(SUM(H14:H42))"  # the course's F33


def test_warm_up_passes_stand_last_and_hand_on_their_state() -> None:
    cells = formulas("momentum", 3)
    assert cells["S14"] == "=K100"  # the warm-up's last velocity: 14 + 2·29 + 28
    assert cells["Q72"] == "=momentum_start_b"


def test_updated_carry_takes_the_new_weight() -> None:
    cells = {str(c.at): c.formula for c in Layout(experiment("basic").configured(carry="updated"), 29, 2).contents()}
    new_b = Layout(experiment("basic"), 29, 2).column("steps", "new_b")
    assert f"={new_b}42" in cells.values()


def test_running_totals_start_at_zero_in_every_pass() -> None:
    layout = Layout(experiment("adagrad"), 29, 3)
    cells = {str(c.at): c.formula for c in layout.contents()}
    total, gradient = layout.column("steps", "sum2_b"), layout.column("steps", "d_b")
    for number in range(3):
        row = layout.step_row(number, 0)
        assert cells[f"{total}{row}"] == f"=0+{gradient}{row}^2"
        assert cells[f"{total}{row + 1}"] == f"={total}{row}+{gradient}{row + 1}^2"
