"""The languages of a definition's values and conditions: how they are written, and what they read."""

from kustui.definition.expressions.arguments import Helper
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
    always_holds,
    never_holds,
    parse_condition,
    parts_of,
)
from kustui.definition.expressions.describe import in_words, short_name, value_in_words
from kustui.definition.expressions.functions import Argument, Function, parse_function
from kustui.definition.expressions.literals import Embedded, Literal, parse_literal
from kustui.definition.expressions.operators import OPERATORS, Operator
from kustui.definition.expressions.parse import Expression, holds_expression, parse
from kustui.definition.expressions.paths import ROOTS, Fault, Path
from kustui.definition.expressions.references import Reference, parse_reference
from kustui.definition.expressions.templates import Template, parse_template
from kustui.definition.expressions.walk import expressions_in

__all__ = [
    "OPERATORS",
    "ROOTS",
    "AllOf",
    "Always",
    "AnyOf",
    "Argument",
    "Comparison",
    "Condition",
    "Embedded",
    "Expression",
    "Fault",
    "Function",
    "Helper",
    "Literal",
    "Never",
    "Not",
    "Operand",
    "Operator",
    "Path",
    "Reference",
    "Template",
    "Unreadable",
    "always_holds",
    "expressions_in",
    "holds_expression",
    "in_words",
    "never_holds",
    "parse",
    "parse_condition",
    "parse_function",
    "parse_literal",
    "parse_reference",
    "parse_template",
    "parts_of",
    "short_name",
    "value_in_words",
]
