"""Parts of a workflow told in a few words, with the names people gave their steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.definition.expressions import in_words
from kustui.definition.models import SCHEDULE_ACTION, TRIGGER_ID, Step, Trigger
from kustui.definition.names import short_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from kustui.analysis.flow import FlowGraph
    from kustui.definition.expressions import Path
    from kustui.definition.models import Transition
    from kustui.diagrams.styled_lines import Line


def short_action(action: str | None) -> str:
    """``rest-api.json`` for ``kustomer.rest-api.json``, ``schedule`` for what schedules a workflow, ``branch`` for a
    step without an action."""
    if action is None:
        return "branch"
    return "schedule" if action == SCHEDULE_ACTION else short_name(action)


def event_words(trigger: Trigger | None) -> str:
    """``on customer.update``, ``when scheduled or called``."""
    if trigger is None:
        return "never: it has no trigger"
    if trigger.callable:
        return "when called"
    return f"on {short_name(trigger.event_name)}" if trigger.event_name else "on no event"


def name_of(flow: FlowGraph, node: str) -> str:
    """What people call a node."""
    part = _part(flow, node)
    return part.name if isinstance(part, Step) else node if flow.node(node) is None else "the trigger"


def _part(flow: FlowGraph, node: str) -> Trigger | Step | None:
    known = flow.node(node)
    return flow.part(known) if known is not None else None


def step_label(step: Step) -> Line:
    """What a row calls a step: its name, or what it does and its id where nobody named it."""
    if step.name != step.id:
        return ((step.name, ""),)
    return ((short_action(step.action), ""), (f" {step.id}", "muted"))


def label_of(flow: FlowGraph, node: str) -> Line:
    """What a row calls a node; a step that is not there by its id."""
    part = _part(flow, node)
    return step_label(part) if isinstance(part, Step) else ((name_of(flow, node), ""),)


def naming(flow: FlowGraph) -> Callable[[Path], str]:
    """How to tell a path to a person: the trigger's fields by themselves, a step's behind the step's name."""

    def told(path: Path) -> str:
        if path.step is None:
            return path.text
        fields = ".".join(path.fields)
        node = flow.node(path.step)
        if node == TRIGGER_ID:
            return fields or "the trigger"
        name = name_of(flow, node) if node is not None else path.step
        return f"{name}.{fields}" if fields else name

    return told


def condition_words(flow: FlowGraph, transition: Transition) -> str:
    """``always``, or the condition as a person reads it."""
    condition = flow.conditions.get(transition.pointer)
    if condition is None:
        return "a condition that could not be read holds"
    return in_words(condition, naming(flow))
