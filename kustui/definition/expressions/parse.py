"""Which of the four forms a string has, and its parts [docs]."""

from __future__ import annotations

from functools import lru_cache

from kustui.definition.expressions import functions, references
from kustui.definition.expressions.functions import Function, parse_function
from kustui.definition.expressions.literals import Literal, parse_literal
from kustui.definition.expressions.references import Reference, parse_reference
from kustui.definition.expressions.templates import Template, parse_template

Expression = Literal | Reference | Function | Template

_LONG = 1_000


def parse(text: str) -> Expression:
    """What a string of a definition stands for. Never raises: what is malformed is told in its ``faults``.

    A string is a function when it begins with ``/#fn:``, else a template when it holds ``{{`` (a reference in
    it would be text), else a reference when it begins with ``/#``, and a literal otherwise.
    """
    if not holds_expression(text):
        return Literal(text)
    # Most references are written many times over; long texts are not, and would be kept for nothing.
    return _parse_known(text) if len(text) < _LONG else _parse(text)


def holds_expression(text: str) -> bool:
    """Whether a string may be anything but plain text; quick, and True for some that are not."""
    return "/#" in text or "{{" in text


def _parse(text: str) -> Expression:
    if text.startswith(functions.PREFIX):
        return parse_function(text)
    if "{{" in text:
        return parse_template(text)
    if text.startswith(references.PREFIX):
        return parse_reference(text)
    return parse_literal(text)


_parse_known = lru_cache(maxsize=8_192)(_parse)
