"""An event as it travelled, or the API's record of a run: what the run read, what its steps returned, how it failed.

An event travels in an envelope, and workflows read it flattened [seen]; the record of a run holds that envelope with
``error``, ``status`` and ``meta`` [api]. A file may hold either, wrapped under ``data``, ``attributes`` or ``event``,
or what workflows read as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from kustui.analysis.flow import Edge, FlowGraph
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.platform import TRIGGER_ID, called_id
from kustui.simulate.engine.engine import Decision, ForceEdge, SetFailure
from kustui.simulate.engine.state import State
from kustui.simulate.organisation import Organisation
from kustui.simulate.scenarios.file import ResolvedScenario, ScenarioFile, as_file, read_payload, scenario_of
from kustui.simulate.scenarios.model import MockedFailure, Scenario
from kustui.simulate.scenarios.replay import decided_step, start_scenario
from kustui.text.messages import quoted

_WRAPPERS = ("data", "attributes", "event")
_CODES = ("statusCode", "status", "code")
_DEPTH = 3
_FAILED = frozenset(("failed", "failure", "error", "errored"))
_STEP_KEYS = ("step", "stepId", "actionId")


class RecordedEvent(Struct, frozen=True):
    """What starts a run, and of a run that has been, what came of it."""

    payload: Mapping[str, Any]
    """As the workflow reads it."""
    name: str = ""
    """Of the event; empty where the file does not say it."""
    workflow_id: str = ""
    """Which workflow ran; empty where the file does not say it."""
    is_run: bool = False
    """Whether it is the record of a run."""
    outputs: Mapping[str, Any] = field(default_factory=dict)
    """What its steps returned, by id."""
    variables: Mapping[str, Any] = field(default_factory=dict)
    failure: Mapping[str, Any] | None = None
    """How it failed, as a mock says it; None where it did not."""
    failed_step: str = ""
    """Where the record says so."""
    knows_steps: bool = False
    """Whether it says which steps have run."""


def read_event(path: str, raw: bytes) -> RecordedEvent:
    """The event that a file holds. Raises ScenarioError, with the place."""
    return recorded_event(read_payload(path, raw))


def recorded_event(value: Mapping[str, Any]) -> RecordedEvent:
    """What a JSON object is: the record of a run, an event in its envelope, an object of the API, or a payload."""
    parts = [*_parts(value, _DEPTH)]
    if (record := next(filter(_is_record, parts), None)) is not None:
        return _from_record(record, _envelope_in([*_parts(_object(record.get("event")), _DEPTH)]), parts)
    envelope = _envelope_in(parts)
    if envelope is None:
        resource = next(filter(_is_resource, parts[:2]), None)
        return RecordedEvent(value if resource is None else _flattened({"data": resource}, ""))
    name = _name_of(envelope)
    return RecordedEvent(_flattened(envelope, name), name)


def _envelope_in(parts: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The envelope among parts: the one with the event's name, else one around an object."""
    around = (part for part in parts if _is_resource(_object(part.get("data"))))
    return next(filter(_is_envelope, parts), None) or next(around, None)


def _name_of(envelope: Mapping[str, Any] | None) -> str:
    return str(envelope["name"]) if envelope is not None and _is_envelope(envelope) else ""


def _parts(value: Mapping[str, Any], depth: int) -> Iterator[Mapping[str, Any]]:
    """The object, and those that it wraps, the outermost first."""
    yield value
    for name in _WRAPPERS:
        if depth and isinstance(inner := value.get(name), Mapping):
            yield from _parts(inner, depth - 1)


def _is_envelope(value: Mapping[str, Any]) -> bool:
    name, data = value.get("name"), value.get("data")
    is_event = isinstance(name, str) and (name.startswith("kustomer.") or "org" in value)
    return is_event and isinstance(data, Mapping)


def _is_record(value: Mapping[str, Any]) -> bool:
    if isinstance(meta := value.get("meta"), Mapping) and isinstance(meta.get("context"), Mapping):
        return True
    event = value.get("event")
    return isinstance(event, Mapping) and any(name in value for name in ("error", "status", "meta"))


def _is_resource(value: Mapping[str, Any]) -> bool:
    """Whether it is an object as the API has it; a hook's ``attributes.data`` is read as it is."""
    attributes = value.get("attributes")
    is_hook = isinstance(attributes, Mapping) and isinstance(attributes.get("data"), Mapping)
    return isinstance(value.get("type"), str) and "id" in value and isinstance(attributes, Mapping) and not is_hook


