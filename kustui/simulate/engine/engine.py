"""One step of a rehearsal (format.md §5, §6): from a state and a decision to the next state.

No clock but the state's, no chance but from its seed, no network, and nothing of a definition is ever run as code.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kustui.definition.platform import TRIGGER_ID
from kustui.simulate.engine.decisions import (
    AbandonRun,
    AnswerQuestion,
    ClearOverrides,
    Decision,
    ExecuteStep,
    ForceEdge,
    SetFailure,
    SetOutput,
    StartEvent,
)
from kustui.simulate.engine.queue import QueueItem
from kustui.simulate.engine.state import Overrides, Run, State
from kustui.simulate.engine.step_execution import entry_of, execute_step, left
from kustui.simulate.engine.trace import EntryKind, Failure, OutputSource, TraceEntry, TriedEdge

if TYPE_CHECKING:
    from kustui.simulate.engine.organisation import Member


def advance(state: State, decision: Decision) -> State:
    """The next state. Never raises; a decision that means nothing here gives the same state.

    An ``ExecuteStep`` that meets something undecided gives the same state with a ``question``: answer it with
    ``AnswerQuestion``, pass by it with ``ForceEdge``, or end the run with ``AbandonRun``.
    """
    match decision:
        case ExecuteStep():
            return execute_step(state) if state.run is not None else _begun(state)
        case StartEvent(payload, event, key, after, drafted):
            at, alone = state.clock + max(0, after), "" if event else key
            due = QueueItem(at, state.queued_count + 1, event=event, alone=alone, payload=payload, drafted=drafted)
            return replace(state, queue=state.queue.plus(due), queued_count=state.queued_count + 1)
        case AbandonRun(why):
            return left(state, why) if state.run is not None else state
    if state.run is None:
        return state
    return replace(state, overrides=_planned(state.overrides, decision), question=None)


def _planned(overrides: Overrides, decision: Decision) -> Overrides:
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
    """What carrying out the step at hand, as planned, would add to the trace; None where it asks, or no run is on."""
    after = execute_step(state) if state.run is not None else state
    return after.last if len(after.trace) > len(state.trace) else None


def table(state: State) -> tuple[TriedEdge, ...]:
    """Every way out of the trigger or step at hand and what comes of its condition, also those after the one that wins.

    Error cases where the step is planned to fail, else transitions.
    """
    # Where no way is to be taken, all are looked at.
    found = preview(replace(state, overrides=replace(state.overrides, edge="")))
    return found.tried if found is not None else ()


# Between two runs.


def _begun(state: State) -> State:
    """With the next run at hand, before its trigger's transitions are tried; or with the next event's runs waiting."""
    if state.waiting:
        run, *waiting = state.waiting
        return replace(state, run=run, waiting=tuple(waiting))
    taken = state.queue.next(state.clock)
    if taken is None:
        return state
    due = taken.due
    state = replace(state, queue=taken.queue, clock=taken.clock)
    if not due.key:
        return _happened(state, due)
    member = state.organisation.member(due.key)
    if reason := _why_not(member):
        entry = entry_of(
            state,
            EntryKind.SKIPPED,
            key=member.key,
            title=member.title,
            notes=(reason,),
            waited=taken.waited,
            ended=reason,
        )
        return replace(state, trace=state.trace.plus(entry))
    run = Run(
        state.runs + 1,
        due.key,
        _data(state, due.key, due.payload),
        cause=due.cause,
        origin=OutputSource.INPUTS,
        waited=taken.waited,
    )
    return replace(state, run=run, runs=run.number)


def _why_not(member: Member) -> str:
    """Why a scheduled run cannot begin; an empty string where it can."""
    if not member.entry.item.enabled:
        return "the workflow is switched off"
    return "" if member.workflow.callable else "the workflow cannot be called"


def _happened(state: State, due: QueueItem) -> State:
    """An event starts a run of every enabled workflow that listens to it, one after another [docs]."""
    started: tuple[str, ...]
    if due.alone:
        started = (due.alone,) if due.alone in state.organisation.collection.by_key else ()
        event = state.organisation.collection.by_key[due.alone].item.event if started else ""
    else:
        started, event = state.organisation.listeners(due.event), due.event
    notes = () if started else ("no enabled workflow here listens to it",)
    mark = OutputSource.DRAFTED if due.drafted else OutputSource.EVENT
    entry = entry_of(
        state,
        EntryKind.EVENT,
        key=due.alone,
        name=event,
        output=due.payload,
        mark=mark,
        started=started,
        notes=notes,
        cause=due.cause,
    )
    for key in started:
        run = Run(state.runs + 1, key, _data(state, key, due.payload), cause=event, origin=mark)
        state = replace(state, waiting=(*state.waiting, run), runs=run.number)
    return replace(state, trace=state.trace.plus(entry))


def _data(state: State, key: str, payload: Any) -> dict[str, Any]:
    """What a run begins with. Whatever the trigger calls itself, it is read as step 1 [docs], and so [assumed]."""
    trigger = state.organisation.member(key).workflow.trigger
    name = trigger.id if trigger is not None else TRIGGER_ID
    return {"steps": {TRIGGER_ID: payload, name: payload}, "variables": state.variables}
