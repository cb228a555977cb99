"""Text: before, after and between delimiters; values as text."""

from __future__ import annotations

import re

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.functions.text import _pieces
from gradsheet.formula.registry import Either, Logical, Number, Plain, Range, Text, function
from gradsheet.formula.values import Area, Array, Value
from gradsheet.formula.values import text as as_text


def _around(text: str, delimiter: Value, which: float, mode: float) -> list[tuple[int, int]]:
    """Where the delimiters are; an empty one is before each character or, from the end, behind it."""
    marks, n = _pieces((delimiter,)), int(which)
    if n == 0 or (any(marks) and abs(n) > len(text)):
        raise Failed(Error.VALUE)
    if not all(marks) or not marks:
        return [(i + (n < 0), i + (n < 0)) for i in range(len(text))]
    flags = re.IGNORECASE if mode else 0
    return [m.span() for m in re.finditer("|".join(map(re.escape, marks)), text, flags)]


def _parted(
    text: Text, delimiter: Range, which: Number, mode: Number, at_end: Number, otherwise: Plain
) -> tuple[Value, Value]:
    """What stands before and after the delimiter of that number; negative ones count from the end."""
    spans, n = _around(text, delimiter, which, mode), int(which)
    if abs(n) <= len(spans):
        start, end = spans[n - 1 if n > 0 else n]
        return text[:start], text[end:]
    if not at_end or abs(n) > len(spans) + 1:
        return otherwise, otherwise
    return (text, "") if n > 0 else ("", text)


@function("TEXTBEFORE", empty_is_default=True)
def text_before(
    text: Text,
    delimiter: Range,
    which: Number = 1.0,
    mode: Number = 0.0,
    at_end: Number = 0.0,
    otherwise: Plain = Error.NA,
) -> Value:
    """What stands before a delimiter."""
    return _parted(text, delimiter, which, mode, at_end, otherwise)[0]


@function("TEXTAFTER", empty_is_default=True)
def text_after(
    text: Text,
    delimiter: Range,
    which: Number = 1.0,
    mode: Number = 0.0,
    at_end: Number = 0.0,
    otherwise: Plain = Error.NA,
) -> Value:
    """What stands after a delimiter."""
    return _parted(text, delimiter, which, mode, at_end, otherwise)[1]


@function("TEXTSPLIT", empty_is_default=True)
def text_split(
    text: Text,
    columns: Range = None,
    rows: Range = None,
    skip_empty: Logical = False,
    mode: Number = 0.0,
    filler: Plain = Error.NA,
) -> Array:
    """A text cut at delimiters, over columns and rows."""

    def cut(whole: str, delimiter: Value) -> list[str]:
        marks = [mark for mark in _pieces((delimiter,)) if mark] if delimiter is not None else []
        if not marks:
            return [whole]
        parts = re.split("|".join(map(re.escape, marks)), whole, flags=re.IGNORECASE if mode else 0)
        return [part for part in parts if part or not skip_empty]

    table: list[list[Value]] = [list(cut(line, columns)) for line in cut(text, rows)]
    width = max(len(line) for line in table)
    return Array([line + [filler] * (width - len(line)) for line in table])


@function("VALUETOTEXT")
def value_to_text(value: Plain, form: Number = 0.0) -> str:
    """Any value as text; form 1 puts text in quotes."""
    if isinstance(value, Error):
        return value.value
    shown = as_text(value)
    return f'"{shown}"' if form and isinstance(value, str) else shown


@function("ARRAYTOTEXT")
def array_to_text(values: Either, form: Number = 0.0) -> str:
    """The values of an array as text."""
    array = values if isinstance(values, Array) else values.array() if isinstance(values, Area) else Array([[values]])
    if form:
        return "{" + ";".join(",".join(value_to_text(x, 1.0) for x in row) for row in array.rows) + "}"
    return ", ".join(value_to_text(x) for x in array.cells())
