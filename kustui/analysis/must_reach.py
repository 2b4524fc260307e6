"""Which steps every run reaches, whatever its conditions decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kustui.definition.expressions import always_holds, parse_condition
from kustui.definition.models import TRIGGER_ID

if TYPE_CHECKING:
    from kustui.analysis.flow import Flow
    from kustui.definition.models import Transition


def holds_always(transition: Transition) -> bool:
    """Whether a transition's condition holds whatever happens."""
    written = transition.condition
    return written is not None and always_holds(parse_condition(written.op, written.values))


def certain_steps(flow: Flow) -> frozenset[str]:
    """The pointers of the schedule steps that no run can pass by, short of a failure.

    A run passes a step by where it can end before, because no transition's condition holds, or go round it.
    """
    onward = {node: _onward(flow, node) for node in flow.written}
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


def _onward(flow: Flow, node: str) -> tuple[str, ...] | None:
    """The steps that may follow a node when it does not fail; None where the run can end there."""
    targets = []
    for way in flow.written[node]:
        if way.after_failure:
            continue
        if way.target not in flow.steps:
            return None
        targets.append(way.target)
        if holds_always(way.transition):
            return tuple(targets)
    return None  # none of its conditions may hold
