"""Rings of events: steps that cause events which start workflows whose steps cause events, and so on round.

All workflows that listen to an event are found through the event, and the filters of triggers through the fields that
they ask about, so that a ring is looked for in time linear to what is written, however many workflows share an event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial

from msgspec import Struct, field

from kustui.analysis.effects import Effect, Reach
from kustui.analysis.events import ANY_FIELD, changed_names, reach
from kustui.analysis.flow import FlowGraph
from kustui.analysis.schedules import ScheduleCall, Schedules
from kustui.analysis.walks import shortest_cycle, strongly_connected_components
from kustui.definition.platform import call_event, called_id
from kustui.groups import grouped

_MOST_EXACT, _MOST_EXACT_OF_ALL = 40, 1_000
"""Of so many steps that may cause each other, and of so many pairs in a collection, every pair is looked at; of more,
only a few rings, none of them longer."""
_MOST_TRIED = 10


class Cause(Struct, frozen=True, eq=False):
    """A step that causes an event."""

    workflow: str
    """The key."""
    effect: Effect
    scheduled: bool = False
    """Whether the step schedules, which other rules look at."""


class EventRing(Struct, frozen=True):
    """Steps of which each causes the event that leads to the next one; not all of them are schedules."""

    causes: tuple[Cause, ...]
    """The one that comes first in the collection first."""
    certain: bool
    """Whether no condition stands on the way."""


_Node = tuple[str, ...] | Cause
"""A cause, an event, or an event with a field that was changed; ``*`` where that may be any."""


class EventGraph(Struct, frozen=True, eq=False, dict=True):
    """What the steps of all workflows cause, but for those that a workflow's own event leads to again."""

    effects: Mapping[str, Sequence[Effect]]
    """By the key of the workflow, in the order of the collection."""
    event_of: Mapping[str, str]
    """The event that starts each workflow that is no callable one, by its key."""
    schedules: Schedules
    flow_of: Callable[[str], FlowGraph]
    reached: dict[tuple[Cause, str], Mapping[str, Reach]] = field(default_factory=dict)

    @cached_property
    def causes(self) -> tuple[Cause, ...]:
        """In the order of the collection."""
        causes: list[Cause] = []
        for key, effects in self.effects.items():
            if key not in self.schedules.disabled:
                causes.extend(Cause(key, effect) for effect in effects if effect.repeats is Reach.CANNOT)
                for calls in self.schedules.runs.get(key, {}).values():
                    causes.extend(Cause(key, _as_effect(call), scheduled=True) for call in calls)
        return tuple(causes)

    @cached_property
    def by_workflow(self) -> Mapping[str, tuple[Cause, ...]]:
        return grouped((cause.workflow, cause) for cause in self.causes)

    @cached_property
    def listeners(self) -> Mapping[str, tuple[str, ...]]:
        """The keys of the workflows that cause something once an event starts them, by the event."""
        return grouped((self.event_of[key], key) for key in self.by_workflow if key in self.event_of)

    def started_by(self, cause: Cause) -> tuple[str, ...]:
        """The keys of the workflows that the event of a cause starts."""
        if (called := called_id(cause.effect.event)) is None:
            return self.listeners.get(cause.effect.event, ())
        key = self.schedules.keys.get(called, "")
        return (key,) if key in self.by_workflow and key not in self.schedules.not_callable else ()

    @cached_property
    def leading(self) -> Mapping[str, tuple[Cause, ...]]:
        """Of each workflow the causes whose events start something: few, and no other is in a ring."""
        return grouped((cause.workflow, cause) for cause in self.causes if self.started_by(cause))

    # All that may be

    def successors(self, node: _Node) -> Iterable[_Node]:
        """What a cause, an event or a change of a field may lead to, of what can be in a ring."""
        if isinstance(node, Cause):
            effect = node.effect
            if called_id(effect.event) is not None:
                return (cause for key in self.started_by(node) for cause in self.leading.get(key, ()))
            return ((effect.event,), *((effect.event, name) for name in changed_names(effect.fields)))
        return self._led_to.get(node, ())

    @cached_property
    def _led_to(self) -> Mapping[_Node, tuple[Cause, ...]]:
        """The causes that an event leads to whatever has changed, and those that a change of a field leads to."""
        return grouped(
            (node, cause)
            for event, keys in self.listeners.items()
            for key in keys
            for cause in self.leading.get(key, ())
            for node in _asked_nodes(event, cause.effect)
        )

    # Rings

    @cached_property
    def rings(self) -> tuple[EventRing, ...]:
        """A ring through each workflow of those whose steps cause each other, if possible one without conditions."""
        places = {cause: place for place, cause in enumerate(self.causes)}
        rings: list[EventRing] = []
        nodes: list[_Node] = [cause for causes in self.leading.values() for cause in causes]
        for component in strongly_connected_components(nodes, self.successors):
            causes = sorted((node for node in component if isinstance(node, Cause)), key=places.__getitem__)
            if len(component) > 1 and not all(cause.scheduled for cause in causes):
                rings.extend(self._rings_of(causes))
        ordered = (_from_first(ring, places) for ring in rings)
        return tuple(sorted(ordered, key=lambda ring: places[ring.causes[0]]))

    def _rings_of(self, causes: Sequence[Cause]) -> Iterator[EventRing]:
        if len(causes) > _MOST_EXACT or len(self.reached) > _MOST_EXACT_OF_ALL:
            yield from self._ring_among_many(causes)
            return
        reported: set[str] = set()
        for least in (Reach.MUST, Reach.MAY):
            onward = partial(self._onward, causes=causes, least=least)
            for cause in sorted(causes, key=lambda cause: cause.scheduled):
                hops = shortest_cycle(cause, onward) if cause.workflow not in reported else ()
                if not all(hop.scheduled for hop in hops):
                    reported.update(hop.workflow for hop in hops)
                    yield EventRing(hops, certain=least is Reach.MUST)

    def _onward(self, cause: Cause, causes: Sequence[Cause], least: Reach) -> Iterator[Cause]:
        """Which of some causes the event of one leads to."""
        started = self.started_by(cause)
        for other in causes:
            if other.workflow in started:
                answer = self._reach(cause, other)
                if answer is Reach.MUST or answer is least:
                    yield other

    def _reach(self, cause: Cause, other: Cause) -> Reach:
        key = other.workflow
        if (cause, key) not in self.reached:
            effects = [other.effect for other in self.by_workflow[key]]
            self.reached[cause, key] = reach(self.flow_of(key), cause.effect, effects)
        return self.reached[cause, key][other.effect.step]

    def _ring_among_many(self, causes: Sequence[Cause]) -> Iterator[EventRing]:
        """The shortest rings through some of many causes, if they can be, looked at hop by hop."""
        reported: set[str] = set()
        for cause in [cause for cause in causes if not cause.scheduled][:_MOST_TRIED]:
            cycle: tuple[_Node, ...] = shortest_cycle(cause, self.successors)
            ring = tuple(node for node in cycle if isinstance(node, Cause))
            if len(ring) > _MOST_EXACT or cause.workflow in reported:
                continue
            hops = [self._reach(one, other) for one, other in zip(ring, (*ring[1:], *ring[:1]), strict=True)]
            if hops and Reach.CANNOT not in hops:
                reported.update(other.workflow for other in ring)
                yield EventRing(ring, certain=set(hops) == {Reach.MUST})


def _from_first(ring: EventRing, places: Mapping[Cause, int]) -> EventRing:
    first = min(range(len(ring.causes)), key=lambda at: places[ring.causes[at]])
    return EventRing((*ring.causes[first:], *ring.causes[:first]), ring.certain)


def _as_effect(call: ScheduleCall) -> Effect:
    return Effect(call.step, call.pointer, call_event(call.workflow_id or ""))


def _asked_nodes(event: str, effect: Effect) -> Iterator[_Node]:
    if effect.asks is None:
        yield (event,)
    else:
        yield (event, ANY_FIELD)
        yield from ((event, name) for name in effect.asks)
