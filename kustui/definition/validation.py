"""What pydantic's errors about definitions, configurations and scenarios share when they are put into words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kustui.definition.source.positions import escape

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_EXPECTED = {
    "string_type": "a text",
    "string_too_short": "a text that is not empty",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a number",
}


def expected_by(error: ErrorDetails, words: Mapping[str, str] = {}) -> str:
    """What a value that pydantic refused has to be: ``a list``; empty where the error is about something else.

    ``words`` are those of the caller, by the type of the error.
    """
    return words.get(error["type"]) or _EXPECTED.get(error["type"], "")


def message_of(error: ErrorDetails) -> str:
    """pydantic's own message, to follow a colon."""
    return f"{error['msg'][:1].lower()}{error['msg'][1:]}"


def pointer_of(value: Any, location: tuple[int | str, ...]) -> str:
    """The JSON pointer of the part of a value that an error is about, or of the innermost around it that is there:
    pydantic adds steps of its own for the alternatives of a value."""
    pointer = ""
    for key in location:
        if not holds(value, key):
            break
        value = value[key]
        pointer = f"{pointer}/{escape(str(key))}"
    return pointer


def holds(value: Any, key: int | str) -> bool:
    """Whether a JSON value has a member or an element of this key."""
    if isinstance(value, list):
        return isinstance(key, int) and key < len(value)
    return isinstance(value, dict) and key in value
