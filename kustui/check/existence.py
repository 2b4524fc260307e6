"""Whether somebody has asked, before a step's output is read, that it is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kustui.definition.expressions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Function,
    Not,
    Template,
    expressions_in,
    parse_condition,
    parts_of,
)
from kustui.definition.expressions.nodes import Block
from kustui.definition.models import TRIGGER_ID

if TYPE_CHECKING:
    from kustui.definition.expressions import Path
    from kustui.definition.expressions.nodes import Node
    from kustui.graph.flow import Flow, Way
    from kustui.graph.references import Read

_IMPLY_FIRST = {"exists", "gt", "gte", "startsWith", "endsWith", "matches"}
"""Operators that cannot hold when their first operand is missing [assumed]."""
_IMPLY_EITHER = {"eq", "contains", "in"}
"""Operators that cannot hold when either operand is missing and the other is something [assumed]."""
_ASK = {"exists", "dne"}


@dataclass(frozen=True, eq=False)
class Existence:
    """What the conditions of a workflow say about which steps have run."""

    flow: Flow

    @cached_property
    def _conditions(self) -> dict[str, Condition]:
        """By the pointer of the transition."""
        found: dict[str, Condition] = {}
        for ways in self.flow.ways.values():
            for way in ways:
                written = way.transition.condition
                if written is not None:
                    found[way.transition.pointer] = parse_condition(written.op, written.values)
        return found

    def asked_by(self, read: Read, node: str) -> bool:
        """Whether the place that reads a step's output asks itself whether it is there."""
        expression = read.expression
        if isinstance(expression, Function):
            return expression.name == "ifExists"
        if isinstance(expression, Template) and self._heads_ask(expression, node):
            return True
        if read.transition is None:
            return False
        condition = self._conditions.get(read.transition.pointer)
        return condition is not None and any(
            isinstance(part, Comparison) and part.operator in _ASK and self._about(part, node)
            for part in parts_of(condition)
        )

    def _heads_ask(self, template: Template, node: str) -> bool:
        """Whether a block of the template, such as ``{{#if …}}``, asks for a node's output."""
        asking = [path for path in template.paths if self._is(path, node)]
        return any(start <= path.start < end for start, end in _heads(template.nodes) for path in asking)

    def path_without(self, node: str, reader: str) -> tuple[Way, ...]:
        """A shortest path from the trigger to the reader on which the node has not run and nothing has asked for
        it; empty where there is none."""
        before: dict[str, Way | None] = {TRIGGER_ID: None}
        pending = [TRIGGER_ID]
        for here in pending:  # breadth first: it grows while it is walked
            for way in self._ways_without(here, node):
                if way.target not in before and way.target != node:
                    before[way.target] = way
                    pending.append(way.target)
        path: list[Way] = []
        at = before.get(reader)
        while at is not None:
            path.append(at)
            at = before[at.source]
        return tuple(reversed(path))

    def _ways_without(self, here: str, node: str) -> Iterator[Way]:
        """The ways that can be taken out of a node when another one's output is missing."""
        taken_before = {False: False, True: False}
        for way in self.flow.ways[here]:
            if taken_before[way.after_failure]:
                continue  # an earlier one holds just because it is missing
            condition = self._conditions.get(way.transition.pointer)
            if condition is None:
                yield way
                continue
            if not self._implies(condition, node):
                yield way
            if self._holds_without(condition, node):
                taken_before[way.after_failure] = True

    def _implies(self, condition: Condition, node: str) -> bool:
        """Whether the condition can only hold when the node's output is there."""
        match condition:
            case Comparison():
                if condition.operator in _IMPLY_EITHER:
                    return self._about(condition, node) and not _asks_for_nothing(condition)
                return condition.operator in _IMPLY_FIRST and self._first_is(condition, node)
            case AllOf(parts):
                return any(self._implies(part, node) for part in parts)
            case AnyOf(parts):
                return bool(parts) and all(self._implies(part, node) for part in parts)
            case Not(part):
                return self._holds_without(part, node)
        return False

    def _holds_without(self, condition: Condition, node: str) -> bool:
        """Whether the condition holds for certain when the node's output is missing."""
        match condition:
            case Comparison():
                return condition.operator == "dne" and self._first_is(condition, node)
            case AllOf(parts):
                return bool(parts) and all(self._holds_without(part, node) for part in parts)
            case AnyOf(parts):
                return any(self._holds_without(part, node) for part in parts)
            case Not(part):
                return isinstance(part, Comparison) and part.operator == "exists" and self._first_is(part, node)
        return False

    def _first_is(self, comparison: Comparison, node: str) -> bool:
        return any(self._reads_node(operand.value, node) for operand in comparison.operands[:1])

    def _about(self, comparison: Comparison, node: str) -> bool:
        return any(self._reads_node(operand.value, node) for operand in comparison.operands)

    def _reads_node(self, value: object, node: str) -> bool:
        return any(self._is(path, node) for _, expression in expressions_in(value) for path in expression.paths)

    def _is(self, path: Path, node: str) -> bool:
        return path.step is not None and self.flow.node(path.step) == node


def _asks_for_nothing(comparison: Comparison) -> bool:
    """Whether it compares with what a missing value might be cast to."""
    return any(operand.value in (None, "", False, 0, "false", "null") for operand in comparison.operands)


def _heads(nodes: Sequence[Node]) -> Iterator[tuple[int, int]]:
    """Where the heads of all blocks of a template stand."""
    pending = list(nodes)
    while pending:
        node = pending.pop()
        if isinstance(node, Block):
            yield node.call.start, node.call.end
            pending.extend((*node.body, *node.inverse))
