"""A page: its template, its numbers, its pictures, and whether docs/ has them as they are now."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from jinja2 import Environment, StrictUndefined

from gradsheet.plotting.style import Picture, house

HERE = Path(__file__).resolve().parent
DOCS = HERE.parent / "docs"
FOOT = "\n<!-- Written by scripts/write_pages from pages/{name}.md; change that, not this. -->\n"
DIGITS = 9
"""Digits of a number that count for a picture: fewer than the last ones, in which machines may differ."""

Numbers = Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    """One page of docs/.

    Attributes:
        name: the page's file without its ending, in pages/ and in docs/.
    """

    name: str

    @cached_property
    def module(self) -> ModuleType:
        """What computes it."""
        return importlib.import_module(f"pages.{self.name.replace('-', '_')}")

    @cached_property
    def numbers(self) -> Numbers:
        """What the template and the pictures need."""
        found: Numbers = self.module.numbers()
        return found

    @property
    def pictures(self) -> Mapping[str, Callable[[Numbers], Picture]]:
        """Name → what draws it."""
        found: Mapping[str, Callable[[Numbers], Picture]] = self.module.PICTURES
        return found

    @property
    def target(self) -> Path:
        """The page in docs/."""
        return DOCS / f"{self.name}.md"

    def text(self) -> str:
        """The page with its numbers in it."""
        environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True)
        environment.filters |= {"figures": figures, "whole": whole}
        template = environment.from_string((HERE / f"{self.name}.md").read_text(encoding="utf-8"))
        return template.render(self.numbers) + FOOT.format(name=self.name)

    def picture_file(self, picture: str) -> Path:
        """Where a picture lies."""
        return DOCS / "pictures" / f"{picture}.svg"

    def digest(self, picture: str) -> str:
        """What a picture was drawn from: the numbers and the code that draws them."""
        drawn = inspect.getsource(self.pictures[picture])
        told = json.dumps(_rounded(self.numbers), sort_keys=True)
        return hashlib.sha256((drawn + told).encode()).hexdigest()[:16]

    def drawn_from(self, picture: str) -> str:
        """The digest that the picture in docs/ carries; empty where there is no picture."""
        path = self.picture_file(picture)
        found = re.search(r"<dc:description>(\w+)</dc:description>", path.read_text()) if path.is_file() else None
        return found[1] if found else ""

    def write(self) -> list[Path]:
        """Write the page, and the pictures that are not up to date."""
        written = [self.target]
        self.target.write_text(self.text(), encoding="utf-8")
        for picture, draw in self.pictures.items():
            if self.drawn_from(picture) != self.digest(picture):
                with house():
                    shown = draw(self.numbers)
                written.append(shown.write(self.picture_file(picture), self.digest(picture)))
        return written

    def record(self) -> Path | None:
        """Compute at length and keep the result, where the page has something to compute at length."""
        if not hasattr(self.module, "at_length"):
            return None
        path = HERE / "recorded" / f"{self.name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(self.module.at_length(), indent=1) + "\n", encoding="utf-8")
        return path


def pages() -> list[Page]:
    """All of them."""
    return [Page(path.stem) for path in sorted(HERE.glob("*.md"))]


def recorded(name: str) -> Any:
    """What ``scripts/write_pages --at-length`` found for a page."""
    return json.loads((HERE / "recorded" / f"{name}.json").read_text(encoding="utf-8"))


def figures(value: float, digits: int = 4) -> str:
    """A number with so many figures, as a person writes it; what is none as Excel shows it.

    Example:
        >>> figures(150.75521), figures(4.513087e32), figures(11891738.4, 5), figures(float("inf"))
        ('150.8', '4.513·10³²', '11,892,000', '#NUM!')
    """
    if not math.isfinite(value):
        return "#NUM!"
    power = math.floor(math.log10(abs(value))) if value else 0
    if -5 <= power < 8:
        rounded = float(f"{value:.{digits}g}")
        return f"{rounded:,.{max(digits - 1 - power, 0)}f}".replace("-", "−")
    lead, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{lead}·10{raised}".replace("-", "−")


def whole(value: float) -> str:
    """A whole number with commas.

    Example:
        >>> whole(1000000)
        '1,000,000'
    """
    return f"{round(value):,}".replace("-", "−")


def _rounded(value: Any) -> Any:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:.{DIGITS}g}"
    if isinstance(value, int):
        return value
    if isinstance(value, Mapping):
        return {str(k): _rounded(v) for k, v in value.items()}
    return [_rounded(v) for v in value]
