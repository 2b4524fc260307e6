"""What happens to the files in the background, as messages for the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from kustui.workspace.background import (
    CheckProgress,
    ConfigurationRefused,
    Event,
    Failed,
    PreferencesRead,
    SnapshotReady,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from kustui.config.configuration import Configuration
    from kustui.config.preferences import Preferences
    from kustui.workspace.background import BackgroundWorkspace
    from kustui.workspace.difference import Difference
    from kustui.workspace.snapshot import Snapshot


class Live:
    """The messages that the background becomes once it is followed."""

    class Next(Message):
        """The next snapshot; the first has nothing that it differs from."""

        def __init__(self, snapshot: Snapshot, difference: Difference | None = None) -> None:
            super().__init__()
            self.snapshot = snapshot
            self.difference = difference

    class Progress(Message):
        """How many workflows of how many are checked."""

        def __init__(self, done: int, total: int) -> None:
            super().__init__()
            self.done = done
            self.total = total

    class Refused(Message):
        """What is wrong with the configuration, a line each: what it said before still applies."""

        def __init__(self, lines: tuple[str, ...]) -> None:
            super().__init__()
            self.lines = lines

    class Preferred(Message):
        """What a configuration without a mistake says of the screen."""

        def __init__(self, preferences: Preferences) -> None:
            super().__init__()
            self.preferences = preferences

    class Failed(Message):
        """An internal error has ended the background."""

        def __init__(self, error: Exception) -> None:
            super().__init__()
            self.error = error

    def __init__(
        self,
        background: BackgroundWorkspace,
        post: Callable[[Message], object],
        configuration: Configuration | None = None,
        *,
        poll: bool = False,
    ) -> None:
        self._background = background
        self._post = post
        background.follow(self._notify, configuration, poll=poll)

    def close(self) -> None:
        """It ends as soon as it can."""
        self._background.close()

    def _notify(self, event: Event) -> None:
        match event:
            case SnapshotReady(snapshot, difference):
                self._post(self.Next(snapshot, difference))
            case CheckProgress(done, total):
                self._post(self.Progress(done, total))
            case ConfigurationRefused(lines):
                self._post(self.Refused(lines))
            case PreferencesRead(preferences):
                self._post(self.Preferred(preferences))
            case Failed(error):
                self._post(self.Failed(error))
