"""Rules about ids and names: present, unique and consistent."""

from __future__ import annotations

from kustui.analysis.collection_analysis import CollectionAnalysis
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.analysis.workflow_summary import WorkflowSummary
from kustui.check.problems import Related
from kustui.check.rule import (
    Violation,
    Violations,
    app,
    called,
    collection_rule,
    schedule,
    step,
    to,
    workflow,
    workflow_rule,
)
from kustui.config.severity import Severity
from kustui.definition.platform import TRIGGER_ID, call_event, called_id
from kustui.text.messages import Suggestion

_ID = "5f8e148232731d0015c14657"
_OTHER_ID = "60e7c927171e7a6abdc56982"
_CALLER = workflow("Watch", schedule("aB3", _ID))
_CALLED = called("Remind", _ID, step("cD4"))
_WITHOUT_EVENT = {key: value for key, value in _CALLED["trigger"].items() if key != "eventName"}
_WITHOUT_ID = {key: value for key, value in _CALLED.items() if key != "id"} | {"trigger": _WITHOUT_EVENT}


def _place_of_id(summary: WorkflowSummary) -> str:
    # An API resource has its id next to its attributes, unless they are an export of the editor.
    item = summary.entry.item
    if not item.declares_id:
        return f"{summary.pointer}/trigger/eventName"
    return f"{item.pointer}/id" if item.resource else f"{summary.pointer}/id"


@collection_rule(
    "duplicate-workflow-id",
    Severity.ERROR,
    "a workflow with the id of an earlier one",
    "A call to that id can reach only one of them.",
    bad=app(_CALLER, _CALLED, called("Remind again", _ID, step("cD4"))),
    good=app(
        workflow("Watch", schedule("aB3", _ID, to("bC4")), schedule("bC4", _OTHER_ID)),
        _CALLED,
        called("Remind again", _OTHER_ID, step("cD4")),
    ),
)
def duplicate_workflow_id(analysis: CollectionAnalysis) -> Violations:
    for summary in analysis.summaries.values():
        if summary.entry.id is not None and analysis.collection.has_taken_id(summary.entry):
            first = analysis.by_id[summary.entry.id]
            document = analysis.collection.document_of(first.entry)
            yield Violation(
                _place_of_id(summary),
                f'"{first.entry.title}" already has the id "{summary.entry.id}"',
                "give one of them another id",
                related=(Related("first given here", document, _place_of_id(first)),),
                entry=summary.entry,
            )


@collection_rule(
    "duplicate-workflow-name",
    Severity.ERROR,
    "a workflow with the name of an earlier one in the same app",
    "Kustomer identifies the workflows of an app by name and rejects a second one with the same name.",
    bad=app(workflow("Greet", step("aB3")), workflow("Greet", step("aB3"))),
    good=app(workflow("Greet", step("aB3")), workflow("Greet again", step("aB3"))),
)
def duplicate_workflow_name(analysis: CollectionAnalysis) -> Violations:
    for document, app_ in analysis.collection.apps:  # the workflows of other files may come from several apps
        names: dict[str, WorkflowSummary] = {}
        for entry in document.entries_by_app.get(app_, ()):
            summary = analysis.summaries[entry.key]
            if not summary.name:
                continue
            first = names.setdefault(summary.name, summary)
            if first is not summary and not analysis.collection.has_taken_id(entry):
                yield Violation(
                    f"{summary.pointer}/name",
                    f'the app already has a workflow called "{summary.name}"',
                    "give each workflow its own name",
                    related=(Related("first given here", document, f"{first.pointer}/name"),),
                    entry=entry,
                )


