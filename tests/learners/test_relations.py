"""Right answers that need to know what else is on the sheet, and wrong ones that come close; all written by hand."""

from __future__ import annotations

import pytest

from tests.checking.learner import Learner

RIGHT = {
    ("local_minima_annealing", "kept_w"): [
        "=IF(taken,w,prev(kept_w))",
        "=taken*w+(1-taken)*prev(kept_w)",
        "=IF(taken=0,prev(kept_w),w)",
        "=CHOOSE(taken+1,prev(kept_w),w)",
        "=prev(kept_w)+taken*(w-prev(kept_w))",
    ],
    ("local_minima_annealing", "taken"): [
        "=IF(y<EXP(-(loss-prev(kept_loss))/heat),1,0)",
        "=IF(OR(loss<=prev(kept_loss),y<EXP((prev(kept_loss)-loss)/heat)),1,0)",
        "=--(y<MIN(1,EXP((prev(kept_loss)-loss)/heat)))",
        "=IF(LN(y)*heat<prev(kept_loss)-loss,1,0)",
    ],
    ("local_minima_restarts", "done"): [
        "=IF(prev(done)=every,1,prev(done)+1)",
        "=MOD(prev(done),every)+1",
        "=IF(prev(done)<every,prev(done)+1,1)",
        "=IF(prev(done)+1>every,1,prev(done)+1)",
        "=1+prev(done)*(prev(done)<every)",
    ],
    ("local_minima_restarts", "new_w"): [
        "=IF(done=every,low+(high-low)*y,w-lr*d_w)",
        "=IF(done<every,w-lr*d_w,low*(1-y)+high*y)",
    ],
    ("local_minima_restarts", "best_loss"): ["=IF(loss<prev(best_loss)-0.000000001,loss,prev(best_loss))"],
    ("local_minima_restarts", "best_w"): ["=IF(prev(best_loss)-loss>1E-9,w,prev(best_w))"],
    ("two_neuron_relu", "d_b"): [
        "=d_d*c*alive",
        "=IF(alive,d_d*c,0)",
        "=IF(alive=1,c*d_d,0)",
        "=IF(relu>0,c*d_d,0)",
        "=c*d_d*(z>0)",
    ],
    ("two_neuron_relu", "alive"): ["=SIGN(relu)", "=--(z>0)", "=N(z>0)", "=IF(relu>0,1,0)", "=IF(relu=0,0,1)"],
    ("two_neuron_relu", "relu"): ["=z*alive", "=IF(z<0,0,z)", "=(ABS(z)+z)/2"],
    ("two_neuron_relu", "stretch"): ["=lr*(alive*c^2*(x^2+1)+relu^2+1)"],
    ("relu_demo", "relu"): ["=IF(linear>0,linear,0)", "=linear*(linear>0)"],
    ("adam_ann", "lr"): ["=IF(size>2*prev(lowest),prev(lr)/4,prev(lr))", "=prev(lr)*IF(prev(lowest)<size/2,0.25,1)"],
    ("adam_ann", "size"): ["=square_b^0.5+square_a^0.5"],
    ("eve", "change"): [
        "=MAX(loss1,loss2)/MIN(loss1,loss2)-1",
        "=MAX(loss1/loss2,loss2/loss1)-1",
        "=IF(loss1>loss2,loss1/loss2,loss2/loss1)-1",
        "=(MAX(loss1,loss2)-MIN(loss1,loss2))/MIN(loss1,loss2)",
    ],
    ("eve", "loss2"): ["=IF(epoch>1,prev(loss1),loss1)"],
    ("adagrad_ann", "accepted"): [
        "=OR(epoch=0,size<=2*limit)",
        "=IF(epoch=0,TRUE,size/limit<=2)",
        "=IF(OR(epoch<1,size<=limit*2),TRUE,FALSE)",
        "=NOT(AND(epoch>0,size>2*limit))",
    ],
    ("adagrad_ann", "limit"): [
        "=IF(prev(accepted)*(prev(epoch)>0),prev(size),prev(limit))",
        "=IF(prev(epoch)=0,prev(limit),IF(prev(accepted),prev(size),prev(limit)))",
    ],
    ("adagrad_ann", "lr"): ["=prev(lr)/IF(prev(accepted),1,2)", "=IF(prev(accepted)=TRUE,1,0.5)*prev(lr)"],
    ("adam", "new_b"): ["=b-lr*average_b/square_b^0.5", "=b-lr*SIGN(average_b)*SQRT(average_b^2/square_b)"],
    ("rmsprop", "new_b"): ["=b-d_b/SQRT(prev(square_b)/lr^2)"],
    ("basic", "root_sum"): ["=SQRT(SUMXMY2(y,pred))", "=rmse*SQRT(COUNT(err2))"],
    ("basic", "rmse"): [
        "=root_sum/SQRT(COUNT(err2))",
        "=SQRT(SUMPRODUCT((y-pred)^2)/ROWS(y))",
        "=SQRT(SUMPRODUCT(y-pred,y-pred)/COUNT(x))",
    ],
    ("basic", "est_b"): ["=((b+h+a*x-y)^2-(b+a*x-y)^2)/h", "=((pred+h-y)^2-err2)/h", "=d_b+h", "=2*(pred-y)+h"],
    ("basic", "est_a"): ["=((pred+h*x-y)^2-(pred-y)^2)/h", "=d_a+h*x^2"],
    ("basic", "err_b"): ["=(pred+h-y)^2"],
    ("basic", "err_a"): ["=(pred+h*x-y)^2"],
    ("basic", "d_a"): ["=2*x*(a*x+b-y)", "=2*(a*x^2+(b-y)*x)"],
    ("basic", "err2"): ["=err_b-est_b*h"],
    ("adam_textbook", "left1"): ["=beta1^(row+29*epoch)"],
    ("adam_textbook", "new_b"): [
        "=b-lr*average_b/(1-left1)/(SQRT(square_b/(1-left2))+eps)",
        "=b-lr*SQRT(1-left2)/(1-left1)*average_b/(SQRT(square_b)+eps*SQRT(1-left2))",
    ],
    ("grad_average", "corrected_b"): ["=average_b/(1-beta^(row+29*epoch))"],
    ("grad_average", "left"): ["=beta^(row+29*epoch)"],
    ("local_minima_decay", "rate"): ["=lr*decay^(row+20*epoch)"],
    ("explode", "stretch"): ["=4*lr*w^2"],
    ("explode", "d_w"): ["=4*w*(w^2-y)", "=4*w^3-4*w*y"],
    ("explode", "pred"): ["=w^2"],
    ("quadratic", "grad_a"): ["=AVERAGE(d_a)"],
    ("quadratic", "grad_b"): ["=SUM(d_b)/COUNT(d_b)"],
    ("quadratic", "grad_c"): ["=2*AVERAGE(pred)-2*AVERAGE(y)"],
    ("quadratic", "total_b"): ["=prev(total_b)+d_c*x"],
    ("quadratic", "d_a"): ["=d_b*x"],
    ("quadratic", "pred"): ["=(a*x+b)*x+c"],
    ("quadratic", "new_c"): ["=c-lr*AVERAGE(d_c)"],
    ("quadratic_scaled", "u"): ["=x/9.5-1"],
    ("local_minima", "d_w"): ["=12*w^3-12*w^2-24*w"],
    ("local_minima", "pred"): ["=3*w^4-4*w^3-12*w^2"],
    ("local_minima", "loss"): ["=w^2*(3*w^2-4*w-12)+32"],
    ("two_neuron", "pred"): ["=d+c*(b+a*x)"],
    ("two_neuron", "err_c"): ["=(pred+h*z-y)^2"],
    ("two_neuron", "d_a"): ["=d_d*c*x", "=2*(pred-y)*c*x"],
    ("two_neuron", "stretch"): ["=lr*(c^2*(1+x^2)+z^2+1)"],
    ("two_neuron", "intercept"): ["=b*c+d"],
    ("momentum", "velocity_b"): ["=prev(velocity_b)-(1-beta)*(prev(velocity_b)-d_b)"],
    ("momentum", "new_b"): ["=b-lr*(prev(velocity_b)*beta+(1-beta)*d_b)"],
    ("adagrad", "sum2_b"): ["=prev(sum2_b)+4*err2"],
}

