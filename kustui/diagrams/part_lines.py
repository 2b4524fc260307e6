"""What the tree's row says of a trigger, step, transition or schedule call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.analysis.flow import Way
from kustui.analysis.schedules import Call
from kustui.definition.expressions import always_holds, parse_condition
from kustui.definition.models import Step, Transition, Trigger
from kustui.diagrams.words import condition_words, event_words, label_of, short_action, step_label
from kustui.text.durations import due_in_words

if TYPE_CHECKING:
    from kustui.analysis.workflow_analysis import Subject
    from kustui.config.check_settings import Settings
    from kustui.definition.collection import Collection
    from kustui.diagrams.styled_lines import Line


def said(subject: Subject, part: object, collection: Collection) -> tuple[Line, Line]:
    """The row's line, and what stands at its right edge when there is room."""
    match part:
        case Trigger():
            return (("◆ ", "event"), (event_words(part), "event")), ()
        case Step():
            return _step(subject, part)
        case Way():
            return way_line(subject, part), ()
        case Call():
            return call_line(part, collection, subject.settings), ()
        case _:
            raise TypeError(type(part))


def _step(subject: Subject, step: Step) -> tuple[Line, Line]:
    glyph = "◇ " if step.action is None else "● "
    label = step_label(step)
    aside: Line = ((short_action(step.action), "muted"),) if step.name != step.id else ()
    if subject.flow.steps.get(step.id) is not step:
        return ((glyph, "action"), *label, (" the id is taken", "error")), aside
    if step.id not in subject.flow.reachable:
        return ((glyph, "muted"), *label, (" never reached", "warning")), aside
    return ((glyph, "action"), *label), aside


def way_line(subject: Subject, way: Way) -> Line:
    sign: Line = (("↯ on failure ", "warning"), ("→ ", "muted")) if way.after_failure else (("→ ", "muted"),)
    there = way.target in subject.flow.steps
    target: Line = label_of(subject.flow, way.target) if there else ((way.target, "fault"), (" no such step", "error"))
    return (*sign, *target, *condition(subject, way.transition))


def condition(subject: Subject, transition: Transition) -> Line:
    """`` if status is "open"``; nothing for one that always holds and has no name."""
    label: Line = ((f" “{transition.label}”", "muted"),) if transition.label else ()
    written = transition.condition
    if written is not None and always_holds(parse_condition(written.op, written.values)):
        return label
    return (*label, (" if ", "muted"), (condition_words(subject.flow, transition), "muted"))


def call_line(call: Call, collection: Collection, settings: Settings) -> Line:
    due: Line = ((f" {due_in_words(call.run_at, settings.relative_unit_minutes)}", "muted"),)
    if call.workflow_id is None:
        return (("⇒ ", "warning"), ("a workflow that only a run can tell", "muted"), *due)
    target = collection.by_id.get(call.workflow_id)
    if target is None:
        return (("⇒ ", "error"), (call.workflow_id, "fault"), (" no such workflow", "error"))
    return (("⇒ ", "link"), (target.title, "link"), *due)
