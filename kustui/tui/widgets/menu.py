"""A short list above the lines at the bottom, from which something is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.tui.widgets.rows import RowsView

if TYPE_CHECKING:
    from textual.widget import Widget


class Menu(RowsView, inherit_bindings=False):
    """It lies above the panes, which stay where they are, and is gone once the keys go elsewhere."""

    DEFAULT_CSS = """
    Menu {
        dock: bottom; layer: above; height: auto; margin-bottom: 2; background: $panel;
        border-top: solid $primary; border-title-color: $primary; border-title-style: bold;
    }
    """

    def __init__(self, came_from: Widget | None, *, id: str, empty: str = "") -> None:
        super().__init__(id=id, empty=empty)
        self._came_from = came_from
        self._over = False

    def end(self) -> None:
        """Give the keys back to where they were."""
        if not self._over:
            self._over = True
            if self._came_from is not None and self.screen.focused is self:
                self.screen.set_focus(self._came_from)
            self.remove()

    def on_blur(self) -> None:
        self.end()

    def action_leave(self) -> None:
        self.end()
