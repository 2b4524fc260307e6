"""Who schedules whom: the graph of a whole collection, a node a workflow and an edge a schedule call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kustui.analysis.cycles import has_cycle

if TYPE_CHECKING:
    import networkx as nx

    from kustui.analysis.flow import Edge, FlowGraph
    from kustui.definition.models import RunAt


@dataclass(frozen=True, slots=True)
class ScheduleCall:
    """One step that schedules a workflow."""

    caller: str
    """The key of the workflow whose step it is."""
    step: str
    step_name: str
    pointer: str
    workflow_id: str | None
    """The id it names; None where it is missing, or a reference that only a run can follow."""
    run_at: RunAt | None
    inputs: Mapping[str, Any]
    edges: tuple[Edge, ...]
    """How a run gets to the step: their conditions are the conditions of the call."""


def calls_of(key: str, flow: FlowGraph) -> tuple[ScheduleCall, ...]:
    """The schedule calls of one workflow, in flow order."""
    found = []
    for step in flow.order:
        if schedule := step.schedule:
            named = schedule.workflow_id
            followed = isinstance(named, str) and not named.startswith("/#") and "{{" not in named
            found.append(
                ScheduleCall(
                    key,
                    step.id,
                    step.name,
                    step.pointer,
                    named if followed else None,
                    schedule.run_at,
                    schedule.inputs,
                    flow.incoming[step.id],
                )
            )
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Schedules:
    """The schedule calls between the workflows of a collection."""

    calls: tuple[ScheduleCall, ...]
    keys: Mapping[str, str]
    """The key of the workflow that each id names."""

    @classmethod
    def of(cls, calls: Iterable[ScheduleCall], keys: Mapping[str, str]) -> Schedules:
        return cls(tuple(calls), keys)

    def target(self, call: ScheduleCall) -> str | None:
        """The key of the workflow that a call schedules, or None where the collection has none."""
        return self.keys.get(call.workflow_id) if call.workflow_id is not None else None

    @cached_property
    def graph(self) -> nx.MultiDiGraph[str]:
        """Keys of workflows, an edge a call with the Call under ``call``."""
        import networkx as nx

        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for call in self.calls:
            if (target := self.target(call)) is not None:
                graph.add_edge(call.caller, target, call=call)
        return graph

    @cached_property
    def from_workflow(self) -> Mapping[str, tuple[ScheduleCall, ...]]:
        return _grouped((call.caller, call) for call in self.calls)

    @cached_property
    def to_workflow(self) -> Mapping[str, tuple[ScheduleCall, ...]]:
        """The calls that schedule each workflow."""
        return _grouped((target, call) for call in self.calls if (target := self.target(call)) is not None)

    def after(self, key: str) -> frozenset[str]:
        """Every workflow that a run of this one can bring about, itself only in a ring."""
        import networkx as nx

        if key not in self.graph:
            return frozenset()
        found: set[str] = set()
        for target in self.graph.successors(key):
            found |= {target, *nx.descendants(self.graph, target)}
        return frozenset(found)

    @cached_property
    def rings(self) -> tuple[tuple[str, ...], ...]:
        """Workflows that schedule each other in a ring, each set told from the one that stands first."""
        targets_of = {key: [self.target(call) or "" for call in calls] for key, calls in self.from_workflow.items()}
        if not has_cycle(targets_of):
            return ()
        import networkx as nx

        place = {key: index for index, key in enumerate(self.keys.values())}
        found = []
        for ring in nx.strongly_connected_components(self.graph):
            if len(ring) == 1 and not any(self.graph.has_edge(key, key) for key in ring):
                continue  # one workflow alone, which does not schedule itself and may have no id
            first = min(ring, key=lambda key: place[key])
            inside = self.graph.subgraph(ring)
            targets = sorted(inside.successors(first), key=lambda key: place[key])
            way_back = min((nx.shortest_path(inside, target, first) for target in targets), key=len)
            found.append((first, *way_back[:-1]))
        return tuple(sorted(found, key=lambda ring: place[ring[0]]))


def _grouped(pairs: Iterable[tuple[str, ScheduleCall]]) -> Mapping[str, tuple[ScheduleCall, ...]]:
    found: dict[str, list[ScheduleCall]] = {}
    for key, call in pairs:
        found.setdefault(key, []).append(call)
    return {key: tuple(calls) for key, calls in found.items()}
