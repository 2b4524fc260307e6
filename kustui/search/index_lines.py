"""What can be found in one workflow, line by line: its names, event, steps, actions, conditions and parameters."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

import msgspec

from kustui.analysis.effects import effects_of_step
from kustui.analysis.flow import FlowGraph
from kustui.analysis.outside_links import fields_read, hosts_called
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.cache import key_of
from kustui.config.check_settings import Settings
from kustui.definition.collection import Entry
from kustui.definition.expressions import parse
from kustui.definition.models import Step, Transition, Trigger, due_in_words
from kustui.definition.platform import object_of_event
from kustui.definition.source.positions import escape
from kustui.diagrams.labels import NameRecorder, condition_text
from kustui.text.styled_lines import lowered

SEPARATOR = "\t"
"""Between the parts of a line: no part holds one."""


class LineKind(Enum):
    """What a line is about, in the order in which matches are shown."""

    WORKFLOW = "Workflows"
    STEP = "Steps"
    ACTION = "Actions"
    EVENT = "Events"
    CONDITION = "Conditions"
    TEXT = "Parameters"
    PROBLEM = "Problems"
    REFERENCE = "References"
    SCHEDULE = "Schedules"
    READ = "Fields read"
    WRITE = "Fields written"
    HOST = "Hosts"
    CAUSE = "Events that steps cause"


_LINKS = (LineKind.REFERENCE, LineKind.READ, LineKind.WRITE, LineKind.HOST, LineKind.CAUSE)


class IndexLine(NamedTuple):
    kind: LineKind
    text: str
    """On one line: of a workflow and a step its name and id, of a condition its name and words, of a parameter its name
    and text, of a reference the id and name of the step, with a separator between. Fields are with their object:
    ``conversation.custom.sizeStr``."""
    step: int
    """Which step of the workflow it belongs to, as the file has them, counted from 1; 0 for the workflow and its
    trigger."""
    pointer: str


class LineBlock(NamedTuple):
    """The lines of one kind of a workflow, packed."""

    text: str
    steps: array[int]
    """The step of each line."""

    @property
    def lowered(self) -> str:
        return lowered(self.text)

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n") if self.steps else []


class WorkflowLines(NamedTuple):
    """All lines of a workflow."""

    blocks: Mapping[LineKind, LineBlock]

    @classmethod
    def of(cls, analysis: WorkflowAnalysis) -> WorkflowLines:
        texts: dict[LineKind, list[str]] = {kind: [] for kind in LineKind}
        steps: dict[LineKind, array[int]] = {kind: array("L") for kind in LineKind}
        for line in index_lines_of(analysis):
            texts[line.kind].append(line.text)
            steps[line.kind].append(line.step)
        return cls({kind: LineBlock("\n".join(texts[kind]), steps[kind]) for kind in LineKind})

    @staticmethod
    def key(entry: Entry, settings: Settings) -> bytes:
        """The key of its lines in the cache: all that they depend on."""
        others = entry.title, entry.item.partial, settings.relative_unit_minutes
        return key_of("index", repr(others), entry.text())

    def packed(self) -> bytes:
        """Its lines, to be kept. Raises UnicodeError of half a surrogate pair."""
        plain = [(self.blocks[kind].text, list(self.blocks[kind].steps)) for kind in LineKind]
        return zlib.compress(msgspec.msgpack.encode(plain), level=1)

    @classmethod
    def unpacked(cls, packed: bytes) -> WorkflowLines | None:
        """The lines of a workflow that were kept; None where they are not what they should be."""
        try:
            plain = msgspec.msgpack.decode(zlib.decompress(packed), type=list[tuple[str, list[int]]])
            blocks = [LineBlock(text, array("L", steps)) for text, steps in plain]
            return cls(dict(zip(LineKind, blocks, strict=True)))
        except (zlib.error, msgspec.MsgspecError, OverflowError, ValueError):
            return None


def index_lines_of(analysis: WorkflowAnalysis) -> Iterator[IndexLine]:
    """Everything that can be found in a workflow: about 4 ms for 40 steps, whose model is made for it."""
    yield from _part_lines(analysis)
    for number, part in _parts(analysis):
        yield from _edge_lines(analysis.flow, part, number)
    yield from _link_lines(analysis)


def pointers_of(analysis: WorkflowAnalysis, kind: LineKind) -> Iterator[str]:
    """Where what the lines of a kind say stands, in their order; no condition is put into words for it."""
    if kind is LineKind.CONDITION:
        for _, part in _parts(analysis):
            yield from (edge.pointer for edge in _found_edges(analysis.flow, part))
    else:
        lines = _link_lines(analysis) if kind in _LINKS else _part_lines(analysis)
        yield from (line.pointer for line in lines if line.kind is kind)


def _parts(analysis: WorkflowAnalysis) -> Iterator[tuple[int, Trigger | Step]]:
    """The trigger and the steps, with their numbers."""
    if analysis.workflow.trigger is not None:
        yield 0, analysis.workflow.trigger
    yield from enumerate(analysis.workflow.steps, start=1)


def _part_lines(analysis: WorkflowAnalysis) -> Iterator[IndexLine]:
    """What the workflow, its trigger and its steps are called, do and are given."""
    entry, workflow = analysis.entry, analysis.workflow
    names = _joined(entry.title, entry.item.name or entry.title, entry.id or "")
    yield IndexLine(LineKind.WORKFLOW, names, 0, entry.item.pointer)
    if workflow.trigger is not None and workflow.trigger.event_name:
        yield IndexLine(LineKind.EVENT, _joined(workflow.trigger.event_name), 0, workflow.trigger.pointer)
    for number, step in enumerate(workflow.steps, start=1):
        yield IndexLine(LineKind.STEP, _joined(step.name, step.id), number, step.pointer)
        if step.action:
            yield IndexLine(LineKind.ACTION, _joined(step.action), number, step.pointer)
        if (schedule := step.schedule) is not None and isinstance(schedule.workflow_id, str):
            pointer = f"{step.pointer}/params/workflowId"
            yield IndexLine(LineKind.SCHEDULE, _joined(schedule.workflow_id), number, pointer)
        if schedule is not None and schedule.run_at is not None:
            due = due_in_words(schedule.run_at, analysis.settings.relative_unit_minutes)
            yield IndexLine(LineKind.TEXT, _joined("runAt", due), number, f"{step.pointer}/params/runAt")
        for name, text, pointer in _strings(step.params, f"{step.pointer}/params"):
            yield IndexLine(LineKind.TEXT, _joined(name, text), number, pointer)


def _link_lines(analysis: WorkflowAnalysis) -> Iterator[IndexLine]:
    """What links the steps of a workflow to each other and to the rest of the organisation."""
    flow = analysis.flow
    numbers = {step.id: number for number, step in enumerate(analysis.workflow.steps, start=1)}
    lines: dict[str, str] = {}
    for read in analysis.reads:
        for id_ in dict.fromkeys(path.step for path in read.expression.paths if path.step is not None):
            text = lines.get(id_) or lines.setdefault(id_, _joined(id_, _step_name(flow, id_)))
            yield IndexLine(LineKind.REFERENCE, text, numbers.get(read.node, 0), read.pointer)
    for kind, mentions in (
        (LineKind.READ, fields_read(flow, analysis.reads)),
        (LineKind.HOST, hosts_called(flow)),
    ):
        for mention in dict.fromkeys(mentions):
            pointer = f"{analysis.workflow.pointer}{mention.pointer}"
            yield IndexLine(kind, _joined(mention.name), numbers.get(mention.step, 0), pointer)
    for number, step in enumerate(analysis.workflow.steps, start=1):
        for effect in effects_of_step(step):
            yield IndexLine(LineKind.CAUSE, _joined(effect.event), number, step.pointer)
            object_ = object_of_event(effect.event)
            for field in sorted(effect.fields or ()) if object_ else ():
                yield IndexLine(LineKind.WRITE, _joined(f"{object_}.{field}"), number, step.pointer)


def _edge_lines(flow: FlowGraph, part: Trigger | Step, number: int) -> Iterator[IndexLine]:
    for edge in _found_edges(flow, part):
        words = condition_text(flow, edge)
        if type_ := edge.error_action_type:
            condition = "" if words == "always" else f" if {words}"
            words = f"on failure: {edge.destination} ({type_}){condition}"
        yield IndexLine(LineKind.CONDITION, _joined(edge.label, words), number, edge.pointer)


def _found_edges(flow: FlowGraph, part: Trigger | Step) -> Iterator[Transition]:
    """Those of which there is anything to say."""
    return (edge for edge in part.edges if edge.label or edge.error_action_type or not flow.always_holds(edge))


def _step_name(flow: FlowGraph, step: str) -> str:
    node = flow.node(step)
    part = flow.part(node) if node is not None else None
    return part.name if isinstance(part, Step) else ""


def names_in(analysis: WorkflowAnalysis, kind: LineKind, step: int, text: str, longest: int) -> Sequence[str]:
    """What the line of a condition or a parameter calls the references in it, in their order, as far as they stand in
    the first so many characters of what it says."""
    flow, workflow = analysis.flow, analysis.workflow
    if kind is LineKind.TEXT:
        return [path.text for path in parse(text.rpartition(SEPARATOR)[2]).paths]
    part = workflow.steps[step - 1] if 0 < step <= len(workflow.steps) else workflow.trigger
    for edge in part.edges if kind is LineKind.CONDITION and part is not None else ():
        names = NameRecorder(flow)
        if condition_text(flow, edge, names, longest).removesuffix("…") in text:
            return names.names
    return ()


def _strings(value: object, pointer: str) -> Iterator[tuple[str, str, str]]:
    """Every string in a JSON value of any depth, with the key it stands under and its pointer."""
    pending = [("", value, pointer)]
    while pending:
        name, part, at = pending.pop()
        if isinstance(part, str):
            if part:
                yield name, part, at
        elif isinstance(part, dict):
            members = [(str(key), member, f"{at}/{escape(str(key))}") for key, member in part.items()]
            pending.extend(reversed(members))
        elif isinstance(part, (list, tuple)):
            pending.extend(reversed([(name, member, f"{at}/{index}") for index, member in enumerate(part)]))


def _joined(*parts: str) -> str:
    """The parts as one line; one that says the same as an earlier one is left out."""
    return SEPARATOR.join(dict.fromkeys(map(_on_one_line, parts)))


def _on_one_line(text: str) -> str:
    return text if text.isprintable() else " ".join(text.split())
