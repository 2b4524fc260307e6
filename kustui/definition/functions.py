"""The functions, template helpers and block helpers that kustui knows (format.md §4), each described in one place.

To add a function, write what it gives and its entry in ``FUNCTIONS``: ``check`` accepts the name, ``simulate`` runs it,
and the path search knows what its input has to look like. Likewise a helper, ``{{name …}}``, in ``HELPERS``. The block
helpers are Handlebars' own; how each renders is in ``analysis/evaluation.py``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from kustui.definition.dates import date_of, format_date, iso_date, parse_date, shift, unit_of, units_between
from kustui.definition.values import MISSING, Undecided, is_missing, is_number, number_of, text_of
from kustui.text.messages import quoted

NUMBER_IN_TEXT = "number in text"

ISO_FORMAT = "YYYY-MM-DDTHH:mm:ssZ"
"""How moment.js writes a date where no format is given [assumed to be so here]."""
_LONGEST_ID = 1_000
_INTEGER = re.compile(r"\s*([+-]?)(?:0[xX]([0-9a-fA-F]+)|([0-9]+))", re.ASCII)
_DECIMAL = re.compile(r"\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)", re.ASCII)
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}")
_INTERNATIONAL = re.compile(r"\+[1-9]\d{9,13}")
_ARGUMENT = re.compile(r",\s*([A-Za-z]+\s*=.*|[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+)$", re.DOTALL)
"""What stands after the format of a date and is none: ``,timezone=…``, ``,Europe/Berlin``."""
_MOST_DIGITS = 400
"""Of more a JavaScript number knows only that it is infinite."""


class Function(Struct, frozen=True):
    """A function: ``/#fn:parseInt,steps.1.qtyStr``. Any argument may be a path or a literal."""

    evaluate: Callable[[Sequence[Any]], Any]
    """What it gives for its arguments, of which none is Undecided: a typed value, MISSING or Undecided."""
    input: str = ""
    """What its first argument has to be: ``number in text``, ``date``, ``email`` or ``phone``; empty for anything."""
    text_from: int | None = None
    """From which argument on they are text for people, which is not judged as a path; None if none is."""
    most: int | None = None
    """How many arguments it has, where the last one may hold commas [docs]."""
    arity: int = 1
    """How many arguments kustui knows: what more do is undecided."""
    asks_for_input: bool = False
    """Whether it is there for an input that may be missing, so that reading one needs no guard."""
    assumed: str = ""
    """What in its results is kustui's own reading, in a clause; empty where nothing is."""


class HelperCall(Struct, frozen=True):
    """What a helper is called with; none of it is Undecided."""

    arguments: Sequence[Any]
    named: Mapping[str, Any]
    now: int
    """Milliseconds since 1970 on the virtual clock."""
    random_id: Callable[[int], str]
    """So many letters and digits, the same for the same call in the same run."""

    def argument(self, index: int) -> Any:
        return self.arguments[index] if index < len(self.arguments) else None


class Helper(Struct, frozen=True):
    """A helper of a template: ``{{dateFormat steps.1.at format='LL'}}``."""

    evaluate: Callable[[HelperCall], Any]
    """What it gives: a value or Undecided."""
    input: str = ""
    """What its arguments have to be: ``date`` or ``number``; empty for anything."""
    arity: int = 1
    """How many arguments kustui knows: what more do is undecided."""
    named: tuple[str, ...] = ()
    """The named arguments that kustui knows: what others do, ``timezone`` say, is undecided."""
    varies: bool = False
    """Whether it gives something else in each run, with the time or by chance."""
    assumed: str = ""
    """What in its results is kustui's own reading, in a clause; empty where nothing is."""


class BlockHelper(Struct, frozen=True):
    """A block helper: ``{{#if steps.1.x}}…{{else}}…{{/if}}``. All of these ask whether their argument is there."""

    replaces_context: bool = False
    """Whether bare names in its main part are fields of its argument."""
    inverted: bool = False
    """Whether its main part is put out where its argument is not there."""
    input: str = ""
    """What its argument has to be: ``list``; empty for anything."""


def moment_of(value: Any) -> int | None:
    """Milliseconds since 1970 of a date: ISO 8601, or that number itself, as moment.js takes it."""
    if is_number(value) and abs(value) < 1e17:  # nor infinity, nor NaN
        return int(value) if date_of(int(value)) is not None else None
    return parse_date(value)


def _date_in_format(value: Any, format_: Any) -> Any:
    moment = moment_of(value)
    if moment is None:
        return _no_date(value)
    return format_date(moment, ISO_FORMAT if is_missing(format_) else text_of(format_))


def _date_format(arguments: Sequence[Any]) -> Any:
    moment, format_ = (*arguments, MISSING, MISSING)[:2]
    if isinstance(format_, str) and (argument := _ARGUMENT.search(format_)):
        return Undecided(f"kustui does not know what {quoted(argument[1])} does to dateFormat")
    return _date_in_format(moment, format_)


def _no_date(value: Any) -> Undecided:
    if is_missing(value):
        return Undecided("what becomes of a date that is missing is not known")
    return Undecided(f"{quoted(text_of(value))} is not an ISO 8601 date")


def _parse_int(arguments: Sequence[Any]) -> Any:
    match = _INTEGER.match(_first(arguments))
    if not match or len(match[3] or match[2]) > _MOST_DIGITS:
        return MISSING
    number = int(match[2], 16) if match[2] else int(match[3])
    return -number if match[1] == "-" else number


def _parse_float(arguments: Sequence[Any]) -> Any:
    match = _DECIMAL.match(_first(arguments))
    if not match:
        return MISSING
    number = float(match[1])
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _if_exists(arguments: Sequence[Any]) -> Any:
    value, *others = arguments or [MISSING]
    if is_missing(value):
        return others[0] if others else MISSING
    return value


