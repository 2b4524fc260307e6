"""A rehearsal as an immutable value: its history, the scenario that it follows, its breakpoints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from kustui.analysis.names import node_name
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.models import Step
from kustui.definition.platform import TRIGGER_ID
from kustui.simulate import DEFAULT_MAX_STEPS
from kustui.simulate.engine.engine import AbandonRun, Decision, SetFailure, StartEvent, advance
from kustui.simulate.engine.history import (
    Breakpoint,
    Coverage,
    History,
    Taken,
    after_failure,
    after_schedule,
    all_taken,
    at_step,
    run_until_stopped,
    step_once,
)
from kustui.simulate.engine.queue import QueueItem
from kustui.simulate.engine.state import Overrides, State, initial_state
from kustui.simulate.engine.trace import EntryKind, TraceEntry
from kustui.simulate.layered_map import LayeredMap
from kustui.simulate.organisation import Organisation
from kustui.simulate.paths.drafts import draft_payload
from kustui.simulate.scenarios.differences import Difference
from kustui.simulate.scenarios.explore import MAX_PATHS, build_path_scenario, explore_paths
from kustui.simulate.scenarios.file import ResolvedScenario, ScenarioFile, UnrecordableError, as_file
from kustui.simulate.scenarios.record import rebase
from kustui.simulate.scenarios.replay import decisions_for, start_scenario
from kustui.text.styled_lines import Line


class StopPoint(NamedTuple):
    """A breakpoint as a person sets it."""

    kind: str
    """``step``, ``failure`` or ``schedule``."""
    key: str = ""
    node: str = ""

    @property
    def condition(self) -> Breakpoint:
        match self.kind:
            case "failure":
                return after_failure
            case "schedule":
                return after_schedule
        return at_step(self.key, self.node)


FAILURE, SCHEDULE = StopPoint("failure"), StopPoint("schedule")


class FollowedScenario(NamedTuple):
    """The scenario that a rehearsal follows until the person decides otherwise, and what its replay found."""

    file: ScenarioFile
    resolved: ResolvedScenario
    differences: tuple[Difference, ...] = ()
    notes: tuple[Difference, ...] = ()
    """The mocks and choices that made no difference."""
    replayed: bool = False
    """Whether it was replayed to its end; without ``differences`` it held."""


class Session(Struct, frozen=True):
    """A rehearsal with everything that the person has decided. Methods that change it return another one."""

    organisation: Organisation
    history: History
    key: str
    """Of the workflow that was chosen to be rehearsed."""
    scenario: FollowedScenario | None = None
    stop_points: frozenset[StopPoint] = frozenset()
    taken: Taken = field(default_factory=LayeredMap)
    """Pointers of the edges and steps taken so far, by workflow; going back removes none."""

    @classmethod
    def begin(cls, organisation: Organisation, key: str) -> Session:
        """The rehearsal of one workflow before its trigger is tried, with a drafted payload."""
        payload = draft_payload(organisation.analysis(key))
        start = advance(initial_state(organisation), StartEvent(payload, key=key, drafted=True))
        return cls(organisation, History((start,)), key).beyond_passing()

    # Where it stands

    @property
    def state(self) -> State:
        """The current state, with what the scenario overrides unless the person has overridden something."""
        return self._overridden_by_scenario(self.history.state)

    @property
    def runs(self) -> int:
        """How many runs there are, including those ahead after going back."""
        last = self.history.states[-1]
        return max(last.run_count + len(last.queue.runs), self.state.run_count + len(self.state.queue.runs))

    @property
    def steps_taken(self) -> int:
        """How many steps lie behind."""
        return max(0, self._count_stops(0, self.history.at + 1) - 1)

    @property
    def steps_ahead(self) -> int:
        """How many steps that were gone back from can be repeated."""
        return self._count_stops(self.history.at + 1, len(self.history.states))

    @property
    def step_counts(self) -> tuple[int, int]:
        """How many steps lie behind and ahead, without what was only decided at one of them."""
        counts, before = [0, 0], None
        for index, state in enumerate(self.history.states):
            if not _is_passing(state):
                is_step = before is not None and state.last is not before.last
                counts[index > self.history.at] += is_step
                before = state
        return counts[0], counts[1]

    def _count_stops(self, start: int, end: int) -> int:
        return sum(1 for state in self.history.states[start:end] if not _is_passing(state))

    @property
    def is_untouched(self) -> bool:
        """Whether nobody has done anything in it yet."""
        event = self.event
        begun = self.steps_taken or self.steps_ahead or self.stop_points or self.scenario is not None
        return not begun and event is not None and event.drafted

    @property
    def position(self) -> tuple[str, str]:
        """The workflow and the node to show: of the current run, else where the last run ended, else what starts."""
        state = self.state
        if state.run is not None:
            return state.run.key, state.run.node
        if state.last is not None and state.last.run:
            return state.last.key, state.last.node
        return (state.waiting.first.key if state.waiting else self._next_workflow(state)), TRIGGER_ID

    def _next_workflow(self, state: State) -> str:
        taken = state.queue.next(state.clock)
        if taken is None:
            return state.last_run.key if state.last_run is not None else self.key
        due = taken.item
        keys = (due.key, due.only_workflow, *(self.organisation.listeners(due.event) if due.event else ()))
        return next((key for key in keys if key in self.organisation.collection.by_key), self.key)

    @property
    def coverage(self) -> Coverage:
        """Of everything taken so far, including what was gone back from."""
        return Coverage.over(self.organisation, all_taken(self.taken, self.history.state.taken).merged)

    def last_entry_of(self, key: str, node: str) -> TraceEntry | None:
        """What a node did last in the current run, or in the last one that ended."""
        run = self.state.run or self.state.last_run
        if run is None:
            return None
        entries = (entry for entry in self.state.trace if entry.run == run.number and entry.key == key)
        return next((entry for entry in reversed([*entries]) if entry.node == node), None)

    def start_entry(self, run: int) -> TraceEntry | None:
        """The entry with which a run began; None if it is no longer kept."""
        entries = (entry for entry in self.state.trace if entry.run == run and entry.kind is EntryKind.START)
        return next(entries, None)

    def scheduling_entry(self, run: int) -> TraceEntry | None:
        """The entry that scheduled a run; None if a person or an event started it."""
        start = self.start_entry(run)
        if start is None:
            return None
        entries = [*self.state.trace]
        scheduled = (start.key, start.at - start.waited)
        earlier = (entry for entry in reversed(entries[: entries.index(start)]) if entry.scheduled is not None)
        return next(
            (entry for entry in earlier if entry.scheduled and (entry.scheduled.key, entry.scheduled.due) == scheduled),
            None,
        )

    # Back and forth

    @property
    def can_go_back(self) -> bool:
        return self.steps_taken > 0

    def back(self) -> Session:
        """One step back; at the start it stays."""
        history = self.history.back()
        while history.can_go_back and _is_passing(history.state):
            history = history.back()
        return self if _is_passing(history.state) else replace(self, history=history)

    def restarted(self) -> Session:
        """At the beginning; stepping on repeats what was decided until something else is."""
        return replace(self, history=self.history.restarted()).beyond_passing()

    def beyond_passing(self) -> Session:
        """At the first state from here on at which there is something to see or to decide."""
        session = self
        while _is_passing(session.history.state):
            session = session._stepped_once()
        return session

    def at_entry(self, number: int) -> Session:
        """Right after an entry of the trace; unchanged if that state is no longer kept."""
        states = self.history.states
        current = next((entry for entry in self.history.state.trace if entry.number == number), None)
        after = (index for index, state in enumerate(states) if len(state.trace) >= number)
        exact = (index for index, state in enumerate(states) if current is not None and state.last is current)
        index = next(exact, next(after, None))
        return self if index is None else replace(self, history=History(states, index)).beyond_passing()

    def without_steps_ahead(self) -> Session:
        """With nothing to repeat, so that stepping on decides again."""
        return replace(self, history=History(self.history.states[: self.history.at + 1], self.history.at))

    # Stepping and deciding

    def decided(self, decision: Decision) -> Session:
        """After a decision about the current state; what was ahead is dropped, unless the decision changes nothing."""
        state = self.state
        after = advance(state, decision)
        return self if after is state else self._without_verdict()._followed_by((after,))

    def stepped(self) -> Session:
        """One step on: to the state ahead if there is one, else to what the current step leads to."""
        return self._stepped_once().beyond_passing()

    def _stepped_once(self) -> Session:
        if self.history.can_go_forward:
            return replace(self, history=self.history.forward())
        state = self.history.state
        return self if state.finished else self._followed_by((self._step(state),))

    def run_on(self, limit: int, *breakpoints: Breakpoint) -> Iterator[State]:
        """The states of running on: those ahead, then at most ``limit`` new ones, until a breakpoint or a question."""
        state = self.history.state
        for state in self.history.states[self.history.at + 1 :]:
            yield state
            if state.question is not None or any(reached(state) for reached in breakpoints):
                return
        yield from run_until_stopped(state, limit, *breakpoints, step=self._step)

    def after_running(self, states: Sequence[State]) -> Session:
        """After states of ``run_on``."""
        at = self.history.at + len(states)
        kept = at < len(self.history.states)
        after = replace(self, history=History(self.history.states, at)) if kept else self._followed_by(states)
        return after.beyond_passing()

    def _followed_by(self, states: Sequence[State]) -> Session:
        taken = all_taken(self.taken, states[-1].taken)
        return replace(self, history=self.history.followed_by(states), taken=taken)

    def _step(self, state: State) -> State:
        if self.scenario is not None and state.overrides == Overrides():
            for decision in decisions_for(state, self.scenario.resolved):
                if isinstance(decision, AbandonRun):
                    return advance(state, decision)
        return step_once(self._overridden_by_scenario(state))

    def _overridden_by_scenario(self, state: State) -> State:
        if self.scenario is None or state.run is None or state.overrides != Overrides() or state.question is not None:
            return state
        for decision in decisions_for(state, self.scenario.resolved):
            if not isinstance(decision, AbandonRun):
                state = advance(state, decision)
        return state

    def _without_verdict(self) -> Session:
        """Without the result of a replay, which no longer holds once something else is decided."""
        scenario = self.scenario and self.scenario._replace(differences=(), notes=(), replayed=False)
        return replace(self, scenario=scenario)

    def following_events(self, follows: bool) -> Session:
        """With the events followed that writes cause, or not: what was decided so far is decided again. Raises
        ScenarioError and UnrecordableError where it cannot be."""
        history = rebase(self.history, self.organisation, follow_events=follows)
        return replace(self._without_verdict(), history=history, taken=history.state.taken).beyond_passing()

    # Breakpoints

    def toggled(self, stop: StopPoint) -> Session:
        return replace(self, stop_points=self.stop_points ^ {stop})

    @property
    def breakpoints(self) -> tuple[Breakpoint, ...]:
        return tuple(stop.condition for stop in self.stop_points)

    @property
    def stop_reason(self) -> str:
        """Which breakpoint the current state is at, in words; empty if none."""
        for stop in sorted(self.stop_points):
            if stop.condition(self.history.state):
                return {"failure": "after a failure", "schedule": "after a schedule"}.get(stop.kind, "at a step")
        return ""

    # The event

    @property
    def event(self) -> QueueItem | None:
        """The pending or last event that a person started, and can change."""
        indexed = self._find_event()
        return indexed[1] if indexed is not None else None

    def _find_event(self) -> tuple[int, QueueItem] | None:
        for index in range(self.history.at, -1, -1):
            if (event := self.history.states[index].queue.starts.first) is not None:
                return index, event
        return None

    def with_payload(self, payload: Mapping[str, Any]) -> Session:
        """Back before the event, which now has another payload."""
        indexed = self._find_event()
        if indexed is None:
            return self
        index, event = indexed
        changed = event._replace(payload=payload, drafted=False)

        copies: dict[int, tuple[QueueItem, ...]] = {}

        def with_changed(state: State) -> State:
            starts = state.queue.starts.with_changed(changed, copies)
            return replace(state, queue=replace(state.queue, starts=starts))

        states = tuple(with_changed(state) for state in self.history.states[: index + 1])
        return replace(self._without_verdict(), history=History(states, index)).beyond_passing()


def begin_scenario(session: Session, file: ScenarioFile, key: str) -> Session:
    """At the beginning of a scenario that starts a workflow. Raises ScenarioError."""
    resolved = ResolvedScenario(file, session.organisation)
    history = History((start_scenario(file, session.organisation, resolved),))
    begun = replace(session, history=history, key=key, scenario=FollowedScenario(file, resolved))
    return begun.beyond_passing()


class SessionWithNews(NamedTuple):
    session: Session
    news: Line
    """What to say about it."""


def begin_failure(session: Session, node: str) -> SessionWithNews:
    """A rehearsal of the workflow of a session that has come to a step, which is set to fail; at the trigger where no
    run is known that comes there, or nothing can fail."""
    analysis = session.organisation.analysis(session.key)
    name = (node_name(analysis.flow, node), "name")
    if analysis.flow.node(node) is None:  # a save has taken it away
        return SessionWithNews(session, (("▲ no longer in the workflow: ", "warning"), name))
    part = analysis.flow.part(node)
    if not isinstance(part, Step) or part.action is None:
        return SessionWithNews(
            session, (("▲ only a step with an action can fail: ", "warning"), name, (" has none", ""))
        )
    at = at_step(session.key, node)
    for begun in _ways_to(session, analysis, node):
        states = [*begun.run_on(DEFAULT_MAX_STEPS, at)]
        if states and at(states[-1]):
            failing = begun.after_running(states).decided(SetFailure(500))
            return SessionWithNews(failing, (("╳ ", "error"), (f"“{name[0]}” is set to fail with 500", "")))
    return SessionWithNews(session, (("▲ no values were found that lead to ", "warning"), name))


def _ways_to(session: Session, analysis: WorkflowAnalysis, node: str) -> Iterator[Session]:
    """Rehearsals that may come to a step: with the drafted event, then along each path through it."""
    yield session
    for path in explore_paths(analysis, MAX_PATHS).paths:
        if any(node in run.nodes for run in path.described_runs) and not path.is_contradiction:
            with suppress(UnrecordableError):  # another path may be written down
                built = build_path_scenario(session.organisation, path)
                if built.scenario is not None and not built.forced:
                    yield begin_scenario(session, as_file(built.scenario), session.key)


def _is_passing(state: State) -> bool:
    """Whether there is nothing to see or to decide yet: the first event is due, or an event has happened and the first
    of its runs is about to begin. A step goes on from there to the trigger."""
    if state.run is not None or state.finished:
        return False
    last = state.last
    return last is None or (last.kind is EntryKind.EVENT and bool(state.waiting))
