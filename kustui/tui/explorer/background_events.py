"""Shows what happens in the background: snapshots, differences, progress, and what could not be done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message

from kustui.config.preferences import Preferences
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.bindings import first_key
from kustui.tui.explorer.list_panes import change_rows
from kustui.tui.explorer.part import Part, Shared
from kustui.tui.tree.places import problem_place
from kustui.tui.widgets.rows import Row
from kustui.workspace.events import (
    CheckProgress,
    ConfigurationRefused,
    Event,
    Failed,
    PartlyChecked,
    PreferencesRead,
    ScenariosReplayed,
    SnapshotReady,
    StillReading,
    WatchRefused,
    WorkflowSeen,
)
from kustui.workspace.snapshot import Snapshot

if TYPE_CHECKING:
    from kustui.workspace.difference import Difference

_LONG = 20
"""Seconds for which it is shown what could not be done."""


class BackgroundEvent(Message):
    """Something happened in the background."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


class BackgroundEvents(Part):
    """Shows each event. ``take`` shows a snapshot, and ``prefer`` does as the configuration says now."""

    def __init__(
        self,
        shared: Shared,
        take: Callable[[Snapshot, Difference | None], None],
        prefer: Callable[[Preferences], object],
        take_scenarios: Callable[[ScenariosReplayed], object],
    ) -> None:
        super().__init__(shared)
        self._take, self._prefer, self._take_scenarios = take, prefer, take_scenarios

    def show(self, event: Event) -> None:
        """Raises what ended the background."""
        match event:
            case SnapshotReady(snapshot, difference):
                self._presenter.show_progress("")
                self._waiting.is_behind = False
                self._take(snapshot, difference)
                if difference is not None:
                    self._list_changes(difference)
            case WorkflowSeen(difference):
                self._waiting.is_behind = True
                self._problem_navigator.foresee(event)
                self._announce(difference)
            case PartlyChecked(snapshot):
                self._take(snapshot, None)
            case ScenariosReplayed():
                self._take_scenarios(event)
                if event.due:
                    self._waiting.show_progress(event.in_words)
                else:
                    self._waiting.is_replayed = True
                    self._waiting.take()
            case CheckProgress():
                self._presenter.show_progress(event.in_words)
                self._waiting.show_progress(event.in_words)
            case StillReading(path):
                self._presenter.show_progress(f"reading {path} …" if path else "")
            case ConfigurationRefused(lines):
                text = "\n".join(map(terminal_safe, lines))
                self._screen.notify(text, severity="error", timeout=_LONG, markup=False)
            case WatchRefused(words):
                self._views.changes.empty = f"{words}; {self._views.changes.empty}"
                self._screen.notify(words, severity="warning", timeout=_LONG, markup=False)
            case PreferencesRead(preferences):
                self._prefer(preferences)
            case Failed(error):
                raise error

    def _list_changes(self, difference: Difference) -> None:
        time = self._announce(difference)
        self._views.changes.take(change_rows(time, difference, partial(problem_place, self._views.tree.state)))

    def _announce(self, difference: Difference) -> str:
        """Say what a save has changed, and when: the time."""
        time = datetime.now().strftime("%H:%M:%S")
        key = (first_key(self._screen.app, "view.changes"), "key")
        line = (("reloaded ", "new"), (f"{time} · {difference.summary}", ""))
        self._views.status.announce(Row(line, mark=(key, (" what changed", "muted"))))
        return time
