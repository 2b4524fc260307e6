"""Whether a value that a person wrote down can be what a schema asks for, with the casting that Kustomer does.

Values are cast, the exact rules are unknown [docs]: what some cast could make fit is let pass.
"""

from __future__ import annotations

import re

from kustui.definition.expressions import Literal, parse

NUMBER = re.compile(r"\s*(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|0[xX][0-9a-fA-F]+)?\s*", re.ASCII)
"""Text that some cast or other makes a number of; nothing and blanks among it."""
TRUTHS = {"", "true", "false", "1", "0", "yes", "no", "on", "off", "t", "f", "y", "n"}
"""Words that some cast or other makes true or false of."""

EXPECTED = {
    "string": "text",
    "number": "a number",
    "integer": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
}
"""The types of a schema in words."""


def can_be(value: object, type_: str) -> bool:
    """Whether a value may end up as one of the type; True where that is unknown, as with every reference."""
    if value is None or type_ not in EXPECTED:
        return True
    if isinstance(value, str) and not isinstance(parse(value), Literal):
        return True  # what a reference or a function stands for, or what a template puts out, a run decides
    match type_:
        case "string":
            return not isinstance(value, dict | list)
        case "number" | "integer":
            return not isinstance(value, dict | list | str) or _is_number(value)
        case "boolean":
            return not isinstance(value, dict | list | str) or _is_truth(value)
        case "object":
            return isinstance(value, dict) or (isinstance(value, str) and value.lstrip().startswith("{"))
        case _:
            return not isinstance(value, dict)  # a single value can be put into a list of its own


def _is_number(value: object) -> bool:
    return isinstance(value, str) and NUMBER.fullmatch(value) is not None


def _is_truth(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower() in TRUTHS


def may_be_nothing(value: object) -> bool:
    """Whether a missing value might be cast to this one, so that the two may count as the same [assumed]."""
    if isinstance(value, list | tuple):
        return not value or any(map(may_be_nothing, value))
    return value in (None, "", False, 0, "false", "null", "undefined", "0", {})
