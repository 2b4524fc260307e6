"""What is typed in a rehearsal, read: JSON, how a step fails, yes or no."""

from __future__ import annotations

import json
from typing import Any

from kustui.definition.source.source import replace_lone_surrogates
from kustui.definition.values import finite_number, to_json_value
from kustui.errors import KustuiError
from kustui.simulate.engine.engine import SetFailure
from kustui.text.terminal_safe import terminal_safe

_YES, _NO = ("y", "yes", "true"), ("n", "no", "false")


class InputError(KustuiError):
    """What is wrong with what was typed, in words for the person."""


def format_json(value: Any, *, indent: int | None = 2) -> str:
    """A value as JSON to edit, without a character that a terminal would obey."""
    plain = to_json_value(value)
    text = json.dumps(plain, ensure_ascii=False, indent=indent)
    is_safe = all(terminal_safe(line) == line for line in text.split("\n"))
    return text if is_safe else json.dumps(plain, indent=indent)


def parse_json(text: str) -> Any:
    """Any JSON value. Raises InputError, with line and column."""
    raw = replace_lone_surrogates(text.encode("utf-8", "replace")).decode()
    try:
        return json.loads(raw, parse_constant=_refuse_constant, parse_int=finite_number, parse_float=finite_number)
    except json.JSONDecodeError as error:
        raise InputError(
            f"line {error.lineno}, column {error.colno}: {error.msg[:1].lower()}{error.msg[1:]}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"not valid JSON: {error}") from error


def _refuse_constant(constant: str) -> Any:
    raise ValueError(f"JSON has no {constant}")


def parse_object(text: str) -> dict[str, Any]:
    """A JSON object, which a payload is. Raises InputError."""
    value = parse_json(text)
    if not isinstance(value, dict):
        raise InputError("a payload is a JSON object: { … }")
    return value


def parse_failure(text: str) -> SetFailure:
    """``404``, ``404 {"message": "gone"}``, ``404 gone``, ``gone``, or nothing. Raises InputError."""
    first, _, rest = text.strip().partition(" ")
    status: int | None = None
    if first.isascii() and first.isdigit():
        if len(first) != 3 or not 100 <= int(first) <= 599:
            raise InputError("a status is a number from 100 to 599")
        status = int(first)
    else:
        rest = text
    rest = rest.strip()
    if not rest:
        return SetFailure(status)
    return SetFailure(status, parse_json(rest) if rest[0] in '{["' else rest)


def parse_yes_no(text: str) -> bool:
    """Raises InputError."""
    word = text.strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise InputError("type y for yes or n for no")
