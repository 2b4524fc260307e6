"""Everything that happens in an organisation as one graph: workflows, the events that start them, the fields that they
read and write, the hosts that they call.

Its edges lead the way that things happen: from an event to the workflow that it starts, from a field to the workflow
that reads it. What rests on our reading of the platform is *assumed* [assumed].
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NamedTuple

import networkx
from msgspec import Struct

from kustui.analysis.collection_analysis import CollectionAnalysis
from kustui.analysis.effects import Effect, Reach
from kustui.analysis.events import ANY_FIELD, TriggerFilter, changed_names
from kustui.analysis.flow import FlowGraph
from kustui.analysis.outside_links import OutsideLinks
from kustui.analysis.schedules import ScheduleCall, Schedules
from kustui.analysis.workflow_summary import WorkflowSummary
from kustui.definition.platform import TRIGGER_ID, called_id, object_of_event
from kustui.garbage_collection import gc_paused
from kustui.groups import grouped


class Kind(StrEnum):
    WORKFLOW = "workflow"
    EVENT = "event"
    FIELD = "field"
    HOST = "host"
    MISSING = "missing"
    """A workflow that is named and not there."""


class Node(Struct, frozen=True):
    kind: Kind
    name: str
    """Of a workflow its key, of a missing one its id; ``conversation.custom.timerBool``, ``customer.tags``."""

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


class Role(StrEnum):
    """What an edge means."""

    STARTS = "starts"
    SCHEDULES = "schedules"
    PUBLISHES = "publishes"
    WRITES = "writes"
    READS = "reads"
    CALLS = "calls"


class Link(Struct, frozen=True):
    """An edge, with the place in the definition that says so."""

    role: Role
    source: Node
    target: Node
    workflow: str
    """The key of the workflow in which it stands."""
    step: str
    step_name: str
    pointer: str
    """Of the step, the trigger, or the string that names the other end."""
    assumed: bool = False
    call: ScheduleCall | None = None
    """Of a schedule, with its time and inputs."""
    effect: Effect | None = None
    """Of what a step causes, with the fields and values that it writes."""


class Verdict(NamedTuple):
    """Whether what a step causes leads a workflow beyond its trigger."""

    reach: Reach
    reason: str = ""
    """Of CANNOT, and of MAY where a filter is known."""


class Neighbourhood(Struct, frozen=True):
    """A part of the graph around a node."""

    centre: Node
    distances: Mapping[Node, int]
    """Steps from the centre on; negative for what leads to it."""
    links: tuple[Link, ...]


class OrganisationGraph(Struct, frozen=True, eq=False, dict=True):
    """Never changed; ``of`` makes the next one from the last."""

    schedules: Schedules
    summaries: Mapping[str, WorkflowSummary]
    links_of_workflow: Mapping[str, tuple[Link, ...]]
    """What each workflow brings into it, by its key."""
    flow_of: Callable[[str], FlowGraph]
    is_first: bool = False
    """Whether nothing of it is taken from an earlier one."""

    @classmethod
    def of(cls, analysis: CollectionAnalysis, before: OrganisationGraph | None = None) -> OrganisationGraph:
        """The graph of a collection. What workflows bring that are the same as ``before`` is not worked out again."""
        schedules = analysis.schedules
        reusable = before if before is not None and before.schedules.keys == schedules.keys else None
        links = {}
        first = before is None  # what the first one leaves behind is looked at no more: that holds up a key for 0.2 s
        with gc_paused(freeze=first):  # a million edges are looked at again and again otherwise
            for key, summary in analysis.summaries.items():
                if reusable is not None and _are_same(reusable.summaries.get(key), summary):
                    links[key] = reusable.links_of_workflow[key]
                else:
                    links[key] = tuple(_links_of(key, summary, schedules))
        return cls(schedules, analysis.summaries, links, lambda key: analysis.analysis(key).flow, first)

    @cached_property
    def graph(self) -> networkx.MultiDiGraph[Node]:
        """As networkx has it, for whoever wants to walk it: from a node to another one edge of each role, which holds
        under ``links`` those that say so."""
        graph: networkx.MultiDiGraph[Node] = networkx.MultiDiGraph()
        graph.add_nodes_from(Node(Kind.WORKFLOW, key) for key in self.summaries)
        with gc_paused(freeze=self.is_first):
            for links in self.links_of_workflow.values():  # no two workflows share an edge
                alike = grouped(((link.source, link.target, link.role), link) for link in links)
                graph.add_edges_from((source, target, {"links": its}) for (source, target, _), its in alike.items())
        return graph

    # Nodes and edges

    def nodes(self, kind: Kind | None = None) -> Iterator[Node]:
        """The nodes of a kind, or all: workflows in the order of the collection, then as they are met."""
        return (node for node in self.graph if kind is None or node.kind is kind)

    def __contains__(self, node: Node) -> bool:
        return node in self.graph

    def links_from(self, node: Node, *roles: Role) -> tuple[Link, ...]:
        """The edges from a node on, of some roles or of all."""
        return self._links(self.graph.out_edges(node, data="links"), roles) if node in self.graph else ()

    def links_to(self, node: Node, *roles: Role) -> tuple[Link, ...]:
        """The edges that lead to a node, of some roles or of all."""
        return self._links(self.graph.in_edges(node, data="links"), roles) if node in self.graph else ()

    def _links(self, edges: Iterable[tuple[Node, Node, tuple[Link, ...]]], roles: tuple[Role, ...]) -> tuple[Link, ...]:
        return tuple(link for _, _, links in edges if not roles or links[0].role in roles for link in links)

    def writers(self, node: Node) -> tuple[Link, ...]:
        """The steps that write a field."""
        return self.links_to(node, Role.WRITES)

    def readers(self, node: Node) -> tuple[Link, ...]:
        """The steps and transitions that read a field."""
        return self.links_from(node, Role.READS)

    def title(self, node: Node) -> str:
        """What people call it."""
        return self.summaries[node.name].entry.title if node.kind is Kind.WORKFLOW else node.name

    def is_enabled(self, node: Node) -> bool:
        return node.kind is not Kind.WORKFLOW or node.name not in self.schedules.disabled

    def around(self, centre: Node, depth: int) -> Neighbourhood:
        """What the node brings about within so many edges, and what leads to it within as many. Neither turns round:
        what else leads to what it brings about is left aside."""
        distances, edges = {centre: 0}, dict[int, tuple[Link, ...]]()
        for sign, edges_at in ((1, self.graph.out_edges), (-1, self.graph.in_edges)):
            rim, met = [centre], {centre}
            for distance in range(1, depth + 1):
                onward: dict[Node, None] = {}
                its: tuple[Link, ...]
                for source, target, its in edges_at(rim, data="links"):
                    edges[id(its)] = its
                    other = target if sign > 0 else source
                    if other not in met:
                        met.add(other)
                        onward[other] = None
                        distances.setdefault(other, sign * distance)
                rim = list(onward)
        return Neighbourhood(centre, distances, tuple(link for its in edges.values() for link in its))

    # Whether an event gets a workflow beyond its trigger

    def verdict(self, effect: Effect, key: str) -> Verdict:
        """Whether what a step causes leads a workflow on its event beyond the trigger, by the fields that it writes."""
        if key in self.schedules.disabled:
            return Verdict(Reach.CANNOT, "it is disabled")
        if called_id(effect.event) is not None:
            return Verdict(Reach.MUST)
        return _verdict(effect, self.summaries[key].filter)


def _verdict(effect: Effect, asks: TriggerFilter) -> Verdict:
    if asks.reach is Reach.CANNOT:
        return Verdict(Reach.CANNOT, "no transition of its trigger can hold")
    if asks.asks is None:
        return Verdict(asks.reach)
    names = set(changed_names(effect.fields))
    filtered = f"it asks whether {_listed(asks.asks)} changed"
    # A published event is no update of an object: what it says of changes is in its payload.
    if effect.fields == frozenset() or ANY_FIELD in names or not names.isdisjoint(asks.asks):
        return Verdict(Reach.MAY, filtered)
    return Verdict(Reach.CANNOT, f"{filtered}, and only {_listed(effect.fields or ())} is written")


def _listed(fields: Iterable[str]) -> str:
    return ", ".join(sorted(fields)[:3])


# What each workflow brings into it


def _are_same(before: WorkflowSummary | None, now: WorkflowSummary) -> bool:
    """Whether a workflow was carried over from the last check where it stood."""
    return (
        before is not None
        and before.links is now.links
        and before.calls is now.calls
        and before.effects is now.effects
        and (before.event_name, before.pointer) == (now.event_name, now.pointer)
    )


def _links_of(key: str, summary: WorkflowSummary, schedules: Schedules) -> Iterator[Link]:
    own, outside = Node(Kind.WORKFLOW, key), OutsideLinks.unpacked(summary.links)
    if summary.event_name and called_id(summary.event_name) is None:
        event = Node(Kind.EVENT, summary.event_name)
        yield Link(Role.STARTS, event, own, key, TRIGGER_ID, "", f"{summary.pointer}/trigger")
    for call in summary.calls:
        if call.workflow_id is not None:
            target = _workflow(call.workflow_id, schedules)
            yield Link(Role.SCHEDULES, own, target, key, call.step, call.step_name, call.pointer, call=call)
    for effect in summary.effects:
        name = outside.names.get(effect.step, effect.step)
        called = called_id(effect.event)
        if called is not None:
            target = _workflow(called, schedules)
            yield Link(Role.CALLS, own, target, key, effect.step, name, effect.pointer, True, effect=effect)
            continue
        event = Node(Kind.EVENT, effect.event)
        yield Link(Role.PUBLISHES, own, event, key, effect.step, name, effect.pointer, True, effect=effect)
        if of_object := object_of_event(effect.event):
            for written in sorted(effect.fields or ()):
                target = _field_node(f"{of_object}.{written}")
                yield Link(Role.WRITES, own, target, key, effect.step, name, effect.pointer, True, effect=effect)
    for read in outside.reads:
        name, pointer = outside.names.get(read.step, read.step), f"{summary.pointer}{read.pointer}"
        yield Link(Role.READS, _field_node(read.name), own, key, read.step, name, pointer, read.assumed)
    for called_at in outside.hosts:
        step, pointer = called_at.step, f"{summary.pointer}{called_at.pointer}"
        host = Node(Kind.HOST, called_at.name)
        yield Link(Role.CALLS, own, host, key, step, outside.names.get(step, step), pointer)


@lru_cache(maxsize=10_000)
def _field_node(name: str) -> Node:
    """One node for each name: a hundred thousand links are to a few hundred fields."""
    return Node(Kind.FIELD, name)


def _workflow(id_: str, schedules: Schedules) -> Node:
    key = schedules.keys.get(id_)
    return Node(Kind.WORKFLOW, key) if key is not None else Node(Kind.MISSING, id_ or "known in a run")
