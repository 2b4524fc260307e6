"""What is selected, as a place in a file: what can be copied is of it, and an editor opens at it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path

from kustui.definition.collection import Entry
from kustui.definition.loader import STDIN_NAME
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.source.source import Extent, Fault, Place
from kustui.tui.copy_menu import Copyable, as_text, copyables, flow_as_mermaid
from kustui.tui.diagrams.diagram_view import DiagramView
from kustui.tui.editor import EditorError, choose_editor, edit_file
from kustui.tui.explorer.part import Part
from kustui.tui.tree.nodes import Node
from kustui.tui.tree.places import drawn
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import NodeKey, Row, Target, node_of
from kustui.tui.widgets.rows_view import RowsView


def of_node(node: Node) -> Target:
    """A row of the tree. In a file that cannot be read now, what is wrong with it: there it is to be mended."""
    if isinstance(node.part, Fault):
        return Target(node.document, node.part.pointer, node.document.fault_extent(node.part).start)
    if node.document.broken is not None and node.entry is None and node.document.broken.faults:
        broken = node.document.broken
        return Target(broken, "", broken.fault_extent(broken.faults[0]).start)
    return Target.at(node.document, node.pointer)


def of_key(tree: TreeState, key: NodeKey) -> Target | None:
    """The workflow, trigger or step that a row leads to; None where it is gone."""
    entry = tree.entry_of(key)
    if entry is None:
        return None
    pointer = entry.item.pointer
    if name := node_of(key):
        flow = tree.analysis(entry).flow
        node = TRIGGER_ID if name == TRIGGER_ID else flow.node(name)
        part = flow.part(node) if node is not None else None
        pointer = part.pointer if part is not None else pointer
    return Target.at(tree.snapshot.collection.document_of(entry), pointer)


class CurrentSelection(Part):
    """What the cursor of the current pane is on, and the editor for it."""

    @property
    def current(self) -> Target | None:
        """What the cursor of the current pane is on or leads to; otherwise what the tree's cursor is on."""
        focused, tree = self._screen.focused, self._views.tree
        if isinstance(focused, DiagramView) and focused.selected_key:
            self._navigator.show(focused.selected_key)  # also where the cursor has not moved since the tree went there
        if isinstance(focused, RowsView) and focused is not tree:
            if focused.row.target is not None:
                return focused.row.target
            if focused.row.link and (selection := of_key(tree.state, focused.row.link)) is not None:
                return selection
        return of_node(tree.node) if tree.node is not None else None

    def copyables(self) -> Iterator[Copyable]:
        """What there is to copy of it, of the row of the cursor, and of the drawing."""
        selected = self.current
        if selected is None:
            return
        self._presenter.follow_now()
        focused, side, tree = self._screen.focused, self._views.side, self._views.tree.state
        row, node = focused.row if isinstance(focused, RowsView) else Row(), self._views.tree.node
        if row.value is not None and node is not None:
            selected = Target.at(node.document, row.value)
        yield from copyables(selected)
        yield from as_text(row.whole or row.line, f"{side.diagram_name} as text", side.diagram.whole)
        if (entry := selected.entry) is not None and tree.holds(selected.document):
            yield self._mermaid(entry)

    def _mermaid(self, entry: Entry) -> Copyable:
        """The flow of a workflow, with what a review says of it where it is the one that is drawn."""
        node, tree = self._views.tree.node, self._views.tree.state
        if node is None or node.entry is not entry:
            return flow_as_mermaid(tree.analysis(entry))
        return flow_as_mermaid(*drawn(tree, node))

    def edit(self) -> None:
        """Open the file in the editor, at the line of what is selected."""
        selected, say = self.current, self._views.status.say
        node, review = self._views.tree.node, self._views.tree.state.review
        if selected is None:
            say("nothing is selected", "muted")
        elif review is not None and node is not None and node.removed and selected.document is node.document:
            say(f"gone since {review.name}: there is nothing to edit", "warning")
        elif selected.document.path == STDIN_NAME:
            say("read from standard input: there is no file to edit", "warning")
        else:
            source = selected.document.source
            path, place = source.path_of(Extent(selected.offset, selected.offset + 1)), source.place(selected.offset)
            self.open_editor(path, place)

    def open_editor(self, path: str, place: Place) -> None:
        """Open a file in the editor, at a place."""
        work: Callable[[], Awaitable[None]] = partial(self._edit, path, place)
        self._screen.run_worker(work, group="edit", description="editing")

    async def _edit(self, path: str, place: Place) -> None:
        try:
            editor = choose_editor()
            if editor.has_window:
                self._views.status.say(f"{editor.name} opens {path}:{place}")
            await edit_file(self._screen.app, editor, Path(path), place)
        except EditorError as error:
            self._views.status.say(str(error), "error")
