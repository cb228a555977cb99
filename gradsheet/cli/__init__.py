"""The command line: one command a verb. Parse, call, print; torch is imported only where it is used.

Every module here that defines commands is imported, so a new verb is a new file.
"""

from __future__ import annotations

import importlib
import pkgutil

from gradsheet.cli.group import main

for _found in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
    importlib.import_module(f"{__name__}.{_found.name}")

__all__ = ["main"]
