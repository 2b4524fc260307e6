"""Where somebody is, as it is kept for the next time, and back there when the same is opened again."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kustui.tui.explorer.marks import Marking
from kustui.tui.explorer.side_panes import DIAGRAMS, PANES
from kustui.tui.widgets.rows import workflow_key

if TYPE_CHECKING:
    from kustui.definition.collection import Document, Entry
    from kustui.tui.tree.tree_state import TreeState
    from kustui.tui.widgets.rows import NodeKey
    from kustui.workspace.session_state import Name, Place


class Placing(Marking):
    """Panes in which one comes back to where one was."""

    @property
    def place(self) -> Place | None:
        """Where the cursor, the keys and the marks are, what is open, and what is filtered."""
        tree, node = self.tree_view.state, self.tree_view.node
        if tree is None or self.snapshot is None or not self.snapshot.collection.documents:
            return None
        from kustui.workspace.session_state import MOST_OPEN, Place  # not before the first paint

        names = Names(tree)
        opened = [key for key in tree.expanded if len(key) > 1]
        return Place(
            selected=names.name(node.key) if node is not None else (),
            open=tuple(sorted(filter(None, map(names.name, opened)))[:MOST_OPEN]),
            closed=tuple(sorted(names.name(key) for key in names.files if key not in tree.expanded)),
            pane=(self.focused.id if self.focused is not None else None) or "tree",
            drawing=self.side.diagram,
            filter=tree.filter,
            marks={letter: names.name(key) for letter, key in self.bookmarks.places.items()},
        )

    def restore(self, place: Place, *, whole: bool = True) -> None:
        """Back to a place, as far as it is still there; the marks alone where it is not to be ``whole``."""
        tree = self.tree_view.state
        if tree is None:
            return
        from kustui.workspace.session_state import MOST_OPEN

        names = Names(tree)
        marks = {letter: names.key(name) for letter, name in place.marks.items() if len(letter) == 1}
        self.bookmarks.places = {letter: key for letter, key in marks.items() if key} | self.bookmarks.places
        if not whole:
            return
        tree.expanded = {key for key in names.files if names.name(key) not in place.closed}
        tree.expanded.update(filter(None, map(names.key, place.open[:MOST_OPEN])))
        self.tree_view.filter(place.filter)
        if key := names.key(place.selected):
            self.tree_view.go_to(key)
        if place.drawing in DIAGRAMS:
            self.side.bring(place.drawing)
        if place.pane in PANES:
            self.enter(place.pane)
        elif place.pane == "problems":
            self.enter_problems()


class Names:
    """The nodes of a tree by names that hold another time, from another folder: files by where they are,
    workflows by their id, or where they have none, by what stands for their name."""

    def __init__(self, tree: TreeState) -> None:
        self._tree = tree
        self._places: dict[str, str] = {}
        self._entries: dict[Document, dict[str, Entry]] = {}
        self.files: list[NodeKey] = [(document.path,) for document in tree.snapshot.collection.documents]

    def name(self, key: NodeKey) -> Name:
        """The name of a node; an empty one where it is gone."""
        if not key:
            return ()
        if len(key) == 1:
            return (self._place(key[0]),)
        entry = self._tree.snapshot.collection.by_key.get(key[1])
        return (self._place(key[0]), _identity(entry), *key[2:]) if entry is not None else ()

    def key(self, name: Name) -> NodeKey:
        """The node of a name; an empty key where there is none, and of a workflow that is gone, its file."""
        document = self._documents.get(name[0]) if name else None
        if document is None:
            return ()
        if document not in self._entries:
            self._entries[document] = {_identity(entry): entry for entry in document.entries}
        entry = self._entries[document].get(name[1]) if len(name) > 1 else None
        return (*workflow_key(entry), *name[2:]) if entry is not None else (document.path,)

    @cached_property
    def _documents(self) -> dict[str, Document]:
        return {self._place(document.path): document for document in self._tree.snapshot.collection.documents}

    def _place(self, path: str) -> str:
        if path not in self._places:
            self._places[path] = os.path.normpath(Path.cwd() / path)
        return self._places[path]


def _identity(entry: Entry) -> str:
    if entry.id is not None and not entry.key.removeprefix(f"{entry.source.path}#{entry.id}"):
        return f"#{entry.id}"
    from hashlib import sha256  # a few ms

    told = entry.key.removeprefix(entry.source.path)  # a name, or what a second one of an id goes by
    return f"~{sha256(told.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
