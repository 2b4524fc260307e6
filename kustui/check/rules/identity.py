"""What things are called: each by one name, and by its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kustui.check.examples import app, called, schedule, step, to, workflow
from kustui.check.problems import Related
from kustui.check.rule import Finding, Rule
from kustui.config.severity import Severity
from kustui.definition.platform import TRIGGER_ID, call_event, called_id

if TYPE_CHECKING:
    from kustui.analysis.workflow_analysis import CollectionAnalysis, WorkflowAnalysis, WorkflowSummary


def _place_of_id(facts: WorkflowSummary) -> str:
    # An API resource has its id beside its attributes, unless an export of the editor was put there.
    item = facts.entry.item
    return f"{item.pointer}/id" if item.resource else f"{facts.pointer}/id"


def _duplicate_workflow_id(survey: CollectionAnalysis) -> Iterator[Finding]:
    for facts in survey.summaries.values():
        if facts.entry.id is not None and survey.collection.is_second(facts.entry):
            first = survey.by_id[facts.entry.id]
            document = survey.collection.document_of(first.entry)
            yield Finding(
                _place_of_id(facts),
                f'"{first.entry.title}" has the id "{facts.entry.id}" already',
                "",
                related=(Related("first given here", document, _place_of_id(first)),),
                entry=facts.entry,
            )


def _duplicate_workflow_name(survey: CollectionAnalysis) -> Iterator[Finding]:
    for document in survey.collection.documents:
        if document.app_extent is None:
            continue  # what else a file holds may come from several apps
        names: dict[str, WorkflowSummary] = {}
        for entry in document.entries:
            facts = survey.summaries[entry.key]
            if not facts.name or not entry.item.pointer.startswith(f"{document.app_pointer}/workflows/"):
                continue
            first = names.setdefault(facts.name, facts)
            if first is not facts and not survey.collection.is_second(entry):
                yield Finding(
                    f"{facts.pointer}/name",
                    f'another workflow of the app is called "{facts.name}"',
                    "give each a name of its own",
                    related=(Related("first given here", document, f"{first.pointer}/name"),),
                    entry=entry,
                )


def _duplicate_step_id(analysis: WorkflowAnalysis) -> Iterator[Finding]:
    flow, trigger = analysis.flow, analysis.workflow.trigger
    for step_ in flow.duplicates:
        first = flow.steps.get(step_.id)
        place = first.pointer if first is not None else trigger.pointer if trigger is not None else ""
        if first is not None:
            message = f'an earlier step has the id "{step_.id}"'
        else:
            message = f'the id "{step_.id}" is the trigger\'s'
        related = (Related("first given here", analysis.document, f"{place}/id"),) if place else ()
        yield Finding(f"{step_.pointer}/id", message, "", step_.id, related=related)


def _missing_workflow_id(analysis: WorkflowAnalysis) -> Iterator[Finding]:
    trigger, item = analysis.workflow.trigger, analysis.entry.item
    if not analysis.workflow.callable or trigger is None or analysis.entry.id:
        return
    if not analysis.is_readable(f"{item.pointer}/id") or not analysis.is_readable(f"{analysis.workflow.pointer}/id"):
        return
    named = called_id(trigger.event_name)
    yield Finding(
        f"{trigger.pointer}/callable",
        "a callable workflow without an id: nothing can schedule it",
        f'add "id": "{named}", by which its eventName calls it' if named else "",
    )


def _event_name_mismatch(analysis: WorkflowAnalysis) -> Iterator[Finding]:
    trigger, id_ = analysis.workflow.trigger, analysis.entry.id
    if trigger is None or not trigger.event_name or not analysis.is_readable(f"{trigger.pointer}/callable"):
        return
    place = f"{trigger.pointer}/eventName"
    named = called_id(trigger.event_name)
    if not trigger.callable:
        if named is not None:
            message = f'only a callable workflow starts on "{trigger.event_name}"'
            yield Finding(place, message, 'add "callable": true, or name the event that starts it')
    elif id_ and named != id_ and not analysis.collection.is_second(analysis.entry):
        message = f'the eventName of this callable workflow has to be "{call_event(id_)}"'
        found = f'it names another id, "{named}"' if named is not None else f'found "{trigger.event_name}"'
        yield Finding(place, message, found)


_ID = "5f8e148232731d0015c14657"
_OTHER_ID = "60e7c927171e7a6abdc56982"
_CALLER = workflow("Watch", schedule("aB3", _ID))
_CALLED = called("Remind", _ID, step("cD4"))
_NAMELESS = {key: value for key, value in _CALLED.items() if key != "id"}

RULES = (
    Rule(
        "duplicate-workflow-id",
        Severity.ERROR,
        "the id of a workflow that an earlier one has",
        "A call by that id can reach only one of them.",
        bad=app(_CALLER, _CALLED, called("Remind again", _ID, step("cD4"))),
        good=app(
            workflow("Watch", schedule("aB3", _ID, to("bC4")), schedule("bC4", _OTHER_ID)),
            _CALLED,
            called("Remind again", _OTHER_ID, step("cD4")),
        ),
        survey=_duplicate_workflow_id,
    ),
    Rule(
        "duplicate-workflow-name",
        Severity.ERROR,
        "the name of a workflow that an earlier one of the app has",
        "Kustomer tells the workflows of an app apart by name and refuses a second one of the same.",
        bad=app(workflow("Greet", step("aB3")), workflow("Greet", step("aB3"))),
        good=app(workflow("Greet", step("aB3")), workflow("Greet again", step("aB3"))),
        survey=_duplicate_workflow_name,
    ),
    Rule(
        "duplicate-step-id",
        Severity.ERROR,
        "the id of a step that an earlier one, or the trigger, has",
        f'Transitions and references name a step by its id; "{TRIGGER_ID}" is the trigger\'s. Which of two is meant '
        "nobody can tell.",
        bad=app(workflow("Greet", step("aB3"), step("aB3"))),
        good=app(workflow("Greet", step("aB3", to("cD4")), step("cD4"))),
        look=_duplicate_step_id,
    ),
    Rule(
        "missing-workflow-id",
        Severity.ERROR,
        "a callable workflow without an id",
        "What schedules a workflow names it by id.",
        bad=app(_NAMELESS),
        good=app(_CALLER, _CALLED),
        look=_missing_workflow_id,
    ),
    Rule(
        "event-name-mismatch",
        Severity.ERROR,
        "a callable workflow that listens to another's call, or one that is not callable and listens to a call",
        "A callable workflow is started by the event kustomer.workflow.<its own id>.call. With another eventName, left "
        "over from a copy for example, a call starts the wrong workflow or none.",
        bad=app(
            _CALLER, {**_CALLED, "trigger": {**_CALLED["trigger"], "eventName": f"kustomer.workflow.{_OTHER_ID}.call"}}
        ),
        good=app(_CALLER, _CALLED),
        look=_event_name_mismatch,
    ),
)
