"""A scenario replayed: every difference from what it expects, and what of it made no difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from kustui.analysis.condition_evaluation import Verdict
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.models import Step
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.source.positions import unescape
from kustui.simulate import DEFAULT_MAX_STEPS, MINUTE
from kustui.simulate.engine.engine import (
    AbandonRun,
    AnswerQuestion,
    Decision,
    ExecuteStep,
    ForceEdge,
    SetFailure,
    SetOutput,
    StartEvent,
    advance,
    start_events,
)
from kustui.simulate.engine.state import State, initial_state
from kustui.simulate.engine.trace import EntryKind, TraceEntry
from kustui.simulate.organisation import Organisation
from kustui.simulate.scenarios.differences import Difference, differences_from
from kustui.simulate.scenarios.file import ResolvedScenario, ScenarioFile
from kustui.simulate.scenarios.model import Choice, Mock
from kustui.text.messages import counted, quoted


class Replay(Struct, frozen=True):
    """The result of a scenario."""

    file: ScenarioFile
    state: State
    """The last."""
    entries: tuple[TraceEntry, ...]
    """All that happened, also what the state's own trace no longer has."""
    cut: bool
    """Whether it went on beyond the steps that are allowed."""
    differences: tuple[Difference, ...]
    """What differs from what is expected, in the order in which it happened."""
    notes: tuple[Difference, ...] = ()
    """What is worth knowing of the scenario: the mocks and choices that made no difference, and why."""

    @property
    def held(self) -> bool:
        return not self.differences


def replay(
    file: ScenarioFile,
    organisation: Organisation,
    most: int | None = None,
    on_state: Callable[[State], object] = lambda _: None,
    *,
    follow_events: bool = False,
) -> Replay:
    """Replay a scenario to its end, or until ``most`` steps were made. Raises ScenarioError for unknown names.

    ``on_state`` is called with every state, the first included. ``follow_events``: also where the scenario does not.
    """
    names = ResolvedScenario(file, organisation)
    entries: list[TraceEntry] = []
    most = most or file.scenario.max_steps or DEFAULT_MAX_STEPS
    state = start_scenario(file, organisation, names, follow_events=follow_events)
    on_state(state)
    for after in replayed_states(state, names):
        state = after
        on_state(state)
        if state.last is not None and len(state.trace) > len(entries):
            entries.append(state.last)
            if len(entries) >= most and not state.finished:
                break
    cut = not state.finished
    unfaithful = () if file.faithful else (Difference("", "the recorded run does not happen again"),)
    differences = (*differences_from(file, names, state, entries, cut=cut), *unfaithful)
    notes = (
        *(Difference("", note) for note in file.notes),
        *_switched_off(entries),
        *_unused(file, names, state, entries),
    )
    return Replay(file, state, tuple(entries), cut, differences, notes)


def start_scenario(
    file: ScenarioFile, organisation: Organisation, names: ResolvedScenario, *, follow_events: bool = False
) -> State:
    """The state in which everything that a scenario starts is on the queue."""
    scenario = file.scenario
    follows = follow_events or scenario.follow_events
    state = initial_state(organisation, scenario.seed, file.start_time, scenario.variables, follows_events=follows)
    starts = [
        StartEvent(
            start.payload,
            start.event or "",
            analysis.key if analysis else "",
            round(start.after * MINUTE),
            start.drafted,
        )
        for start, analysis in zip(scenario.start, names.starts, strict=True)
    ]
    return start_events(state, starts)


def replayed_states(state: State, names: ResolvedScenario) -> Iterator[State]:
    """Every state until nothing is left. A run whose question nobody answers is abandoned."""
    while not state.finished:
        state = next_state(state, names)
        yield state


def next_state(state: State, names: ResolvedScenario, *more: Decision) -> State:
    """The next state, with what a scenario decides about it, and more that is decided besides."""
    state = decided_step(state, names, *more)
    return advance(state, AbandonRun()) if state.question is not None else state


def decided_step(state: State, names: ResolvedScenario, *more: Decision) -> State:
    """The next state, in which a question may stand."""
    run = state.run
    for decision in (*decisions_for(state, names), *more):
        state = advance(state, decision)
    return advance(state, ExecuteStep()) if run is None or state.run is not None else state  # else it was abandoned


