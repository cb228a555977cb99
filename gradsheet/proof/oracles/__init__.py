"""Engines that no one here wrote, each asked for the values of a workbook's cells in the same way.

``values(path, cells)`` gives an OracleValues; ``available()`` says in one sentence why an engine cannot be
asked here, or None. All but ``cached`` work on a copy without cached values, so that none can echo them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from gradsheet.proof.book import Value


@dataclass(frozen=True)
class OracleValues:
    """What an engine answered.

    Attributes:
        values: ``sheet!A1`` → value, for the formula cells that it evaluated.
        unsupported: (cell, function) for those that it cannot; these have no value.
        note: what a reader of the report has to know about these values, in one sentence, or "".
        version: the engine's version.
    """

    values: dict[str, Value]
    unsupported: list[tuple[str, str]] = field(default_factory=list)
    note: str = ""
    version: str = ""


class Oracle(Protocol):
    """What each module of this package offers."""

    available: Callable[[], str | None]
    values: Callable[[Path, Collection[str] | None], OracleValues]
