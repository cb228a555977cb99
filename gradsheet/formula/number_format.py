"""Numbers as text by a format code, for TEXT: digits, thousands, percent, exponents, dates, sections.

Source: Microsoft, "Number format codes".
"""

from __future__ import annotations

import re

from gradsheet.formula.cells import Error
from gradsheet.formula.dates import parts
from gradsheet.formula.values import Failed, general

_PIECE = re.compile(
    r'"([^"]*)"|\\(.)|\[([^\]]*)\]|_(.)|\*(.)|(General)|(AM/PM|A/P)|(y+|m+|d+|h+|s+(?:\.0+)?)'
    r"|([0#?][0#?,]*(?:\.[0#?]*)?(?:[eE][-+][0#?]+)?|\.[0#?]+(?:[eE][-+][0#?]+)?)|(.)",
    re.IGNORECASE,
)
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]


def formatted(value: float | str, code: str) -> str:
    """A number, or a text, in a format.

    Example:
        >>> formatted(1234.567, "#,##0.00"), formatted(0.256, "0.0%"), formatted(45658.0, "yyyy-mm-dd")
        ('1,234.57', '25.6%', '2025-01-01')
        >>> formatted(-5.0, "0;(0)"), formatted(12345.0, "0.00E+00"), formatted(7.0, "000")
        ('(5)', '1.23E+04', '007')
    """
    sections = _sections(code)
    if isinstance(value, str):
        if len(sections) > 3 or "@" in sections[-1]:
            return "".join(m[1] or m[2] or (value if m[0] == "@" else m[0]) for m in _PIECE.finditer(sections[-1]))
        return value
    section, minus = sections[0], value < 0
    if value < 0 and len(sections) > 1:
        section, minus, value = sections[1], False, -value
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    if value < 0:
        value = -value
    pieces = list(_PIECE.finditer(section))
    if any(m[8] for m in pieces) or any(m[7] for m in pieces):
        if minus:
            raise Failed(Error.VALUE)
        return _date(value, pieces)
    text = _number(value, pieces)
    return "-" + text if minus and re.search(r"[1-9]", text) else text


def _sections(code: str) -> list[str]:
    """The format's parts between semicolons outside quotes."""
    found, quoted, start = [], False, 0
    for i, sign in enumerate(code):
        if sign == '"':
            quoted = not quoted
        elif sign == ";" and not quoted:
            found.append(code[start:i])
            start = i + 1
    return [*found, code[start:]]


def _number(value: float, pieces: list[re.Match[str]]) -> str:
    percent = sum(m[10] == "%" for m in pieces)
    places = [i for i, m in enumerate(pieces) if m[9]]
    if not places:
        literal = ""
        for m in pieces:
            literal += general(value) if m[6] or m[10] == "@" else _literal(m)
        return literal
    first = places[0]
    digits = _digits(value * 100**percent, "".join(pieces[i][9] for i in places))
    return "".join(digits if i == first else "" if i in places else _literal(m) for i, m in enumerate(pieces))


def _literal(piece: re.Match[str]) -> str:
    if piece[4]:
        return " "
    if piece[5] or piece[3]:
        return ""
    return piece[1] or piece[2] or piece[10] or ""


def _digits(value: float, mask: str) -> str:
    mantissa, e, exponent = re.match(r"([^eE]*)([eE][-+])?(.*)", mask).groups()  # type: ignore[union-attr]
    whole, dot, fraction = mantissa.partition(".")
    scale = len(whole) - len(whole.rstrip(","))
    thousands = "," in whole.rstrip(",")
    least = whole.count("0")
    value /= 1000.0**scale
    if e:
        head, _, power = f"{value:.{len(fraction)}e}".partition("e")
        sign = "-" if power.startswith("-") else "+" if e.endswith("+") else ""
        return f"{_trimmed(head, fraction, dot)}{e[0]}{sign}{abs(int(power)):0{exponent.count('0')}d}"
    from gradsheet.formula.functions.math import rounded

    text = f"{rounded(value, len(fraction)):.{len(fraction)}f}"
    number, _, decimals = text.partition(".")
    number = number.lstrip("0").rjust(least, "0")
    if thousands and number:
        number = f"{int(number):,}".rjust(least, "0")
    return number + _trimmed("." + decimals, fraction, dot) if dot else number


def _trimmed(text: str, fraction: str, dot: str) -> str:
    """Zeros at the end go where the mask has ``#``."""
    for mark in reversed(fraction):
        if mark == "0" or not text.endswith("0"):
            break
        text = text[:-1]
    return text


def _date(value: float, pieces: list[re.Match[str]]) -> str:
    fine = any(m[8] and "." in m[8] for m in pieces)
    seconds = round(value % 1 * 86400, 3 if fine else 0)
    if seconds >= 86400:
        value, seconds = int(value) + 1.0, 0
    year, month, day = parts(value)
    hour, minute, second = int(seconds // 3600), int(seconds // 60 % 60), seconds % 60
    half = any(m[7] for m in pieces)
    text, after_hour = "", False
    for i, m in enumerate(pieces):
        word = (m[8] or "").lower()
        if m[3] and m[3].lower() in ("h", "hh", "m", "mm", "s", "ss"):
            unit = {"h": 24, "m": 1440, "s": 86400}[m[3][0].lower()]
            text += str(int(value * unit + 1e-9))
            after_hour = m[3][0].lower() == "h"
            continue
        if m[7]:
            text += "PM" if hour >= 12 else "AM"
        elif not word:
            text += _literal(m)
        elif word[0] == "y":
            text += f"{year:04d}" if len(word) > 2 else f"{year % 100:02d}"
        elif word[0] == "d":
            text += _day(word, day, value)
        elif word[0] == "h":
            shown = (hour % 12 or 12) if half else hour
            text += f"{shown:0{len(word[:2])}d}"
        elif word[0] == "s":
            whole, _, part = word.partition(".")
            text += f"{second:0{len(part) + 3}.{len(part)}f}" if part else f"{int(second):0{len(whole)}d}"
        else:
            later = next((n[8] for n in pieces[i + 1 :] if n[8]), "").lower()
            if after_hour or (later.startswith("s") and len(word) < 3):
                text += f"{minute:0{len(word)}d}"
            else:
                text += _month(word, month)
        if word:
            after_hour = word[0] == "h"
    return text


def _day(word: str, day: int, value: float) -> str:
    if len(word) < 3:
        return f"{day:0{len(word)}d}"
    name = _DAYS[int(value) % 7]
    return name[:3] if len(word) == 3 else name


def _month(word: str, month: int) -> str:
    if len(word) < 3:
        return f"{month:0{len(word)}d}"
    name = _MONTHS[month - 1]
    return name[:3] if len(word) == 3 else name[0] if len(word) == 5 else name
