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
from kustui.diagrams.labels import condition_words
from kustui.search.text_search import lowered

BETWEEN = "\t"
"""Between the parts of a line: no part holds one."""


class Kind(Enum):
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


class Saying(NamedTuple):
    kind: Kind
    text: str
    """On one line: of a workflow and a step its name and id, of a condition its name and words, of a parameter its name
    and text, of a reference the id and name of the step, with a tab between."""
    place: int
    """Which step of the workflow it belongs to, as the file has them, counted from 1; 0 for the workflow and its
    trigger."""
    pointer: str


def sayings(entry: Entry) -> Iterator[Saying]:
    """Everything that can be found in a workflow. Its model is made and not kept: about 4 ms for 40 steps."""
    workflow = entry.read().workflow
    flow = FlowGraph(workflow)
    yield Saying(Kind.WORKFLOW, _parts(entry.title, entry.id or ""), 0, entry.item.pointer)
    if workflow.trigger is not None:
        if workflow.trigger.event_name:
            yield Saying(Kind.EVENT, _parts(workflow.trigger.event_name), 0, workflow.trigger.pointer)
        yield from _edges(flow, workflow.trigger, 0)
    for place, step in enumerate(workflow.steps, start=1):
        yield Saying(Kind.STEP, _parts(step.name, step.id), place, step.pointer)
        if step.action:
            yield Saying(Kind.ACTION, _parts(step.action), place, step.pointer)
        if (schedule := step.schedule) is not None and isinstance(schedule.workflow_id, str):
            yield Saying(Kind.SCHEDULE, _parts(schedule.workflow_id), place, f"{step.pointer}/params/workflowId")
        for name, text, pointer in _strings(step.params, f"{step.pointer}/params"):
            yield Saying(Kind.TEXT, _parts(name, text), place, pointer)
            yield from _references(flow, text, place, pointer)
        yield from _edges(flow, step, place)


def _edges(flow: FlowGraph, part: Trigger | Step, place: int) -> Iterator[Saying]:
    for edge in part.edges:
        words = condition_words(flow, edge)
        if words != "always" or edge.label:
            yield Saying(Kind.CONDITION, _parts(edge.label, words), place, edge.pointer)
        if edge.condition is not None:
            for _, text, pointer in _strings(edge.condition.values, f"{edge.pointer}/condition/values"):
                yield from _references(flow, text, place, pointer)


def _references(flow: FlowGraph, text: str, place: int, pointer: str) -> Iterator[Saying]:
    if "/#" not in text and "{{" not in text:
        return
    for step in dict.fromkeys(path.step for path in parse(text).paths if path.step is not None):
        node = flow.node(step)
        part = flow.part(node) if node is not None else None
        yield Saying(Kind.REFERENCE, _parts(step, getattr(part, "name", "")), place, pointer)


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


class Sheet(NamedTuple):
    """The lines of one kind."""

    text: str
    places: array[int]
    """The step of each line."""

    @property
    def lowered(self) -> str:
        return lowered(self.text)


class Leaf(NamedTuple):
    entry: Entry
    sheets: Mapping[Kind, Sheet]

    @classmethod
    def of(cls, entry: Entry) -> Leaf:
        lines: dict[Kind, list[str]] = {kind: [] for kind in Kind}
        places: dict[Kind, array[int]] = {kind: array("L") for kind in Kind}
        for saying in sayings(entry):
            lines[saying.kind].append(saying.text)
            places[saying.kind].append(saying.place)
        return cls(entry, {kind: Sheet("\n".join(lines[kind]), places[kind]) for kind in Kind})
