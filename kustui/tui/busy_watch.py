"""Notices that a key takes long: what answers keys also paints, and cannot say so itself meanwhile."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

_LONG = 0.3
"""Seconds of the processor after which it is said: on a machine that is busy otherwise, a quick key is no long one."""
_MOMENT = 0.1
"""Seconds between two looks."""
_FOLLOWED = 1.0
"""Seconds for which a key is followed: panes go after a cursor once it rests."""


class BusyWatch:
    """Looks, from a thread of its own, whether an event loop comes round after a key.

    ``show`` is called in that thread when it has not for long, ``hide`` in the loop once it does. The thread waits for
    keys and costs nothing while there are none.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, show: Callable[[], object], hide: Callable[[], object]) -> None:
        self._loop, self._show, self._hide = loop, show, hide
        self._typed = threading.Event()
        self._thread: threading.Thread | None = None

    def key_typed(self) -> None:
        """A key comes in; called in the thread that reads them."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="busy", daemon=True)
            self._thread.start()
        self._typed.set()

    def _run(self) -> None:
        try:
            while self._typed.wait():
                self._typed.clear()
                latest = time.monotonic() + _FOLLOWED
                while time.monotonic() < latest and not self._typed.is_set():
                    self._look()
                    time.sleep(_MOMENT)
        except RuntimeError:  # the loop is closed
            return

    def _look(self) -> None:
        came_round = threading.Event()
        began = time.process_time()
        self._loop.call_soon_threadsafe(came_round.set)
        while not came_round.wait(_MOMENT):
            if time.process_time() - began > _LONG:
                self._show()
                came_round.wait()
                self._loop.call_soon_threadsafe(self._hide)
                return
