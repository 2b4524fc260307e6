"""The short list, above the lines at the bottom, in which somebody chooses what to copy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.message import Message

from kustui.tui.bindings import bindings, first_key
from kustui.tui.widgets.rows import Row, Rows
from kustui.tui.widgets.rows_view import Menu

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import App
    from textual.binding import BindingType
    from textual.widget import Widget

    from kustui.tui.explorer.copyable import Copyable


class CopyMenu(Menu, inherit_bindings=False):
    """It lies above the panes, which stay where they are; any key that is not one of its own ends it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("menu"),
        *(replace(key, action=f"screen.{key.action}") for key in bindings("copy") if isinstance(key, Binding)),
    ]

    class Asked(Message):
        """Something is to be copied, or shown as plain text."""

        def __init__(self, item: Copyable, *, plain: bool) -> None:
            super().__init__()
            self.item = item
            self.plain = plain

    def __init__(self, items: Sequence[Copyable], last: str, came_from: Widget | None) -> None:
        super().__init__(came_from, id="copy-menu")
        self.items = tuple(items)
        ids = [item.action for item in items]
        rows = Rows.of([_row(item, self.app) for item in items])
        self.border_title = "Copy"
        self.styles.height = len(items) + 1
        self.show(rows, ids.index(last) if last in ids else 0)

    def on_key(self, event: events.Key) -> None:
        key = self.screen.active_bindings.get(event.key)
        if key is None or key.node is not self:
            if key is None or key.node is not self.app:
                event.stop()
            self.end()

    def action_choose(self) -> None:
        self._ask(plain=False)

    def action_plain(self) -> None:
        self._ask(plain=True)

    def _ask(self, *, plain: bool) -> None:
        self.post_message(self.Asked(self.items[self.cursor], plain=plain))
        self.end()


def _row(item: Copyable, app: App[object]) -> Row:
    key = first_key(app, item.action)
    return Row(((f" {key}  ", "key"), (f"{item.what:<16}", "muted"), (item.glimpse, "")))
