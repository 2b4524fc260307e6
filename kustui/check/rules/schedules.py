"""What schedule calls schedule, what they hand over, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from math import isfinite
from typing import TYPE_CHECKING

from kustui.analysis.schemas import EXPECTED, can_be
from kustui.check.examples import app, called, schedule, step, workflow
from kustui.check.problems import Related
from kustui.check.rule import Finding, Rule
from kustui.check.rules import hard_coded, rings
from kustui.check.rules.arguments import missing_arguments, unknown_arguments
from kustui.config.severity import Severity
from kustui.definition.expressions import Literal, parse
from kustui.definition.platform import called_id
from kustui.definition.source.positions import escape
from kustui.text.json_words import kind
from kustui.text.quantities import duration_in_words
from kustui.text.suggestions import closest, hint_of

if TYPE_CHECKING:
    from kustui.analysis.schedules import ScheduleCall
    from kustui.analysis.workflow_analysis import CollectionAnalysis, WorkflowAnalysis, WorkflowSummary
    from kustui.definition.models import Step

RUN_AT_TYPES = ("relative", "absolute", "date")
"""The types of a ``runAt``: the first [spec], the others [assumed]."""

_MOST_SLIPS = 20
"""Of more unknown ids than these, each misspelt one is no slip of a finger: a part of an organisation was opened."""
_MOST_LISTED = 4
_IN_AN_HOUR = '"runAt": {"type": "relative", "value": 60}'


# What a call names.


def unreadable_calls(analysis: WorkflowAnalysis) -> Iterator[Finding]:
    """Schedule steps that name no workflow, or are of the wrong kind; ``invalid-shape`` tells it."""
    for each in _schedule_steps(analysis):
        at, params = f"{each.pointer}/params", each.params
        if params.get("workflowId") is None:
            yield _without(each, "workflowId", "a schedule step that names no workflow", "workflowId holds its id")
        elif not isinstance(named := params["workflowId"], str):
            yield Finding(f"{at}/workflowId", f"workflowId must be text in quotes, found {kind(named)}", "", each.id)
        inputs = params.get("inputs")
        if inputs is not None and not isinstance(inputs, dict) and not _is_worked_out(inputs):
            yield Finding(f"{at}/inputs", f"inputs must be an object, found {kind(inputs)}", "", each.id)


def _schedule_steps(analysis: WorkflowAnalysis) -> Iterator[Step]:
    for each in analysis.flow.steps.values():
        if each.schedules and f"{each.pointer}/params" not in analysis.unreadable:
            yield each


def _is_worked_out(value: object) -> bool:
    """Whether a value is one that only a run knows."""
    return isinstance(value, str) and not isinstance(parse(value), Literal)


def _without(each: Step, key: str, message: str, hint: str) -> Finding:
    at = f"{each.pointer}/params"
    if near := closest(key, each.params):
        return Finding(f"{at}/{escape(near)}", message, f'did you mean "{key}"?', each.id, on_key=True)
    return Finding(at, message, hint, each.id)


def _is_unknown(survey: CollectionAnalysis, call: ScheduleCall) -> bool:
    id_ = call.workflow_id
    return (
        id_ is not None
        and survey.fully_read
        and id_ not in survey.by_id
        and id_ not in survey.settings.external
        and id_ not in survey.by_event  # what is wrong is that workflow's id, and it is told there
    )


def _meant(survey: CollectionAnalysis) -> Mapping[str, str]:
    """The id that each unknown one was probably meant to be."""
    unknown = dict.fromkeys(call.workflow_id or "" for _, call in survey.calls if _is_unknown(survey, call))
    if len(unknown) > _MOST_SLIPS:
        return {}
    return {id_: near for id_ in unknown if (near := closest(id_, survey.by_id))}


def _unknown_workflow(survey: CollectionAnalysis) -> Iterator[Finding]:
    meant = _meant(survey)
    choice = _what_can_be_called(survey)
    for facts, call in survey.calls:
        if _is_unknown(survey, call):
            in_app = survey.collection.document_of(facts.entry).app_extent is not None
            near = meant.get(call.workflow_id or "")
            yield Finding(
                f"{call.pointer}/params/workflowId",
                f'this schedules "{call.workflow_id}", and no workflow here has that id',
                f'did you mean "{near}" ("{survey.by_id[near].entry.title}")?' if near else choice,
                call.step,
                severity=Severity.ERROR if in_app else Severity.WARNING,
                entry=facts.entry,
            )


def _what_can_be_called(survey: CollectionAnalysis) -> str:
    callables = [f'{id_} ("{facts.entry.title}")' for id_, facts in survey.by_id.items() if facts.callable]
    if not callables:
        return "no workflow here can be called"
    return f"what can be called here: {', '.join(callables)}" if len(callables) <= _MOST_LISTED else ""


def _not_callable(survey: CollectionAnalysis) -> Iterator[Finding]:
    for facts, call in survey.calls:
        target = survey.target(call)
        # An event that only a callable workflow has, or a trigger that could not be read, is told where it is.
        if (
            target is None
            or target.callable
            or not target.event_name
            or called_id(target.event_name) is not None
            or not target.is_readable(f"{target.pointer}/trigger")
        ):
            continue
        document = survey.collection.document_of(target.entry)
        yield Finding(
            f"{call.pointer}/params/workflowId",
            f'"{target.entry.title}" cannot be called: it starts on "{target.event_name}"',
            'set "callable": true in its trigger, or schedule another workflow',
            call.step,
            related=(Related("its trigger", document, f"{target.pointer}/trigger/eventName"),),
            entry=facts.entry,
        )


# What a call hands over.


def _missing_input(survey: CollectionAnalysis) -> Iterator[Finding]:
    for arguments in survey.call_arguments:
        yield from missing_arguments(arguments)


def _unknown_input(survey: CollectionAnalysis) -> Iterator[Finding]:
    for arguments in survey.call_arguments:
        if not (arguments.schema.model_extra or {}).get("additionalProperties"):
            yield from unknown_arguments(arguments)


def _input_type(survey: CollectionAnalysis) -> Iterator[Finding]:
    for arguments in survey.call_arguments:
        for name, value in arguments.given.items():
            type_ = arguments.schema.type_of(name)
            if not can_be(value, type_):
                place = f"{arguments.schema_pointer}/properties/{escape(name)}"
                yield Finding(
                    f"{arguments.pointer}/{escape(name)}",
                    f'the input "{name}" of {arguments.owner} has to be {EXPECTED[type_]}, found {kind(value)}',
                    "",
                    arguments.step,
                    related=(Related("declared here", arguments.schema_document, place),),
                    entry=arguments.entry,
                )


# When a call is due.


def _invalid_run_at(analysis: WorkflowAnalysis) -> Iterator[Finding]:
    for each in _schedule_steps(analysis):
        if each.params.get("workflowId") is None and "runAt" not in each.params:
            continue  # the step says nothing at all, and that is told
        run_at = each.params.get("runAt")
        if not analysis.is_readable(f"{each.pointer}/params/runAt"):
            continue
        if run_at is None:
            hint = f"{_IN_AN_HOUR} is an hour from now"
            yield _without(each, "runAt", "nothing says when the scheduled workflow is to run", hint)
        elif isinstance(run_at, dict):
            yield from _invalid_members(analysis, each, run_at)
        elif not isinstance(run_at, str) or not _is_date(run_at):
            hint = f"an hour from now is {_IN_AN_HOUR}"
            message = f"runAt must be an object, found {kind(run_at)}"
            yield Finding(f"{each.pointer}/params/runAt", message, hint, each.id)


def _invalid_members(analysis: WorkflowAnalysis, each: Step, run_at: Mapping[str, object]) -> Iterator[Finding]:
    at = f"{each.pointer}/params/runAt"
    type_, value = run_at.get("type"), run_at.get("value")
    if type_ is None:
        yield Finding(at, "a runAt without type", f"types of runAt: {', '.join(RUN_AT_TYPES)}", each.id)
    elif type_ not in RUN_AT_TYPES and not _is_worked_out(type_):
        hint = hint_of(type_, RUN_AT_TYPES, "types of runAt") if isinstance(type_, str) else ""
        yield Finding(f"{at}/type", f"no runAt is of the type {kind(type_).removeprefix('the text ')}", hint, each.id)
    elif value is None:
        yield Finding(at, "a runAt without value", "", each.id)
    elif type_ == "relative" and (delay := _number(value)) is not None and delay < 0:
        past = duration_in_words(-delay * analysis.settings.relative_unit_minutes)
        yield Finding(f"{at}/value", f"a run cannot be due {past} ago", "the value counts from now on", each.id)
    elif type_ == "relative" and _number(value) is None and not _is_worked_out(value):
        message = f"a relative runAt takes a number, found {kind(value)}"
        yield Finding(f"{at}/value", message, "", each.id)
    elif type_ in ("absolute", "date") and not _is_date(value):
        message = f"runAt of the type {type_} takes a date, found {kind(value)}"
        yield Finding(f"{at}/value", message, "write it as 2030-01-31T09:00:00Z", each.id)


def _number(value: object) -> float | None:
    """The number that a value is, or is cast to [assumed]."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def _is_date(value: object) -> bool:
    if isinstance(value, str):
        if _is_worked_out(value):
            return True
        try:
            datetime.fromisoformat(value.strip())
        except ValueError:
            return False
        return True
    return isinstance(value, int | float) and not isinstance(value, bool)


