"""Numbers as text by a format code, for TEXT: digits, thousands, percent, exponents, dates, sections.

Source: Microsoft, "Number format codes".
"""

from __future__ import annotations

import math
import re
from fractions import Fraction

from gradsheet.formula.cells import Error
from gradsheet.formula.dates import parts
from gradsheet.formula.failed import Failed
from gradsheet.formula.values import general

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


_ELAPSED = ("h", "hh", "m", "mm", "s", "ss")


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
    if any(m[8] or m[7] or (m[3] or "").lower() in _ELAPSED for m in pieces):
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
    value *= 100.0 ** sum(m[10] == "%" for m in pieces)
    if not any(m[9] for m in pieces):
        return "".join(general(value) if m[6] or m[10] == "@" else _literal(m) for m in pieces)
    slash = next((i for i, m in enumerate(pieces) if m[10] == "/"), 0)
    if slash and pieces[slash - 1][9] and slash + 1 < len(pieces) and "." not in pieces[slash - 1][9]:
        return _fraction(value, pieces, slash)
    items: list[tuple[str, str]] = []  # a placeholder, the point, a comma, the exponent or a literal
    for m in pieces:
        if m[9]:
            items += [(t[0] if t[0] not in "eE" else "E", t) for t in _MARK.findall(m[9])]
        elif m[10] and m[10] in "eE":
            raise Failed(Error.VALUE)
        else:
            items.append(("," if m[10] == "," else "", _literal(m)))
    return _filled(value, items)


_MARK = re.compile(r"[eE][-+]?[0#?]+|.")


def _filled(value: float, items: list[tuple[str, str]]) -> str:
    """The digits of a number put into the format's placeholders, literals kept between them."""
    from gradsheet.formula.functions.rounding import rounded

    marks = [i for i, (kind, _) in enumerate(items) if kind and kind in "0#?"]
    point = next((i for i, (kind, _) in enumerate(items) if kind == "."), len(items))
    whole, part = [i for i in marks if i < point], [i for i in marks if i > point]
    commas = [i for i, (kind, _) in enumerate(items) if kind == ","]
    thousands = any(whole and whole[0] < i < whole[-1] for i in commas)
    scale = sum(not whole or i > whole[-1] for i in commas)
    value /= 1000.0**scale
    power = 0
    if any(kind == "E" for kind, _ in items) and value:
        step = max(1, len(whole))
        power = math.floor(int(f"{value:.14e}".partition("e")[2]) / step) * step
        value = float(f"{value / 10.0**power:.14e}")
        if rounded(value, len(part)) >= 10.0**step:
            value, power = value / 10.0**step, power + step
    number, _, decimals = f"{rounded(value, len(part)):.{len(part)}f}".partition(".")
    number = number.lstrip("0")
    shown: dict[int, str] = {}
    for place, i in enumerate(reversed(whole)):
        last = place == len(whole) - 1
        end = len(number) - place
        digits = number[: max(0, end)] if last else number[max(0, end - 1) : max(0, end)]
        digits = digits or {"0": "0", "?": " ", "#": ""}[items[i][0]]
        if thousands and digits.isdigit():
            size = len(digits) + place  # digits at and to the right of this place
            digits = "".join(
                x + ("," if size - j - 1 and (size - j - 1) % 3 == 0 else "") for j, x in enumerate(digits)
            )
        shown[i] = digits
    for i, digit in zip(part, decimals, strict=True):
        shown[i] = digit
    for i in reversed(part):
        if shown[i] != "0" or items[i][0] == "0":
            break
        shown[i] = " " if items[i][0] == "?" else ""
    result = "" if whole else number
    for i, (kind, text) in enumerate(items):
        if i in shown:
            result += shown[i]
        elif kind == "E":
            sign = "-" if power < 0 else "+" if "+" in text else ""
            result += f"E{sign}{abs(power):0{max(1, text.count('0'))}d}"
        elif kind != ",":
            result += text
    return result


def _fraction(value: float, pieces: list[re.Match[str]], slash: int) -> str:
    """A number as a fraction: ``# ?/?`` and ``# ?/8``."""
    above, below = pieces[slash - 1][9], pieces[slash + 1][9]
    fixed = "".join(m[0] for m in pieces[slash + 1 :] if m[0].isdigit()) if not below else ""
    first = next((i for i, m in enumerate(pieces[: slash - 1]) if m[9]), None)
    whole = math.floor(value) if first is not None else 0
    rest = value - whole
    if fixed and int(fixed):
        top, bottom = math.floor(rest * int(fixed) + 0.5), int(fixed)
    else:
        near = Fraction(rest).limit_denominator(10 ** len(below or "?") - 1)
        top, bottom = near.numerator, near.denominator
    if first is not None and top == bottom:
        whole, top = whole + 1, 0
    down = str(bottom)
    width = len(below or fixed)
    if top == 0 and first is not None:
        ratio = " " * (len(above) + 1 + width)
    else:
        ratio = str(top).rjust(len(above)) + "/" + down.ljust(width)
    result = ""
    for i, m in enumerate(pieces[: slash - 1]):
        result += (str(whole) if whole or not top else "") if i == first else _literal(m) if not m[9] else ""
    tail = pieces[slash + 2 :] if below else [m for m in pieces[slash + 1 :] if not m[0].isdigit()]
    return result + ratio + "".join(_literal(m) for m in tail)


def _literal(piece: re.Match[str]) -> str:
    if piece[4]:
        return " "
    if piece[5] or piece[3]:
        return ""
    return piece[1] or piece[2] or piece[10] or ""


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
        if (m[3] or "").lower() in _ELAPSED:
            unit = {"h": 24, "m": 1440, "s": 86400}[m[3][0].lower()]
            text += f"{int(value * unit + 1e-6):0{len(m[3])}d}"
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
