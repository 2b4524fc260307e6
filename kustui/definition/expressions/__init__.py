"""The languages of a definition's values and conditions: how they are written, and what they read."""

from kustui.definition.expressions.conditions import (
    AllOf,
    Always,
    AnyOf,
    Comparison,
    Condition,
    Never,
    Operand,
    Unreadable,
    cases_of,
    comparisons_in,
    condition_key,
    constant_outcome,
    fact_of,
    parse_condition,
    parts_of,
)
from kustui.definition.expressions.nodes import Expression, Path
from kustui.definition.expressions.parse import Function, Literal, Reference, expressions_in, is_plain, parse, paths_in
from kustui.definition.expressions.spelling import template_path
from kustui.definition.expressions.templates import Template, parse_template
from kustui.definition.expressions.words import in_words, value_in_words

__all__ = [
    "AllOf",
    "Always",
    "AnyOf",
    "Comparison",
    "Condition",
    "Expression",
    "Function",
    "Literal",
    "Never",
    "Operand",
    "Path",
    "Reference",
    "Template",
    "Unreadable",
    "cases_of",
    "comparisons_in",
    "condition_key",
    "constant_outcome",
    "expressions_in",
    "fact_of",
    "in_words",
    "is_plain",
    "parse",
    "parse_condition",
    "parse_template",
    "parts_of",
    "paths_in",
    "template_path",
    "value_in_words",
]
