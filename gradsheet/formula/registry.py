"""Excel's functions by name. A function joins by its decorator; its annotations say how it takes arguments.

==========  ================================================================================================
annotation  what the function gets
==========  ================================================================================================
Number      a float: blank 0, TRUE 1, text read as a number; over an array, it is called for every element
Strict      a float, but a boolean is #VALUE! and an empty argument #N/A, as in the old Analysis ToolPak
Text        a str, likewise
Logical     a bool, likewise
Scalar      one value as it is, blanks included; an error ends the call
Plain       one value as it is, errors included
Test        as Plain, but an array comes as a whole
Range       a reference, an array or a scalar, untouched; ranges in it are not intersected
Matrix      an Array; the argument is calculated as an array formula, even in an ordinary formula
Either      as Range, but calculated as an array formula
Reference   an Area
Lazy        a function without arguments that calculates the value; for what may stay uncalculated
Callable    a LAMBDA
Here        no argument: where the formula stands (`Here`)
==========  ================================================================================================

An exception becomes the result: `Failed` its error, ZeroDivisionError #DIV/0!, overflow and domain errors
#NUM!, as do results that are infinite or not a number.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable as PyCallable
from dataclasses import dataclass
from typing import Any, TypeGuard, TypeVar

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.graph import Traced
from gradsheet.formula.values import (
    MISSING,
    Area,
    Areas,
    Array,
    Grid,
    Lambda,
    Value,
    array_of,
    corner,
    lift,
    logical,
    number,
    text,
)
from gradsheet.formula.values import Scalar as AnyScalar

Number = float
Strict = float
Text = str
Logical = bool
Scalar = AnyScalar
Plain = AnyScalar
Test = Any
Range = Any
Matrix = Array
Either = Any
Reference = Area
Lazy = PyCallable[[], Any]
Callable = Lambda


@dataclass(frozen=True, slots=True)
class Here:
    """Where a formula stands, for the functions that ask: ROW(), RAND(), OFFSET."""

    grid: Grid
    key: int
    draw: PyCallable[[int], float]  # the next random number of this cell, in [0, 1)


def _scalar(value: Value) -> AnyScalar:
    one = corner(value)
    if isinstance(one, Error):
        raise Failed(one)
    return one


def _reference(value: Value) -> Area:
    if isinstance(value, Area):
        return value
    raise Failed(value if isinstance(value, Error) else Error.VALUE)


def _callable(value: Value) -> Lambda:
    if isinstance(value, Lambda):
        return value
    raise Failed(value if isinstance(value, Error) else Error.VALUE)


def _as_it_is(value: Value) -> Value:
    return None if value is MISSING else value


_TAKE: dict[str, PyCallable[[Value], Value]] = {
    "Number": number,
    "Strict": lambda value: strict(value),
    "Text": text,
    "Logical": logical,
    "Scalar": _scalar,
    "Plain": corner,
    "Test": _as_it_is,
    "Range": _as_it_is,
    "Matrix": array_of,
    "Either": _as_it_is,
    "Reference": _reference,
    "Lazy": lambda thunk: thunk,
    "Callable": _callable,
}
ELEMENTWISE = frozenset(("Number", "Strict", "Text", "Logical", "Scalar", "Plain"))
ARRAYS = frozenset(("Matrix", "Either"))


@dataclass(frozen=True, slots=True)
class Function:
    """A function of Excel's: its name, how it takes its arguments, and what computes it."""

    name: str
    compute: PyCallable[..., Value]
    kinds: tuple[str, ...]
    rest: tuple[str, ...]  # the kinds that repeat after `kinds`
    least: int
    here: bool
    volatile: bool
    refers: bool  # may return a reference
    defaults: tuple[Any, ...]
    empty_is_default: bool
    source: str

    def kind(self, index: int) -> str:
        """How the argument at `index` is taken."""
        if index < len(self.kinds):
            return self.kinds[index]
        return self.rest[(index - len(self.kinds)) % len(self.rest)] if self.rest else "Range"

    def accepts(self, count: int) -> bool:
        """Whether so many arguments may be given."""
        return self.least <= count and (bool(self.rest) or count <= len(self.kinds))

    def __call__(self, *args: Value) -> Value:
        """The value, errors included; over arrays, element by element where it takes scalars."""
        here, given = (args[:1], args[1:]) if self.here else ((), args)
        kinds = [self.kind(i) for i in range(len(given))]
        for value, kind in zip(given, kinds, strict=True):
            if isinstance(value, Array) and kind in ELEMENTWISE:
                return self._lifted(here, given, kinds)
        return self._once(here, given, kinds)

    def _lifted(self, here: tuple[Value, ...], given: tuple[Value, ...], kinds: list[str]) -> Value:
        spots = [i for i, kind in enumerate(kinds) if kind in ELEMENTWISE]

        def one(*elements: Value) -> Value:
            filled = list(given)
            for spot, element in zip(spots, elements, strict=True):
                filled[spot] = element
            return corner(self._once(here, tuple(filled), kinds))

        return lift(one, *(given[i] for i in spots))

    def _once(self, here: tuple[Value, ...], given: tuple[Value, ...], kinds: list[str]) -> Value:
        try:
            taken = [
                self.defaults[i]
                if value is MISSING and self.empty_is_default and i < len(self.defaults) and i >= self.least
                else _TAKE[kind](value)
                for i, (value, kind) in enumerate(zip(given, kinds, strict=True))
            ]
            return settled(self.compute(*here, *taken))
        except Failed as failed:
            return failed.error
        except ZeroDivisionError:
            return Error.DIV0
        except (OverflowError, ValueError):
            return Error.NUM


