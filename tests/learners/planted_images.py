"""What goes wrong in an exercise of images: texts in names, as one would write them, and fills in two directions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from gradsheet.address import parse_cell
from gradsheet.workbook.fill import Fill
from gradsheet.workbook.layout import Content
from tests.checking.learner import Learner

Do = Callable[[Learner], object]

RULES: dict[str, tuple[tuple[str, str], ...]] = {
    "pred": (
        ("missing_term", "=SUMPRODUCT(pixels,weights)"),
        ("sign", "=SUMPRODUCT(pixels,weights)-bias"),
        ("sign", "=-(SUMPRODUCT(weights,pixels)+bias)"),
    ),
    "share": (
        ("no_sigmoid", "=pred"),
        ("sigmoid_sign", "=1/(1+EXP(pred))"),
        ("sign", "=1/(1-EXP(-pred))"),
        ("missing_term", "=1/EXP(-pred)"),
    ),
    "loss": (
        ("sides_swapped", "=IF(y=1,share,1-share)"),
        ("sides_swapped", "=IF(y=0,1-share,share)"),
        ("sides_swapped", "=1-ABS(y-share)"),
        ("target_ignored", "=1-share"),
        ("no_sigmoid", "=IF(y=1,1-pred,pred)"),
        ("other_loss", "=-LN(IF(y=1,share,1-share))"),
        ("other_loss", "=-(y*LN(share)+(1-y)*LN(1-share))"),
        ("other_loss", "=(y-share)^2"),
        ("other_loss", "=y-share"),
    ),
    "slope": (
        ("sides_swapped", "=IF(y=1,1,-1)*share*(1-share)"),
        ("sides_swapped", "=-IF(y=1,-1,1)*share*(1-share)"),
        ("target_ignored", "=share*(1-share)"),
        ("sigmoid_slope", "=IF(y=1,-1,1)*share"),
        ("sigmoid_slope", "=IF(y=1,-1,1)"),
        ("sigmoid_slope", "=(1-2*y)*(1-share)"),
        ("other_loss", "=share-y"),
        ("other_loss", "=2*(share-y)*share*(1-share)"),
        ("no_sigmoid", "=IF(y=1,-1,1)*pred*(1-pred)"),
    ),
    "says": (
        ("wrong_threshold", "=IF(pred>0.5,1,0)"),
        ("wrong_threshold", "=IF(share>threshold,1,0)"),
        ("wrong_threshold", "=IF(share>0.5,1,0)"),
        ("input_literal", "=IF(pred>0,1,0)"),
        ("sides_swapped", "=IF(pred<threshold,1,0)"),
    ),
    "right": (("sides_swapped", "=IF(says=y,0,1)"), ("sides_swapped", "=ABS(says-y)")),
    "grad_bias": (
        ("mean_for_sum", "=SUM(slope)"),
        ("wrong_range", "=AVERAGE(loss)"),
        ("sign", "=-AVERAGE(slope)"),
        ("accumulated_gradient", "=prev(grad_bias)+AVERAGE(slope)"),
    ),
    "grad_w": (
        ("mean_for_sum", "=SUMPRODUCT(slope,pixel_w_1_1)"),
        ("missing_x", "=SUM(slope)/COUNT(slope)"),
        ("missing_x", "=AVERAGE(slope)"),
        ("sign", "=-SUMPRODUCT(pixel_w_1_1,slope)/COUNT(slope)"),
        ("wrong_range", "=SUMPRODUCT(loss,pixel_w_1_1)/COUNT(slope)"),
        ("accumulated_gradient", "=prev(grad_w_1_1)+SUMPRODUCT(slope,pixel_w_1_1)/COUNT(slope)"),
    ),
    "bias": (("not_carried_on", "=prev(bias)"),),
    "w": (("not_carried_on", "=prev(w_1_1)"),),
    "mean_loss": (("mean_for_sum", "=SUM(loss)"), ("wrong_range", "=AVERAGE(share)")),
    "accuracy": (("mean_for_sum", "=SUM(right)"), ("wrong_range", "=AVERAGE(says)")),
    "called_three": (("mean_for_sum", "=SUM(says)"), ("wrong_range", "=AVERAGE(right)")),
} | {
    f"new_{w}": (
        ("sign", f"={one}+grad_{one}*lr"),
        ("lr_missing", f"={one}-grad_{one}"),
        ("lr_factor_10", f"={one}-10*lr*grad_{one}"),
        ("lr_factor_10", f"={one}-grad_{one}*lr/10"),
        ("lr_literal", f"={one}-grad_{one}*1"),
        ("lr_wrong_cell", f"={one}-grad_{one}*threshold"),
        ("used_updated_weight" if w == "w" else "wrong_reference", f"={other}-grad_{one}*lr"),
    )
    for w, one, other in (("w", "w_1_1", "new_bias"), ("bias", "bias", "w_1_1"))
}

# formulas of a first cell, in A1, that do not stand being filled
DRIFTS: dict[str, tuple[tuple[str, str], ...]] = {
    "pred": (
        ("reference_drift", "=SUMPRODUCT(L15:BW15,L14:BW14)+$K$14"),
        ("reference_drift", "=SUMPRODUCT(L15:BW15,$L$14:$BW$14)+K14"),
    ),
    "says": (("reference_drift", "=IF(D15>C7,1,0)"),),
    "grad_w": (("reference_drift", "=SUMPRODUCT(G15:G22,L15:L22)/COUNT(G15:G22)"),),
    "new_w": (("lr_drift", "=L14-L23*C8"), ("reference_drift", "=$L14-L23*$C$8")),
}


def in_names(formula: str, content: Content) -> str:
    """A formula that speaks of the first pixel, for another one."""
    weight = re.search(r"w_\d+_\d+", content.column)
    return formula.replace("w_1_1", weight[0]) if weight else formula


def of_cells(label: str) -> Iterator[tuple[str, str, Do]]:
    """What goes wrong in cells: the slug, what was done, and what does it."""
    for slug, formula in DRIFTS.get(label, ()):
        yield slug, formula, _filled(label, formula)
    if label in ("pred", "grad_bias", "grad_w", "mean_loss", "accuracy", "called_three"):
        yield "range_off_by_one", "short", _shortened(label)
    if label in ("w", "grad_w", "new_w"):
        yield "not_filled_down", "ten cells", _unfinished(label)


def _runs(learner: Learner, label: str) -> list[list[Content]]:
    """The cells of a column, pass by pass, in the order in which one fills."""
    cells = sorted(learner.contents(label), key=lambda c: (c.number, c.at))
    return [[c for c in cells if c.number == number] for number in sorted({c.number for c in cells})]


def _filled(label: str, formula: str) -> Do:
    def do(learner: Learner) -> object:
        runs = _runs(learner, label)
        for run in runs:
            from_first = Fill(formula, runs[0][0].at).at(run[0].at)  # written anew in each pass
            if run is not runs[0]:
                from_first = _moved(formula, run[0].at.row - runs[0][0].at.row)
            for content in run:
                learner.put(str(content.at), Fill(from_first, run[0].at).at(content.at))
        return learner

    return do


def _moved(formula: str, rows: int) -> str:
    """The same in a later pass: everything in the tables stands lower, the inputs stay."""

    def lower(match: re.Match[str]) -> str:
        at = parse_cell(match[0].replace("$", ""))
        return match[0] if at.row < 12 else f"{match[1]}{match[2]}{int(match[3]) + rows}"

    return re.sub(r"(\$?[A-Z]+)(\$?)(\d+)", lower, formula)


def _shortened(label: str) -> Do:
    """Every range one cell too short."""

    def do(learner: Learner) -> object:
        for content in learner.contents(label):
            text = getattr(learner.cells[str(content.at)], "text", "")
            short = text.replace("BW", "BV") if label == "pred" else re.sub(
                r":(\$?[A-Z]+)(\d+)", lambda m: f":{m[1]}{int(m[2]) - 1}", text
            )  # fmt: skip
            learner.put(str(content.at), short)
        return learner

    return do


def _unfinished(label: str) -> Do:
    def do(learner: Learner) -> object:
        for run in _runs(learner, label):
            for content in run[10:]:
                learner.put(str(content.at), None)
        return learner

    return do
