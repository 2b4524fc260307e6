"""What a run knows of values once conditions of a workflow have been asked: facts (see ``definition/cases.py``), where
steps that have not run or have failed have no output.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterator
from functools import cached_property, partial
from itertools import islice
from operator import length_hint

from msgspec import Struct

from kustui.analysis.flow import FlowGraph
from kustui.definition.cases import ANY, Case, Cases, Combination, Fact, FactTable
from kustui.definition.expressions import (
    Comparison,
    Condition,
    Expression,
    Function,
    Operand,
    Path,
    Reference,
    Template,
    Unreadable,
    cases_of,
    expressions_in,
    fact_of,
)
from kustui.definition.functions import FUNCTIONS
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.possible_values import outcome_if_missing

_MOST_LOOKED_AT = 100_000
"""How many comparisons of a workflow are looked at, all in all, each as often as a path comes to it. Beyond, no path is
found, and what a run knows is left aside."""
_FACTS_IN_A_LOOK = 20
"""How many facts of a case cost as much as a look at a comparison."""
_CLOCKED = frozenset({"inBusinessHours"})
"""Functions that may give something else a moment later."""

ERROR, NO_ERROR = "/#error", "no /#error"
"""What a run may have besides the outputs of nodes: the error of a step that has failed, and that there is none. It may
have both where only the run knows."""

Field = tuple[str, str]
"""A node, and the first field of its output that is read; an empty one stands for all of it."""


class _Reading(Struct, frozen=True):
    """What a comparison reads."""

    fields: frozenset[Field]
    nodes: frozenset[str | None]
    """Those whose output it reads; None for a step that does not exist."""
    varies: bool
    """Whether it may have another outcome elsewhere in a run."""
    needed: tuple[tuple[str | None, ...] | None, ...]
    """For each operand, the nodes without whose output it has no value; None if it may have none at all."""
    of_error: bool
    """Whether it is of the error of a step that has failed, or of a field of it: who asks for one asks whether a step
    has failed, and is taken at their word."""
    facts: dict[tuple[bool, bool], Fact]
    """By whether it holds, and whether that is known only where it is asked."""


class Facts(Struct, frozen=True, eq=False, dict=True):
    """The facts that the conditions of a workflow tell."""

    flow: FlowGraph

    @cached_property
    def _table(self) -> FactTable:
        return FactTable()

    @cached_property
    def _fields(self) -> dict[str, frozenset[Field]]:
        """What is read, by the key of the fact."""
        return {}

    def combination(self, cases: Cases) -> Combination:
        """What is true where one of some cases is, to which more is added."""
        return self._table.combination(cases)

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
        next(self._budget, None)
        reading = self._reading(leaf)
        if not leaf.known and holds and any(node == subject for node, _ in reading.fields):
            return ()
        outcome = _outcome_without(leaf, reading, missing)
        if outcome is not None:
            return ANY if outcome is holds else ()
        varies = reading.varies or any(node in missing for node in reading.nodes)
        return (frozenset({self._fact(leaf, holds, place if varies else "")}),)

    def _fact(self, comparison: Comparison, holds: bool, place: str) -> Fact:
        """``place`` is where it is asked, if what it reads may be something else elsewhere; empty if not."""
        reading = self._reading(comparison)
        if (holds, bool(place)) not in reading.facts:
            fact = fact_of(comparison, holds, self._table, place, self._name)
            self._fields.setdefault(fact.key, reading.fields)
            if not place and all(node == TRIGGER_ID for node, _ in reading.fields):
                self._lasting.add(fact.key)
            reading.facts[holds, bool(place)] = fact
        return reading.facts[holds, bool(place)]

    def _name(self, path: Path) -> tuple[str, ...]:
        return ("steps", self.flow.node(path.step) or "", *path.fields) if path.step is not None else path.segments

    def fields(self, comparison: Comparison) -> frozenset[Field]:
        """What a comparison reads."""
        return self._reading(comparison).fields

    def fields_of(self, fact: Fact) -> frozenset[Field]:
        """What the comparison of a fact reads."""
        return self._fields[fact.key]

    @cached_property
    def _lasting(self) -> set[str]:
        """The keys of facts that are the same at each place of a run."""
        return set()

    def common(self, cases: Cases) -> Case:
        """What is true in each of some cases, wherever in a run."""
        return frozenset(fact for fact in frozenset.intersection(*cases) if fact.key in self._lasting)

    def is_among(self, comparison: Comparison, facts: Case) -> bool:
        """Whether facts tell the outcome of a comparison."""
        known = self._reading(comparison).facts.values()
        return any(fact in facts or Fact(fact.key, not fact.holds) in facts for fact in known)

    def spend(self, facts: int) -> None:
        """Counts facts that were kept for a place of a run as comparisons that were looked at."""
        deque(islice(self._budget, facts // _FACTS_IN_A_LOOK), 0)

    @property
    def is_given_up(self) -> bool:
        """Whether so many comparisons have been looked at that no more should be."""
        return not length_hint(self._budget)

    @cached_property
    def _budget(self) -> Iterator[int]:
        return iter(range(_MOST_LOOKED_AT))

    # What comparisons read

    def _reading(self, comparison: Comparison) -> _Reading:
        if comparison.pointer not in self._readings:
            self._readings[comparison.pointer] = self._new_reading(comparison)
        return self._readings[comparison.pointer]

    @cached_property
    def _readings(self) -> dict[str, _Reading]:
        """By the pointer of the comparison."""
        return {}

    def _new_reading(self, comparison: Comparison) -> _Reading:
        expressions = [read for operand in comparison.operands for _, read in expressions_in(operand.value)]
        paths = [path for expression in expressions for path in expression.paths]
        nodes = {path: self.flow.node(path.step) for path in paths if path.step is not None}
        fields = {(node or path.step or "", (*path.fields, "")[0]) for path, node in nodes.items()}
        reads_error = any(path.root == "error" for path in paths)
        operands = comparison.operands[: comparison.meaning.reads]
        return _Reading(
            frozenset(fields | {(ERROR, "")} if reads_error else fields),
            frozenset(nodes.values()),
            reads_error or any(map(_varies, expressions)),
            tuple(map(self._needed, operands)),
            reads_error and any(isinstance(operand.expression, Reference) for operand in operands),
            {},
        )

    def _needed(self, operand: Operand) -> tuple[str | None, ...] | None:
        """The nodes without whose output an operand has no value; None if it may have none at all."""
        expression = operand.expression
        if expression is None:
            return ()
        error = (ERROR,) if any(path.root == "error" for path in expression.paths) else ()
        nodes = (*error, *(self.flow.node(path.step) for path in expression.paths if path.step is not None))
        if expression.faults or expression.embedded or None in nodes:
            return None  # reported as malformed: it may have been intended to
        if isinstance(expression, Template) and expression.only is None:
            return ()  # the surrounding text is still there
        return nodes


def _varies(expression: Expression) -> bool:
    """Whether it may stand for something else elsewhere in a run, whatever steps have run."""
    if isinstance(expression, Template):
        return expression.only is None
    return isinstance(expression, Function) and expression.name not in FUNCTIONS.keys() - _CLOCKED


def _outcome_without(comparison: Comparison, reading: _Reading, missing: Container[str]) -> bool | None:
    """Whether a comparison holds where it reads the output of nodes that have none, if that decides it."""
    gone = [nodes is None or any(node in missing for node in nodes) for nodes in reading.needed]
    if any(gone):
        return outcome_if_missing(comparison.operator, [operand.value for operand in comparison.operands], gone)
    if reading.of_error and comparison.asks_if_there and NO_ERROR in missing:
        return comparison.operator in ("exists", "neq")
    return None
