"""What the tree's row says of a trigger, step, transition or schedule call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.analysis.flow import Edge
from kustui.analysis.schedules import ScheduleCall
from kustui.definition.models import Step, Transition, Trigger
from kustui.diagrams.words import condition_words, event_words, label_of, short_action, step_label
from kustui.text.durations import due_in_words

if TYPE_CHECKING:
    from kustui.analysis.workflow_analysis import WorkflowAnalysis
    from kustui.config.check_settings import Settings
    from kustui.definition.collection import Collection
    from kustui.diagrams.styled_lines import Line


def said(analysis: WorkflowAnalysis, part: object, collection: Collection) -> tuple[Line, Line]:
    """The row's line, and what stands at its right edge when there is room."""
    match part:
        case Trigger():
            return (("◆ ", "event"), (event_words(part), "event")), ()
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
        label_of(analysis.flow, edge.target) if there else ((edge.target, "fault"), (" no such step", "error"))
    )
    return (*sign, *target, *condition(analysis, edge.transition))


def condition(analysis: WorkflowAnalysis, transition: Transition) -> Line:
    """`` if status is "open"``; nothing for one that always holds and has no name."""
    label: Line = ((f" “{transition.label}”", "muted"),) if transition.label else ()
    if analysis.flow.always_holds(transition):
        return label
    return (*label, (" if ", "muted"), (condition_words(analysis.flow, transition), "muted"))


def call_line(call: ScheduleCall, collection: Collection, settings: Settings) -> Line:
    due: Line = ((f" {due_in_words(call.run_at, settings.relative_unit_minutes)}", "muted"),)
    if call.workflow_id is None:
        return (("⇒ ", "warning"), ("a workflow that only a run can tell", "muted"), *due)
    target = collection.by_id.get(call.workflow_id)
    if target is None:
        return (("⇒ ", "error"), (call.workflow_id, "fault"), (" no such workflow", "error"))
    return (("⇒ ", "link"), (target.title, "link"), *due)
