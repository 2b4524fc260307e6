"""Reading in the background, so that the screen is built meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from kustui.workspace.snapshot import Snapshot, Workspace

if TYPE_CHECKING:
    from kustui.config.check_settings import Settings
    from kustui.definition.loader import Progress


class BackgroundLoad:
    """The reading of what a command line names, under way from the start."""

    def __init__(self, paths: Sequence[str], stdin: bytes = b"") -> None:
        self.workspace = Workspace(paths, stdin, keep=True, checker=_check_in_subprocess)
        """Of nobody else's until everything is read."""
        self._read, self._total = 0, 0
        self._snapshot: Snapshot | None = None
        self._error: Exception | None = None
        self._done = threading.Event()
        threading.Thread(target=self._work, name="opening", daemon=True).start()

    def _work(self) -> None:
        try:
            self._snapshot = self.workspace.open(self._progress)
        except Exception as error:  # told to whoever waits, in their thread
            self._error = error
        finally:
            self._done.set()

    def _progress(self, done: int, total: int) -> None:
        self._read, self._total = done, total

    @property
    def done(self) -> bool:
        return self._done.is_set()

    @property
    def progress(self) -> tuple[int, int]:
        """Bytes read, and bytes in all (0 while they are being counted)."""
        return self._read, self._total

    def wait(self, seconds: float | None = None) -> bool:
        """Whether it is done within that time."""
        return self._done.wait(seconds)

    def result(self) -> Snapshot:
        """What was read; waits for it. Raises PathError as ``open_paths`` does."""
        self._done.wait()
        if self._error is not None:
            raise self._error
        assert self._snapshot is not None
        return self._snapshot


def _check_in_subprocess(
    snapshot: Snapshot, settings: Settings | None, progress: Progress | None, wanted: Callable[[], bool]
) -> Snapshot:
    from kustui.workspace.check_processes import check_in_subprocess  # not before the first paint

    return check_in_subprocess(snapshot, settings, progress, wanted)