def _flattened(envelope: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What workflows read of an event: the id of its object, its attributes, its relationships as their ids, what
    changed; of a call its inputs; of a hook also ``attributes.data`` [docs] [seen]."""
    data = _object(envelope.get("data"))
    attributes = _object(data.get("attributes"))
    if called_id(name) is not None:
        inputs = attributes.get("inputs", data.get("inputs"))
        return dict(inputs) if isinstance(inputs, Mapping) else {}
    related = _object(data.get("relationships")).items()
    ids = {key: id_ for key, relationship in related if (id_ := _id_of(relationship)) is not None}
    changes = envelope.get("changes", data.get("changes"))
    return {
        **({"id": data["id"]} if "id" in data else {}),
        **ids,
        **attributes,
        **({"attributes": dict(attributes)} if isinstance(attributes.get("data"), Mapping) else {}),
        **({"changes": changes} if changes is not None else {}),
    }


def _id_of(relationship: Any) -> Any:
    """The id of what is related, or a list of them; None for nothing."""
    if isinstance(relationship, Mapping):
        relationship = relationship.get("data", relationship.get("id"))
    if isinstance(relationship, list):
        return [id_ for one in relationship if (id_ := _id_of(one)) is not None]
    return relationship.get("id") if isinstance(relationship, Mapping) else relationship


# The record of a run


def _from_record(
    record: Mapping[str, Any], envelope: Mapping[str, Any] | None, parts: list[Mapping[str, Any]]
) -> RecordedEvent:
    meta = _object(record.get("meta"))
    context = _object(meta.get("context"))
    steps = context.get("steps")
    outputs = {**steps} if isinstance(steps, Mapping) else _without(context, "variables", "error")
    payload = outputs.pop(TRIGGER_ID, None)
    name = _name_of(envelope)
    error, status = record.get("error"), record.get("status")
    failed = bool(error) or (isinstance(status, str) and status.lower() in _FAILED)
    named = (source.get(key) for source in (_object(error), meta, record) for key in _STEP_KEYS)
    return RecordedEvent(
        payload if isinstance(payload, Mapping) else _flattened(envelope or _object(record.get("event")), name),
        name,
        next(filter(None, map(_workflow_id, parts)), ""),
        True,
        outputs,
        _object(context.get("variables")),
        _failure(error) if failed else None,
        next((step for step in named if isinstance(step, str)), ""),
        isinstance(meta.get("context"), Mapping),
    )


def _object(value: Any) -> Mapping[str, Any]:
    """The value if it is an object; else one without members."""
    return value if isinstance(value, Mapping) else {}


def _without(value: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: member for key, member in value.items() if key not in keys}


def _workflow_id(part: Mapping[str, Any]) -> str:
    related = _object(part.get("relationships")).get("workflow")
    id_ = _id_of(related) if related is not None else part.get("workflowId", part.get("workflow"))
    return id_ if isinstance(id_, str) else ""


def _failure(error: Any) -> dict[str, Any]:
    """How a step fails with an error, as a mock says it: the status where there is one, and all else as the body."""
    if not isinstance(error, Mapping):
        return {} if error in (None, True) else {"body": error}
    response = _object(error.get("response"))
    key = next((key for key in _CODES if _is_status(error.get(key))), "")
    code = error[key] if key else next((response[key] for key in _CODES if _is_status(response.get(key))), None)
    status = {} if code is None else {"status": int(code)}
    body, others = error.get("body", response.get("body")), _without(error, key, "body")
    if body is not None and not isinstance(body, Mapping) and not others:
        return {**status, "body": body}
    members = {**others, **body} if isinstance(body, Mapping) else _without(error, key)
    return {**status, **({"body": members} if members else {})}


def _is_status(code: Any) -> bool:
    return str(code).isascii() and str(code).isdigit() and len(str(code)) == 3 and 100 <= int(code) <= 599


# Replayed


class _Way(Struct, frozen=True):
    """How a recorded run has gone through its workflow."""

    failed: tuple[str, ...]
    """The steps that have failed, in order: a failure leaves no output."""
    choices: tuple[Mapping[str, str], ...]
    """The edges to force, as choices say them."""
    unused: frozenset[str]
    """The steps that have run, and that it does not come to."""


def scenario_of_run(
    organisation: Organisation, analysis: WorkflowAnalysis, event: RecordedEvent, seed: str = ""
) -> ScenarioFile:
    """The scenario in which a recorded run happens again: its steps return what they returned, and those that failed
    fail, the last of them with its error. Where a condition cannot be decided, or how a step failed is not recorded,
    the run goes to the steps that have run."""
    flow, workflow = analysis.flow, organisation.name_of(analysis.key)
    start = {"workflow": workflow, "payload": dict(event.payload)}
    given = {"seed": seed, "variables": dict(event.variables), "start": [start]}
    ran = [id_ for id_ in event.outputs if id_ in flow.steps and flow.steps[id_].action is not None]
    returns = {id_: {"workflow": workflow, "step": id_, "returns": event.outputs[id_]} for id_ in ran}
    scenario = scenario_of({"scenario": "a recorded run", **given, "mocks": [*returns.values()]})
    way = _recorded_way(organisation, analysis, event, scenario)
    if way.failed and event.failure is not None:  # the error is that of the last, and decides where the run goes on
        way = _recorded_way(organisation, analysis, event, scenario, way.failed[-1])
    for id_ in way.failed:
        failure = (event.failure or {}) if id_ == way.failed[-1] else {}
        returns[id_] = {"workflow": workflow, "step": id_, "fails": failure}
    faithful = not way.unused and (event.failure is None or bool(way.failed))
    title = f"the recorded run of {analysis.title} {'happens again' if faithful else 'does not happen again'}"
    content = {"scenario": title, **given, "mocks": [*returns.values()], "choices": way.choices}
    return as_file(scenario_of(content), tuple(_notes_on(analysis, event, way)), faithful=faithful)


def _notes_on(analysis: WorkflowAnalysis, event: RecordedEvent, way: _Way) -> Iterator[str]:
    """What of a record is not rehearsed, or made up."""
    if event.failure is not None and not way.failed:
        yield "the record has an error, and where it occurred cannot be told: no step is made to fail"
    for id_ in way.failed if event.failure is None else way.failed[:-1]:
        yield f"{quoted(id_)} left no output and its error case was taken: how it failed is not in the record"
    if gone := [id_ for id_ in event.outputs if id_ not in analysis.flow.steps and analysis.flow.node(id_) is None]:
        ids = ", ".join(map(quoted, gone))
        yield f"the record has outputs that are not used: {quoted(analysis.title)} has no step {ids}"


def _recorded_way(
    organisation: Organisation, analysis: WorkflowAnalysis, event: RecordedEvent, scenario: Scenario, last: str = ""
) -> _Way:
    """How a recorded run has gone, as far as that can be told; ``last`` is the step that failed with its error."""
    names = ResolvedScenario(as_file(scenario), organisation)
    state, record = start_scenario(as_file(scenario), organisation, names), _Record(analysis.flow, event)
    failed: list[str] = []
    choices: list[Mapping[str, str]] = []
    for _ in range(len(analysis.flow.steps) + 3):
        before, node = state, state.run.node if state.run is not None else ""
        record.ahead.discard(node)
        decisions: tuple[Decision, ...] = ()
        if record.has_failed(node):
            failed.append(node)
            if not record.ahead:
                break
            failure = MockedFailure.model_validate((event.failure or {}) if node == last else {})
            decisions = (SetFailure(failure.status, failure.body),)
        state = decided_step(before, names, *decisions)
        decided = state.before is None and (not decisions or node == last)
        edge = None if decided else record.edge_towards(node, failed=bool(decisions))
        if edge is not None and not _has_taken(state, edge):
            choices.append({"workflow": organisation.name_of(analysis.key), "step": node, "take": edge.target})
            state = decided_step(before, names, *decisions, ForceEdge(edge.transition.pointer))
        if _is_over(state):
            break
    if record.target in record.ahead:  # where it is, its error is, whatever leads there
        failed.append(record.target)
    return _Way(tuple(failed), tuple(choices), frozenset(record.ahead))


def _has_taken(state: State, edge: Edge) -> bool:
    """Whether a run that does not ask has come to where an edge leads."""
    return state.before is None and state.run is not None and state.run.node == edge.target


def _is_over(state: State) -> bool:
    """Whether the run has ended, or cannot go on."""
    return state.question is not None or (state.run is None and state.last_run is not None)


class _Record:
    """What a record says of the way of its run."""

    def __init__(self, flow: FlowGraph, event: RecordedEvent) -> None:
        self.flow, self.event = flow, event
        self.target = event.failed_step if event.failed_step in flow.steps else ""
        """The step that failed, where the record says so."""
        self.ahead = {id_ for id_ in (*event.outputs, self.target) if id_ in flow.steps}
        """The steps that have run, and that the way has not come to yet."""

    def has_failed(self, node: str) -> bool:
        """Whether a step has failed: the record says so, or it left no output, and an error case of it leads to more of
        the steps ahead than a transition, or no edge leads to any."""
        step = self.flow.steps.get(node)
        if node == self.target or step is None or step.action is None:
            return step is not None and node == self.target
        if not self.event.knows_steps or node in self.event.outputs:
            return False
        after_failure, after_success = (self._most_reached(node, failed=failed) for failed in (True, False))
        if not after_failure and not after_success:
            return self.event.failure is not None and not self.target
        return after_failure >= after_success + step.schedules  # what a schedule gives may not be in the record

    def _most_reached(self, node: str, *, failed: bool) -> int:
        """How many of the steps ahead one edge leads to, at most."""
        targets = (edge.target for edge in self.flow.edges[node] if edge.after_failure is failed)
        return max((sum(self._leads_to(target, step) for step in self.ahead) for target in targets), default=0)

    def _leads_to(self, target: str, step: str) -> bool:
        return step == target or self.flow.leads_to(target, step)

    def _is_before(self, target: str) -> bool:
        return any(self.flow.leads_to(target, step) for step in self.ahead)

    def edge_towards(self, node: str, *, failed: bool) -> Edge | None:
        """The edge to the steps ahead, if only one leads there; once all have run, the only one to go on."""
        if not self.ahead and self.event.failure is None:
            return None
        edges = [edge for edge in self.flow.edges.get(node, ()) if edge.after_failure is failed]
        direct = [edge for edge in edges if edge.target in self.ahead]
        onward = direct or [edge for edge in edges if not self.ahead or self._is_before(edge.target)]
        return onward[0] if len({edge.target for edge in onward}) == 1 else None
