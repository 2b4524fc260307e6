"""What somebody types during a rehearsal, read: JSON, how a step fails, how a question is answered."""

from __future__ import annotations

import json
from typing import Any

from kustui.definition.source.source import mended
from kustui.definition.values import plain
from kustui.errors import KustuiError
from kustui.simulate.engine.decisions import SetFailure
from kustui.text.terminal_safe import shown

_YES, _NO = ("y", "yes", "true"), ("n", "no", "false")


class TypedError(KustuiError):
    """What is wrong with what was typed, for the person who did."""


def json_text(value: Any, *, indent: int | None = 2) -> str:
    """A value as JSON to be edited, without a character in it that a terminal would obey."""
    text = json.dumps(plain(value), ensure_ascii=False, indent=indent)
    return text if shown(text.replace("\n", "")) == text.replace("\n", "") else json.dumps(plain(value), indent=indent)


def value_of(text: str) -> Any:
    """Any JSON value. Raises TypedError, with the place."""
    raw = mended(text.encode("utf-8", "replace")).decode()
    try:
        return json.loads(raw, parse_constant=_no_json)
    except json.JSONDecodeError as error:
        told = f"{error.msg[:1].lower()}{error.msg[1:]}"
        raise TypedError(f"line {error.lineno}, column {error.colno}: {told}") from error
    except (ValueError, RecursionError) as error:
        raise TypedError(f"this is no JSON: {error}") from error


def _no_json(constant: str) -> Any:
    raise ValueError(f"JSON has no {constant}")


def object_of(text: str) -> dict[str, Any]:
    """A JSON object, as a payload is. Raises TypedError."""
    value = value_of(text)
    if not isinstance(value, dict):
        raise TypedError("a payload is an object: { … }")
    return value


def failure_of(text: str) -> SetFailure:
    """``404``, ``404 {"message": "gone"}``, ``404 gone``, ``gone``, or nothing. Raises TypedError."""
    first, _, rest = text.strip().partition(" ")
    status: int | None = None
    if first.isascii() and first.isdigit():
        if len(first) != 3 or not 100 <= int(first) <= 599:
            raise TypedError("a status is a number from 100 to 599")
        status = int(first)
    else:
        rest = text
    rest = rest.strip()
    if not rest:
        return SetFailure(status)
    return SetFailure(status, value_of(rest) if rest[0] in '{["' else rest)


def truth_of(text: str) -> bool:
    """Yes or no. Raises TypedError."""
    word = text.strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise TypedError("type y for yes or n for no")
