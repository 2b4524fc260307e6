"""A scenario replayed: every step of it, and what came otherwise than it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kustui.simulate.engine.decisions import Answer, Decision, Fail, Force, Give, Leave, Start, Step
from kustui.simulate.engine.engine import advance
from kustui.simulate.engine.state import MOST_STEPS, beginning
from kustui.simulate.scenarios.read import Cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kustui.simulate.engine.organisation import Organisation
    from kustui.simulate.engine.state import State
    from kustui.simulate.engine.trace import Entry
    from kustui.simulate.scenarios.assertions import Difference
    from kustui.simulate.scenarios.read import ScenarioFile

_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of a scenario."""

    file: ScenarioFile
    state: State
    """The last."""
    entries: tuple[Entry, ...]
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

    cast = Cast(file, organisation)
    entries: list[Entry] = []
    most = most or file.scenario.max_steps or MOST_STEPS
    state = begun(file, organisation, cast)
    each(state)
    for after in played(state, cast):
        state = after
        each(state)
        if state.last is not None and len(state.trace) > len(entries):
            entries.append(state.last)
            if len(entries) >= most and not state.finished:
                break
    cut = not state.finished
    return Replay(file, state, tuple(entries), cut, tuple(differences(file, cast, state, entries, cut=cut)))


def begun(file: ScenarioFile, organisation: Organisation, cast: Cast) -> State:
    """The state in which everything that starts by itself is on the queue."""
    scenario = file.scenario
    state = beginning(organisation, scenario.seed, file.began, scenario.variables)
    for start, member in zip(scenario.start, cast.starts, strict=True):
        after = round(start.after * _MINUTE)
        key = member.key if member else ""
        state = advance(state, Start(start.payload, start.event or "", key, after, start.drafted))
    return state


def played(state: State, cast: Cast) -> Iterator[State]:
    """Every state until nothing is left. A run whose question nobody answers is left."""
    while not state.finished:
        state = carried_on(state, cast)
        yield state


def carried_on(state: State, cast: Cast, *more: Decision) -> State:
    """The next state, with what a scenario has to say of it, and more that is decided beside it."""
    run = state.run
    for decision in (*decisions(state, cast), *more):
        state = advance(state, decision)
    if run is None or state.run is not None:  # else a choice was to leave it
        state = advance(state, Step())
    return advance(state, Leave()) if state.question is not None else state


def decisions(state: State, cast: Cast) -> Iterator[Decision]:
    """What a scenario has to say of the step at hand, before it is carried out."""
    run, member = state.run, state.member
    if run is None or member is None:
        return
    mock = cast.mock(run.key, run.at, state.invocation)
    if mock is not None and mock.fails is not None:
        yield Fail(mock.fails.status, mock.fails.body)
    elif mock is not None:
        yield Give(mock.returns, mock.drafted)
    for choice in cast.choices_for(run.key, run.at, state.invocation):
        if choice.leave is not None:
            yield Leave(choice.leave)
        elif choice.at is not None:
            yield Answer(f"{member.entry.item.pointer}{choice.at}", choice.answer)
        else:
            edges = member.flow.declared_edges.get(run.at, ())
            failing = mock is not None and mock.fails is not None
            among = [
                edge.transition.pointer
                for edge in edges
                if edge.target == choice.take and edge.after_failure == failing
            ]
            yield Force(among[0] if among else "")
