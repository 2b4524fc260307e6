"""A condition in the words of a person: ``status is "open" and tags contains "vip"``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping

from kustui.definition.expressions.conditions import (
    AllOf,
    Always,
    AnyOf,
    Comparison,
    Condition,
    Never,
    Not,
    Operand,
    Unreadable,
)
from kustui.definition.expressions.functions import Function
from kustui.definition.expressions.parse import parse
from kustui.definition.expressions.paths import TRIGGER, Path
from kustui.definition.expressions.references import Reference
from kustui.definition.expressions.templates import Template

_LONGEST_TEXT = 40
_MOST_ELEMENTS = 5
_MISSING = "?"

Namer = Callable[[Path], str]


def short_name(path: Path) -> str:
    """A path without ``steps.``, and without the step id where that is the trigger's."""
    if path.step is None or not path.fields:
        return path.text
    return ".".join(path.fields if path.step == TRIGGER else (path.step, *path.fields))


def in_words(condition: Condition, name: Namer = short_name) -> str:
    """How a person reads a condition, on one line. ``name`` says what to call a path."""
    match condition:
        case Always():
            return "always"
        case Never():
            return "never"
        case Unreadable():
            return "(unreadable)"
        case Not(part):
            words = in_words(part, name)
            return f"not ({words})" if isinstance(_sole(part), AllOf | AnyOf) else f"not {words}"
        case Comparison():
            return _comparison(condition, name)
        case AllOf(parts) | AnyOf(parts):
            if len(parts) == 1:
                return in_words(parts[0], name)
            other, joint = (AnyOf, "and") if isinstance(condition, AllOf) else (AllOf, "or")
            if not parts:
                return "all of nothing" if joint == "and" else "any of nothing"
            return f" {joint} ".join(_bracketed(part, other, name) for part in parts)


def value_in_words(value: object, name: Namer = short_name) -> str:
    """How a person reads a JSON value: paths by name, strings in quotes, long ones shortened with ``…``."""
    return _value(value, name, nested=0)


def _sole(condition: Condition) -> Condition:
    """What is left of groups of a single part, which are read as that part."""
    while isinstance(condition, AllOf | AnyOf) and len(condition.parts) == 1:
        condition = condition.parts[0]
    return condition


def _bracketed(part: Condition, other: type[AllOf] | type[AnyOf], name: Namer) -> str:
    sole = _sole(part)
    words = in_words(sole, name)
    return f"({words})" if isinstance(sole, other) and sole.parts else words


def _comparison(comparison: Comparison, name: Namer) -> str:
    meaning = comparison.meaning
    operands = [_operand(operand, name) for operand in comparison.operands]
    if meaning is not None and meaning.reads == 1:
        return f"{operands[0] if operands else _MISSING} {meaning.words}"
    words = meaning.words if meaning else _printable(comparison.operator)[:_LONGEST_TEXT] or _MISSING
    first, *others = operands or [_MISSING]
    if meaning and not others:
        others = [_MISSING]
    return " ".join(filter(None, (first, words, ", ".join(others))))


def _operand(operand: Operand, name: Namer) -> str:
    return _value(operand.value, name, nested=0)


def _value(value: object, name: Namer, nested: int) -> str:
    if isinstance(value, str):
        return _string(value, name)
    if isinstance(value, list | tuple):
        return f"[{_elements((_value(each, name, nested + 1) for each in value), nested)}]"
    if isinstance(value, Mapping):
        members = (f"{_quoted(str(key))}: {_value(each, name, nested + 1)}" for key, each in value.items())
        return f"{{{_elements(members, nested)}}}"
    return _plain(value)


def _elements(elements: Iterable[str], nested: int) -> str:
    """The first few, asked for one by one: nothing below what is shown is looked at."""
    shown: list[str] = []
    for element in elements if nested < 2 else ():
        if len(shown) == _MOST_ELEMENTS:
            return ", ".join((*shown, "…"))
        shown.append(element)
    return ", ".join(shown) if nested < 2 else "…"


def _plain(value: object) -> str:
    try:
        return _shortened(json.dumps(value))
    except (TypeError, ValueError):  # no JSON, or a number with thousands of digits
        return "…"


def _string(text: str, name: Namer) -> str:
    match parse(text):
        case Reference(paths=(path,)):
            return _printable(name(path))
        case Function(faults=()) as function:
            given = (name(each.path) if each.path else each.text for each in function.arguments)
            return _printable(f"{function.name}({', '.join(given)})")
        # A tag and nothing else reads as the value it shows; that it makes a string of it changes no wording.
        case Template(only=lookup) if lookup is not None and lookup.reads_run:
            return _printable(name(lookup.path))
        case Template():
            return _quoted(" ".join(text.split()))
    return _quoted(text)


def _quoted(text: str) -> str:
    return f'"{_printable(json.dumps(_shortened(text), ensure_ascii=False)[1:-1])}"'


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def _printable(text: str) -> str:
    """Control characters, bidirectional overrides and the like as escapes: a terminal must not obey them."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in text)
