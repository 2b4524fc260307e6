"""The session: where somebody is, saved for the next time, and back there when the same is opened again. Of a
definition it has ids, paths and what was typed, nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import msgspec
from textual.screen import Screen

from kustui.definition.collection import Document, Entry
from kustui.errors import KustuiError
from kustui.files import own_folder, write_file
from kustui.tui.explorer.navigator import Navigator
from kustui.tui.explorer.panes import Panes
from kustui.tui.explorer.views import DIAGRAMS, PANES, Views
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import NodeKey, workflow_key

_VERSION = 1
_FOLDER = "places"
_MOST_BYTES = 64_000
"""Of one file: a larger one is not ours."""
_MOST_FILES = 200
"""Those written to least recently go first."""
MAX_OPEN = 400
"""Nodes that are saved as open."""

NodeName = tuple[str, ...]
"""Which node of the tree it is: its file, its workflow, and what it is of that."""


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
    filter: str = ""
    marks: dict[str, NodeName] = {}


def session_file(paths: Sequence[str]) -> Path:
    """Where the state of a collection is saved: by the paths that it was opened with, however they were written."""
    from hashlib import sha256  # which few need, and nobody before the first paint

    identity = "\0".join(sorted({os.path.realpath(path) for path in paths}))
    return own_folder("state") / _FOLDER / f"{sha256(os.fsencode(identity)).hexdigest()[:32]}.json"


def read_session(file: Path) -> SessionState | None:
    """What was saved; None where nothing was, or nothing that can be used."""
    with suppress(OSError, msgspec.MsgspecError):
        if file.stat().st_size <= _MOST_BYTES:
            state = msgspec.json.decode(file.read_bytes(), type=SessionState)
            return state if state.version == _VERSION else None
    return None


def write_session(file: Path, state: SessionState) -> None:
    """Save it for the next time, where that is possible."""
    with suppress(OSError, UnicodeEncodeError, KustuiError):
        encoded = msgspec.json.encode(state)
        if len(encoded) > _MOST_BYTES:
            encoded = msgspec.json.encode(msgspec.structs.replace(state, open=()))
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_file(file, [encoded], replace=True, private=True)
        for old in _surplus(file.parent):
            old.unlink(missing_ok=True)


def _surplus(folder: Path) -> Iterator[Path]:
    files = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    yield from files[_MOST_FILES:]


class SessionKeeper:
    """Keeps the place that somebody is at in a file, and restores it."""

    def __init__(self, file: Path, screen: Screen[None], views: Views, panes: Panes, navigator: Navigator) -> None:
        self._file, self._screen, self._views = file, screen, views
        self._panes, self._navigator = panes, navigator
        self._place = read_session(file)

    def keep(self) -> None:
        """Keep the place for the next time, if there is one."""
        if (place := self._current_place()) is not None:
            write_session(self._file, place)

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
            filter=tree.filter,
            marks={letter: names.name(key) for letter, key in self._navigator.marks.items()},
        )

    def restore(self, *, marks_only: bool = False) -> bool:
        """Go back to the place that was kept, as far as it is still there; whether one was."""
        place, tree = self._place, self._views.tree
        if place is None:
            return False
        names = Names(tree.state)
        marks = {letter: names.key(name) for letter, name in place.marks.items() if len(letter) == 1}
        self._navigator.marks = {letter: key for letter, key in marks.items() if key} | self._navigator.marks
        if marks_only:
            return True
        tree.state.expanded = {key for key in names.files if names.name(key) not in place.closed}
        tree.state.expanded.update(filter(None, map(names.key, place.open[:MAX_OPEN])))
        tree.filter(place.filter)
        if key := names.key(place.selected):
            tree.go_to(key)
        if place.drawing in DIAGRAMS:
            self._views.side.bring(place.drawing)
        if place.pane in PANES:
            self._panes.enter(place.pane)
        elif place.pane == "problems":
            self._panes.enter_problems()
        return True


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
        entry = self._tree.snapshot.collection.by_key.get(key[1])
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
            self._places[path] = os.path.normpath(Path.cwd() / path)
        return self._places[path]


def _identity(entry: Entry) -> str:
    if entry.id is not None and not entry.key.removeprefix(f"{entry.source.path}#{entry.id}"):
        return f"#{entry.id}"
    name = entry.key.removeprefix(entry.source.path)  # a name, or what a second one of an id goes by
    return f"~{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
