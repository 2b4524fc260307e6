"""Rules about events that steps cause: workflows that start themselves, or each other, by what they write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kustui.analysis.event_rings import Cause
from kustui.analysis.events import Effect, Reach
from kustui.analysis.workflow_analysis import CollectionAnalysis, WorkflowAnalysis
from kustui.check.problems import Related
from kustui.check.rule import Violation, Violations, app, step, to, when, workflow, workflow_rule
from kustui.config.severity import Severity
from kustui.definition.platform import called_id
from kustui.text.messages import counted

_MOST_NAMED = 4
"""Of how many fields or hops a message speaks."""
_FILTER = "let the trigger ask what has changed, for example whether changes.attributes.status.after exists"
_CONDITION = "let a condition decide whether the step runs"
_UPDATE = step("aB3", action="kustomer.conversation.update", params={"id": "/#steps.1.id", "priority": 4})
_ON_STATUS = (to("aB3", when("eq", "/#steps.1.changes.attributes.status.after", "open")),)


@workflow_rule(
    "self-trigger",
    Severity.WARNING,
    "a workflow whose own step causes the event that starts it, directly or through other workflows",
    "Writing an object makes Kustomer publish its event, which starts every workflow on it, this one included: it may "
    "come round without end. Which event an action causes and which fields it writes is assumed, and whether the "
    "platform breaks such rings by itself is not known. With conditions on the way it is only for information; where "
    "they ask for a change that the step does not make, nothing is reported.",
    bad=app(workflow("Raise", _UPDATE)),
    good=app(workflow("Raise", _UPDATE, entry=_ON_STATUS)),
)
def _self_trigger(analysis: WorkflowAnalysis) -> Violations:
    if not analysis.entry.item.enabled:
        return
    effects = [effect for effect in analysis.effects if effect.repeats is not Reach.CANNOT]
    first = min(effects, key=lambda effect: effect.repeats is not Reach.MUST, default=None)
    if first is None:
        return
    certain = first.repeats is Reach.MUST
    starts = "which starts this workflow again" if certain else "which may start this workflow again"
    others = tuple(
        Related("so does this step", analysis.document, f"{effect.pointer}/action")
        for effect in effects[:_MOST_NAMED]
        if effect is not first
    )
    yield Violation(
        f"{first.pointer}/action",
        f"{_what_it_does(first)}, {starts} (assumed)",
        _hint([first], certain),
        first.step,
        related=others,
        severity=None if certain else Severity.INFO,
    )


def _what_it_does(effect: Effect) -> str:
    """``this writes priority and causes "kustomer.conversation.update"``."""
    if not effect.fields:
        return f'this causes "{effect.event}"'
    names = sorted(effect.fields)
    more = " …" if len(names) > _MOST_NAMED else ""
    return f'this writes {", ".join(names[:_MOST_NAMED])}{more} and causes "{effect.event}"'


def _hint(effects: Sequence[Effect], certain: bool) -> str:
    if not certain:
        return ""
    return _FILTER if any(effect.event.endswith(".update") for effect in effects) else _CONDITION


def _rings(analysis: CollectionAnalysis) -> Violations:
    for ring in analysis.event_rings:
        first = ring.causes[0]
        names = " → ".join(_title(analysis, cause) for cause in (*ring.causes, first))
        hops = [_hop(cause) for cause in ring.causes[:_MOST_NAMED]]
        rest = len(ring.causes) - len(hops)
        more = f"; and {counted(rest, 'more event')}" if rest else ""
        may = "" if ring.certain else " where their conditions hold"
        yield Violation(
            f"{first.effect.pointer}/action",
            f"{names} start each other{may}: {'; '.join(hops)}{more} (assumed)",
            _hint([cause.effect for cause in ring.causes], ring.certain),
            first.effect.step,
            related=tuple(_place(analysis, cause) for cause in ring.causes[1 : _MOST_NAMED + 1]),
            severity=None if ring.certain else Severity.INFO,
            entry=analysis.summaries[first.workflow].entry,
        )


def _title(analysis: CollectionAnalysis, cause: Cause) -> str:
    return f'"{analysis.summaries[cause.workflow].entry.title}"'


def _hop(cause: Cause) -> str:
    """``aa causes "kustomer.customer.update"``."""
    if called_id(cause.effect.event) is None:
        return f'{cause.effect.step} causes "{cause.effect.event}"'
    return f"{cause.effect.step} {'schedules' if cause.scheduled else 'calls'} the next"


def _place(analysis: CollectionAnalysis, cause: Cause) -> Related:
    entry = analysis.summaries[cause.workflow].entry
    message = f"{_hop(cause)} here"
    return Related(message, analysis.collection.document_of(entry), f"{cause.effect.pointer}/action")


self_trigger = replace(_self_trigger, check_collection=_rings)
