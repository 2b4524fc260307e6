"""The ways that a run of one workflow can go, and what each needs of the outputs on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kustui.definition.models import SCHEDULE_ACTION, TRIGGER_ID, Step
from kustui.simulate.engine.actions import REGEX_ACTION
from kustui.simulate.paths.constraints import Alternatives, Want, to_take
from kustui.simulate.paths.path_runs import Passage, scheduled
from kustui.simulate.paths.provenance import Known, KnownRun, Scene
from kustui.simulate.paths.solver import Contradiction, Solution, solved

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence

    from kustui.analysis.flow import Edge
    from kustui.analysis.inferred_fields import Fields
    from kustui.simulate.engine.organisation import Member, Organisation
    from kustui.simulate.paths.provenance import Origin

_MOST_WORLDS = 16
COMPUTED = (REGEX_ACTION, SCHEDULE_ACTION)
"""Actions whose output nobody can choose."""
_SCHEDULING = 10
"""How many steps a schedule weighs when the way is chosen that goes farthest."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One trigger or step of a way, and how it is left."""

    node: str
    edge: Edge | None
    """None where the run ends."""
    fails: bool
    """Whether the step has to fail for it."""
    wants: Alternatives
    run: int = 0
    """Of which run, counted from 0."""


@dataclass(frozen=True, slots=True)
class World:
    """One combination of wants that goes the whole way, and values that meet them."""

    wants: tuple[Want, ...]
    solution: Solution


@dataclass(frozen=True, slots=True)
class Prospect:
    """A way through a workflow, from its trigger or a later node, and through those that it schedules if asked."""

    legs: tuple[Leg, ...]
    worlds: tuple[World, ...]
    """Empty where it contradicts itself."""
    runs: tuple[Passage, ...]
    """In the order in which they begin."""
    contradiction: Contradiction | None = None
    complete: bool = True
    """Whether every combination was looked at."""
    waiting: tuple[Passage, ...] = ()
    """Scheduled on the way, and not yet begun."""
    passed_by: tuple[str, ...] = ()
    """What it schedules and does not go on with, and why, in words."""

    @property
    def nodes(self) -> tuple[str, ...]:
        """Of the first run."""
        return tuple(leg.node for leg in self.legs if not leg.run)


