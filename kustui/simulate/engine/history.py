"""The states of a rehearsal: running on until something stops it, going back and forth, and what they cover."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import NamedTuple

from msgspec import Struct

from kustui.analysis.flow import Edge
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.platform import TRIGGER_ID
from kustui.simulate.engine.engine import Decision, ExecuteStep, advance
from kustui.simulate.engine.state import State
from kustui.simulate.engine.trace import OutputSource, TraceEntry
from kustui.simulate.layered_map import LayeredMap
from kustui.simulate.organisation import Organisation

Breakpoint = Callable[[State], bool]
"""Whether to stop at a state."""

MAX_STATES = 20_000
"""How far back one can go. States share what they have in common, but each holds some of its own."""


# Running on


def step_once(state: State) -> State:
    """The state after the next step, with its overrides."""
    return advance(state, ExecuteStep())


def run_until_stopped(
    state: State, most: int, *breakpoints: Breakpoint, step: Callable[[State], State] = step_once
) -> Iterator[State]:
    """The states of running on until nothing is left, a question is asked, a breakpoint stops, or ``most`` are made.

    ``step`` makes the next state, for a caller that adds decisions before each step.
    """
    for _ in range(most):
        if state.finished:
            return
        state = step(state)
        yield state
        if state.question is not None or any(stops(state) for stops in breakpoints):
            return


def at_step(key: str, node: str) -> Breakpoint:
    """Before a step of a workflow is executed; ``"1"`` is its trigger."""
    return lambda state: state.run is not None and state.run.key == key and state.run.node == node


def at_scheduled_run(state: State) -> bool:
    """Before the trigger of a run that was scheduled."""
    return state.run is not None and state.run.node == TRIGGER_ID and state.run.origin is OutputSource.INPUTS


def after_failure(state: State) -> bool:
    """After a step has failed, or a run has met something broken."""
    last = _last_of_current_run(state)
    return last is not None and (last.failure is not None or last.broken)


def after_schedule(state: State) -> bool:
    """After a step has scheduled a run."""
    last = _last_of_current_run(state)
    return last is not None and last.scheduled is not None


def _last_of_current_run(state: State) -> TraceEntry | None:
    """What happened last, unless another run has begun since, which has nothing to show until its trigger is tried."""
    last = state.last
    return None if last is None or (state.run is not None and state.run.number != last.run) else last


# Back and forth


class History(Struct, frozen=True):
    """The states of a rehearsal, and which is looked at. Going back loses nothing until something else is decided."""

    states: tuple[State, ...]
    at: int = 0

    @property
    def state(self) -> State:
        return self.states[self.at]

    @property
    def can_go_back(self) -> bool:
        return self.at > 0

    @property
    def can_go_forward(self) -> bool:
        return self.at + 1 < len(self.states)

    def back(self) -> History:
        """At the state before; at the first it stays."""
        return History(self.states, max(0, self.at - 1))

    def forward(self) -> History:
        """At the state that came next; at the last it stays."""
        return History(self.states, min(len(self.states) - 1, self.at + 1))

    def restarted(self) -> History:
        """At the first state that is kept."""
        return History(self.states, 0)

    def decided(self, decision: Decision) -> History:
        """The history with the state after a decision; the states ahead are dropped, unless nothing changed."""
        after = advance(self.state, decision)
        return self if after is self.state else self.followed_by((after,))

    def followed_by(self, states: Sequence[State]) -> History:
        """The history with more states after the current one, at the last of them; of too many the oldest go."""
        kept = (*self.states[: self.at + 1], *states)[-MAX_STATES:]
        return History(kept, len(kept) - 1)


# Coverage


Taken = LayeredMap[str, LayeredMap[str, bool]]
"""Pointers of the triggers, steps, transitions and error cases that were taken, by the key of the workflow."""


def all_taken(taken: Taken, more: Taken) -> Taken:
    """What was taken in one rehearsal or the other."""
    for key, pointers in more.merged.items():
        before = taken.get(key) or LayeredMap()
        if new := {pointer: True for pointer in pointers if pointer not in before}:
            taken = taken.plus({key: before.plus(new)})
    return taken


class CoverageRatio(NamedTuple):
    """How many were taken, out of how many."""

    taken: int
    total: int

    @property
    def percent(self) -> float:
        return 100.0 if not self.total else 100 * self.taken / self.total

    def plus(self, other: CoverageRatio) -> CoverageRatio:
        return CoverageRatio(self.taken + other.taken, self.total + other.total)


class WorkflowCoverage(Struct, frozen=True):
    """That of one workflow. Steps that no path leads to count as well: nothing takes them."""

    analysis: WorkflowAnalysis
    steps: CoverageRatio
    edges: CoverageRatio
    """Transitions and error cases."""
    untaken_steps: tuple[str, ...]
    """The ids of those that were never taken, in flow order."""
    untaken_edges: tuple[Edge, ...]
    """Those that were never taken, in flow order."""


class Coverage(Struct, frozen=True):
    """The workflows that have run, in the collection's order."""

    workflows: tuple[WorkflowCoverage, ...]

    @classmethod
    def of(cls, *states: State) -> Coverage:
        """That of one or more rehearsals of the same organisation."""
        if not states:
            return cls(())
        return cls.over(states[0].organisation, reduce(all_taken, (state.taken for state in states)).merged)

    @classmethod
    def over(cls, organisation: Organisation, taken: Mapping[str, Container[str]]) -> Coverage:
        """That of the workflows whose keys ``taken`` has, with the pointers of what was taken of each."""
        return cls(tuple(_covered(organisation, taken)))

    @property
    def steps(self) -> CoverageRatio:
        return _sum(covered.steps for covered in self.workflows)

    @property
    def edges(self) -> CoverageRatio:
        return _sum(covered.edges for covered in self.workflows)


def _sum(shares: Iterable[CoverageRatio]) -> CoverageRatio:
    total = CoverageRatio(0, 0)
    for share in shares:
        total = total.plus(share)
    return total


def _covered(organisation: Organisation, taken: Mapping[str, Container[str]]) -> Iterable[WorkflowCoverage]:
    for entry in organisation.collection.entries:
        if entry.key not in taken:
            continue
        analysis, pointers = organisation.analysis(entry.key), taken[entry.key]
        steps = analysis.flow.order
        edges = [
            edge for node in (TRIGGER_ID, *(step.id for step in steps)) for edge in analysis.flow.declared_edges[node]
        ]
        untaken_steps = tuple(step.id for step in steps if step.pointer not in pointers)
        untaken_edges = tuple(edge for edge in edges if edge.transition.pointer not in pointers)
        yield WorkflowCoverage(
            analysis,
            CoverageRatio(len(steps) - len(untaken_steps), len(steps)),
            CoverageRatio(len(edges) - len(untaken_edges), len(edges)),
            untaken_steps,
            untaken_edges,
        )
