"""What a diagram shows, whatever it is drawn as: nodes and edges with their words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from kustui.analysis.schedules import ScheduleCall, Schedules
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection
from kustui.definition.models import Step, due_in_words
from kustui.definition.platform import TRIGGER_ID
from kustui.diagrams.glyphs import NodeKind
from kustui.diagrams.labels import edge_label, event_label, short_action
from kustui.diagrams.styled_lines import Line


class DiagramNode(NamedTuple):
    id: str
    name: str
    about: str
    """What it does, or when it starts."""
    kind: NodeKind


class DiagramEdge(NamedTuple):
    source: str
    target: str
    words: str
    """When it is taken; empty where it always is."""
    after_failure: bool = False


class Diagram(NamedTuple):
    title: str
    nodes: tuple[DiagramNode, ...]
    """In flow order."""
    edges: tuple[DiagramEdge, ...]
    """Those of each vertex in the order in which they are tried."""


def flow_diagram(analysis: WorkflowAnalysis) -> Diagram:
    """One workflow: its trigger and steps, and the steps that it names and that are not there."""
    flow = analysis.flow
    targets = {call.step: _scheduled(call, analysis.collection, analysis.settings) for call in analysis.calls}
    nodes = []
    if (trigger := flow.workflow.trigger) is not None:
        nodes.append(DiagramNode(TRIGGER_ID, event_label(trigger), "", NodeKind.TRIGGER))
    nodes.extend(_step(step, targets.get(step.id, "")) for step in flow.order)
    missing = dict.fromkeys(edge.target for edge in flow.dangling)
    nodes.extend(DiagramNode(target, target, "no such step", NodeKind.MISSING) for target in missing)
    sources = [node.id for node in nodes if node.kind is not NodeKind.MISSING]
    edges = tuple(
        DiagramEdge(edge.source, edge.target, edge_label(flow, edge), edge.after_failure)
        for source in sources
        for edge in flow.declared_edges[source]
    )
    return Diagram(analysis.entry.title, tuple(nodes), edges)


def _step(step: Step, scheduled: str) -> DiagramNode:
    kind = NodeKind.SCHEDULE if step.schedules else NodeKind.BRANCH if step.action is None else NodeKind.STEP
    named = step.name != step.id
    return DiagramNode(
        step.id,
        step.name if named else short_action(step.action),
        scheduled or (short_action(step.action) if named else step.id),
        kind,
    )


def _scheduled(call: ScheduleCall, collection: Collection, settings: Settings) -> str:
    due = due_in_words(call.run_at, settings.relative_unit_minutes)
    if call.workflow_id is None:
        return f"a workflow that only a run can tell {due}"
    target = collection.by_id.get(call.workflow_id)
    return f"{target.title if target else call.workflow_id} {due}"


def schedules_diagram(schedules: Schedules, collection: Collection, settings: Settings) -> Diagram:
    """Who schedules whom: workflows that schedule or are scheduled, and what they name and is not there."""
    nodes: dict[str, DiagramNode] = {}
    edges = []
    for call in schedules.calls:
        entry = collection.by_key[call.caller]
        nodes[call.caller] = DiagramNode(call.caller, entry.title, _starts(collection, call.caller), NodeKind.WORKFLOW)
    for call in schedules.calls:
        target = schedules.target(call)
        if target is not None:
            nodes.setdefault(
                target,
                DiagramNode(target, collection.by_key[target].title, _starts(collection, target), NodeKind.WORKFLOW),
            )
        else:
            target, node = _unknown(call)
            nodes.setdefault(target, node)
        edges.append(DiagramEdge(call.caller, target, due_in_words(call.run_at, settings.relative_unit_minutes)))
    return Diagram("schedules", tuple(_in_file_order(nodes, collection)), tuple(edges))


def _starts(collection: Collection, key: str) -> str:
    return event_label(collection.by_key[key].workflow.trigger)


def _unknown(call: ScheduleCall) -> tuple[str, DiagramNode]:
    if call.workflow_id is None:
        key = f"only a run can tell: {call.pointer}"
        return key, DiagramNode(key, "only a run can tell", "", NodeKind.MISSING)
    key = f"no workflow: {call.workflow_id}"
    return key, DiagramNode(key, call.workflow_id, "no such workflow", NodeKind.MISSING)


def _in_file_order(nodes: Mapping[str, DiagramNode], collection: Collection) -> Iterator[DiagramNode]:
    yield from (nodes[entry.key] for entry in collection.entries if entry.key in nodes)
    yield from (node for node in nodes.values() if node.kind is NodeKind.MISSING)


class ScheduleEdge(NamedTuple):
    """A schedule from a vertex of one picture to another picture."""

    source: int
    """The number of the picture."""
    node: str
    target: int
    words: str


class DiagramSet(NamedTuple):
    diagrams: tuple[Diagram, ...]
    schedule_edges: tuple[ScheduleEdge, ...] = ()
    marks: tuple[Mapping[str, Line], ...] = ()
    """For each picture, what stands beside its vertices; or nothing for any."""


def schedule_edges(schedules: Schedules, keys: Sequence[str], settings: Settings) -> tuple[ScheduleEdge, ...]:
    """The schedules among workflows, given by their keys in the order of their pictures."""
    place = {key: number for number, key in enumerate(keys)}
    return tuple(
        ScheduleEdge(
            place[call.caller], call.step, place[target], due_in_words(call.run_at, settings.relative_unit_minutes)
        )
        for call in schedules.calls
        if call.caller in place and (target := schedules.target(call)) is not None and target in place
    )
