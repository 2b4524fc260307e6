"""A scenario replayed: every step of it, and what came otherwise than it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kustui.simulate.engine.decisions import (
    AbandonRun,
    AnswerQuestion,
    Decision,
    ExecuteStep,
    ForceEdge,
    SetFailure,
    SetOutput,
    StartEvent,
)
from kustui.simulate.engine.engine import advance
from kustui.simulate.engine.state import DEFAULT_MAX_STEPS, initial_state
from kustui.simulate.scenarios.read import ResolvedScenario

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kustui.simulate.engine.organisation import Organisation
    from kustui.simulate.engine.state import State
    from kustui.simulate.engine.trace import TraceEntry
    from kustui.simulate.scenarios.assertions import Difference
    from kustui.simulate.scenarios.read import ScenarioFile

_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of a scenario."""

    file: ScenarioFile
    state: State
    """The last."""
    entries: tuple[TraceEntry, ...]
    """All that happened, also what the state's own trace no longer has."""
    cut: bool
    """Whether it went on beyond the steps that are allowed."""
    differences: tuple[Difference, ...]
    """What came otherwise than expected, in the order in which it happened."""

    @property
    def held(self) -> bool:
        return not self.differences


def replay(
    file: ScenarioFile,
    organisation: Organisation,
    most: int | None = None,
    each: Callable[[State], object] = lambda _: None,
) -> Replay:
    """Replay a scenario to its end, or until ``most`` steps were made. Raises ScenarioError for unknown names.

    ``each`` is given every state, the first included.
    """
    from kustui.simulate.scenarios.assertions import differences

    cast = ResolvedScenario(file, organisation)
    entries: list[TraceEntry] = []
    most = most or file.scenario.max_steps or DEFAULT_MAX_STEPS
    state = start_scenario(file, organisation, cast)
    each(state)
    for after in replayed_states(state, cast):
        state = after
        each(state)
        if state.last is not None and len(state.trace) > len(entries):
            entries.append(state.last)
            if len(entries) >= most and not state.finished:
                break
    cut = not state.finished
    return Replay(file, state, tuple(entries), cut, tuple(differences(file, cast, state, entries, cut=cut)))


def start_scenario(file: ScenarioFile, organisation: Organisation, cast: ResolvedScenario) -> State:
    """The state in which everything that starts by itself is on the queue."""
    scenario = file.scenario
    state = initial_state(organisation, scenario.seed, file.began, scenario.variables)
    for start, member in zip(scenario.start, cast.starts, strict=True):
        after = round(start.after * _MINUTE)
        key = member.key if member else ""
        state = advance(state, StartEvent(start.payload, start.event or "", key, after, start.drafted))
    return state


def replayed_states(state: State, cast: ResolvedScenario) -> Iterator[State]:
    """Every state until nothing is left. A run whose question nobody answers is left."""
    while not state.finished:
        state = next_state(state, cast)
        yield state


def next_state(state: State, cast: ResolvedScenario, *more: Decision) -> State:
    """The next state, with what a scenario has to say of it, and more that is decided beside it."""
    run = state.run
    for decision in (*decisions(state, cast), *more):
        state = advance(state, decision)
    if run is None or state.run is not None:  # else a choice was to leave it
        state = advance(state, ExecuteStep())
    return advance(state, AbandonRun()) if state.question is not None else state


def decisions(state: State, cast: ResolvedScenario) -> Iterator[Decision]:
    """What a scenario has to say of the step at hand, before it is carried out."""
    run, member = state.run, state.member
    if run is None or member is None:
        return
    mock = cast.mock(run.key, run.at, state.invocation)
    if mock is not None and mock.fails is not None:
        yield SetFailure(mock.fails.status, mock.fails.body)
    elif mock is not None:
        yield SetOutput(mock.returns, mock.drafted)
    for choice in cast.choices_for(run.key, run.at, state.invocation):
        if choice.leave is not None:
            yield AbandonRun(choice.leave)
        elif choice.at is not None:
            yield AnswerQuestion(f"{member.entry.item.pointer}{choice.at}", choice.answer)
        else:
            edges = member.flow.declared_edges.get(run.at, ())
            failing = mock is not None and mock.fails is not None
            among = [
                edge.transition.pointer
                for edge in edges
                if edge.target == choice.take and edge.after_failure == failing
            ]
            yield ForceEdge(among[0] if among else "")
