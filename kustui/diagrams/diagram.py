"""What a diagram shows, however it is drawn: nodes and edges with their labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from kustui.analysis.flow import Edge, FlowGraph
from kustui.analysis.names import node_name
from kustui.analysis.schedules import ScheduleCall, Schedules
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.collection import Collection
from kustui.definition.models import Step
from kustui.definition.platform import TRIGGER_ID
from kustui.diagrams.glyphs import END, NO_CHANGES, NODE_GLYPHS, ChangeMarks, NodeKind
from kustui.diagrams.labels import (
    LONGEST_SUMMARY,
    LONGEST_WHOLE,
    NO_STEP,
    NO_WORKFLOW,
    RUNTIME_NAME,
    RUNTIME_WORKFLOW,
    NameRecorder,
    edge_label,
    event_label,
    what_it_does,
)
from kustui.text.signs import CHANGE_SIGNS
from kustui.text.styled_lines import Line


class ErrorActionLabel(Struct, frozen=True):
    type: str
    label: str
    """``on failure: retry the step if …``."""


class DiagramNode(Struct, frozen=True):
    id: str
    name: str
    about: str
    """What it does, or when it starts."""
    kind: NodeKind
    error_actions: tuple[ErrorActionLabel, ...] = ()
    """What its error cases do instead of leading to another node."""
    ends: bool = False
    """Whether a run is over after it."""
    references: tuple[str, ...] = ()
    """What is read there, as it is called in what it does."""
    whole: str = ""
    """What it does with values that ``about``, or its name, cuts; empty where they cut none."""
    mark: str = ""
    """What a comparison says of it: ``added``, ``removed``, ``changed`` or nothing."""

    @property
    def sign(self) -> str:
        """``+ ``, before its name; nothing where a comparison says nothing of it."""
        return f"{CHANGE_SIGNS[self.mark][0]} " if self.mark else ""

    @property
    def glyph(self) -> tuple[str, str]:
        """Its glyph and the look of it. That of a schedule stands before the name of what it starts."""
        glyph, look = NODE_GLYPHS[NodeKind.STEP if self.kind is NodeKind.SCHEDULE else self.kind]
        return (END if self.ends else glyph), look


class DiagramEdge(Struct, frozen=True):
    source: str
    target: str
    label: str
    """When it is taken; empty where it always is."""
    after_failure: bool = False
    references: tuple[str, ...] = ()
    """What is read there, as it is called in the label."""
    assumed: bool = False
    """Whether it rests on a reading of the platform that nothing in a definition says."""
    mark: str = ""
    """As that of a node; the label begins with its sign."""

    @property
    def dashed(self) -> bool:
        return self.after_failure or self.assumed


class Diagram(Struct, frozen=True):
    title: str
    nodes: tuple[DiagramNode, ...]
    """In flow order."""
    edges: tuple[DiagramEdge, ...]
    """Those of each node in the order in which they are tried."""


class ScheduleEdge(Struct, frozen=True):
    """A schedule from a node of one diagram to another diagram."""

    source: int
    """The index of the diagram."""
    node: str
    target: int
    label: str


class DiagramSet(Struct, frozen=True):
    """Diagrams that are written into one file, and the schedules that lead from one of them to another."""

    diagrams: tuple[Diagram, ...]
    schedule_edges: tuple[ScheduleEdge, ...] = ()
    marks: tuple[Mapping[str, Line], ...] = ()
    """For each diagram, what stands beside its nodes; or nothing for any."""


# A workflow


def flow_diagram(analysis: WorkflowAnalysis, changes: ChangeMarks = NO_CHANGES) -> Diagram:
    """One workflow: its trigger and steps, and the missing steps that they lead to. ``changes``: what a comparison says
    of them, where the flow is that of both states (``kustui.review.merged_flow``)."""
    flow = analysis.flow
    targets = {call.step: _target_label(call, analysis.collection) for call in analysis.calls}
    nodes: list[DiagramNode] = []
    if (trigger := flow.workflow.trigger) is not None:
        mark = changes.nodes.get(TRIGGER_ID, "")
        nodes.append(DiagramNode(TRIGGER_ID, event_label(trigger), "", NodeKind.TRIGGER, mark=mark))
    nodes.extend(_step_node(flow, step, targets.get(step.id, ""), changes) for step in flow.order)
    missing = dict.fromkeys(edge.target for edge in flow.dangling if flow.node(edge.target) is None)
    nodes.extend(DiagramNode(target, target, NO_STEP, NodeKind.MISSING) for target in missing)
    sources = [node.id for node in nodes if node.kind is not NodeKind.MISSING]
    edges = tuple(
        _edge(flow, edge, changes)
        for source in sources
        for edge in flow.declared_edges[source]
        if not edge.error_action
    )
    return Diagram(analysis.entry.title, tuple(nodes), edges)


def _edge(flow: FlowGraph, edge: Edge, changes: ChangeMarks) -> DiagramEdge:
    names = NameRecorder(flow)
    label = changes.edge_label(edge, edge_label(flow, edge, names))
    target, mark = flow.target_node(edge), changes.of_edge(edge)
    return DiagramEdge(edge.source, target, label, edge.after_failure, names.names, mark=mark)


def _step_node(flow: FlowGraph, step: Step, scheduled: str, changes: ChangeMarks) -> DiagramNode:
    kind = NodeKind.SCHEDULE if step.schedules else NodeKind.BRANCH if step.action is None else NodeKind.STEP
    names = NameRecorder(flow)
    action, whole = what_it_does(flow, step, names, LONGEST_SUMMARY), what_it_does(flow, step, None, LONGEST_WHOLE)
    name, about = (node_name(flow, step.id), action) if step.name != step.id else (action, step.id)
    edges = (edge for edge in flow.declared_edges[step.id] if edge.error_action)
    labels = ((edge.error_action, changes.edge_label(edge, edge_label(flow, edge))) for edge in edges)
    error_actions = tuple(ErrorActionLabel(*label) for label in labels)
    ends, whole, mark = flow.is_end(step.id), whole if whole != action else "", changes.nodes.get(step.id, "")
    return DiagramNode(step.id, name, scheduled or about, kind, error_actions, ends, names.names, whole, mark)


def _target_label(call: ScheduleCall, collection: Collection) -> str:
    if call.workflow_id is None:
        return f"{RUNTIME_WORKFLOW} {call.due}"
    target = collection.by_id.get(call.workflow_id)
    return f"{target.title if target else call.workflow_id} {call.due}"


# Schedules


def schedules_diagram(schedules: Schedules, collection: Collection) -> Diagram:
    """Who schedules whom: workflows that schedule or are scheduled, and the missing ones that they name."""
    nodes = {call.caller: _workflow_node(call.caller, collection) for call in schedules.calls}
    edges = []
    for call in schedules.calls:
        target = schedules.target(call)
        node = _missing_workflow(call) if target is None else nodes.get(target) or _workflow_node(target, collection)
        nodes.setdefault(node.id, node)
        edges.append(DiagramEdge(call.caller, node.id, call.due))
    return Diagram("schedules", tuple(_in_file_order(nodes, collection)), tuple(edges))


def _workflow_node(key: str, collection: Collection) -> DiagramNode:
    entry = collection.by_key[key]
    return DiagramNode(key, entry.title, event_label(entry.workflow.trigger), NodeKind.WORKFLOW)


def _missing_workflow(call: ScheduleCall) -> DiagramNode:
    if call.workflow_id is None:
        return DiagramNode(f"{RUNTIME_NAME}: {call.pointer}", RUNTIME_NAME, "", NodeKind.MISSING)
    key = f"no workflow: {call.workflow_id}"
    return DiagramNode(key, call.workflow_id, NO_WORKFLOW, NodeKind.MISSING)


def _in_file_order(nodes: Mapping[str, DiagramNode], collection: Collection) -> Iterator[DiagramNode]:
    yield from (nodes[entry.key] for entry in collection.entries if entry.key in nodes)
    yield from (node for node in nodes.values() if node.kind is NodeKind.MISSING)


def schedule_edges(schedules: Schedules, keys: Sequence[str]) -> tuple[ScheduleEdge, ...]:
    """The schedules among workflows, given by their keys in the order of their diagrams."""
    index_of = {key: index for index, key in enumerate(keys)}
    edges = []
    for call in schedules.calls:
        target = schedules.target(call)
        if target is not None and call.caller in index_of and target in index_of:
            edges.append(ScheduleEdge(index_of[call.caller], call.step, index_of[target], call.due))
    return tuple(edges)
