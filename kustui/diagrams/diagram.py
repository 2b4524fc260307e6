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
from kustui.diagrams.glyphs import Kind
from kustui.diagrams.labels import edge_words, event_words, short_action
from kustui.diagrams.styled_lines import Line


class Vertex(NamedTuple):
    id: str
    name: str
    about: str
    """What it does, or when it starts."""
    kind: Kind


class PictureEdge(NamedTuple):
    source: str
    target: str
    words: str
    """When it is taken; empty where it always is."""
    failing: bool = False


class Picture(NamedTuple):
    title: str
    vertices: tuple[Vertex, ...]
    """In flow order."""
    edges: tuple[PictureEdge, ...]
    """Those of each vertex in the order in which they are tried."""


def flow_picture(analysis: WorkflowAnalysis) -> Picture:
    """One workflow: its trigger and steps, and the steps that it names and that are not there."""
    flow = analysis.flow
    targets = {call.step: _scheduled(call, analysis.collection, analysis.settings) for call in analysis.calls}
    vertices = []
    if (trigger := flow.workflow.trigger) is not None:
        vertices.append(Vertex(TRIGGER_ID, event_words(trigger), "", Kind.TRIGGER))
    vertices.extend(_step(step, targets.get(step.id, "")) for step in flow.order)
    missing = dict.fromkeys(edge.target for edge in flow.dangling)
    vertices.extend(Vertex(target, target, "no such step", Kind.MISSING) for target in missing)
    sources = [vertex.id for vertex in vertices if vertex.kind is not Kind.MISSING]
    edges = tuple(
        PictureEdge(edge.source, edge.target, edge_words(flow, edge), edge.after_failure)
        for source in sources
        for edge in flow.declared_edges[source]
    )
    return Picture(analysis.entry.title, tuple(vertices), edges)


def _step(step: Step, scheduled: str) -> Vertex:
    kind = Kind.SCHEDULE if step.schedules else Kind.BRANCH if step.action is None else Kind.STEP
    named = step.name != step.id
    return Vertex(
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


def schedules_picture(schedules: Schedules, collection: Collection, settings: Settings) -> Picture:
    """Who schedules whom: workflows that schedule or are scheduled, and what they name and is not there."""
    vertices: dict[str, Vertex] = {}
    edges = []
    for call in schedules.calls:
        entry = collection.by_key[call.caller]
        vertices[call.caller] = Vertex(call.caller, entry.title, _starts(collection, call.caller), Kind.WORKFLOW)
    for call in schedules.calls:
        target = schedules.target(call)
        if target is not None:
            vertices.setdefault(
                target, Vertex(target, collection.by_key[target].title, _starts(collection, target), Kind.WORKFLOW)
            )
        else:
            target, vertex = _unknown(call)
            vertices.setdefault(target, vertex)
        edges.append(PictureEdge(call.caller, target, due_in_words(call.run_at, settings.relative_unit_minutes)))
    return Picture("schedules", tuple(_in_file_order(vertices, collection)), tuple(edges))


def _starts(collection: Collection, key: str) -> str:
    return event_words(collection.by_key[key].workflow.trigger)


def _unknown(call: ScheduleCall) -> tuple[str, Vertex]:
    if call.workflow_id is None:
        key = f"only a run can tell: {call.pointer}"
        return key, Vertex(key, "only a run can tell", "", Kind.MISSING)
    key = f"no workflow: {call.workflow_id}"
    return key, Vertex(key, call.workflow_id, "no such workflow", Kind.MISSING)


def _in_file_order(vertices: Mapping[str, Vertex], collection: Collection) -> Iterator[Vertex]:
    yield from (vertices[entry.key] for entry in collection.entries if entry.key in vertices)
    yield from (vertex for vertex in vertices.values() if vertex.kind is Kind.MISSING)


class Leap(NamedTuple):
    """A schedule from a vertex of one picture to another picture."""

    source: int
    """The number of the picture."""
    vertex: str
    target: int
    words: str


class Sheet(NamedTuple):
    pictures: tuple[Picture, ...]
    leaps: tuple[Leap, ...] = ()
    marks: tuple[Mapping[str, Line], ...] = ()
    """For each picture, what stands beside its vertices; or nothing for any."""


def leaps_of(schedules: Schedules, keys: Sequence[str], settings: Settings) -> tuple[Leap, ...]:
    """The schedules among workflows, given by their keys in the order of their pictures."""
    place = {key: number for number, key in enumerate(keys)}
    return tuple(
        Leap(place[call.caller], call.step, place[target], due_in_words(call.run_at, settings.relative_unit_minutes))
        for call in schedules.calls
        if call.caller in place and (target := schedules.target(call)) is not None and target in place
    )
