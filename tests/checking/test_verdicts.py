"""Each verdict, by what a learner did; what is right stays right however it is written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gradsheet.experiments import catalogue
from tests.checking.learner import Learner


@pytest.mark.parametrize("name", list(catalogue()))
def test_a_key_is_all_correct(name: str) -> None:
    found = Learner.of(name, "level 3").checked()
    assert found.ok, [c.message for c in found.cells if c.verdict != "correct"][:3]
    assert found.score == found.max_score


def test_an_exercise_as_it_was_handed_out_is_missing() -> None:
    learner = Learner.of("momentum")
    for column in ("d_b", "d_a", "velocity_b", "velocity_a", "new_b", "new_a"):
        for content in learner.contents(column):
            learner.put(str(content.at), None)
    found = learner.checked()
    assert {c.verdict for c in found.cells} == {"missing"}
    assert (found.score, found.max_score) == (0, 6)


def test_a_slip_in_one_cell_costs_one_cell() -> None:
    learner = Learner.of("momentum")
    wrong = learner.at("d_b", row=4)
    learner.put(wrong, "=2*(H18-D18)")
    found = learner.checked()
    said = {c.cell: c for c in found.cells}
    assert [cell for cell, one in said.items() if one.verdict == "wrong"] == [wrong]
    for column in ("d_a", "velocity_b", "new_b"):
        assert said[learner.at(column, row=4)].verdict == "follow_on"
        assert said[learner.at(column, row=3)].verdict == "correct"
    assert said[learner.at("d_a", row=4)].because == (wrong,)
    assert said[learner.at("d_b", row=5)].verdict == "follow_on"  # the rule is right, the weights are not
    assert found.score > 5.8


def test_a_column_written_without_the_wrong_one_before_it_is_right() -> None:
    learner = Learner.of("momentum").write("d_b", "=2*(y-pred)")
    learner.write("d_a", "=2*(pred-y)*x")
    assert set(learner.verdicts("d_b")) == {"wrong"}
    assert set(learner.verdicts("d_a")) <= {"correct", "follow_on"}


def test_typed_numbers_are_found() -> None:
    learner = Learner.of("basic")
    cells = [str(c.at) for c in learner.contents("new_b")]
    values = [learner.value("new_b", c.row or 0, c.number) for c in learner.contents("new_b")]
    learner.put(cells[0], values[0])
    learner.put(cells[1], f"={values[1]!r}+0")
    learner.put(cells[2], f"={values[2]!r}+0*D16")
    learner.put(cells[3], values[3] + 1)
    learner.put(cells[4], f"=IF(ISNUMBER(D18),{values[4]!r},0)")
    assert learner.verdicts("new_b")[:5] == ["hard_coded", "hard_coded", "hard_coded", "wrong", "hard_coded"]


def test_what_is_right_here_only_is_fragile() -> None:
    learner = Learner.of("basic", "new_b")
    learner.write("new_b", "=b-d_b*0.0001")
    assert set(learner.verdicts("new_b")) == {"fragile"}


def test_what_cannot_be_read() -> None:
    learner = Learner.of("basic", "new_b")
    cells = [str(c.at) for c in learner.contents("new_b")]
    learner.book.sheets["basic"].cells[cells[0]] = "=E14-K14*basic_lr"
    learner.put(cells[1], "=E15-K15*")
    learner.put(cells[2], "=UNHEARDOF(E16)")
    learner.put(cells[3], "0,25")
    assert learner.verdicts("new_b")[:4] == ["unreadable"] * 4


def test_a_circle_is_wrong_and_not_the_end() -> None:
    learner = Learner.of("basic", "new_b,new_a")
    one, other = learner.at("new_b", 3), learner.at("new_a", 3)
    learner.put(one, f"={other}").put(other, f"={one}")
    found = {c.cell: c.verdict for c in learner.checked().cells}
    assert (found[one], found[other]) == ("wrong", "wrong")
    assert found[learner.at("new_b", 2)] == "correct"


VARIANTS = {
    # column: the same written otherwise, with cells of the sheet by name
    "d_b": ["=(pred-y)*2", "=2*pred-2*y", "=-2*(y-pred)", "=(pred-y)+(pred-y)", "=SUM(pred,-y)*2", "=2*(b+a*x-y)"],
    "d_a": ["=x*d_b", "=2*x*(pred-y)", "=PRODUCT(d_b,x)", "=d_b/(1/x)", "=SUMPRODUCT(d_b,x)"],
    "velocity_b": [
        "=beta*prev(velocity_b)+d_b-beta*d_b",
        "=prev(velocity_b)+(1-beta)*(d_b-prev(velocity_b))",
        "=d_b*(1-beta)+beta*prev(velocity_b)",
        "=LET(k,beta,k*prev(velocity_b)+(1-k)*d_b)",
        "=SUM(prev(velocity_b)*beta,(1-beta)*d_b)",
    ],
    "new_a": ["=-lr*velocity_a+a", "=a-lr*velocity_a", "=a+velocity_a*-lr", "=SUM(a,-velocity_a*lr)"],
}


@pytest.mark.parametrize(("column", "formula"), [(c, f) for c, texts in VARIANTS.items() for f in texts])
def test_an_equivalent_formula_is_right(column: str, formula: str) -> None:
    learner = Learner.of("momentum").write(column, formula)
    found = learner.checked()
    assert found.ok, [c.message for c in found.cells if c.verdict != "correct"][:2]


def test_a_missing_dollar_sign_is_one_fragile_answer() -> None:
    learner = Learner.of("momentum", "new_b,new_a").fill("new_b", "=E14-K14*C7")
    found = learner.checked()
    assert {(one.column, one.mistake) for one in found.cells if one.mistake} == {("new_b", "lr_drift")}
    assert found.marks == {"new_b": (0.5, 1.0), "new_a": (1.0, 1.0)}
    learner.put(learner.at("new_b", row=3), 0.5)  # and what else is wrong costs as ever
    assert learner.checked().marks["new_b"] == (0.49, 1.0)


@pytest.mark.parametrize(
    ("column", "formula"), [("velocity_b", "=(1-beta)*d_b"), ("velocity_b", "=(1-beta)*d_b-prev(velocity_b)*beta")]
)
def test_a_mistake_that_shows_nothing_in_the_first_row_costs_the_column(column: str, formula: str) -> None:
    found = Learner.of("momentum", column).write(column, formula).checked()
    assert [one.verdict for one in found.cells][:2] == ["fragile", "wrong"]  # nothing has entered the first row
    assert found.score <= 0.01


def test_a_number_that_fits_in_one_row_lifts_no_other() -> None:
    learner = Learner.of("basic", "new_b")
    first, *others = (str(content.at) for content in learner.contents("new_b"))
    learner.put(first, f"=E14-{learner.value('d_b')!r}*$C$7")
    for number, cell in enumerate(others):
        learner.put(cell, float(number % 7))
    assert learner.checked().score <= 0.01


def test_a_reference_that_drifts_and_does_not_matter_is_no_mistake() -> None:
    learner = Learner.of("basic", "new_b").fill("new_b", "=E14-2*(G14-D14)*$C$7*IF(ISNUMBER(J7),1,1)")
    found = learner.checked()
    assert found.ok, [one.message for one in found.cells if one.verdict != "correct"][:2]


def test_what_is_read_by_offset_is_seen_in_long_exercises() -> None:
    learner = Learner.of("basic", "new_b", epochs=4)
    rows = int(learner.at("new_b", 28, 3)[1:]) - 14
    learner.fill("new_b", f"=E14-M14*$C$7+(H14-(D14-G14)^2)*OFFSET($G$14,{rows},0)")
    found = learner.checked()
    assert found.ok, [one.message for one in found.cells if one.verdict != "correct"][:2]


@pytest.mark.parametrize(
    "means",
    [
        "gone!$C$7",
        "Sheet 1!$C$7",
        "$momentum.$C$7",
        "'Sheet 1'!$C$7:$C$7",
        "#REF!",
        "#REF!$C$7",
        "momentum!#REF!",
        "#N/A",
    ],
)
def test_a_name_that_leads_nowhere_is_read_as_the_input(means: str) -> None:
    learner = Learner.of("momentum", "new_b")
    learner.book = replace(learner.book, names={**learner.book.names, "momentum_lr": means})
    found = learner.checked()
    assert found.ok
    assert "led to a sheet that is gone" in found.reason


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("=2*(pred-y)", "There is no name pred in this workbook"),
        ("=1/0", "this gives #DIV/0!"),
        ("=J14*2+I14", "It reads itself"),
        ("=2*M14", "It reads itself"),
        ("=SUMME(G14)", "The function SUMME cannot be calculated here"),
        ("=2*(G14-D14", "This could not be read: expected ')'"),
        ("=2*(G14-D14)*1E999", "1E999 is more than a number can be"),
    ],
)
def test_what_cannot_be_calculated_says_why(formula: str, said: str) -> None:
    found = Learner.of("momentum", "d_b").put("I14", formula).one("I14")
    assert found.verdict in ("wrong", "unreadable")
    assert said in found.message


def test_names_and_cells_are_the_same() -> None:
    learner = Learner.of("momentum", "new_b")
    learner.fill("new_b", "=E14-K14*$C$7")
    assert learner.checked().ok
    learner.fill("new_b", "=E14-K14*momentum_lr")
    assert learner.checked().ok


@pytest.mark.parametrize(
    ("name", "means"), [("momentum_lr", "momentum!$C$7*2"), ("momentum_lr", "-momentum!$C$7"), ("momentum_beta", "0.9")]
)
def test_the_rule_word_for_word_is_not_right_where_a_name_means_something_else(name: str, means: str) -> None:
    learner = Learner.of("momentum", "velocity_b,new_b")
    assert learner.checked().ok
    learner.book = replace(learner.book, names={**learner.book.names, name: means})
    column = "new_b" if name == "momentum_lr" else "velocity_b"
    assert not {"correct", "follow_on"} & set(learner.verdicts(column))


def test_squares_roots_and_sums_by_other_functions() -> None:
    learner = Learner.of("adam", "level 3")
    learner.write("err2", "=POWER(y-pred,2)").write("square_b", "=prev(square_b)*beta2+(1-beta2)*d_b*d_b")
    learner.write("square_a", "=beta2*prev(square_a)+(1-beta2)*POWER(d_a,2)")
    learner.write("new_b", "=b-lr*average_b/square_b^0.5").write("new_a", "=a-average_a*lr*square_a^(-1/2)")
    learner.write("root_sum", "=SUMXMY2(y,pred)^0.5").write("rmse", "=root_sum/SQRT(COUNT(err2))")
    found = learner.checked()
    assert found.ok, [c.message for c in found.cells if c.verdict != "correct"][:3]


def test_a_helper_column_of_ones_own_is_fine() -> None:
    learner = Learner.of("momentum", "new_b,velocity_b")
    for content in learner.contents("new_b"):
        row = content.at.row
        learner.put(f"AZ{row}", f"=K{row}*$C$7").put(f"M{row}", f"=E{row}-AZ{row}")
    assert learner.checked().ok


def test_running_totals_by_ranges() -> None:
    learner = Learner.of("adagrad", "level 3")
    first = learner.contents("sum2_b")[0].at.row
    column = learner.at("d_b").rstrip("0123456789")
    for content in learner.contents("sum2_b"):
        top = first + 29 * content.number
        learner.put(str(content.at), f"=SUMSQ({column}${top}:{column}{content.at.row})")
    found = learner.checked()
    assert found.ok, [c.message for c in found.cells if c.verdict != "correct"][:3]


def test_a_given_cell_that_was_changed_is_named() -> None:
    learner = Learner.of("momentum", "new_b")
    learner.put("C7", 0.001)
    found = learner.checked()
    changed = [c for c in found.cells if c.verdict == "wrong"]
    assert [(c.cell, c.column) for c in changed] == [("C7", "lr")]
    assert {c.verdict for c in found.cells if c.column == "new_b"} == {"follow_on"}
    assert found.score == found.max_score
