"""One step of a rehearsal (format.md §5, §6): from a state and a decision to the next state.

No clock but the state's, no chance but from its seed, no network, and nothing of a definition is ever run as code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from kustui.analysis.evaluation import Failure
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.platform import short_name
from kustui.simulate.engine.cascade import ASSUMED
from kustui.simulate.engine.queue import Dequeued, QueueItem, Waiting
from kustui.simulate.engine.state import Overrides, Run, State
from kustui.simulate.engine.step_execution import abandon_run, execute_step, initial_data, new_entry
from kustui.simulate.engine.trace import EntryKind, OutputSource, TraceEntry, TriedEdge
from kustui.simulate.organisation import Organisation

# What a person, or a scenario, can decide


class ExecuteStep(Struct, frozen=True):
    """Execute the next step with its overrides, or else begin the next run, or let the next event happen."""


class SetOutput(Struct, frozen=True):
    """The next step is to return this."""

    output: Any
    drafted: bool = False
    """Whether nobody has reviewed it, so that it stays marked as a draft."""


class SetFailure(Struct, frozen=True):
    """The next step is to fail."""

    status: int | None = None
    body: Any = None


class ForceEdge(Struct, frozen=True):
    """The next step is to take this edge, whatever the conditions say; with no pointer the run ends there."""

    pointer: str = ""


class AnswerQuestion(Struct, frozen=True):
    """How something undecided is to be taken: a condition as true or false, a value as any JSON value."""

    pointer: str
    value: Any


class StartEvent(Struct, frozen=True):
    """An event is to happen after the current run; or one workflow is to be started, by its key."""

    payload: Any
    event: str = ""
    key: str = ""
    after: int = 0
    """Milliseconds from now."""
    drafted: bool = False
    """Whether nobody has reviewed the payload."""


class ClearOverrides(Struct, frozen=True):
    """Forget what was decided about the next step."""


class AbandonRun(Struct, frozen=True):
    """End the current run here, for instance because nobody can answer what it asks."""

    why: str = ""


Decision = ExecuteStep | SetOutput | SetFailure | ForceEdge | AnswerQuestion | StartEvent | ClearOverrides | AbandonRun


# What a decision does


def advance(state: State, decision: Decision) -> State:
    """The next state. Never raises; a decision that means nothing here gives the same state.

    An ``ExecuteStep`` that meets something undecided gives a state with a ``question``: answer it with
    ``AnswerQuestion``, pass by it with ``ForceEdge``, or end the run with ``AbandonRun``.
    """
    if state.before is not None and not isinstance(decision, AbandonRun):
        decided = advance(state.before, decision)
        return execute_step(decided) if isinstance(decision, StartEvent) else decided
    match decision:
        case ExecuteStep():
            return execute_step(state) if state.run is not None else _begin_next(state)
        case StartEvent():
            return start_events(state, (decision,))
        case AbandonRun(why):
            return abandon_run(state, why) if state.run is not None else state
    if state.run is None:
        return state
    return replace(state, overrides=_overridden(state.overrides, decision), question=None)


def start_events(state: State, starts: Sequence[StartEvent]) -> State:
    """The state in which events are on the queue, with what is on it already."""
    first = state.queued_count + 1
    items = (
        QueueItem(
            state.clock + max(0, start.after),
            number,
            event=start.event,
            only_workflow="" if start.event else start.key,
            payload=start.payload,
            drafted=start.drafted,
        )
        for number, start in enumerate(starts, first)
    )
    return replace(state, queue=state.queue.plus(*items), queued_count=state.queued_count + len(starts))


def _overridden(overrides: Overrides, decision: Decision) -> Overrides:
    match decision:
        case SetOutput(output, drafted):
            return replace(overrides, output=output, drafted=drafted, failure=None)
        case SetFailure(status, body):
            return replace(overrides, failure=Failure(status, body))
        case ForceEdge(pointer):
            return replace(overrides, edge=pointer)
        case AnswerQuestion(pointer, value):
            return replace(overrides, answers={**overrides.answers, pointer: value})
        case ClearOverrides():
            return Overrides()
    return overrides


def preview(state: State) -> TraceEntry | None:
    """What executing the next step would add to the trace; None where it cannot be executed, or between two runs."""
    state = state.before or state
    after = execute_step(state) if state.run is not None else state
    return after.last if len(after.trace) > len(state.trace) else None


def preview_edges(state: State) -> tuple[TriedEdge, ...]:
    """Every edge out of the next trigger or step with the verdict on its condition, also those after the one that wins.

    Error cases where the step is set to fail, else transitions.
    """
    # Where no edge is to be taken, all are evaluated.
    state = state.before or state
    entry = preview(replace(state, overrides=replace(state.overrides, edge="")))
    return entry.tried if entry is not None else ()


# Between two runs


def _begin_next(state: State) -> State:
    """The state before the trigger of the next run; or, after the next event, with its runs waiting."""
    if state.waiting:
        return replace(state, run=state.waiting.first, waiting=state.waiting.rest)
    dequeued = state.queue.next(state.clock)
    if dequeued is None:
        return state
    state = replace(state, queue=dequeued.queue, clock=dequeued.clock)
    return _begin_scheduled(state, dequeued) if dequeued.item.key else _start_listeners(state, dequeued.item)


def _begin_scheduled(state: State, dequeued: Dequeued) -> State:
    item, waited = dequeued.item, dequeued.waited
    analysis = state.organisation.analysis(item.key)
    if why := _why_not(analysis):
        return _skipped(state, analysis, why, waited)
    data = initial_data(state, item.key, item.payload)
    run = Run(state.run_count + 1, item.key, data, cause=item.cause, origin=OutputSource.INPUTS, waited=waited)
    return replace(state, run=run, run_count=run.number)


def _skipped(state: State, analysis: WorkflowAnalysis, why: str, waited: int = 0) -> State:
    skipped = {"key": analysis.key, "title": analysis.title, "notes": (why,), "ended": why, "waited": waited}
    return replace(state, trace=state.trace.plus(new_entry(state, EntryKind.SKIPPED, **skipped)))


def _why_not(analysis: WorkflowAnalysis) -> str:
    """Why a scheduled or called run cannot begin; an empty string where it can."""
    if not analysis.entry.item.enabled:
        return "the workflow is switched off"
    return "" if analysis.workflow.callable else "the workflow cannot be called"


def _notes_on(organisation: Organisation, item: QueueItem, started: Sequence[str]) -> Iterator[str]:
    if not started:
        yield "no enabled workflow here listens to it"
    elif item.only_workflow and not organisation.collection.by_key[started[0]].item.enabled:
        yield "the workflow is switched off: Kustomer does not run it"


def _start_listeners(state: State, item: QueueItem) -> State:
    """An event starts a run of every enabled workflow that listens to it, one after another [docs]."""
    organisation, started = state.organisation, tuple[str, ...]()
    if item.only_workflow and item.caused_by:
        called = organisation.analysis(item.only_workflow)
        if why := _why_not(called):
            return _skipped(state, called, why)
    if item.only_workflow:
        entry = organisation.collection.by_key.get(item.only_workflow)
        started, event = ((entry.key,), entry.item.event) if entry is not None else ((), "")
    else:
        started, event = organisation.listeners(item.event), item.event
    source = OutputSource.DRAFTED if item.drafted else OutputSource.EVENT
    cause, assumed = event, tuple[str, ...]()
    if item.caused_by:
        source, cause, assumed = OutputSource.COMPUTED, f"{short_name(event)} (assumed), by {item.cause}", (ASSUMED,)
    happened = new_entry(
        state,
        EntryKind.EVENT,
        key=item.only_workflow,
        name=event,
        output=item.payload,
        source=source,
        started=started,
        notes=tuple(_notes_on(organisation, item, started)),
        cause=f"{item.cause} (assumed)" if item.caused_by else item.cause,
        caused_by=item.caused_by,
        assumed=assumed,
    )
    runs = [
        Run(number, key, initial_data(state, key, item.payload), cause=cause, origin=source,
            caused_by=item.caused_by, depth=item.depth)
        for number, key in enumerate(started, start=state.run_count + 1)
    ]  # fmt: skip
    count = state.run_count + len(runs)
    return replace(state, waiting=Waiting((*state.waiting, *runs)), run_count=count, trace=state.trace.plus(happened))
