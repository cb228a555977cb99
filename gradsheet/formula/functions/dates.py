"""Dates and times."""

from __future__ import annotations

import datetime
import math

from gradsheet.formula import dates
from gradsheet.formula.cells import Error
from gradsheet.formula.registry import Number, Text, function
from gradsheet.formula.values import Failed


@function("DATE")
def date(year: Number, month: Number, day: Number) -> float:
    """The serial number of a date; months and days may run over."""
    y = int(year)
    return dates.serial(y + 1900 if y < 1900 else y, int(month), int(day))


@function("TIME")
def time(hour: Number, minute: Number, second: Number) -> float:
    """A time as the part of a day."""
    seconds = int(hour) * 3600 + int(minute) * 60 + int(second)
    if seconds < 0:
        raise Failed(Error.NUM)
    return seconds % 86400 / 86400


@function("YEAR")
def year(number: Number) -> float:
    """The year of a date."""
    return float(dates.parts(number)[0])


@function("MONTH")
def month(number: Number) -> float:
    """The month of a date."""
    return float(dates.parts(number)[1])


@function("DAY")
def day(number: Number) -> float:
    """The day of a date."""
    return float(dates.parts(number)[2])


def _seconds(number: float) -> int:
    if number < 0:
        raise Failed(Error.NUM)
    return round(number % 1 * 86400) % 86400


@function("HOUR")
def hour(number: Number) -> float:
    """The hour of a time."""
    return float(_seconds(number) // 3600)


@function("MINUTE")
def minute(number: Number) -> float:
    """The minute of a time."""
    return float(_seconds(number) // 60 % 60)


@function("SECOND")
def second(number: Number) -> float:
    """The second of a time."""
    return float(_seconds(number) % 60)


@function("WEEKDAY")
def weekday(number: Number, kind: Number = 1.0) -> float:
    """The day of the week; 1 is Sunday unless told otherwise."""
    if number < 0:
        raise Failed(Error.NUM)
    sunday_first = (int(number) - 1) % 7
    code = int(kind)
    if code == 3:
        return float((sunday_first - 1) % 7)
    start = {1: 0, 2: 1, **{k: (k - 10) % 7 for k in range(11, 18)}}.get(code)
    if start is None:
        raise Failed(Error.NUM)
    return float((sunday_first - start) % 7 + 1)


@function("DATEVALUE")
def date_value(text: Text) -> float:
    """The date that a text spells."""
    return float(math.floor(dates.parse_date(text)))


@function("TIMEVALUE")
def time_value(text: Text) -> float:
    """The time that a text spells."""
    return dates.parse_date(text) % 1


def _moved(number: float, months: float) -> tuple[int, int, int]:
    y, m, d = dates.parts(number)
    total = y * 12 + m - 1 + int(months)
    return total // 12, total % 12 + 1, d


def _last(y: int, m: int) -> int:
    return (datetime.date(y + m // 12, m % 12 + 1, 1) - datetime.timedelta(1)).day


@function("EDATE")
def months_later(start: Number, months: Number) -> float:
    """The same day, some months later."""
    y, m, d = _moved(start, months)
    return dates.serial(y, m, min(d, _last(y, m)))


@function("EOMONTH")
def end_of_month(start: Number, months: Number) -> float:
    """The last day of a month."""
    y, m, _ = _moved(start, months)
    return dates.serial(y, m, _last(y, m))


@function("DAYS")
def days(end: Number, start: Number) -> float:
    """The days between two dates."""
    return float(math.floor(end) - math.floor(start))


@function("TODAY", volatile=True)
def today() -> float:
    """The date of the recalculation."""
    now = datetime.date.today()
    return dates.serial(now.year, now.month, now.day)


@function("NOW", volatile=True)
def now() -> float:
    """The moment of the recalculation."""
    moment = datetime.datetime.now()
    return (
        dates.serial(moment.year, moment.month, moment.day)
        + (moment.hour * 3600 + moment.minute * 60 + moment.second) / 86400
    )
