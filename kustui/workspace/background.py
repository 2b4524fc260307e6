"""A workspace in the background: read from the start, then checked and followed by the same thread.

Nothing here knows the screen: what happens is told by calling a function with one of the events, in the thread of the
background.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING

from kustui.check import RULE_NAMES
from kustui.errors import KustuiError
from kustui.workspace.events import (
    CheckProgress,
    ConfigurationRefused,
    Failed,
    Notify,
    PartlyChecked,
    PreferencesRead,
    SnapshotReady,
    StillReading,
    WatchRefused,
)
from kustui.workspace.snapshot import Snapshot, Workspace, partly_checked

if TYPE_CHECKING:
    from kustui.cache import Cache
    from kustui.check.checker import CheckListener, Results
    from kustui.config.check_settings import Settings
    from kustui.config.configuration import Configuration
    from kustui.workspace.check_cache import CachedCheck
    from kustui.workspace.watch import ChangeWatcher

PROGRESS_AFTER = 0.1
"""Seconds of work that are not worth a progress line, and between two of them."""
_SHOWN_IN = 0.05
"""Seconds in which a snapshot is painted where no other thread takes turns, or frees the one before."""
_WORTH_TELLING = 1_000_000
"""Bytes of which it is said how many are read."""
_LEAST_PAUSE = 0.5
"""Seconds between two snapshots of a check that is under way."""
_MAX_SHARE = 0.05
"""What making them may take of the time."""
_TELLING, _LEAST_SHARE = 0.5, 50
"""Seconds, and one part of so many, after which the rest can be estimated."""
_PATIENCE = 1.0
"""Seconds after which it is told which file is still being read."""
_SWITCH_INTERVAL = 0.0005
"""Seconds until another thread runs: a key waits 5 ms for this one instead of 24."""


class BackgroundWorkspace:
    """What some paths name: reading it is under way from the start, so that the screen is built meanwhile."""

    def __init__(self, paths: Sequence[str], stdin: bytes = b"", cache: Callable[[], Cache] | None = None) -> None:
        self.workspace = Workspace(paths, stdin, keep=True, checker=lambda *asked: self._cached_check(*asked))
        """Of the thread alone, once it has begun."""
        self.progress = (0, 0)
        """Bytes read, and bytes in all (0 while they are being counted)."""
        self._make_cache = cache
        self._listener: CheckListener | None = None
        """Who takes the results of the first check."""
        self._selected = ""
        self._snapshot: Snapshot | None = None
        self._error: Exception | None = None
        self._loaded = threading.Event()
        self._follow: Callable[[], None] | None = None
        self._continue = threading.Event()
        self._closed = threading.Event()
        self._changes: ChangeWatcher | None = None
        threading.Thread(target=self._run, name="background", daemon=True).start()

    # Reading

    @property
    def done(self) -> bool:
        """Whether everything is read."""
        return self._loaded.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Whether everything is read within that time."""
        return self._loaded.wait(seconds)

    def result(self) -> Snapshot:
        """What was read, until it is followed; waits for it. Raises PathError as ``open_paths`` does."""
        self._loaded.wait()
        if self._error is not None:
            raise self._error
        assert self._snapshot is not None
        return self._snapshot

    def load(self) -> Snapshot:
        """Read everything, in the thread."""
        return self.workspace.open(self._read)

    @property
    def reading_in_words(self) -> str:
        """``reading app.json, 40 % of 24 MB …``."""
        done, total = self.progress
        name = self.workspace.reading.rpartition("/")[2]
        share = f"{done * 100 // total} % of " if done else ""
        size = f", {share}{total / 1e6:,.0f} MB" if total > _WORTH_TELLING else ""
        return f"reading {name}{size} …" if name else "reading …"

    def _read(self, done: int, total: int) -> None:
        self.progress = (done, total)

    # Checking and following

    def follow(self, notify: Notify, configuration: Configuration | None = None, *, poll: bool = False) -> None:
        """Check what was read, and again after every change, until it is closed. Called once."""

        self._snapshot = None  # whoever shows it has it; here it would be kept for ever
        self._follow = partial(self._check_and_follow, notify, configuration, poll=poll)
        self._continue.set()

    def select(self, key: str) -> None:
        """The workflow of that key is looked at: it is checked before all others."""
        self._selected = key
        if (listener := self._listener) is not None:
            listener.selected = key

    def close(self) -> None:
        """It ends as soon as it can."""
        self._closed.set()
        self._continue.set()
        if self._changes is not None:
            self._changes.close()

    def _run(self) -> None:
        try:
            self._snapshot = self.load()
        except Exception as error:  # told to whoever waits, in their thread
            self._error = error
        finally:
            self._loaded.set()
        self._continue.wait()
        if self._follow is not None and self._error is None:
            self._follow()

    def _check_and_follow(self, notify: Notify, configuration: Configuration | None, *, poll: bool) -> None:
        from kustui.config.configuration import Configuration  # this and more: not before the first paint
        from kustui.workspace.difference import difference
        from kustui.workspace.following import follow_changes
        from kustui.workspace.glance import Glances
        from kustui.workspace.scenario_replays import ScenarioReplays
        from kustui.workspace.watch import ChangeWatcher

        paths = self.workspace.snapshot.paths
        configuration = configuration or Configuration(paths)
        settings = _LastGoodSettings(configuration, notify)
        patience, scenarios, glances = (
            _Patience(self.workspace, notify),
            ScenarioReplays(notify),
            Glances(self.workspace, notify),
        )

        def begin() -> Settings:
            patience.begin()
            return settings()

        try:
            watcher = ChangeWatcher(
                paths,
                configuration.watched_paths,
                poll=poll,
                scenarios=True,
                refused=lambda words: notify(WatchRefused(words)),
            )
            with short_switch_interval(), watcher as changes:
                self._changes = changes
                if self._closed.is_set():
                    return
                first = settings()
                self._listener = _PartialSnapshots(self.workspace.snapshot, first, notify)
                self._listener.selected = self._selected
                last = self.workspace.refresh((), first, settings.progress, lambda: not changes.closed, self._listener)
                self._listener = None
                if last.problems is None:
                    return
                notify(SnapshotReady(last))
                self._cached_check.keep()
                scenarios.follow(last)

                def otherwise() -> None:
                    if glances.forget():
                        notify(SnapshotReady(last, difference(last, last)))
                    scenarios.look()

                for outcome in follow_changes(
                    self.workspace, changes, begin, settings.progress, otherwise, self._rest, glances.look
                ):
                    if isinstance(outcome, Snapshot):
                        glances.forget()
                        notify(SnapshotReady(outcome, difference(last, outcome)))
                        self._closed.wait(_SHOWN_IN)
                        last = outcome
                        scenarios.follow(last)
                    else:
                        otherwise()
        except Exception as error:  # an internal error: the screen ends with it
            notify(Failed(error))
        finally:
            scenarios.close()

    def _rest(self) -> None:
        """Do what nobody waits for: keep what was found out, and be ready for the next change."""
        self._cached_check.keep()
        self.workspace.prepare()

    @cached_property
    def cache(self) -> Cache:
        """Where results are kept. Not asked for before the first paint."""
        from kustui.cache import Cache

        return self._make_cache() if self._make_cache is not None else Cache()

    @cached_property
    def _cached_check(self) -> CachedCheck:
        """Checks in another process what the cache does not have."""
        from kustui.workspace.check_cache import CachedCheck  # this and more: not before the first paint
        from kustui.workspace.check_processes import check_in_subprocess

        return CachedCheck(self.cache, lambda: check_in_subprocess)


