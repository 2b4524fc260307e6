"""Values of a run: JSON, or MISSING, or Undecided; and how they are cast before they are compared.

Kustomer casts, by rules that are not public [docs]. Where any cast would give the same answer, that is the answer;
where casts differ (is ``"yes"`` true? is nothing ``""``?) it is Undecided.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeGuard

from msgspec import Struct

from kustui.definition.dates import parse_date
from kustui.text.messages import json_in_words


class Missing(Enum):
    """The type of MISSING: what a reference to something that is not there stands for."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


class Undecided(Struct, frozen=True):
    """A value or an answer that only Kustomer itself could give. A person is asked for it; it is never guessed."""

    why: str
    """A clause without a full stop: ``kustui does not know the function "parseMoney"``."""


def look_up(data: Any, segments: Sequence[str], *, in_template: bool = False) -> Any:
    """The value at a path, MISSING, or the Undecided that is in the way.

    Elements of a list are named by their index, and ``.length`` counts those of a list and the characters of a
    text [docs]. Handlebars names the characters of a text by their index too.
    """
    for segment in segments:
        if isinstance(data, Undecided):
            return data
        if isinstance(data, Mapping):
            data = data.get(segment, MISSING)
        elif isinstance(data, list | tuple):
            data = _element(data, segment)
        elif isinstance(data, str) and segment == "length":
            data = length_of(data)
        else:
            data = _character(data, segment) if in_template and isinstance(data, str) else MISSING
        if data is MISSING:
            return MISSING
    return data


def _character(text: str, segment: str) -> Any:
    """The UTF-16 unit of a text at an index; half of a character is written as U+FFFD."""
    if not _is_index(segment):
        return MISSING
    start = 2 * int(segment)
    unit = text.encode("utf-16-le", "surrogatepass")[start : start + 2]
    return unit.decode("utf-16-le", "replace") if unit else MISSING


def length_of(text: str) -> int:
    """How long a text is in JavaScript: in UTF-16 units, of which an emoji has two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def in_javascript_order(members: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """The members of an object in JavaScript's order: integer keys first, ascending, then the others as they came."""
    if not any(map(_is_index, members)):
        return members.items()
    return sorted(members.items(), key=lambda member: int(member[0]) if _is_index(member[0]) else _LARGEST)


def _is_index(key: object) -> bool:
    digits = str(key)
    canonical = digits.isascii() and digits.isdigit() and (digits == "0" or digits[0] != "0")
    return canonical and len(digits) <= 10 and int(digits) < 2**32 - 1


def _element(elements: Sequence[Any], segment: str) -> Any:
    if segment == "length":
        return len(elements)
    # Digits alone: int() would take signs, blanks and underscores too.
    if segment.isascii() and segment.isdigit() and len(segment) < 10 and int(segment) < len(elements):
        return elements[int(segment)]
    return MISSING


def parts_of(value: Any) -> Iterator[Any]:
    """The value and everything in it, however deep, in the order in which it is written."""
    pending = [value]
    while pending:
        part = pending.pop()
        yield part
        if isinstance(part, Mapping):
            pending.extend(reversed(list(part.values())))
        elif isinstance(part, list | tuple):
            pending.extend(reversed(part))


def undecided_in(value: Any) -> Undecided | None:
    """The first part of a value that is not decided, however deep."""
    return next((part for part in parts_of(value) if isinstance(part, Undecided)), None)


def is_missing(value: Any) -> bool:
    """Whether there is nothing: no value, or null [assumed]."""
    return value is MISSING or value is None


Answer = bool | Undecided

NUMBER = re.compile(r"\s*+(?:0[xX][0-9a-fA-F]++|[+-]?(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?+)?+\s*+", re.ASCII)
"""Text that some cast would make a number of, empty and blank text included."""
TRUTHS = {"", "true", "false", "1", "0", "yes", "no", "on", "off", "t", "f", "y", "n"}
"""Words that some cast would make true or false of."""

