"""What Textual's application lacks: escape sequences between two frames, screens that are left once, and keys typed
ahead, each of which goes where the one before it has moved the focus.

The private parts of Textual that kustui uses stand here, those of its driver in ``terminal_driver``, each because
nothing public does the same.
Tested with Textual 8.2.8: look at them again with every other version.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache, partial
from time import monotonic
from typing import Any, TypeVar

import rich.cells
import textual.message_pump
from rich._unicode_data import load as load_cell_table
from rich.cells import CellTable
from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from kustui.text.cells import cells, is_of_single_cells, spacing_marks
from kustui.tui.terminal_driver import TerminalDriver

T = TypeVar("T")


def _load_cell_table(unicode_version: str = "auto") -> CellTable:
    """The widths by which Textual measures, with a cell for each spacing mark."""
    return _with_spacing_marks(load_cell_table(unicode_version).unicode_version)


@cache
def _with_spacing_marks(unicode_version: str) -> CellTable:
    table = load_cell_table(unicode_version)
    widths: list[tuple[int, int, int]] = []
    for start, end, width in table.widths:
        if width:
            widths.append((start, end, width))
            continue
        for mark in spacing_marks(start, end):
            widths.extend([(start, mark - 1, 0)] if start < mark else [])
            widths.append((mark, mark, cells(chr(mark))))
            start = mark + 1
        widths.extend([(start, end, 0)] if start <= end else [])
    return table._replace(widths=widths)


# Textual measures by the tables of Rich, which has no setting for them. What kustui itself writes needs no table:
# the first paint need not wait until one is loaded and looked through for spacing marks (2 ms).
vars(rich.cells)["_is_single_cell_widths"] = is_of_single_cells
vars(rich.cells)["load_cell_table"] = _load_cell_table
rich.cells.get_character_cell_size.cache_clear()
rich.cells.cached_cell_len.cache_clear()


class _Timer(Timer):
    """Textual's passes over what is late, also over the only call of one that calls once: where the process had no turn
    for as long as it waits, it would never call."""

    def __init__(self, *args: Any, repeat: int | None = None, skip: bool = True, **options: Any) -> None:
        super().__init__(*args, repeat=repeat, skip=skip and repeat != 0, **options)


vars(textual.message_pump)["Timer"] = _Timer  # ``set_timer`` has no setting for it

_MOUSE_MODES, _MOUSE_PIXELS = (1000, 1003, 1015, 1006), 1016
"""Those that Textual sets, in its order."""

ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGABRT)
"""Those after which the terminal is given back as it was found."""


class _Threads(ThreadPoolExecutor):
    """Those that nobody waits for when the application ends: what they were asked for is of no use any more."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait=False, cancel_futures=True)


LAST_MOMENTS, _GIVING_BACK = 5.0, 4.0
"""Seconds that whatever is at work has to end in, once the application is being left, and those for giving the terminal
back afterwards: more than it takes on a machine that has much else to do."""


_LINE_FEED = "ctrl+j"
"""What a terminal makes of Enter until a program asks for keys as they are, and readline and vim take for it."""


