"""Dates as serial numbers: 1 is 1 January 1900, and 60 the 29 February that never was.

Source: Microsoft, "Excel incorrectly assumes that the year 1900 is a leap year".
"""

from __future__ import annotations

import datetime
import re
from contextvars import ContextVar

from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed

SYSTEM: ContextVar[bool] = ContextVar("date1904", default=False)
"""Whether the workbook being calculated counts its days from 1 January 1904, which is day 0 there."""

LATER = 1462
"""How many days later that system begins."""

_DAY_0 = datetime.date(1899, 12, 30).toordinal()
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_US = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4}|\d{2})")
_WORDS = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3,9})[- ](\d{4}|\d{2})")
_WORDS_US = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})")
_CLOCK = re.compile(r"(\d{1,4}):(\d{1,2})(?::(\d{1,2}(?:\.\d+)?))?\s*([AaPp][Mm])?")


def serial(year: int, month: int, day: int) -> float:
    """The serial number of a date; months and days may run over.

    Example:
        >>> serial(1900, 1, 1), serial(1900, 3, 1), serial(2024, 14, 1) == serial(2025, 2, 1)
        (1.0, 61.0, True)
    """
    year += (month - 1) // 12
    month = (month - 1) % 12 + 1
    if not 1 <= year <= 9999:
        raise Failed(Error.NUM)
    number = datetime.date(year, month, 1).toordinal() - _DAY_0 + day - 1
    if number < 61:
        number -= 1  # before March 1900 Excel counts one day less
    if year == 1900 and month == 2 and day == 29:
        number = 60
    if SYSTEM.get():
        number -= LATER
    if number < 0:
        raise Failed(Error.NUM)
    return float(number)


def parts(number: float) -> tuple[int, int, int]:
    """Year, month and day of a serial number.

    Example:
        >>> parts(61.0), parts(60.5), parts(45658.0)
        ((1900, 3, 1), (1900, 2, 29), (2025, 1, 1))
    """
    if number >= 0 and SYSTEM.get():
        number += LATER
    day = int(number)
    if number < 0 or day > 2_958_465:
        raise Failed(Error.NUM)
    if day == 60:
        return 1900, 2, 29
    if day == 0:
        return 1900, 1, 0
    date = datetime.date.fromordinal(_DAY_0 + day + (day < 60))
    return date.year, date.month, date.day


def parse_date(text: str) -> float:
    """The serial number of a date or time in words; #VALUE! for other text.

    Example:
        >>> parse_date("2025-01-01"), parse_date("1/2/2025 6:00")
        (45658.0, 45659.25)
    """
    words = text.strip()
    clock = _CLOCK.search(words)
    time = 0.0
    if clock is not None and clock.end() == len(words):
        hour = int(clock[1])
        if clock[4]:
            hour = hour % 12 + (12 if clock[4].lower() == "pm" else 0)
        time = (hour * 3600 + int(clock[2]) * 60 + float(clock[3] or 0)) / 86400
        words = words[: clock.start()].strip()
        if not words:
            return time
    for shape, order in ((_ISO, "ymd"), (_US, "mdy"), (_WORDS, "dwy"), (_WORDS_US, "wdy")):
        match = shape.fullmatch(words)
        if match is None:
            continue
        found = dict(zip(order, match.groups(), strict=True))
        month = found.get("m") or str(_month(found["w"]))
        year = int(found["y"])
        if year < 100:
            year += 2000 if year < 30 else 1900
        day = int(found["d"])
        if not 1 <= int(month) <= 12 or not 1 <= day <= 31 or parts(serial(year, int(month), day))[2] != day:
            raise Failed(Error.VALUE)
        return serial(year, int(month), day) + time
    raise Failed(Error.VALUE)


def _month(word: str) -> int:
    if word[:3].lower() not in _MONTHS:
        raise Failed(Error.VALUE)
    return _MONTHS.index(word[:3].lower()) + 1
