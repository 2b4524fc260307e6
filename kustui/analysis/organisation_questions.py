"""What people ask of the graph of an organisation: what an event brings about, what leads to a workflow, what comes
round, what nothing can start, and how many scheduled runs all of it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from kustui.analysis.chains import End, Load, chain_from, load_of_all
from kustui.analysis.chains import Link as ChainLink
from kustui.analysis.effects import Effect, Reach
from kustui.analysis.event_rings import Cause, EventRing
from kustui.analysis.events import TriggerFilter
from kustui.analysis.organisation_graph import Kind, Link, Node, OrganisationGraph, Role, Verdict
from kustui.analysis.schedules import ScheduleCall
from kustui.definition.models import relative_minutes
from kustui.groups import grouped


class Branch(Struct, frozen=True):
    """A node in a tree of what happens, and what leads there."""

    node: Node
    links: tuple[Link, ...] = ()
    """The edges from the branch above, or to it: the steps of one workflow that do the same. None of the first."""
    depth: int = 0
    more: tuple[bool, ...] = ()
    """For each level down to this one, whether another branch of that level follows."""
    due: float | None = 0.0
    """Minutes from the beginning; None if only a run knows."""
    verdict: Verdict | None = None
    """Of a workflow that what a step causes would start."""
    end: End | None = None
    parent: int = -1
    """The index of the branch above."""
    left_out: int = 0
    """How many branches below it are left out, where there are too many."""


_ALL = 1_000_000


def brings_about(
    graph: OrganisationGraph, node: Node, unit: float = 1, most: int = _ALL, widest: int = _ALL
) -> tuple[Branch, ...]:
    """What an event, a workflow or a write of a field brings about, as a tree over time, each branch before those
    below it. What is below a node is told once; below an event that is told elsewhere stands what nothing before could
    start. ``unit``: that of a relative ``runAt``, in minutes; ``most``: levels; ``widest``: branches below one."""
    return _tree(node, _Forward(graph, unit), most, widest)


def leads_to(graph: OrganisationGraph, node: Node, most: int = _ALL, widest: int = _ALL) -> tuple[Branch, ...]:
    """What may lead to a workflow, an event, a field or a host, as a tree that goes back."""
    return _tree(node, _Backward(graph), most, widest)


class _Onward(Protocol):
    def first(self, branch: Branch) -> Iterator[Branch]:
        """What is below a branch."""

    def again(self, branch: Branch) -> Iterator[Branch]:
        """What is below a branch whose node is told elsewhere, and was not told there."""


def _tree(root: Node, onward: _Onward, most: int, widest: int) -> tuple[Branch, ...]:
    """What is below a node is told where the node is nearest to the root: so the tree grows level by level."""
    branches = [Branch(root)]
    below: list[range] = []
    expanded: set[Node] = set()
    for place, branch in enumerate(branches):
        end = branch.end or (_end_of(branch, branches) if branch.node in expanded else None)
        following: list[Branch] = []
        if end is None:
            following = list(onward.first(branch))
        elif end in (End.RING, End.REPEATED) and branch.depth < most:
            following = list(onward.again(branch))
        if following and branch.depth >= most:
            end, following = End.TOO_DEEP, []
        branches[place] = replace(branch, end=end, left_out=max(0, len(following) - widest))
        del following[widest:]
        if end is None:
            expanded.add(branch.node)
        below.append(range(len(branches), len(branches) + len(following)))
        for index, other in enumerate(following, start=1):
            more = (*branch.more, index < len(following) or branches[place].left_out > 0)
            branches.append(replace(other, depth=branch.depth + 1, more=more, parent=place))
    return tuple(_depth_first(branches, below))


def _end_of(branch: Branch, branches: Sequence[Branch]) -> End:
    """Why the tree ends at a node that is told elsewhere."""
    place = branch.parent
    while place >= 0 and branches[place].node != branch.node:
        place = branches[place].parent
    return End.RING if place >= 0 else End.REPEATED


def _depth_first(branches: Sequence[Branch], below: Sequence[range]) -> Iterator[Branch]:
    places: dict[int, int] = {-1: -1}
    pending = [0]
    while pending:
        place = pending.pop()
        places[place] = len(places) - 1
        yield replace(branches[place], parent=places[branches[place].parent])
        pending.extend(reversed(below[place]))


class _Forward:
    """Events lead to the workflows on them, fields to those that read them, workflows to what their steps cause."""

    def __init__(self, graph: OrganisationGraph, unit: float) -> None:
        self.graph, self.unit = graph, unit
        self._waiting: dict[Node, dict[TriggerFilter, list[Link]]] = {}
        """The workflows on an event that nothing could start so far, by what their triggers ask."""

    def first(self, branch: Branch) -> Iterator[Branch]:
        for target, links in grouped((link.target, link) for link in self.graph.links_from(branch.node)).items():
            caused = tuple(link for link in links if link.role is not Role.WRITES)
            if caused and target.kind is not Kind.FIELD:
                yield self._below(branch, target, caused)

    def again(self, branch: Branch) -> Iterator[Branch]:
        effects, waiting = _effects(branch.links), self._waiting.get(branch.node, {})
        for asks, links in list(waiting.items()):
            verdict = _best(self.graph, effects, links[0].target)
            if verdict is not None and verdict.reach is not Reach.CANNOT:
                del waiting[asks]
                yield from (self._below(branch, link.target, (link,)) for link in links)

    def _below(self, branch: Branch, target: Node, links: tuple[Link, ...]) -> Branch:
        due, link = branch.due, links[0]
        if link.call is not None:
            delay = relative_minutes(link.call.run_at, self.unit)
            due = due + delay if due is not None and delay is not None else None
        verdict = _best(self.graph, _effects(branch.links), target) if link.role is Role.STARTS else None
        end = None if self.graph.is_enabled(target) else End.CANNOT
        if end is None and verdict is not None and verdict.reach is Reach.CANNOT:
            end = End.CANNOT
            asks = self.graph.summaries[target.name].filter
            self._waiting.setdefault(branch.node, {}).setdefault(asks, []).append(link)
        return Branch(target, links, due=due, verdict=verdict, end=end)


class _Backward:
    """From workflows back to what starts them, from events and fields back to the steps that cause them."""

    def __init__(self, graph: OrganisationGraph) -> None:
        self.graph = graph

    def first(self, branch: Branch) -> Iterator[Branch]:
        above = branch.links[0] if branch.links else None
        for source, links in grouped((link.source, link) for link in self.graph.links_to(branch.node)).items():
            if source.kind is Kind.FIELD:
                continue
            effects = _effects(links)
            verdict = None
            if above is not None and above.role is Role.STARTS and effects:
                verdict = _best(self.graph, effects, above.target)
            stops = not self.graph.is_enabled(source) or (verdict is not None and verdict.reach is Reach.CANNOT)
            yield Branch(source, links, due=None, verdict=verdict, end=End.CANNOT if stops else None)

    def again(self, branch: Branch) -> Iterator[Branch]:
        """What cannot start the one workflow may start another: each is told where its event is told first."""
        return iter(())


def _effects(links: Iterable[Link]) -> list[Effect]:
    return [link.effect for link in links if link.effect is not None]


def _best(graph: OrganisationGraph, effects: list[Effect], workflow: Node) -> Verdict | None:
    """The verdict of the effect that is most likely to start a workflow; None where nothing is known to be written."""
    verdicts = [graph.verdict(effect, workflow.name) for effect in effects]
    order = (Reach.MUST, Reach.MAY, Reach.CANNOT)
    return min(verdicts, key=lambda verdict: order.index(verdict.reach), default=None)


# Rings


class RingHop(Struct, frozen=True):
    cause: Cause
    fields: tuple[str, ...]
    """The written fields that let the event through to the next workflow; none if it is a schedule or a call, or where
    the next one does not ask what has changed."""


def ring_hops(graph: OrganisationGraph, ring: EventRing) -> tuple[RingHop, ...]:
    """The causes of a ring, each with the fields that close it."""
    following = (*ring.causes[1:], ring.causes[0])
    return tuple(
        RingHop(cause, _closing(cause.effect, graph.summaries[other.workflow].filter.asks))
        for cause, other in zip(ring.causes, following, strict=True)
    )


def _closing(effect: Effect, asks: frozenset[str] | None) -> tuple[str, ...]:
    return tuple(sorted(field for field in effect.fields or () if asks is None or field in asks))


# Lists


def never_started(graph: OrganisationGraph) -> tuple[Node, ...]:
    """The enabled workflows that no event starts and nothing schedules or calls. Whoever calls through the API may."""
    return tuple(
        node
        for node in graph.nodes(Kind.WORKFLOW)
        if graph.is_enabled(node) and not graph.links_to(node, Role.STARTS, Role.SCHEDULES, Role.CALLS)
    )


# Load


def load_of_events(
    graph: OrganisationGraph,
    rates: Mapping[str, float],
    unit: float = 1,
    happens: Callable[[ScheduleCall], bool] = lambda _: True,
    rounds: Callable[[ChainLink], int] = lambda _: 0,
) -> Load:
    """The scheduled runs of all chains together, against what the platform runs. ``rates``: how often a minute each
    event happens, by its name. ``happens`` and ``rounds`` are those of ``load_of``."""
    chains = [
        (chain_from(graph.schedules, link.target.name, unit), rate)
        for event, rate in rates.items()
        for link in graph.links_from(Node(Kind.EVENT, event), Role.STARTS)
        if graph.is_enabled(link.target) and link.target.name in graph.schedules.from_workflow
    ]
    return load_of_all(chains, happens, rounds)
