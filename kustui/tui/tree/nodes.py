"""The nodes of the tree, and the keys by which they stay the same across reloads."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct

from kustui.definition.collection import Document, Entry
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.source.positions import is_inside
from kustui.definition.source.recognition import RELAXED_JSON
from kustui.definition.source.source import UNKNOWN_KEY, Fault
from kustui.tui.widgets.rows import NodeKey, node_key, node_of, part_name, workflow_key

if TYPE_CHECKING:  # not before the first paint
    from kustui.analysis.flow import Edge
    from kustui.analysis.schedules import ScheduleCall
    from kustui.analysis.workflow_analysis import WorkflowAnalysis
    from kustui.definition.models import Step, Trigger
    from kustui.workspace.difference import Change, Difference


ADDED_SIGN, CHANGED_SIGN = "+", "~"


class Kind(Enum):
    """What a node stands for."""

    DOCUMENT = auto()
    WORKFLOW = auto()
    TRIGGER = auto()
    STEP = auto()
    EDGE = auto()
    SCHEDULE = auto()
    FAULT = auto()


class Node(Struct, frozen=True):
    """One row of the tree: what it stands for, and where that is."""

    kind: Kind
    key: NodeKey
    depth: int
    document: Document
    pointer: str
    entry: Entry | None = None
    part: Trigger | Step | Edge | ScheduleCall | Fault | None = None
    opens: bool = False
    """Whether there is something below it."""
    removed: bool = False
    """Whether it is gone: its file and workflow are those of the state that a review compares with."""

    def child(
        self,
        name: str,
        kind: Kind,
        pointer: str,
        part: Trigger | Step | Edge | ScheduleCall | Fault,
        *,
        opens: bool = False,
    ) -> Node:
        """A node below it, of the same workflow or file; ``name`` is the last part of its key."""
        return Node(
            kind, (*self.key, name), self.depth + 1, self.document, pointer, self.entry, part, opens, self.removed
        )


def number_of(pointer: str) -> int:
    """Which of its list a step is, counted from 0, by its pointer."""
    return int(pointer.rpartition("/")[2])


def file_faults(document: Document, *, is_checked: bool) -> Iterator[tuple[Document, Fault]]:
    """The faults of a file outside of its workflows that have a node; those of its app once it was checked anyway."""
    if document.broken is not None:
        yield from ((document.broken, fault) for fault in document.broken.faults)
    for fault in (*document.faults, *(document.app_faults if is_checked else ())):
        if fault.rule not in (UNKNOWN_KEY, RELAXED_JSON) and document.is_judged(fault):
            yield document, fault


def duplicate_name(step: Step) -> str:
    """The last part of the key of a step whose id an earlier step has."""
    return part_name(f"{step.id} {step.pointer}")


def edge_name(index: int) -> str:
    """The last part of the key of an edge, by which of its step's it is."""
    return f"edge {index}"


def edge_number(name: str) -> int:
    """Which of its step's an edge is, by the last part of its key; -1 where that is not of an edge."""
    word, _, number = name.partition(" ")
    return int(number) if word == "edge" and number.isdecimal() else -1


def key_inside(entry: Entry, analysis: WorkflowAnalysis, pointer: str) -> NodeKey:
    """The node that a pointer into a workflow leads to: that which holds its value."""
    from kustui.definition.models import Step  # not before the first paint

    part = _part_at(analysis, pointer)
    if part is None:
        return workflow_key(entry)
    if isinstance(part, Step) and analysis.flow.steps.get(part.id) is not part:
        return (*workflow_key(entry), duplicate_name(part))
    key = node_key(entry, part.id if isinstance(part, Step) else TRIGGER_ID)
    index = _edge_at(part, pointer)
    return (*key, edge_name(index)) if index is not None else key


def _part_at(analysis: WorkflowAnalysis, pointer: str) -> Trigger | Step | None:
    """The trigger or step that a pointer leads to or into."""
    trigger, steps = analysis.workflow.trigger, f"{analysis.workflow.pointer}/steps/"
    if trigger is not None and is_inside(pointer, trigger.pointer):
        return trigger
    number = pointer.removeprefix(steps).partition("/")[0]
    return analysis.steps_by_pointer.get(f"{steps}{number}") if pointer.startswith(steps) else None


def _edge_at(part: Trigger | Step, pointer: str) -> int | None:
    """Which of the edges of a trigger or step a pointer leads to or into; None where it is none of them."""
    kind, _, rest = pointer.removeprefix(f"{part.pointer}/").partition("/")
    number, edges = rest.partition("/")[0], part.edges
    if not number.isdecimal():
        return None
    likely = int(number) + (0 if kind == "transitions" else len(part.transitions))
    indices = chain([likely] if likely < len(edges) else [], range(len(edges)))
    return next((index for index in indices if is_inside(pointer, edges[index].pointer)), None)


class Moves:
    """The keys that nodes have after a change of the files."""

    def __init__(self, difference: Difference | None) -> None:
        self._difference = difference

    def key(self, key: NodeKey) -> NodeKey:
        """The key that a node has now."""
        if self._difference is None:
            return key
        entry = self._difference.workflows.get(key[1]) if len(key) > 1 else None
        if entry is not None:
            key = (*workflow_key(entry), *key[2:])
        node = node_of(key)
        step = self._difference.steps.get((key[1], node)) if node else None
        if step is None or TRIGGER_ID in (node, step):  # no step has the trigger's id, but by mistake
            return key
        return (*key[:2], part_name(step), *key[3:])


def changed_node(change: Change) -> NodeKey:
    """The node that a change is about, be it gone."""
    if change.entry is None:
        return (change.path,)
    if change.noun == "trigger":
        return node_key(change.entry, TRIGGER_ID)
    return node_key(change.entry, change.step) if change.noun == "step" else workflow_key(change.entry)


def change_key(change: Change) -> NodeKey:
    """The node that a change is about; for a step that no longer exists, its workflow."""
    is_gone = change.noun == "step" and change.kind == "removed"
    return workflow_key(change.entry) if is_gone and change.entry is not None else changed_node(change)


def change_signs(difference: Difference) -> Iterator[tuple[NodeKey, str]]:
    """The nodes to mark as changed, each with its sign; for a step that no longer exists, its workflow."""
    for change in difference.changes:
        if change.kind != "removed" or change.noun == "step":
            yield change_key(change), ADDED_SIGN if change.kind == "added" else CHANGED_SIGN
