"""The functions that are written anew for numbers that differ from lane to lane, by Excel's name for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.functions import FUNCTIONS
from gradsheet.formula.graph import Graph, Traced
from gradsheet.formula.values import Area, Areas, Array, Lambda

TRACED: dict[str, Callable[..., Any]] = {}
_F = TypeVar("_F", bound=Callable[..., Any])


def varies(value: Any) -> bool:
    """Whether a value, or anything in it, differs from lane to lane."""
    if isinstance(value, Traced | Lambda):
        return True
    if isinstance(value, Area):
        known = value.grid.varying  # type: ignore[attr-defined]  # a column is asked about by each of its formulas
        mark = (value.sheet, value.top, value.left, value.bottom, value.right)
        if mark not in known:
            known[mark] = any(isinstance(cell, Traced) for cell in value.cells())
        return bool(known[mark])
    if isinstance(value, Array | Areas):
        return any(isinstance(cell, Traced) for cell in value.cells())
    return False


def graph_of(*values: Any) -> Graph:
    """The graph of the first value that differs from lane to lane."""
    for value in values:
        if isinstance(value, Traced):
            return value.graph
        if isinstance(value, Array | Area | Areas):
            for cell in value.cells():
                if isinstance(cell, Traced):
                    return cell.graph
    raise AssertionError("nothing here differs from lane to lane")


def traced(*names: str, always: bool = False) -> Callable[[_F], _F]:
    """Registers a function for numbers that differ from lane to lane.

    Args:
        names: Excel's names for it.
        always: also where no argument differs; for functions whose arguments are calculated when asked for.
    """

    def register(compute: _F) -> _F:
        for name in names:
            TRACED[name] = _guarded(name, compute, always)
        return compute

    return register


def _guarded(name: str, compute: Callable[..., Any], always: bool) -> Callable[..., Any]:
    function = FUNCTIONS[name]

    def call(*args: Any) -> Any:
        if not always and not any(varies(x) for x in args):
            return function(*args)
        try:
            return compute(*args)
        except Failed as failed:
            return failed.error
        except ZeroDivisionError:
            return Error.DIV0

    return call
