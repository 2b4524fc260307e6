"""How conditions compare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kustui.check.closest import hint_of
from kustui.check.examples import app, step, to, when, workflow
from kustui.check.problems import Severity
from kustui.check.rule import Finding, Rule
from kustui.definition.expressions import OPERATORS, Comparison, Unreadable, parts_of

if TYPE_CHECKING:
    from kustui.check.subjects import Subject


_WORDS = {
    "equals": "eq", "equal": "eq", "is": "eq", "=": "eq", "==": "eq", "===": "eq", "notequals": "neq", "isnot": "neq",
    "!=": "neq", "!==": "neq", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte", "includes": "contains",
    "notcontains": "dnc", "notexists": "dne", "notin": "nin", "always": "true", "&&": "and", "||": "or",
}  # fmt: skip
"""What other languages call an operator."""


def _comparisons(subject: Subject) -> Iterator[tuple[str, Comparison]]:
    for node, condition in subject.conditions:
        for part in parts_of(condition):
            if isinstance(part, Comparison):
                yield node, part


def _unknown_operator(subject: Subject) -> Iterator[Finding]:
    for node, part in _comparisons(subject):
        if not part.known and part.operator not in subject.settings.operators:
            meant = _WORDS.get(part.operator.lower())
            hint = f'did you mean "{meant}"?' if meant else hint_of(part.operator, OPERATORS, "known operators")
            message = f'"{part.operator}" is no operator that kustui knows, so it cannot tell what the condition does'
            yield Finding(f"{part.pointer}/op", message, hint, node)


def _operator_arity(subject: Subject) -> Iterator[Finding]:
    for node, part in _comparisons(subject):
        if part.known and not part.arity_holds:
            operator = OPERATORS[part.operator]
            many = "any number of" if operator.most is None else str(operator.most)
            needed = str(operator.least) if operator.least == operator.most else f"{operator.least} to {many}"
            found = len(part.operands)
            message = f'"{part.operator}" compares {needed} value{"" if needed == "1" else "s"}, found {found}'
            yield Finding(f"{part.pointer}/values", message, "", node)


def unreadable_conditions(subject: Subject) -> Iterator[Finding]:
    """What is nested in a condition and is none; ``invalid-shape`` tells it."""
    for node, condition in subject.conditions:
        for part in parts_of(condition):
            if isinstance(part, Unreadable):
                yield Finding(part.pointer, part.message, "", node)


RULES = (
    Rule(
        "unknown-operator",
        Severity.WARNING,
        "a condition operator that is not known",
        "Kustomer's list of operators is not public. One that kustui has never met may be right, but most often it is "
        "misspelt, and then the condition never holds.",
        bad=app(workflow("Tag", step("aB3"), entry=(to("aB3", when("equals", "/#steps.1.status", "open")),))),
        good=app(workflow("Tag", step("aB3"), entry=(to("aB3", when("eq", "/#steps.1.status", "open")),))),
        look=_unknown_operator,
    ),
    Rule(
        "operator-arity",
        Severity.WARNING,
        "a condition with more or fewer values than its operator uses",
        "A comparison without its second value compares with nothing; a third value is ignored.",
        bad=app(workflow("Tag", step("aB3"), entry=(to("aB3", when("eq", "/#steps.1.status")),))),
        good=app(workflow("Tag", step("aB3"), entry=(to("aB3", when("eq", "/#steps.1.status", "open")),))),
        look=_operator_arity,
    ),
)
