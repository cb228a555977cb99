"""Text."""

from __future__ import annotations

import re

from gradsheet.formula.cells import Error
from gradsheet.formula.criteria import wildcard
from gradsheet.formula.failed import Failed
from gradsheet.formula.functions.rounding import rounded
from gradsheet.formula.number_format import formatted
from gradsheet.formula.registry import Either, Logical, Number, Plain, Range, Scalar, Text, function
from gradsheet.formula.values import (
    Area,
    Areas,
    Array,
    Value,
    number,
    parse_number,
)
from gradsheet.formula.values import text as as_text

_LONGEST = 32_767


def _count(value: float, least: int = 0) -> int:
    if value < least:
        raise Failed(Error.VALUE)
    return int(value)


@function("LEN")
def length(text: Text) -> float:
    """How many characters."""
    return float(len(text))


@function("LEFT")
def left(text: Text, count: Number = 1.0) -> str:
    """The first characters."""
    return text[: _count(count)]


@function("RIGHT")
def right(text: Text, count: Number = 1.0) -> str:
    """The last characters."""
    return text[max(0, len(text) - _count(count)) :]


@function("MID")
def middle(text: Text, start: Number, count: Number) -> str:
    """Characters from a place on, counted from 1."""
    begin = _count(start, 1) - 1
    return text[begin : begin + _count(count)]


def _pieces(values: tuple[Value, ...]) -> list[str]:
    result: list[str] = []
    for value in values:
        cells = value.cells() if isinstance(value, Array | Area | Areas) else [value]
        result.extend(as_text(cell) for cell in cells)
    return result


def _short(text: str) -> str:
    if len(text) > _LONGEST:
        raise Failed(Error.VALUE)
    return text


@function("CONCAT")
def concat(*values: Either) -> str:
    """All the texts, one after the other."""
    return _short("".join(_pieces(values)))


@function("CONCATENATE")
def concatenate(*values: Text) -> str:
    """The texts, one after the other."""
    return _short("".join(values))


@function("TEXTJOIN")
def text_join(delimiter: Range, skip_empty: Logical, *values: Either) -> str:
    """The texts with something between them."""
    marks = _pieces((delimiter,)) or [""]
    pieces = [piece for piece in _pieces(values) if piece or not skip_empty]
    result = pieces[0] if pieces else ""
    for i, piece in enumerate(pieces[1:]):
        result += marks[i % len(marks)] + piece
    return _short(result)


@function("UPPER")
def upper(text: Text) -> str:
    """In capitals."""
    return text.upper()


@function("LOWER")
def lower(text: Text) -> str:
    """In small letters."""
    return text.lower()


@function("PROPER")
def proper(text: Text) -> str:
    """Each word with a capital."""
    return re.sub(r"[^\W\d_]+", lambda m: m[0][0].upper() + m[0][1:].lower(), text)


@function("TRIM")
def trim(text: Text) -> str:
    """Without spaces at the ends, single ones between words."""
    return " ".join(part for part in text.split(" ") if part)


@function("CLEAN")
def clean(text: Text) -> str:
    """Without control characters."""
    return "".join(sign for sign in text if ord(sign) >= 32)


@function("REPT")
def repeat(text: Text, count: Number) -> str:
    """The text several times."""
    times = _count(count)
    if len(text) * times > _LONGEST:
        raise Failed(Error.VALUE)
    return text * times


@function("EXACT")
def exact(first: Text, second: Text) -> bool:
    """Whether two texts are the same, case counting."""
    return first == second


@function("FIND")
def find(wanted: Text, text: Text, start: Number = 1.0) -> float:
    """Where a text begins in another, case counting."""
    begin = _count(start, 1) - 1
    at = text.find(wanted, begin)
    if at < 0 or begin >= len(text):
        raise Failed(Error.VALUE)
    return at + 1.0


@function("SEARCH")
def search(wanted: Text, text: Text, start: Number = 1.0) -> float:
    """Where a text begins in another, wildcards allowed."""
    begin = _count(start, 1) - 1
    match = wildcard(wanted).search(text, begin)
    if match is None or begin >= len(text):
        raise Failed(Error.VALUE)
    return match.start() + 1.0


