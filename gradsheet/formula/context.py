"""What holds while a workbook is calculated: its date system, and its name in messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

from gradsheet.errors import GradsheetError
from gradsheet.formula.cells import Workbook
from gradsheet.formula.dates import SYSTEM

Method = TypeVar("Method", bound=Callable[..., Any])


@contextmanager
def calculating(workbook: Workbook) -> Iterator[None]:
    """Dates count from the workbook's own day 0, and an error names the file.

    Raises:
        GradsheetError: whatever the calculation raises, with the file's name before it.
    """
    token = SYSTEM.set(workbook.date1904)
    try:
        yield
    except GradsheetError as error:
        if not workbook.origin or str(error).startswith(workbook.origin):
            raise
        raise GradsheetError(f"{workbook.origin}: {error}") from error.__cause__
    finally:
        SYSTEM.reset(token)


def calculates(method: Method) -> Method:
    """A method that calculates with the workbook in ``self.workbook``."""

    @wraps(method)
    def wrapped(self: Any, *args: Any, **more: Any) -> Any:
        with calculating(self.workbook):
            return method(self, *args, **more)

    return wrapped  # type: ignore[return-value]
