"""A rehearsal under way, as a value: what there was and is, what it follows, where it stops. No screen in here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from kustui.definition.platform import TRIGGER_ID
from kustui.simulate.engine.engine import AbandonRun, StartEvent, advance
from kustui.simulate.engine.history import (
    Coverage,
    History,
    after_failure,
    after_schedule,
    at_scheduled_run,
    at_step,
    run_until_stopped,
    step_once,
)
from kustui.simulate.engine.state import Overrides, initial_state
from kustui.simulate.engine.trace import EntryKind
from kustui.simulate.paths.drafts import draft_payload
from kustui.simulate.scenarios.replay import decisions_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kustui.simulate.engine.engine import Decision
    from kustui.simulate.engine.history import Breakpoint
    from kustui.simulate.engine.state import QueueItem, State
    from kustui.simulate.engine.trace import TraceEntry
    from kustui.simulate.organisation import Organisation
    from kustui.simulate.scenarios.assertions import Difference
    from kustui.simulate.scenarios.file import ResolvedScenario, ScenarioFile


class Stop(NamedTuple):
    """A breakpoint, by what it is for."""

    kind: str
    """``step``, ``failure`` or ``schedule``."""
    key: str = ""
    node: str = ""

    @property
    def stops(self) -> Breakpoint:
        match self.kind:
            case "failure":
                return after_failure
            case "schedule":
                return after_schedule
        return at_step(self.key, self.node)


FAILURE, SCHEDULE = Stop("failure"), Stop("schedule")


class LinkFollowed(NamedTuple):
    """The scenario that a rehearsal follows where nobody has decided otherwise, and what came of it."""

    file: ScenarioFile
    cast: ResolvedScenario
    differences: tuple[Difference, ...] = ()
    replayed: bool = False
    """Whether it was gone through to its end, so that it held where there are no differences."""


@dataclass(frozen=True, slots=True)
class Session:
    """A rehearsal with all that somebody who looks at it has decided."""

    organisation: Organisation
    history: History
    key: str
    """Of the workflow that was chosen to be rehearsed."""
    follows: LinkFollowed | None = None
    stops: frozenset[Stop] = frozenset()
    taken: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """What any of its ways has taken, also those gone back from."""

    @classmethod
    def of(cls, organisation: Organisation, key: str) -> Session:
        """The rehearsal of one workflow by itself, of which nothing has happened yet; its payload is drafted."""
        payload = draft_payload(organisation.analysis(key))
        start = advance(initial_state(organisation), StartEvent(payload, key=key, drafted=True))
        return cls(organisation, History((start,)), key)

    # Where it stands

    @property
    def state(self) -> State:
        """The state at hand, planned as the scenario says unless somebody has planned it."""
        return self._planned(self.history.state)

    @property
    def entry(self) -> TraceEntry | None:
        """What happened last."""
        return self.state.last

    @property
    def runs(self) -> int:
        """How many runs are known of, those further on included that were gone back from."""
        last = self.history.states[-1]
        return max(last.run_count + len(last.queue.runs), self.state.run_count + len(self.state.queue.runs))

    @property
    def place(self) -> tuple[str, str]:
        """The workflow and the node that are shown: at hand, else where the last run ended, else what starts."""
        state = self.state
        if state.run is not None:
            return state.run.key, state.run.node
        if state.last is not None and state.last.run:
            return state.last.key, state.last.node
        return (state.waiting[0].key if state.waiting else self._starting(state)), TRIGGER_ID

    def _starting(self, state: State) -> str:
        taken = state.queue.next(state.clock)
        if taken is None:
            return state.last_run.key if state.last_run is not None else self.key
        due = taken.item
        keys = (due.key, due.only_workflow, *(self.organisation.listeners(due.event) if due.event else ()))
        return next((key for key in keys if key in self.organisation.collection.by_key), self.key)

    @property
    def coverage(self) -> Coverage:
        """That of all its ways."""
        state = self.state
        return Coverage.of(state, replace(state, taken=self.taken))

    def entry_of(self, key: str, node: str) -> TraceEntry | None:
        """What the node of a workflow did last, in the run at hand or the one that was over last."""
        run = self.state.run or self.state.last_run
        if run is None:
            return None
        entries = (entry for entry in self.state.trace if entry.run == run.number and entry.key == key)
        return next((entry for entry in reversed([*entries]) if entry.node == node), None)

    def scheduling(self, run: int) -> TraceEntry | None:
        """What has put a run on the queue; None where a person did, or an event."""
        entries = [*self.state.trace]
        began = next((entry for entry in entries if entry.run == run and entry.kind is EntryKind.START), None)
        if began is None:
            return None
        due = began.at - began.waited
        return next(
            (
                entry
                for entry in reversed(entries[: entries.index(began)])
                if (told := entry.scheduled) is not None and told.key == began.key and told.due == due
            ),
            None,
        )

    def notes_of(self, run: int) -> tuple[str, ...]:
        """What was noted when a run began."""
        entries = (entry for entry in self.state.trace if entry.run == run and entry.kind is EntryKind.START)
        return next((entry.notes for entry in entries), ())

    # Back and forth

    def back(self) -> Session:
        return replace(self, history=self.history.back())

    def restarted(self) -> Session:
        """At the beginning; what was decided is gone through again unless something else is decided."""
        return replace(self, history=self.history.restarted())

    def at_entry(self, number: int) -> Session:
        """Right after an entry of the trace has happened; where that is no longer kept, the same."""
        for index, state in enumerate(self.history.states):
            if len(state.trace) >= number:
                return replace(self, history=History(self.history.states, index))
        return self

    def forgotten(self) -> Session:
        """Without what lies ahead, so that stepping on decides anew."""
        return replace(self, history=History(self.history.states[: self.history.at + 1], self.history.at))

    # Deciding

    def decided(self, decision: Decision) -> Session:
        """With what a decision makes of the state at hand; what was ahead is gone, unless nothing came of it."""
        state = self.state
        after = advance(state, decision)
        return self if after is state else self._otherwise()._with((after,))

    def stepped(self) -> Session:
        """One step on: into what there was already, else into what comes of the step at hand."""
        if self.history.can_go_forward:
            return replace(self, history=self.history.forward())
        state = self.history.state
        return self if state.finished else self._with((self._step(state),))

    def onward(self, most: int, *breakpoints: Breakpoint) -> Iterator[State]:
        """The states of running on: those that there were already, then new ones, until something stops it."""
        state = self.history.state
        for state in self.history.states[self.history.at + 1 :]:
            yield state
            if state.question is not None or any(stops(state) for stops in breakpoints):
                return
        yield from run_until_stopped(state, most, *breakpoints, step=self._step)

    def went(self, states: Sequence[State]) -> Session:
        """After those states of running on."""
        ahead = len(self.history.states) - self.history.at - 1
        if len(states) <= ahead:
            return replace(self, history=History(self.history.states, self.history.at + len(states)))
        return self._with(states)

    def _with(self, states: Sequence[State]) -> Session:
        taken = dict(self.taken)
        for key, pointers in states[-1].taken.items():
            taken[key] = taken.get(key, frozenset()) | pointers
        return replace(self, history=self.history.followed_by(states), taken=taken)

    def _step(self, state: State) -> State:
        if self.follows is not None and state.overrides == Overrides():
            for decision in decisions_for(state, self.follows.cast):
                if isinstance(decision, AbandonRun):
                    return advance(state, decision)
        return step_once(self._planned(state))

    def _planned(self, state: State) -> State:
        if self.follows is None or state.run is None or state.overrides != Overrides() or state.question is not None:
            return state
        for decision in decisions_for(state, self.follows.cast):
            if not isinstance(decision, AbandonRun):
                state = advance(state, decision)
        return state

    # Breakpoints

    def toggled(self, stop: Stop) -> Session:
        return replace(self, stops=self.stops ^ {stop})

    @property
    def breakpoints(self) -> tuple[Breakpoint, ...]:
        return tuple(stop.stops for stop in self.stops)

    def stopped_by(self) -> str:
        """What of the breakpoints stops here, for a person; an empty string where none does."""
        for stop in sorted(self.stops):
            if stop.stops(self.history.state):
                return {"failure": "after a failure", "schedule": "after a schedule"}.get(stop.kind, "at a step")
        return ""

    # The event

    @property
    def event(self) -> QueueItem | None:
        """The event that is to happen, or happened last: what a person has put there and can change."""
        found = self._event()
        return found[1] if found is not None else None

    def _event(self) -> tuple[int, QueueItem] | None:
        for index in range(self.history.at, -1, -1):
            for due in self.history.states[index].queue.events:
                if not due.cause:
                    return index, due
        return None

    def with_payload(self, payload: Mapping[str, Any]) -> Session:
        """Back before the event, which is to happen with another payload."""
        found = self._event()
        if found is None:
            return self
        index, changed = found
        other = changed._replace(payload=payload, drafted=False)

        def with_other(state: State) -> State:
            events = tuple(other if each.number == changed.number else each for each in state.queue.events)
            return replace(state, queue=replace(state.queue, events=events))

        states = tuple(with_other(state) for state in self.history.states[: index + 1])
        return replace(self._otherwise(), history=History(states, index))

    def _otherwise(self) -> Session:
        """What came of a scenario says nothing any more where somebody has decided otherwise."""
        follows = self.follows and self.follows._replace(differences=(), replayed=False)
        return replace(self, follows=follows)


SCHEDULED = at_scheduled_run
"""Where running on to the next scheduled run stops."""
