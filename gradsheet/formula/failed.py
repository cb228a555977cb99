"""An Excel error on its way to the cell that shows it."""

from __future__ import annotations

from gradsheet.formula.cells import Error


class Failed(Exception):  # noqa: N818
    """Raised inside a function to make its result an error."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.value)
        self.error = error
