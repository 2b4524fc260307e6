"""The ways that a run of one workflow can go, and what each needs of the outputs on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kustui.definition.models import SCHEDULE_ACTION, TRIGGER_ID, Step
from kustui.simulate.acting import REGEX_ACTION
from kustui.simulate.demands import demands_on
from kustui.simulate.satisfying import Contradiction, Known, Solution, solved
from kustui.simulate.wanting import Alternatives, Want, to_take

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kustui.graph.flow import Way
    from kustui.simulate.organisation import Member

_MOST_WORLDS = 16
COMPUTED = (REGEX_ACTION, SCHEDULE_ACTION)
"""Actions whose output nobody can choose."""
_SCHEDULING = 10
"""How many steps a schedule weighs when the way is chosen that goes farthest."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One trigger or step of a way through a workflow, and how it is left."""

    node: str
    way: Way | None
    """None where the run ends."""
    fails: bool
    """Whether the step has to fail for it."""
    wants: Alternatives


@dataclass(frozen=True, slots=True)
class World:
    """One combination of wants that goes the whole way, and values that meet them."""

    wants: tuple[Want, ...]
    solution: Solution


@dataclass(frozen=True, slots=True)
class Prospect:
    """A way through a workflow from its trigger or a later node."""

    legs: tuple[Leg, ...]
    worlds: tuple[World, ...]
    """Empty where it contradicts itself."""
    contradiction: Contradiction | None = None
    complete: bool = True
    """Whether every combination was looked at."""

    @property
    def nodes(self) -> tuple[str, ...]:
        return tuple(leg.node for leg in self.legs)


class Prospects:
    """Looks for ways through one workflow. ``budget`` counts the nodes that are entered, over all of them."""

    def __init__(
        self, member: Member, data: Mapping[str, Any], now: int, budget: int, *, failures: bool, farthest: bool = False
    ) -> None:
        self.member, self.budget = member, budget
        self._data, self._now, self._failures, self._farthest = data, now, failures, farthest
        self._likely = _likely(member)
        self._weights: dict[str, int] = {}

    def from_(self, node: str) -> Iterator[Prospect]:
        """Every way on from a node, its own output unknown, until the budget is spent; the farthest first if asked."""
        start = Prospect((), (World((), Solution({}, ())),))
        pending: list[tuple[Prospect, str | None]] = [(start, node)]
        while pending:
            prospect, here = pending.pop()
            if here is None:
                yield prospect
                continue
            if self.budget <= 0:
                return
            self.budget -= 1
            pending.extend(reversed([self._next(prospect, leg) for leg in self._legs(here)]))

    def _next(self, prospect: Prospect, leg: Leg) -> tuple[Prospect, str | None]:
        """The way with one more leg, and the node where it goes on."""
        further = self._further(prospect, leg)
        target = leg.way.target if leg.way is not None else None
        if target is None or target not in self.member.flow.steps or target in further.nodes or not further.worlds:
            return further, None
        return further, target

    def _legs(self, node: str) -> list[Leg]:
        part = self.member.flow.part(node)
        ways = self.member.flow.written.get(node, ())
        plain = [way for way in ways if not way.after_failure]
        found = list(self._of(node, plain, fails=False))
        if self._farthest:
            found.sort(key=lambda leg: -self._weight(leg.way.target) if leg.way else 1)
        failing = [way for way in ways if way.after_failure]
        if self._failures and failing and isinstance(part, Step) and part.action not in (None, *COMPUTED):
            found.extend(leg for leg in self._of(node, failing, fails=True) if leg.way is not None)
        return found

    def _of(self, node: str, ways: Sequence[Way], *, fails: bool) -> Iterator[Leg]:
        conditions = [self.member.conditions.get(way.transition.pointer) for way in ways]
        for index, way in enumerate(ways):
            wants = to_take(conditions, index)
            if wants.among:  # else an earlier one always holds
                yield Leg(node, way, fails, wants)
        wants = to_take(conditions, None)
        if wants.among:
            yield Leg(node, None, fails, wants)

    def _further(self, prospect: Prospect, leg: Leg) -> Prospect:
        legs = (*prospect.legs, leg)
        known = self._known(legs)
        worlds: list[World] = []
        contradiction: Contradiction | None = None
        complete = prospect.complete and leg.wants.complete
        for world in prospect.worlds:
            for alternative in leg.wants.among:
                wants = (*world.wants, *(want for want in alternative if want not in world.wants))
                found = solved(wants, known)
                if isinstance(found, Contradiction):
                    contradiction = contradiction or found
                else:
                    worlds.append(World(wants, found))
        # What leaves least open first.
        worlds.sort(key=lambda world: len(world.solution.open))
        return Prospect(
            legs,
            tuple(worlds[:_MOST_WORLDS]),
            None if worlds else contradiction,
            complete and len(worlds) <= _MOST_WORLDS,
        )

    def _known(self, legs: Sequence[Leg]) -> Known:
        unknown, opaque = set(), set()
        for leg in legs:
            part = self.member.flow.part(leg.node)
            if isinstance(part, Step) and part.action in COMPUTED:
                opaque.add(leg.node)
            elif not leg.fails:
                unknown.add(leg.node)
        trigger = self.member.workflow.trigger
        if TRIGGER_ID in unknown and trigger is not None:
            unknown.add(trigger.id)
        return Known(self._data, frozenset(unknown), frozenset(opaque), self._now, self._likely)

    def _weight(self, node: str) -> int:
        """How far a run gets from a step, at most: its steps, and its schedules much more."""
        if node not in self.member.flow.steps:
            return 0
        order = [node]
        for here in order:
            if here not in self._weights:
                order.extend(way.target for way in self.member.flow.ways.get(here, ()) if way.target not in order)
        for here in reversed(order):
            if here not in self._weights:
                step = self.member.flow.steps[here]
                onward = [
                    self._weights.get(way.target, 0) for way in self.member.flow.ways[here] if not way.after_failure
                ]
                self._weights[here] = 1 + _SCHEDULING * step.schedules + max(onward, default=0)
        return self._weights[node]


def _likely(member: Member) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """The literals that the workflow compares each path with, as values it may have."""
    found: dict[tuple[str, ...], list[Any]] = {}
    for node in member.flow.written:
        for demand in demands_on(member, node):
            if demand.operator in ("eq", "neq", "ne") and isinstance(demand.literal, str | bool | int | float):
                found.setdefault(("steps", node, *demand.fields), []).append(demand.literal)
    return {path: tuple(dict.fromkeys(values)) for path, values in found.items()}
