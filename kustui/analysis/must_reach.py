"""Which steps every run reaches, whatever its conditions decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kustui.definition.expressions import always_holds, parse_condition
from kustui.definition.models import TRIGGER_ID

if TYPE_CHECKING:
    from kustui.analysis.flow import FlowGraph
    from kustui.definition.models import Transition


def holds_always(transition: Transition) -> bool:
    """Whether a transition's condition holds whatever happens."""
    written = transition.condition
    return written is not None and always_holds(parse_condition(written.op, written.values))


def certain_steps(flow: FlowGraph) -> frozenset[str]:
    """The pointers of the schedule steps that no run can pass by, short of a failure.

    A run passes a step by where it can end before, because no transition's condition holds, or go round it.
    """
    onward = {node: _onward(flow, node) for node in flow.declared_edges}
    return frozenset(
        step.pointer
        for id_, step in flow.steps.items()
        if step.schedules and id_ in flow.reachable and _certain(onward, id_)
    )


def _certain(onward: Mapping[str, tuple[str, ...] | None], goal: str) -> bool:
    seen = {goal}
    pending = [TRIGGER_ID]
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        seen.add(node)
        targets = onward[node]
        if targets is None:
            return False
        pending.extend(targets)
    return True


def _onward(flow: FlowGraph, node: str) -> tuple[str, ...] | None:
    """The steps that may follow a node when it does not fail; None where the run can end there."""
    targets = []
    for edge in flow.declared_edges[node]:
        if edge.after_failure:
            continue
        if edge.target not in flow.steps:
            return None
        targets.append(edge.target)
        if holds_always(edge.transition):
            return tuple(targets)
    return None  # none of its conditions may hold
