"""Rules about what starts a workflow: rings of schedules or of events, and workflows that nothing starts."""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from msgspec.structs import replace

from kustui.analysis.collection_analysis import CollectionAnalysis
from kustui.analysis.effects import Effect, Reach, repeating
from kustui.analysis.event_rings import Cause
from kustui.analysis.walks import breadth_first
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
    when,
    workflow,
    workflow_rule,
)
from kustui.check.rules.schedules import intended_ids
from kustui.config.severity import Severity
from kustui.definition.expressions import in_words
from kustui.definition.models import relative_minutes
from kustui.definition.platform import FIELDS_OF_OBJECTS, RUNS_PER_WINDOW, WINDOW_MINUTES, call_event, called_id
from kustui.text.messages import counted, duration_in_words

if TYPE_CHECKING:  # imported where there is a ring
    from kustui.analysis.rings import Ring

_MOST_CONDITIONS = 2
"""The most conditions that a message spells out."""

_ID = "5f8e148232731d0015c14657"
_ONCE = app(workflow("Watch", schedule("aB3", _ID)), called("Remind", _ID, step("cD4")))
_INPUTS = {"status": "/#steps.1.status"}
_AGAIN = called(
    "Remind",
    _ID,
    step("cD4", to("eF5", when("neq", "/#steps.1.status", "done"))),
    schedule("eF5", _ID, inputs=_INPUTS),
    inputs={"status": "string"},
    required=("status",),
)


@collection_rule(
    "schedule-ring",
    Severity.INFO,
    "workflows that schedule each other in a ring that a condition can end",
    "This is the usual way to poll in Kustomer, and there is nothing wrong with it. It is worth knowing which "
    "condition ends it, and after how many runs where a counter that is passed on does: an organisation's "
    f"scheduled workflows run at most {RUNS_PER_WINDOW:,} times in {WINDOW_MINUTES} minutes.",
    bad=app(workflow("Watch", schedule("aB3", _ID, inputs=_INPUTS)), _AGAIN),
    good=_ONCE,
    of_rings=True,
)
def schedule_ring(analysis: CollectionAnalysis) -> Violations:
    for ring in analysis.rings:
        if not ring.endless:
            names, period = _names(analysis, ring), _period(analysis, ring)
            if len(ring.workflows) == 1:
                message = f"{names} schedules itself again{f' after {period}' if period else ''}"
            else:
                message = f"{names} schedule each other in a ring{f', one round in {period}' if period else ''}"
            yield _violation(analysis, ring, f"{message}; {_what_ends(analysis, ring)}{_bound(ring)}", _care(ring))


@collection_rule(
    "endless-schedule",
    Severity.WARNING,
    "workflows that schedule each other in a ring that no condition can end",
    "Whatever path a run takes, it schedules the next, for every conversation that ever started one, until a step "
    "fails or somebody disables the workflow. A condition ends nothing where it asks about an input that is passed on "
    "unchanged, or about a counter that moves away from its limit or steps over it. All such runs share "
    f"{RUNS_PER_WINDOW:,} in {WINDOW_MINUTES} minutes; any more have to wait.",
    bad=app(workflow("Watch", schedule("aB3", _ID)), called("Remind", _ID, schedule("cD4", _ID))),
    good=_ONCE,
    of_rings=True,
)
def endless_schedule(analysis: CollectionAnalysis) -> Violations:
    for ring in analysis.rings:
        if ring.endless:
            names, period = _names(analysis, ring), _period(analysis, ring)
            if len(ring.workflows) == 1:
                message = f"{names} schedules itself again{f' after {period}' if period else ''}, every time"
            else:
                message = f"{names} schedule each other every time{f', one round in {period}' if period else ''}"
            ending = "no condition ends it"
            hint = "let a condition decide whether the next run is scheduled"
            if ring.by_inputs:
                ending = "with the inputs that are passed on, no condition ends it"
                hint = "pass on an input that changes, until a condition on it ends the ring"
            yield _violation(analysis, ring, f"{message}: {ending}", hint)


def _names(analysis: CollectionAnalysis, ring: Ring) -> str:
    keys = ring.workflows if len(ring.workflows) == 1 else (*ring.workflows, ring.workflows[0])
    return " → ".join(_name(analysis, key) for key in keys)


def _name(analysis: CollectionAnalysis, key: str) -> str:
    return f'"{analysis.summaries[key].entry.title}"'


def _period(analysis: CollectionAnalysis, ring: Ring) -> str:
    """How long one round takes; empty if unknown."""
    shortest = longest = 0.0
    for hop in ring.hops:
        delays = [relative_minutes(call.run_at, analysis.settings.relative_unit_minutes) for call in hop]
        if None in delays:
            return ""
        shortest += min(delay for delay in delays if delay is not None)
        longest += max(delay for delay in delays if delay is not None)
    if shortest == longest:
        return duration_in_words(shortest)
    return f"{duration_in_words(shortest)} to {duration_in_words(longest)}"


def _what_ends(analysis: CollectionAnalysis, ring: Ring) -> str:
    """What can end a ring: the condition in words if it is short."""
    if ring.after_failure:
        return f"it continues only where a step of {_name(analysis, ring.ending)} fails"
    conditions = [condition for condition in chain(*ring.ending_guards) if condition is not None]
    is_told = len(conditions) == sum(map(len, ring.ending_guards)) <= _MOST_CONDITIONS
    if ring.needs_ending and all(ring.ending_guards) and is_told:
        words = dict.fromkeys(map(in_words, conditions))
        return f"it continues only while {', or while '.join(words)}"
    return f"a condition in {_name(analysis, ring.ending)} can end it"


