"""Two states of a workflow as one flow: the steps and edges of both, each marked as added, removed or changed.

It is drawn by the same code as any other flow::

    merged = MergedWorkflow.of(old, new, Identities(renamed_steps, renamed_workflows))
    mermaid(DiagramSet((flow_diagram(merged, merged.changes),)))        # also dot and svg
    RailDrawing(merged, changes=merged.changes)
    BoxDrawing.of(flow_diagram(merged, merged.changes))
"""

from __future__ import annotations

import re
from collections.abc import Container, Hashable, Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct, field, to_builtins
from msgspec.structs import replace

from kustui.analysis.flow import Edge, FlowGraph
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.collection import Entry
from kustui.definition.models import POINTER, ErrorCase, Step, Transition, Trigger, Workflow
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.values import canonical_json
from kustui.diagrams.glyphs import ChangeMarks
from kustui.diagrams.labels import edge_label
from kustui.review.edge_changes import condition_text, edge_keys, matched
from kustui.review.part_changes import PartChange
from kustui.review.value_changes import Identities
from kustui.review.workflow_changes import workflow_changes
from kustui.text.signs import ADDED, CHANGED, REMOVED
from kustui.workspace.difference import MOVED

_BEFORE = "before:"
"""What the pointers of parts that are gone begin with: others have theirs now."""
_OF_EDGE = re.compile(r"/(?:trigger|steps/\d+)/(?:transitions|errorCases)(?:/|\Z)")


class EdgePair(NamedTuple):
    """An edge as it was and as it is; one of the two is None where it came or went."""

    old: Edge | None
    new: Edge | None
    mark: str
    """``added``, ``removed``, ``changed``, or nothing where it is the same."""


def edge_pairs(old: Iterable[Edge], new: Iterable[Edge], identities: Identities) -> list[EdgePair]:
    """The edges out of a step as they were and as they are, those that there are first, in their order.

    An edge is the same with the same target and condition, and changed with the same target, or error action, and
    another condition or name.
    """
    olds, news = (
        [_ComparedEdge.of(edge, names) for edge in edges] for edges, names in ((old, identities), (new, None))
    )
    matches = matched([one.keys for one in olds], [one.keys for one in news])
    pairs = []
    for number, now in enumerate(news):
        before = olds[matches[number]] if number in matches else None
        mark = ADDED if before is None else "" if before.text == now.text else CHANGED
        pairs.append(EdgePair(before.edge if before is not None else None, now.edge, mark))
    gone = {*range(len(olds))} - {*matches.values()}
    return [*pairs, *(EdgePair(olds[number].edge, None, REMOVED) for number in sorted(gone))]


class _ComparedEdge(NamedTuple):
    edge: Edge
    keys: tuple[Hashable, ...]
    """By which it is matched."""
    text: str
    """All that it says beside its target."""

    @classmethod
    def of(cls, edge: Edge, identities: Identities | None) -> _ComparedEdge:
        """``identities``: of one of the old state."""
        value = to_builtins(edge.transition)
        del value[POINTER], value["target"]
        if value["condition"] is not None:
            value["condition"]["values"] = list(value["condition"]["values"])
        target = edge.target
        if identities is not None:
            value, target = identities.value(value), identities.steps.get(target, target)
        condition = condition_text(value.pop("condition"))
        keys = edge_keys((edge.after_failure, edge.error_action, target), condition, edge.transition.label)
        return cls(edge, keys, canonical_json([value, condition]))


