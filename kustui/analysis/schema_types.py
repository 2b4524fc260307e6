"""Whether a value that a person wrote down can be what a schema asks for, with the casting that Kustomer does.

Values are cast, the exact rules are unknown [docs]: what some cast could make fit is let pass.
"""

from __future__ import annotations

from kustui.definition.expressions import Literal, parse
from kustui.definition.values import NUMBER, TRUTHS

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
