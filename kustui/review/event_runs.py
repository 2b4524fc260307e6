"""One event run on the old and on the new state of a workflow, and the smallest event that still runs so on both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from kustui.analysis.evaluation import Failure
from kustui.analysis.names import node_name
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.models import Step
from kustui.definition.parsed_workflow import ParsedWorkflow
from kustui.definition.platform import RETRY_WORKFLOW
from kustui.review.comparison import Comparison, WorkflowPair
from kustui.review.divergence import BREAKS_OFF, ENDS, IS_RETRIED, UNDECIDED, Path, PathStep
from kustui.simulate.engine import words
from kustui.simulate.engine.engine import ExecuteStep, StartEvent, advance
from kustui.simulate.engine.state import Overrides, State, initial_state
from kustui.simulate.engine.trace import TraceEntry
from kustui.simulate.organisation import Organisation
from kustui.simulate.paths.symbolic import NOT_CHOSEN
from kustui.text.messages import enumerated

_MOST_STEPS = 1_000
"""Of one run; one that has more is undecided."""


class Place(NamedTuple):
    """One execution of a step, by the id that the step has now."""

    step: str
    invocation: int


class Event(Struct, frozen=True):
    """What a run is given: a payload, and the outcomes of steps. A step of which it says nothing returns ``{}``."""

    payload: Mapping[str, Any]
    outputs: Mapping[Place, Any]
    failures: Mapping[Place, Mapping[str, Any]]
    """``status`` and ``body`` of each step that fails."""

    @property
    def size(self) -> int:
        """How many values it consists of."""
        return _size(self.payload) + len(self.failures) + sum(map(_size, (self.outputs, self.failures)))


class Side(Struct, frozen=True, eq=False, dict=True):
    """A workflow in one of the two states."""

    organisation: Organisation
    analysis: WorkflowAnalysis
    renamed: Mapping[str, str]
    """The ids of its steps that have another one in the new state, and that one; of the new state itself nothing."""

    @classmethod
    def both(cls, comparison: Comparison, pair: WorkflowPair) -> tuple[Side, Side]:
        """The old and the new side of a workflow that is there in both states."""
        assert pair.old is not None, "there in both"
        assert pair.new is not None, "there in both"
        old, new = comparison.old_organisation, comparison.new_organisation
        return cls(old, old.analysis(pair.old.key), pair.steps), cls(new, new.analysis(pair.new.key), {})

    @cached_property
    def stage(self) -> Organisation:
        """Where its events run."""
        bare = _BareAnalysis(self.analysis.collection, self.analysis.entry, self.analysis.settings)
        return _BareOrganisation(analyses=self.organisation.analyses, problems=self.organisation.problems, bare=bare)

    def id_now(self, node: str) -> str:
        """The id that a step has in the new state, or would have."""
        return self.renamed.get(node, node)


def step_namer(old: Side, new: Side) -> Callable[[str], str]:
    """What people call a step of an id of now; one that went as they called it before."""

    def name(node: str) -> str:
        if node in new.analysis.flow.steps:
            return node_name(new.analysis.flow, node)
        before = next((id_ for id_ in old.analysis.flow.steps if old.id_now(id_) == node), node)
        return node_name(old.analysis.flow, before)

    return name


class _BareAnalysis(WorkflowAnalysis, frozen=True, eq=False, dict=True):
    """A workflow without the params that make no difference to the way of a run: most of the time that a step takes
    goes into them."""

    @cached_property
    def parsed(self) -> ParsedWorkflow:
        parsed = self.entry.parsed
        steps = (step if step.action in NOT_CHOSEN else replace(step, params={}) for step in parsed.workflow.steps)
        return replace(parsed, workflow=replace(parsed.workflow, steps=tuple(steps)))


class _BareOrganisation(Organisation, frozen=True, eq=False, kw_only=True):
    """An organisation in which one workflow is bare."""

    bare: _BareAnalysis

    def analysis(self, key: str) -> WorkflowAnalysis:
        return self.bare if key == self.bare.key else super().analysis(key)


class EventRun(Struct, frozen=True):
    """The run of an event on one side."""

    path: Path
    why: str
    """Why it ends, in a clause."""


def run_event(side: Side, event: Event, along: Path | None = None) -> EventRun:
    """The first run of the workflow; those that it schedules are not begun. Given up, as undecided, where it leaves the
    path ``along`` which it is to go."""
    state = advance(initial_state(side.stage), StartEvent(event.payload, key=side.analysis.key))
    state = advance(advance(state, ExecuteStep()), ExecuteStep())  # the event happens, and its run begins
    steps: list[PathStep] = []
    while state.run is not None and len(steps) < _MOST_STEPS:
        node = state.run.node
        place = Place(side.id_now(node), state.invocation)
        part = side.analysis.flow.part(node)
        if isinstance(part, Step) and part.action is not None and (given := _given(part.action, event, place)):
            state = replace(state, overrides=given)
        state = advance(state, ExecuteStep())
        if state.question is not None:
            steps.append(PathStep(place.step))
            why = f"{state.question.words}: {state.question.why}"
            return EventRun(Path(tuple(steps), UNDECIDED), why)
        entry = state.last
        assert entry is not None, "the step was executed"
        steps.append(PathStep(place.step, entry.failure is not None))
        if along is not None and tuple(steps[-1:]) != along.steps[len(steps) - 1 : len(steps)]:
            return EventRun(Path(tuple(steps), UNDECIDED), "it goes another way")
        if entry.error_action == RETRY_WORKFLOW and not entry.left:
            return EventRun(Path(tuple(steps), IS_RETRIED), "the run is retried")
    return _ended(state, steps)


def _ended(state: State, steps: Sequence[PathStep]) -> EventRun:
    entry = state.last
    if state.run is not None or entry is None:
        return EventRun(Path(tuple(steps), UNDECIDED), f"it has more than {_MOST_STEPS:,} steps")
    return EventRun(Path(tuple(steps), end_of(entry)), words.why(entry))


def end_of(last: TraceEntry) -> str:
    """How a run comes to its end whose last entry that is."""
    return UNDECIDED if last.left else BREAKS_OFF if last.broken else ENDS


def _given(action: str, event: Event, place: Place) -> Overrides | None:
    """What an event says about an execution of a step; None where its output is computed."""
    if (failure := event.failures.get(place)) is not None:
        return Overrides(failure=Failure(failure.get("status"), failure.get("body")))
    return None if action in NOT_CHOSEN else Overrides(output=event.outputs.get(place, {}))


def event_in_words(event: Event, name_of: Callable[[str], str]) -> str:
    """What an event holds, in a clause: ``status "open" and Find order.total 5``; an empty string for an empty one."""
    parts = [f"{path or 'the payload'} {words.value(value)}" for path, value in _leaves(event.payload) if path]
    for place, output in event.outputs.items():
        for path, value in _leaves(output):
            parts.append(f"{'.'.join(filter(None, (name_of(place.step), path)))} {words.value(value)}")
    for place, failure in event.failures.items():
        values = ", ".join(f"{path} {words.value(value)}" for path, value in _leaves(failure) if path)
        parts.append(f"{name_of(place.step)} failing{f' ({values})' if values else ''}")
    return enumerated(parts)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key, member in value.items():
            yield from _leaves(member, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def _size(value: Any) -> int:
    members = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else None
    return 1 if members is None else sum(1 + _size(member) for member in members)


# The smallest


def smallest_event(event: Event, still: Callable[[Event], bool], may_ask: Callable[[], bool]) -> Event:
    """The event without every part of it that makes no difference. ``still`` is asked whether an event runs as this
    one does, as long as it ``may_ask`` that; what has not been asked about by then stays."""
    whole = {"payload": event.payload, "outputs": event.outputs, "failures": event.failures}

    def holds(members: Mapping[str, Any]) -> bool:
        return still(Event(**{name: members.get(name, {}) for name in whole}))

    reduced = _reduced(whole, holds, may_ask)
    return Event(**{name: reduced.get(name, {}) for name in whole})


def _reduced(value: Any, holds: Callable[[Any], bool], may_ask: Callable[[], bool]) -> Any:
    """A JSON value without the members and elements without which it holds as well."""
    if not isinstance(value, Mapping | list) or not may_ask():
        return value
    members = dict(value) if isinstance(value, Mapping) else dict(enumerate(value))

    def whole(members: Mapping[Any, Any]) -> Any:
        return dict(members) if isinstance(value, Mapping) else list(members.values())

    keys = _fewest(list(members), lambda keys: holds(whole({key: members[key] for key in keys})), may_ask)
    kept = {key: members[key] for key in keys}
    for key in keys:

        def holds_with(part: Any, key: Any = key) -> bool:
            return holds(whole({**kept, key: part}))

        kept[key] = _reduced(kept[key], holds_with, may_ask)
    return whole(kept)


def _fewest(keys: list[Any], holds: Callable[[list[Any]], bool], may_ask: Callable[[], bool]) -> list[Any]:
    """Those of some keys that are needed, in their order: halves are left out as long as it holds without them."""

    def needed(before: list[Any], among: list[Any], after: list[Any]) -> list[Any]:
        if not may_ask():
            return among
        if not among or holds([*before, *after]):
            return []
        if len(among) == 1:
            return among
        half = len(among) // 2
        first = needed(before, among[:half], [*among[half:], *after])
        return [*first, *needed([*before, *first], among[half:], after)]

    return needed([], keys, [])
