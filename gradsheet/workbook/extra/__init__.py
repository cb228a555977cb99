"""What a topic's workbook has beside the sheets of its experiments: a module of the topic's name in this package."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from typing import Any, Protocol, cast

from gradsheet.experiments import Topic
from gradsheet.workbook.style import Formats
from gradsheet.workbook.values import Values


class Extra(Protocol):
    """What such a module has.

    Attributes:
        CONTENTS: each sheet that it writes, and what it shows.
    """

    CONTENTS: Sequence[tuple[str, str]]

    def charts(self, book: Any, values: Values) -> Sequence[Any]:
        """Charts that lead those of an experiment's sheet."""

    def write_sheets(self, book: Any, formats: Formats, shown: Sequence[Values]) -> None:
        """Sheets before those of the experiments."""


def extra_of(topic: Topic) -> Extra | None:
    """The topic's module, if it has one.

    Example:
        >>> from gradsheet.experiments import experiment, topic_of
        >>> extra_of(topic_of([experiment("basic")])) is None
        True
    """
    if topic.name not in {module.name for module in pkgutil.iter_modules(__path__)}:
        return None
    return cast(Extra, importlib.import_module(f"{__name__}.{topic.name}"))
