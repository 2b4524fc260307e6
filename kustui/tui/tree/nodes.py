"""The nodes of the tree, and the keys by which they stay the same across reloads."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from kustui.definition.collection import Document, Entry
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.source.recognition import RELAXED_JSON
from kustui.definition.source.source import UNKNOWN_KEY, Fault
from kustui.tui.widgets.rows import NodeKey, node_key, node_of, part_name, workflow_key

if TYPE_CHECKING:  # not before the first paint
    from kustui.analysis.flow import Edge
    from kustui.analysis.schedules import ScheduleCall
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


class Node(NamedTuple):
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
    faults = (*document.faults, *(document.app_faults if is_checked else ()))
    yield from ((document, fault) for fault in faults if fault.rule not in (UNKNOWN_KEY, RELAXED_JSON))


def duplicate_name(step: Step) -> str:
    """The last part of the key of a step whose id an earlier step has."""
    return part_name(f"{step.id} {step.pointer}")


def edge_name(index: int) -> str:
    """The last part of the key of an edge, by which of its step's it is."""
    return f"edge {index}"


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
