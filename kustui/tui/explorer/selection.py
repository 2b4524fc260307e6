"""What is selected, as a place in a file: what can be copied is of it, and an editor opens at it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from textual.screen import Screen

from kustui.definition.collection import Document, Entry
from kustui.definition.loader import STDIN_NAME
from kustui.definition.models import Step, Trigger
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.source.source import Fault, Place
from kustui.tui.diagrams.diagram_view import DiagramView
from kustui.tui.editor import EditorError, choose_editor, edit_file
from kustui.tui.explorer.navigator import Navigator
from kustui.tui.explorer.views import Views
from kustui.tui.tree.nodes import Node
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import NodeKey
from kustui.tui.widgets.rows_view import RowsView


class Selection(NamedTuple):
    """A value of a file, and the byte that matters in it."""

    document: Document
    pointer: str
    offset: int

    @property
    def entry(self) -> Entry | None:
        """The workflow that it is, or is a part of."""
        return self.document.entry_at(self.pointer)

    @property
    def is_workflow(self) -> bool:
        return self.entry is not None and self.entry.item.pointer == self.pointer

    @property
    def part(self) -> Trigger | Step | None:
        """The trigger or step that it is; None where it is more or less than one."""
        if self.entry is None:
            return None
        workflow = self.entry.workflow
        parts = (workflow.trigger, *workflow.steps)
        return next((part for part in parts if part is not None and part.pointer == self.pointer), None)


def of_pointer(document: Document, pointer: str) -> Selection:
    return Selection(document, pointer, document.spot(pointer).value.start)


def of_node(node: Node) -> Selection:
    """A row of the tree. In a file that cannot be read now, what is wrong with it: there it is to be mended."""
    if isinstance(node.part, Fault):
        return Selection(node.document, node.part.pointer, node.document.fault_extent(node.part).start)
    if node.document.broken is not None and node.entry is None and node.document.broken.faults:
        broken = node.document.broken
        return Selection(broken, "", broken.fault_extent(broken.faults[0]).start)
    return of_pointer(node.document, node.pointer)


def of_key(tree: TreeState, key: NodeKey) -> Selection | None:
    """The workflow, trigger or step that a row leads to; None where it is gone."""
    entry = tree.snapshot.collection.by_key.get(key[1]) if len(key) > 1 else None
    if entry is None:
        return None
    pointer = entry.item.pointer
    if len(key) > 2:
        flow = tree.analysis(entry).flow
        node = TRIGGER_ID if key[2] == "trigger" else flow.node(key[2].removeprefix("step "))
        part = flow.part(node) if node is not None else None
        pointer = part.pointer if part is not None else pointer
    return of_pointer(tree.snapshot.collection.document_of(entry), pointer)


def of_line(node: Node, lines: int) -> Selection:
    """The first value that begins in a line of the source of a node, so many lines below where the node begins; in a
    line where none does, that of the node."""
    source, entry = node.document.source, node.entry
    spot = node.document.spot(node.pointer)
    start = source.line_start(spot.key.start if spot.key else spot.value.start)
    for _ in range(lines):
        start = source.data.find(b"\n", start) + 1
    end = source.data.find(b"\n", start)
    end = end if end >= 0 else len(source.data)
    begun: dict[int, str] = {}
    for pointer in entry.pointers if entry is not None else ():
        spot = entry.spot(pointer)  # type: ignore[union-attr]
        first = spot.key.start if spot.key else spot.value.start
        if start <= first < end:
            begun.setdefault(first, pointer)
    if begun:
        first = min(begun)
        return Selection(node.document, begun[first], first)
    line = source.data[start:end]
    return Selection(node.document, node.pointer, start + len(line) - len(line.lstrip()))


class CurrentSelection:
    """What the cursor of the current pane is on, and the editor for it."""

    def __init__(self, screen: Screen[None], views: Views, navigator: Navigator) -> None:
        self._screen, self._views, self._navigator = screen, views, navigator

    @property
    def current(self) -> Selection | None:
        """What the cursor of the current pane is on or leads to; otherwise what the tree's cursor is on."""
        focused, tree, source = self._screen.focused, self._views.tree, self._views.side.source
        if isinstance(focused, DiagramView) and focused.selected_key:
            self._navigator.show(focused.selected_key)  # the tree follows it anyway, a moment later
        if isinstance(focused, RowsView) and focused is not tree:
            if focused.row.target is not None:
                return Selection(*focused.row.target)
            if focused.row.link and (selection := of_key(tree.state, focused.row.link)) is not None:
                return selection
            if focused is source and tree.node is not None and source.rows.first_line:
                return of_line(tree.node, source.cursor)
        return of_node(tree.node) if tree.node is not None else None

    def edit(self) -> None:
        """Open the file in the editor, at the line of what is selected."""
        selected, say = self.current, self._views.status.say
        if selected is None:
            say("nothing is selected", "muted")
        elif selected.document.path == STDIN_NAME:
            say("read from standard input: there is no file to edit", "warning")
        else:
            place = selected.document.source.place(selected.offset)
            work = self._edit(selected.document.path, place)
            self._screen.run_worker(work, group="edit", description="editing")

    async def _edit(self, path: str, place: Place) -> None:
        try:
            editor = choose_editor()
            if editor.has_window:
                self._views.status.say(f"{editor.name} opens {path}:{place}")
            await edit_file(self._screen.app, editor, Path(path), place)
        except EditorError as error:
            self._views.status.say(str(error), "error")