class TerminalApp(App[None]):
    """An application that writes escape sequences of its own, and says itself how it ends: after an exception, and
    where something that never ends would keep it."""

    ALLOW_SELECT = False
    """Textual's own selection cannot be copied here, and breaks at a widget that is just being removed."""
    is_leaving = False
    ended_by: signal.Signals | None = None
    """The signal that ended it."""
    _was_asked = False
    """Whether a key that quits was typed."""
    _last_moments: threading.Timer | None = None

    def __init__(self) -> None:
        super().__init__()
        self._disable_tooltips = True  # nothing has one; each screen would have a widget for it

    def get_driver_class(self) -> type[Driver]:
        driver_class = super().get_driver_class()
        return TerminalDriver if driver_class is LinuxDriver else driver_class

    def on_load(self) -> None:
        asyncio.get_running_loop().set_default_executor(_Threads())

    def quits(self, key: events.Key) -> bool:
        """Whether a key leaves kustui from wherever the focus is: menus, prompts and fields do not get it."""
        return False

    def typed(self, key: events.Key) -> None:
        """A key comes in; called in the thread that reads them. Who quits twice does not wait for anything."""
        if self.quits(key):
            if self._was_asked:
                self.end_soon()
            self._was_asked = True

    def end_soon(self) -> None:
        """See to it that the process ends, whatever a thread, a handler of messages, or a subprocess is still at."""
        if self._last_moments is None and isinstance(self._driver, TerminalDriver):
            self._last_moments = threading.Timer(LAST_MOMENTS, self._end_at_once)
            self._last_moments.daemon = True
            self._last_moments.start()

    def _end_at_once(self) -> None:
        """Give the terminal back, unless it does not take what is written, and end the process."""
        status = self.return_code if self.return_code is not None else 128 + (self.ended_by or signal.SIGINT)
        at_the_latest = threading.Timer(_GIVING_BACK, os._exit, (status,))
        at_the_latest.daemon = True
        at_the_latest.start()
        if self._driver is not None:
            with suppress(Exception):
                self.set_mouse(False)
                self._driver.stop_application_mode()
                self._driver.close()
        os._exit(status)

    def exit(self, result: None = None, return_code: int = 0, message: object = None) -> None:
        self.is_leaving = True
        self.end_soon()
        self.workers.cancel_all()  # else they find no widgets any more
        super().exit(result, return_code)

    async def on_event(self, event: events.Event) -> None:
        """Keys and the mouse are for screens, which are going once the application is being left."""
        if isinstance(event, events.Resize) and isinstance(self._driver, TerminalDriver):
            self._driver.resize(event.size)
            self.refresh()
        if not (self.is_leaving and isinstance(event, events.InputEvent)):
            await super().on_event(event)

    @property
    def is_writing(self) -> bool:
        """Whether the terminal has yet to take something that was written."""
        return isinstance(self._driver, TerminalDriver) and self._driver.is_writing

    def write_to_terminal(self, text: str) -> None:
        """Write an escape sequence to the terminal between two frames.

        ``_driver``: all output goes through it, in one thread. Whatever is written past it could land inside a frame,
        and what is printed is captured.
        """
        if self._driver is not None:
            self._driver.write(text)

    def action_redraw(self) -> None:
        """Draw everything, whatever is on the terminal."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.forget()
        self.refresh()

    def set_mouse(self, on: bool) -> None:
        """Take the mouse from the terminal, or leave it to the terminal.

        ``_driver._mouse``: whether it does so whenever it takes the terminal back, as after Ctrl+Z. ``_mouse_pixels``:
        whether the terminal reports pixels, which has to be asked for after the rest.
        """
        if self._driver is not None:
            self._driver._mouse = on
            modes = [*_MOUSE_MODES, *((_MOUSE_PIXELS,) if on and getattr(self._driver, "_mouse_pixels", False) else ())]
            self.write_to_terminal("".join(f"\x1b[?{mode}{'h' if on else 'l'}" for mode in modes))

    def call_from_thread(self, callback: Callable[..., T | Awaitable[T]], *args: Any, **kwargs: Any) -> T:
        """Call something in the thread of the application, from another one, and wait for what it returns.

        Where the application is being left nothing is called: raises ``CancelledError``, which ends the worker.
        """
        if self.is_leaving or not self.is_running:
            raise asyncio.CancelledError
        return super().call_from_thread(callback, *args, **kwargs)

    def fail(self, error: BaseException | None) -> None:
        """Leave after an exception; the terminal is given back without a traceback on it."""
        self.panic()

    def _fatal_error(self) -> None:
        """Textual calls it where it would print its traceback; it has no public hook there."""
        self.fail(sys.exc_info()[1])


def is_on_top(screen: Screen[Any]) -> bool:
    """Whether it is the screen that has the keys: one that is under others or going has them no more."""
    return screen.app.screen_stack[-1:] == [screen]


def paint(screen: Screen[Any]) -> None:
    """Show what has changed on a screen without waiting for its turn, as far as its widgets have told it.

    ``_on_timer_update``: Textual paints after up to two of the sixtieths of a second that it divides time into, if it
    has painted just before: a key would wait because of a number that was counted up elsewhere.
    """
    screen._on_timer_update()


def is_ending(app: App[Any]) -> bool:
    """Whether screens are being taken down: nothing may be begun on them any more."""
    return isinstance(app, TerminalApp) and app.is_leaving


def enter(app: App[Any], screen: Screen[T], came_back: Callable[[T | None], None] | None = None) -> None:
    """Put a screen on top, unless one of its kind is there; ``came_back`` is given what it is left with."""
    if app.screen_stack and not isinstance(app.screen, type(screen)):
        app.push_screen(screen, came_back)


def leave(screen: Screen[T], result: T | None = None) -> None:
    """Leave a screen, and what is on top of it; one that is yet to come up as soon as it has. Nothing happens to one
    that is going: Textual would take away the one below it as well."""
    stack = screen.app.screen_stack
    if screen not in stack[1:]:
        return
    going = stack[stack.index(screen) :]
    if not all(above.is_mounted for above in going):
        going[-1].call_later(leave, screen, result)
        return
    for above in reversed(going):
        above.workers.cancel_node(above)  # else they find no widgets any more
        above.dismiss(result if above is screen else None)


_ROUNDS = 3
"""How often to wait for all queues from the focus up to the app: for the key itself, for the messages that it posted,
and for the messages that answered those."""
_TIMEOUT, _LONGEST = 1.0, 10.0
"""Seconds after which a key that quits, and any other, no longer waits for the one before it: what takes long, or never
ends, is not to hold up who wants to leave."""


class TypeAhead(TerminalApp):
    """Gives a key to the focused widget only once the key before it has been handled.

    Textual gives each to what has the focus when it comes in. Of several at once, typed fast or over a slow line, all
    would go to where the first went: a word typed after ``/`` would lose letters, or they would be taken for keys.
    """

    _without_room: Widget | None = None
    """What has the focus and had no room when a key had brought it into view: that was waited for."""
    _ahead: deque[events.Key] | None = None
    """The keys that wait for the one that is being handled; None while none is."""
    _since = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.held: list[events.Key] = []
        """The keys that wait until ``release`` is called."""
        self._may_paint = asyncio.Event()
        """Set while no key is handled, or the one that is waits until something is laid out."""
        self._may_paint.set()

    @property
    def is_handling(self) -> bool:
        """Whether a key is being handled, for which others would wait."""
        return self._ahead is not None

    def holds(self, key: events.Key) -> bool:
        """Whether a key is to wait until ``release`` is called."""
        return False

    async def release(self, unpainted: float = 0.0) -> None:
        """Give the keys that were held, in order. For so many seconds at most, nothing is painted until they are
        handled: not what they waited for, but what comes of them."""
        held, self.held = self.held, []
        if not (held and unpainted):
            for key in held:
                await self.on_event(key)
            return
        with self.batch_update(), suppress(TimeoutError):
            for key in held:
                await self.on_event(key)
            await asyncio.wait_for(self._may_paint.wait(), unpainted)
        if self.screen_stack:
            paint(self.screen)

    def is_bound(self, key: str) -> bool:
        """Whether an action has a key."""
        return False

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and event.key == _LINE_FEED and not self.is_bound(_LINE_FEED):
            event = events.Key("enter", "\r")
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif self.quits(event) and any(map(self.quits, (*self.held, *(self._ahead or ())))):
            await self.action_quit()  # who asks again does not wait for what was typed before
        elif self.holds(event):
            self.held.append(event)
        elif self._ahead is None:
            await self._handle(event)
        elif monotonic() - self._since < (_TIMEOUT if self.quits(event) else _LONGEST):
            self._ahead.append(event)
        else:
            waiting, self._ahead = self._ahead, None
            self._may_paint.set()
            for key in (*waiting, event):
                if self.holds(key):
                    self.held.append(key)
                else:
                    await self._give(key)

    async def _handle(self, key: events.Key) -> None:
        self._ahead, self._since = deque(), monotonic()
        self._may_paint.clear()
        ahead, screen, start = self._ahead, self.screen, self.focused or self.screen
        await self._give(key)
        await _after_queues(start, partial(self._handled, ahead, screen))

    async def _give(self, key: events.Key) -> None:
        if self.quits(key):
            await self.action_quit()
        else:
            await super().on_event(key)

    async def _handled(self, ahead: deque[events.Key], screen: Screen[object]) -> None:
        """A key and all that it brought about is handled: now the next one."""
        if ahead is not self._ahead or not self.screen_stack:  # it was not waited for, or the app has ended
            return
        if self.screen is not screen:  # a screen that has yet to come up and to set its focus
            now = self.screen
            await _after_queues(now, partial(self._handled, ahead, now))
            return
        focused = self.focused
        if focused is not None and not focused.size and focused is not self._without_room:
            self._without_room = focused  # it is yet to be laid out; in a terminal without room it never is
            self._may_paint.set()
            self.call_after_refresh(self._handled, ahead, screen)
            return
        if not ahead:
            paint(self.screen)
        self._ahead = None
        while ahead and self._ahead is None:
            key = ahead.popleft()
            if self.holds(key):
                self.held.append(key)
            else:
                await self._handle(key)
        if self._ahead is not None:
            self._ahead.extendleft(reversed(ahead))
        else:
            self._may_paint.set()


async def _after_queues(start: DOMNode, then: Callable[[], Awaitable[None]]) -> None:
    """Call ``then`` once the queues of a widget and of all that it lies in have been worked off, ``_ROUNDS`` times."""
    nodes = iter(start.ancestors_with_self * _ROUNDS)

    async def go_on() -> None:
        if not any(node.call_later(go_on) for node in nodes):  # what was removed takes no call, and has no queue
            await then()

    await go_on()
