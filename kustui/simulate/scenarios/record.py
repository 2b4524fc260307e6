"""Scenarios that nobody has written: one that starts a workflow, and one that makes the same trace as a
rehearsal, also after an edit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.collection_messages import ambiguous_name, no_workflow_named, workflows_named
from kustui.definition.dates import iso_date
from kustui.definition.platform import called_id
from kustui.definition.values import to_json_value
from kustui.simulate import DEFAULT_MAX_STEPS, DEFAULT_START, MINUTE
from kustui.simulate.engine.history import Coverage, History
from kustui.simulate.engine.queue import QueueItem
from kustui.simulate.engine.state import State, initial_state
from kustui.simulate.engine.trace import EntryKind, OutputSource, TraceEntry
from kustui.simulate.organisation import Organisation
from kustui.simulate.paths.drafts import draft_payload
from kustui.simulate.scenarios.file import (
    ResolvedScenario,
    ScenarioError,
    ScenarioFile,
    UnrecordableError,
    as_file,
    scenario_of,
)
from kustui.simulate.scenarios.recorded_event import RecordedEvent, read_event, scenario_of_run
from kustui.simulate.scenarios.replay import decided_step, replay, replayed_states, start_scenario
from kustui.text.messages import hint_of, quoted, some_of

_MAX_LISTED = 20
_MOST_OF_NAME = 200
"""Characters of a name that is to be typed or copied."""


# From a workflow


def default_scenario(
    organisation: Organisation,
    workflow: str | None = None,
    payload: tuple[str, bytes] | None = None,
    seed: str = "",
) -> ScenarioFile:
    """The scenario of one workflow, or of the only event there is, started once. ``payload`` is a file and its bytes;
    without one it is drafted. It may name the event, or be the record of a run, which then happens again. Raises
    ScenarioError."""
    recorded = None if payload is None else read_event(*payload)
    if recorded is None or workflow is not None:
        analyses, event = _chosen(organisation, workflow)
    else:
        analyses, event = _started(organisation, recorded)
    if recorded is not None and recorded.is_run:
        if len(analyses) > 1:
            raise ScenarioError(_choice(organisation, [analysis.key for analysis in analyses]))
        return scenario_of_run(organisation, analyses[0], recorded, seed)
    given = None if recorded is None else dict(recorded.payload)
    start = {
        **({"event": event} if event else {"workflow": organisation.name_of(analyses[0].key)}),
        "payload": draft_payload(*analyses) if given is None else given,
        "drafted": given is None,
    }
    title = f"{event or analyses[0].title} is rehearsed"
    return as_file(scenario_of({"scenario": title, "seed": seed, "start": [start]}))


def find_workflow(organisation: Organisation, name: str) -> WorkflowAnalysis:
    """The one workflow of a name or id. Raises ScenarioError."""
    entries = workflows_named(organisation.collection, name)
    if not entries:
        raise ScenarioError(no_workflow_named(organisation.collection, name))
    if len(entries) > 1:
        raise ScenarioError(*ambiguous_name(organisation.collection, name, entries))
    return organisation.analysis(entries[0].key)


def _chosen(organisation: Organisation, workflow: str | None) -> tuple[list[WorkflowAnalysis], str]:
    """The workflows that start, and the event that starts them, or an empty string for a single workflow."""
    if workflow is not None:
        return [find_workflow(organisation, workflow)], ""
    entries = organisation.collection.entries
    events = organisation.events
    if len(events) == 1:
        return [organisation.analysis(key) for key in organisation.listeners(events[0])], events[0]
    if not events and len(entries) == 1:
        return [organisation.analysis(entries[0].key)], ""
    keys = [key for event in events for key in organisation.listeners(event)] or [entry.key for entry in entries]
    raise ScenarioError(_choice(organisation, keys))


def _started(organisation: Organisation, recorded: RecordedEvent) -> tuple[list[WorkflowAnalysis], str]:
    """What a recorded event starts, or which workflow a recorded run is of."""
    called = organisation.find(recorded.workflow_id or called_id(recorded.name) or "")
    if len(called) == 1:
        return [organisation.analysis(called[0].key)], ""
    if not recorded.name:
        return _chosen(organisation, None)
    if keys := organisation.listeners(recorded.name):
        return [organisation.analysis(key) for key in keys], recorded.name
    hint = hint_of(recorded.name, organisation.events, "events")
    no_one = f'"{recorded.name}" starts no workflow here{f" ({hint})" if hint else ""}'
    raise ScenarioError(f"{no_one}: choose one with --workflow")


def _choice(organisation: Organisation, keys: Sequence[str]) -> str:
    names = [quoted(organisation.name_of(key), _MOST_OF_NAME) for key in keys]
    return f"choose a workflow with --workflow: {some_of(names, _MAX_LISTED)}"


# From a rehearsal


def record_scenario(
    title: str, state: State, entries: Sequence[TraceEntry] | None = None, *, cut: bool = False
) -> dict[str, Any]:
    """The JSON of a scenario for all that has happened, with expectations that it meets, where runs were left included.

    ``cut``: whether it has to be stopped there. Without ``entries`` the state's own trace is saved. Raises
    UnrecordableError where that has lost its beginning.
    """
    if entries is None:
        if state.trace.dropped:
            raise UnrecordableError("the rehearsal is too long to be saved: its first steps are no longer kept")
        entries = tuple(state.trace)
    organisation = state.organisation
    return {
        "scenario": title,
        **_settings(state),
        **({"maxSteps": len(entries)} if cut else {}),
        "start": list(_starts(state, entries)),
        **_unless_empty("mocks", (_mock(organisation, entry) for entry in entries if entry.is_mocked_step)),
        **_unless_empty("choices", (choice for entry in entries for choice in _choices(organisation, entry))),
        "expect": {**expectations_of(state, entries), **({"cut": True} if cut else {})},
    }


def _settings(state: State) -> dict[str, Any]:
    start_time = iso_date(state.start_time).replace(".000Z", "Z")
    return {
        **({"begins": start_time} if start_time != DEFAULT_START else {}),
        **({"seed": state.seed} if state.seed else {}),
        **({"variables": to_json_value(dict(state.variables))} if state.variables else {}),
        **({"followEvents": True} if state.follows_events else {}),
    }


def _unless_empty(name: str, parts: Iterable[Any]) -> dict[str, Any]:
    parts = list(parts)
    return {name: parts} if parts else {}


def _starts(state: State, entries: Iterable[TraceEntry]) -> Iterator[dict[str, Any]]:
    """The events that a person has started: those that have happened, then those that are still to come."""
    for entry in entries:
        if entry.kind is EntryKind.EVENT and not entry.cause:
            drafted = entry.source is OutputSource.DRAFTED
            item = QueueItem(entry.at, 0, "", entry.name, entry.key, entry.output, drafted=drafted)
            yield _start(state.organisation, item)
    for item in state.queue.starts:
        yield _start(state.organisation, item)


def _start(organisation: Organisation, item: QueueItem) -> dict[str, Any]:
    alone = item.only_workflow
    return {
        **({"after": _minutes(item.at)} if item.at else {}),
        **({"workflow": organisation.name_of(alone)} if alone else {"event": item.event}),
        "payload": to_json_value(item.payload),
        **({"drafted": True} if item.drafted else {}),
    }


def _mock(organisation: Organisation, entry: TraceEntry) -> dict[str, Any]:
    place = _place(organisation, entry)
    if entry.failure is not None:
        status = {} if entry.failure.status is None else {"status": entry.failure.status}
        body = {} if entry.failure.body is None else {"body": to_json_value(entry.failure.body)}
        return {**place, "fails": {**status, **body}}
    drafted = {"drafted": True} if entry.source is OutputSource.DRAFTED else {}
    return {**place, "returns": to_json_value(entry.output), **drafted}


def _choices(organisation: Organisation, entry: TraceEntry) -> Iterator[dict[str, Any]]:
    if not entry.run:
        return
    place, pointer_of_workflow = _place(organisation, entry), organisation.analysis(entry.key).entry.item.pointer
    for pointer, answer in entry.answers.items():
        yield {**place, "at": pointer.removeprefix(pointer_of_workflow), "answer": to_json_value(answer)}
    if entry.forced:
        taken = [tried for tried in entry.tried if tried.pointer in (entry.error_case, entry.taken)]
        forced = [tried for tried in taken if tried.verdict is None or not tried.verdict.holds] or taken
        yield {**place, "take": forced[0].target if forced else None}
    if entry.kind is EntryKind.ABANDONED:
        yield {**place, "leave": entry.ended}


def _place(organisation: Organisation, entry: TraceEntry) -> dict[str, Any]:
    return {"workflow": organisation.name_of(entry.key), "step": entry.node, "invocation": entry.invocation}


def expectations_of(state: State, entries: Sequence[TraceEntry]) -> dict[str, Any]:
    """The JSON of expectations that a rehearsal meets."""
    organisation, coverage = state.organisation, Coverage.of(state)
    runs: dict[int, dict[str, Any]] = {}
    scheduled = []
    for entry in entries:
        if entry.run:
            run = runs.setdefault(entry.run, {"workflow": organisation.name_of(entry.key), "steps": []})
            if entry.kind is EntryKind.STEP:
                run["steps"].append(entry.node)
        if (target := entry.scheduled) is not None:
            name = organisation.name_of(target.key) if target.key else target.workflow_id
            scheduled.append({"workflow": name, "at": _minutes(target.due), "inputs": to_json_value(target.inputs)})
    ends = [_place(organisation, entry) for entry in entries if entry.left or entry.broken]
    return {
        "path": list(runs.values()),
        "scheduled": scheduled,
        **_unless_empty("left", ends),
        **({"coverage": _percents(coverage)} if coverage.workflows else {}),
    }


def _percents(coverage: Coverage) -> dict[str, int]:
    return {"steps": int(coverage.steps.percent), "transitions": int(coverage.edges.percent)}


def _minutes(milliseconds: int) -> int | float:
    minutes = milliseconds / MINUTE
    return int(minutes) if minutes.is_integer() else minutes


# Replayed


def complete_scenario(title: str, state: State) -> Mapping[str, Any]:
    """The JSON of a scenario for a rehearsal up to a state and on to its end, with the result as expectations; of one
    that does not come to an end, up to that state only. Raises UnrecordableError."""
    recorded = record_scenario(title, state)
    most = len(state.trace) + DEFAULT_MAX_STEPS
    file = as_file(scenario_of(recorded))
    result = replay(file, state.organisation, most)
    if result.cut:
        result = replay(file, state.organisation, max(1, len(state.trace)))
        return record_scenario(title, result.state, result.entries, cut=True)
    completed = record_scenario(title, result.state, result.entries)
    return {**completed, "maxSteps": most} if len(result.entries) > DEFAULT_MAX_STEPS else completed


def rebase(history: History, organisation: Organisation, *, follow_events: bool | None = None) -> History:
    """The rehearsal up to the current state, in an organisation whose definition was edited meanwhile: the same
    decisions made again, as far as it comes there. ``follow_events`` is whether it follows events from now on.

    Outputs stay as they were given or drafted. What was decided about a workflow, step or transition that is not there
    any more is left out. Raises ScenarioError where the workflow that started is gone, and UnrecordableError where the
    beginning is no longer kept.
    """
    current = history.state
    if follow_events is not None:
        current = replace(current, follows_events=follow_events)
    recorded = record_scenario("a rehearsal in progress", current)
    if not recorded["start"]:  # nothing has been decided yet
        begins, follows = iso_date(current.start_time), current.follows_events
        return History((initial_state(organisation, current.seed, begins, current.variables, follows_events=follows),))
    for part in ("mocks", "choices"):
        recorded[part] = [made for made in recorded.get(part, ()) if _can_be_made_again(made, current, organisation)]
    file = as_file(scenario_of({**recorded, "expect": {}}))
    names = ResolvedScenario(file, organisation)
    states = [start_scenario(file, organisation, names)]
    most = len(current.trace) - (current.before is not None)
    for state in replayed_states(states[0], names):
        if len(state.trace) > most:
            break
        states.append(state)
        if len(state.trace) == most and state.finished:
            break
    if current.before is not None and states[-1].run is not None:  # what it asked is asked again
        states.append(decided_step(states[-1], names))
    return History(tuple(states), len(states) - 1)


def _can_be_made_again(decision: Mapping[str, Any], state: State, organisation: Organisation) -> bool:
    """Whether the workflow, the step and the transition that a mock or a choice names are still there."""
    key = state.organisation.find(decision["workflow"])[0].key
    if key not in organisation.collection.by_key or organisation.name_of(key) != decision["workflow"]:
        return False
    flow = organisation.analysis(key).flow
    node, target = flow.node(decision["step"]), decision.get("take")
    if node is None or target is None:
        return node is not None
    return any(target in (edge.target, edge.error_action) for edge in flow.declared_edges.get(node, ()))
