"""Where a problem is in the tree: told at once as far as no workflow is read for it, exactly when somebody goes there.

A save can bring hundreds of problems, of which one or none is followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.tui.explorer.tree import node_key, workflow_key

if TYPE_CHECKING:
    from kustui.check.problems import Problem
    from kustui.tui.explorer.tree import Tree
    from kustui.tui.widgets.rows import NodeKey


def place_of(tree: Tree, problem: Problem) -> NodeKey:
    """The step or workflow of a problem, and after it the pointer from the workflow on; empty for what has no node."""
    document = problem.document
    if not tree.holds(document):
        return ()
    entry = problem.entry or document.entry_at(problem.pointer)
    if entry is None:
        return tree.key_at(document, problem.pointer)
    key = node_key(entry, problem.step) if problem.step else workflow_key(entry)
    return (*key, problem.pointer.removeprefix(entry.item.pointer))


def node_at(tree: Tree, place: NodeKey) -> NodeKey:
    """The node that such a place leads to now; of a step that is elsewhere since then, the step. A node leads to
    itself."""
    if len(place) < 3 or not (place[-1].startswith("/") or not place[-1]):
        return place
    *known, pointer = place
    collection = tree.snapshot.collection
    entry = collection.by_key.get(place[1])
    if entry is None:
        return tuple(known)
    found = tree.key_at(collection.document_of(entry), f"{entry.item.pointer}{pointer}")
    return found if _is_in(found, known[2:]) else tuple(known)


def _is_in(node: NodeKey, part: list[str]) -> bool:
    """Whether a node is in a part of its workflow, or in a step that has the same id."""
    return not part or (len(node) > 2 and (node[2] == part[0] or node[2].startswith(f"{part[0]} /")))
