"""Rules about who schedules whom: rings of workflows, and workflows that nothing schedules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from kustui.analysis.schedules import ScheduleCall, Schedules
from kustui.analysis.workflow_analysis import CollectionAnalysis, WorkflowSummary
from kustui.check.problems import Related
from kustui.check.rule import Violation, Violations, app, called, collection_rule, schedule, step, to, when, workflow
from kustui.check.rules.schedules import intended_ids
from kustui.config.severity import Severity
from kustui.definition.expressions import in_words, parse_condition
from kustui.definition.models import relative_minutes
from kustui.definition.platform import RUNS_PER_WINDOW, WINDOW_MINUTES, called_id
from kustui.text.messages import duration_in_words

Ring = tuple[str, ...]
"""The keys of its workflows."""
Hops = list[list[ScheduleCall]]
"""The calls from each workflow of a ring to the next."""

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
    f"condition ends it: an organisation's scheduled workflows run at most {RUNS_PER_WINDOW:,} times in "
    f"{WINDOW_MINUTES} minutes.",
    bad=app(workflow("Watch", schedule("aB3", _ID, inputs=_INPUTS)), _AGAIN),
    good=_ONCE,
)
def schedule_ring(analysis: CollectionAnalysis) -> Violations:
    if not analysis.schedules.rings:
        return
    endless = {key for ring in _endless_rings(analysis) for key in ring}
    calls = _calls_by_hop(analysis)
    for ring in analysis.schedules.rings:
        hops = _hops(ring, calls)
        if endless.intersection(ring) or not all(hops):
            continue
        period = _period(analysis, hops)
        if len(ring) == 1:
            message = f"{_names(analysis, ring[0])} schedules itself again{f' after {period}' if period else ''}"
        else:
            message = f"{_names(analysis, *ring, ring[0])} schedule each other in a ring{_one_round(period)}"
        yield _violation(analysis, ring, hops, f"{message}; {_what_ends(analysis, hops)}", "")


@collection_rule(
    "endless-schedule",
    Severity.WARNING,
    "workflows that schedule each other in a ring that no condition can end",
    "Each run schedules the next, for every conversation that ever started one, until somebody switches the "
    f"workflow off. They all share {RUNS_PER_WINDOW:,} runs in {WINDOW_MINUTES} minutes; any more have to wait.",
    bad=app(workflow("Watch", schedule("aB3", _ID)), called("Remind", _ID, schedule("cD4", _ID))),
    good=_ONCE,
)
def endless_schedule(analysis: CollectionAnalysis) -> Violations:
    calls = _calls_by_hop(analysis)
    for ring in _endless_rings(analysis):
        hops = [[call for call in hop if _is_always_made(analysis, call)] for hop in _hops(ring, calls)]
        period = _period(analysis, hops)
        if len(ring) == 1:
            name = _names(analysis, ring[0])
            message = f"{name} schedules itself again{f' after {period}' if period else ''}, every time"
        else:
            message = f"{_names(analysis, *ring, ring[0])} schedule each other every time{_one_round(period)}"
        hint = "let a condition decide whether the next run is scheduled"
        yield _violation(analysis, ring, hops, f"{message}: no condition can end it", hint)


def _endless_rings(analysis: CollectionAnalysis) -> tuple[Ring, ...]:
    """The rings of calls that every run makes, each starting with the workflow that comes first."""
    always_made = (call for _, call in _real_calls(analysis) if _is_always_made(analysis, call))
    return Schedules.of(always_made, analysis.schedules.keys).rings


def _is_always_made(analysis: CollectionAnalysis, call: ScheduleCall) -> bool:
    return call.pointer in analysis.summaries[call.caller].must_reach


def _real_calls(analysis: CollectionAnalysis) -> Iterator[tuple[WorkflowSummary, ScheduleCall]]:
    """The calls that lead to a run, with the called workflow: both are switched on, and that one is callable."""
    for caller, call in analysis.calls:
        target = analysis.target(call)
        if target is not None and target.callable and caller.entry.item.enabled and target.entry.item.enabled:
            yield target, call


def _calls_by_hop(analysis: CollectionAnalysis) -> Mapping[tuple[str, str], list[ScheduleCall]]:
    """The calls that lead to a run, by the keys of caller and called workflow."""
    calls: dict[tuple[str, str], list[ScheduleCall]] = {}
    for target, call in _real_calls(analysis):
        calls.setdefault((call.caller, target.entry.key), []).append(call)
    return calls


def _hops(ring: Ring, calls: Mapping[tuple[str, str], list[ScheduleCall]]) -> Hops:
    return [calls.get(hop, []) for hop in pairwise((*ring, ring[0]))]


def _names(analysis: CollectionAnalysis, *keys: str) -> str:
    return " → ".join(f'"{analysis.summaries[key].entry.title}"' for key in keys)


def _period(analysis: CollectionAnalysis, hops: Hops) -> str:
    """How long one round takes with the shortest delays; empty if unknown."""
    total = 0.0
    for hop in hops:
        delays = [relative_minutes(call.run_at, analysis.settings.relative_unit_minutes) for call in hop]
        shortest = min((delay for delay in delays if delay is not None), default=None)
        if shortest is None:
            return ""
        total += shortest
    return duration_in_words(total)


def _one_round(period: str) -> str:
    return f", one round in {period}" if period else ""


def _what_ends(analysis: CollectionAnalysis, hops: Hops) -> str:
    """What can end a ring: the condition in words if it is short."""
    for hop in hops:
        caller = analysis.summaries[hop[0].caller]
        if any(call.pointer in caller.must_reach for call in hop):
            continue
        guards = [edge for call in hop for edge in caller.guards.get(call.pointer, ())]
        conditions = [edge.condition for edge in guards if edge.condition is not None]
        if len(hop) == 1 and 0 < len(conditions) == len(guards) <= _MOST_CONDITIONS:
            words = (in_words(parse_condition(condition.op, condition.values)) for condition in conditions)
            return f"it continues only while {', or while '.join(words)}"
        return f'a condition in "{caller.entry.title}" can end it'
    return "a condition can end it"


def _violation(analysis: CollectionAnalysis, ring: Ring, hops: Hops, message: str, hint: str) -> Violation:
    """At the first workflow's call, with those of the others."""
    pointers = [f"{hop[0].pointer}/params/workflowId" for hop in hops]
    entries = [analysis.summaries[key].entry for key in ring]
    related = tuple(
        Related(f'"{entry.title}" schedules "{following.title}" here', analysis.collection.document_of(entry), pointer)
        for (entry, following), pointer in zip(pairwise((*entries[1:], entries[0])), pointers[1:], strict=True)
    )
    return Violation(pointers[0], message, hint, hops[0][0].step, related=related, entry=entries[0])


@collection_rule(
    "never-scheduled",
    Severity.INFO,
    "a callable workflow that nothing in the collection schedules",
    "It may be called from elsewhere. If not, it never runs.",
    bad=app(called("Remind", _ID, step("cD4"))),
    good=_ONCE,
)
def never_scheduled(analysis: CollectionAnalysis) -> Violations:
    if not analysis.fully_read or any(map(_may_lack_calls, analysis.summaries.values())):
        return
    scheduled = {call.workflow_id for _, call in analysis.calls} | set(intended_ids(analysis).values())
    for summary in analysis.by_id.values():
        # A call to the id in its eventName counts too: another rule reports that the two differ.
        if summary.callable and summary.entry.id not in scheduled and called_id(summary.event_name) not in scheduled:
            message = f'"{summary.entry.title}" is callable, but nothing here schedules it'
            yield Violation(f"{summary.pointer}/name", message, entry=summary.entry)


def _may_lack_calls(summary: WorkflowSummary) -> bool:
    """Whether a step could not be read: it may be a schedule step."""
    steps = f"{summary.pointer}/steps"
    return any(pointer.startswith(steps) and not pointer.endswith("/params/inputs") for pointer in summary.unreadable)
