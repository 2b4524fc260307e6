"""What a run knows of values once conditions of a workflow have been asked: facts (see ``definition/cases.py``), where
steps that have not run or have failed have no output.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from functools import cached_property, partial

from kustui.analysis.flow import FlowGraph
from kustui.definition.cases import ANY, Cases, Fact, FactTable, outcome_if_missing
from kustui.definition.expressions import (
    Comparison,
    Condition,
    Function,
    Operand,
    Path,
    Template,
    Unreadable,
    cases_of,
    expressions_in,
    fact_of,
)
from kustui.definition.functions import FUNCTIONS

_CLOCKED = frozenset({"inBusinessHours"})
"""Functions that may give something else a moment later."""

Field = tuple[str, str]
"""A node, and the first field of its output that is read; an empty one stands for all of it."""


@dataclass(frozen=True, eq=False)
class Facts:
    """The facts that the conditions of a workflow tell."""

    flow: FlowGraph

    @cached_property
    def _table(self) -> FactTable:
        return FactTable()

    @cached_property
    def _fields(self) -> dict[str, frozenset[Field]]:
        """What is read, by the key of the fact."""
        return {}

    def consistent(self, cases: Cases) -> Cases:
        """Those of the cases that do not contradict themselves."""
        return self._table.consistent(cases)

    # From conditions to facts

    def cases(
        self, condition: Condition | None, holds: bool, missing: Container[str], place: str, subject: str = ""
    ) -> Cases:
        """What is true where a condition holds, or does not, while nodes have no output.

        ``place`` is where it is asked: what may change is known there alone. A condition on the ``subject`` that is
        reported as malformed may have been intended to ask whether it is there.
        """
        of_leaf = partial(self._cases_of_leaf, missing=missing, place=place, subject=subject)
        return cases_of(condition, holds, of_leaf) if condition is not None else ANY

    def _cases_of_leaf(
        self, leaf: Comparison | Unreadable, holds: bool, missing: Container[str], place: str, subject: str
    ) -> Cases:
        if isinstance(leaf, Unreadable):
            return () if holds else ANY
        if not leaf.known and holds and any(node == subject for node, _ in self.fields(leaf)):
            return ()
        outcome = self._outcome_without(leaf, missing)
        if outcome is not None:
            return ANY if outcome is holds else ()
        fact = fact_of(leaf, holds, self._table, "" if self._is_fixed(leaf, missing) else place, self._name)
        self._fields.setdefault(fact.key, self.fields(leaf))
        return (frozenset({fact}),)

    def _name(self, path: Path) -> tuple[str, ...]:
        return ("steps", self.flow.node(path.step) or "", *path.fields) if path.step is not None else path.segments

    def fields(self, comparison: Comparison) -> frozenset[Field]:
        """What a comparison reads."""
        return frozenset(
            (self.flow.node(path.step) or path.step, (*path.fields, "")[0])
            for operand in comparison.operands
            for _, expression in expressions_in(operand.value)
            for path in expression.paths
            if path.step is not None
        )

    def fields_of(self, fact: Fact) -> frozenset[Field]:
        """What the comparison of a fact reads."""
        return self._fields[fact.key]

    def _is_fixed(self, comparison: Comparison, missing: Container[str]) -> bool:
        """Whether a comparison has the same outcome wherever in a run it is asked."""
        return all(
            not any(path.root == "error" or self._is_missing(path, missing) for path in expression.paths)
            and not (isinstance(expression, Template) and expression.only is None)
            and not (isinstance(expression, Function) and expression.name not in FUNCTIONS.keys() - _CLOCKED)
            for operand in comparison.operands
            for _, expression in expressions_in(operand.value)
        )

    # Comparisons of what is missing

    def _outcome_without(self, comparison: Comparison, missing: Container[str]) -> bool | None:
        """Whether a comparison holds while nodes have no output, where that decides it."""
        gone = [self._goes_missing(operand, missing) for operand in comparison.operands[: comparison.meaning.reads]]
        if not any(gone):
            return None
        return outcome_if_missing(comparison.operator, [operand.value for operand in comparison.operands], gone)

    def _goes_missing(self, operand: Operand, missing: Container[str]) -> bool:
        """Whether an operand has no value while nodes have no output."""
        expression = operand.expression
        if expression is None:
            return False
        if expression.faults or expression.embedded or any(self._is_unknown(path) for path in expression.paths):
            return True  # reported as malformed: it may have been intended to
        if isinstance(expression, Template) and expression.only is None:
            return False  # the surrounding text is still there
        return any(self._is_missing(path, missing) for path in expression.paths)

    def _is_missing(self, path: Path, missing: Container[str]) -> bool:
        return path.step is not None and self.flow.node(path.step) in missing

    def _is_unknown(self, path: Path) -> bool:
        return path.step is not None and self.flow.node(path.step) is None
