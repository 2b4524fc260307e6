"""How often a ring of schedules comes round, where a counter that it passes on ends it.

A run is followed with nothing known but the inputs that a caller passes as literals, and what it works out of them:
``attempt: 1``, then ``{{math steps.1.attempt "+" 1}}``. A condition that this does not decide may hold or not. The ring
ends where all these runs do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

from kustui.analysis.abstract_run import UNKNOWN, AbstractRun, nothing_known
from kustui.analysis.evaluation import EvaluationContext, PartlyKnown, resolve
from kustui.analysis.flow import FlowGraph
from kustui.analysis.schedules import ScheduleCall, Schedules
from kustui.analysis.walks import breadth_first, reverse_postorder
from kustui.definition.expressions import Comparison, expressions_in, parts_of
from kustui.definition.platform import COMPUTED_ACTIONS, TRIGGER_ID
from kustui.definition.values import MISSING, number_of, undecided_in

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

Inputs = Mapping[str, Any]
"""What a run is given, by name: JSON, or Undecided. What is not here is missing."""


class Bound(NamedTuple):
    """What ends a ring besides its conditions on what only a run knows."""

    rounds: int = 0
    """After how many runs of one workflow at most the ring is over; 0 if that is not known."""
    counter: bool = False
    """Whether a counter can end it, whose first value is not known."""


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
    if starts and not any(value is UNKNOWN for state in starts for value in ring.inputs[state].values()):
        return NO_BOUND
    callers = _callers(schedules, keys)
    if len(keys) < len(callers) <= _MOST_WORKFLOWS:
        around = _RingRuns(schedules, callers, flow_of, budget)
        if rounds := around.rounds(around.starts(), keys):
            return Bound(rounds)
    return Bound(counter=bool(ring.rounds(ring.starts_at_zero(), keys)))


def _callers(schedules: Schedules, keys: Sequence[str]) -> frozenset[str]:
    """Some workflows and the callable ones that schedule them, directly or indirectly; of too many, one too many."""

    def callers(key: str) -> tuple[str, ...]:
        calls = schedules.to_workflow.get(key, ())
        return tuple(call.caller for call in calls if call.caller not in schedules.not_callable)

    return frozenset(islice(breadth_first(keys, callers), _MOST_WORKFLOWS + 1))


_State = tuple[str, tuple[tuple[str, str], ...]]
"""A workflow, and what is known of its inputs, as text."""


@dataclass(frozen=True, eq=False)
class _RingRuns:
    schedules: Schedules
    keys: frozenset[str]
    flow_of: FlowOf
    budget: Iterator[object]
    inputs: dict[_State, Inputs] = field(default_factory=dict)
    """Those of each state."""
    after: dict[_State, tuple[_State, ...]] = field(default_factory=dict)

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

    def starts_at_zero(self) -> list[_State]:
        """Each workflow with 0 for the inputs that it counts up or down, and nothing known of the others."""
        states = []
        for key in sorted(self.keys):
            names = [name for name in self.relevant[key] if self._counts(key, name)]
            if names:
                states.append(self._state(key, PartlyKnown(dict.fromkeys(names, 0))))
        return states

    def _counts(self, key: str, name: str) -> bool:
        """Whether a workflow passes on another number in place of the one that it is given."""
        of_zero, of_one = (
            [
                number_of(value)
                for _, inputs in self._calls(key, AbstractRun(self.flows[key], PartlyKnown({name: number})))
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

    def _next(self, state: _State) -> tuple[_State, ...]:
        """What the runs of a state schedule."""
        if state not in self.after:
            if len(self.after) >= _MOST_RUNS_OF_RING or next(self.budget, None) is None:
                raise _TooManyError
            key, run = state[0], AbstractRun(self.flows[state[0]], self.inputs[state])
            after = (self._state(target, inputs) for target, inputs in self._calls(key, run))
            self.after[state] = tuple(dict.fromkeys(after))
        return self.after[state]

    def _calls(self, key: str, run: AbstractRun) -> Iterator[tuple[str, Inputs]]:
        """The workflows of the ring that a run may schedule, with their inputs."""
        nodes = frozenset(run.nodes())
        for target, calls in self.schedules.runs.get(key, {}).items():
            if target in self.keys:
                for call in calls:
                    if call.step in nodes:
                        yield target, _passed(call, run.flow, run.context(call.step))

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
    for condition in flow.conditions.values():
        for part in parts_of(condition):
            if isinstance(part, Comparison):
                yield from _inputs_read(flow, [operand.value for operand in part.operands])
    for step in flow.steps.values():
        if step.action in COMPUTED_ACTIONS:
            yield from _inputs_read(flow, step.params)


def _inputs_read(flow: FlowGraph, value: object) -> Iterator[str]:
    for _, expression in expressions_in(value):
        for path in expression.paths:
            if path.step is not None and path.fields and flow.node(path.step) == TRIGGER_ID:
                yield path.fields[0]
