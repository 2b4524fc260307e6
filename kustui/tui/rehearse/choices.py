"""A list above the line of keys from which one thing is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from kustui.tui.lines import Row, Rows, shown
from kustui.tui.rows import RowsView

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

KEYS = ("rows.choose", "line.drop")


class Choices(RowsView):
    """``chosen`` is given the number of the row, and says whether the list is done with."""

    DEFAULT_CSS = """
    Choices {
        dock: bottom; margin-bottom: 2; max-height: 60%; background: $surface;
        border-top: solid $primary; border-title-color: $primary; border-title-style: bold;
    }
    """

    def __init__(self, title: str, rows: Sequence[Row], chosen: Callable[[int], bool], cursor: int = 0) -> None:
        super().__init__(id="choices")
        self.border_title = Content(shown(title))
        self.chosen = chosen
        self._begin = (tuple(rows), cursor)

    def on_mount(self) -> None:
        rows, cursor = self._begin
        self.list_rows(rows, cursor)
        self.focus()

    def list_rows(self, rows: Sequence[Row], cursor: int) -> None:
        self.styles.height = len(rows) + 1
        self.show(Rows.of(rows), cursor)
