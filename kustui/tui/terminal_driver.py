"""The driver of the terminal: it is given what differs on it, and on a slow line no more than the newest frame.

Uses what is private in Textual's driver where nothing public does the same. Tested with Textual 8.2.8.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, TextIO, cast, runtime_checkable

from textual import events
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.message import Message

from kustui.tui.busy_watch import BusyWatch
from kustui.tui.terminal_cells import TerminalCells, is_frame

_FRAME_BEGINS, _FRAME_ENDS = "\x1b[?2026h", "\x1b[?2026l"
_WHERE_IS_CURSOR = "\x1b[6n"
"""Every terminal answers it, once it has drawn all that came before."""
_ASK, _WINDOW = 1_000, 4_000
"""Characters after which the terminal is asked whether it has drawn them, and after which frames wait for its answer: a
fifth of a second at 20 kB/s."""
_BUSY = " working "
"""What is written at the end of the last line while a key takes long."""
_ANSWER, _LAST_ANSWER = 5.0, 1.0
"""Seconds after which an answer is no longer waited for, and those while the terminal is given back."""


@runtime_checkable
class HearsKeys(Protocol):
    """An application that is told of a key in the thread that reads it."""

    def typed(self, key: events.Key) -> None: ...


class _Output:
    """The terminal, as the thread that writes to it has it: what it has taken is counted."""

    def __init__(self, file: TextIO, took: Callable[[int], None]) -> None:
        self._file, self._took = file, took

    def write(self, text: str) -> None:
        self._file.write(text)
        self._file.flush()
        self._took(len(text))

    def flush(self) -> None:
        self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()


class TerminalDriver(LinuxDriver):
    """Writes what differs on the terminal, and no frame while the line still has one to carry: then the newest one.

    It sees the keys in the thread that reads them, which no long task holds up. While the terminal is not its own,
    Ctrl+Z is the system's, which stops nothing that no shell could let go on; Textual would, for ever.

    ``_file``: what its thread writes to, and is held up by where the line is slow.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._file = cast("Any", _Output(cast("TextIO", self._file), self._took))
        self._given = self._taken = 0
        """Characters that the thread was given, and those that the terminal, or the system for it, has taken."""
        self._suspend = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        self._events = asyncio.get_running_loop()
        self._cells = TerminalCells()
        self._is_synchronized = False
        self._is_late = False
        """Whether there is a frame that waits for the line."""
        self._sent = self._drawn = self._asked = 0
        """Characters that were sent, that the terminal is known to have drawn, and after which it was asked last."""
        self._answers = False
        """Whether the terminal answers at all."""
        self._was_answered = threading.Event()
        self._busy_watch = BusyWatch(self._events, self._show_busy, self._hide_busy)
        self._lock = threading.Lock()
        """For whatever two threads write: how much it is, and whether the terminal is its own."""
        self._is_own = False

    def start_application_mode(self) -> None:
        self._is_own = True
        self.forget()
        self._drawn = self._asked = self._sent
        super().start_application_mode()  # type: ignore[no-untyped-call]
        signal.signal(signal.SIGTSTP, self._suspend)

    def stop_application_mode(self) -> None:
        with self._lock:
            self._is_own = False
        self._is_late = False
        if self._answers and self._is_asked:
            self._was_answered.wait(_LAST_ANSWER)  # else the shell would get the answer
        with suppress(ValueError):  # in another thread, at the very end
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        super().stop_application_mode()

    def forget(self) -> None:
        """Whatever is on the terminal may be anything: all of it is about to be drawn."""
        self._cells.forget()

    def resize(self, size: Size) -> None:
        """The terminal has another size, and makes something of its own of what was on it: all is about to be drawn."""
        self._cells.resize(*size)

    def write(self, data: str) -> None:
        if data in (_FRAME_BEGINS, _FRAME_ENDS):
            self._is_synchronized = True
        elif is_frame(data):
            self._cells.draw(data)
            self._show()
        else:
            self._give(data)

    def _give(self, data: str) -> None:
        with self._lock:
            self._given += len(data)
        super().write(data)

    def _show_busy(self) -> None:
        """Say that a key takes long, in the thread that has noticed it; not on a line that is slow itself."""
        x, y = self._busy_place
        if x < 0:
            return
        sign = f"\x1b7\x1b[{y + 1};{x + 1}H\x1b[7m{_BUSY}\x1b[m\x1b8"
        with self._lock:
            if self._is_own and self._given == self._taken:
                self._given += len(sign)
                super().write(sign)

    def _hide_busy(self) -> None:
        x, y = self._busy_place
        self._cells.forget_from(y, max(0, x))
        self._show()

    @property
    def _busy_place(self) -> tuple[int, int]:
        width, height = self._app.size
        return width - len(_BUSY), height - 1

    def _took(self, count: int) -> None:
        """Called in the thread that writes."""
        self._taken += count
        if self._is_late:
            with suppress(RuntimeError):  # all is over
                self._events.call_soon_threadsafe(self._show_late)

    @property
    def is_writing(self) -> bool:
        """Whether the terminal has yet to take something that was written."""
        return self._taken < self._given

    @property
    def _is_asked(self) -> bool:
        return self._asked > self._drawn

    def _show(self) -> None:
        """Write what differs, or let it wait until the terminal has drawn what is under way."""
        self._is_late = True  # before it is asked: the other thread looks at it afterwards
        self._is_late = self._given - self._taken >= _WINDOW or (
            self._answers and self._is_asked and self._sent - self._drawn >= _WINDOW
        )
        if self._is_late or not (changes := self._cells.changes()):
            return
        self._sent += len(changes)
        if self._is_synchronized:
            changes = f"{_FRAME_BEGINS}{changes}{_FRAME_ENDS}"
        if not self._is_asked and self._sent - self._drawn >= _ASK:
            changes += _WHERE_IS_CURSOR
            self._asked = self._sent
            self._was_answered.clear()
            self._events.call_later(_ANSWER, self._give_up, self._asked)
        self._give(changes)

    def _give_up(self, asked: int) -> None:
        if self._is_asked and self._asked == asked:
            self._answers = False
            self._go_on()

    def _go_on(self) -> None:
        """All that was asked for is drawn."""
        self._drawn = self._asked
        self._show_late()

    def _show_late(self) -> None:
        if self._is_late:
            self._show()

    def _answered(self) -> None:
        self._answers = True
        self._go_on()

    def process_message(self, message: Message) -> None:
        if isinstance(message, events.CursorPosition):
            self._was_answered.set()
            self._events.call_soon_threadsafe(self._answered)
            return
        if isinstance(message, events.Key) and isinstance(self._app, HearsKeys):
            self._app.typed(message)
            self._busy_watch.key_typed()
        super().process_message(message)
