"""How one workflow flows: its trigger and steps as a graph, and what can be asked of it.

Nodes are step ids; the trigger is ``"1"``, as references call it. Edges are transitions and error cases.
A step id given twice names the first, as a reference to it would; the second is a node of nobody's.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kustui.analysis.cycles import has_cycle
from kustui.definition.expressions import Condition, always_holds, parse_condition
from kustui.definition.models import TRIGGER_ID, ErrorCase, Step, Transition, Trigger, Workflow

if TYPE_CHECKING:
    import networkx as nx  # 70 to 145 ms: paid by the questions that need it, not by the order of steps


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge: a transition or an error case of ``source``, and the step it leads to."""

    source: str
    target: str
    transition: Transition

    @property
    def after_failure(self) -> bool:
        return isinstance(self.transition, ErrorCase)


@dataclass(frozen=True, eq=False)
class FlowGraph:
    """The graph of one workflow. Everything asked of it is worked out once, when first asked."""

    workflow: Workflow

    @cached_property
    def steps(self) -> Mapping[str, Step]:
        """Steps by id, in the file's order; the first of those with the same id."""
        found: dict[str, Step] = {}
        for step in self.workflow.steps:
            if step.id not in self._trigger_names:
                found.setdefault(step.id, step)
        return found

    @cached_property
    def _trigger_names(self) -> frozenset[str]:
        trigger = self.workflow.trigger
        return frozenset({TRIGGER_ID, trigger.id} if trigger else {TRIGGER_ID})

    @cached_property
    def duplicates(self) -> tuple[Step, ...]:
        """Steps whose id an earlier step, or the trigger, has: nothing can lead to them."""
        return tuple(step for step in self.workflow.steps if self.steps.get(step.id) is not step)

    def node(self, step_id: str) -> str | None:
        """The node that a reference ``/#steps.<step_id>`` means, or None where there is none."""
        if step_id in self.steps:
            return step_id
        return TRIGGER_ID if step_id in self._trigger_names else None

    def part(self, node: str) -> Trigger | Step | None:
        """The trigger or step of a node; None only for the trigger of a workflow without one."""
        return self.workflow.trigger if node == TRIGGER_ID else self.steps[node]

    @cached_property
    def edges(self) -> Mapping[str, tuple[Edge, ...]]:
        """The ways out of each node that lead somewhere, in the order they are tried."""
        return {
            node: tuple(edge for edge in edges if edge.target in self.steps)
            for node, edges in self.declared_edges.items()
        }

    @cached_property
    def dangling(self) -> tuple[Edge, ...]:
        """Ways to a step that is not there."""
        return tuple(edge for edges in self.declared_edges.values() for edge in edges if edge.target not in self.steps)

    @cached_property
    def declared_edges(self) -> Mapping[str, tuple[Edge, ...]]:
        """Every way out of each node as the file has them, in the order they are tried."""
        trigger = self.workflow.trigger
        return {
            TRIGGER_ID: tuple(Edge(TRIGGER_ID, edge.target, edge) for edge in (trigger.transitions if trigger else ())),
            **{id_: tuple(Edge(id_, edge.target, edge) for edge in step.edges) for id_, step in self.steps.items()},
        }

    @cached_property
    def conditions(self) -> Mapping[str, Condition]:
        """The parsed condition of each transition and error case that has one, by the pointer of the transition; those
        of steps whose id is taken included."""
        parts = (self.workflow.trigger, *self.workflow.steps)
        transitions = (transition for part in parts if part is not None for transition in part.edges)
        return {
            transition.pointer: parse_condition(
                transition.condition.op, transition.condition.values, f"{transition.pointer}/condition"
            )
            for transition in transitions
            if transition.condition is not None
        }

    def always_holds(self, transition: Transition) -> bool:
        """Whether the condition of a transition of this workflow holds whatever happens."""
        condition = self.conditions.get(transition.pointer)
        return condition is not None and always_holds(condition)

    @cached_property
    def graph(self) -> nx.MultiDiGraph[str]:
        """Every node, and an edge a way with the Edge under ``edge``."""
        import networkx as nx

        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        graph.add_nodes_from(self.declared_edges)
        for edges in self.edges.values():
            for edge in edges:
                graph.add_edge(edge.source, edge.target, edge=edge)
        return graph

    @cached_property
    def _reverse_postorder(self) -> tuple[str, ...]:
        """The reachable, the trigger first, each after all that lead to it but for loops; first way first."""
        order: list[str] = []
        seen = {TRIGGER_ID}
        stack = [(TRIGGER_ID, reversed(self.edges[TRIGGER_ID]))]
        while stack:
            node, edges = stack[-1]
            for edge in edges:
                if edge.target not in seen:
                    seen.add(edge.target)
                    stack.append((edge.target, reversed(self.edges[edge.target])))
                    break
            else:
                order.append(node)
                stack.pop()
        return tuple(reversed(order))

    @cached_property
    def order(self) -> tuple[Step, ...]:
        """Steps as a run meets them: in flow order, then those that no path leads to, as written."""
        reached = [self.steps[node] for node in self._reverse_postorder if node != TRIGGER_ID]
        return (*reached, *self.unreachable)

    @cached_property
    def reachable(self) -> frozenset[str]:
        return frozenset(self._reverse_postorder)

    @cached_property
    def unreachable(self) -> tuple[Step, ...]:
        """Steps to which no path leads from the trigger, in the file's order."""
        return tuple(step for id_, step in self.steps.items() if id_ not in self.reachable)

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Edge, ...]]:
        """The ways into each node, in flow order of where they come from."""
        found: dict[str, list[Edge]] = {node: [] for node in self.declared_edges}
        for node in (*self._reverse_postorder, *(step.id for step in self.unreachable)):
            for edge in self.edges[node]:
                found[edge.target].append(edge)
        return {node: tuple(edges) for node, edges in found.items()}

    @cached_property
    def _dominators(self) -> Mapping[str, str | None]:
        """The node that has run last of those that always have, by Cooper, Harvey and Kennedy's walk.

        networkx has the same; importing it is a quarter of the time of a small check, which asks this of every file.
        """
        place = {node: index for index, node in enumerate(self._reverse_postorder)}
        found: dict[str, str | None] = {TRIGGER_ID: None}
        changed = True
        while changed:  # once more than needed, and only loops need more than once
            changed = False
            for node in self._reverse_postorder[1:]:
                nearest = None
                for edge in self.incoming[node]:
                    if edge.source in found:
                        nearest = edge.source if nearest is None else _meeting(nearest, edge.source, found, place)
                if nearest != found.get(node):
                    found[node], changed = nearest, True
        return found

    def always_before(self, node: str) -> tuple[str, ...]:
        """What has run before this node on every path from the trigger (its dominators), nearest first.

        Empty for a node that cannot be reached.
        """
        found = []
        above = self._dominators.get(node)
        while above is not None:
            found.append(above)
            above = self._dominators.get(above)
        return tuple(found)

    def has_always_run(self, above: str, node: str) -> bool:
        """Whether ``above`` has run before ``node`` on every path from the trigger, told without walking them."""
        if above == node or above not in self._intervals or node not in self._intervals:
            return False
        (enter, leave), (inner, _) = self._intervals[above], self._intervals[node]
        return enter < inner < leave

    @cached_property
    def _intervals(self) -> Mapping[str, tuple[int, int]]:
        """When a walk of the dominator tree enters and leaves each node: those below lie between."""
        below: dict[str, list[str]] = {}
        for node, above in self._dominators.items():
            if above is not None:
                below.setdefault(above, []).append(node)
        entered: dict[str, int] = {}
        found: dict[str, tuple[int, int]] = {}
        stack, clock = [TRIGGER_ID], 0
        while stack:
            node = stack.pop()
            if node in entered:
                found[node] = (entered[node], clock)
            else:
                entered[node] = clock
                stack.append(node)
                stack.extend(below.get(node, ()))
            clock += 1
        return found

    @cached_property
    def _descendants(self) -> dict[str, frozenset[str]]:
        return {}

    def after(self, node: str) -> frozenset[str]:
        """What can run once this node has run: all that a path leads to from it, itself only in a loop."""
        if node not in self._descendants:
            found: set[str] = set()
            pending = [node]
            while pending:
                for edge in self.edges[pending.pop()]:
                    if edge.target not in found:
                        found.add(edge.target)
                        pending.append(edge.target)
            self._descendants[node] = frozenset(found)
        return self._descendants[node]

    def path(self, source: str, target: str, avoiding: str | None = None) -> tuple[Edge, ...]:
        """A shortest path, or one that keeps clear of a node; empty where there is none."""
        import networkx as nx

        graph = self.graph if avoiding is None else nx.restricted_view(self.graph, [avoiding], [])
        try:
            nodes = nx.shortest_path(graph, source, target)
        except (nx.NetworkXNoPath, nx.NodeNotFound):
            return ()
        return tuple(
            next(edge for edge in self.edges[here] if edge.target == there) for here, there in itertools.pairwise(nodes)
        )

    @cached_property
    def loops(self) -> tuple[tuple[str, ...], ...]:
        """One loop of each ring of steps, told from the step that comes first in flow order."""
        if not has_cycle({node: [edge.target for edge in edges] for node, edges in self.edges.items()}):
            return ()
        import networkx as nx

        rest = (step.id for step in self.unreachable)
        place = {node: index for index, node in enumerate((*self._reverse_postorder, *rest))}
        found = []
        for ring in nx.strongly_connected_components(self.graph):
            first = min(ring, key=lambda node: place[node])
            edges = [edge for edge in self.edges[first] if edge.target in ring]
            if not edges:
                continue  # one step alone, which does not lead to itself
            inside = self.graph.subgraph(ring)
            found.append(min((tuple(nx.shortest_path(inside, edge.target, first)) for edge in edges), key=len))
        return tuple(sorted(((ring[-1], *ring[:-1]) for ring in found), key=lambda ring: place[ring[0]]))


def _meeting(one: str, other: str, above: Mapping[str, str | None], place: Mapping[str, int]) -> str:
    """Where the ways up the dominator tree from two nodes meet."""
    while one != other:
        if place[one] > place[other]:
            one = above[one] or TRIGGER_ID
        else:
            other = above[other] or TRIGGER_ID
    return one
