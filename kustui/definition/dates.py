"""Dates as Kustomer's helpers parse, format and count them: ISO 8601, moment.js's tokens and units, UTC [assumed]."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_LIKE_A_DATE = re.compile(r"\d{4}-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)?)?)?")

MILLISECONDS: Mapping[str, int] = {
    "millisecond": 1, "second": 1_000, "minute": 60_000, "hour": 3_600_000, "day": 86_400_000, "week": 604_800_000,
}  # fmt: skip
"""The length of each unit; that of months and years depends on the calendar."""
_MONTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12}
_SHORT: Mapping[str, str] = {
    "ms": "millisecond", "s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "M": "month",
    "Q": "quarter", "y": "year",
}  # fmt: skip


def parse_date(value: Any) -> int | None:
    """Milliseconds since 1970 of a date in ISO 8601; None for anything else. Without a zone it is UTC [assumed]."""
    if not isinstance(value, str) or not _LIKE_A_DATE.fullmatch(value.strip()):
        return None
    text = value.strip().replace(",", ".")
    try:
        date = datetime.fromisoformat(f"{text}-01" if len(text) == 7 else text)
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        return (date - _EPOCH) // _MILLISECOND
    except (ValueError, OverflowError):
        return None


def date_of(milliseconds: int) -> datetime | None:
    """The date of an instant; None outside of the years 1 to 9999."""
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def iso_date(milliseconds: int) -> str:
    """An instant as JavaScript writes it: ``2026-01-31T09:00:00.000Z``."""
    date = date_of(milliseconds)
    if date is None:
        return "Invalid date"
    return f"{date:%Y-%m-%dT%H:%M:%S}.{date.microsecond // 1000:03d}Z".rjust(24, "0")


def unit_of(name: str) -> str | None:
    """The unit of a name, which may be plural or moment's abbreviation: ``hours``, ``h``; None if there is none."""
    if name in _SHORT:
        return _SHORT[name]
    singular = name.lower().removesuffix("s")
    return singular if singular in MILLISECONDS or singular in _MONTHS else None


def shift(milliseconds: int, unit: str, count: int) -> int | None:
    """An instant plus so many units; the 31st becomes the last day of a shorter month. None beyond the year 9999."""
    if unit in MILLISECONDS:
        later = milliseconds + MILLISECONDS[unit] * count
        return later if date_of(later) is not None else None
    date = date_of(milliseconds)
    if date is None:
        return None
    months = date.year * 12 + date.month - 1 + _MONTHS[unit] * count
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        return None
    return (_on_day(date, year, month + 1) - _EPOCH) // _MILLISECOND


def units_between(start: int, end: int, unit: str) -> int | None:
    """Whole units from one instant to another, rounded towards zero as by moment's ``diff``; None for no date."""
    if unit in MILLISECONDS:
        whole = abs(end - start) // MILLISECONDS[unit]
    else:
        first, last = date_of(min(start, end)), date_of(max(start, end))
        if first is None or last is None:
            return None
        months = (last.year - first.year) * 12 + last.month - first.month
        if _on_day(first, last.year, last.month) > last:
            months -= 1
        whole = months // _MONTHS[unit]
    return whole if end >= start else -whole


def _on_day(date: datetime, year: int, month: int) -> datetime:
    """The same day and time of another month, or the last day that it has."""
    from calendar import monthrange  # check needs no months, and it imports locale

    return date.replace(year=year, month=month, day=min(date.day, monthrange(year, month)[1]))


def format_date(milliseconds: int, format_: str) -> str:
    """An instant in moment.js's tokens, in English and UTC: ``LL`` is ``January 31, 2026``."""
    date = date_of(milliseconds)
    if date is None:
        return "Invalid date"
    written = _LONG.sub(lambda match: match[0] if match[0][0] == "[" else _LOCALISED[match[0]], format_)
    return _TOKEN.sub(lambda match: match[1] if match[1] is not None else _TOKENS[match[0]](date), written)


def _ordinal(number: int) -> str:
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def _from_sunday(date: datetime) -> int:
    return date.isoweekday() % 7


