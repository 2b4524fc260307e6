"""Conditions as guards: the steps that every run reaches, the conditions that decide about the others, and whether a
condition has checked that the output of a step exists before it is read."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from kustui.analysis.flow import Edge, FlowGraph
from kustui.analysis.reads import Read
from kustui.analysis.walks import breadth_first, shortest_path
from kustui.definition.expressions import (
    AllOf,
    Always,
    AnyOf,
    Comparison,
    Condition,
    Function,
    Never,
    Operand,
    Path,
    Template,
    Unreadable,
    constant_outcome,
    expressions_in,
    parts_of,
)
from kustui.definition.expressions.nodes import Block, Node
from kustui.definition.functions import BLOCKS, GUARD_FUNCTIONS
from kustui.definition.models import Transition
from kustui.definition.operators import OPPOSITES, Presence
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.values import may_be_nothing


def guards_of(flow: FlowGraph, step_id: str) -> tuple[Transition, ...]:
    """The last transitions to a step that are conditional: going back from it, those into the first step that has some.

    Empty if it is not that simple: several paths meet, and one of them always holds or follows a failure.
    """
    node, seen = step_id, {TRIGGER_ID}
    while node not in seen:
        seen.add(node)
        edges = flow.incoming[node]
        if any(edge.after_failure for edge in edges):
            return ()
        conditional = tuple(edge.transition for edge in edges if not flow.always_holds(edge.transition))
        if conditional:
            return conditional if len(conditional) == len(edges) else ()
        sources = {edge.source for edge in edges}
        if len(sources) != 1:
            return ()
        (node,) = sources
    return ()


class Branching(NamedTuple):
    """How a run goes on from a trigger or step that does not fail."""

    targets: tuple[str, ...]
    """The steps that may follow."""
    may_end: bool
    """Whether the run may end here."""


def branching(flow: FlowGraph, node: str) -> Branching:
    """How a run goes on from a node that does not fail: it takes the first transition that holds, and ends where none
    does. What never holds, or has been asked before, is not taken; of a condition and its opposite, one holds."""
    targets: list[str] = []
    before: dict[str, Condition | None] = {}
    ends = False
    for edge in flow.declared_edges[node]:
        condition = flow.conditions.get(edge.transition.pointer)
        outcome = constant_outcome(condition) if condition is not None else None
        written = repr(edge.transition.condition)
        if edge.after_failure or outcome is False or (condition is not None and written in before):
            continue
        if edge.target in flow.steps:
            targets.append(edge.target)
        else:
            ends = True
        if outcome or any(_are_opposite(condition, other) for other in before.values()):
            return Branching(tuple(targets), ends)
        before[written] = condition
    return Branching(tuple(targets), may_end=True)


def _are_opposite(one: Condition | None, other: Condition | None) -> bool:
    """Whether exactly one of two conditions holds, whatever the values that they compare."""
    return (
        isinstance(one, Comparison)
        and isinstance(other, Comparison)
        and {one.operator, other.operator} in OPPOSITES
        and one.arity_holds
        and other.arity_holds
        and _compared(one) == _compared(other)
    )


def _compared(comparison: Comparison) -> str:
    """The values that a comparison compares, as a text that differs where they do."""
    return repr([operand.value for operand in comparison.operands[: comparison.meaning.reads]])


def branchings(flow: FlowGraph) -> Mapping[str, Branching]:
    """How a run goes on from each node that it comes to without a failure."""
    ways = {}

    def targets(node: str) -> tuple[str, ...]:
        ways[node] = branching(flow, node)
        return ways[node].targets

    for _ in breadth_first((TRIGGER_ID,), targets):
        pass
    return ways


def must_reach(flow: FlowGraph) -> frozenset[str]:
    """The pointers of the schedule steps that every run reaches unless a step fails."""
    ways = branchings(flow)
    return frozenset(
        step.pointer
        for id_, step in flow.steps.items()
        if step.schedules and id_ in ways and not may_pass_by(ways, frozenset({id_}))
    )


def may_pass_by(ways: Mapping[str, Branching], steps: Container[str]) -> bool:
    """Whether a run in which nothing fails may end without having come to any of some steps."""

    def before(node: str) -> tuple[str, ...]:
        return () if node in steps else ways[node].targets

    return any(node not in steps and ways[node].may_end for node in breadth_first((TRIGGER_ID,), before))


@dataclass(frozen=True, eq=False)
class NullGuards:
    """What the conditions of a workflow say about which steps have run."""

    flow: FlowGraph

    def is_guarded(self, read: Read, path: Path, node: str) -> bool:
        """Whether the place where a path reads a step's output itself checks that it exists."""
        expression = read.expression
        if isinstance(expression, Function) and expression.name in GUARD_FUNCTIONS:
            return True
        if isinstance(expression, Template) and self._in_block_that_asks(expression, path, node):
            return True
        if read.transition is None:
            return False
        condition = self.flow.conditions.get(read.transition.pointer)
        return condition is not None and any(
            isinstance(part, Comparison) and (part.meaning.asks_for_first or not part.known) and self._about(part, node)
            for part in parts_of(condition)
        )

    def _in_block_that_asks(self, template: Template, path: Path, node: str) -> bool:
        """Whether a path is in the head of a block, such as ``{{#if …}}``, or in the part of a block that is rendered
        only if what its head reads of the node exists."""
        paths = [read for read in template.paths if self._is(read, node)]
        pending = list(template.nodes)
        while pending:
            block = pending.pop()
            if isinstance(block, Block) and block.start <= path.start < block.end:
                if block.call.start <= path.start < block.call.end:
                    return True
                asks = any(block.call.start <= read.start < block.call.end for read in paths)
                if asks and any(part.start <= path.start < part.end for part in _when_there(block)):
                    return True
                pending.extend((*block.body, *block.inverse))
        return False

    def unguarded_path(self, node: str, reader: str) -> tuple[Edge, ...]:
        """A shortest path from the trigger to the reader on which the node has not run and no condition has checked
        for its output; empty if there is none."""
        # Search backwards, up to the nearest common dominator: usually only a few steps.
        fork = next(above for above in self.flow.always_before(reader) if self.flow.has_always_run(above, node))
        taken: dict[tuple[str, str], Edge] = {}

        def sources(target: str) -> Iterator[str]:
            for edge in self.flow.incoming[target]:
                if edge.source != node and self._can_be_taken(edge, node):
                    taken.setdefault((edge.source, target), edge)
                    yield edge.source

        backwards = shortest_path(reader, fork, sources)
        if not backwards:
            return ()
        after = (taken[source, target] for target, source in pairwise(backwards))
        return (*self.flow.path(TRIGGER_ID, fork), *reversed(tuple(after)))

    def _can_be_taken(self, edge: Edge, node: str) -> bool:
        return any(taken is edge for taken in self._edges_without(edge.source, node))

    def _edges_without(self, here: str, node: str) -> Iterator[Edge]:
        """The edges out of a node that can be taken while the output of another node is missing."""
        taken_before: set[tuple[bool, bool]] = set()
        for edge in self.flow.edges[here]:
            group = edge.after_failure, edge.continues
            if group in taken_before:
                continue  # an earlier one holds, always or just because it is missing
            condition = self.flow.conditions.get(edge.transition.pointer)
            if condition is None:
                yield edge
                continue
            if not self._implies(condition, node):
                yield edge
            if self._holds_without(condition, node):
                taken_before.add(group)

    def _implies(self, condition: Condition, node: str) -> bool:
        """Whether the condition can only hold when the node's output is there. A condition that
        is reported as malformed may have been intended to, so it counts."""
        match condition:
            case Comparison():
                return self._comparison_implies(condition, node)
            case AllOf(parts):
                return any(self._implies(part, node) for part in parts)
            case AnyOf(parts):
                return all(self._implies(part, node) for part in parts)
            case Never() | Unreadable():
                return True
        return False

    def _comparison_implies(self, comparison: Comparison, node: str) -> bool:
        operator = comparison.meaning
        if not comparison.known:
            return self._about(comparison, node)
        if operator.casts_nothing and _allows_nothing(comparison):
            return False
        if operator.presence is Presence.NEEDS_BOTH:
            return sum(self._goes_missing(operand, node) for operand in comparison.operands) == 1
        needs_first = operator.presence in (Presence.NEEDS_FIRST, Presence.ASKS)
        return needs_first and self._first_goes_missing(comparison, node)

    def _holds_without(self, condition: Condition, node: str) -> bool:
        """Whether the condition holds for certain when the node's output is missing."""
        match condition:
            case Comparison():
                asks_if_missing = condition.meaning.presence is Presence.ASKS_IF_MISSING
                return asks_if_missing and self._first_goes_missing(condition, node)
            case AllOf(parts):
                return bool(parts) and all(self._holds_without(part, node) for part in parts)
            case AnyOf(parts):
                return any(self._holds_without(part, node) for part in parts)
            case Always():
                return True
        return False

    def _first_goes_missing(self, comparison: Comparison, node: str) -> bool:
        return any(self._goes_missing(operand, node) for operand in comparison.operands[:1])

    def _goes_missing(self, operand: Operand, node: str) -> bool:
        """Whether an operand has no value when the node's output is missing."""
        expression = operand.expression
        if expression is None:
            return False
        if expression.faults or expression.embedded or any(self._is_unknown(path) for path in expression.paths):
            return True  # reported as malformed: it may have been intended to
        if isinstance(expression, Template) and expression.only is None:
            return False  # the surrounding text is still there
        return any(self._is(path, node) for path in expression.paths)

    def _about(self, comparison: Comparison, node: str) -> bool:
        return any(
            self._is(path, node)
            for operand in comparison.operands
            for _, expression in expressions_in(operand.value)
            for path in expression.paths
        )

    def _is(self, path: Path, node: str) -> bool:
        return path.step is not None and self.flow.node(path.step) == node

    def _is_unknown(self, path: Path) -> bool:
        return path.step is not None and self.flow.node(path.step) is None


def _allows_nothing(comparison: Comparison) -> bool:
    """Whether it compares with what a missing value might be cast to."""
    return any(may_be_nothing(operand.value) for operand in comparison.operands)


def _when_there(block: Block) -> tuple[Node, ...]:
    """The part of a block that is rendered if what its head reads exists; the whole block if that is unknown."""
    helper = BLOCKS.get(block.call.name)
    if helper is not None:
        return block.inverse if helper.inverted else block.body
    return (*block.body, *block.inverse) if block.call.arguments else block.body
