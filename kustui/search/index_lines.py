"""What can be found in one workflow, line by line: what it is called and started by, its steps, actions, conditions."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from kustui.analysis.flow import FlowGraph
from kustui.definition.collection import Entry
from kustui.definition.expressions import parse
from kustui.definition.models import Step, Trigger
from kustui.definition.source.positions import escape
from kustui.diagrams.labels import condition_text
from kustui.search.text_search import lowered

BETWEEN = "\t"
"""Between the parts of a line: no part holds one."""


class LineKind(Enum):
    """What a line is; in the order in which they are told."""

    WORKFLOW = "Workflows"
    STEP = "Steps"
    ACTION = "Actions"
    EVENT = "Events"
    CONDITION = "Conditions"
    TEXT = "Parameters"
    PROBLEM = "Problems"
    REFERENCE = "References"
    SCHEDULE = "Schedules"


class IndexLine(NamedTuple):
    kind: LineKind
    text: str
    """On one line: of a workflow and a step its name and id, of a condition its name and words, of a parameter its name
    and text, of a reference the id and name of the step, with a tab between."""
    place: int
    """Which step of the workflow it belongs to, as the file has them, counted from 1; 0 for the workflow and its
    trigger."""
    pointer: str


def index_lines_of(entry: Entry) -> Iterator[IndexLine]:
    """Everything that can be found in a workflow. Its model is made and not kept: about 4 ms for 40 steps."""
    workflow = entry.read().workflow
    flow = FlowGraph(workflow)
    yield IndexLine(LineKind.WORKFLOW, _parts(entry.title, entry.id or ""), 0, entry.item.pointer)
    if workflow.trigger is not None:
        if workflow.trigger.event_name:
            yield IndexLine(LineKind.EVENT, _parts(workflow.trigger.event_name), 0, workflow.trigger.pointer)
        yield from _edges(flow, workflow.trigger, 0)
    for place, step in enumerate(workflow.steps, start=1):
        yield IndexLine(LineKind.STEP, _parts(step.name, step.id), place, step.pointer)
        if step.action:
            yield IndexLine(LineKind.ACTION, _parts(step.action), place, step.pointer)
        if (schedule := step.schedule) is not None and isinstance(schedule.workflow_id, str):
            yield IndexLine(LineKind.SCHEDULE, _parts(schedule.workflow_id), place, f"{step.pointer}/params/workflowId")
        for name, text, pointer in _strings(step.params, f"{step.pointer}/params"):
            yield IndexLine(LineKind.TEXT, _parts(name, text), place, pointer)
            yield from _references(flow, text, place, pointer)
        yield from _edges(flow, step, place)


def _edges(flow: FlowGraph, part: Trigger | Step, place: int) -> Iterator[IndexLine]:
    for edge in part.edges:
        words = condition_text(flow, edge)
        if words != "always" or edge.label:
            yield IndexLine(LineKind.CONDITION, _parts(edge.label, words), place, edge.pointer)
        if edge.condition is not None:
            for _, text, pointer in _strings(edge.condition.values, f"{edge.pointer}/condition/values"):
                yield from _references(flow, text, place, pointer)


def _references(flow: FlowGraph, text: str, place: int, pointer: str) -> Iterator[IndexLine]:
    if "/#" not in text and "{{" not in text:
        return
    for step in dict.fromkeys(path.step for path in parse(text).paths if path.step is not None):
        node = flow.node(step)
        part = flow.part(node) if node is not None else None
        yield IndexLine(LineKind.REFERENCE, _parts(step, getattr(part, "name", "")), place, pointer)


def _strings(value: object, pointer: str) -> Iterator[tuple[str, str, str]]:
    """Every string in a JSON value, with the key it stands under and its pointer. Any depth is read, as no call
    nests."""
    open_parts = [("", value, pointer)]
    while open_parts:
        name, part, at = open_parts.pop()
        if isinstance(part, str):
            if part:
                yield name, part, at
        elif isinstance(part, dict):
            members = [(str(key), each, f"{at}/{escape(str(key))}") for key, each in part.items()]
            open_parts.extend(reversed(members))
        elif isinstance(part, (list, tuple)):
            open_parts.extend(reversed([(name, each, f"{at}/{index}") for index, each in enumerate(part)]))


def _parts(*parts: str) -> str:
    """Parts as one line; one that says the same as the first is left out."""
    told = [part if part.isprintable() else " ".join(part.split()) for part in parts]
    return BETWEEN.join((told[0], *(part for part in told[1:] if part != told[0])))


class LineBlock(NamedTuple):
    """The lines of one kind."""

    text: str
    places: array[int]
    """The step of each line."""

    @property
    def lowered(self) -> str:
        return lowered(self.text)


class WorkflowIndex(NamedTuple):
    entry: Entry
    blocks: Mapping[LineKind, LineBlock]

    @classmethod
    def of(cls, entry: Entry) -> WorkflowIndex:
        lines: dict[LineKind, list[str]] = {kind: [] for kind in LineKind}
        places: dict[LineKind, array[int]] = {kind: array("L") for kind in LineKind}
        for line in index_lines_of(entry):
            lines[line.kind].append(line.text)
            places[line.kind].append(line.place)
        return cls(entry, {kind: LineBlock("\n".join(lines[kind]), places[kind]) for kind in LineKind})