def settled(result: Value) -> Value:
    """A result as a cell may hold it: numbers as finite floats."""
    if type(result) is float:
        return result if result - result == 0.0 else Error.NUM
    if type(result) is int:
        return float(result)
    return result


FUNCTIONS: dict[str, Function] = {}
_F = TypeVar("_F", bound=PyCallable[..., Any])


def function(
    name: str,
    *,
    volatile: bool = False,
    refers: bool = False,
    empty_is_default: bool = False,
    repeats: int = 1,
    source: str | None = None,
) -> PyCallable[[_F], _F]:
    """Registers a function under Excel's name for it.

    Args:
        name: as Excel shows it, without ``_xlfn.``.
        volatile: whether its result changes from one recalculation to the next.
        refers: whether the result may be a reference.
        empty_is_default: whether an argument left empty means the default (in newer functions) instead of 0.
        repeats: how many of the last positional parameters repeat with ``*rest`` (pairs in SUMIFS).
        source: the page that defines it; else Microsoft's page of that name.
    """

    def register(compute: _F) -> _F:
        parameters = list(inspect.signature(compute).parameters.values())
        kinds: list[str] = []
        defaults: list[Any] = []
        rest: tuple[str, ...] = ()
        here = bool(parameters) and parameters[0].annotation == "Here"
        least = 0
        for parameter in parameters[1:] if here else parameters:
            kind = str(parameter.annotation).split(" | ")[0]
            assert kind in _TAKE, f"{name}: no way to take an argument as {kind}"
            if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
                rest = tuple(kinds[-repeats:]) if repeats > 1 else (kind,)
                continue
            kinds.append(kind)
            defaults.append(None if parameter.default is inspect.Parameter.empty else parameter.default)
            least += parameter.default is inspect.Parameter.empty
        FUNCTIONS[name] = Function(
            name,
            compute,
            tuple(kinds),
            rest,
            least,
            here,
            volatile,
            refers,
            tuple(defaults),
            empty_is_default,
            source or f"Microsoft, {name} function",
        )
        return compute

    return register


def counts(cell: Value) -> TypeGuard[float]:
    """Whether a cell in a range is a number, be it one that differs from lane to lane."""
    return type(cell) is float or type(cell) is Traced


def numbers(*values: Value) -> list[float]:
    """What SUM counts: numbers in ranges and arrays; of arguments typed in, also TRUE and "12".

    Raises:
        Failed: the first error among them.

    Example:
        >>> numbers(1.0, True, Array([[2.0, True, "3", None]]))
        [1.0, 1.0, 2.0]
    """
    result: list[float] = []
    for value in values:
        if type(value) is float:
            result.append(value)
        elif isinstance(value, Array | Area | Areas):
            for cell in value.cells():
                if type(cell) is float:
                    result.append(cell)
                elif isinstance(cell, Error):
                    raise Failed(cell)
                elif counts(cell):
                    result.append(cell)
        else:
            result.append(number(value))  # an argument left empty is 0
    return result


def strict(value: Value) -> float:
    """A number where booleans are #VALUE! and an empty argument #N/A: the old Analysis ToolPak's functions.

    Example:
        >>> strict("12"), strict(None)
        (12.0, 0.0)
    """
    one = value if value is MISSING else corner(value)
    if one is MISSING:
        raise Failed(Error.NA)
    if isinstance(one, bool):
        raise Failed(Error.VALUE)
    return number(one)


def strict_numbers(*values: Value) -> list[float]:
    """As `numbers`, for the old Analysis ToolPak's functions: text in cells is read, and must be a number."""
    result: list[float] = []
    for value in values:
        if isinstance(value, Array | Area | Areas):
            result.extend(strict(cell) for cell in value.cells() if cell is not None)
        else:
            result.append(strict(MISSING if value is None else value))
    return result
