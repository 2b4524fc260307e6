"""Says when what was opened changes on disk.

Folders are watched, never single files: most editors replace a file instead of writing to it, and a watch on the file
would follow the old one. What the system does not report is looked at twice a second: a folder that is moved away, one
above it that is, a file behind a link.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from kustui.definition.loader import (
    STDIN,
    Stamp,
    identity_of,
    is_definition,
    is_ignored,
    stamp_of,
    stamps_of,
    walk_folders,
)

_DEBOUNCE, _STEP = 50, 10
"""Milliseconds within which changes are one, and without further changes until they are reported."""
_TICK = 500
"""Milliseconds between two looks at what no event reports."""


class ChangeWatcher:
    """What has changed of some paths since it was last taken, watched by threads of its own.

    A folder among the paths stands for every definition below it; ``also`` are more files, which need not be there.
    ``poll`` looks at the files instead of asking the system, which knows nothing of those on some network shares.
    """

    def __init__(self, paths: Sequence[str], also: Sequence[str] = (), *, poll: bool = False) -> None:
        self._paths = tuple(_absolute(path) for path in paths if path != STDIN)
        self._also = tuple(_absolute(path) for path in also)
        self._changed: set[str] | None = None
        self._arrived = threading.Condition()
        self._closed = threading.Event()
        if not self._paths:
            return
        self._places = _Places.of(self._paths, self._also)
        for target in [self._poll] if poll else [self._watch_below, self._watch_around]:
            threading.Thread(target=target, name="watching", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing more is reported; whoever waits goes on."""
        self._closed.set()
        with self._arrived:
            self._arrived.notify_all()

    @property
    def closed(self) -> bool:
        return self._closed.is_set()

    @property
    def pending(self) -> bool:
        """Whether there is something to take, or nothing ever will be."""
        return self._changed is not None or self.closed

    def take(self, seconds: float | None = None) -> frozenset[str] | None:
        """Wait until something may have changed, for so long at most: the paths that the system reported, which can be
        none. At the beginning this is said once without being known. None where nothing has changed, or once closed."""
        with self._arrived:
            self._arrived.wait_for(lambda: self.pending, seconds)
            changed, self._changed = self._changed, None
        return None if changed is None or self.closed else frozenset(changed)

    def _notify(self, paths: set[str]) -> None:
        with self._arrived:
            self._changed = (self._changed or set()) | paths
            self._arrived.notify_all()

    # What the threads do

    def _poll(self) -> None:
        before = None
        while True:
            now = stamps_of((*self._paths, *self._also))
            if now != before:
                before = now
                self._notify(set())
            if self._closed.wait(_TICK / 1000):
                return

    def _watch_below(self) -> None:
        while not self.closed:
            self._watch(self._places, below=True)

    def _watch_around(self) -> None:
        while not self.closed:
            self._watch(self._places, below=False)

    def _watch(self, places: _Places, *, below: bool) -> None:
        """Watch until the places are others, or another folder is where one of them was."""
        folders = _identities(places.folders if below else places.around)
        try:
            self._watch_folders(folders, places, below=below)
        except OSError:  # nothing is there, or the system watches as much as it can
            self._closed.wait(_TICK / 1000)
            if folders and self._places is places:
                self._notify(set())

    def _watch_folders(self, folders: Mapping[str, _Identity | None], places: _Places, *, below: bool) -> None:
        """Raises OSError where none of the folders is there, or the system cannot watch them."""
        # The documented backend of watchfiles; what is public, ``watch``, cannot say when it has begun.
        from watchfiles._rust_notify import RustNotify

        stamps = {} if below else _stamps(places.names)
        existing = [folder for folder, identity in folders.items() if identity is not None]
        if not existing:
            raise FileNotFoundError
        with RustNotify(existing, False, False, 0, below, True) as watcher:
            self._notify(set())
            while self._places is places and folders == _identities(folders):
                events = watcher.watch(_DEBOUNCE, _STEP, _TICK, self._closed)
                if self.closed:
                    return
                before, stamps = stamps, stamps if below else _stamps(places.names)
                paths = {path for _, path in events} if isinstance(events, set) else set()
                if relevant := {path for path in paths if places.concern(path, below=below)}:
                    self._notify(relevant)
                    self._look_for_links(relevant)
                elif stamps != before:
                    self._notify(set())
            self._notify(set())

    def _look_for_links(self, paths: set[str]) -> None:
        if any(path in self._places.links or Path(path).is_symlink() for path in paths):
            now = _Places.of(self._paths, self._also)
            if now != self._places:
                self._places = now


@dataclass(frozen=True, slots=True)
class _Places:
    """Where things can happen that matter."""

    folders: frozenset[str]
    """All below these."""
    around: frozenset[str]
    """What is in these themselves: those of single files."""
    names: frozenset[str]
    """The single files, by every name that they have."""
    links: frozenset[str]
    """The links below the folders."""

    @classmethod
    def of(cls, paths: Sequence[str], also: Sequence[str]) -> _Places:
        folders = {path for path in paths if Path(path).is_dir()}
        links = {link for folder in folders for link in _links_below(folder)}
        linked = {os.path.realpath(link) for link in links}
        files = {*paths, *also, *linked} - folders
        folders |= {target for target in linked if Path(target).is_dir()}
        names = {name for file in files - folders for name in (file, os.path.realpath(file))}
        return cls(
            frozenset(folders),
            frozenset(os.path.dirname(name) for name in names),  # noqa: PTH120
            frozenset(names),
            frozenset(links),
        )

    def concern(self, path: str, *, below: bool) -> bool:
        """Whether what happened to a path can matter."""
        if not below:
            return path in self.names
        folder = max((folder for folder in self.folders if path.startswith(folder)), key=len, default="")
        inside = Path(path.removeprefix(folder).lstrip(os.sep))
        if any(map(is_ignored, inside.parts)):
            return False
        return is_definition(inside.name) or not Path(path).is_file()  # a folder, or something that no longer exists


def _links_below(folder: str) -> Iterator[str]:
    for root, folders, names in walk_folders(folder):
        for name in (*folders, *names):
            path = f"{root}{os.sep}{name}"
            if Path(path).is_symlink():
                yield path


_Identity = tuple[int, int]


def _identities(folders: Iterable[str]) -> dict[str, _Identity | None]:
    """Which folder each is; None where it is not there."""
    identities: dict[str, _Identity | None] = {}
    for folder in folders:
        try:
            identities[folder] = identity_of(os.stat(folder))  # noqa: PTH116
        except OSError:
            identities[folder] = None
    return identities


def _stamps(paths: Iterable[str]) -> Mapping[str, Stamp]:
    stamps: dict[str, Stamp] = {}
    for path in paths:
        with suppress(OSError):
            stamps[path] = stamp_of(os.stat(path))  # noqa: PTH116
    return stamps


def _absolute(path: str) -> str:
    return os.path.abspath(path)  # noqa: PTH100  # links stay what they are
