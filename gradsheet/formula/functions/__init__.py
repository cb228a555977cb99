"""Excel's functions, in files by category; importing this package registers them all.

A function is one decorated function in one of its modules; modules are found, not listed.
"""

from importlib import import_module
from pkgutil import iter_modules

from gradsheet.formula.registry import FUNCTIONS

for _found in iter_modules(__path__):
    import_module(f"{__name__}.{_found.name}")

__all__ = ["FUNCTIONS"]