class Prospects:
    """Looks for ways through one workflow, and with ``follow`` on through those that it schedules.

    ``budget`` counts the nodes that are entered, over all of them.
    """

    def __init__(
        self,
        member: Member,
        data: Mapping[str, Any],
        now: int,
        budget: int,
        *,
        failures: bool,
        farthest: bool = False,
        follow: Organisation | None = None,
    ) -> None:
        self.member, self.budget = member, budget
        self._data, self._now, self._failures, self._farthest = data, now, failures, farthest
        self._follow = follow
        self._likely: dict[tuple[str, str, Fields], tuple[Any, ...]] = dict(_likely(member))
        self._found: dict[Hashable, Mapping[Origin, Any] | bool] = {}
        self._weights: dict[str, int] = {}

    def from_(self, node: str) -> Iterator[Prospect]:
        """Every way on from a node, its own output unknown, until the budget is spent; the farthest first if asked."""
        start = Prospect((), (World((), Solution({}, ())),), (Passage(self.member),))
        pending: list[tuple[Prospect, str | None]] = [(start, node)]
        while pending:
            prospect, here = pending.pop()
            if here is None:
                yield prospect
                continue
            if self.budget <= 0:
                return
            self.budget -= 1
            run = len(prospect.runs) - 1
            legs = self._legs(prospect.runs[run].member, here)
            pending.extend(reversed([self._next(prospect, replace(leg, run=run)) for leg in legs]))

    def _next(self, prospect: Prospect, leg: Leg) -> tuple[Prospect, str | None]:
        """The way with one more leg, and the node where it goes on."""
        further = self._further(prospect, leg)
        if not further.worlds:
            return further, None
        member = further.runs[-1].member
        part = member.flow.part(leg.node)
        if self._follow is not None and isinstance(part, Step) and part.schedules and not leg.fails:
            scene = Scene(leg.run, _failed(further.legs, leg.run))
            found = scheduled(self._follow, (*further.runs, *further.waiting), scene, part, self._now)
            if isinstance(found, Passage):
                further = replace(further, waiting=(*further.waiting, found))
            else:
                further = replace(further, passed_by=(*further.passed_by, found))
        target = leg.edge.target if leg.edge is not None else ""
        if target in member.flow.steps and all(each.node != target for each in further.legs if each.run == leg.run):
            return further, target
        if not further.waiting:
            return further, None
        begins = min(further.waiting, key=lambda each: each.due)  # of those due together the first scheduled
        if begins.member.key not in {key for key, *_ in self._likely}:
            self._likely |= _likely(begins.member)
        rest = tuple(each for each in further.waiting if each is not begins)
        return replace(further, runs=(*further.runs, begins), waiting=rest), TRIGGER_ID

    def _legs(self, member: Member, node: str) -> list[Leg]:
        part = member.flow.part(node)
        edges = member.flow.declared_edges.get(node, ())
        plain = [edge for edge in edges if not edge.after_failure]
        found = list(_of(member, node, plain, fails=False))
        if self._farthest:
            found.sort(key=lambda leg: -self._weight(leg.edge.target) if leg.edge else 1)
        failing = [edge for edge in edges if edge.after_failure]
        if self._failures and failing and isinstance(part, Step) and part.action is not None:
            found.extend(leg for leg in _of(member, node, failing, fails=True) if leg.edge is not None)
        return found

    def _further(self, prospect: Prospect, leg: Leg) -> Prospect:
        legs = (*prospect.legs, leg)
        known = self._known(prospect.runs, legs)
        alternatives = leg.wants.seen_from(Scene(leg.run, _failed(legs, leg.run)))
        worlds: list[World] = []
        contradiction: Contradiction | None = None
        complete = prospect.complete and leg.wants.complete
        for world in prospect.worlds:
            for alternative in alternatives.among:
                wants = (*world.wants, *(want for want in alternative if want not in world.wants))
                found = solved(wants, known)
                if isinstance(found, Contradiction):
                    contradiction = contradiction or found
                else:
                    worlds.append(World(wants, found))
        # What leaves least open first.
        worlds.sort(key=lambda world: len(world.solution.open))
        return replace(
            prospect,
            legs=legs,
            worlds=tuple(worlds[:_MOST_WORLDS]),
            contradiction=None if worlds else contradiction,
            complete=complete and len(worlds) <= _MOST_WORLDS,
        )

    def _known(self, runs: Sequence[Passage], legs: Sequence[Leg]) -> Known:
        found = []
        for number, run in enumerate(runs):
            unknown: set[str] = set()
            opaque: set[str] = set()
            outputs: dict[str, Any] = {}
            for leg in legs:
                if leg.run != number:
                    continue
                part = run.member.flow.part(leg.node)
                if not isinstance(part, Step):
                    unknown.add(leg.node)
                elif leg.fails or part.action is None:
                    continue  # it gives nothing
                elif part.schedules:
                    outputs[leg.node] = {}
                else:
                    (opaque if part.action in COMPUTED else unknown).add(leg.node)
            data = self._data if number == 0 else {**self._data, "steps": {}}
            data = {**data, "steps": {**data["steps"], **outputs}}
            found.append(
                KnownRun(
                    run.member,
                    data,
                    frozenset(unknown),
                    frozenset(opaque),
                    self._now + run.due,
                    run.scheduled_in,
                    run.inputs,
                )
            )
        before = tuple((run.member.key, run.step, run.scheduled_in) for run in runs)
        return Known(tuple(found), self._likely, before, self._found)

    def _weight(self, node: str) -> int:
        """How far a run gets from a step, at most: its steps, and its schedules much more."""
        if node not in self.member.flow.steps:
            return 0
        order = [node]
        for here in order:
            if here not in self._weights:
                order.extend(edge.target for edge in self.member.flow.edges.get(here, ()) if edge.target not in order)
        for here in reversed(order):
            if here not in self._weights:
                step = self.member.flow.steps[here]
                onward = [
                    self._weights.get(edge.target, 0) for edge in self.member.flow.edges[here] if not edge.after_failure
                ]
                self._weights[here] = 1 + _SCHEDULING * step.schedules + max(onward, default=0)
        return self._weights[node]


def _of(member: Member, node: str, edges: Sequence[Edge], *, fails: bool) -> Iterator[Leg]:
    conditions = [member.conditions.get(edge.transition.pointer) for edge in edges]
    for index, edge in enumerate(edges):
        wants = to_take(conditions, index)
        if wants.among:  # else an earlier one always holds
            yield Leg(node, edge, fails, wants)
    wants = to_take(conditions, None)
    if wants.among:
        yield Leg(node, None, fails, wants)


def _failed(legs: Sequence[Leg], run: int) -> str:
    """The step of a run that has failed last."""
    return next((leg.node for leg in reversed(legs) if leg.run == run and leg.fails), "")


def _likely(member: Member) -> Iterator[tuple[tuple[str, str, Fields], tuple[Any, ...]]]:
    """The literals that the workflow compares each field with, as values it may have."""
    found: dict[tuple[str, str, Fields], list[Any]] = {}
    for node in member.flow.declared_edges:
        for demand in member.inferred_fields.get(node, ()):
            if demand.operator in ("eq", "neq", "ne") and isinstance(demand.literal, str | bool | int | float):
                found.setdefault((member.key, node, demand.fields), []).append(demand.literal)
    for place, values in found.items():
        yield place, tuple(dict.fromkeys(values))