# What nothing calls.


def _may_lack_calls(facts: WorkflowSummary) -> bool:
    """Whether a step could not be read: it may be one that schedules."""
    steps = f"{facts.pointer}/steps"
    return any(each.startswith(steps) and not each.endswith("/params/inputs") for each in facts.unreadable)


def _never_scheduled(survey: CollectionAnalysis) -> Iterator[Finding]:
    if not survey.fully_read or any(map(_may_lack_calls, survey.summaries.values())):
        return
    named = {call.workflow_id for _, call in survey.calls} | set(_meant(survey).values())
    for facts in survey.by_id.values():
        # A call by the id in its eventName means it too: that the two differ is told.
        if facts.callable and facts.entry.id not in named and called_id(facts.event_name) not in named:
            message = f'"{facts.entry.title}" can be called, and nothing here schedules it'
            yield Finding(f"{facts.pointer}/name", message, entry=facts.entry)


_TARGET = "5f8e148232731d0015c14657"
_TARGET_TOO = "60e7c927171e7a6abdc56982"
_BACK = called("Remind", _TARGET, step("cD4"))
_ASKED = called("Remind", _TARGET, step("cD4"), inputs={"orderId": "string", "round": "number"}, required=("orderId",))


def _asks(**inputs: object) -> object:
    return app(workflow("Watch", schedule("aB3", _TARGET, inputs=inputs)), _ASKED)


