"""What straight-line code calls when it runs on tensors: float64, one lane for each run, NaN for an error.

Every lane gets the bits that a run on its floats alone would give. So torch only does what IEEE 754 fixes
(+ − × ÷, comparisons); roots come from `gradsheet.numerics`, and exp, log and the like from the routine that
floats use, lane by lane, with their derivative beside them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from gradsheet import numerics
from gradsheet.errors import GradsheetError
from gradsheet.formula import floats
from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.operators import same, whole_power

Lane = Any  # a Tensor with a leading batch axis, or a float that is the same on every lane


def _tensor(value: Lane, like: Tensor) -> Tensor:
    if isinstance(value, Tensor):
        return value
    return torch.full(like.shape, float(value), dtype=torch.float64, device=like.device)


def _shared(*values: Lane) -> Tensor | None:
    return next((v for v in values if isinstance(v, Tensor)), None)


def finite(value: Lane) -> Lane:
    """NaN in the lanes that are infinite."""
    if isinstance(value, Tensor):
        return value + (value - value)
    return floats.finite(value)


def total(values: Iterable[Lane]) -> Lane:
    """The sum, first to last."""
    result: Lane = 0.0
    for value in values:
        result = result + value
    return result


def count(values: Iterable[Lane]) -> Lane:
    """COUNT: errors are passed by."""
    result: Lane = 0.0
    for value in values:
        result = result + (torch.isfinite(value).to(torch.float64) if isinstance(value, Tensor) else 1.0)
    return result


def sqrt(value: Lane) -> Lane:
    """The square root, correctly rounded."""
    return numerics.sqrt(value) if isinstance(value, Tensor) else math.sqrt(value)


def absolute(value: Lane) -> Lane:
    """Without its sign."""
    return abs(value)


def largest(*values: Lane) -> Lane:
    """MAX: the first of equals has the derivative; NaN stays."""
    best = values[0]
    for value in values[1:]:
        like = _shared(best, value)
        if like is None:
            best = max(best, value)
            continue
        a, b = _tensor(best, like), _tensor(value, like)
        best = torch.where((b > a) | b.isnan(), b, a)
    return best


def smallest(*values: Lane) -> Lane:
    """MIN: the first of equals has the derivative; NaN stays."""
    best = values[0]
    for value in values[1:]:
        like = _shared(best, value)
        if like is None:
            best = min(best, value)
            continue
        a, b = _tensor(best, like), _tensor(value, like)
        best = torch.where((b < a) | b.isnan(), b, a)
    return best


# ---- truth: 1, 0, or NaN for an error


def _compared(name: str) -> Callable[[Lane, Lane], Lane]:
    on_floats = floats.NAMES[name]
    on_tensors = {
        "equal": torch.eq,
        "unequal": torch.ne,
        "less": torch.lt,
        "greater": torch.gt,
        "at_most": torch.le,
        "at_least": torch.ge,
    }[name]
    when_same = name in ("equal", "at_most", "at_least")

    def compare(first: Lane, second: Lane) -> Lane:
        like = _shared(first, second)
        if like is None:
            return on_floats(first, second)
        a, b = _tensor(first, like).detach(), _tensor(second, like).detach()
        answer = on_tensors(a, b).to(torch.float64)
        close = ((a - b).abs() <= 1e-14 * a.abs()) & (a != b)
        if bool(close.any()):
            for i in close.nonzero().flatten().tolist():
                if same(float(a[i]), float(b[i])):
                    answer[i] = float(when_same)
        wrong = a.isnan() | b.isnan()
        return answer.masked_fill(wrong, math.nan) if bool(wrong.any()) else answer

    return compare


def every(*flags: Lane) -> Lane:
    """AND: NaN where any is."""
    like = _shared(*flags)
    if like is None:
        return all(flags)
    result = _tensor(1.0, like)
    for flag in flags:
        result = result * _tensor(flag, like)
    return result


def some(*flags: Lane) -> Lane:
    """OR: NaN where any is."""
    return opposite(every(*(opposite(flag) for flag in flags)))


def opposite(flag: Lane) -> Lane:
    """NOT."""
    return 1.0 - flag if isinstance(flag, Tensor) else not flag


def choose(
    test: Lane,
    then: Callable[..., Lane],
    then_reads: tuple[Tensor, ...],
    other: Callable[..., Lane],
    other_reads: tuple[Tensor, ...],
) -> Lane:
    """IF: each branch runs on the lanes that take it, so that the other cannot spoil a gradient."""
    if not isinstance(test, Tensor):
        return then(*then_reads) if test else other(*other_reads)
    yes, no = test == 1.0, test == 0.0
    if bool(yes.all()):
        return _over(then(*then_reads), test)
    if bool(no.all()):
        return _over(other(*other_reads), test)
    result = torch.full_like(test, math.nan)
    for mask, branch, reads in ((yes, then, then_reads), (no, other, other_reads)):
        places = mask.nonzero().flatten()
        if len(places):
            value = branch(*(x[places] if isinstance(x, Tensor) else x for x in reads))
            result = result.index_put((places,), _tensor(value, test[places]))
    return result


def position(wanted: Lane, cells: list[Lane], kind: float) -> Lane:
    """MATCH, from 1: on which place a lane lands has no derivative."""
    like = _shared(wanted, *cells)
    if like is None:
        return floats.position(wanted, cells, kind)
    columns = [_tensor(x, like).tolist() for x in (wanted, *cells)]
    rows = zip(*columns, strict=True)
    return torch.tensor([_placed(row, kind) for row in rows], dtype=torch.float64, device=like.device)


def _placed(row: tuple[float, ...], kind: float) -> float:
    if row[0] != row[0]:
        return math.nan
    if any(x - x != 0.0 for x in row):
        raise Failed(Error.NA)  # MATCH may pass by an error: these lanes go the long way
    try:
        return floats.position(row[0], list(row[1:]), kind)
    except floats.FAULTS:
        return math.nan


def pick(place: Lane, values: list[Lane]) -> Lane:
    """The value at each lane's place, with its derivative; those not picked get none."""
    like = _shared(place, *values)
    if like is None or not isinstance(place, Tensor):
        return floats.pick(place, values)
    result = torch.full(like.shape, math.nan, dtype=torch.float64, device=like.device)
    whole = place.detach().floor()
    for i, value in enumerate(values, start=1):
        lanes = (whole == i).nonzero().flatten()
        if len(lanes):
            result = result.index_put((lanes,), _tensor(value, like)[lanes])
    return result