def _is_valid_email_address(arguments: Sequence[Any]) -> Any:
    text = _first(arguments)
    if text.count("@") != 1 or any(map(str.isspace, text)):
        return False
    if _ADDRESS.fullmatch(text) and ".." not in text and not text.startswith("."):
        return True
    return Undecided(f"whether Kustomer takes {quoted(text)} for an e-mail address is not known")


def _is_valid_phone_number(arguments: Sequence[Any]) -> Any:
    text = _first(arguments)
    if not any(map(str.isdigit, text)):
        return False
    if _INTERNATIONAL.fullmatch(text):
        return True
    return Undecided(f"whether Kustomer takes {quoted(text)} for a phone number is not known")


def _first(arguments: Sequence[Any]) -> str:
    return text_of(arguments[0]) if arguments else ""


FUNCTIONS: Mapping[str, Function] = {
    "parseInt": Function(_parse_int, NUMBER_IN_TEXT, assumed="parseInt gives nothing for what is no number"),
    "parseFloat": Function(_parse_float, NUMBER_IN_TEXT, assumed="parseFloat gives nothing for what is no number"),
    "dateFormat": Function(
        _date_format,
        "date",
        text_from=1,
        most=2,
        arity=2,
        assumed="dateFormat writes UTC and English",
    ),
    "ifExists": Function(
        _if_exists,
        text_from=1,
        arity=2,
        asks_for_input=True,
        assumed="ifExists gives its second argument where the first is missing",
    ),
    "inBusinessHours": Function(
        lambda _: Undecided("business hours are the organisation's, and not in the definition")
    ),
    "isValidEmailAddress": Function(
        _is_valid_email_address, "email", assumed="isValidEmailAddress takes plain addresses"
    ),
    "isValidPhoneNumber": Function(
        _is_valid_phone_number, "phone", assumed="isValidPhoneNumber takes international numbers"
    ),
}
"""By name, those met in public; the platform has more [docs] [seen]. What is not here is reported and Undecided."""

GUARD_FUNCTIONS = frozenset(name for name, function in FUNCTIONS.items() if function.asks_for_input)


def _date(call: HelperCall) -> Any:
    count = number_of(call.named.get("count", 0))
    unit = unit_of(text_of(call.argument(0))) if call.arguments else "hour"
    if count is None or unit is None or not float(count).is_integer():
        return Undecided(f"kustui does not know which date {quoted(text_of(call.argument(0)))} means")
    later = shift(call.now, unit, int(count))
    return Undecided("the date lies outside of the years 1 to 9999") if later is None else iso_date(later)


def _date_diff(call: HelperCall) -> Any:
    unit = unit_of(text_of(call.argument(0)))
    start, end = call.named.get("from"), call.named.get("to")
    if unit is None:
        return Undecided(f"kustui does not know the unit {quoted(text_of(call.argument(0)))}")
    first, last = moment_of(start), moment_of(end)
    if first is None or last is None:
        return _no_date(start if first is None else end)
    whole = units_between(first, last, unit)
    return Undecided("the dates lie outside of the years 1 to 9999") if whole is None else whole


_CALCULATIONS: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": lambda one, other: one / other,
    "%": math.fmod,
}


def _math(call: HelperCall) -> Any:
    one, sign, other = call.argument(0), text_of(call.argument(1)), call.argument(2)
    left, right = number_of(one), number_of(other)
    if sign not in _CALCULATIONS or len(call.arguments) != 3:
        return Undecided(f"kustui does not know the calculation {quoted(sign)}")
    if left is None or right is None:
        wrong = one if left is None else other
        what = "a missing value" if is_missing(wrong) else f"{quoted(text_of(wrong))}, which is no number,"
        return Undecided(f"what {what} counts for in math is not known")
    try:
        return _CALCULATIONS[sign](left, right)
    except (ArithmeticError, ValueError):
        return Undecided("the calculation has no number for a result")


def _random_id(call: HelperCall) -> Any:
    size = number_of(call.named.get("size"))
    if size is None:
        return Undecided("how long a randomId without a size is, is not known")
    if not 0 < size <= _LONGEST_ID:
        return Undecided(f"a randomId has 1 to {_LONGEST_ID:,} characters")
    return call.random_id(int(size))


HELPERS: Mapping[str, Helper] = {
    "date": Helper(_date, named=("count",), varies=True, assumed="date gives ISO 8601 in UTC"),
    "dateDiff": Helper(_date_diff, "date", named=("from", "to"), assumed="dateDiff counts whole units"),
    "dateFormat": Helper(
        lambda call: _date_in_format(call.argument(0), call.named.get("format", call.argument(1))),
        "date",
        arity=2,
        named=("format",),
        assumed="dateFormat writes UTC and English",
    ),
    "math": Helper(_math, "number", arity=3),
    "randomId": Helper(_random_id, arity=0, named=("size",), varies=True),
    "toLower": Helper(lambda call: text_of(call.argument(0)).lower()),
}
"""By name, those met in public. What is not here, and none of Handlebars' own, gives Undecided."""

BLOCKS: Mapping[str, BlockHelper] = {
    "if": BlockHelper(),
    "unless": BlockHelper(inverted=True),
    "each": BlockHelper(replaces_context=True, input="list"),
    "with": BlockHelper(replaces_context=True),
}
"""By name, Handlebars' own."""

DATA_VARIABLES = ("root", "index", "key", "first", "last", "level", "partial-block")
"""What Handlebars' own ``@`` names are: any other is a field whose name begins with ``@``, and is written ``[@x]``."""