@workflow_rule(
    "duplicate-step-id",
    Severity.ERROR,
    "a step with the id of an earlier step or of the trigger",
    f'Transitions and references name a step by its id ("{TRIGGER_ID}" is the trigger\'s), so it is unclear which of '
    "two steps with the same id they mean.",
    bad=app(workflow("Greet", step("aB3"), step("aB3"))),
    good=app(workflow("Greet", step("aB3", to("cD4")), step("cD4"))),
)
def duplicate_step_id(analysis: WorkflowAnalysis) -> Violations:
    flow, trigger = analysis.flow, analysis.workflow.trigger
    for step_ in flow.duplicates:
        first = flow.steps.get(step_.id)
        place = first.pointer if first is not None else trigger.pointer if trigger is not None else ""
        if first is not None:
            message = f'an earlier step already has the id "{step_.id}"'
        else:
            message = f'the trigger already has the id "{step_.id}"'
        related = (Related("first given here", analysis.document, f"{place}/id"),) if place else ()
        hint = "give this step an id of its own, and lead to that"
        yield Violation(f"{step_.pointer}/id", message, hint, step_.id, related=related)


@workflow_rule(
    "missing-workflow-id",
    Severity.WARNING,
    "a callable workflow without an id, in its id or in its eventName",
    "A schedule call names the workflow by its id: no other workflow can schedule it.",
    bad=app(_WITHOUT_ID),
    good=app(_CALLER, _CALLED),
)
def missing_workflow_id(analysis: WorkflowAnalysis) -> Violations:
    trigger, item = analysis.workflow.trigger, analysis.entry.item
    if not analysis.workflow.callable or trigger is None or analysis.entry.id:
        return
    if trigger.event_name:
        return  # event-name-mismatch reports what it names instead of an id
    if item.partial and not analysis.workflow.given >= {"name", "steps"}:
        return  # the body of an update, which is sent to the id
    if not analysis.is_readable(f"{item.pointer}/id") or not analysis.is_readable(f"{analysis.workflow.pointer}/id"):
        return
    yield Violation(
        f"{trigger.pointer}/callable",
        "a callable workflow without an id: no other workflow can schedule it",
        'add an "id" that no other workflow has',
    )


@workflow_rule(
    "event-name-mismatch",
    Severity.ERROR,
    "a callable workflow with the wrong eventName, or a call event on one that is not callable",
    "A callable workflow is started by the event kustomer.workflow.<its own id>.call. With any other "
    "eventName, for example one left over from a copy, a call starts the wrong workflow or none.",
    bad=app(_CALLER, {**_CALLED, "trigger": {**_CALLED["trigger"], "eventName": call_event(_OTHER_ID)}}),
    good=app(_CALLER, _CALLED),
)
def event_name_mismatch(analysis: WorkflowAnalysis) -> Violations:
    trigger, id_ = analysis.workflow.trigger, analysis.entry.id
    if trigger is None or not trigger.event_name or not analysis.is_readable(f"{trigger.pointer}/callable"):
        return
    whole = analysis.workflow.pointer
    if any(map(analysis.document.is_unknown, (whole, f"{whole}/id", trigger.pointer))):
        return
    place = f"{trigger.pointer}/eventName"
    called_by = called_id(trigger.event_name)
    if not trigger.callable:
        if called_by is not None:
            message = f'only a callable workflow starts on "{trigger.event_name}"'
            yield Violation(place, message, 'add "callable": true, or name the event that starts it')
    elif called_by is None and not id_:
        message = f'the eventName of this callable workflow must be "{call_event("<its id>")}"'
        yield Violation(place, message, f'found "{trigger.event_name}"')
    elif id_ and called_by != id_ and not analysis.collection.has_taken_id(analysis.entry):
        message = f'the eventName of this callable workflow must be "{call_event(id_)}"'
        hint = f'it names another id, "{called_by}"' if called_by is not None else f'found "{trigger.event_name}"'
        # The other id may be the right one, unless it is that of another workflow; so may any other event.
        is_certain = called_by is not None and called_by in analysis.collection.by_id
        yield Violation(place, message, Suggestion(hint, call_event(id_), is_certain))