WRONG = [
    ("adagrad", "sum2_b", "=prev(d_b)^2+d_b^2"),  # a window of two rows: the sum in the second row, and nowhere else
    ("two_neuron", "pred", "=slope*x+intercept"),  # the line that entered the pass: right in the first row
    ("mom_bias", "correction", "=1-beta^row"),  # right in the first pass
    ("mom_bias", "average", "=prev(average)*beta+(1-beta)*y"),  # what is typed in as 1 − beta is an input of its own
    ("adagrad_ann", "accepted", "=TRUE"),
    ("two_neuron_relu", "d_b", "=d_d*c"),
]


def typed(name: str, column: str, formula: str) -> Learner:
    """The exercise solved, with this formula wherever the column's rule (not its first) stands."""
    learner = Learner.of(name, "level 3")
    entry = learner.exercise.experiment
    rules = {c.name: c.formula for c in (*entry.steps, *entry.epochs)}
    return learner.write(
        column,
        lambda c: formula if c.row is not None or entry.entering(c.column, c.number) == rules[c.column] else None,
    )


@pytest.mark.parametrize(("name", "column"), RIGHT)
def test_a_relation_between_columns_may_be_used(name: str, column: str) -> None:
    for formula in RIGHT[name, column]:
        found = typed(name, column, formula).checked()
        assert found.ok, (formula, [c.message for c in found.cells if c.verdict != "correct"][:2])


@pytest.mark.parametrize(("name", "column", "formula"), WRONG)
def test_what_is_right_in_some_rows_only_is_not_right(name: str, column: str, formula: str) -> None:
    verdicts = {c.verdict for c in typed(name, column, formula).checked().cells if c.column == column}
    assert verdicts & {"wrong", "fragile", "hard_coded"}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("Q29", "=$P$29/two_neuron_relu_h-1/two_neuron_relu_h*$M$29"),
        ("S54", "=$R$54/two_neuron_relu_h-1/two_neuron_relu_h*$M$54"),
    ],
)
def test_last_bits_of_terms_that_cancel_are_no_mistake(cell: str, text: str) -> None:
    assert Learner.of("two_neuron_relu", "level 3").put(cell, text).one(cell).verdict == "correct"