def _over(value: Lane, like: Tensor) -> Tensor:
    return _tensor(value, like)


# ---- functions that only libm has, with their derivatives


class _Elementwise(torch.autograd.Function):
    """A function of floats on every lane; NaN where it fails."""

    @staticmethod
    def forward(ctx: Any, compute: Any, slope: Any, value: Tensor) -> Tensor:
        result = torch.tensor([_safely(compute, x) for x in value.tolist()], dtype=torch.float64, device=value.device)
        ctx.save_for_backward(value, result)
        ctx.slope = slope
        return result

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Any, ...]:
        value, result = ctx.saved_tensors
        return None, None, grads[0] * ctx.slope(value, result)


def _safely(compute: Any, *args: float) -> float:
    if any(x - x != 0.0 for x in args):
        return math.nan
    try:
        result = float(compute(*args))
    except floats.FAULTS:
        return math.nan
    return result if result - result == 0.0 else math.nan


def _elementwise(word: str, slope: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Lane], Lane]:
    compute = floats.NAMES[word]

    def run(value: Lane) -> Lane:
        if isinstance(value, Tensor):
            return _Elementwise.apply(compute, slope, value)  # type: ignore[no-untyped-call]
        return compute(value)

    return run


def _two(word: str) -> Callable[..., Lane]:
    compute = floats.NAMES[word]

    def run(*values: Lane) -> Lane:
        like = _shared(*values)
        if like is None:
            return compute(*values)
        if any(isinstance(v, Tensor) and v.requires_grad for v in values) and word not in (
            "rounded",
            "log",
            "power",
        ):
            raise GradsheetError(f"{word} has no derivative here; calculate it without gradients")
        rows = zip(*(_tensor(v, like).tolist() for v in values), strict=True)
        result = torch.tensor([_safely(compute, *row) for row in rows], dtype=torch.float64, device=like.device)
        if not any(isinstance(v, Tensor) and v.requires_grad for v in values) or word == "rounded":
            return result
        base, second = (*(_tensor(v, like) for v in values), torch.full_like(result, 10.0))[:2]
        if word == "log":
            smooth = base.log() / second.log()
        else:
            smooth = torch.pow(base, second) if isinstance(values[1], Tensor) else torch.pow(base, values[1])
        return result + (smooth - smooth.detach())

    return run


NAMES: dict[str, Any] = {
    **{word: _compared(word) for word in ("equal", "unequal", "less", "greater", "at_most", "at_least")},
    "finite": finite,
    "total": total,
    "count": count,
    "sqrt": sqrt,
    "absolute": absolute,
    "largest": largest,
    "smallest": smallest,
    "every": every,
    "some": some,
    "opposite": opposite,
    "choose": choose,
    "position": position,
    "pick": pick,
    "whole_power": whole_power,
    "exp": _elementwise("exp", lambda x, y: y),
    "ln": _elementwise("ln", lambda x, y: 1 / x),
    "log10": _elementwise("log10", lambda x, y: 1 / (x * math.log(10))),
    "sin": _elementwise("sin", lambda x, y: x.cos()),
    "cos": _elementwise("cos", lambda x, y: -x.sin()),
    "tan": _elementwise("tan", lambda x, y: 1 + y * y),
    "tanh": _elementwise("tanh", lambda x, y: 1 - y * y),
    "sinh": _elementwise("sinh", lambda x, y: x.cosh()),
    "cosh": _elementwise("cosh", lambda x, y: x.sinh()),
    "atan": _elementwise("atan", lambda x, y: 1 / (1 + x * x)),
    "asin": _elementwise("asin", lambda x, y: 1 / (1 - x * x).sqrt()),
    "acos": _elementwise("acos", lambda x, y: -1 / (1 - x * x).sqrt()),
    "sign": _elementwise("sign", lambda x, y: torch.zeros_like(x)),
    "floor_to_integer": _elementwise("floor_to_integer", lambda x, y: torch.zeros_like(x)),
    "log": _two("log"),
    "power": _two("power"),
    "rounded": _two("rounded"),
    "remainder": _two("remainder"),
}
