"""JSON values in words, for messages: shortened, and with nothing in them that a terminal would obey.

``json`` is imported where it is needed: before the first screen is painted nobody is told of a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

LONGEST_TEXT = 40
"""Characters of a text that are shown where a whole value is."""
_LONGEST_QUOTATION = 24
_MOST_ELEMENTS = 5


def kind(value: object) -> str:
    """What a JSON value is, for a message that expected another: ``the number 3``, ``a list``."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}" if abs(value) < 1e15 else "a huge number"
        case str():
            return f"the text {quoted(value)}" if value else "an empty text"
        case list() | tuple():
            return "a list"
        case _:
            return "an object"


def mismatch(name: str, expected: str, value: object) -> str:
    """``name must be a list, found the text "x"``."""
    return f"{name} must be {expected}, found {kind(value)}"


def quoted(text: str, limit: int = _LONGEST_QUOTATION) -> str:
    """The beginning of a text in quotes, escaped as in JSON; what a terminal would obey is escaped too."""
    import json

    return printable(json.dumps(shortened(text, limit), ensure_ascii=False))


def printable(text: str) -> str:
    """A text with control characters, bidirectional overrides and the like as JSON's escapes."""
    if text.isprintable():
        return text
    import json

    return "".join(character if character.isprintable() else json.dumps(character)[1:-1] for character in text)


def shortened(text: str, limit: int = LONGEST_TEXT) -> str:
    """At most ``limit`` characters of a text, so that a message stays readable."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def json_in_words(value: object, string: Callable[[str], str] | None = None, level: int = 0) -> str:
    """A JSON value on one line: two levels of it, and the first elements of each. ``string`` says how a text is shown
    that is no key; in quotes if it is None."""
    if isinstance(value, str):
        return string(value) if string else quoted(value, LONGEST_TEXT)
    if isinstance(value, list | tuple):
        return f"[{_elements((json_in_words(member, string, level + 1) for member in value), level)}]"
    if isinstance(value, Mapping):
        members = (
            f"{quoted(str(key), LONGEST_TEXT)}: {json_in_words(member, string, level + 1)}"
            for key, member in value.items()
        )
        return f"{{{_elements(members, level)}}}"
    import json

    try:
        return shortened(json.dumps(value))
    except (TypeError, ValueError):  # no JSON, or a number with thousands of digits
        return "…"


def _elements(elements: Iterable[str], level: int) -> str:
    """The first few, asked for one by one: nothing below what is shown is looked at."""
    if level > 1:
        return "…"
    shown: list[str] = []
    for element in elements:
        if len(shown) == _MOST_ELEMENTS:
            return ", ".join((*shown, "…"))
        shown.append(element)
    return ", ".join(shown)
