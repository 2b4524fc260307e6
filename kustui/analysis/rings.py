"""Rings of schedules: workflows that schedule each other, whether something can end that, and after how many rounds.

A ring is endless where every run of each of its workflows schedules one of them again, on every path from the trigger
to an end, or on every path that the inputs leave which are passed on. Failures do not count: a step that fails can end
any run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from operator import length_hint
from typing import Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from kustui.analysis.counters import MOST_RUNS, NO_BOUND, Bound, FlowOf, bound_of
from kustui.analysis.feasibility import START, FeasiblePaths, Place
from kustui.analysis.guards import Branching, guards_of, may_pass_by
from kustui.analysis.schedules import ScheduleCall, Schedules
from kustui.analysis.walks import breadth_first, cycles, strongly_connected_components
from kustui.definition.expressions import Condition
from kustui.groups import grouped

P = TypeVar("P")
A = TypeVar("A")

_MOST_TRIED = 5
"""How many workflows are tried for one that every ring of a set goes through."""
_MOST_LEVELS = 20
"""How deep rings inside of rings are taken apart; deeper, the innermost are reported."""


class Ring(Struct, frozen=True):
    """A shortest ring of a set of workflows that schedule each other."""

    workflows: tuple[str, ...]
    """Their keys, the one that comes first in the collection first."""
    hops: tuple[tuple[ScheduleCall, ...], ...]
    """The calls from each workflow to the next."""
    endless: bool
    """Whether no condition can end it."""
    by_inputs: bool = False
    """Whether that is so only with the inputs that are passed on."""
    ending: str = ""
    """The key of a workflow of which some run schedules none of the set; empty if the ring is endless."""
    ending_guards: tuple[tuple[Condition | None, ...], ...] = ()
    """Of each call with which other runs of that workflow go on, the conditions of its guards; None for one that has
    none."""
    needs_ending: bool = False
    """Whether every ring of the set goes through that workflow."""
    after_failure: bool = False
    """Whether only a run in which a step fails makes one of these calls."""
    members: tuple[str, ...] = ()
    """The keys of the whole set, in the order of the collection."""
    bound: Bound = NO_BOUND


class Spread(Protocol):
    """What gives the answers of some work on parts that have nothing to do with each other, in any order: all at once,
    or some of the parts in each of several processes."""

    def __call__(self, work: Callable[[Sequence[P]], Iterable[A]], parts: Sequence[P], /) -> Iterable[A]: ...


def all_at_once(work: Callable[[Sequence[P]], Iterable[A]], parts: Sequence[P], /) -> Iterable[A]:
    return work(parts)


def rings_of(schedules: Schedules, flow_of: FlowOf, spread: Spread = all_at_once) -> tuple[Ring, ...]:
    """A ring of each set of workflows that schedule each other, in the order of the collection; of a set that holds
    endless rings, these."""
    work = partial(_rings_among, schedules, flow_of)
    found = list(spread(work, schedules.components))
    if sum(one.runs for one in found) > MOST_RUNS:  # each process may follow as many
        found = work(schedules.components)
    places = {key: place for place, key in enumerate(schedules.keys.values())}
    found.sort(key=lambda one: places[one.keys[0]])
    return tuple(ring for one in found for ring in one.rings)


class _Found(Struct, frozen=True):
    """The rings of a set of workflows."""

    keys: tuple[str, ...]
    """The set, in the order of the collection."""
    rings: tuple[Ring, ...]
    runs: int
    """How many runs of them were followed."""


def _rings_among(schedules: Schedules, flow_of: FlowOf, components: Sequence[Sequence[str]]) -> list[_Found]:
    """The rings of some of the sets of workflows that schedule each other, or of the sets that they fall into without
    the calls to which no run can come."""
    members = frozenset(key for component in components for key in component)
    calling = grouped((call.caller, call.step) for call in schedules.calls)
    ways: dict[str, Mapping[Place, Branching[Place]]] = {}
    possible: set[tuple[str, str]] = set()
    for key in _in_rings_that_lead_to(schedules, members):
        paths = FeasiblePaths(flow_of(key))
        ways[key] = paths.ways()
        reached = {place.node for place in ways[key]}
        if paths.flow.failing and not reached.issuperset(calling[key]):
            reached = {place.node for place in paths.ways(failures=True)}
        possible.update((key, node) for node in reached)
    schedules = _possible_calls(schedules, ways, possible)
    budget = iter(range(MOST_RUNS))
    bound = partial(bound_of, flow_of=flow_of, budget=budget)
    found = []
    for keys in schedules.components:
        if keys[0] in members:
            left = length_hint(budget)
            endless = [_ring(schedules, ring, ways, endless=True) for ring in _endless_sets(schedules, keys, ways)]
            rings = endless or [_ring_that_ends(schedules, keys, ways, bound, flow_of)]
            found.append(_Found(keys, tuple(rings), left - length_hint(budget)))
    return found


def _in_rings_that_lead_to(schedules: Schedules, keys: Iterable[str]) -> Iterator[str]:
    """The workflows in rings from which calls lead to some others, these included if they are in rings."""

    def callers(key: str) -> Iterator[str]:
        return (call.caller for call in schedules.to_workflow.get(key, ()))

    leading = frozenset(breadth_first(keys, callers))
    return (key for component in schedules.components for key in component if key in leading)


def _possible_calls(schedules: Schedules, in_rings: Container[str], possible: Container[tuple[str, str]]) -> Schedules:
    """Without the calls inside of rings to which no run can come. ``possible`` are the steps to which one can."""
    calls = [call for call in schedules.calls if call.caller not in in_rings or (call.caller, call.step) in possible]
    return replace(schedules, calls=tuple(calls)) if len(calls) < len(schedules.calls) else schedules


Ways = Mapping[str, Mapping[Place, Branching[Place]]]
"""How runs go on, by the key of the workflow and the place."""


def _places(ways: Mapping[Place, Branching[Place]], calls: Iterable[ScheduleCall]) -> frozenset[Place]:
    """The places of schedule steps that runs come to without a failure."""
    steps = {call.step for call in calls}
    return frozenset(place for place in ways if place.node in steps)


def _within(schedules: Schedules, keys: Collection[str]) -> Callable[[str], tuple[str, ...]]:
    """What each workflow of a set schedules of the set."""
    members = frozenset(keys)
    return lambda key: tuple(target for target in schedules.runs.get(key, ()) if target in members)


def _ring(schedules: Schedules, keys: Sequence[str], ways: Ways, *, endless: bool) -> Ring:
    ring = cycles(keys, _within(schedules, keys))[0]
    hops = tuple(schedules.runs[caller][target] for caller, target in pairwise((*ring, ring[0])))
    if endless:  # failures do not count
        hops = tuple(tuple(call for call in hop if _places(ways[call.caller], (call,))) or hop for hop in hops)
    return Ring(ring, hops, endless, members=tuple(keys))


def _ring_that_ends(
    schedules: Schedules,
    keys: Sequence[str],
    ways: Ways,
    bound_of: Callable[[Schedules, Sequence[str]], Bound],
    flow_of: FlowOf,
) -> Ring:
    """The ring of a set that some run may end: an endless one where the inputs that are passed on keep it going, or
    else one with a workflow that can end it, if possible one that every ring of the set goes through."""
    bound = bound_of(schedules, keys)
    if bound.endless:
        return replace(_ring(schedules, bound.endless, ways, endless=True), by_inputs=True)
    ring = _ring(schedules, keys, ways, endless=False)
    within = _within(schedules, keys)
    calls = {key: tuple(call for target in within(key) for call in schedules.runs[key][target]) for key in keys}
    ending = [key for key in keys if may_pass_by(ways[key], START, _places(ways[key], calls[key]))]
    on_ring = [key for key in ring.workflows if key in ending]
    needed = [key for key in on_ring[:_MOST_TRIED] if not cycles(*_without(keys, key, within))]
    key = (needed or on_ring or ending)[0]
    flow = flow_of(key)
    guards = (guards_of(flow, call.step) for call in calls[key])
    return replace(
        ring,
        ending=key,
        ending_guards=tuple(tuple(flow.conditions.get(guard.pointer) for guard in own) for own in guards),
        needs_ending=bool(needed),
        after_failure=not _places(ways[key], calls[key]),
        bound=bound,
    )


def _without(
    keys: Sequence[str], key: str, within: Callable[[str], tuple[str, ...]]
) -> tuple[list[str], Callable[[str], tuple[str, ...]]]:
    return (
        [other for other in keys if other != key],
        lambda other: tuple(target for target in within(other) if target != key),
    )


def _endless_sets(schedules: Schedules, component: Sequence[str], ways: Ways) -> Iterator[tuple[str, ...]]:
    """The sets of workflows of which every run schedules one of the same set again, each without those that only lead
    to it, in the order of the collection."""
    places = {key: place for place, key in enumerate(component)}
    pending = [(tuple(component), 0)]
    while pending:
        keys, level = pending.pop()
        endless = _never_ending(schedules, keys, ways)
        if len(endless) == len(keys):
            yield keys
            continue
        within = _within(schedules, endless)
        parts = strongly_connected_components(sorted(endless, key=places.__getitem__), within)
        for part in parts:
            onward = {target for key in part for target in within(key)}
            if level < _MOST_LEVELS or onward <= set(part):
                pending.append((tuple(sorted(part, key=places.__getitem__)), level + 1))


def _never_ending(schedules: Schedules, keys: Sequence[str], ways: Ways) -> frozenset[str]:
    """The largest set of some workflows of which every run schedules one of the set again.

    Works backwards from the ends: a run that can end without a schedule takes its workflow out of the set, and what
    schedules that may end too. Each edge is looked at once.
    """
    remaining = set(keys)
    scheduling = _scheduling(schedules, keys, ways)
    callers = grouped((target, caller) for caller, target in scheduling.items())
    sources = {key: _sources(ways[key]) for key in keys}
    pending = [(key, place) for key in keys for place, way in ways[key].items() if way.may_end]
    ending: set[tuple[str, Place]] = set()
    waiting: set[tuple[str, Place]] = set()
    while pending:
        here = pending.pop()
        key, place = here
        if scheduling.get(here) in remaining:
            waiting.add(here)  # the run goes on, unless that workflow turns out to end
        elif here not in ending:
            ending.add(here)
            pending.extend((key, source) for source in sources[key].get(place, ()))
            if place == START:
                remaining.discard(key)
                pending.extend(caller for caller in callers.get(key, ()) if caller in waiting)
    return frozenset(remaining)


def _scheduling(schedules: Schedules, keys: Sequence[str], ways: Ways) -> Mapping[tuple[str, Place], str]:
    """The workflow of a set that each place of one of them schedules."""
    within = _within(schedules, keys)
    return {
        (key, place): target
        for key in keys
        for target in within(key)
        for place in _places(ways[key], schedules.runs[key][target])
    }


def _sources(ways: Mapping[Place, Branching[Place]]) -> Mapping[Place, tuple[Place, ...]]:
    """The places from which runs go on to each place."""
    return grouped((target, place) for place, way in ways.items() for target in way.targets)
