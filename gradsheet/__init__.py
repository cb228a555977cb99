"""Gradient descent in a spreadsheet, equal to PyTorch to the last bit.

The public names are imported when they are first used, so that ``gradsheet --help`` need not wait for torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradsheet.checking.classroom import check
    from gradsheet.checking.making import exercise
    from gradsheet.engine.run import run
    from gradsheet.engine.stability import stability
    from gradsheet.engine.trace import Trace
    from gradsheet.errors import GradsheetError
    from gradsheet.plotting.plot import plot
    from gradsheet.proof.report import parity
    from gradsheet.solving.solve import solve
    from gradsheet.sweeping.study import sweep
    from gradsheet.workbook.export import export
    from gradsheet.workbook.load import load
    from gradsheet.workbook.race import race

__version__ = "0.1.0"

_HOMES = {
    "GradsheetError": "gradsheet.errors",
    "Trace": "gradsheet.engine",
    "check": "gradsheet.checking.classroom",
    "exercise": "gradsheet.checking.making",
    "export": "gradsheet.workbook.export",
    "load": "gradsheet.workbook.load",
    "parity": "gradsheet.proof.report",
    "plot": "gradsheet.plotting.plot",
    "race": "gradsheet.workbook.race",
    "run": "gradsheet.engine",
    "solve": "gradsheet.solving.solve",
    "stability": "gradsheet.engine.stability",
    "sweep": "gradsheet.sweeping.study",
}
__all__ = [
    "GradsheetError",
    "Trace",
    "__version__",
    "check",
    "exercise",
    "export",
    "load",
    "parity",
    "plot",
    "race",
    "run",
    "solve",
    "stability",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'gradsheet' has no attribute {name!r}")
