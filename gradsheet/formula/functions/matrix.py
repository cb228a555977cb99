"""Matrices, and least squares."""

from __future__ import annotations

import math

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.registry import Here, Logical, Matrix, Number, function
from gradsheet.formula.values import Array, Scalar


def grid(matrix: Array) -> list[list[float]]:
    """A matrix of numbers only; #VALUE! where anything else, a blank too, is in it."""
    for cell in matrix.cells():
        if type(cell) is not float:
            raise Failed(cell if isinstance(cell, Error) else Error.VALUE)
    return [[x for x in row if type(x) is float] for row in matrix.rows]


def _square(matrix: Array) -> list[list[float]]:
    rows = grid(matrix)
    if len(rows) != len(rows[0]):
        raise Failed(Error.VALUE)
    return rows


@function("MMULT")
def matrix_product(first: Matrix, second: Matrix) -> Array:
    """The matrix product; each sum runs from the first term to the last."""
    a, b = grid(first), grid(second)
    if len(a[0]) != len(b):
        raise Failed(Error.VALUE)
    columns = list(zip(*b, strict=True))
    rows: list[list[float]] = []
    for row in a:
        line: list[float] = []
        for column in columns:
            total = 0.0
            for x, y in zip(row, column, strict=True):
                total += x * y
            line.append(total)
        rows.append(line)
    if not all(math.isfinite(x) for row in rows for x in row):
        raise Failed(Error.NUM)
    return Array(rows)


@function("TRANSPOSE")
def transposed(matrix: Matrix) -> Array:
    """Rows as columns."""
    return Array([list(column) for column in zip(*matrix.rows, strict=True)])


def _eliminated(rows: list[list[float]]) -> float:
    """Gauss–Jordan in place, the largest pivot first; returns the determinant of the left part."""
    size, determinant = len(rows), 1.0
    for i in range(size):
        best = max(range(i, size), key=lambda r: abs(rows[r][i]))
        if rows[best][i] == 0.0:
            return 0.0
        if best != i:
            rows[i], rows[best] = rows[best], rows[i]
            determinant = -determinant
        pivot = rows[i][i]
        determinant *= pivot
        for r in range(size):
            if r != i and rows[r][i] != 0.0:
                factor = rows[r][i] / pivot
                rows[r] = [x - factor * y for x, y in zip(rows[r], rows[i], strict=True)]
    return determinant


@function("MINVERSE")
def inverse(matrix: Matrix) -> Array:
    """The inverse; #NUM! where there is none."""
    rows = _square(matrix)
    size = len(rows)
    wide = [row + [float(i == j) for j in range(size)] for i, row in enumerate(rows)]
    if _eliminated(wide) == 0.0:
        raise Failed(Error.NUM)
    return Array([[x / row[i] for x in row[size:]] for i, row in enumerate(wide)])


@function("MDETERM")
def determinant(matrix: Matrix) -> float:
    """The determinant."""
    return _eliminated([list(row) for row in _square(matrix)])


@function("MUNIT")
def unit_matrix(size: Number) -> Array:
    """The unit matrix."""
    if size < 1:
        raise Failed(Error.VALUE)
    n = int(size)
    return Array([[float(i == j) for j in range(n)] for i in range(n)])


@function("SEQUENCE", empty_is_default=True)
def sequence(rows: Number = 1.0, columns: Number = 1.0, start: Number = 1.0, step: Number = 1.0) -> Array:
    """Numbers counting up, row by row."""
    height, width = int(rows), int(columns)
    if height < 1 or width < 1:
        raise Failed(Error.CALC if height == 0 or width == 0 else Error.VALUE)
    return Array([[start + step * (r * width + c) for c in range(width)] for r in range(height)])


@function("RANDARRAY", volatile=True, empty_is_default=True)
def random_array(
    here: Here,
    rows: Number = 1.0,
    columns: Number = 1.0,
    low: Number = 0.0,
    high: Number = 1.0,
    whole: Logical = False,
) -> Array:
    """Random numbers, by seed and cell."""
    if low > high or rows < 1 or columns < 1:
        raise Failed(Error.VALUE)

    def one() -> float:
        u = here.draw(here.key)
        return low + math.floor(u * (high - low + 1)) if whole else low + u * (high - low)

    return Array([[one() for _ in range(int(columns))] for _ in range(int(rows))])


# ---- least squares


def _reflected(rows: list[list[float]], ys: list[float]) -> tuple[list[list[float]], list[float]]:
    """Householder's triangular factor R and Qᵀy, in place of rows and ys."""
    a, b = [list(row) for row in rows], list(ys)
    n, m = len(a), len(a[0])
    for j in range(m):
        norm = math.sqrt(math.fsum(a[i][j] * a[i][j] for i in range(j, n)))
        if norm == 0.0:
            continue
        alpha = -math.copysign(norm, a[j][j])
        v = [a[i][j] for i in range(j, n)]
        v[0] -= alpha
        size = math.fsum(x * x for x in v)
        for k in range(j, m):
            dot = 2 * math.fsum(v[i - j] * a[i][k] for i in range(j, n)) / size
            for i in range(j, n):
                a[i][k] -= dot * v[i - j]
        dot = 2 * math.fsum(v[i - j] * b[i] for i in range(j, n)) / size
        for i in range(j, n):
            b[i] -= dot * v[i - j]
    return a, b