class _Patience:
    """Tells of a file that is being read for long, from threads of its own."""

    def __init__(self, workspace: Workspace, notify: Notify) -> None:
        self._workspace, self._notify = workspace, notify
        self._timer: threading.Timer | None = None
        self._told = ""

    def begin(self) -> None:
        """Something is going to be read."""
        if self._timer is None:
            self._timer = threading.Timer(_PATIENCE, self._look)
            self._timer.daemon = True
            self._timer.start()

    def _look(self) -> None:
        self._timer, path = None, self._workspace.reading
        if path or self._told:
            self._notify(StillReading(path))
        self._told = path
        if path:
            self.begin()


class _LastGoodSettings:
    """What the configuration says, or said when it was right last; called when a check begins."""

    def __init__(self, configuration: Configuration, notify: Notify) -> None:
        from kustui.config.check_settings import Settings

        self._configuration = configuration
        self._notify = notify
        self._settings = Settings()
        self._refused: tuple[str, ...] = ()
        self._told = 0.0
        self._first = (0.0, 0)
        """When it was first told how many were checked, and how many."""

    def __call__(self) -> Settings:
        self._told = time.monotonic()
        self._first = (0.0, 0)
        refused = self._configuration.unusable
        try:
            settings = self._configuration.settings(RULE_NAMES)
            if settings is not self._settings:  # it was written anew
                self._notify(PreferencesRead(self._configuration.preferences()))
            self._settings = settings
        except KustuiError as error:
            refused = error.lines
        if refused and refused != self._refused:
            self._notify(ConfigurationRefused(refused))
        self._refused = refused
        return self._settings

    def progress(self, done: int, total: int) -> None:
        """Tell of the progress of the check, now and then."""
        now = time.monotonic()
        began, before = self._first
        if done > 1 and not before:
            self._first = began, before = now, done
        if (not done or now - self._told > PROGRESS_AFTER) and done < total:
            self._told = now
            self._notify(CheckProgress(done, total, seconds_left(now - began, done - before, total - before)))


def seconds_left(seconds: float, done: int, total: int) -> float | None:
    """How long the rest takes, if it goes on like that; None after too little to tell."""
    return seconds * (total - done) / done if seconds > _TELLING and done * _LEAST_SHARE >= total else None


class _PartialSnapshots:
    """Tells of what was found out so far, now and then, and at once of the workflow that somebody looks at."""

    def __init__(self, snapshot: Snapshot, settings: Settings, notify: Notify) -> None:
        from kustui.analysis.analysis_cache import AnalysisCache

        self.selected = ""
        self._snapshot, self._settings, self._notify = snapshot, settings, notify
        self._analyses = AnalysisCache(snapshot.collection, settings)
        self._next = 0.0

    def take(self, results: Results, *, at_once: bool) -> None:
        began = time.monotonic()
        if (at_once or began >= self._next) and len(results) < len(self._snapshot.collection.entries):
            self._notify(PartlyChecked(partly_checked(self._snapshot, results, self._settings, self._analyses)))
            now = time.monotonic()
            self._next = now + max(_LEAST_PAUSE, (now - began) / _MAX_SHARE)


@contextmanager
def short_switch_interval() -> Iterator[None]:
    """Let the thread that answers keys have its turn soon, whatever others are at."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_INTERVAL)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
