"""Excel's functions, a file for each of Excel's categories; importing this package registers them."""

from gradsheet.formula.functions import logic, math, statistics

__all__ = ["logic", "math", "statistics"]
