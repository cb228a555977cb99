"""Dates and times."""

from __future__ import annotations

import calendar
import datetime
import math

from gradsheet.formula import dates
from gradsheet.formula.cells import Error
from gradsheet.formula.failed import Failed
from gradsheet.formula.registry import Logical, Number, Range, Strict, Text, function
from gradsheet.formula.values import (
    MISSING,
    Value,
    array_of,
    corner,
)
from gradsheet.formula.values import number as as_number


@function("DATE")
def date(year: Number, month: Number, day: Number) -> float:
    """The serial number of a date; months and days may run over."""
    y = math.floor(year)
    if y < 0:
        raise Failed(Error.NUM)
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
    if not 1 <= y <= 9999:
        raise Failed(Error.NUM)
    return 29 if (y, m) == (1900, 2) else calendar.monthrange(y, m)[1]


@function("EDATE")
def months_later(start: Strict, months: Strict) -> float:
    """The same day, some months later."""
    y, m, d = _moved(start, months)
    return dates.serial(y, m, min(d, _last(y, m)))


@function("EOMONTH")
def end_of_month(start: Strict, months: Strict) -> float:
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


# ---- weeks, working days, day counts


@function("ISOWEEKNUM")
def iso_week(number: Number) -> float:
    """The week of the year by ISO 8601."""
    y, m, d = dates.parts(number)
    if (y, m) < (1900, 3):
        return float((int(number) - 1 + 7) // 7 if int(number) else 52)
    return float(datetime.date(y, m, d).isocalendar()[1])


@function("WEEKNUM")
def week(number: Strict, kind: Strict = 1.0) -> float:
    """The week of the year, the first one holding 1 January."""
    code = math.floor(kind)
    if code == 21:
        return iso_week(number)
    starts = {1: 0, 2: 1, **{k: (k - 10) % 7 for k in range(11, 18)}}
    if code not in starts:
        raise Failed(Error.NUM)
    first = int(dates.serial(dates.parts(number)[0], 1, 1))
    offset = (first - 1 - starts[code]) % 7
    return float((int(number) - first + offset) // 7 + 1)


@function("DAYS360")
def days_of_360(start: Number, end: Number, european: Logical = False) -> float:
    """The days between two dates in years of twelve months of thirty days."""
    (y1, m1, d1), (y2, m2, d2) = dates.parts(start), dates.parts(end)
    return float(_thirty(y1, m1, d1, y2, m2, d2, european))


def _thirty(y1: int, m1: int, d1: int, y2: int, m2: int, d2: int, european: bool) -> int:
    if european:
        d1, d2 = min(d1, 30), min(d2, 30)
    else:
        if d1 == _last(y1, m1):
            d1 = 30
        if d2 == 31 and d1 == 30:
            d2 = 30
        elif d2 == 31:
            d2, m2 = 1, m2 + 1
    return (y2 - y1) * 360 + (m2 - m1) * 30 + d2 - d1


@function("DATEDIF")
def difference(start: Number, end: Number, unit: Text) -> float:
    """The whole years, months or days between two dates; MD, YM and YD leave out the larger units."""
    if math.floor(start) > math.floor(end):
        raise Failed(Error.NUM)
    (y1, m1, d1), (y2, m2, d2) = dates.parts(start), dates.parts(end)
    months = (y2 - y1) * 12 + m2 - m1 - (d2 < d1)
    match unit.upper():
        case "Y":
            return float(months // 12)
        case "M":
            return float(months)
        case "D":
            return float(math.floor(end) - math.floor(start))
        case "YM":
            return float(months % 12)
        case "MD":
            return math.floor(end) - dates.serial(y2, m2 - (d2 < d1), d1)
        case "YD":
            year_before = y2 - ((m2, d2) < (m1, d1))
            return math.floor(end) - dates.serial(year_before, m1, d1)
    raise Failed(Error.NUM)


@function("YEARFRAC")
def part_of_year(start: Strict, end: Strict, basis: Strict = 0.0) -> float:
    """The years between two dates, by one of five ways of counting."""
    code = math.floor(basis)
    if not 0 <= code <= 4:
        raise Failed(Error.NUM)
    first, last = sorted((math.floor(start), math.floor(end)))
    (y1, m1, d1), (y2, m2, d2) = dates.parts(float(first)), dates.parts(float(last))
    if code == 0:
        if d1 >= 30:
            d1, d2 = 30, min(d2, 30)
        elif m1 == 2 and d1 == _last(y1, 2):
            d1 = 30
            if m2 == 2 and d2 == _last(y2, 2):
                d2 = 30
        return ((y2 - y1) * 360 + (m2 - m1) * 30 + d2 - d1) / 360
    if code == 4:
        return _thirty(y1, m1, d1, y2, m2, d2, True) / 360
    if code == 2:
        return (last - first) / 360
    if code == 3:
        return (last - first) / 365
    if (y2, m2, d2) <= (y1 + 1, m1, d1):
        leap = any(first <= dates.serial(y, 2, 29) <= last for y in {y1, y2} if _last(y, 2) == 29)
        size = 366.0 if leap or (y1 == y2 and _last(y1, 2) == 29) else 365.0
    else:
        size = (dates.serial(y2 + 1, 1, 1) - dates.serial(y1, 1, 1)) / (y2 - y1 + 1)
    return (last - first) / size


_WEEKENDS = {1: "0000011", 2: "1000001", 3: "1100000", 4: "0110000", 5: "0011000", 6: "0001100", 7: "0000110"}
_WEEKENDS |= {11 + i: "".join("1" if j == (6 + i) % 7 else "0" for j in range(7)) for i in range(7)}


def _free_days(weekend: Value) -> str:
    """Which days of the week are free, Monday first."""
    if weekend is None or weekend is MISSING:
        return _WEEKENDS[1]
    one = corner(weekend)
    if isinstance(one, Error):
        raise Failed(one)
    if isinstance(one, str):
        if len(one) != 7 or set(one) - {"0", "1"}:
            raise Failed(Error.VALUE)
        return one
    mask = _WEEKENDS.get(math.floor(as_number(one)))
    if mask is None:
        raise Failed(Error.NUM)
    return mask


def _holidays(days_off: Value) -> set[int]:
    if days_off is None or days_off is MISSING:
        return set()
    return {math.floor(as_number(x)) for x in array_of(days_off).cells() if x is not None}


def _works(day: int, free: str, holidays: set[int]) -> bool:
    return free[(day - 2) % 7] == "0" and day not in holidays


@function("NETWORKDAYS.INTL")
def working_days_between(start: Number, end: Number, weekend: Range = None, holidays: Range = None) -> float:
    """The working days between two dates, both included."""
    free, off = _free_days(weekend), _holidays(holidays)
    dates.parts(start), dates.parts(end)
    first, last = math.floor(start), math.floor(end)
    low, high = min(first, last), max(first, last)
    count = sum(_works(day, free, off) for day in range(low, high + 1))
    return float(count if first <= last else -count)


@function("NETWORKDAYS")
def working_days(start: Number, end: Number, holidays: Range = None) -> float:
    """The days from Monday to Friday between two dates, both included."""
    return working_days_between(start, end, None, holidays)


@function("WORKDAY.INTL")
def working_day_after(start: Number, count: Number, weekend: Range = None, holidays: Range = None) -> float:
    """The date so many working days later."""
    free, off = _free_days(weekend), _holidays(holidays)
    if free == "1111111":
        raise Failed(Error.VALUE)
    day, left = math.floor(start), abs(math.trunc(count))
    dates.parts(start)
    step = 1 if count > 0 else -1
    while left:
        day += step
        dates.parts(float(day))
        left -= _works(day, free, off)
    return float(day)


@function("WORKDAY")
def working_day(start: Number, count: Number, holidays: Range = None) -> float:
    """The date so many days from Monday to Friday later."""
    return working_day_after(start, count, None, holidays)
