"""Keys one after another: each goes where the one before it led."""

from __future__ import annotations

from collections import deque
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from textual import events

from kustui.tui.textual_internals import TerminalApp

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.dom import DOMNode
    from textual.screen import Screen

_ROUNDS = 3
"""How often the way of a key is gone: behind the key itself, behind what was posted for it, and behind what that was
answered with."""
_PATIENCE = 1.0
"""Seconds after which a key no longer waits for the one before it: one that ends all is not to wait for a long task."""


class TypeAhead(TerminalApp):
    """Textual gives each key to what has the focus when it comes in. Of several at once, typed fast or over a slow
    line, all would go to where the first was: a word typed after ``/`` lost letters, or they were taken for keys."""

    _ahead: deque[events.Key] | None = None
    """The keys that wait for the one under way; None where none is."""
    _since = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.held: list[events.Key] = []
        """The keys that wait until ``release`` is called."""

    def holds(self, key: events.Key) -> bool:
        """Whether a key is to wait until ``release`` is called."""
        return False

    async def release(self) -> None:
        """Give the keys that were held, in order."""
        held, self.held = self.held, []
        for key in held:
            await self.on_event(key)

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif self.holds(event):
            self.held.append(event)
        elif self._ahead is None:
            await self._give(event)
        elif monotonic() - self._since < _PATIENCE:
            self._ahead.append(event)
        else:
            waiting, self._ahead = self._ahead, None
            for each in (*waiting, event):
                await super().on_event(each)

    async def _give(self, key: events.Key) -> None:
        self._ahead, self._since = deque(), monotonic()
        ahead, screen, start = self._ahead, self.screen, self.focused or self.screen
        await super().on_event(key)
        await _go_round(start, _ROUNDS, partial(self._went, ahead, screen))

    async def _went(self, ahead: deque[events.Key], screen: Screen[object]) -> None:
        """A key and all that it brought about is done with: now the next one."""
        if ahead is not self._ahead or not self.screen_stack:  # nobody waits for it any more
            return
        if self.screen is not screen:  # one that is yet to come up, and to say where its focus is
            now = self.screen
            await _go_round(now, _ROUNDS, partial(self._went, ahead, now))
            return
        self._ahead = None
        while ahead and self._ahead is None:
            await self._give(ahead.popleft())
        if self._ahead is not None:
            self._ahead.extendleft(reversed(ahead))


async def _go_round(start: DOMNode, rounds: int, then: Callable[[], Awaitable[None]]) -> None:
    """Call something once all has been handled that waits now for something on the screen or what it lies in."""
    edge: list[DOMNode] = []
    pump: DOMNode | None = start
    while pump is not None:
        edge.append(pump)
        pump = pump.parent
    steps = iter(edge * rounds)

    async def go_on() -> None:
        if not any(pump.call_later(go_on) for pump in steps):  # what was taken away takes nothing, and has handled all
            await then()

    await go_on()