def fit(ys: Array, xs: Array | None, constant: bool) -> tuple[list[float], list[list[float]], list[float]]:
    """Least squares: the coefficients (the intercept last), the design's rows, and the ys."""
    y = [x for row in grid(ys) for x in row]
    if xs is None:
        columns = [[float(i + 1) for i in range(len(y))]]
    else:
        block = grid(xs)
        by_row = len(ys.rows[0]) == 1 or len(block) == len(y) != len(block[0])
        columns = [list(c) for c in zip(*block, strict=True)] if by_row and len(block) == len(y) else block
        if any(len(c) != len(y) for c in columns):
            flat = [x for row in block for x in row]
            if len(flat) != len(y):
                raise Failed(Error.REF)
            columns = [flat]
    means = [math.fsum(c) / len(c) if constant else 0.0 for c in columns]
    middle = math.fsum(y) / len(y) if constant else 0.0
    rows = [[c[i] - m for c, m in zip(columns, means, strict=True)] for i in range(len(y))]
    r, b = _reflected(rows, [v - middle for v in y])
    size = len(columns)
    weights = [0.0] * size
    for j in reversed(range(size)):
        rest = math.fsum(r[j][k] * weights[k] for k in range(j + 1, size))
        weights[j] = (b[j] - rest) / r[j][j] if abs(r[j][j]) > 1e-14 * abs(r[0][0] or 1) else 0.0
    shift = middle - math.fsum(w * m for w, m in zip(weights, means, strict=True)) if constant else 0.0
    return [*weights, shift], [[*(c[i] for c in columns), float(constant)] for i in range(len(y))], y


@function("LINEST", empty_is_default=True)
def least_squares(ys: Matrix, xs: Matrix | None = None, constant: Logical = True, statistics: Logical = False) -> Array:
    """Least squares: slopes from the last to the first, the intercept, and how good they are."""
    weights, rows, y = fit(ys, xs, constant)
    size = len(weights) - 1
    first: list[Scalar] = [*reversed(weights[:-1]), weights[-1]]
    if not statistics:
        return Array([first])
    guess = [math.fsum(w * x for w, x in zip(weights, row, strict=True)) for row in rows]
    residual = math.fsum((a - b) * (a - b) for a, b in zip(y, guess, strict=True))
    middle = math.fsum(y) / len(y) if constant else 0.0
    total = math.fsum((a - middle) * (a - middle) for a in y)
    freedom = len(y) - size - constant
    design = [row if constant else row[:-1] for row in rows]
    wide = [
        [math.fsum(row[i] * row[j] for row in design) for j in range(len(design[0]))]
        + [float(i == j) for j in range(len(design[0]))]
        for i in range(len(design[0]))
    ]
    singular = _eliminated(wide) == 0.0
    variance = residual / freedom if freedom else 0.0
    n = len(wide)
    errors: list[Scalar] = [
        Error.NUM if singular else math.sqrt(max(0.0, variance * wide[i][n + i] / wide[i][i])) for i in range(n)
    ]
    second: list[Scalar] = [*reversed(errors[:size]), errors[size] if constant else Error.NA]
    explained = total - residual
    filler: list[Scalar] = [Error.NA] * (size - 1)
    f = explained / size / variance if variance else Error.NUM
    return Array(
        [
            first,
            second,
            [explained / total if total else 1.0, math.sqrt(variance), *filler],
            [f, float(freedom), *filler],
            [explained, residual, *filler],
        ]
    )


@function("TREND", empty_is_default=True)
def trend(ys: Matrix, xs: Matrix | None = None, news: Matrix | None = None, constant: Logical = True) -> Array:
    """The least-squares line's values at other places."""
    weights, rows, _ = fit(ys, xs, constant)
    if news is None:
        values = [math.fsum(w * x for w, x in zip(weights, row, strict=True)) for row in rows]
        width = len(ys.rows[0])
        return Array([values[i : i + width] for i in range(0, len(values), width)])
    if len(weights) == 2:
        return Array([[weights[0] * x + weights[1] for x in row] for row in grid(news)])
    return Array([[math.fsum(w * x for w, x in zip(weights, [*row, 1.0], strict=True))] for row in grid(news)])


def _logarithms(ys: Array) -> Array:
    return Array([[math.log(y) for y in row] for row in grid(ys)])


@function("GROWTH", empty_is_default=True)
def growth(ys: Matrix, xs: Matrix | None = None, news: Matrix | None = None, constant: Logical = True) -> Array:
    """The least-squares exponential curve's values at other places."""
    line = trend(_logarithms(ys), xs, news, constant)
    return Array([[math.exp(x) for x in row if type(x) is float] for row in line.rows])


@function("LOGEST", empty_is_default=True)
def least_squares_exponential(
    ys: Matrix, xs: Matrix | None = None, constant: Logical = True, statistics: Logical = False
) -> Array:
    """The least-squares exponential curve: bases from the last to the first, the factor; its statistics."""
    table = least_squares(_logarithms(ys), xs, constant, statistics)
    first: list[Scalar] = [math.exp(x) if type(x) is float else x for x in table.rows[0]]
    return Array([first, *table.rows[1:]])