RULES = (
    Rule(
        "unknown-workflow",
        Severity.ERROR,
        "a schedule call that names no workflow of the collection",
        "The step fails, and what was to happen later never does. Ids of workflows that live elsewhere can be listed "
        "under external in the configuration. Outside of an app definition the workflow may well be in the "
        "organisation, so there it is a warning.",
        bad=app(workflow("Watch", schedule("aB3", _TARGET_TOO))),
        good=app(workflow("Watch", schedule("aB3", _TARGET)), _BACK),
        survey=_unknown_workflow,
    ),
    Rule(
        "not-callable",
        Severity.ERROR,
        "a schedule call to a workflow that cannot be called",
        "Only a workflow whose trigger says callable can be scheduled; any other waits for its event.",
        bad=app(
            workflow("Watch", schedule("aB3", _TARGET)),
            {"id": _TARGET, **workflow("Remind", step("cD4"))},
        ),
        good=app(workflow("Watch", schedule("aB3", _TARGET)), _BACK),
        survey=_not_callable,
    ),
    Rule(
        "missing-input",
        Severity.ERROR,
        "a schedule call without an input that the scheduled workflow requires",
        "Kustomer does not complain when it is saved. The scheduled workflow starts without the value, hours or days "
        "later, and goes nowhere. An input whose name is nearly right is told where it is written.",
        bad=_asks(orderIds="/#steps.1.id"),
        good=_asks(orderId="/#steps.1.id"),
        survey=_missing_input,
    ),
    Rule(
        "unknown-input",
        Severity.WARNING,
        "an input that the scheduled workflow does not declare",
        "The scheduled workflow cannot read what its schema does not name.",
        bad=_asks(orderId="/#steps.1.id", priority=3),
        good=_asks(orderId="/#steps.1.id", round=3),
        survey=_unknown_input,
    ),
    Rule(
        "input-type",
        Severity.ERROR,
        "an input of the wrong type, which no casting can make fit",
        "Only values that are written down are judged. What a reference or a function stands for, a run decides.",
        bad=_asks(orderId="/#steps.1.id", round="soon"),
        good=_asks(orderId="/#steps.1.id", round="3"),
        survey=_input_type,
    ),
    Rule(
        "invalid-run-at",
        Severity.ERROR,
        "a schedule call that does not say when, or not so that it can be understood",
        "A relative runAt is a number of minutes from now, an absolute one a date.",
        bad=app(workflow("Watch", schedule("aB3", _TARGET, runAt={"type": "relative", "value": -30})), _BACK),
        good=app(workflow("Watch", schedule("aB3", _TARGET, runAt={"type": "relative", "value": 30})), _BACK),
        look=_invalid_run_at,
    ),
    *rings.RULES,
    Rule(
        "never-scheduled",
        Severity.INFO,
        "a callable workflow that nothing in the collection schedules",
        "It may be called from elsewhere. If not, it never runs.",
        bad=app(_BACK),
        good=app(workflow("Watch", schedule("aB3", _TARGET)), _BACK),
        survey=_never_scheduled,
    ),
    *hard_coded.RULES,
)
