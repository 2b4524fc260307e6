"""A short list above the line of keys, that covers the panes until something is chosen or it loses the focus."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from textual import events
from textual.screen import Screen
from textual.widget import Widget

from kustui.tui.widgets.rows_view import RowsView


class Menu(RowsView, inherit_bindings=False):
    """A short list above the line of keys. It covers the panes, and is removed once it loses the focus."""

    DEFAULT_CSS = """
    Menu {
        dock: bottom; layer: above; height: auto; max-height: 100%; margin-bottom: 2; background: $panel;
        border-top: solid $primary; border-title-color: $primary; border-title-style: bold;
    }
    """

    KEYS: ClassVar[tuple[str, ...]] = ()
    """The actions that the line of keys offers in it."""
    ENDS_ON_OTHER_KEYS: ClassVar[bool] = False
    """Whether any key ends it that is not one of its own; those of the application do what they do all the same."""

    def __init__(self, came_from: Widget | None, *, id: str, empty: str = "") -> None:
        super().__init__(id=id, empty=empty)
        self._came_from: Widget | None = came_from._came_from if isinstance(came_from, Menu) else came_from
        self._ended = False

    async def open(self, screen: Screen[Any]) -> None:
        """Give it the keys, in the place of another that may still be going."""
        await screen.query(Menu).remove()
        try:
            await screen.mount(self)
        except asyncio.CancelledError:  # by a key that came before it did
            self.remove()
            raise
        screen.set_focus(self)  # at once: a second key may be on its way

    def end(self) -> None:
        """Give the focus back to where it was."""
        if not self._ended:
            self._ended = True
            if self._came_from is not None and self.screen.focused is self:
                self.screen.set_focus(self._came_from)
            self.remove()

    def on_blur(self) -> None:
        self.end()

    def on_key(self, event: events.Key) -> None:
        key = self.screen.active_bindings.get(event.key)
        if self.ENDS_ON_OTHER_KEYS and (key is None or key.node is not self):
            if key is None or key.node is not self.app:
                event.stop()
            self.end()

    def action_leave(self) -> None:
        self.end()
