"""Which steps every run reaches, and which conditions decide over the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kustui.analysis.walks import breadth_first
from kustui.definition.platform import TRIGGER_ID

if TYPE_CHECKING:
    from kustui.analysis.flow import FlowGraph
    from kustui.definition.models import Transition


def guards_of(flow: FlowGraph, step_id: str) -> tuple[Transition, ...]:
    """The last transitions to a step that are conditional: going back from it, those into the first step that has some.

    Empty where that is not told in so few words: several paths meet, and one of them always holds or follows a failure.
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


def must_reach(flow: FlowGraph) -> frozenset[str]:
    """The pointers of the schedule steps that no run can pass by, short of a failure.

    A run passes a step by where it can end before, because no transition's condition holds, or go round it.
    """
    successors = {node: _successors(flow, node) for node in flow.declared_edges}
    return frozenset(
        step.pointer
        for id_, step in flow.steps.items()
        if step.schedules and id_ in flow.reachable and _is_always_reached(successors, id_)
    )


def _is_always_reached(successors: Mapping[str, tuple[str, ...] | None], goal: str) -> bool:
    def before_goal(node: str) -> tuple[str, ...]:
        return () if node == goal else successors[node] or ()

    return all(node == goal or successors[node] is not None for node in breadth_first((TRIGGER_ID,), before_goal))


def _successors(flow: FlowGraph, node: str) -> tuple[str, ...] | None:
    """The steps that may follow a node when it does not fail; None where the run can end there."""
    targets = []
    for edge in flow.declared_edges[node]:
        if edge.after_failure:
            continue
        if edge.target not in flow.steps:
            return None
        targets.append(edge.target)
        if flow.always_holds(edge.transition):
            return tuple(targets)
    return None  # none of its conditions may hold
