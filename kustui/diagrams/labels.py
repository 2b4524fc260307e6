"""What the parts of a workflow are called in diagrams and lists, with the names people gave their steps."""

from __future__ import annotations

from collections.abc import Callable

from kustui.analysis.flow import Edge, FlowGraph
from kustui.analysis.schedules import ScheduleCall
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection
from kustui.definition.expressions import Path, in_words
from kustui.definition.models import Step, Transition, Trigger, due_in_words
from kustui.definition.platform import SCHEDULE_ACTION, TRIGGER_ID, short_name
from kustui.diagrams.styled_lines import Line


def short_action(action: str | None) -> str:
    """``rest-api.json`` for ``kustomer.rest-api.json``, ``schedule`` for what schedules a workflow, ``branch`` for a
    step without an action."""
    if action is None:
        return "branch"
    return "schedule" if action == SCHEDULE_ACTION else short_name(action)


def event_label(trigger: Trigger | None) -> str:
    """``on customer.update``, ``when scheduled or called``."""
    if trigger is None:
        return "never: it has no trigger"
    if trigger.callable:
        return "when called"
    return f"on {short_name(trigger.event_name)}" if trigger.event_name else "on no event"


def node_name(flow: FlowGraph, node: str) -> str:
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


def node_label(flow: FlowGraph, node: str) -> Line:
    """What a row calls a node; a step that is not there by its id."""
    part = _part(flow, node)
    return step_label(part) if isinstance(part, Step) else ((node_name(flow, node), ""),)


def path_namer(flow: FlowGraph) -> Callable[[Path], str]:
    """How to tell a path to a person: the trigger's fields by themselves, a step's behind the step's name."""

    def told(path: Path) -> str:
        if path.step is None:
            return path.text
        fields = ".".join(path.fields)
        node = flow.node(path.step)
        if node == TRIGGER_ID:
            return fields or "the trigger"
        name = node_name(flow, node) if node is not None else path.step
        return f"{name}.{fields}" if fields else name

    return told


def condition_text(flow: FlowGraph, transition: Transition) -> str:
    """``always``, or the condition as a person reads it."""
    condition = flow.conditions.get(transition.pointer)
    if condition is None:
        return "a condition that could not be read holds"
    return in_words(condition, path_namer(flow))


def edge_label(flow: FlowGraph, edge: Edge) -> str:
    """``if status is "open"``, ``otherwise``, ``on failure``; nothing for a way that is always taken.

    The first way whose condition holds is taken [docs], so one that always holds is for what is left by those before.
    A name that people gave it comes first, in quotes.
    """
    label = f"“{edge.transition.label}”" if edge.transition.label else ""
    failure = "on failure" if edge.after_failure else ""
    return " ".join(filter(None, (label, failure, _condition(flow, edge))))


def incoming_label(flow: FlowGraph, node: str) -> str:
    """The ways that lead to a node from others, each told once; nothing where every one of them is always taken."""
    edges = [(edge, edge_label(flow, edge)) for edge in flow.incoming[node] if edge.source != node]
    if not any(words for _, words in edges):
        return ""
    return ", or ".join(dict.fromkeys(words or f"after {node_name(flow, edge.source)}" for edge, words in edges))


def _condition(flow: FlowGraph, edge: Edge) -> str:
    if not flow.always_holds(edge.transition):
        return f"if {condition_text(flow, edge.transition)}"
    for tried in flow.declared_edges[edge.source]:
        if tried.transition is edge.transition:
            return ""
        if tried.after_failure == edge.after_failure:
            return "otherwise"
    return ""


def said(analysis: WorkflowAnalysis, part: object, collection: Collection) -> tuple[Line, Line]:
    """The row's line, and what stands at its right edge when there is room."""
    match part:
        case Trigger():
            return (("◆ ", "event"), (event_label(part), "event")), ()
        case Step():
            return _step(analysis, part)
        case Edge():
            return edge_line(analysis, part), ()
        case ScheduleCall():
            return call_line(part, collection, analysis.settings), ()
        case _:
            raise TypeError(type(part))


def _step(analysis: WorkflowAnalysis, step: Step) -> tuple[Line, Line]:
    glyph = "◇ " if step.action is None else "● "
    label = step_label(step)
    aside: Line = ((short_action(step.action), "muted"),) if step.name != step.id else ()
    if analysis.flow.steps.get(step.id) is not step:
        return ((glyph, "action"), *label, (" the id is taken", "error")), aside
    if step.id not in analysis.flow.reachable:
        return ((glyph, "muted"), *label, (" never reached", "warning")), aside
    return ((glyph, "action"), *label), aside


def edge_line(analysis: WorkflowAnalysis, edge: Edge) -> Line:
    sign: Line = (("↯ on failure ", "warning"), ("→ ", "muted")) if edge.after_failure else (("→ ", "muted"),)
    there = edge.target in analysis.flow.steps
    target: Line = (
        node_label(analysis.flow, edge.target) if there else ((edge.target, "fault"), (" no such step", "error"))
    )
    return (*sign, *target, *condition(analysis, edge.transition))


def condition(analysis: WorkflowAnalysis, transition: Transition) -> Line:
    """`` if status is "open"``; nothing for one that always holds and has no name."""
    label: Line = ((f" “{transition.label}”", "muted"),) if transition.label else ()
    if analysis.flow.always_holds(transition):
        return label
    return (*label, (" if ", "muted"), (condition_text(analysis.flow, transition), "muted"))


def call_line(call: ScheduleCall, collection: Collection, settings: Settings) -> Line:
    due: Line = ((f" {due_in_words(call.run_at, settings.relative_unit_minutes)}", "muted"),)
    if call.workflow_id is None:
        return (("⇒ ", "warning"), ("a workflow that only a run can tell", "muted"), *due)
    target = collection.by_id.get(call.workflow_id)
    if target is None:
        return (("⇒ ", "error"), (call.workflow_id, "fault"), (" no such workflow", "error"))
    return (("⇒ ", "link"), (target.title, "link"), *due)
