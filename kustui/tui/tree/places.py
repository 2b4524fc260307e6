"""What a node of the tree leads to and is drawn as, and the nodes of places that were kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from kustui.check.problems import Problem
from kustui.diagrams.glyphs import NO_CHANGES, ChangeMarks
from kustui.tui.tree.nodes import Node
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import NodeKey, node_key, part_name, workflow_key

if TYPE_CHECKING:  # not before the first paint
    from kustui.analysis.workflow_analysis import WorkflowAnalysis


def drawn(tree: TreeState, node: Node) -> tuple[WorkflowAnalysis, ChangeMarks]:
    """What a drawing of the workflow of a node draws, and what a review says of it."""
    assert node.entry is not None
    merged = tree.merged(node)
    return (merged, merged.changes) if merged is not None else (tree.analysis(node.entry), NO_CHANGES)


def as_of_now(tree: TreeState, node: Node) -> Node:
    """A node as panes show it that know nothing of what is gone: its workflow, where that is still there."""
    return replace(node, entry=tree.entry_of(node.key)) if node.removed else node


def problem_place(tree: TreeState, problem: Problem) -> NodeKey:
    """The step or workflow of a problem, and after it the pointer from the workflow on; empty for what has no node.

    No workflow is read for it: a save can bring hundreds of problems, of which one or none is followed.
    """
    document = problem.document
    if not tree.holds(document):
        return ()
    entry = problem.entry or document.entry_at(problem.pointer)
    if entry is None:
        return tree.key_at(document, problem.pointer)
    return (*node_key(entry, problem.step), problem.pointer.removeprefix(entry.item.pointer))


def key_of_place(tree: TreeState, place: NodeKey) -> NodeKey:
    """The node that such a place leads to now; of a step that is elsewhere since then, the step. The key of a node
    is its own place."""
    if len(place) < 3 or not (place[-1].startswith("/") or not place[-1]):
        return place
    *above, pointer = place
    collection = tree.snapshot.collection
    entry = collection.by_key.get(place[1])
    if entry is None:
        return tuple(above)
    key = tree.key_at(collection.document_of(entry), f"{entry.item.pointer}{pointer}")
    step = above[2] if len(above) > 2 else ""
    # In the same step, or in one that has the same id.
    same = not step or (len(key) > 2 and (key[2] == step or key[2].startswith(f"{step} /")))
    return key if same else tuple(above)


def link_of(tree: TreeState, node: Node) -> NodeKey:
    """Where Enter on a row leads: the scheduled workflow, or the step that a transition names; else nowhere."""
    from kustui.analysis.flow import Edge  # not before the first paint
    from kustui.analysis.schedules import ScheduleCall

    if isinstance(node.part, ScheduleCall) and node.part.workflow_id is not None:
        target = tree.snapshot.collection.by_id.get(node.part.workflow_id)
        return workflow_key(target) if target else ()
    if isinstance(node.part, Edge) and node.entry is not None:
        there = node.part.target in tree.analysis(node.entry).flow.steps
        return (*node.key[:2], part_name(node.part.target)) if there else ()
    return ()
