"""Conditions and values in words, as a person reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, islice

from kustui.definition.expressions.conditions import (
    AllOf,
    Always,
    AnyOf,
    Comparison,
    Condition,
    Never,
    Operand,
    Unreadable,
    constant_outcome,
    nested_conditions,
)
from kustui.definition.expressions.nodes import Expression, Path
from kustui.definition.expressions.parse import Function, Reference, parse
from kustui.definition.expressions.templates import Template
from kustui.definition.platform import TRIGGER_ID
from kustui.text.messages import LONGEST_TEXT, json_in_words, printable, quoted, shortened
from kustui.text.terminal_safe import UNKNOWN

_MISSING = "?"

Namer = Callable[[Path], str]


def path_in_words(path: Path) -> str:
    """A path without ``steps.``, and without the step id where that is the trigger's."""
    if path.step is None or not path.fields:
        return path.text
    return ".".join(path.fields if path.step == TRIGGER_ID else (path.step, *path.fields))


def in_words(condition: Condition, name: Namer = path_in_words, longest: int | None = None) -> str:
    """A condition as a person reads it: ``status is "open" and tags contains "vip"``.

    ``name`` says what to call a path. One whose outcome is the same for all runs reads ``always`` or ``never``; of any
    other, the parts of which that is true are left out. Of one of more characters than ``longest``, only the beginning
    is put into words.
    """
    words = _words(condition, name)
    return "".join(words) if longest is None else shortened("".join(_beginning(words, longest)), longest)


def _beginning(words: Iterator[str], characters: int) -> Iterator[str]:
    """As many words as come to more than so many characters."""
    for word in words:
        yield word
        characters -= len(word)
        if characters < 0:
            break


def _words(condition: Condition, name: Namer) -> Iterator[str]:
    match condition:
        case Always():
            yield "always"
        case Never():
            yield "never"
        case AllOf() | AnyOf() if (outcome := constant_outcome(condition)) is not None:
            yield "always" if outcome else "never"
        case Unreadable():
            yield "(unreadable)"
        case Comparison():
            yield _comparison(condition, name)
        case AllOf(parts) | AnyOf(parts):
            other, joint = (AnyOf, " and ") if isinstance(condition, AllOf) else (AllOf, " or ")
            depending = (part for part in parts if constant_outcome(part) is None)
            match [*islice(depending, 2)]:
                case []:
                    yield "all of nothing" if other is AnyOf else "any of nothing"
                case [only]:
                    yield from _words(only, name)
                case [first, second]:
                    yield from _bracketed(first, other, name)
                    for part in chain((second,), depending):
                        yield joint
                        yield from _bracketed(part, other, name)


def value_in_words(value: object, name: Namer = path_in_words) -> str:
    """A JSON value as a person reads it: paths by name, strings in quotes, long ones shortened with ``…``."""
    return json_in_words(value, lambda text: _expression(parse(text), name))


def _sole(condition: Condition) -> Condition:
    """The condition inside groups of a single part that depends on the run, which are read as that part."""
    while isinstance(condition, AllOf | AnyOf):
        parts = [part for part in condition.parts if constant_outcome(part) is None]
        if len(parts) != 1:
            break
        (condition,) = parts
    return condition


def _bracketed(part: Condition, other: type[AllOf] | type[AnyOf], name: Namer) -> Iterator[str]:
    sole = _sole(part)
    if isinstance(sole, other) and sole.parts:
        yield from ("(", *_words(sole, name), ")")
    else:
        yield from _words(sole, name)


def _comparison(comparison: Comparison, name: Namer) -> str:
    operator = comparison.meaning
    words = operator.words if comparison.known else printable(operator.name)[:LONGEST_TEXT] or _MISSING
    if comparison.operator[:1] == UNKNOWN:
        return words
    if not comparison.known and (nested := nested_conditions(comparison)):
        return f"{words}({', '.join(in_words(part, name) for part in nested)})"
    first, *others = [_operand(operand, name) for operand in comparison.operands] or [_MISSING]
    if operator.reads == 1:
        return f"{first} {words}"
    if comparison.known and not others:
        others = [_MISSING]
    return " ".join(filter(None, (first, words, ", ".join(others))))


def _operand(operand: Operand, name: Namer) -> str:
    expression = operand.expression  # parsed already
    return value_in_words(operand.value, name) if expression is None else _expression(expression, name)


def _expression(expression: Expression, name: Namer) -> str:
    text = expression.text
    match expression:
        case Reference(paths=(path,)):
            return printable(name(path))
        case Function(name=name_) if name_ == UNKNOWN:
            return printable(text)
        case Function(faults=()) as function:
            arguments = (name(argument.path) if argument.path else argument.text for argument in function.arguments)
            return printable(f"{function.name}({', '.join(arguments)})")
        # A tag and nothing else reads as the value it shows; that it makes a string of it changes no wording.
        case Template(only=lookup) if lookup is not None and lookup.reads_run:
            return printable(name(lookup.path))
        case Template():
            return quoted(" ".join(text.split()), LONGEST_TEXT)
    return quoted(text, LONGEST_TEXT)