def decisions_for(state: State, names: ResolvedScenario) -> Iterator[Decision]:
    """What a scenario decides about the next step, before it is executed."""
    run, analysis = state.run, state.analysis
    if run is None or analysis is None:
        return
    mock = names.mock(run.key, run.node, state.invocation)
    if mock is not None and mock.fails is not None:
        yield SetFailure(mock.fails.status, mock.fails.body)
    elif mock is not None:
        yield SetOutput(mock.returns, mock.drafted)
    for choice in names.choices_for(run.key, run.node, state.invocation):
        if choice.leave is not None:
            yield AbandonRun(choice.leave)
        elif choice.at is not None:
            yield AnswerQuestion(f"{analysis.entry.item.pointer}{choice.at}", choice.answer)
        else:
            fails = mock is not None and mock.fails is not None
            edges = analysis.flow.declared_edges.get(run.node, ())
            taken = [edge for edge in edges if (edge.target or edge.error_action) == choice.take]
            taken.sort(key=lambda edge: edge.after_failure is not fails)
            yield ForceEdge(taken[0].transition.pointer if taken else "")


# What is worth knowing


def _switched_off(entries: Sequence[TraceEntry]) -> Iterator[Difference]:
    """The runs that Kustomer would not begin."""
    for entry in entries:
        if entry.kind is EntryKind.SKIPPED:
            yield Difference("", f"{quoted(entry.title)} is scheduled and does not run: {entry.ended}", entry.number)
        elif entry.kind is EntryKind.EVENT and entry.started:
            yield from (Difference("", note, entry.number) for note in entry.notes)


def _unused(
    file: ScenarioFile, names: ResolvedScenario, state: State, entries: Sequence[TraceEntry]
) -> Iterator[Difference]:
    """The mocks and choices that were never used, and why."""
    used: set[int] = set()
    times: dict[tuple[str, str], int] = {}
    for entry in entries:
        place = (entry.key, entry.node)
        if entry.kind in (EntryKind.STEP, EntryKind.START):
            times[place] = times.get(place, 0) + 1
        if entry.is_mocked_step:
            used.add(id(names.mock(*place, entry.invocation)))
        used.update(id(c) for c in names.choices_for(*place, entry.invocation) if _makes_difference(c, entry, state))
    scenario = file.scenario
    kinds = (("mock", scenario.mocks, names.mocks), ("choice", scenario.choices, names.choices))
    for noun, parts, places in kinds:
        for index, (part, (key, node)) in enumerate(zip(parts, places, strict=True)):
            assert isinstance(part, Mock | Choice)
            if id(part) not in used:
                why = _why_unused(part, times.get((key, node), 0), state.organisation.analysis(key), node)
                yield Difference(f"/{noun}s/{index}", f"this {noun} is not used: {why}")


def _makes_difference(choice: Choice, entry: TraceEntry, state: State) -> bool:
    if choice.leave is not None:
        return entry.kind is EntryKind.ABANDONED
    if choice.at is None:
        taken = (tried.target for tried in entry.tried if tried.pointer in (entry.taken, entry.error_case))
        return entry.forced and (choice.take in taken if choice.take else not entry.taken)
    analysis = state.organisation.analysis(entry.key)
    pointer = f"{analysis.entry.item.pointer}{choice.at}"
    part = analysis.flow.part(entry.node)
    if isinstance(part, Step) and pointer.startswith(f"{part.pointer}/params/"):
        segments = pointer.removeprefix(f"{part.pointer}/params/").split("/")
        return pointer in entry.answers and _reaches(part.params, segments)
    return any(tried.verdict is not None and _asks(tried.verdict, pointer) for tried in entry.tried)


def _reaches(value: object, segments: Sequence[str]) -> bool:
    for segment in map(unescape, segments):
        if isinstance(value, Mapping) and segment in value:
            value = value[segment]
        elif isinstance(value, list | tuple) and segment.isdigit() and int(segment) < len(value):
            value = value[int(segment)]
        else:
            return False
    return True


def _asks(verdict: Verdict, pointer: str) -> bool:
    """Whether an answer at this pointer has decided a condition, a part of it or an operand."""
    here = verdict.answered and verdict.condition.pointer == pointer
    here |= any(seen.operand.pointer == pointer for seen in verdict.operands)
    return here or any(_asks(part, pointer) for part in verdict.parts)


def _why_unused(part: Mock | Choice, times: int, analysis: WorkflowAnalysis, node: str) -> str:
    step = analysis.flow.part(node)
    if times == 0:
        return f"{quoted(part.step)} does not run"
    if part.invocation is not None and part.invocation > times:
        return f"{quoted(part.step)} runs {'once' if times == 1 else counted(times, 'time')}"
    if isinstance(part, Mock):
        if node == TRIGGER_ID:
            return "the trigger has the payload of its start"
        if isinstance(step, Step) and step.action is None:
            return f"{quoted(part.step)} has no action"
        return "every invocation has another mock"
    if part.at is not None and part.at.endswith("/condition") and not isinstance(part.answer, bool):
        return "a condition is answered with true or false"
    if part.at is not None:
        return f"nothing is asked at {quoted(part.at)}"
    return "another choice comes before it" if part.leave is None else "the run has ended"