def _bound(ring: Ring) -> str:
    if ring.bound.rounds:
        of_each = " of each" if len(ring.workflows) > 1 else ""
        return f": a counter ends it after at most {counted(ring.bound.rounds, 'run')}{of_each}"
    return ": a counter can end it, from a first value that only a run knows" if ring.bound.counter else ""


def _care(ring: Ring) -> str:
    if ring.bound.rounds:
        return "to end it earlier, change what the counter is compared with"
    return "to be sure that it ends, count the rounds in an input, and compare the count"


def _violation(analysis: CollectionAnalysis, ring: Ring, message: str, hint: str) -> Violation:
    """At the first workflow's call, with those of the others."""
    pointers = [f"{hop[0].pointer}/params/workflowId" for hop in ring.hops]
    entries = [analysis.summaries[key].entry for key in ring.workflows]
    related = tuple(
        Related(f'"{entry.title}" schedules "{following.title}" here', analysis.collection.document_of(entry), pointer)
        for (entry, following), pointer in zip(pairwise((*entries[1:], entries[0])), pointers[1:], strict=True)
    )
    return Violation(pointers[0], message, hint, ring.hops[0][0].step, related=related, entry=entries[0])


@collection_rule(
    "never-scheduled",
    Severity.INFO,
    "a callable workflow that nothing in the collection starts",
    "It may be called from elsewhere. If not, it never runs: nothing schedules it, or only itself and others that "
    "never run.",
    bad=app(called("Remind", _ID, step("cD4"))),
    good=_ONCE,
)
def never_scheduled(analysis: CollectionAnalysis) -> Violations:
    if _may_lack_workflows(analysis):
        return  # what schedules it may be in what is not here
    scheduled = {call.workflow_id for _, call in analysis.calls}
    enabled = (summary for summary in analysis.summaries.values() if summary.entry.item.enabled)
    events = {effect.event for summary in enabled for effect in summary.effects}
    if not (scheduled | events).isdisjoint((None, call_event(""))):
        return  # only a run knows what that call, or request, starts
    started = _started(analysis, events)
    for summary in analysis.by_id.values():
        if not summary.callable or summary.entry.key in started:
            continue
        # A call to the id in its eventName counts too: another rule reports that the two differ.
        is_called = not scheduled.isdisjoint((summary.entry.id, called_id(summary.event_name)))
        why = _why_not_started(analysis, summary) if is_called else ""
        if why or not is_called:
            message = f"never starts: {why}" if is_called else "is callable, but nothing here schedules it"
            name, hint = _name(analysis, summary.entry.key), "schedule it from a workflow that starts, or remove it"
            yield Violation(f"{summary.pointer}/name", f"{name} {message}", hint, entry=summary.entry)


def _started(analysis: CollectionAnalysis, events: Container[str]) -> frozenset[str]:
    """The keys of the workflows that an event or a request starts, or that one of these schedules, directly or
    indirectly. What other rules report counts as put right: ids that are missing or misspelt, steps that no run
    reaches."""
    schedules, intended = analysis.schedules, frozenset(near.intended for near in intended_ids(analysis).values())
    summaries = analysis.summaries.values()
    roots = (
        summary.entry.key
        for summary in summaries
        if not summary.callable
        or summary.entry.id is None
        or summary.entry.id in intended
        or call_event(summary.entry.id) in events
    )
    return frozenset(breadth_first(roots, lambda key: () if key in schedules.disabled else schedules.targets(key)))


def _why_not_started(analysis: CollectionAnalysis, summary: WorkflowSummary) -> str:
    """Why none of the calls that schedule a workflow is ever made; empty where it is disabled itself."""
    schedules, key = analysis.schedules, summary.entry.key
    calls = schedules.to_workflow.get(key, ())
    if not calls or key in schedules.disabled:
        return ""
    call = next((call for call in calls if call.caller != key), None)
    if call is None:
        return "only it schedules itself"
    if call.caller in schedules.disabled:
        return f"{_name(analysis, call.caller)}, which schedules it, is disabled"
    return f"{_name(analysis, call.caller)}, which schedules it, never starts either"


def _may_lack_workflows(analysis: CollectionAnalysis) -> bool:
    is_whole = analysis.fully_read and not analysis.collection.incomplete and not analysis.has_unknown_workflows
    return not is_whole or any(map(_may_lack_calls, analysis.summaries.values()))


def _may_lack_calls(summary: WorkflowSummary) -> bool:
    """Whether a step could not be read: it may be a schedule step."""
    steps = f"{summary.pointer}/steps"
    return any(pointer.startswith(steps) and not pointer.endswith("/params/inputs") for pointer in summary.unreadable)


_MOST_NAMED = 4
"""Of how many fields or hops a message speaks."""
_FILTER = "let the trigger ask what has changed"
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
    if not analysis.entry.item.enabled or analysis.entry.has_unknown:
        return
    effects = repeating(analysis.effects)
    if not effects:
        return
    first, *rest = effects
    certain = first.repeats is Reach.MUST
    starts = "which starts this workflow again" if certain else "which may start this workflow again"
    others = tuple(
        Related("so does this step", analysis.document, f"{effect.pointer}/action") for effect in rest[:_MOST_NAMED]
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
    update = next((effect.event for effect in effects if effect.event.endswith(".update")), None)
    if update is None:
        return _CONDITION
    written = [effect.fields for effect in effects if effect.event == update]
    fields = FIELDS_OF_OBJECTS.get(update.split(".")[1], ())
    field = next((field for field in fields if not any(names is None or field in names for names in written)), None)
    example = f", for example whether changes.attributes.{field}.after exists" if field else ""
    return f"{_FILTER}{example}"


def _rings(analysis: CollectionAnalysis) -> Violations:
    for ring in analysis.event_rings:
        first = ring.causes[0]
        if any(analysis.summaries[cause.workflow].entry.has_unknown for cause in ring.causes):
            continue
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
