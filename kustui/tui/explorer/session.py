"""The session: where somebody is, saved for the next time, and back there when the same is opened again. Of a
definition it has ids, paths and what was typed, nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import msgspec

from kustui.config.state import MOST_BYTES, read_state, set_aside, state_locked, state_path, why_not_saved, write_state
from kustui.definition.collection import Document, Entry
from kustui.files import absolute, resolved
from kustui.tui.explorer.part import Part, Shared
from kustui.tui.explorer.views import DIAGRAMS, PANES
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import NodeKey, workflow_key

_VERSION = 1
_FOLDER = "places"
_MOST_FILES = 200
"""Those written to least recently go first."""
MAX_OPEN = 400
"""Nodes that are saved as open."""

NodeName = tuple[str, ...]
"""Which node of the tree it is: its file, its workflow, and what it is of that."""
_WORKFLOW = 2
"""Parts of the name of a workflow."""


class SessionState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is restored, as it is written to its file."""

    version: int = _VERSION
    selected: NodeName = ()
    open: tuple[NodeName, ...] = ()
    """What was open, but for files."""
    closed: tuple[NodeName, ...] = ()
    """Files that were closed."""
    pane: str = "tree"
    """Which had the focus."""
    drawing: str = "flow"
    zooms: dict[str, str] = {}
    """How large the drawings are, by name, where they can be told."""
    filter: str = ""
    marks: dict[str, NodeName] = {}


def session_file(paths: Sequence[str]) -> Path | None:
    """Where the state of a collection is saved: by the paths that it was opened with, however they were written. None
    where the user has no home."""
    identity = "\0".join(sorted({resolved(path) for path in paths}))
    return state_path(_FOLDER, f"{sha256(os.fsencode(identity)).hexdigest()[:32]}.json")


def read_session(file: Path | None) -> SessionState | None:
    """What was saved; None where nothing was, or nothing that can be used: that is set aside."""
    raw = read_state(file)
    if raw is None:
        return None
    with suppress(ValueError, msgspec.MsgspecError, RecursionError):
        if (state := msgspec.json.decode(raw, type=SessionState)).version == _VERSION:
            return state
    assert file is not None, "it was read"
    set_aside(file)
    return None


def write_session(file: Path | None, state: SessionState) -> str:
    """Save it for the next time; why that is not possible, or an empty string."""
    try:
        encoded = msgspec.json.encode(state)
        if len(encoded) > MOST_BYTES:
            encoded = msgspec.json.encode(msgspec.structs.replace(state, open=()))
    except UnicodeEncodeError:
        return "it holds half a character"
    reason = write_state(file, encoded)
    if file is not None and not reason:
        with suppress(OSError):
            for old in _surplus(file.parent):
                old.unlink(missing_ok=True)
    return reason


def _surplus(folder: Path) -> Iterator[Path]:
    files = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True)
    yield from files[_MOST_FILES:]


