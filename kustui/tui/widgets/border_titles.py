"""The names of panes in their upper borders, with the keys that lead to others, whose names take a click."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.content import Content
from textual.geometry import Offset
from textual.widget import Widget

from kustui.text.cells import cells
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.bindings import PANE_ACTIONS, panes_in


class BorderTitles:
    """Names panes, and knows what is clicked in a name."""

    def __init__(self) -> None:
        self._titles: dict[Widget, tuple[str, str, str]] = {}
        self._pressed: tuple[Offset, Offset] | None = None

    def press(self, event: events.MouseDown) -> None:
        """The mouse is pressed on a pane, which gets the keys, and with them more room: it is somewhere else by the
        time that the mouse is let go."""
        self._pressed = event.screen_offset, event.offset

    def name(self, view: Widget, title: str, others: str = "", before: str = "") -> None:
        """Give a pane its name, and with less weight the other panes in its place, behind it and before it."""
        before, others = before and f"{before}  ", others and f"  {others}"
        if self._titles.get(view) != (before, title, others):  # a new title repaints the whole pane
            self._titles[view] = before, title, others
            content = Content(terminal_safe(title))  # content, since text would go through a markup parser
            if before or others:
                aside = [Content.styled(text, "not bold $muted") for text in (before, others)]
                content = aside[0] + content.stylize("bold") + aside[1]
            view.border_title = content

    def action_at(self, event: events.Click, panes: Mapping[str, str] = PANE_ACTIONS) -> str:
        """The action, of those by the names of panes, that leads to the pane whose name is clicked in the title of
        another; empty for none."""
        offset = event.offset
        if self._pressed is not None and self._pressed[0] == event.screen_offset:
            offset = self._pressed[1]
        if event.widget is None or offset.y != 0:
            return ""
        before, title, others = self._titles.get(event.widget, ("", "", ""))
        behind = 1 + cells(before) + cells(terminal_safe(title))  # after the corner
        for text, begin in ((before, 1), (others, behind)):
            for start, end, id_ in panes_in(text, panes):
                if begin + cells(text[:start]) <= offset.x < begin + cells(text[:end]):
                    return id_
        return ""
