"""The helpers of Kustomer's templates, as far as they were met in public (format.md §4)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from kustui.definition.faults import quoted
from kustui.simulate.values.casting import number_of, text_of
from kustui.simulate.values.dates import between, date_of, formatted, instant, iso, moved, unit_of
from kustui.simulate.values.values import Undecided, is_missing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kustui.simulate.values.context import EvaluationContext

ISO_FORMAT = "YYYY-MM-DDTHH:mm:ssZ"
"""How moment.js writes a date where no format is given [assumed to be so here]."""
_LONGEST_ID = 1_000


class Given(NamedTuple):
    """What a helper is called with; none of it is Undecided."""

    arguments: Sequence[Any]
    named: Mapping[str, Any]
    context: EvaluationContext
    place: int
    """Where in its template it stands, and in which round of a loop: the same nowhere else."""

    def argument(self, index: int) -> Any:
        return self.arguments[index] if index < len(self.arguments) else None


class Helper(NamedTuple):
    """A helper and what about it is our reading."""

    run: Callable[[Given], Any]
    assumed: str = ""


def moment_of(value: Any) -> int | None:
    """Milliseconds since 1970 of a date: ISO 8601, or that number itself, as moment.js takes it."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e17:  # nor infinity, nor NaN
        return int(value) if date_of(int(value)) is not None else None
    return instant(value)


def date_format(value: Any, format_: Any) -> Any:
    """A date as text: for the helper, and for the function of the same name."""
    moment = moment_of(value)
    if moment is None:
        return _no_date(value)
    return formatted(moment, ISO_FORMAT if is_missing(format_) else text_of(format_))


def _no_date(value: Any) -> Undecided:
    if is_missing(value):
        return Undecided("what becomes of a date that is missing is not known")
    return Undecided(f"{quoted(text_of(value))} is no date in ISO 8601")


def _date_format(given: Given) -> Any:
    return date_format(given.argument(0), given.named.get("format", given.argument(1)))


def _date(given: Given) -> Any:
    count = number_of(given.named.get("count", 0))
    unit = unit_of(text_of(given.argument(0))) if given.arguments else "hour"
    if count is None or unit is None or not float(count).is_integer():
        return Undecided(f"kustui does not know which date {quoted(text_of(given.argument(0)))} means")
    later = moved(given.context.now, unit, int(count))
    return Undecided("the date lies outside of the years 1 to 9999") if later is None else iso(later)


def _date_diff(given: Given) -> Any:
    unit = unit_of(text_of(given.argument(0)))
    start, end = given.named.get("from"), given.named.get("to")
    if unit is None:
        return Undecided(f"kustui does not know the unit {quoted(text_of(given.argument(0)))}")
    first, last = moment_of(start), moment_of(end)
    if first is None or last is None:
        return _no_date(start if first is None else end)
    whole = between(first, last, unit)
    return Undecided("the dates lie outside of the years 1 to 9999") if whole is None else whole


_CALCULATED: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": lambda one, other: one / other,
    "%": math.fmod,
}


def _math(given: Given) -> Any:
    one, sign, other = given.argument(0), text_of(given.argument(1)), given.argument(2)
    left, right = number_of(one), number_of(other)
    if sign not in _CALCULATED or len(given.arguments) != 3:
        return Undecided(f"kustui does not know the calculation {quoted(sign)}")
    if left is None or right is None:
        wrong = one if left is None else other
        what = "a missing value" if is_missing(wrong) else f"{quoted(text_of(wrong))}, which is no number,"
        return Undecided(f"what {what} counts for in math is not known")
    try:
        return _CALCULATED[sign](left, right)
    except (ArithmeticError, ValueError):
        return Undecided("the calculation has no number for a result")


def _to_lower(given: Given) -> Any:
    return text_of(given.argument(0)).lower()


def _random_id(given: Given) -> Any:
    size = number_of(given.named.get("size"))
    if size is None:
        return Undecided("how long a randomId without a size is, is not known")
    if not 0 < size <= _LONGEST_ID:
        return Undecided(f"a randomId has 1 to {_LONGEST_ID:,} characters")
    return given.context.random_id(int(size), given.place)


HELPERS: Mapping[str, Helper] = {
    "date": Helper(_date, "date gives ISO 8601 in UTC"),
    "dateDiff": Helper(_date_diff, "dateDiff counts whole units"),
    "dateFormat": Helper(_date_format, "dateFormat writes UTC and English"),
    "math": Helper(_math),
    "randomId": Helper(_random_id),
    "toLower": Helper(_to_lower),
}
"""By name. What is not here, and none of Handlebars' own, gives Undecided."""
