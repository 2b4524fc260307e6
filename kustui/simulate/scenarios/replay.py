"""A scenario replayed, with every difference from what it expects; and a rehearsal replayed after an edit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kustui.definition.dates import iso_date
from kustui.simulate import DEFAULT_MAX_STEPS
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
)
from kustui.simulate.engine.history import History
from kustui.simulate.engine.state import State, initial_state
from kustui.simulate.engine.trace import TraceEntry
from kustui.simulate.organisation import Organisation
from kustui.simulate.scenarios.assertions import Difference, differences
from kustui.simulate.scenarios.file import ResolvedScenario, ScenarioFile, as_file
from kustui.simulate.scenarios.model import Scenario
from kustui.simulate.scenarios.record import record_scenario

_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Replay:
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

    @property
    def held(self) -> bool:
        return not self.differences


def replay(
    file: ScenarioFile,
    organisation: Organisation,
    most: int | None = None,
    on_state: Callable[[State], object] = lambda _: None,
) -> Replay:
    """Replay a scenario to its end, or until ``most`` steps were made. Raises ScenarioError for unknown names.

    ``on_state`` is called with every state, the first included.
    """
    names = ResolvedScenario(file, organisation)
    entries: list[TraceEntry] = []
    most = most or file.scenario.max_steps or DEFAULT_MAX_STEPS
    state = start_scenario(file, organisation, names)
    on_state(state)
    for after in replayed_states(state, names):
        state = after
        on_state(state)
        if state.last is not None and len(state.trace) > len(entries):
            entries.append(state.last)
            if len(entries) >= most and not state.finished:
                break
    cut = not state.finished
    return Replay(file, state, tuple(entries), cut, tuple(differences(file, names, state, entries, cut=cut)))


def start_scenario(file: ScenarioFile, organisation: Organisation, names: ResolvedScenario) -> State:
    """The state in which everything that a scenario starts is on the queue."""
    scenario = file.scenario
    state = initial_state(organisation, scenario.seed, file.start_time, scenario.variables)
    for start, analysis in zip(scenario.start, names.starts, strict=True):
        after = round(start.after * _MINUTE)
        key = analysis.key if analysis else ""
        state = advance(state, StartEvent(start.payload, start.event or "", key, after, start.drafted))
    return state


def replayed_states(state: State, names: ResolvedScenario) -> Iterator[State]:
    """Every state until nothing is left. A run whose question nobody answers is abandoned."""
    while not state.finished:
        state = next_state(state, names)
        yield state


def next_state(state: State, names: ResolvedScenario, *more: Decision) -> State:
    """The next state, with what a scenario decides about it, and more that is decided besides."""
    run = state.run
    for decision in (*decisions_for(state, names), *more):
        state = advance(state, decision)
    if run is None or state.run is not None:  # else a choice was to abandon it
        state = advance(state, ExecuteStep())
    return advance(state, AbandonRun()) if state.question is not None else state


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
            taken = (edge for edge in edges if edge.target == choice.take and edge.after_failure == fails)
            yield ForceEdge(next((edge.transition.pointer for edge in taken), ""))


def complete_scenario(title: str, state: State) -> Mapping[str, Any]:
    """The JSON of a scenario for a rehearsal up to a state and on to its end, with the result as expectations;
    without them for a rehearsal that is cut, since it has no end. Raises TraceTruncatedError."""
    recorded = record_scenario(title, state)
    most = len(state.trace) + DEFAULT_MAX_STEPS
    result = replay(as_file(Scenario.model_validate(recorded)), state.organisation, most)
    if result.cut:
        return {name: value for name, value in recorded.items() if name != "expect"}
    completed = record_scenario(title, result.state, result.entries)
    return {**completed, "maxSteps": most} if len(result.entries) > DEFAULT_MAX_STEPS else completed


def rebase(history: History, organisation: Organisation) -> History:
    """The rehearsal up to the current state, in an organisation whose definition was edited meanwhile: the same
    decisions made again, as far as it comes there.

    Outputs stay as they were given or drafted. Raises ScenarioError where a workflow or step that a decision was made
    about is not there any more, and TraceTruncatedError where the beginning is no longer kept.
    """
    current = history.state
    recorded = record_scenario("a rehearsal under way", current)
    if not recorded["start"]:  # nothing has been decided yet
        return History((initial_state(organisation, current.seed, iso_date(current.start_time), current.variables),))
    file = as_file(Scenario.model_validate(recorded))
    names = ResolvedScenario(file, organisation)
    states = [start_scenario(file, organisation, names)]
    for state in replayed_states(states[0], names):
        if len(state.trace) > len(current.trace):
            break
        states.append(state)
        if len(state.trace) == len(current.trace) and state.finished:
            break
    return History(tuple(states), len(states) - 1)
