"""How conditions compare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kustui.check.examples import app, step, to, when, workflow
from kustui.check.rule import Finding, Rule
from kustui.config.severity import Severity
from kustui.definition.expressions import AllOf, AnyOf, Comparison, Unreadable, parts_of
from kustui.definition.operators import OPERATOR_BY_ALIAS, OPERATORS
from kustui.text.suggestions import hint_of

if TYPE_CHECKING:
    from kustui.analysis.workflow_analysis import WorkflowAnalysis
    from kustui.definition.expressions import Condition


_BETWEEN_WORDS = re.compile(r"[\s_-]")


def _parts(analysis: WorkflowAnalysis) -> Iterator[tuple[str, Condition]]:
    for node, edges in analysis.flow.declared_edges.items():
        for edge in edges:
            if (condition := analysis.flow.conditions.get(edge.transition.pointer)) is not None:
                for part in parts_of(condition):
                    yield node, part


def _unknown_operator(analysis: WorkflowAnalysis) -> Iterator[Finding]:
    for node, part in _parts(analysis):
        if isinstance(part, Comparison) and not part.known and part.operator not in analysis.settings.operators:
            meant = OPERATOR_BY_ALIAS.get(_BETWEEN_WORDS.sub("", part.operator.lower()))
            known = (*OPERATORS, *analysis.settings.operators)
            hint = f'did you mean "{meant}"?' if meant else hint_of(part.operator, known, "known operators")
            message = f'"{part.operator}" is no operator that kustui knows, so it cannot tell what the condition does'
            yield Finding(f"{part.pointer}/op", message, hint, node)


def _operator_arity(analysis: WorkflowAnalysis) -> Iterator[Finding]:
    for node, part in _parts(analysis):
        if isinstance(part, AllOf | AnyOf) and not part.parts:
            message = f'"{"and" if isinstance(part, AllOf) else "or"}" combines conditions, and there are none'
            yield Finding(f"{part.pointer}/values", message, "", node)
        elif isinstance(part, Comparison) and part.known and not part.arity_holds:
            takes = OPERATORS[part.operator].takes
            message = (
                f'"{part.operator}" compares {takes} value{"" if takes == "1" else "s"}, found {len(part.operands)}'
            )
            yield Finding(f"{part.pointer}/values", message, "", node)


def unreadable_conditions(analysis: WorkflowAnalysis) -> Iterator[Finding]:
    """What is nested in a condition and is none; ``invalid-shape`` tells it."""
    for node, part in _parts(analysis):
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
