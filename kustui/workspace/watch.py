"""Says when what was opened changes on disk.

Folders are watched, never single files: most editors replace a file instead of writing to it, and a watch on the file
would follow the old one. What the system does not report is looked at twice a second: a folder that is moved away, one
above it that is, a file behind a link. Where the system watches as much as it may already, all files are.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import compress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from kustui.definition.folders import SCENARIO_SUFFIX, is_definition, is_ignored, walk_folders
from kustui.definition.loader import STDIN, stamps_of
from kustui.files import Stamp, absolute, identity_of, is_file, is_folder, resolved, stamp_of

if TYPE_CHECKING:
    from watchfiles._rust_notify import RustNotify

_DEBOUNCE, _STEP = 50, 10
"""Milliseconds within which changes are one, and without further changes until they are reported."""
_TICK = 0.5
"""Seconds between two looks at what no event reports."""
_MAX_SHARE = 0.05
"""What looking at the files may take of the time, however many they are."""
_COARSEST_CLOCK = 2.5
"""Seconds within which a file system may give two saves the same time: FAT counts in steps of two."""
_RECENT = 3600.0
"""Seconds: a file that was written longer ago, by the clock of another machine too, is not being saved just now."""


class ChangeWatcher:
    """What has changed of some paths since it was last taken, watched by threads of its own.

    A folder among the paths stands for every definition below it; ``also`` are more files, which need not be there, and
    ``scenarios`` says whether those count that lie below the folders and beside the files.
    ``poll`` looks at the files instead of asking the system, which knows nothing of those on some network shares. So
    does it where the system refuses: then ``refused`` is called with words that say so, in a thread of the watcher.
    ``tick`` is for how many seconds it does not look at what no event reports.
    """

    def __init__(
        self,
        paths: Sequence[str],
        also: Sequence[str] = (),
        *,
        poll: bool = False,
        scenarios: bool = False,
        refused: Callable[[str], object] = lambda reason: None,
        tick: float = _TICK,
    ) -> None:
        self._tick = tick
        self._paths = tuple(absolute(path) for path in paths if path != STDIN)
        self._also = tuple(absolute(path) for path in also)
        self._imported: frozenset[str] = frozenset()
        self._refused = refused
        self._polls, self._scenarios = poll, scenarios
        self._changed: set[str] | None = None
        self._arrived = threading.Condition()
        self._closed = threading.Event()
        if not self._paths:
            return
        self._places = self._now()
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

    def watch_also(self, paths: Iterable[str]) -> None:
        """Report what happens to these files too, in place of those that were given so before."""
        imported = frozenset(map(absolute, paths))
        if self._paths and imported != self._imported:
            self._imported = imported
            self._places = self._now()

    def _now(self) -> _Places:
        return _Places.of(self._paths, (*self._also, *self._imported), scenarios=self._scenarios)

    def _notify(self, paths: set[str]) -> None:
        with self._arrived:
            self._changed = (self._changed or set()) | paths
            self._arrived.notify_all()

    # What the threads do

    def _poll(self) -> None:
        before: Mapping[str, Stamp | None] | None = None
        seen: dict[str, float] = {}
        """When the stamp of each file was first seen that may yet be saved again within one tick of the clock."""
        while True:
            began = time.monotonic()
            now = stamps_of((*self._paths, *self._also, *self._imported, *self._scenario_paths()))
            if before is None:
                recent = (time.time() - _RECENT) * 1e9
                seen = {path: began for path, stamp in now.items() if stamp is not None and stamp[0] > recent}
            else:
                seen |= {path: began for path, stamp in now.items() if stamp != before.get(path)}
            if now != before or seen:
                self._notify({absolute(path) for path in seen})
            before, seen = now, {path: at for path, at in seen.items() if began - at < _COARSEST_CLOCK}
            if self._closed.wait(max(self._tick, (time.monotonic() - began) / _MAX_SHARE)):
                return

    def _scenario_paths(self) -> Sequence[str]:
        if not self._scenarios:
            return ()
        from kustui.simulate.scenarios.file import find_scenarios  # only where the files are looked at

        return find_scenarios(self._paths)

    def _watch_below(self) -> None:
        self._watch(below=True)

    def _watch_around(self) -> None:
        self._watch(below=False)

    def _watch(self, *, below: bool) -> None:
        """Watch until it is closed: begin anew once the places are others, or another folder is where one of them
        was."""
        from watchfiles._rust_notify import WatchfilesRustInternalError

        while not (self.closed or self._polls):
            places = self._places
            folders = _identities(places.folders if below else places.around)
            try:
                self._watch_folders(folders, places, below=below)
            except (FileNotFoundError, NotADirectoryError):  # nothing is there
                self._closed.wait(self._tick)
                if folders and self._places is places:
                    self._notify(set())
            except (OSError, WatchfilesRustInternalError) as error:  # the system watches as much as it may
                self._poll_instead(error)

    def _poll_instead(self, error: Exception) -> None:
        """Look at all files from now on, in this thread or in the other one that was refused the same."""
        with self._arrived:
            begins, self._polls = not self._polls, True
        if begins:
            limit = "max_user_watches" if "watch limit" in str(error) else "max_user_instances"
            self._refused(f"the system refuses to watch more files ({limit}): looking for changes at intervals instead")
            self._poll()

    def _watch_folders(self, folders: Mapping[str, _Identity | None], places: _Places, *, below: bool) -> None:
        """Raises FileNotFoundError where none of the folders is there, and OSError or WatchfilesRustInternalError where
        the system cannot watch them all."""
        stamps = {} if below else _stamps(places.names)
        existing = list(compress(folders, folders.values()))
        if not existing:
            raise FileNotFoundError
        with _watcher(existing, recursive=below) as watcher:
            self._notify(set())
            while self._is_to_watch(places) and folders == _identities(folders):
                # Without an event that stops it: asking one in each step is a fourth of what waiting takes.
                reported = watcher.watch(_DEBOUNCE, _STEP, round(self._tick * 1000), None)
                if self.closed:
                    return
                events = reported if isinstance(reported, set) else ()
                before, stamps = stamps, stamps if below else _stamps(places.names)
                if relevant := {path for _, path in events if places.concern(path, below=below)}:
                    self._notify(relevant)
                    self._look_for_links(relevant)
                    if below and any(map(is_folder, relevant)):
                        _require_room(existing)  # to watch what is new: that would fail without a word
                elif stamps != before:
                    self._notify(set())
            self._notify(set())

    def _is_to_watch(self, places: _Places) -> bool:
        return self._places is places and not self._polls

    def _look_for_links(self, paths: set[str]) -> None:
        if any(path in self._places.links or Path(path).is_symlink() for path in paths):
            now = self._now()
            if now != self._places:
                self._places = now


def _watcher(folders: list[str], *, recursive: bool) -> RustNotify:
    """A watcher of all the folders, but of those below them that may not be entered. Raises as ``_watch_folders``."""
    # The documented backend of watchfiles; what is public, ``watch``, cannot say when it has begun.
    from watchfiles._rust_notify import RustNotify

    try:
        return RustNotify(folders, False, False, 0, recursive, False)
    except PermissionError:  # to ignore it ignores every other refusal as well
        watcher = RustNotify(folders, False, False, 0, recursive, True)
        _require_room(folders)
        return watcher


def _require_room(folders: list[str]) -> None:
    """Raises as ``_watch_folders`` where the system would refuse one more watch."""
    from watchfiles._rust_notify import RustNotify

    with suppress(FileNotFoundError, PermissionError), RustNotify(folders[:1], False, False, 0, False, False):
        pass


class _Places(Struct, frozen=True):
    """Where things can happen that matter."""

    folders: frozenset[str]
    """All below these."""
    around: frozenset[str]
    """What is in these themselves: those of single files."""
    names: frozenset[str]
    """The single files, by every name that they have."""
    links: frozenset[str]
    """The links below the folders."""
    scenario_folders: frozenset[str]
    """Where single files lie whose scenarios count."""
    scenarios: bool
    """Whether scenarios below the folders count."""

    @classmethod
    def of(cls, paths: Sequence[str], also: Sequence[str], *, scenarios: bool) -> _Places:
        folders = {path for path in paths if is_folder(path)}
        links = {link for folder in folders for link in _links_below(folder)}
        linked = {resolved(link) for link in links}
        files = {*paths, *also, *linked} - folders
        folders |= {target for target in linked if is_folder(target)}
        names = {name for file in files - folders for name in (file, resolved(file))}
        return cls(
            frozenset(folders),
            frozenset(os.path.dirname(name) for name in names),  # noqa: PTH120
            frozenset(names),
            frozenset(links),
            frozenset(os.path.dirname(path) for path in paths if scenarios and path not in folders),  # noqa: PTH120
            scenarios,
        )

    def concern(self, path: str, *, below: bool) -> bool:
        """Whether what happened to a path can matter."""
        is_scenario = path.lower().endswith(SCENARIO_SUFFIX)
        if not below:
            return path in self.names or (is_scenario and os.path.dirname(path) in self.scenario_folders)  # noqa: PTH120
        folder = max((folder for folder in self.folders if path.startswith(folder)), key=len, default="")
        inside = Path(path.removeprefix(folder).lstrip(os.sep))
        if any(map(is_ignored, inside.parts)):
            return False
        if is_scenario:
            return self.scenarios
        return is_definition(inside.name) or not is_file(path)  # a folder, or something that no longer exists


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
