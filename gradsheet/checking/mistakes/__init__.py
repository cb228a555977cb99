"""The catalogue of mistakes: each is a rewrite of the column's own rule, with the words that explain it.

A wrong formula that agrees with a rewritten rule on every draw made that mistake. Twins, rewrites that are the same
function, are told apart by the column's role, and by the order here. A mistake without a rewrite is a matter of cells:
references that drift, numbers typed in; those are found by looking (`gradsheet.checking.naming`).

Adding one is an entry in a module of this package that has `MISTAKES`; modules are found, not listed.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from gradsheet.checking.mistakes.rule import Mistake


@cache
def mistakes() -> dict[str, Mistake]:
    """All mistakes by slug, in the order in which they are tried.

    Example:
        >>> mistakes()["heavy_ball"].line
        'the new gradient is added whole, without its share 1 − beta'
    """
    found: list[Mistake] = []
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        found += getattr(importlib.import_module(f"{__name__}.{module.name}"), "MISTAKES", ())
    return {one.slug: one for one in sorted(found, key=lambda one: one.rank)}