class MergedFlow(FlowGraph, frozen=True, eq=False, dict=True):
    """The flow of both states. What is gone has pointers of its own; of each edge is said what the state says that has
    it: one that is gone takes nothing from those that there are."""

    old: FlowGraph | None = None
    new: FlowGraph | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)
    """What steps of the old state are called in the new one."""
    removed: Mapping[str, Edge] = field(default_factory=dict)
    """The edges that are gone as they were, by their pointers here."""

    @cached_property
    def order(self) -> tuple[Step, ...]:
        """The steps in the flow order of the new state, each that is gone behind the one that it followed."""
        order = [step.id for step in self.new.order] if self.new is not None else []
        there = frozenset(order)
        before: str | None = None
        gone: dict[str | None, list[str]] = {}
        for step in self.old.order if self.old is not None else ():
            id_ = self.renamed.get(step.id, step.id)
            if id_ in there:
                before = id_
            else:
                gone.setdefault(before, []).append(id_)
        ids = [*gone.get(None, ()), *(one for id_ in order for one in (id_, *gone.get(id_, ())))]
        return tuple(self.steps[id_] for id_ in ids)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The numbers of the steps in that order, from 1, by id."""
        return {step.id: number for number, step in enumerate(self.order, 1)}

    def node(self, step_id: str) -> str | None:
        return super().node(step_id) or super().node(self.renamed.get(step_id, step_id))

    def is_otherwise(self, edge: Edge) -> bool:
        before = self.removed.get(edge.transition.pointer)
        if before is not None and self.old is not None:
            return self.old.is_otherwise(before)
        return super().is_otherwise(edge)

    def is_end(self, node: str) -> bool:
        flow = self._state_of(node)
        return flow.is_end(node) if flow is not None and node in flow.steps else super().is_end(node)

    def is_never_reached(self, node: str) -> bool:
        flow = self._state_of(node)
        return flow is not None and flow.is_never_reached(node)

    def _state_of(self, node: str) -> FlowGraph | None:
        """The state that has a node: the new one if both do."""
        return self.new if self.new is not None and (node in self.new.steps or node == TRIGGER_ID) else self.old


class MergedWorkflow(WorkflowAnalysis, frozen=True, eq=False, dict=True):
    """A workflow in two states, as one whose flow is that of both; one of the two may be None."""

    old: WorkflowAnalysis | None = None
    new: WorkflowAnalysis | None = None
    identities: Identities = field(default_factory=Identities)

    @classmethod
    def of(
        cls, old: WorkflowAnalysis | None, new: WorkflowAnalysis | None, identities: Identities | None = None
    ) -> MergedWorkflow:
        """``identities`` says which steps and workflows have other ids now."""
        state = new or old
        assert state is not None, "one of them is there"
        known = identities or Identities()
        return cls(state.collection, state.entry, state.settings, old=old, new=new, identities=known)

    @cached_property
    def part_changes(self) -> tuple[PartChange, ...]:
        """What changed in it, in words; nothing of a workflow that came or went."""
        if self.old is None or self.new is None:
            return ()
        return workflow_changes(self.old, self.new, self.identities)

    @cached_property
    def _changed_nodes(self) -> frozenset[str]:
        """The trigger and the steps of which more changed than single edges."""
        return frozenset(
            change.node
            for change in self.part_changes
            if change.kind == MOVED or not any(map(self._is_of_edge, (change.old, change.new)))
        )

    def _is_of_edge(self, pointer: str | None) -> bool:
        prefixes = [state.workflow.pointer for state in (self.old, self.new) if state is not None]
        return any(_OF_EDGE.match((pointer or "").removeprefix(prefix)) for prefix in prefixes)

    @property
    def changes(self) -> ChangeMarks:
        """What is said of the nodes and edges of its flow."""
        return self._merged[1]

    @property
    def workflow(self) -> Workflow:
        return self.flow.workflow

    @property
    def flow(self) -> MergedFlow:
        return self._merged[0]

    def scheduled_by(self, step_id: str) -> Entry | None:
        state = self.old if self.new is None or step_id not in self.new.flow.steps else self.new
        return state.scheduled_by(step_id) if state is not None else None

    @cached_property
    def _merged(self) -> tuple[MergedFlow, ChangeMarks]:
        old, new = (state.flow if state is not None else None for state in (self.old, self.new))
        merge = _Merge(old, new, self.identities, self._changed_nodes)
        return merge.flow(), ChangeMarks(merge.nodes, merge.edges, merge.labels_before)


class _Merge(Struct):
    """Makes one flow of two."""

    old: FlowGraph | None
    new: FlowGraph | None
    identities: Identities
    changed: Container[str]
    """The nodes that are there in both and have changed."""
    nodes: dict[str, str] = field(default_factory=dict)
    edges: dict[str, str] = field(default_factory=dict)
    labels_before: dict[str, str] = field(default_factory=dict)
    removed: dict[str, Edge] = field(default_factory=dict)

    def flow(self) -> MergedFlow:
        state = self.new or self.old
        assert state is not None, "one of them is there"
        before = {
            self.identities.steps.get(id_, id_): step for id_, step in (self.old.steps if self.old else {}).items()
        }
        now = self.new.steps if self.new else {}
        trigger = self._trigger()
        steps = [self._step(id_, before.get(id_), step) for id_, step in now.items()]
        steps += [self._step(id_, step, None) for id_, step in before.items() if id_ not in now]
        duplicates = self.new.duplicates if self.new else ()
        workflow = replace(state.workflow, trigger=trigger, steps=(*steps, *duplicates))
        return MergedFlow(workflow, frozenset(), self.old, self.new, self.identities.steps, self.removed)

    def _trigger(self) -> Trigger | None:
        old, new = (flow.workflow.trigger if flow else None for flow in (self.old, self.new))
        if (trigger := new or old) is None:
            return None
        before, now = TRIGGER_ID if old else "", TRIGGER_ID if new else ""
        self._mark_node(TRIGGER_ID, is_old=old is not None, is_new=new is not None)
        return replace(trigger, transitions=tuple(self._transitions(before, now)))

    def _step(self, id_: str, old: Step | None, new: Step | None) -> Step:
        self._mark_node(id_, is_old=old is not None, is_new=new is not None)
        step = new or old
        assert step is not None, "one of them is there"
        edges = self._transitions(old.id if old else "", id_ if new else "")
        cases = tuple(edge for edge in edges if isinstance(edge, ErrorCase))
        transitions = tuple(edge for edge in edges if not isinstance(edge, ErrorCase))
        pointer = step.pointer if new is not None else f"{_BEFORE}{step.pointer}"
        return replace(step, id=id_, transitions=transitions, error_cases=cases, pointer=pointer)

    def _mark_node(self, node: str, *, is_old: bool, is_new: bool) -> None:
        if not is_old or not is_new:
            self.nodes[node] = ADDED if is_new else REMOVED
        elif node in self.changed:
            self.nodes[node] = CHANGED

    def _transitions(self, before: str, now: str) -> list[Transition]:
        """The transitions and error cases out of a node, by its names in both states, empty where it is not there:
        those that there are, and behind them those that are gone."""
        old = self.old.declared_edges[before] if self.old and before else ()
        new = self.new.declared_edges[now] if self.new and now else ()
        pairs = edge_pairs(old, new, self.identities)
        for pair in pairs:
            if pair.new is not None and pair.mark:
                self.edges[pair.new.transition.pointer] = pair.mark
                if pair.old is not None and self.old is not None:
                    self.labels_before[pair.new.transition.pointer] = edge_label(self.old, pair.old)
        gone = (pair.old for pair in pairs if pair.old is not None and pair.new is None)
        return [*(edge.transition for edge in new), *map(self._gone, gone)]

    def _gone(self, edge: Edge) -> Transition:
        """An edge that is gone, with a pointer of its own, to where its target is now."""
        pointer = f"{_BEFORE}{edge.transition.pointer}"
        self.edges[pointer] = REMOVED
        self.removed[pointer] = edge
        target = self.identities.steps.get(edge.target, edge.target)
        return replace(edge.transition, pointer=pointer, target=target)
