"""What things look like: a colour is a role, the same in header, cells, formulas and chart lines.

The colours are told apart by people with red-green blindness; on a grey printer the band above the header
says the role in words, and chart lines differ by dashes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gradsheet.table import Role

FONT = "Calibri"
INK, MUTED, RULE, PAPER = "#1F2937", "#5B6472", "#D7DBE0", "#FFFFFF"
INPUT_FILL, INPUT_EDGE = "#FFF4CC", "#B8860B"
NOTE_FILL = "#F5F7FA"


@dataclass(frozen=True)
class Look:
    """How a role shows: its name on the band, header colour, tint of its cells, dash of its lines."""

    word: str
    colour: str
    tint: str = PAPER
    dash: str = "solid"


ROLES: dict[Role, Look] = {
    "count": Look("", "#5B6472"),
    "data": Look("data", "#5B6472"),
    "input": Look("input", INPUT_EDGE, INPUT_FILL),
    "weights": Look("weights", "#1B7F4B", "#E8F5EC"),
    "prediction": Look("prediction", "#22313F"),
    "error": Look("error", "#6D3FA6", "#F3EEFA", "long_dash_dot"),
    "gradient": Look("gradient", "#C2452D", "#FCEBE7", "dash"),
    "state": Look("state", "#1F63B5", "#E8F0FB", "square_dot"),
    "schedule": Look("schedule", "#8A5A00", "#FBF3E4", "long_dash"),
}


HUGE = 1e7
"""Numbers from here on are shown as powers of ten, so that they fit their column."""
EXPLODED = 1e8
"""Numbers from here on are what an explosion left: a column's format is chosen by the others."""


def number_format(values: Iterable[float]) -> str:
    """A format in which most of a column reads well; `HUGE` numbers in it get another.

    Example:
        >>> number_format([3.2, 1.0, 2.5]), number_format([1204.0, -86.0])
        ('0.0000', '#,##0.0')
    """
    sizes = sorted(map(abs, values))
    sizes = [v for v in sizes if v < EXPLODED] or sizes
    usual = sizes[len(sizes) // 2] if sizes else 1.0
    if 0 < usual < 1e-3:
        return "0.00E+00"
    if usual >= HUGE:
        return "0.00E+00"
    return "#,##0.0" if usual >= 1000 else "#,##0.00" if usual >= 10 else "0.0000"


def fitting(value: object, usual: str) -> str:
    """The column's format, or powers of ten for a number that would be too wide in it.

    Example:
        >>> fitting(3.2, "0.0000"), fitting(-123456.0, "0.0000")
        ('0.0000', '0.00E+00')
    """
    if not isinstance(value, float):
        return usual
    most = 1e5 if usual == "0.0000" else 1e6 if usual.startswith("#") else HUGE
    return "0.00E+00" if abs(value) >= most else usual


class Formats:
    """XlsxWriter formats, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def __call__(self, **properties: Any) -> Any:
        """The format with these properties, on top of the house font."""
        full = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter", **properties}
        key = tuple(sorted(full.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(full)
        return self._made[key]

    def title(self) -> Any:
        """The sheet's name."""
        return self(font_size=20, bold=True)

    def purpose(self) -> Any:
        """The sentence under it."""
        return self(font_size=11, font_color=MUTED)

    def heading(self) -> Any:
        """A section's name."""
        return self(font_size=13, bold=True)

    def text(self, **more: Any) -> Any:
        """Running text."""
        return self(text_wrap=True, valign="top", **more)

    def input(self, align: str = "right") -> Any:
        """A cell that the reader may change."""
        return self(bg_color=INPUT_FILL, border=1, border_color=INPUT_EDGE, align=align, locked=False)

    def band(self, role: Role) -> Any:
        """The role in words, above the header."""
        return self(font_size=9, italic=True, font_color=ROLES[role].colour, align="center")

    def header(self, role: Role) -> Any:
        """A column's name."""
        return self(
            bold=True, font_color=PAPER, bg_color=ROLES[role].colour, align="center", text_wrap=True,
            border=1, border_color=PAPER,
        )  # fmt: skip

    def cell(self, role: Role, number: str, **more: Any) -> Any:
        """A value in a table."""
        look = {"bg_color": ROLES[role].tint, "bottom": 1, "bottom_color": RULE, "align": "right"}
        return self(num_format=number, **{**look, **more})
