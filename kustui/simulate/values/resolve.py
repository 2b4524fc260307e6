"""A value of a definition worked out in a run: literals, references, functions and templates, however deep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kustui.definition.expressions import Function, Literal, Reference, Template, expressions_in, parse
from kustui.definition.expressions.parse import Expression, holds_expression
from kustui.definition.source.positions import escape
from kustui.simulate.values.functions import FUNCTIONS, called
from kustui.simulate.values.helpers import HELPERS
from kustui.simulate.values.templates import put_out
from kustui.simulate.values.values import MISSING, Undecided

if TYPE_CHECKING:
    from kustui.simulate.values.context import EvaluationContext


def resolved(value: Any, context: EvaluationContext, pointer: str = "") -> Any:
    """What a value stands for: JSON, MISSING or Undecided, the last also inside of it.

    A member of an object that is missing is left out [docs], and so is an element of a list [assumed].
    """
    if isinstance(value, str):
        if pointer in context.answers:
            return context.answers[pointer]
        return evaluated(parse(value), context) if holds_expression(value) else value
    if isinstance(value, Mapping):
        members = ((key, resolved(each, context, f"{pointer}/{escape(str(key))}")) for key, each in value.items())
        return {key: each for key, each in members if each is not MISSING}
    if isinstance(value, list | tuple):
        elements = (resolved(each, context, f"{pointer}/{index}") for index, each in enumerate(value))
        return [each for each in elements if each is not MISSING]
    return value


def evaluated(expression: Expression, context: EvaluationContext) -> Any:
    """What one of the four forms of a string stands for."""
    match expression:
        case Literal(text):
            return text
        case Reference(paths=(path,)):
            return context.read(path.segments)
        case Reference(faults=(fault, *_)):
            return Undecided(fault.message)
        case Function():
            return called(expression, context)
        case Template():
            return put_out(expression, context)
    return MISSING


def assumptions_in(value: Any) -> Iterator[str]:
    """What is our reading in how the expressions of a value are worked out."""
    for _, expression in expressions_in(value):
        yield from assumptions_of(expression)


def assumptions_of(expression: Expression | None) -> Iterator[str]:
    """What is our reading in how an expression is worked out."""
    if isinstance(expression, Function) and (function := FUNCTIONS.get(expression.name)) and function.assumed:
        yield function.assumed
    elif isinstance(expression, Template):
        for each in expression.helpers:
            if (helper := HELPERS.get(each.name)) and helper.assumed:
                yield helper.assumed
