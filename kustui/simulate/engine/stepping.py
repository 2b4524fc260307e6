"""Stepping on by itself, to the end, a breakpoint or the next scheduled run; and back and forth in what there was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kustui.definition.platform import TRIGGER_ID
from kustui.simulate.engine.decisions import Decision, ExecuteStep
from kustui.simulate.engine.engine import advance
from kustui.simulate.engine.trace import OutputSource

if TYPE_CHECKING:
    from kustui.simulate.engine.state import State
    from kustui.simulate.engine.trace import TraceEntry

Breakpoint = Callable[["State"], bool]
"""Whether to stop at a state."""

MAX_STATES = 20_000
"""How far back one can go. States share what they have in common, but each holds some of its own."""


def step_once(state: State) -> State:
    """The state after the step at hand as it is planned."""
    return advance(state, ExecuteStep())


def run_until_stopped(
    state: State, most: int, *breakpoints: Breakpoint, step: Callable[[State], State] = step_once
) -> Iterator[State]:
    """The states of stepping on until nothing is left, something is asked, a breakpoint stops, or ``most`` are made.

    ``step`` makes the next state, where there is more to be decided than to carry out what is next."""
    for _ in range(most):
        if state.finished:
            return
        state = step(state)
        yield state
        if state.question is not None or any(stops(state) for stops in breakpoints):
            return


def at_step(key: str, node: str) -> Breakpoint:
    """Before a step of a workflow is carried out; ``"1"`` is its trigger."""
    return lambda state: state.run is not None and state.run.key == key and state.run.at == node


def at_scheduled_run(state: State) -> bool:
    """Before the trigger of a run that was scheduled."""
    return state.run is not None and state.run.at == TRIGGER_ID and state.run.origin is OutputSource.INPUTS


def after_failure(state: State) -> bool:
    """After a step has failed, or a run has met something broken."""
    last = _just_happened(state)
    return last is not None and (last.failure is not None or last.broken)


def after_schedule(state: State) -> bool:
    """After a step has scheduled a run."""
    last = _just_happened(state)
    return last is not None and last.scheduled is not None


def _just_happened(state: State) -> TraceEntry | None:
    """What happened last, unless another run has begun since, which tells nothing until its trigger is tried."""
    last = state.last
    return None if last is None or (state.run is not None and state.run.number != last.run) else last


@dataclass(frozen=True, slots=True)
class History:
    """The states of a rehearsal, and which is looked at. Going back loses nothing until something is decided."""

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
        """With what a decision makes of the state at hand; what was ahead is gone, unless nothing came of it."""
        after = advance(self.state, decision)
        return self if after is self.state else self.followed_by((after,))

    def followed_by(self, states: Sequence[State]) -> History:
        """With more states after the one at hand, the last of them looked at; the oldest go where they are too many."""
        kept = (*self.states[: self.at + 1], *states)[-MAX_STATES:]
        return History(kept, len(kept) - 1)