_LARGEST = 2**53
"""Up to here whole numbers are exact in JavaScript, and so in Kustomer."""


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a JSON value is a number: true is none, other than to Python."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def number_of(value: Any) -> int | float | None:
    """The number that a value is, or that its text spells; None for anything else, true and false included."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _as_javascript(value)
    if not isinstance(value, str) or not value.strip() or not NUMBER.fullmatch(value):
        return None
    text = value.strip()
    return _as_javascript(int(text, 16) if text[:2].lower() == "0x" else float(text))


def _as_javascript(number: int | float) -> int | float:
    """The number as JavaScript has it: exact up to 2**53, else a float."""
    if isinstance(number, int) and abs(number) > _LARGEST:
        try:
            return float(number)
        except OverflowError:
            return math.inf if number > 0 else -math.inf
    if isinstance(number, float) and number.is_integer() and abs(number) <= _LARGEST:
        return int(number)
    return number


def in_javascript(value: Any, lost: list[int]) -> Any:
    """The same JSON value with its members in JavaScript's order, and with whole numbers that it cannot hold exactly
    rounded as there; ``lost`` gets those."""
    parts = [part for part in parts_of(value) if isinstance(part, int | Mapping)]
    numbers = (part for part in parts if isinstance(part, int) and abs(part) > _LARGEST)
    rounded = {number: whole_in_javascript(number) for number in numbers if number_in_text(number) != str(number)}
    lost.extend(rounded)
    indexed = any(isinstance(part, Mapping) and any(map(_is_index, part)) for part in parts)
    return _replaced(value, rounded) if rounded or indexed else value


def whole_in_javascript(number: int) -> int | float:
    """A whole number as JavaScript has it; one greater than any that it has stays what it is."""
    digits = number_in_text(number)
    if digits.lstrip("-").isdigit():
        return int(digits)
    return float(number) if abs(number) <= sys.float_info.max else number


def _replaced(value: Any, rounded: Mapping[int, int | float]) -> Any:
    if isinstance(value, dict):  # an object of which only a part is known has values of a run, which are JavaScript's
        return {key: _replaced(member, rounded) for key, member in in_javascript_order(value)}
    if isinstance(value, list | tuple):
        return [_replaced(member, rounded) for member in value]
    return rounded.get(value, value) if isinstance(value, int) else value


def beside(number: int | float, difference: int) -> int | float:
    """A number that much more, or the next that there is, where one is too small a difference to be kept."""
    number = _as_javascript(number)
    changed = _as_javascript(number + difference)
    return changed if changed != number or not math.isfinite(number) else number + difference * math.ulp(number)


def text_of(value: Any) -> str:
    """A value as text, as JavaScript makes text of it. Nothing is an empty text."""
    match value:
        case _ if is_missing(value):
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int() | float():
            return number_in_text(value)
        case list() | tuple():
            return ",".join(map(text_of, value))
        case _:
            return "[object Object]"


def number_in_text(number: int | float) -> str:
    """A number as JavaScript writes it: ``3`` and not ``3.0``, ``1e+21``, ``1e-7``."""
    number = float(_as_javascript(number))
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
    mantissa, e, exponent = repr(number).partition("e")
    power = int(exponent or 0)
    if e and not -7 < power < 21:
        return f"{mantissa.removesuffix('.0')}e{'+' if power > 0 else '-'}{abs(power)}"
    digits = format(Decimal(repr(number)), "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


def equal(one: Any, other: Any) -> Answer:
    """Whether two values are the same once cast."""
    for value in (one, other):
        if isinstance(value, Undecided):
            return value
    if is_missing(one) or is_missing(other):
        return _equal_to_nothing(one, other)
    if isinstance(one, bool) or isinstance(other, bool):
        return _equal_truths(one, other)
    if isinstance(one, str) and isinstance(other, str):
        return one == other
    if isinstance(one, list | tuple | Mapping) or isinstance(other, list | tuple | Mapping):
        return _equal_structures(one, other)
    left, right = number_of(one), number_of(other)
    if left is not None and right is not None:
        return left == right
    if "" in (text_of(one).strip(), text_of(other).strip()) and 0 in (left, right):
        return Undecided("whether an empty text counts as 0 is not known")
    return False


def _equal_to_nothing(one: Any, other: Any) -> Answer:
    if is_missing(one) and is_missing(other):
        if one is None and other is None:
            return True
        return Undecided("whether two missing values count as the same is not known")
    there = other if is_missing(one) else one
    if may_be_nothing(there):
        return Undecided(f"whether a missing value counts as {json_in_words(there)} is not known")
    return False


def _equal_truths(one: Any, other: Any) -> Answer:
    if isinstance(one, bool) and isinstance(other, bool):
        return one is other
    truth, value = (one, other) if isinstance(one, bool) else (other, one)
    if isinstance(value, str):
        word = value.strip().lower()
        if word in ("true", "false"):
            return truth is (word == "true")
        if word not in TRUTHS:
            return False
    elif isinstance(value, Mapping) or number_of(value) not in (0, 1, None):
        return False
    return Undecided(f"whether {json_in_words(value)} counts as {json_in_words(truth)} is not known")


def _equal_structures(one: Any, other: Any) -> Answer:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        if one.keys() != other.keys():
            return False
        return all_of(equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all_of(map(equal, one, other))
    if isinstance(one, Mapping) or isinstance(other, Mapping):
        return False
    if text_of(one) == text_of(other):
        return Undecided("whether a list counts as its only element is not known")
    return False


def order_of(one: Any, other: Any) -> int | Undecided | None:
    """The order of two values: negative, 0 or positive; None if one of them is missing.

    Numbers, also as text [seen], and dates [assumed] have an order. For other texts it is Undecided.
    """
    for value in (one, other):
        if isinstance(value, Undecided):
            return value
    if is_missing(one) or is_missing(other):
        return None
    left, right = number_of(one), number_of(other)
    if left is None and right is None:
        left, right = parse_date(one), parse_date(other)
    if left is None or right is None:
        return Undecided(f"how {json_in_words(one)} and {json_in_words(other)} are put in order is not known")
    return (left > right) - (left < right)


def instants_of(value: Any) -> frozenset[int]:
    """What a date may stand for, in milliseconds since 1970: ISO 8601 for one instant, a number for milliseconds, or
    seconds where it is small [assumed]. Empty for what is no date, as a number of the first three years."""
    if is_number(value) and 1e8 <= abs(value) <= 8.64e15:
        return frozenset({int(value), int(value * 1000)} if abs(value) < 1e11 else {int(value)})
    instant = parse_date(value)
    return frozenset() if instant is None else frozenset({instant})


def any_of(answers: Iterable[Answer]) -> Answer:
    """Whether one of the answers is True; Undecided if that depends on an undecided one."""
    return _settled_by(True, answers)


def all_of(answers: Iterable[Answer]) -> Answer:
    """Whether all answers are True; Undecided if that depends on an undecided one."""
    return _settled_by(False, answers)


def _settled_by(answer: bool, answers: Iterable[Answer]) -> Answer:
    """The answer if any gives it, else the first Undecided, else the opposite. Stops where it is settled."""
    undecided: Undecided | None = None
    for current in answers:
        if current is answer:
            return answer
        if isinstance(current, Undecided):
            undecided = undecided or current
    return undecided or not answer


def may_be_nothing(value: object) -> bool:
    """Whether a missing value might be cast to this one, so that the two may count as the same [assumed]."""
    if isinstance(value, list | tuple):
        return not value or any(map(may_be_nothing, value))
    return value in (None, "", False, 0, "false", "null", "undefined", "0", {})


_MOST_LEVELS = 100
"""Levels that are written: a ring of schedules may wrap a value once more in each round."""


def finite_number(digits: str) -> int | float | None:
    """A number of a payload or an answer, for ``parse_int`` and ``parse_float`` of json. None where no double holds it:
    JavaScript, which Kustomer runs on, makes it Infinity, and null of that wherever it is written [assumed]."""
    number = float(digits)
    if not math.isfinite(number):
        return None
    return int(digits) if digits.lstrip("-").isdigit() else number


def canonical_json(value: Any) -> str:
    """A value of a definition as JSON that is the same for all that are the same as JSON: the order of keys says
    nothing, and 1 is not true."""
    import json  # not before the first paint

    return json.dumps(value, sort_keys=True)


class UndecidedRecord(dict[str, str]):
    """How something Undecided is written as JSON: ``{"undecided": why}``."""


def to_json_value(value: Any, depth: int = 0) -> Any:
    """A value of a run as plain JSON, for files and reports: Undecided as ``{"undecided": why}``, and as null what is
    MISSING, or a number that no double holds."""
    if isinstance(value, str | bool) or value is None:
        return value
    if isinstance(value, int | float):
        if not abs(value) <= sys.float_info.max:  # nor is NaN
            return None
        return int(value) if isinstance(value, float) and value.is_integer() and abs(value) <= _LARGEST else value
    if isinstance(value, Undecided):
        return UndecidedRecord(undecided=value.why)
    if value is MISSING:
        return None
    if depth > _MOST_LEVELS:
        return "…"
    if isinstance(value, Mapping):
        return {str(key): to_json_value(member, depth + 1) for key, member in in_javascript_order(value)}
    if isinstance(value, list | tuple):
        return [to_json_value(member, depth + 1) for member in value]
    return str(value)
