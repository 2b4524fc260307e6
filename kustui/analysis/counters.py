"""How often a ring of schedules comes round, where a counter that it passes on ends it, and whether what it passes on
keeps it from ever ending.

A run is followed with nothing known but the inputs that a caller passes as literals, and what it works out of them:
``attempt: 1``, then ``{{math steps.1.attempt "+" 1}}``. A condition that this does not decide may hold or not. The ring
ends where all these runs do; it never ends where each of them schedules one of the same runs again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice, pairwise
from typing import Any

from msgspec import Struct, field

from kustui.analysis.abstract_run import UNKNOWN, AbstractRun, nothing_known, settled_outcomes
from kustui.analysis.evaluation import EvaluationContext, PartlyKnown, resolve
from kustui.analysis.flow import FlowGraph
from kustui.analysis.guards import Branching, may_pass_by
from kustui.analysis.schedules import ScheduleCall, Schedules
from kustui.analysis.walks import breadth_first, cycles, reverse_postorder
from kustui.definition.expressions import Function, Operand, Reference, Template, paths_in
from kustui.definition.operators import Family
from kustui.definition.platform import COMPUTED_ACTIONS, TRIGGER_ID
from kustui.definition.values import MISSING, number_of, undecided_in
from kustui.groups import grouped

FlowOf = Callable[[str], FlowGraph]
"""The flow graph of the workflow of a key."""

MOST_RUNS, _MOST_RUNS_OF_RING = 10_000, 2_000
"""How many different runs of all rings of a collection are followed, and of one ring. A ring that goes on longer counts
as one without a bound."""
_LONGEST_VALUE = 300
_MOST_WORKFLOWS = 20
"""Of how many workflows the runs are followed: a ring that people count the rounds of has a few."""
_MOST_COUNTED = 8
"""Of how many workflows of a ring the runs are counted."""
_AWAY = 100
"""After how many runs in a row it is asked whether a counter runs away from all that its ring compares it with."""

Inputs = Mapping[str, Any]
"""What a run is given, by name: JSON, or Undecided. What is not here is missing."""


class Bound(Struct, frozen=True):
    """What ends a ring besides its conditions on what only a run knows."""

    rounds: int = 0
    """After how many runs of one workflow at most the ring is over; 0 if that is not known."""
    counter: bool = False
    """Whether a counter can end it, whose first value is not known."""
    endless: tuple[str, ...] = ()
    """The keys of the workflows that go on for ever, whatever the conditions decide about, with the inputs that are
    passed on: these never change, or never so that a condition ends the ring."""


NO_BOUND = Bound()


def bound_of(schedules: Schedules, keys: Sequence[str], flow_of: FlowOf, budget: Iterator[object]) -> Bound:
    """What bounds the rounds of a set of workflows that schedule each other. The ``budget`` has an element for each run
    that may be followed."""
    if len(keys) > _MOST_WORKFLOWS:
        return NO_BOUND
    ring = _RingRuns(schedules, frozenset(keys), flow_of, budget)
    if not any(ring.relevant.values()):
        return NO_BOUND
    starts = ring.starts()
    if rounds := ring.rounds(starts, keys):
        return Bound(rounds)
    if endless := ring.endless(starts or ring.unknown_starts(), keys):
        return Bound(endless=endless)
    if starts and not any(value is UNKNOWN for state in starts for value in ring.inputs[state].values()):
        return NO_BOUND
    callers = _callers(schedules, keys)
    if len(keys) < len(callers) <= _MOST_WORKFLOWS:
        around = _RingRuns(schedules, callers, flow_of, budget)
        if rounds := around.rounds(around.starts(), keys):
            return Bound(rounds)
        if endless := around.endless(around.starts(), keys):
            return Bound(endless=endless)
    return Bound(counter=any(ring.rounds([start], keys) > 1 for start in ring.counting_starts()))


def _callers(schedules: Schedules, keys: Sequence[str]) -> frozenset[str]:
    """Some workflows and the callable ones that schedule them, directly or indirectly; of too many, one too many."""

    def callers(key: str) -> tuple[str, ...]:
        calls = schedules.to_workflow.get(key, ())
        return tuple(call.caller for call in calls if call.caller not in schedules.not_callable)

    return frozenset(islice(breadth_first(keys, callers), _MOST_WORKFLOWS + 1))


_State = tuple[str, tuple[tuple[str, str], ...]]
"""A workflow, and what is known of its inputs, as text."""


class _RingRuns(Struct, frozen=True, eq=False, dict=True):
    schedules: Schedules
    keys: frozenset[str]
    flow_of: FlowOf
    budget: Iterator[object]
    inputs: dict[_State, Inputs] = field(default_factory=dict)
    """Those of each state."""
    calls: dict[_State, tuple[tuple[str, _State], ...]] = field(default_factory=dict)
    """The steps of each state that may schedule another, with that."""
    ways: dict[_State, Mapping[str, Branching[str]]] = field(default_factory=dict)
    settled: dict[str, dict[str, bool | None]] = field(default_factory=dict)
    """The outcomes of conditions that no inputs change, by workflow and by the pointer of the transition."""

    @cached_property
    def flows(self) -> Mapping[str, FlowGraph]:
        return {key: self.flow_of(key) for key in self.keys}

    @cached_property
    def relevant(self) -> Mapping[str, frozenset[str]]:
        """The inputs of each workflow that its conditions read, or that it makes such inputs of others of."""
        names = {key: set(_inputs_that_decide(flow)) for key, flow in self.flows.items()}
        changed = True
        while changed:
            changed = False
            for key in self.keys:
                for target in self.keys.intersection(self.schedules.runs.get(key, ())):
                    for call in self.schedules.runs[key][target]:
                        passed = [call.inputs[name] for name in names[target] if name in call.inputs]
                        more = set(_inputs_read(self.flows[key], passed)) - names[key]
                        changed = changed or bool(more)
                        names[key] |= more
        return {key: frozenset(own) for key, own in names.items()}

    def run(self, key: str, inputs: Inputs) -> AbstractRun:
        """The runs of a workflow that are given these inputs."""
        flow = self.flows[key]
        if key not in self.settled:
            self.settled[key] = settled_outcomes(flow)
        return AbstractRun(flow, inputs, outcomes=self.settled[key].copy())

    def starts(self) -> list[_State]:
        """What the calls from outside of the ring start; none if there are no such calls."""
        states: dict[_State, None] = {}
        for key in sorted(self.keys):
            callers = dict.fromkeys(call.caller for call in self.schedules.to_workflow.get(key, ()))
            for caller in (caller for caller in callers if caller not in self.keys):
                for call in self.schedules.runs.get(caller, {}).get(key, ()):
                    flow = self.flow_of(caller) if not call.inputs else None  # a run may work all of them out
                    states[self._state(key, _passed(call, flow, nothing_known()))] = None
        return list(states)

    def unknown_starts(self) -> list[_State]:
        """Each workflow, with nothing known of its inputs."""
        return [self._state(key, PartlyKnown({})) for key in sorted(self.keys)]

    def counting_starts(self) -> Iterator[_State]:
        """Each workflow with 0, or the number next to one that it is compared with, for the inputs that it counts up or
        down, and nothing known of the others."""
        limits = [limit for key in sorted(self.keys) for limit in _compared_numbers(self.flows[key])]
        values = dict.fromkeys([0, *(limit + more for limit in limits[:_MOST_COUNTED] for more in (1, -1))])
        for key in sorted(self.keys):
            names = [name for name in self.relevant[key] if self._counts(key, name)]
            for value in values if names else ():
                yield self._state(key, PartlyKnown(dict.fromkeys(names, value)))

    def _counts(self, key: str, name: str) -> bool:
        """Whether a workflow passes on another number in place of the one that it is given."""
        of_zero, of_one = (
            [
                number_of(value)
                for _, _, inputs in self._calls(key, self.run(key, PartlyKnown({name: number})))
                for value in inputs.values()
            ]
            for number in (0, 1)
        )
        return any(
            zero is not None and one is not None and zero != one and zero != 0
            for zero, one in zip(of_zero, of_one, strict=False)
        )

    def rounds(self, starts: Sequence[_State], keys: Sequence[str]) -> int:
        """How often one of some workflows runs at most; 0 if there may be no end to it, or none is found."""
        try:
            order = reverse_postorder(starts, self._next)
        except _TooManyError:
            return 0
        places = {state: place for place, state in enumerate(order)}
        if any(places[after] <= places[state] for state in order for after in self._next(state)):
            return 0
        most = 0
        for key in keys[:_MOST_COUNTED]:
            runs: dict[_State, int] = {}
            for state in reversed(order):
                runs[state] = (state[0] == key) + max((runs[after] for after in self._next(state)), default=0)
            most = max(most, *runs.values(), 0)
        return most

    def endless(self, starts: Sequence[_State], keys: Sequence[str]) -> tuple[str, ...]:
        """Those of some workflows that runs come to which schedule each other for ever, short of failures."""
        try:
            order = reverse_postorder(starts, self._next)
        except _TooManyError:
            remaining = frozenset(self._running_away())
        else:
            never_ending = self._never_ending([state for state in order if state[0] in keys])
            onward = {
                state: [after for after in self._next(state) if after in never_ending]
                for state in order
                if state in never_ending
            }
            remaining = frozenset(chain.from_iterable(cycles(tuple(onward), onward.__getitem__)))
        members = {key for key, _ in remaining}
        return tuple(key for key in keys if key in members)

    def _never_ending(self, order: Sequence[_State]) -> frozenset[_State]:
        """The largest set of some states of which every run schedules one of the set again."""
        callers = grouped((after, state) for state in order for after in self._next(state))
        remaining = set(order)
        pending = list(order)
        while pending:
            state = pending.pop()
            if state in remaining and not self._goes_on(state, remaining):
                remaining.remove(state)
                pending.extend(callers.get(state, ()))
        return frozenset(remaining)

    def _goes_on(self, state: _State, onward: Collection[_State]) -> bool:
        """Whether every run of a state schedules one of some others, unless a step fails."""
        steps = {step for step, after in self.calls[state] if after in onward}
        if steps and state not in self.ways:
            self.ways[state] = self.run(state[0], self.inputs[state]).ways()
        return bool(steps) and not may_pass_by(self.ways[state], TRIGGER_ID, steps)

    def _running_away(self) -> tuple[_State, ...]:
        """The states that were followed last, if each schedules the next and their counters only move away from all
        that they are compared with; none if not."""
        last = tuple(self.calls)[-_AWAY:]
        onward = all(self._goes_on(state, (after,)) for state, after in pairwise(last))
        return last if len(last) == _AWAY and onward and self._move_away(last) else ()

    def _move_away(self, states: Sequence[_State]) -> bool:
        by_workflow = grouped((state[0], self.inputs[state]) for state in states)
        if not all(_compares_plainly(self.flows[key]) for key in by_workflow):
            return False
        limits = [limit for key in by_workflow for limit in _compared_numbers(self.flows[key])]
        moving: list[Sequence[float]] = []
        for key, inputs in by_workflow.items():
            for name in self.relevant[key]:
                values = [known.get(name, MISSING) for known in inputs]
                numbers = [number for value in values if (number := number_of(value)) is not None]
                if all(value == values[0] for value in values):
                    limits.extend(numbers[:1])
                elif len(numbers) < len(values):
                    return False
                else:
                    moving.append(numbers)
        return all(_moves_away(numbers, limits) for numbers in moving)

    def _next(self, state: _State) -> tuple[_State, ...]:
        """What the runs of a state schedule."""
        if state not in self.calls:
            if len(self.calls) >= _MOST_RUNS_OF_RING or next(self.budget, None) is None:
                raise _TooManyError
            if len(self.calls) == _AWAY and not self.wraps_around and self._running_away():
                raise _TooManyError
            key, run = state[0], self.run(state[0], self.inputs[state])
            after = ((step, self._state(target, inputs)) for step, target, inputs in self._calls(key, run))
            self.calls[state] = tuple(after)
        return tuple(dict.fromkeys(after for _, after in self.calls[state]))

    @cached_property
    def wraps_around(self) -> bool:
        """Whether a counter may begin again by itself: ``{{math steps.1.n "%" 60}}``."""
        calls = (call for key in self.keys for calls in self.schedules.runs.get(key, {}).values() for call in calls)
        return any("%" in repr(call.inputs) for call in calls)

    def _calls(self, key: str, run: AbstractRun) -> Iterator[tuple[str, str, Inputs]]:
        """The steps of a run that may schedule a workflow of the ring, with that and its inputs."""
        nodes = frozenset(run.nodes())
        for target, calls in self.schedules.runs.get(key, {}).items():
            if target in self.keys:
                for call in calls:
                    if call.step in nodes:
                        yield call.step, target, _passed(call, run.flow, run.context(call.step))

    def _state(self, key: str, inputs: Inputs) -> _State:
        known = {}
        for name in sorted(self.relevant[key]):
            value = inputs.get(name, MISSING)
            if value is not MISSING:
                is_known = undecided_in(value) is None and len(repr(value)) <= _LONGEST_VALUE
                known[name] = value if is_known else UNKNOWN
        state = key, tuple((name, repr(value)) for name, value in known.items())
        self.inputs[state] = known
        return state


class _TooManyError(Exception):
    """The runs of a ring are too many to be followed."""


def _passed(call: ScheduleCall, flow: FlowGraph | None, context: EvaluationContext) -> Inputs:
    """The inputs that a call passes."""
    written = call.inputs if flow is None else flow.steps[call.step].params.get("inputs", {})
    inputs = resolve(written, context)
    return inputs if isinstance(inputs, Mapping) else PartlyKnown({})


def _inputs_that_decide(flow: FlowGraph) -> Iterator[str]:
    """The inputs that the conditions of a workflow read, and steps whose output can be worked out."""
    for comparison in flow.comparisons:
        yield from _inputs_read(flow, [operand.value for operand in comparison.operands])
    for step in flow.steps.values():
        if step.action in COMPUTED_ACTIONS:
            yield from _inputs_read(flow, step.params)


def _inputs_read(flow: FlowGraph, value: object) -> Iterator[str]:
    return (fields[0] for path in paths_in(value) if (fields := flow.fields_of_trigger(path)))


def _moves_away(numbers: Sequence[float], limits: Sequence[float]) -> bool:
    """Whether a counter moves by steps of one size, away from all its limits."""
    first, change = numbers[0], numbers[1] - numbers[0]
    even = all(after - one == change for one, after in pairwise(numbers))
    return even and all((first - limit) * change > 0 for limit in limits)


def _compared_numbers(flow: FlowGraph) -> Iterator[int | float]:
    """The numbers that a workflow compares something with."""
    for comparison in flow.comparisons:
        for operand in comparison.operands:
            if (number := number_of(operand.value)) is not None:
                yield number


def _compares_plainly(flow: FlowGraph) -> bool:
    """Whether a workflow does nothing with its inputs in conditions but compare their order with something."""
    return all(
        comparison.meaning.family in (Family.ORDER, Family.EQUALITY, Family.PRESENCE, Family.TRUTH)
        and all(map(_is_plain, comparison.operands))
        for comparison in flow.comparisons
        if any(True for operand in comparison.operands for _ in _inputs_read(flow, operand.value))
    ) and not any(step.action in COMPUTED_ACTIONS for step in flow.steps.values())


def _is_plain(operand: Operand) -> bool:
    """Whether an operand is a value as it is, or the number of it."""
    match operand.expression:
        case Function(name=name):
            return name in ("parseInt", "parseFloat")
        case Template() as template:
            return template.only is not None
        case None | Reference():
            return True
    return False
