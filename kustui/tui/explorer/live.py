"""The files beside the keys: examined once they are read, then followed, and what they come to told to the screen."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from textual.message import Message

from kustui.errors import KustuiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kustui.config.check_settings import Settings
    from kustui.config.configuration import Configuration
    from kustui.config.preferences import Preferences
    from kustui.workspace.difference import Difference
    from kustui.workspace.snapshot import Snapshot, Workspace

PROGRESS_AFTER = 0.1
"""Seconds of work that are not worth a progress line."""


class Live:
    """What a thread of its own does until it is closed."""

    class Next(Message):
        """The next snapshot; the first has nothing that it differs from."""

        def __init__(self, snapshot: Snapshot, difference: Difference | None = None) -> None:
            super().__init__()
            self.snapshot = snapshot
            self.difference = difference

    class Progress(Message):
        """How many workflows of how many are examined."""

        def __init__(self, done: int, total: int) -> None:
            super().__init__()
            self.done = done
            self.total = total

    class Refused(Message):
        """What is wrong with the configuration, a line each: what it said before holds on."""

        def __init__(self, lines: tuple[str, ...]) -> None:
            super().__init__()
            self.lines = lines

    class Preferred(Message):
        """What a configuration without a mistake says of the screen."""

        def __init__(self, preferences: Preferences) -> None:
            super().__init__()
            self.preferences = preferences

    def __init__(
        self,
        workspace: Workspace,
        tell: Callable[[Message], object],
        configuration: Configuration | None = None,
        *,
        poll: bool = False,
    ) -> None:
        from kustui.config.check_settings import Settings
        from kustui.config.configuration import Configuration
        from kustui.workspace.watch import Changes

        paths = workspace.snapshot.paths
        self._workspace = workspace
        self._tell = tell
        self._configuration = configuration or Configuration(paths)
        self._good = Settings()
        self._refused: tuple[str, ...] = ()
        self._began = self._told = 0.0
        self._changes = Changes(paths, self._configuration.awaited, poll=poll)

    def close(self) -> None:
        """It ends as soon as it can."""
        self._changes.close()

    def run(self) -> None:
        """Examine, then follow, until it is closed."""
        interval = sys.getswitchinterval()
        sys.setswitchinterval(0.0005)  # a key waits 5 ms for this thread instead of 24
        try:
            self._run()
        finally:
            sys.setswitchinterval(interval)

    def _run(self) -> None:
        from kustui.workspace.change_follower import followed
        from kustui.workspace.difference import difference
        from kustui.workspace.snapshot import Snapshot

        last = self._workspace.refresh((), self._settings(), self._progress, lambda: not self._changes.closed)
        if last.problems is None:
            return
        self._tell(self.Next(last))
        for outcome in followed(self._workspace, self._changes, self._settings, self._progress):
            if isinstance(outcome, Snapshot):
                self._tell(self.Next(outcome, difference(last, outcome)))
                last = outcome

    def _settings(self) -> Settings:
        """What the configuration says, or said when it was right last; asked when a look begins."""
        from kustui.check.rules import RULES

        self._began = self._told = time.monotonic()
        refused: tuple[str, ...] = ()
        try:
            found = self._configuration.settings(RULES)
            if found is not self._good:  # it was written anew
                self._tell(self.Preferred(self._configuration.preferences()))
            self._good = found
        except KustuiError as error:
            refused = error.lines
        if refused and refused != self._refused:
            self._tell(self.Refused(refused))
        self._refused = refused
        return self._good

    def _progress(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._began > PROGRESS_AFTER and now - self._told > 0.1 and done < total:
            self._told = now
            self._tell(self.Progress(done, total))