class SessionKeeper(Part):
    """Keeps the place that somebody is at in a file, and restores it."""

    def __init__(self, shared: Shared, file: Path | None) -> None:
        super().__init__(shared)
        self._file = file
        self._place = read_session(file)
        self._marks: Mapping[str, NodeName] = {}
        """Those that this session has read or written: what is different in the file was marked by another one."""
        self.obstacle = why_not_saved(file)
        """Why nothing can be kept."""

    @property
    def restores(self) -> bool:
        """Whether there is a place to go back to."""
        return self._place is not None

    @property
    def needs_analysis(self) -> bool:
        """Whether going back there takes more than the names of workflows."""
        place = self._place
        return place is not None and bool(place.open or place.filter or len(place.selected) > _WORKFLOW)

    def keep(self) -> str:
        """Keep the place for the next time, if there is one; why that is not possible, or an empty string.

        Marks that another kustui has set or removed meanwhile stay as they are there.
        """
        place = self._current_place()
        if self._file is None or place is None:
            return ""
        with state_locked(self._file):
            before = read_session(self._file)
            theirs = before.marks if before is not None else {}
            changed = {letter: name for letter, name in place.marks.items() if name != self._marks.get(letter)}
            removed = self._marks.keys() - self._navigator.marks.keys()
            marks = {letter: name for letter, name in theirs.items() if letter not in removed} | changed
            self._marks = place.marks
            return write_session(self._file, msgspec.structs.replace(place, marks=marks))

    def _current_place(self) -> SessionState | None:
        """Where the cursor, the keys and the marks are, what is open, and what is filtered."""
        tree, node = self._views.tree.state, self._views.tree.node
        if not tree.snapshot.collection.documents:
            return None
        names = Names(tree)
        expanded = [key for key in tree.opened if len(key) > 1]
        return SessionState(
            selected=names.name(node.key) if node is not None else (),
            open=tuple(sorted(filter(None, map(names.name, expanded)))[:MAX_OPEN]),
            closed=tuple(sorted(names.name(key) for key in names.files if key not in tree.opened)),
            pane=(self._screen.focused.id if self._screen.focused is not None else None) or "tree",
            drawing=self._views.side.diagram_name,
            zooms={name: view.zoom for name, view in self._views.side.diagrams.items() if view.zoom},
            filter=tree.filter,
            marks={letter: name for letter, key in self._navigator.marks.items() if (name := names.name(key))},
        )

    def restore(self, *, marks_only: bool = False) -> bool:
        """Go back to the place that was kept, as far as it is still there; whether one was."""
        place, tree = self._place, self._views.tree
        if place is None:
            return False
        names = Names(tree.state)
        marks = {letter: names.key(name) for letter, name in place.marks.items() if len(letter) == 1}
        self._navigator.marks = {letter: key for letter, key in marks.items() if key} | self._navigator.marks
        self._marks = {letter: name for letter, name in place.marks.items() if letter in self._navigator.marks}
        if marks_only:
            return True
        tree.state.expanded = {key for key in names.files if names.name(key) not in place.closed}
        tree.state.expanded.update(filter(None, map(names.key, place.open[:MAX_OPEN])))
        tree.filter(place.filter)
        if key := names.key(place.selected):
            tree.go_to(key)
        self._restore_panes(place)
        return True

    def _restore_panes(self, place: SessionState) -> None:
        for name, zoom in place.zooms.items():
            if (view := self._views.side.diagrams.get(name)) is not None:
                view.show_zoom(zoom)
        if place.drawing in DIAGRAMS:
            self._views.side.bring(place.drawing)
        if place.pane in PANES:
            self._panes.enter(place.pane)
        elif place.pane == "problems":
            self._panes.enter_list("problems")


class Names:
    """The nodes of a tree by names that hold another time, from another folder: files by where they are,
    workflows by their id, or where they have none, by what stands for their name."""

    def __init__(self, tree: TreeState) -> None:
        self._tree = tree
        self._places: dict[str, str] = {}
        self._entries: dict[Document, dict[str, Entry]] = {}
        self.files: list[NodeKey] = [(document.path,) for document in tree.snapshot.collection.documents]

    def name(self, key: NodeKey) -> NodeName:
        """The name of a node; an empty one where it is gone."""
        if not key:
            return ()
        if len(key) == 1:
            return (self._place(key[0]),)
        entry = self._tree.entry_of(key)
        return (self._place(key[0]), _identity(entry), *key[2:]) if entry is not None else ()

    def key(self, name: NodeName) -> NodeKey:
        """The node of a name; an empty key where there is none, and of a workflow that no longer exists, its file."""
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
            self._places[path] = absolute(path)
        return self._places[path]


def _identity(entry: Entry) -> str:
    if entry.id is not None and not entry.key.removeprefix(f"{entry.source.path}#{entry.id}"):
        return f"#{entry.id}"
    name = entry.key.removeprefix(entry.source.path)  # a name, or what a second one of an id goes by
    return f"~{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
