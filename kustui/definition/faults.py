"""What could not be read, said to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kustui.definition.source.source import Extent

_SHOWN = 24  # characters of a text that a message quotes


class Fault(NamedTuple):
    """One thing wrong with how a definition is written, found while reading it."""

    rule: str
    """``invalid-json``, ``duplicate-key``, ``invalid-shape`` or ``unreadable-file``."""
    message: str
    hint: str = ""
    pointer: str = ""
    """The JSON pointer, from the file's root, of the value at fault."""
    extent: Extent | None = None
    """Its bytes, where the pointer cannot say it."""
    earlier: Extent | None = None
    """The first of two, where the fault is to be the second."""


def wrong_kind(name: str, expected: str, found: object, pointer: str, hint: str = "") -> Fault:
    """A value of another kind than it has to be."""
    return Fault("invalid-shape", f"{name} must be {expected}, found {kind(found)}", hint, pointer)


def duplicate_key(key: str, pointer: str, first: Extent, second: Extent) -> Fault:
    """A key given twice in one object."""
    message = f"the key {quoted(key)} is given twice in one object"
    return Fault("duplicate-key", message, "only the last one counts: remove one of them", pointer, second, first)


def kind(value: object) -> str:
    """A JSON value named for a person."""
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


def quoted(text: str) -> str:
    """The beginning of a text in quotes, with nothing in it that a terminal would obey."""
    import json  # which only what is wrong needs

    shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return "".join(
        character if character.isprintable() else json.dumps(character)[1:-1]
        for character in json.dumps(shown, ensure_ascii=False)
    )
