"""Rules about schedule calls: the workflow that they name, its inputs, and when it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from math import isfinite

from kustui.analysis.collection_analysis import CollectionAnalysis
from kustui.analysis.schedules import ScheduleCall
from kustui.analysis.schemas import EXPECTED, can_be
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
    workflow,
    workflow_rule,
)
from kustui.check.rules.actions import missing_arguments, unknown_arguments
from kustui.config.severity import Severity
from kustui.definition.expressions import is_plain
from kustui.definition.models import Step
from kustui.definition.platform import SCHEDULE_ACTION, called_id
from kustui.definition.source.positions import escape
from kustui.definition.values import is_number, number_of
from kustui.text.messages import (
    Names,
    Suggestion,
    closest,
    did_you_mean,
    duration_in_words,
    kind,
    quoted,
    suggested,
    suggestion,
)

RUN_AT_TYPES = ("relative", "absolute", "date")
"""The types of a ``runAt``: the first [spec], the others [assumed]."""
_MOST_SLIPS = 20
"""With more unknown ids than this, they are not typing errors: only a part of an organisation was opened."""
_MOST_LISTED = 4
_IN_AN_HOUR = '"runAt": {"type": "relative", "value": 60}'

_TARGET = "5f8e148232731d0015c14657"
_TARGET_TOO = "60e7c927171e7a6abdc56982"
_BACK = called("Remind", _TARGET, step("cD4"))
_ASKED = called("Remind", _TARGET, step("cD4"), inputs={"orderId": "string", "round": "number"}, required=("orderId",))


def _asks(**inputs: object) -> object:
    return app(workflow("Watch", schedule("aB3", _TARGET, inputs=inputs)), _ASKED)


# The workflow that a call names.


def unreadable_calls(analysis: WorkflowAnalysis) -> Violations:
    """Schedule steps without a workflow, or with params of the wrong type; ``invalid-shape`` reports them."""
    for step_ in _schedule_steps(analysis):
        at, params = f"{step_.pointer}/params", step_.params
        if params.get("workflowId") is None:
            yield _without(step_, "workflowId", "a schedule step that names no workflow", "set workflowId to its id")
        elif not isinstance(named := params["workflowId"], str):
            yield Violation(
                f"{at}/workflowId",
                f"workflowId must be text in quotes, found {kind(named)}",
                "write the id of a workflow",
                step_.id,
            )
        inputs = params.get("inputs")
        if inputs is not None and not isinstance(inputs, dict) and not _is_computed(inputs):
            yield Violation(
                f"{at}/inputs", f"inputs must be an object, found {kind(inputs)}", 'write {"name": value}', step_.id
            )


def _schedule_steps(analysis: WorkflowAnalysis) -> Iterator[Step]:
    for step_ in analysis.steps_by_action.get(SCHEDULE_ACTION, ()):
        if f"{step_.pointer}/params" not in analysis.unreadable:
            yield step_


def _is_computed(value: object) -> bool:
    """Whether a value is known only in a run."""
    return isinstance(value, str) and not is_plain(value)


def _without(step_: Step, key: str, message: str, hint: str) -> Violation:
    at = f"{step_.pointer}/params"
    if near := closest(key, step_.params):
        message = f"unknown key {quoted(near)} in params: {message}"
        return Violation(f"{at}/{escape(near)}", message, did_you_mean(key), step_.id, on_key=True)
    return Violation(at, message, hint, step_.id)


def _is_unknown(analysis: CollectionAnalysis, call: ScheduleCall) -> bool:
    id_ = call.workflow_id
    return (
        id_ is not None
        and analysis.fully_read
        and id_ not in analysis.by_id
        and id_ not in analysis.settings.external
        and id_ not in analysis.by_event  # the fault is in that workflow's own id, and is reported there
    )


def intended_ids(analysis: CollectionAnalysis) -> Mapping[str, Suggestion]:
    """The suggestion of the id that each unknown one was probably meant to be."""
    unknown = dict.fromkeys(call.workflow_id or "" for _, call in analysis.calls if _is_unknown(analysis, call))
    if len(unknown) > _MOST_SLIPS:
        return {}
    names = Names(analysis.by_id)
    suggestions = {id_: suggested(id_, names) for id_ in unknown}
    return {id_: suggestion_ for id_, suggestion_ in suggestions.items() if suggestion_.intended}


@collection_rule(
    "unknown-workflow",
    Severity.ERROR,
    "a schedule call to a workflow that is not in the collection",
    "The step fails, and what should happen later never does. List the ids of workflows that are defined elsewhere "
    "under external in the configuration. Outside an app definition it is only a warning, as the workflow may "
    "well exist in the organisation; so it is where the file is one page of an API list and others are not here.",
    bad=app(workflow("Watch", schedule("aB3", _TARGET_TOO))),
    good=app(workflow("Watch", schedule("aB3", _TARGET)), _BACK),
)
def unknown_workflow(analysis: CollectionAnalysis) -> Violations:
    if analysis.has_unknown_workflows:
        return
    intended = intended_ids(analysis)
    callables = _callables(analysis)
    has_lost_id = any(map(_has_unreadable_id, analysis.summaries.values()))
    incomplete = analysis.collection.incomplete
    for caller, call in analysis.calls:
        if _is_unknown(analysis, call):
            document = analysis.collection.document_of(caller.entry)
            in_app = document.app_at(caller.entry.item.pointer) is not None
            hint = intended.get(call.workflow_id or "", Suggestion(callables))
            if hint.intended is None and has_lost_id:
                continue
            if hint.intended is not None:
                target = analysis.by_id[hint.intended]
                # Elsewhere there may be another: ids that were made one after the other differ in a digit.
                is_certain = hint.is_certain and in_app and target.callable
                hint = did_you_mean(hint.intended, is_certain=is_certain, more=f' ("{target.entry.title}")')
            if incomplete:
                hint = Suggestion("it may be on another page: links.next of the API list leads to one that is not here")
            yield Violation(
                f"{call.pointer}/params/workflowId",
                f'this schedules the unknown workflow "{call.workflow_id}"',
                hint,
                call.step,
                severity=Severity.ERROR if in_app and document not in incomplete else Severity.WARNING,
                entry=caller.entry,
            )


def _has_unreadable_id(summary: WorkflowSummary) -> bool:
    """Whether a workflow that can be called has an id that was mistyped, and is reported there."""
    places = (f"{summary.pointer}/id", f"{summary.entry.item.pointer}/id")
    return summary.callable and not summary.unreadable.isdisjoint(places)


def _callables(analysis: CollectionAnalysis) -> str:
    callables = [summary for summary in analysis.summaries.values() if summary.callable]
    names = [f'{id_} ("{summary.entry.title}")' for id_, summary in analysis.by_id.items() if summary.callable]
    if not callables:
        return "no workflow here is callable"
    if not names:
        title = callables[0].entry.title
        return (
            f'"{title}" is callable, but has no id' if len(callables) == 1 else "the callable workflows here have no id"
        )
    return f"callable workflows here: {', '.join(names)}" if len(names) <= _MOST_LISTED else ""


@collection_rule(
    "not-callable",
    Severity.ERROR,
    "a schedule call to a workflow that is not callable",
    "Only a workflow whose trigger is callable can be scheduled; any other waits for its event.",
    bad=app(
        workflow("Watch", schedule("aB3", _TARGET)),
        {"id": _TARGET, **workflow("Remind", step("cD4"))},
    ),
    good=app(workflow("Watch", schedule("aB3", _TARGET)), _BACK),
)
def not_callable(analysis: CollectionAnalysis) -> Violations:
    for caller, call in analysis.calls:
        target = analysis.target(call)
        # A call event without callable, and a trigger that could not be read, are reported there.
        if (
            target is None
            or target.callable
            or not target.event_name
            or called_id(target.event_name) is not None
            or not target.is_readable(f"{target.pointer}/trigger")
        ):
            continue
        document = analysis.collection.document_of(target.entry)
        yield Violation(
            f"{call.pointer}/params/workflowId",
            f'"{target.entry.title}" is not callable: it starts on "{target.event_name}"',
            'set "callable": true in its trigger, or schedule another workflow',
            call.step,
            related=(Related("its trigger", document, f"{target.pointer}/trigger/eventName"),),
            entry=caller.entry,
        )


# The inputs of a call.


@collection_rule(
    "missing-input",
    Severity.ERROR,
    "a schedule call without an input that the scheduled workflow requires",
    "Kustomer does not complain on saving. The scheduled workflow starts without the value, hours or days later, "
    "and goes nowhere. A misspelt input is reported where it is given.",
    bad=_asks(orderIds="/#steps.1.id"),
    good=_asks(orderId="/#steps.1.id"),
)
def missing_input(analysis: CollectionAnalysis) -> Violations:
    for arguments in analysis.call_arguments:
        yield from missing_arguments(arguments)


@collection_rule(
    "unknown-input",
    Severity.WARNING,
    "an input that the scheduled workflow does not declare",
    "The scheduled workflow cannot read what its schema does not name.",
    bad=_asks(orderId="/#steps.1.id", priority=3),
    good=_asks(orderId="/#steps.1.id", round=3),
)
def unknown_input(analysis: CollectionAnalysis) -> Violations:
    for arguments in analysis.call_arguments:
        if not arguments.schema.is_open:
            yield from unknown_arguments(arguments)


@collection_rule(
    "input-type",
    Severity.ERROR,
    "an input of the wrong type that cannot be cast to the right one",
    "Only literal values are checked. The value of a reference or function is known only in a run.",
    bad=_asks(orderId="/#steps.1.id", round="soon"),
    good=_asks(orderId="/#steps.1.id", round="3"),
)
def input_type(analysis: CollectionAnalysis) -> Violations:
    for arguments in analysis.call_arguments:
        for name, value in arguments.given.items():
            type_ = arguments.schema.type_of(name)
            if not can_be(value, type_):
                place = f"{arguments.schema_pointer}/properties/{escape(name)}"
                yield Violation(
                    f"{arguments.pointer}/{escape(name)}",
                    f'the input "{name}" of {arguments.owner} must be {EXPECTED[type_]}, found {kind(value)}',
                    f"write {EXPECTED[type_]}, or a reference to what will be",
                    arguments.step,
                    related=(Related("declared here", arguments.schema_document, place),),
                    entry=arguments.entry,
                )


# When a call is due.


@workflow_rule(
    "invalid-run-at",
    Severity.ERROR,
    "a schedule call whose runAt is missing or invalid",
    "A relative runAt is a number of minutes from now, an absolute one a date.",
    bad=app(workflow("Watch", schedule("aB3", _TARGET, runAt={"type": "relative", "value": -30})), _BACK),
    good=app(workflow("Watch", schedule("aB3", _TARGET, runAt={"type": "relative", "value": 30})), _BACK),
)
def invalid_run_at(analysis: WorkflowAnalysis) -> Violations:
    for step_ in _schedule_steps(analysis):
        if step_.params.get("workflowId") is None and "runAt" not in step_.params:
            continue  # invalid-shape reports a step without both
        run_at = step_.params.get("runAt")
        if not analysis.is_readable(f"{step_.pointer}/params/runAt"):
            continue
        if run_at is None:
            hint = f"{_IN_AN_HOUR} is an hour from now"
            yield _without(step_, "runAt", "no runAt says when the scheduled workflow runs", hint)
        elif isinstance(run_at, dict):
            yield from _invalid_members(analysis, step_, run_at)
        elif not isinstance(run_at, str) or not _is_date(run_at):
            hint = f"an hour from now is {_IN_AN_HOUR}"
            message = f"runAt must be an object, found {kind(run_at)}"
            yield Violation(f"{step_.pointer}/params/runAt", message, hint, step_.id)


def _invalid_members(analysis: WorkflowAnalysis, step_: Step, run_at: Mapping[str, object]) -> Violations:
    at = f"{step_.pointer}/params/runAt"
    type_, value = run_at.get("type"), run_at.get("value")
    if type_ is None:
        yield Violation(at, "runAt has no type", f"types of runAt: {', '.join(RUN_AT_TYPES)}", step_.id)
    elif type_ not in RUN_AT_TYPES and not _is_computed(type_):
        hint = suggestion(type_, RUN_AT_TYPES, "types of runAt") if isinstance(type_, str) else ""
        yield Violation(f"{at}/type", f"unknown runAt type {kind(type_).removeprefix('the text ')}", hint, step_.id)
    elif value is None:
        yield Violation(at, "runAt has no value", "set value to when the run is due", step_.id)
    elif type_ == "relative" and (delay := _number(value)) is not None and delay < 0:
        past = duration_in_words(-delay * analysis.settings.relative_unit_minutes)
        yield Violation(f"{at}/value", f"a run cannot be due {past} ago", "the value counts from now", step_.id)
    elif type_ == "relative" and _number(value) is None and not _is_computed(value):
        message = f"a relative runAt takes a number, found {kind(value)}"
        yield Violation(f"{at}/value", message, "write a number, as 60", step_.id)
    elif type_ in ("absolute", "date") and not _is_date(value):
        message = f"a runAt of type {type_} takes a date, found {kind(value)}"
        yield Violation(f"{at}/value", message, "write it as 2030-01-31T09:00:00Z", step_.id)


def _number(value: object) -> float | None:
    """A value as a number, cast if necessary [assumed]; None if it is not one."""
    number = number_of(value)
    return number if number is not None and isfinite(number) else None


def _is_date(value: object) -> bool:
    if isinstance(value, str):
        if _is_computed(value):
            return True
        try:
            datetime.fromisoformat(value.strip())
        except ValueError:
            return False
        return True
    return is_number(value)