@function("SUBSTITUTE")
def substitute(text: Text, old: Text, new: Text, which: Number | None = None) -> str:
    """With one text in place of another, everywhere or once."""
    if not old:
        return text
    if which is None:
        return text.replace(old, new)
    at = -1
    for _ in range(_count(which, 1)):
        at = text.find(old, at + 1)
        if at < 0:
            return text
    return text[:at] + new + text[at + len(old) :]


@function("REPLACE")
def replace(text: Text, start: Number, count: Number, new: Text) -> str:
    """With the characters at a place exchanged."""
    begin = _count(start, 1) - 1
    return text[:begin] + new + text[begin + _count(count) :]


@function("TEXT")
def text_of(value: Scalar, code: Text) -> str:
    """A number in a format."""
    if isinstance(value, bool):
        return as_text(value)
    if isinstance(value, str):
        try:
            value = parse_number(value)
        except Failed:
            return formatted(str(value), code)
    if code == "":
        return ""
    return formatted(number(value), code)


@function("FIXED")
def fixed(value: Number, digits: Number = 2.0, plain: Logical = False) -> str:
    """A number with so many decimals, as text."""
    shown, places = rounded(value, digits), max(0, int(digits))
    return f"{shown:.{places}f}" if plain else f"{shown:,.{places}f}"


@function("DOLLAR")
def dollar(value: Number, digits: Number = 2.0) -> str:
    """A sum of money as text."""
    text = fixed(abs(value), digits)
    return f"(${text})" if value < 0 else f"${text}"


@function("VALUE")
def value_of(text: Scalar) -> float:
    """The number that a text spells."""
    if isinstance(text, bool):
        raise Failed(Error.VALUE)
    return number(text)


_PLAIN = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


@function("NUMBERVALUE")
def number_value(text: Text, point: Text = ".", group: Text = ",") -> float:
    """The number that a text spells, with given separators; 0 of empty text."""
    plain = "".join(text.split(" "))
    if not plain:
        return 0.0
    if not point or point[:1] == group[:1]:
        raise Failed(Error.VALUE)
    whole, dot, part = plain.partition(point[0])
    if group:
        whole = whole.replace(group[0], "")
    digits = whole + dot.replace(point[0], ".") + part
    number_part = digits.rstrip("%")
    if not _PLAIN.fullmatch(number_part):
        raise Failed(Error.VALUE)
    return float(float(number_part) / 100.0 ** (len(digits) - len(number_part)))


@function("T")
def only_text(value: Plain) -> str:
    """Text as it is, anything else as empty."""
    if isinstance(value, Error):
        raise Failed(value)
    return value if isinstance(value, str) else ""


for _name, _same in (("LENB", length), ("LEFTB", left), ("RIGHTB", right), ("MIDB", middle),
                     ("FINDB", find), ("SEARCHB", search), ("REPLACEB", replace)):  # fmt: skip
    function(_name)(_same)  # where no language of two-byte characters is the default, bytes are characters


@function("ASC")
def half_width(text: Text) -> str:
    """Full-width characters as half-width ones."""
    return "".join(
        chr(ord(sign) - 0xFEE0) if "！" <= sign <= "～" else " " if sign == "\u3000" else sign for sign in text
    )


_HIGH = bytes(range(128, 256)).decode("cp1252", "replace")


@function("CHAR")
def character(code: Number) -> str:
    """The character of a code from 1 to 255."""
    if not 1 <= code < 256:
        raise Failed(Error.VALUE)
    return chr(int(code)) if code < 128 else _HIGH[int(code) - 128]


@function("CODE")
def code_of(text: Text) -> float:
    """The code of the first character."""
    if not text:
        raise Failed(Error.VALUE)
    return float(ord(text[0]) if text[0] not in _HIGH else _HIGH.index(text[0]) + 128)


@function("UNICHAR")
def unicode_character(code: Number) -> str:
    """The character of a Unicode number."""
    if code < 1:
        raise Failed(Error.VALUE)
    return chr(int(code))


@function("UNICODE")
def unicode_of(text: Text) -> float:
    """The Unicode number of the first character."""
    if not text:
        raise Failed(Error.VALUE)
    return float(ord(text[0]))