def _week(date: datetime) -> int:
    """The week of the year, as in moment's English locale: weeks begin on Sunday, and the first holds January 1."""
    from_saturday = date + timedelta(days=6 - _from_sunday(date)) if date.year < 9999 or date.month < 12 else date
    return (from_saturday.timetuple().tm_yday + 6) // 7


_LOCALISED: Mapping[str, str] = {
    "LTS": "h:mm:ss A", "LT": "h:mm A", "LLLL": "dddd, MMMM D, YYYY h:mm A", "LLL": "MMMM D, YYYY h:mm A",
    "LL": "MMMM D, YYYY", "L": "MM/DD/YYYY", "llll": "ddd, MMM D, YYYY h:mm A", "lll": "MMM D, YYYY h:mm A",
    "ll": "MMM D, YYYY", "l": "M/D/YYYY",
}  # fmt: skip
_LONG = re.compile(r"\[[^\[\]]*\]|" + "|".join(_LOCALISED))
_TOKENS: Mapping[str, Callable[[datetime], str]] = {
    "YYYY": lambda date: f"{date.year:04d}",
    "YY": lambda date: f"{date.year % 100:02d}",
    "Y": lambda date: f"{date.year}",
    "Qo": lambda date: _ordinal((date.month + 2) // 3),
    "Q": lambda date: f"{(date.month + 2) // 3}",
    "MMMM": lambda date: MONTHS[date.month - 1],
    "MMM": lambda date: MONTHS[date.month - 1][:3],
    "MM": lambda date: f"{date.month:02d}",
    "Mo": lambda date: _ordinal(date.month),
    "M": lambda date: f"{date.month}",
    "DDDD": lambda date: f"{date.timetuple().tm_yday:03d}",
    "DDDo": lambda date: _ordinal(date.timetuple().tm_yday),
    "DDD": lambda date: f"{date.timetuple().tm_yday}",
    "DD": lambda date: f"{date.day:02d}",
    "Do": lambda date: _ordinal(date.day),
    "D": lambda date: f"{date.day}",
    "dddd": lambda date: DAYS[_from_sunday(date)],
    "ddd": lambda date: DAYS[_from_sunday(date)][:3],
    "dd": lambda date: DAYS[_from_sunday(date)][:2],
    "do": lambda date: _ordinal(_from_sunday(date)),
    "d": lambda date: f"{_from_sunday(date)}",
    "E": lambda date: f"{date.isoweekday()}",
    "e": lambda date: f"{_from_sunday(date)}",
    "WW": lambda date: f"{date.isocalendar().week:02d}",
    "W": lambda date: f"{date.isocalendar().week}",
    "GGGG": lambda date: f"{date.isocalendar().year:04d}",
    "ww": lambda date: f"{_week(date):02d}",
    "w": lambda date: f"{_week(date)}",
    "HH": lambda date: f"{date.hour:02d}",
    "H": lambda date: f"{date.hour}",
    "hh": lambda date: f"{(date.hour + 11) % 12 + 1:02d}",
    "h": lambda date: f"{(date.hour + 11) % 12 + 1}",
    "kk": lambda date: f"{(date.hour + 23) % 24 + 1:02d}",
    "k": lambda date: f"{(date.hour + 23) % 24 + 1}",
    "mm": lambda date: f"{date.minute:02d}",
    "m": lambda date: f"{date.minute}",
    "ss": lambda date: f"{date.second:02d}",
    "s": lambda date: f"{date.second}",
    "SSS": lambda date: f"{date.microsecond // 1000:03d}",
    "SS": lambda date: f"{date.microsecond // 10_000:02d}",
    "S": lambda date: f"{date.microsecond // 100_000}",
    "A": lambda date: "AM" if date.hour < 12 else "PM",
    "a": lambda date: "am" if date.hour < 12 else "pm",
    "ZZ": lambda _: "+0000",
    "Z": lambda _: "+00:00",
    "X": lambda date: f"{(date - _EPOCH) // timedelta(seconds=1)}",
    "x": lambda date: f"{(date - _EPOCH) // _MILLISECOND}",
}
_TOKEN = re.compile(r"\[([^\[\]]*)\]|" + "|".join(sorted(_TOKENS, key=len, reverse=True)))
