"""Excel's functions, a file for each of Excel's categories; importing this package registers them all."""

from gradsheet.formula.functions import (
    conditional,
    dates,
    distributions,
    dynamic,
    information,
    logic,
    lookup,
    math,
    matrix,
    sampling,
    statistics,
    text,
)
from gradsheet.formula.registry import FUNCTIONS

__all__ = [
    "FUNCTIONS",
    "conditional",
    "dates",
    "distributions",
    "dynamic",
    "information",
    "logic",
    "lookup",
    "math",
    "matrix",
    "sampling",
    "statistics",
    "text",
]
