"""Functions: ``/#fn:parseInt,steps.1.qtyStr`` (format.md §4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from kustui.definition.faults import quoted
from kustui.simulate.values.casting import text_of
from kustui.simulate.values.helpers import date_format
from kustui.simulate.values.values import MISSING, Undecided, is_missing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kustui.definition.expressions import Function as Written
    from kustui.simulate.values.context import EvaluationContext

_INTEGER = re.compile(r"\s*([+-]?)(?:0[xX]([0-9a-fA-F]+)|([0-9]+))", re.ASCII)
_DECIMAL = re.compile(r"\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)", re.ASCII)
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}")
_INTERNATIONAL = re.compile(r"\+[1-9]\d{9,13}")
_MOST_DIGITS = 400
"""Of more a JavaScript number knows only that it is infinite."""


class Function(NamedTuple):
    """A function and what about it is our reading."""

    run: Callable[[Sequence[Any]], Any]
    assumed: str = ""


def called(written: Written, context: EvaluationContext) -> Any:
    """What a function stands for: a typed value, MISSING or Undecided."""
    if written.faults:
        return Undecided(written.faults[0].message)
    known = FUNCTIONS.get(written.name)
    if known is None:
        return Undecided(f"kustui does not know the function {quoted(written.name)}")
    arguments = [context.read(each.path.segments) if each.path else each.text for each in written.arguments]
    for argument in arguments:
        if isinstance(argument, Undecided):
            return argument
    return known.run(arguments)


def _parse_int(arguments: Sequence[Any]) -> Any:
    found = _INTEGER.match(_first(arguments))
    if not found or len(found[3] or found[2]) > _MOST_DIGITS:
        return MISSING
    number = int(found[2], 16) if found[2] else int(found[3])
    return -number if found[1] == "-" else number


def _parse_float(arguments: Sequence[Any]) -> Any:
    found = _DECIMAL.match(_first(arguments))
    if not found:
        return MISSING
    number = float(found[1])
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _date_format(arguments: Sequence[Any]) -> Any:
    return date_format(*(*arguments, MISSING, MISSING)[:2])


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


def _in_business_hours(_: Sequence[Any]) -> Any:
    return Undecided("business hours are the organisation's, and not in the definition")


def _first(arguments: Sequence[Any]) -> str:
    return text_of(arguments[0]) if arguments else ""


FUNCTIONS: Mapping[str, Function] = {
    "parseInt": Function(_parse_int, "parseInt gives nothing for what is no number"),
    "parseFloat": Function(_parse_float, "parseFloat gives nothing for what is no number"),
    "dateFormat": Function(_date_format, "dateFormat writes UTC and English"),
    "ifExists": Function(_if_exists, "ifExists gives its second argument where the first is missing"),
    "inBusinessHours": Function(_in_business_hours),
    "isValidEmailAddress": Function(_is_valid_email_address, "isValidEmailAddress takes plain addresses"),
    "isValidPhoneNumber": Function(_is_valid_phone_number, "isValidPhoneNumber takes international numbers"),
}
"""By name. What is not here gives Undecided."""
