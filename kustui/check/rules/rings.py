"""Workflows that schedule each other in a ring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from kustui.analysis.schedules import ScheduleCall, Schedules
from kustui.check.examples import app, called, schedule, step, to, when, workflow
from kustui.check.problems import Related
from kustui.check.rule import Finding, Rule
from kustui.config.severity import Severity
from kustui.definition.expressions import in_words, parse_condition
from kustui.definition.models import relative_minutes
from kustui.definition.platform import RUNS_PER_WINDOW, WINDOW_MINUTES
from kustui.text.quantities import duration_in_words

if TYPE_CHECKING:
    from kustui.analysis.workflow_analysis import CollectionAnalysis, WorkflowSummary

_MOST_TOLD = 2


def _endless(survey: CollectionAnalysis) -> tuple[tuple[str, ...], ...]:
    """The rings of calls that every run makes, each told from the workflow that stands first."""
    certain = [call for _, call in _real_calls(survey) if call.pointer in survey.summaries[call.caller].must_reach]
    return Schedules.of(certain, survey.schedules.keys).rings


def _real_calls(survey: CollectionAnalysis) -> Iterator[tuple[WorkflowSummary, ScheduleCall]]:
    """Calls that lead to a run: both workflows are switched on, and the one can be called."""
    for facts, call in survey.calls:
        target = survey.target(call)
        if target is not None and target.callable and facts.entry.item.enabled and target.entry.item.enabled:
            yield target, call


def _calls_between(survey: CollectionAnalysis) -> Mapping[tuple[str, str], list[ScheduleCall]]:
    """The calls that lead to a run, by who calls whom."""
    found: dict[tuple[str, str], list[ScheduleCall]] = {}
    for target, call in _real_calls(survey):
        found.setdefault((call.caller, target.entry.key), []).append(call)
    return found


def _hops(ring: tuple[str, ...], between: Mapping[tuple[str, str], list[ScheduleCall]]) -> list[list[ScheduleCall]]:
    """The calls from each workflow of a ring to the next."""
    return [between.get(hop, []) for hop in pairwise((*ring, ring[0]))]


def _endless_schedule(survey: CollectionAnalysis) -> Iterator[Finding]:
    between = _calls_between(survey)
    for ring in _endless(survey):
        hops = [
            [call for call in hop if call.pointer in survey.summaries[call.caller].must_reach]
            for hop in _hops(ring, between)
        ]
        again = _round(survey, hops)
        if len(ring) == 1:
            told = f"{_names(survey, ring[0])} schedules itself again{f' after {again}' if again else ''}, every time"
        else:
            told = f"{_names(survey, *ring, ring[0])} schedule each other every time{_once_round(again)}"
        hint = "let a condition decide whether the next run is scheduled"
        yield _ring_finding(survey, ring, hops, f"{told}: no condition can end it", hint)


def _schedule_ring(survey: CollectionAnalysis) -> Iterator[Finding]:
    if not survey.schedules.rings:
        return
    without_end = {key for ring in _endless(survey) for key in ring}
    between = _calls_between(survey)
    for ring in survey.schedules.rings:
        hops = _hops(ring, between)
        if without_end.intersection(ring) or not all(hops):
            continue
        again = _round(survey, hops)
        if len(ring) == 1:
            told = f"{_names(survey, ring[0])} schedules itself again{f' after {again}' if again else ''}"
        else:
            told = f"{_names(survey, *ring, ring[0])} schedule each other in a ring{_once_round(again)}"
        yield _ring_finding(survey, ring, hops, f"{told}; {_end_of(survey, hops)}", "")


def _names(survey: CollectionAnalysis, *keys: str) -> str:
    return " → ".join(f'"{survey.summaries[key].entry.title}"' for key in keys)


def _round(survey: CollectionAnalysis, hops: list[list[ScheduleCall]]) -> str:
    """How long it takes to come round once, by the quickest calls; empty where that is not known."""
    unit = survey.settings.relative_unit_minutes
    delays = [
        min((found for call in hop if (found := relative_minutes(call.run_at, unit)) is not None), default=None)
        for hop in hops
    ]
    known = [delay for delay in delays if delay is not None]
    return duration_in_words(sum(known)) if len(known) == len(hops) else ""


def _once_round(again: str) -> str:
    return f", once round in {again}" if again else ""


def _end_of(survey: CollectionAnalysis, hops: list[list[ScheduleCall]]) -> str:
    """What can end a ring: the condition in words where it can be said in a few."""
    for hop in hops:
        facts = survey.summaries[hop[0].caller]
        if any(call.pointer in facts.must_reach for call in hop):
            continue
        edges = [edge for call in hop for edge in facts.guards.get(call.pointer, ())]
        conditions = [edge.condition for edge in edges if edge.condition is not None]
        if len(hop) == 1 and 0 < len(conditions) == len(edges) <= _MOST_TOLD:
            words = (in_words(parse_condition(each.op, each.values)) for each in conditions)
            return f"it goes on only while {', or while '.join(words)}"
        return f'what is decided in "{facts.entry.title}" can end it'
    return "a condition can end it"


def _ring_finding(
    survey: CollectionAnalysis, ring: tuple[str, ...], hops: list[list[ScheduleCall]], message: str, hint: str
) -> Finding:
    """Told at the first workflow's call, with those of the others."""
    places = [f"{hop[0].pointer}/params/workflowId" for hop in hops]
    entries = [survey.summaries[key].entry for key in ring]
    related = tuple(
        Related(f'"{entry.title}" schedules "{following.title}" here', survey.collection.document_of(entry), place)
        for (entry, following), place in zip(pairwise((*entries[1:], entries[0])), places[1:], strict=True)
    )
    return Finding(places[0], message, hint, hops[0][0].step, related=related, entry=entries[0])


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

RULES = (
    Rule(
        "schedule-ring",
        Severity.INFO,
        "workflows that schedule each other in a ring which a condition can end",
        "This is how polling is built at Kustomer, and there is nothing wrong with it. It is worth knowing which "
        f"condition ends it: an organisation's scheduled workflows run at most {RUNS_PER_WINDOW:,} times in "
        f"{WINDOW_MINUTES} minutes.",
        bad=app(workflow("Watch", schedule("aB3", _ID, inputs=_INPUTS)), _AGAIN),
        good=_ONCE,
        survey=_schedule_ring,
    ),
    Rule(
        "endless-schedule",
        Severity.WARNING,
        "workflows that schedule each other in a ring that no condition can end",
        "Each run brings about the next, for every conversation that ever started one, until somebody switches the "
        f"workflow off. All of them share {RUNS_PER_WINDOW:,} runs in {WINDOW_MINUTES} minutes, and what is over "
        "waits.",
        bad=app(workflow("Watch", schedule("aB3", _ID)), called("Remind", _ID, schedule("cD4", _ID))),
        good=_ONCE,
        survey=_endless_schedule,
    ),
)
