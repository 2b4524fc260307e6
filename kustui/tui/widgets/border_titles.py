"""The names of panes in their upper borders, with the keys that lead to others, whose names take a click."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.content import Content
from textual.widget import Widget

from kustui.text.cells import cells
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.bindings import PANE_ACTIONS, panes_in


class BorderTitles:
    """Names panes, and knows what is clicked in a name."""

    def __init__(self) -> None:
        self._titles: dict[Widget, tuple[str, str]] = {}

    def name(self, view: Widget, title: str, others: str = "") -> None:
        """Give a pane its name, and with less weight the other panes in its place."""
        if self._titles.get(view) != (title, others):  # a new title repaints the whole pane
            self._titles[view] = title, others
            content = Content(terminal_safe(title))  # content, since text would go through a markup parser
            view.border_title = content + Content.styled(f"   {others}", "not bold $muted") if others else content

    def action_at(self, event: events.Click, panes: Mapping[str, str] = PANE_ACTIONS) -> str:
        """The action, of those by the names of panes, that leads to the pane whose name is clicked in the title of
        another; empty for none."""
        if event.widget is None or event.y != 0:
            return ""
        title, others = self._titles.get(event.widget, ("", ""))
        start_of_others = 1 + cells(terminal_safe(f"{title}   "))  # behind the corner
        for start, end, id_ in panes_in(others, panes):
            left, right = (start_of_others + cells(others[:place]) for place in (start, end))
            if left <= event.x < right:
                return id_
        return ""
