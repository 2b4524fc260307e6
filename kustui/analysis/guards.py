"""Conditions as guards: the steps that every run reaches, the conditions that decide about the others, and whether a
condition has checked that the output of a step exists before it is read."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Mapping, Set
from functools import partial
from typing import Generic, NamedTuple, TypeVar

from msgspec import Struct

from kustui.analysis.flow import FlowGraph
from kustui.analysis.reads import Read
from kustui.analysis.walks import breadth_first, dominators, reverse_postorder
from kustui.definition.expressions import Comparison, Function, Path, Template, comparisons_in, paths_in
from kustui.definition.expressions.nodes import Block, Node
from kustui.definition.functions import BLOCKS, GUARD_FUNCTIONS
from kustui.definition.models import Transition
from kustui.definition.platform import TRIGGER_ID


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


P = TypeVar("P", bound=Hashable)


class Branching(NamedTuple, Generic[P]):
    """How a run goes on from a trigger or step that does not fail."""

    targets: tuple[P, ...]
    """Where it may go on: steps, or steps with what is known there."""
    may_end: bool
    """Whether the run may end here."""


OutcomeOf = Callable[[Transition], bool | None]
"""Whether the condition of a transition holds; None if that depends on the run."""


def branching(flow: FlowGraph, node: str, outcome_of: OutcomeOf = lambda _: None) -> Branching[str]:
    """How a run goes on from a node that does not fail: it takes the first transition that holds, and ends where none
    does. What never holds, or has been asked before, is not taken; of a condition and its opposite, one holds.

    ``outcome_of`` says whether the condition of a transition holds, where that is known of the runs in question.
    """
    targets: list[str] = []
    ends = False
    for edge in flow.declared_edges[node]:
        pointer, outcome = edge.transition.pointer, outcome_of(edge.transition)
        if edge.after_failure or pointer in flow.impossible or outcome is False:
            continue
        if edge.target in flow.steps:
            targets.append(edge.target)
        else:
            ends = True
        if outcome or pointer in flow.last_chances:
            return Branching(tuple(targets), ends)
    return Branching(tuple(targets), may_end=True)


def branchings(branching_of: Callable[[str], Branching[str]]) -> Mapping[str, Branching[str]]:
    """How a run goes on from each node that it comes to without a failure."""
    ways = {}

    def targets(node: str) -> tuple[str, ...]:
        ways[node] = branching_of(node)
        return ways[node].targets

    for _ in breadth_first((TRIGGER_ID,), targets):
        pass
    return ways


def must_reach(flow: FlowGraph) -> frozenset[str]:
    """The pointers of the schedule steps that every run reaches unless a step fails."""
    certain = unavoidable(branchings(partial(branching, flow)), TRIGGER_ID)
    return frozenset(step.pointer for id_, step in flow.steps.items() if step.schedules and id_ in certain)


def unavoidable(ways: Mapping[P, Branching[P]], start: P) -> Set[P]:
    """The places that no run in which nothing fails may end without having come to: what dominates its end."""
    before: dict[P | None, list[P | None]] = {}

    def after(place: P | None) -> tuple[P | None, ...]:
        if place is None:
            return ()
        targets = (*ways[place].targets, *([None] if ways[place].may_end else []))
        for target in targets:
            before.setdefault(target, []).append(place)
        return targets

    places: list[P | None] = [start]
    order = reverse_postorder(places, after)
    nearest = dominators(order, lambda place: before.get(place, []))
    if None not in nearest:
        return ways.keys()  # none ends
    certain: set[P] = set()
    place = nearest[None]
    while place is not None:
        certain.add(place)
        place = nearest[place]
    return certain


def may_pass_by(ways: Mapping[P, Branching[P]], start: P, places: Container[P]) -> bool:
    """Whether a run in which nothing fails may end without having come to any of some places."""

    def before(place: P) -> tuple[P, ...]:
        return () if place in places else ways[place].targets

    return any(place not in places and ways[place].may_end for place in breadth_first((start,), before))


class NullGuards(Struct, frozen=True, eq=False):
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
            (comparison.asks_if_there or not comparison.known) and self._about(comparison, node)
            for comparison in comparisons_in(condition)
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

    def _about(self, comparison: Comparison, node: str) -> bool:
        return any(self._is(path, node) for operand in comparison.operands for path in paths_in(operand.value))

    def _is(self, path: Path, node: str) -> bool:
        return path.step is not None and self.flow.node(path.step) == node


def _when_there(block: Block) -> tuple[Node, ...]:
    """The part of a block that is rendered if what its head reads exists; the whole block if that is unknown."""
    helper = BLOCKS.get(block.call.name)
    if helper is not None:
        return block.inverse if helper.inverted else block.body
    return (*block.body, *block.inverse) if block.call.arguments else block.body
