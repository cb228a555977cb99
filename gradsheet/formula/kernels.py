"""The operations of a schedule on tensors ``(rows, lanes)``, and their derivatives.

Every lane gets the bits that a run on its floats alone would give. So torch only does what IEEE 754 fixes
(+ − × ÷, comparisons), sums run from the first term to the last, roots come from `gradsheet.numerics`, and exp,
log and the like from the routine that floats use, value by value. NaN is an error; truth is 1, 0 or NaN.

A derivative gets the gradient of the result, the result and the operands, and gives the operands' gradients;
None where there is none.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from gradsheet import numerics
from gradsheet.formula import floats
from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.kernel import Grads, Kernel, Source, tensors
from gradsheet.formula.kernel_blocks import BLOCKS
from gradsheet.formula.operators import power as raise_to
from gradsheet.formula.operators import same, whole_power

# ---- arithmetic


def finite(value: Tensor) -> Tensor:
    """NaN where it is infinite."""
    return value + (value - value)


def _added(*values: Source) -> Tensor:
    result = values[0]
    for value in values[1:]:
        result = result + value
    return result  # type: ignore[no-any-return]


def _power(base: Source, exponent: Source) -> Tensor:
    a, b = tensors(base, exponent)
    return _by_value(_raised, a, b)


def _raised(base: float, exponent: float) -> float:
    result = raise_to(base, exponent)
    if isinstance(result, Error):
        raise Failed(result)
    return float(result)


def _power_slopes(g: Tensor, out: Tensor, base: Source, exponent: Source) -> Grads:
    a, b = tensors(base, exponent)
    at_zero = torch.where(b == 1, 1.0, torch.where(b > 1, 0.0, math.inf))
    by_base = torch.where(a == 0, at_zero, b * out / a)
    by_exponent = torch.where(out == 0, 0.0, out * torch.log(a))
    return g * by_base, g * by_exponent


def _whole(g: Tensor, out: Tensor, base: Tensor, extra: int) -> Grads:
    return (g * (extra * _whole_forward(base, extra - 1) if extra != 1 else torch.ones_like(out)),)


def _whole_forward(base: Tensor, extra: int) -> Tensor:
    if extra >= 0:
        result: Tensor = whole_power(base, extra)  # type: ignore[arg-type, assignment]
        return result
    return 1.0 / _whole_forward(base, -extra)


# ---- value by value, in the routine that floats use


def _by_value(compute: Callable[..., float], *values: Tensor) -> Tensor:
    lists = [v.reshape(-1).tolist() for v in values]
    results: list[float] | None
    try:
        results = list(map(compute, *lists)) if all(bool(torch.isfinite(v).all()) for v in values) else None
    except floats.FAULTS:
        results = None
    if results is None or not math.isfinite(sum(results)):
        results = [_safely(compute, *row) for row in zip(*lists, strict=True)]
    return torch.tensor(results, dtype=torch.float64, device=values[0].device).reshape(values[0].shape)


def _safely(compute: Callable[..., float], *args: float) -> float:
    if any(x - x != 0.0 for x in args):
        return math.nan
    try:
        result = float(compute(*args))
    except floats.FAULTS:
        return math.nan
    return result if result - result == 0.0 else math.nan


def _smooth(word: str, slope: Callable[[Tensor, Tensor], Tensor]) -> Kernel:
    compute = floats.NAMES[word]
    return Kernel(lambda x: _by_value(compute, x), lambda g, y, x: (g * slope(x, y),))


def _by_lane(*values: Source, extra: str) -> Tensor:
    return _by_value(floats.plain(extra), *tensors(*values))


def _by_lane_slopes(g: Tensor, out: Tensor, *values: Source, extra: str) -> Grads:
    """Of MOD, LOG and POWER; elsewhere 0."""
    if extra == "POWER":
        return _power_slopes(g, out, *values)
    if extra == "MOD":
        a, b = tensors(*values)
        return g, -g * torch.floor(a / b)
    if extra == "LOG":
        a, b = tensors(*values, *((10.0,) if len(values) == 1 else ()))
        logarithm = torch.log(b)
        return g / (a * logarithm), -g * out / (b * logarithm)
    return (None,) * len(values)


# ---- truth


def _compared(name: str) -> Kernel:
    operator = {
        "equal": torch.eq,
        "unequal": torch.ne,
        "less": torch.lt,
        "greater": torch.gt,
        "at_most": torch.le,
        "at_least": torch.ge,
    }[name]
    when_same = float(name in ("equal", "at_most", "at_least"))

    def compare(first: Source, second: Source) -> Tensor:
        a, b = tensors(first, second)
        answer = operator(a, b).to(torch.float64)
        close = ((a - b).abs() <= 1e-14 * a.abs()) & (a != b)
        if bool(close.any()):
            for i, j in close.nonzero().tolist():
                if same(float(a[i, j]), float(b[i, j])):
                    answer[i, j] = when_same
        wrong = a.isnan() | b.isnan()
        return answer.masked_fill(wrong, math.nan) if bool(wrong.any()) else answer

    return Kernel(compare)


def _above(first: Source, second: Source) -> Tensor:
    a, b = tensors(first, second)
    return (a > b).to(torch.float64).masked_fill(a.isnan() | b.isnan(), math.nan)


def _select(test: Tensor, yes: Source, no: Source) -> Tensor:
    two = torch.full_like(test, yes) if isinstance(yes, float) else yes  # of two plain numbers torch makes a float32
    result = torch.where(test == 1.0, two, no)
    wrong = test.isnan()
    return result.masked_fill(wrong, math.nan) if bool(wrong.any()) else result


def _select_slopes(g: Tensor, out: Tensor, test: Tensor, yes: Source, no: Source) -> Grads:
    return None, torch.where(test == 1.0, g, 0.0), torch.where(test == 0.0, g, 0.0)


def _is_error(value: Tensor) -> Tensor:
    return (~torch.isfinite(value)).to(torch.float64)


KERNELS: dict[str, Kernel] = {
    "add": Kernel(lambda a, b: a + b, lambda g, y, a, b: (g, g)),
    "subtract": Kernel(lambda a, b: a - b, lambda g, y, a, b: (g, -g)),
    "multiply": Kernel(lambda a, b: a * b, lambda g, y, a, b: (g * b, g * a)),
    "divide": Kernel(lambda a, b: a / b, lambda g, y, a, b: (g / b, -g * y / b)),
    "negate": Kernel(lambda a: -a, lambda g, y, a: (-g,)),
    "finite": Kernel(finite, lambda g, y, a: (g,)),
    "absolute": Kernel(torch.abs, lambda g, y, a: (g * torch.sign(a),)),
    "sqrt": Kernel(numerics.sqrt, lambda g, y, a: (g / (2 * y),)),
    "power": Kernel(_power, _power_slopes),
    "whole_power": Kernel(_whole_forward, _whole),
    "by_lane": Kernel(_by_lane, _by_lane_slopes),
    "exp": _smooth("exp", lambda x, y: y),
    "ln": _smooth("ln", lambda x, y: 1 / x),
    "log10": _smooth("log10", lambda x, y: 1 / (x * math.log(10))),
    "sin": _smooth("sin", lambda x, y: x.cos()),
    "cos": _smooth("cos", lambda x, y: -x.sin()),
    "tan": _smooth("tan", lambda x, y: 1 + y * y),
    "tanh": _smooth("tanh", lambda x, y: 1 - y * y),
    "sinh": _smooth("sinh", lambda x, y: x.cosh()),
    "cosh": _smooth("cosh", lambda x, y: x.sinh()),
    "atan": _smooth("atan", lambda x, y: 1 / (1 + x * x)),
    "asin": _smooth("asin", lambda x, y: 1 / (1 - x * x).sqrt()),
    "acos": _smooth("acos", lambda x, y: -1 / (1 - x * x).sqrt()),
    **{name: _compared(name) for name in ("equal", "unequal", "less", "greater", "at_most", "at_least")},
    "above": Kernel(_above),
    "opposite": Kernel(lambda a: 1.0 - a),
    "select": Kernel(_select, _select_slopes),
    "is_error": Kernel(_is_error),
    "or_zero": Kernel(lambda a: a.nan_to_num(0.0)),
    "added": Kernel(_added, lambda g, y, *values: (g,) * len(values)),
    **BLOCKS,
    "kept": Kernel(lambda value, flag: _select(flag, value, math.nan), lambda g, y, value, flag: (g, None)),
}
