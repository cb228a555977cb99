"""Why an engine's cell differs: a reason that is shown to make the difference, or "unexplained"."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from gradsheet.proof.book import Book, Value
from gradsheet.proof.compare import Mismatch, OracleResult, ulp
from gradsheet.proof.references import Piece, cells_of, functions, precedents
from gradsheet.proof.replay import EXCEL, HABITS, Lookup, NotReplayable, replay

LIBRARY = frozenset(
    {
        "EXP",
        "LN",
        "LOG",
        "LOG10",
        "POWER",
        "SIN",
        "COS",
        "TAN",
        "ASIN",
        "ACOS",
        "ATAN",
        "SINH",
        "COSH",
        "TANH",
    }
    | {"MMULT", "STDEV", "STDEV.P", "STDEV.S", "STDEVP", "VAR", "VAR.P", "VAR.S", "VARP"}
)
"""Functions whose last bit IEEE 754 does not fix: each engine has them from a library of its own."""


def explain(
    result: OracleResult, book: Book, actual: Mapping[str, Value], *, rounded_constants: bool = False
) -> OracleResult:
    """The same result with a reason at each mismatch.

    The reasons are

    * ``pow``, ``summation``, ``snapping``: computed again from the engine's own precedents, the formula gives
      the expected value in Excel's way, and the engine's value once that one habit is changed (a power other
      than a square: the engine's value is libm's, and Excel's is not);
    * ``overflow``: arithmetic beyond the largest double is #NUM! in Excel, #DIV/0! in IronCalc,
      #VALUE! in the formulas package;
    * ``constants``: it gives the engine's value from constants rounded to 15 decimals;
    * ``library: TANH``: the formula calls a function whose last bit no standard fixes (named, not shown);
    * ``follows basic!G5 (pow)``: a precedent differs already; the cell where it began, and its reason;
    * ``unexplained``: none of these.

    Args:
        result: a comparison with its mismatches.
        book: the workbook compared.
        actual: the engine's values.
        rounded_constants: whether the engine reads constants rounded to 15 decimals.
    """
    unsupported = dict(result.unsupported)
    differing = {mismatch.key for mismatch in result.mismatches}
    origins = _origins(book, [mismatch.key for mismatch in result.mismatches], differing | set(unsupported))
    own: dict[str, str] = {cell: f"{function} is not supported" for cell, function in unsupported.items()}
    for mismatch in result.mismatches:
        if origins[mismatch.key] == mismatch.key:
            own[mismatch.key] = mismatch.reason or _reason(book, mismatch, actual, rounded_constants)
    reasons = {
        cell: own[origin] if origin == cell else f"follows {origin} ({own[origin]})" for cell, origin in origins.items()
    }
    return result.explained(reasons)


def _origins(book: Book, cells: list[str], differing: Collection[str]) -> dict[str, str]:
    """Each cell → the cell where its difference began: up from precedent to differing precedent."""
    origins: dict[str, str] = {}
    for cell in cells:
        path: dict[str, None] = {cell: None}
        while (last := next(reversed(path))) not in origins:
            above = next((p for p in precedents(book, last) if p in differing and p not in path), None)
            if above is None:
                origins[last] = last
            else:
                path[above] = None
        origins.update(dict.fromkeys(path, origins[last]))
    return {cell: origins[cell] for cell in cells}


def _reason(book: Book, mismatch: Mismatch, actual: Mapping[str, Value], rounded_constants: bool) -> str:
    formula = book.formulas.get(book.members.get(mismatch.key, mismatch.key), "")
    if mismatch.expected == "#NUM!" and mismatch.actual in ("#DIV/0!", "#VALUE!") and not functions(formula):
        return "overflow"  # its precedents are numbers, and so large that the result is none
    lookup = partial(_numbers, book, mismatch.sheet, actual)
    try:
        if mismatch.key not in book.members:
            return _habit(formula, partial(lookup, False), mismatch) or _rounding(
                formula, partial(lookup, rounded_constants), mismatch.actual
            )
    except NotReplayable:
        pass  # not plain arithmetic: what is left is to name the function
    library = [name for name in functions(formula) if name in LIBRARY]
    return f"library: {library[0]}" if library else "unexplained"


def _habit(formula: str, lookup: Lookup, mismatch: Mismatch) -> str | None:
    """The one habit that turns the expected value into the engine's."""
    excel = _equal(replay(formula, lookup), mismatch.expected)
    for habit in HABITS:
        shown = excel or (habit.name == "pow" and "^" in formula)
        if shown and _equal(replay(formula, lookup, habit), mismatch.actual):
            return habit.name
    return None


def _rounding(formula: str, rounded: Lookup, got: Value) -> str:
    """Whether rounded constants give the engine's value, alone or with one habit besides."""
    for habit in (EXCEL, *HABITS):
        if _equal(replay(formula, rounded, habit), got):
            return "constants" if habit is EXCEL else f"constants, {habit.name}"
    return "unexplained"


def _equal(value: float, other: Value) -> bool:
    return isinstance(other, float) and ulp(value, other) == 0


def _numbers(book: Book, sheet: str, actual: Mapping[str, Value], rounded: bool, piece: Piece) -> list[float]:
    """The numbers that an engine saw behind a reference: its own values, and the file's constants."""
    found: list[float] = []
    for cell in cells_of(book, sheet, piece.text):
        value = actual.get(cell, book.cached.get(cell)) if cell not in book.constants else book.constants[cell]
        if isinstance(value, float):
            found.append(round(value, 15) if rounded and cell in book.constants else value)
        elif value is not None and not isinstance(value, bool) and value.startswith("#"):
            raise NotReplayable(f"{cell} is {value}")
    return found
